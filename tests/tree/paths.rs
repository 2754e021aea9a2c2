//! What the documents point to: files are where they are said to be.

use std::collections::BTreeSet;
use std::fs;

use crate::markdown::prose_lines;
use crate::source::{Source, assert_none, files, root};

/// Documents that say where things are in the code.
const MAPS: [&str; 2] = ["ARCHITECTURE.md", "CONTRIBUTING.md"];

/// Paths between backticks: what ends as a file does, or begins with a folder of the tree. `{a,b}` stands for each.
fn named(text: &str) -> BTreeSet<String> {
    let pieces = text.lines().flat_map(|line| line.split('`').skip(1).step_by(2));
    let is_path = |piece: &&str| {
        let is_file = [".rs", ".md", ".js", ".toml", ".txt", ".dict"].iter().any(|end| piece.ends_with(end));
        let folder = piece.split_once('/').map(|(folder, _)| folder);
        let is_in_one = folder.is_some_and(|folder| !folder.is_empty() && root().join(folder).is_dir());
        (is_file || is_in_one) && !piece.contains([' ', '<', '*', '(', ':'])
    };
    pieces.filter(is_path).flat_map(each).collect()
}

fn each(path: &str) -> Vec<String> {
    match path.split_once('{').and_then(|(before, rest)| Some((before, rest.split_once('}')?))) {
        Some((before, (names, after))) => {
            names.split(',').flat_map(|name| each(&format!("{before}{}{after}", name.trim()))).collect()
        }
        None => vec![path.to_owned()],
    }
}

#[test]
fn the_maps_name_files_that_there_are() {
    let mut broken = Vec::new();
    for source in files("md").iter().filter(|source| MAPS.contains(&source.path.as_str())) {
        let paths = named(&source.text);
        let gone = paths.iter().filter(|path| !root().join(path).exists());
        broken.extend(gone.map(|path| format!("{}: {path}", source.path)));
    }
    assert_none("each path is that of a file or a folder, seen from the root", &broken);
}

/// Targets of links that are in the tree, seen from the root; a place in a file stands behind a `#`.
fn linked(source: &Source) -> Vec<String> {
    let folder = source.path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let text: Vec<_> = prose_lines(&source.text)
        .map(|(_, line)| line)
        .chain(source.text.lines().filter(|line| line.starts_with('|')))
        .collect();
    let targets =
        text.iter().flat_map(|line| line.split("](").skip(1)).filter_map(|rest| Some(rest.split_once(')')?.0));
    let ours = targets.filter(|target| !target.contains("://"));
    let whole = |target: &str| match target.strip_prefix('#') {
        Some(place) => format!("{}#{place}", source.path),
        None => format!("{folder}/{target}").trim_start_matches('/').to_owned(),
    };
    ours.map(whole).collect()
}

/// The places in a file that a link can lead to: its headings, in small letters, with hyphens for spaces and without
/// other signs.
fn places(text: &str) -> BTreeSet<String> {
    let headings = text.lines().filter(|line| line.starts_with('#')).map(|line| line.trim_start_matches('#').trim());
    let kept = |c: &char| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_');
    headings.map(|heading| heading.to_lowercase().chars().filter(kept).collect::<String>().replace(' ', "-")).collect()
}

fn leads_somewhere(link: &str) -> bool {
    let (path, place) = link.split_once('#').map_or((link, None), |(path, place)| (path, Some(place)));
    let text = || fs::read_to_string(root().join(path)).unwrap_or_default();
    root().join(path).exists() && place.is_none_or(|place| places(&text()).contains(place))
}

#[test]
fn links_lead_to_places_that_there_are() {
    let mut broken = Vec::new();
    for source in files("md") {
        let gone = linked(&source).into_iter().filter(|link| !leads_somewhere(link));
        broken.extend(gone.map(|link| format!("{}: {link}", source.path)));
    }
    assert_none("each link leads to a file, or to a heading in it", &broken);
}

#[test]
fn paths_are_told_from_other_code() {
    let text =
        "`core/src/lib.rs` and `tests/{tree/main,web}.rs`, `/join`, `a/b`, `Hub::open`, `cargo test`, `x.rs`, `docs/`";
    let found: Vec<_> = named(text).into_iter().collect();
    assert_eq!(found, ["core/src/lib.rs", "docs/", "tests/tree/main.rs", "tests/web.rs", "x.rs"]);
    let source = Source {
        path: "docs/a.md".into(),
        text: "See [one](b.md#c), [two](../d.md), [three](https://e) and\n| [four](#f) |".into(),
    };
    assert_eq!(linked(&source), ["docs/b.md#c", "docs/../d.md", "docs/a.md#f"]);
    let headings: Vec<_> = places("# One\n## Two, and `three`\ntext").into_iter().collect();
    assert_eq!(headings, ["one", "two-and-three"]);
}

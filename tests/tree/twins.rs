//! The two adapters: what stands in both belongs to what they share.

use std::collections::BTreeMap;

use crate::rust::code;
use crate::source::{Source, files};

/// How many lines of code may stand in both: what awaits is written in each runtime's own words, and is alike.
const SHARED_MAX: usize = 150;

/// How many lines an adapter may have with its documentation, without its tests, and without empty ones.
const LINES_MAX: usize = 700;

/// The files of an adapter, without what only one of the two has.
fn adapter(folder: &str) -> Vec<Source> {
    let is_its = |path: &str| path.starts_with(folder) && !path.contains("/sockets");
    files("rs").into_iter().filter(|source| is_its(&source.path)).collect()
}

#[test]
fn the_adapters_have_little_in_common_and_each_is_short() {
    let [smol, tokio] = ["runtime-smol/src/", "runtime-tokio/src/"].map(adapter);
    let shared = shared(&smol, &tokio);
    assert!(shared <= SHARED_MAX, "{shared} lines stand in both adapters, of {SHARED_MAX}: io is for what both do");
    for adapter in [smol, tokio] {
        let text = |source: &Source| source.text.split("#[cfg(test)]\nmod tests").next().map(str::to_owned);
        let texts = adapter.iter().filter_map(text).collect::<String>();
        let lines = texts.lines().filter(|line| !line.trim().is_empty()).count();
        assert!(lines < LINES_MAX, "{}: {lines} lines, of {LINES_MAX}", adapter[0].path);
    }
}

/// How many lines of code stand in both, wherever.
fn shared(ours: &[Source], theirs: &[Source]) -> usize {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for line in theirs.iter().flat_map(|source| lines(&source.text)) {
        *counts.entry(line).or_default() += 1;
    }
    let mut is_theirs =
        |line: &String| counts.get_mut(line).filter(|count| **count > 0).map(|count| *count -= 1).is_some();
    ours.iter().flat_map(|source| lines(&source.text)).filter(|line| is_theirs(line)).count()
}

#[test]
fn what_stands_in_both_is_counted_once() {
    let file = |text: &str| [Source { path: String::new(), text: text.into() }];
    let ours = "//! a\nuse b::{\n    c,\n};\nmod d;\nfn e() {\n    f();\n    f();\n}\n";
    let theirs = "//! a\nuse b::{\n    c,\n};\nfn e() {\n    f();\n    g();\n}\n#[cfg(test)]\nmod t {\n    f();\n}\n";
    assert_eq!(shared(&file(ours), &file(theirs)), 2);
    assert_eq!(shared(&file(theirs), &file(ours)), 2);
}

/// Lines that do something: without comments, imports, tests, and without those that have only signs.
fn lines(text: &str) -> Vec<String> {
    let mut in_use = false;
    let mut kept = Vec::new();
    for line in code(text).lines() {
        let line = line.trim();
        in_use |= line.starts_with("use ") || line.starts_with("pub use ") || line.starts_with("mod ");
        if !in_use && line.contains(char::is_alphanumeric) {
            kept.push(line.to_owned());
        }
        in_use &= !line.ends_with(';');
    }
    kept
}

//! Wire forms are told apart in one place: the table of `core/src/wire.rs`.

use crate::rust::code;
use crate::source::{assert_none, files};

/// Where forms may be told apart: the table, and what is in the folder of one of them.
const MAY: [&str; 2] = ["core/src/wire.rs", "core/src/wire/"];

/// Lines that decide something by the form: a match arm, a comparison, or a pattern. To name a form, as who opens a
/// listener has to, is no decision.
fn decisions(text: &str) -> Vec<String> {
    let decides = |line: &&str| {
        ["Form::", "Encoding::"].iter().any(|word| {
            line.match_indices(word).any(|(at, _)| {
                let (before, name) = (without_path(&line[..at]), &line[at + word.len()..]);
                let end = name.find(|c: char| !c.is_alphanumeric()).unwrap_or(name.len());
                let is_variant = name.starts_with(char::is_uppercase) && name[..end].contains(char::is_lowercase);
                let after = name[end..].trim_start();
                let compares = ["==", "!=", "matches!(", "let"].iter().any(|sign| before.ends_with(sign))
                    || ["==", "!="].iter().any(|sign| after.starts_with(sign));
                is_variant
                    && (compares || after.starts_with("=>") || after.starts_with('|') || line.contains("matches!"))
            })
        })
    };
    code(text).lines().filter(decides).map(|line| line.trim().to_owned()).collect()
}

/// Returns what stands before the path of a name.
fn without_path(before: &str) -> &str {
    let mut before = before;
    while let Some(path) = before.strip_suffix("::") {
        before = path.trim_end_matches(|c: char| c.is_alphanumeric() || c == '_');
    }
    before.trim_end()
}

#[test]
fn only_the_table_of_forms_tells_them_apart() {
    let is_asked = |path: &str| {
        ["core/src/", "io/src/", "launch/src/", "runtime-smol/src/", "runtime-tokio/src/"]
            .iter()
            .any(|of| path.starts_with(of))
            && !MAY.iter().any(|may| path.starts_with(may))
            && !path.contains("/tests")
    };
    let mut broken = Vec::new();
    for source in files("rs").iter().filter(|source| is_asked(&source.path)) {
        broken.extend(decisions(&source.text).iter().map(|line| format!("{}: {line}", source.path)));
    }
    assert_none("only core/src/wire.rs decides by the form", &broken);
}

#[test]
fn a_decision_is_found_and_a_name_is_none() {
    for line in [
        "    Form::Lines => 1,",
        "if form == Form::Web {",
        "if Form::Web != form {",
        "if form == crate::wire::Form::Web {",
        "if let Form::Web = form {",
        "matches!(form, Form::Web)",
        "Form::Lines | Form::Irc => 1,",
        "    Encoding::Frames => 2,",
        "chinwag_core::Form::Web => 2,",
    ] {
        assert_eq!(decisions(line).len(), 1, "{line}");
    }
    for line in
        ["listeners.push((listener, Form::Web));", "Encoding::ALL == all", "// Form::Lines =>", "Form::default()"]
    {
        assert_eq!(decisions(line).len(), 0, "{line}");
    }
}

//! The two adapters: what stands in both belongs to what they share.

use std::collections::BTreeMap;

use crate::rust::code;
use crate::source::Source;

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

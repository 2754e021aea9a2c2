//! Files: how long they may be, and what a `lib.rs` is for.

use crate::rust::code;
use crate::source::{assert_none, files};

/// What a file of Rust may have at the most. A file that needs more has two owners in it.
const LINES_MAX: usize = 600;

/// Those that may have more, with the reason.
const LONG: [(&str, &str); 1] =
    [("core/src/wire/web/handshake/tests.rs", "its cases are one table for each of many headers")];

#[test]
fn a_file_is_short_enough_to_be_read_at_once() {
    let is_long = |path: &str| LONG.iter().any(|(long, _)| *long == path);
    let mut broken = Vec::new();
    for source in files("rs") {
        let lines = source.text.lines().count();
        if (lines > LINES_MAX) != is_long(&source.path) {
            broken.push(format!("{}: {lines}", source.path));
        }
    }
    assert_none("a file has at most 600 lines, or a reason for more", &broken);
}

/// Items that a `lib.rs` must not have: it is the tour of its crate.
fn types(text: &str) -> Vec<String> {
    let starts = |line: &&str| {
        let line = line.trim_start().trim_start_matches("pub ").trim_start_matches("pub(crate) ");
        ["struct ", "enum ", "trait ", "type ", "union ", "fn ", "const fn ", "impl"]
            .iter()
            .any(|word| line.starts_with(word))
    };
    code(text).lines().filter(starts).map(|line| line.trim().to_owned()).collect()
}

#[test]
fn a_lib_says_what_there_is_and_holds_nothing_itself() {
    let mut broken = Vec::new();
    for source in files("rs").iter().filter(|source| source.path.ends_with("src/lib.rs")) {
        broken.extend(types(&source.text).iter().map(|line| format!("{}: {line}", source.path)));
    }
    assert_none("a lib.rs has modules and what it gives out of them, no types and no functions", &broken);
}

#[test]
fn types_are_found_in_code_and_not_in_comments() {
    assert_eq!(
        types("/// struct A;\npub struct B;\n//! enum C\npub(crate) enum D {}\npub use a::B;"),
        ["pub struct B;", "pub(crate) enum D {}"]
    );
    assert_eq!(types("mod a;\n#[cfg(test)]\nmod tests {\n    fn f() {}\n}\n"), [""; 0]);
}

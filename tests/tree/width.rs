//! One width for all that is read: prose and comments end where code does.

use crate::markdown::prose_lines;
use crate::source::{assert_none, files};

/// As `max_width` in `rustfmt.toml`, which leaves comments alone.
const COLUMNS_MAX: usize = 120;

fn is_wide(line: &str) -> bool {
    // A single word, like an address, can't be broken.
    line.chars().count() > COLUMNS_MAX && line.trim_start_matches(['/', '!', '-', ' ']).contains(' ')
}

#[test]
fn prose_ends_at_one_column() {
    let mut broken = Vec::new();
    for source in files("md") {
        let wide = prose_lines(&source.text).filter(|(_, line)| is_wide(line));
        broken.extend(wide.map(|(at, line)| format!("{}:{at}: {} columns", source.path, line.chars().count())));
    }
    assert_none("prose has at most 120 columns", &broken);
}

/// Comments of Rust that are too wide, by their numbers. Code and tables in them are left out.
fn wide_comments(text: &str) -> Vec<usize> {
    let mut fenced = false;
    let mut wide = Vec::new();
    for (at, line) in text.lines().enumerate() {
        let Some(comment) = line.trim_start().strip_prefix("//") else {
            fenced = false;
            continue;
        };
        let comment = comment.trim_start_matches(['/', '!']).trim_start();
        if comment.starts_with("```") {
            fenced = !fenced;
        } else if !fenced && !comment.starts_with('|') && is_wide(line) {
            wide.push(at + 1);
        }
    }
    wide
}

#[test]
fn comments_end_where_code_does() {
    let mut broken = Vec::new();
    for source in files("rs") {
        broken.extend(wide_comments(&source.text).iter().map(|at| format!("{}:{at}", source.path)));
    }
    assert_none("a comment has at most 120 columns", &broken);
}

#[test]
fn only_what_can_be_broken_is_too_wide() {
    let words = "word ".repeat(30);
    let address = format!("https://{}", "a".repeat(130));
    for (text, wide) in [
        (format!("/// {words}"), vec![1]),
        (format!("    //! {words}\n// {words}\nlet a = \"{words}\";"), vec![1, 2]),
        (format!("/// <{address}>\n/// | {words} |"), vec![]),
        (format!("/// ```\n/// {words}\n/// ```\n/// {words}"), vec![4]),
    ] {
        assert_eq!(wide_comments(&text), wide, "{text}");
    }
    assert!(is_wide(&words) && !is_wide(&format!("- <{address}>")) && !is_wide(&"ä".repeat(120)));
}

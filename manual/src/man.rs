//! Owns how a manual page is written: the macros of `man`, as `man-pages(7)` has them.

use argh::CommandInfoWithArgs;

use crate::page::{Flag, Page, commands, flags};

pub(crate) fn text(page: &Page<'_>) -> String {
    let Page { name, version, info, sections } = page;
    let about = plain(info.description);
    let (first, _) = about.split_once(". ").unwrap_or((about.trim_end_matches('.'), ""));
    let mut text = format!(
        ".TH {} 1 \"\" \"chinwag {}\" \"User Commands\"\n.SH NAME\n{} \\- {}\n.SH SYNOPSIS\n.B {}\n",
        escape(&name.to_uppercase()),
        escape(version),
        escape(name),
        escape(&lowered(first)),
        escape(name),
    );
    text += if info.commands.is_empty() { "[\\fIflags\\fR]\n" } else { "[\\fIcommand\\fR] [\\fIflags\\fR]\n" };
    text += &format!(".SH DESCRIPTION\n{}\n", escape(&about));
    if info.commands.is_empty() {
        text += ".SH OPTIONS\n";
        options(&mut text, info);
    } else {
        text += ".SH COMMANDS\n";
        for (words, command) in commands(info) {
            let about = plain(command.description);
            text += &format!(".SS {}\n{}\n", escape(&words), escape(&about));
            options(&mut text, command);
        }
    }
    for (heading, paragraph) in *sections {
        text += &format!(".SH {}\n{}\n", escape(heading), escape(paragraph));
    }
    text
}

fn options(text: &mut String, info: &CommandInfoWithArgs) {
    for Flag { long, short, value, about } in flags(info) {
        text.push_str(".TP\n");
        if let Some(short) = short {
            *text += &format!("\\fB\\-{short}\\fR, ");
        }
        *text += &format!("\\fB{}\\fR", escape(long));
        if let Some(value) = value {
            *text += &format!(" \\fI{}\\fR", escape(value));
        }
        *text += &format!("\n{}\n", escape(&sentence(&plain(about))));
    }
}

/// Joins the lines of a description.
fn plain(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Has what is told of a flag begin and end as a sentence does.
fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", chars.as_str().trim_end_matches('.'))
}

fn lowered(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().map(|first| first.to_lowercase().to_string()).unwrap_or_default();
    format!("{first}{}", chars.as_str())
}

/// Takes from signs what they mean to `man`: a backslash, a dash that would be set as a hyphen, and what begins a
/// command at the beginning of a line.
fn escape(text: &str) -> String {
    let text = text.replace('\\', "\\e").replace('-', "\\-");
    let lines = text.lines().map(|line| if line.starts_with(['.', '\'']) { format!("\\&{line}") } else { line.into() });
    lines.collect::<Vec<String>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_means_something_to_man_is_taken_as_text() {
        assert_eq!(escape("--a\\b"), "\\-\\-a\\eb");
        assert_eq!(escape(".SH x\n'x\nx.'"), "\\&.SH x\n\\&'x\nx.'");
    }
}

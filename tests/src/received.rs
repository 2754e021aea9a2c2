//! Owns what one person received while something was done, and how a transcript shows it.

use crate::{HELP, escape};

/// From how many on the same lines are shown as one and their number.
const SAME_MIN: usize = 3;

/// Tells how the help text is shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum HelpText {
    /// As all its lines.
    InFull,
    /// As the words that it was received.
    Named,
}

/// Holds what one person received.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Received {
    /// All bytes, in their order.
    pub bytes: Vec<u8>,
    /// After them the connection was closed.
    pub is_closed: bool,
}

impl Received {
    /// Makes what is received as lines, each without its end.
    pub fn lines<'a>(lines: impl IntoIterator<Item = &'a str>) -> Self {
        let bytes = lines.into_iter().flat_map(|line| [line, "\n"]).collect::<String>().into();
        Self { bytes, is_closed: false }
    }

    /// Tells whether it is nothing at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty() && !self.is_closed
    }

    /// Appends what was received later.
    pub fn append(&mut self, later: &Self) {
        self.bytes.extend_from_slice(&later.bytes);
        self.is_closed |= later.is_closed;
    }

    /// Shows it: after `| ` a line as it is, but for escapes and `\` where it has no end; after `* ` in words what else
    /// there was.
    #[must_use]
    pub fn show(&self, help: HelpText) -> Vec<String> {
        let mut shown = Vec::new();
        let mut rest = self.bytes.as_slice();
        while !rest.is_empty() {
            if help == HelpText::Named
                && let Some(after) = rest.strip_prefix(HELP.as_bytes())
            {
                shown.push("* the help text".to_owned());
                rest = after;
                continue;
            }
            let line = rest.split_inclusive(|&byte| byte == b'\n').next().unwrap_or(rest);
            let (line_shown, count) = (show_line(line), count_same(rest, line));
            rest = &rest[count * line.len()..];
            if count < SAME_MIN {
                shown.extend(std::iter::repeat_n(line_shown, count));
            } else {
                shown.extend([line_shown, format!("* the same line {} times more", count - 1)]);
            }
        }
        if self.is_closed {
            shown.push("* the connection is closed".to_owned());
        }
        shown
    }
}

fn show_line(line: &[u8]) -> String {
    match line.strip_suffix(b"\n") {
        Some(line) => format!("| {}", escape(line)),
        None => format!("| {}\\", escape(line)),
    }
}

/// Counts how often `line` stands at the beginning of `bytes`.
fn count_same(bytes: &[u8], line: &[u8]) -> usize {
    bytes.chunks(line.len()).take_while(|&chunk| chunk == line).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(bytes: &[u8]) -> Vec<String> {
        Received { bytes: bytes.to_vec(), is_closed: false }.show(HelpText::Named)
    }

    #[test]
    fn each_line_is_shown_on_its_own_and_a_missing_end_is_seen() {
        assert_eq!(show(b"a\n\nb \nc"), ["| a", "| ", "| b\\x20", "| c\\"]);
        assert_eq!(show(b""), [""; 0]);
    }

    #[test]
    fn the_help_text_is_named_only_when_each_byte_of_it_is_there() {
        assert_eq!(show(HELP.as_bytes()), ["* the help text"]);
        assert_eq!(show(HELP.replace("quits", "quit").as_bytes()).len(), HELP.lines().count());
        let received = Received { bytes: HELP.into(), is_closed: true };
        assert_eq!(received.show(HelpText::InFull).len(), HELP.lines().count() + 1);
    }

    #[test]
    fn the_same_lines_are_counted() {
        assert_eq!(show(b"a\na\nb\nb\nb\nc"), ["| a", "| a", "| b", "* the same line 2 times more", "| c\\"]);
    }
}

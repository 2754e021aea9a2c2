//! Owns lines: finds them among the bytes of a connection, without telnet's own, and takes each for what it asks for.

use memchr::{memchr, memchr_iter};

use super::telnet::{Stripped, Telnet};
use crate::request::Asked;
use crate::text;
use crate::texts::Saying;
use crate::{Config, Foreign, Request};

/// What a terminal sends for ^D. At the start of a line it means the end of input, as it does to a shell.
const END_OF_INPUT: u8 = 0x04;

/// Holds what was handed in of a connection that sends lines, up to the next of them.
#[derive(Debug)]
pub(super) struct Lines {
    /// What was handed in and is not yet a request, without telnet's own bytes.
    input: Vec<u8>,
    /// Where in `input` the next line begins.
    start: usize,
    /// Up to where `input` was searched for the end of that line.
    searched: usize,
    /// What kind of line it is, once enough of it is here to tell.
    found: Option<Line>,
    line_chars_max: u32,
    telnet: Telnet,
    /// No line has come yet but blank ones: what comes first tells whether it is chat at all.
    opening: bool,
    /// Inside of a line that is over the limit: all is dropped up to its end. It was reported; but the opening line is only when its
    /// end has told that it is chat, so that a little of that is kept.
    skipping: bool,
}

/// What begins at `start` in the input.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Line {
    /// A line whose line feed is at `searched`.
    Whole,
    /// More bytes than any line can have, and no line feed yet.
    Endless,
    /// The end of a first line that had more, with its line feed at `searched`.
    EndOfEndless,
    /// A ^D.
    EndOfInput,
    /// The beginning of what is not chat.
    Foreign(Foreign),
}

/// Tells what the first bytes of a connection are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Opening {
    /// Nothing that could be told yet.
    Unknown,
    /// A line of chat, or a blank one.
    Line,
    /// Another protocol.
    Foreign(Foreign),
}

impl Lines {
    pub(super) fn new(config: &Config) -> Self {
        Self {
            input: Vec::new(),
            start: 0,
            searched: 0,
            found: None,
            line_chars_max: config.line_chars_max,
            telnet: Telnet::default(),
            opening: true,
            skipping: false,
        }
    }

    pub(super) fn handle_bytes(&mut self, bytes: &[u8]) -> Stripped {
        let stripped = self.telnet.strip(bytes, &mut self.input);
        self.find_line();
        stripped
    }

    /// Returns what has come first.
    pub(crate) const fn opening(&self) -> Opening {
        match self.found {
            None => Opening::Unknown,
            Some(Line::Foreign(foreign)) => Opening::Foreign(foreign),
            Some(Line::Whole | Line::Endless | Line::EndOfEndless | Line::EndOfInput) => Opening::Line,
        }
    }

    pub(super) const fn has_found(&self) -> bool {
        self.found.is_some()
    }

    pub(super) const fn held_bytes(&self) -> usize {
        self.input.capacity()
    }

    /// Takes lines from the one that was found on, up to the first that may not pass, or is not plain: shown ASCII that says something, as
    /// nearly all are that come many at once. Of those, most of what there is to be done is done for all together. What they say is
    /// added to `saying`. Returns how many there are.
    pub(super) fn say_plain(&mut self, saying: &mut Saying, mut may_pass: impl FnMut() -> bool) -> usize {
        if self.found != Some(Line::Whole) || self.opening {
            return 0;
        }
        let held = &self.input[self.start..];
        let (mut start, mut count) = (0, 0);
        for end in memchr_iter(b'\n', held) {
            let line = &held[start..end];
            let says = !matches!(line.first(), None | Some(b' ' | b'/')) && text::is_plain(line);
            if !says || line.len() > self.line_chars_max as usize || !may_pass() {
                break;
            }
            (start, count) = (end + 1, count + 1);
        }
        if count > 0 {
            saying.push_lines(std::str::from_utf8(&held[..start]).expect("it is ASCII"), count);
            self.start += start;
            self.searched = self.start;
            self.found = None;
            self.find_line();
        }
        count as usize
    }

    /// Takes the line that was found for what it asks for; what it says is added to `saying`.
    pub(super) fn ask(&self, saying: &mut Saying) -> Asked {
        match self.found {
            None => Asked::Nothing,
            Some(Line::Endless | Line::EndOfEndless) => Asked::For(Request::TooLong),
            Some(Line::EndOfInput) => Asked::For(Request::Quit),
            Some(Line::Foreign(foreign)) => Asked::For(Request::WrongDoor(foreign)),
            Some(Line::Whole) => {
                let (line, chars_max) = (self.whole_line(), self.line_chars_max as usize);
                if line.len() > self.line_bytes_max() {
                    return Asked::For(Request::TooLong);
                }
                match std::str::from_utf8(line) {
                    Err(_) => Asked::For(Request::NotUtf8),
                    // Few bytes can't be many characters.
                    Ok(line) if line.len() > chars_max && line.chars().count() > chars_max => {
                        Asked::For(Request::TooLong)
                    }
                    Ok(line) => Asked::of(line, saying),
                }
            }
        }
    }

    /// Goes past the line that was found, and was blank or not, to the next one.
    pub(super) fn pass(&mut self, is_blank: bool) {
        self.opening &= is_blank;
        match self.found.take() {
            Some(Line::Whole) => {
                self.start = self.searched + 1;
                if is_blank {
                    self.start += blank_lines_bytes(&self.input[self.start..], self.line_chars_max as usize);
                }
            }
            Some(Line::Endless) => self.skipping = true,
            Some(Line::EndOfEndless) => {
                self.skipping = false;
                self.start = self.searched + 1;
            }
            Some(Line::EndOfInput) => self.start += 1,
            Some(Line::Foreign(_)) => self.start = self.input.len(),
            None => {}
        }
        self.searched = self.searched.max(self.start);
        self.find_line();
    }

    /// Looks for the next line in what is held.
    fn find_line(&mut self) {
        if self.found.is_some() {
            return;
        }
        if self.skipping && !self.opening {
            let end = memchr(b'\n', &self.input[self.searched..]);
            self.skipping = end.is_none();
            self.start = end.map_or(self.input.len(), |end| self.searched + end + 1);
            self.searched = self.start;
        }
        let end = memchr(b'\n', &self.input[self.searched..]);
        self.searched = end.map_or(self.input.len(), |end| self.searched + end);
        let held = &self.input[self.start..];
        let found = if self.skipping {
            end.map(|_| Line::EndOfEndless)
        } else if held.first() == Some(&END_OF_INPUT) {
            Some(Line::EndOfInput)
        } else if end.is_some() {
            Some(Line::Whole)
        } else {
            (held.len() > self.line_bytes_max() + 1).then_some(Line::Endless)
        };
        self.found = self.find_foreign(found).map(Line::Foreign).or(found);
        if self.opening && (self.found == Some(Line::Endless) || self.skipping && self.found.is_none()) {
            self.found = None;
            self.skipping = true;
            self.start = self.start.max(self.input.len().saturating_sub(Foreign::END_BYTES));
            self.forget_passed();
        }
    }

    /// Looks whether what comes first is chat at all.
    fn find_foreign(&self, found: Option<Line>) -> Option<Foreign> {
        if !self.opening {
            return None;
        }
        if self.skipping {
            return found.and_then(|_| Foreign::from_end(self.whole_line()));
        }
        let held = &self.input[self.start..];
        // However it was split, a line is told by what can be seen of it as soon as it is too long, and by its end.
        let endless = || Foreign::from_endless(&held[..self.line_bytes_max() + 2]);
        Foreign::from_start(held).or_else(|| match found? {
            Line::Whole if self.searched - self.start > self.line_bytes_max() + 1 => {
                endless().or_else(|| Foreign::from_end(self.whole_line()))
            }
            Line::Whole => Foreign::from_line(self.whole_line()),
            Line::Endless => endless(),
            Line::EndOfEndless | Line::EndOfInput | Line::Foreign(_) => None,
        })
    }

    /// Returns the line that was found, without its end.
    fn whole_line(&self) -> &[u8] {
        let line = &self.input[self.start..self.searched];
        line.strip_suffix(b"\r").unwrap_or(line)
    }

    /// Lets go of the memory of what was handed out, once it is half: so each byte is moved once at most on average. A connection
    /// that is at rest holds none at all.
    pub(super) fn forget_passed(&mut self) {
        if self.start == 0 || 2 * self.start < self.input.len() {
            return;
        }
        self.input = self.input[self.start..].to_vec();
        self.searched -= self.start;
        self.start = 0;
    }

    /// The longest line in bytes: a character has at most four.
    const fn line_bytes_max(&self) -> usize {
        4 * self.line_chars_max as usize
    }
}

#[cfg(test)]
impl Lines {
    /// Returns what is held of what was handed in.
    pub(super) fn held(&self) -> &[u8] {
        &self.input
    }
}

/// Returns how many bytes at the start are lines of nothing but spaces, tabs and carriage returns, as short as lines may be. They are
/// as free as any blank lines that came with one; but a flood of them, taken one by one, would cost a hundred times of what it
/// costs to send.
pub(super) fn blank_lines_bytes(input: &[u8], line_chars_max: usize) -> usize {
    let mut start = 0;
    for (place, byte) in input.iter().enumerate() {
        match byte {
            b'\n' => start = place + 1,
            b' ' | b'\t' | b'\r' if place - start < line_chars_max => {}
            _ => break,
        }
    }
    start
}

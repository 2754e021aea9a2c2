//! Owns lines: finds them among the bytes of a connection, without telnet's own, and takes each for what it asks for.
//!
//! Invariant: what is held of it ends each line in one line feed, whatever ended it, and what was erased is not among
//! it. All is decided byte by byte, so that it does not matter how they were split.

use std::fmt;
use std::mem;
use std::ops::ControlFlow;

use memchr::{memchr, memchr_iter, memrchr};

use super::erase::{without_last_character, without_last_word};
use super::marks::{Mark, Marks};
use super::telnet::{Command, ECHO, Heard, TIMING_MARK, Telnet};
use crate::asked::Asked;
use crate::config::Config;
use crate::dialect::Dialect;
use crate::message::Message;
use crate::other_protocol::OtherProtocol;
use crate::password::Passphrase;
use crate::request::Notice;
use crate::text;
use crate::texts::Saying;
use crate::wire::asking::Given;
use crate::wire::decode::Decode;

/// What a terminal sends for ^D. At the start of a line it means the end of input, as it does to a shell.
const END_OF_INPUT: u8 = 0x04;
const BACKSPACE: u8 = 0x08;
/// ^U, which erases the line.
const KILL_LINE: u8 = 0x15;
/// ^W, which erases a word.
const KILL_WORD: u8 = 0x17;
const DELETE: u8 = 0x7f;

/// Holds what was handed in of a connection that sends lines, up to the next of them.
pub(crate) struct LineDecoder {
    /// What was handed in and is not yet a request: whole lines, then the one that is being typed.
    input: Vec<u8>,
    /// Where in `input` the next line begins.
    start: usize,
    /// Where the line begins that is being typed.
    typed: usize,
    /// From where on all of `input` is known to be shown ASCII and the ends of lines.
    shown: usize,
    /// What comes next, once it is here.
    found: Option<Next>,
    /// What is asked for without a line.
    marks: Marks,
    line_chars_max: u32,
    telnet: Telnet,
    dialect: Dialect,
    typing: Typing,
    /// The last was a carriage return: a line feed or a zero byte behind it belongs to it.
    returned: bool,
    /// How many blank lines were typed, as long as there was no other: what comes first tells whether it is chat at
    /// all.
    opening: Option<u8>,
    /// What it was, if it was no chat: nothing after it counts.
    protocol: Option<OtherProtocol>,
}

/// What comes next of what is held.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Next {
    /// A line, from `start` to its line feed.
    Line { end: usize },
    /// What is asked for without one.
    Mark(Mark),
}

/// What becomes of the line that is being typed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Typing {
    /// It is kept.
    Kept,
    /// It is the first, and over the limit: its end will tell whether it is chat, so that a little of that is kept.
    End,
    /// It is over the limit, and dropped.
    Dropped,
}

/// Tells what the first bytes of a connection are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Opening {
    /// Nothing that could be told yet.
    Unknown,
    /// A line of chat, or a blank one.
    Line,
    /// Another protocol.
    OtherProtocol(OtherProtocol),
}

impl LineDecoder {
    pub(crate) fn new(config: &Config) -> Self {
        Self {
            input: Vec::new(),
            start: 0,
            typed: 0,
            shown: 0,
            found: None,
            marks: Marks::default(),
            line_chars_max: config.rules.line_chars_max,
            telnet: Telnet::default(),
            dialect: Dialect::default(),
            typing: Typing::Kept,
            returned: false,
            opening: Some(0),
            protocol: None,
        }
    }

    /// Returns what has come first.
    pub(crate) fn opening(&self) -> Opening {
        if let Some(protocol) = self.protocol {
            return Opening::OtherProtocol(protocol);
        }
        match self.found {
            Some(Next::Line { .. }) => Opening::Line,
            // Telnet speaks before anybody types, and there may be a line behind it.
            Some(Next::Mark(_)) if self.typed > self.start || self.marks.has_too_long() => Opening::Line,
            Some(Next::Mark(_)) | None => Opening::Unknown,
        }
    }

    fn ask_line(&self, line: &[u8], saying: &mut Saying) -> Asked {
        let chars_max = self.line_chars_max as usize;
        match std::str::from_utf8(line) {
            Err(_) => Asked::For(Notice::NotUtf8.into()),
            // Few bytes can't be many characters.
            Ok(line) if line.len() > chars_max && line.chars().count() > chars_max => {
                Asked::For(Notice::TooLong.into())
            }
            Ok(line) => Asked::of(line, saying),
        }
    }

    /// Looks for what is next in what is held.
    fn find(&mut self) {
        if self.found.is_some() {
            return;
        }
        self.found = match self.marks.first() {
            Some((place, mark)) if place == self.start => Some(Next::Mark(mark)),
            Some(_) | None => {
                let end = memchr(b'\n', &self.input[self.start..self.typed]);
                end.map(|end| Next::Line { end: self.start + end })
            }
        };
    }

    /// Returns where the lines end that come before anything else.
    fn lines_end(&self) -> usize {
        self.marks.first().map_or(self.typed, |(place, _)| place)
    }

    /// Does what telnet says.
    fn obey(&mut self, command: Command) -> ControlFlow<()> {
        self.learn(if matches!(command, Command::Negotiation | Command::Refuse(_)) {
            Dialect::Telnet
        } else {
            Dialect::CrLf
        });
        match command {
            Command::Other | Command::Negotiation => {}
            Command::Refuse(option) => self.marks.push(self.typed, Mark::Refuse(option)),
            Command::AreYouThere => self.marks.push(self.typed, Mark::AreYouThere),
            Command::EraseCharacter => self.erase(without_last_character),
            Command::EraseLine => self.erase(|_| 0),
            Command::Interrupt => {
                // However it is split, the question behind it is answered before the end.
                self.marks.push(self.typed, Mark::Refuse(TIMING_MARK));
                return ControlFlow::Break(());
            }
            Command::EndOfFile => return ControlFlow::Break(()),
        }
        ControlFlow::Continue(())
    }

    /// Handles what the program understands. It counts from the line on that is being typed.
    fn learn(&mut self, dialect: Dialect) {
        if dialect > self.dialect {
            self.dialect = dialect;
            self.marks.push(self.typed, Mark::Speak(dialect));
        }
    }

    /// Takes text without telnet's commands: what is typed, keys that erase, and the ends of lines.
    fn type_text(&mut self, text: &[u8]) -> ControlFlow<()> {
        let flow = self.type_keys(text, find_key(text));
        self.shown = self.input.len();
        flow
    }

    /// Takes the same, of which the first key is at `key`.
    fn type_keys(&mut self, mut text: &[u8], mut key: usize) -> ControlFlow<()> {
        while !text.is_empty() && self.protocol.is_none() {
            if mem::take(&mut self.returned) && matches!(text[0], b'\n' | 0) {
                text = &text[1..];
                key = key.checked_sub(1).unwrap_or_else(|| find_key(text));
                continue;
            }
            let plain = memchr(b'\r', &text[..key]).unwrap_or(key);
            self.type_plain(&text[..plain]);
            let Some((&byte, rest)) = text[plain..].split_first().filter(|_| self.protocol.is_none()) else { break };
            text = rest;
            match byte {
                b'\r' => {
                    self.learn(Dialect::CrLf);
                    self.type_plain(b"\n");
                    self.returned = true;
                    key -= plain + 1;
                    continue;
                }
                BACKSPACE | DELETE => self.erase(without_last_character),
                KILL_LINE => self.erase(|_| 0),
                KILL_WORD => self.erase(without_last_word),
                END_OF_INPUT if self.typing == Typing::Kept && self.typed == self.input.len() => {
                    return ControlFlow::Break(());
                }
                _ => self.type_plain(&[byte]),
            }
            key = find_key(text);
        }
        ControlFlow::Continue(())
    }

    /// Takes text without keys, and with line feeds only as ends of lines.
    fn type_plain(&mut self, mut text: &[u8]) {
        while !text.is_empty()
            && let Some(blank) = self.opening
            && self.protocol.is_none()
        {
            // Of blank lines there may be thousands, which are not looked at one by one.
            let passed = if self.typed == self.input.len() && self.typing == Typing::Kept {
                blank_lines_bytes(text, self.line_chars_max as usize)
            } else {
                0
            };
            if passed > 0 {
                let more = memchr_iter(b'\n', &text[..passed]).count();
                self.opening = Some(blank.saturating_add(u8::try_from(more).unwrap_or(u8::MAX)));
                self.input.extend_from_slice(&text[..passed]);
                self.typed = self.input.len();
                text = &text[passed..];
                continue;
            }
            let (line, rest) = text.split_at(memchr(b'\n', text).unwrap_or(text.len()));
            self.type_opening(line);
            text = rest;
            if !text.is_empty() && self.protocol.is_none() {
                self.end_opening();
                text = &text[1..];
            }
        }
        if self.protocol.is_some() {
            return;
        }
        while !text.is_empty() {
            if self.typing == Typing::Dropped {
                let Some(end) = memchr(b'\n', text) else { return };
                self.typing = Typing::Kept;
                text = &text[end + 1..];
                continue;
            }
            let room = self.line_bytes_max() - (self.input.len() - self.typed);
            let is_all = text.len() <= room;
            let end = memrchr(b'\n', if is_all { text } else { &text[..=room] });
            let (kept, rest) = match end {
                _ if is_all => (text, &b""[..]),
                Some(end) => text.split_at(end + 1),
                None => {
                    self.drop_line();
                    continue;
                }
            };
            let before = self.input.len();
            // Where one piece has the end of a line, the others are likely to be kept, too.
            self.input.reserve(if end.is_some() { text.len() } else { kept.len() });
            self.input.extend_from_slice(kept);
            self.typed = end.map_or(self.typed, |end| before + end + 1);
            text = rest;
        }
    }

    /// Takes something of the first line that is not blank.
    fn type_opening(&mut self, mut line: &[u8]) {
        while !line.is_empty() && self.typing == Typing::Kept {
            let room = self.line_bytes_max() + 1 - (self.input.len() - self.typed);
            let (kept, rest) = line.split_at(room.min(line.len()));
            self.input.extend_from_slice(kept);
            line = rest;
            let typed = &self.input[self.typed..];
            let is_over = typed.len() > self.line_bytes_max();
            let protocol = OtherProtocol::from_start(typed, self.opening.unwrap_or_default());
            if let Some(protocol) = protocol.or_else(|| OtherProtocol::from_endless(typed).filter(|_| is_over)) {
                return self.find_other_protocol(protocol);
            }
            if is_over {
                self.typing = Typing::End;
                self.keep_end();
            }
        }
        if self.typing == Typing::End {
            self.input.extend_from_slice(&line[line.len().saturating_sub(OtherProtocol::END_BYTES)..]);
            self.keep_end();
        }
    }

    /// Ends what may be the first line that is not blank.
    fn end_opening(&mut self) {
        let line = &self.input[self.typed..];
        let protocol = match self.typing {
            Typing::End => OtherProtocol::from_end(line),
            Typing::Kept | Typing::Dropped => OtherProtocol::from_line(line),
        };
        if let Some(protocol) = protocol {
            return self.find_other_protocol(protocol);
        }
        if self.typing == Typing::End {
            self.opening = None;
            self.drop_line();
            self.typing = Typing::Kept;
            return;
        }
        let is_blank = self.ask_line(line, &mut Saying::default()).is_nothing();
        self.opening = self.opening.filter(|_| is_blank).map(|blank| blank.saturating_add(1));
        self.input.push(b'\n');
        self.typed = self.input.len();
    }

    /// Handles that it is no chat: nothing else counts.
    fn find_other_protocol(&mut self, protocol: OtherProtocol) {
        self.protocol = Some(protocol);
        self.input.truncate(self.typed);
        self.marks.push(self.typed, Mark::WrongProtocol(protocol));
    }

    /// Of a first line that is over the limit, keeps only what its end will be told by.
    fn keep_end(&mut self) {
        let more = (self.input.len() - self.typed).saturating_sub(OtherProtocol::END_BYTES);
        self.input.drain(self.typed..self.typed + more);
        self.input.shrink_to(self.typed + OtherProtocol::END_BYTES);
    }

    /// Drops the line that is being typed, since it is over the limit.
    fn drop_line(&mut self) {
        self.input.truncate(self.typed);
        self.typing = Typing::Dropped;
        self.marks.push(self.typed, Mark::TooLong);
    }

    /// Erases the end of the line that is being typed: all but what `left` says is left.
    fn erase(&mut self, left: impl FnOnce(&[u8]) -> usize) {
        if self.typing == Typing::Kept {
            let left = left(&self.input[self.typed..]);
            self.input.truncate(self.typed + left);
        }
    }

    /// The longest line in bytes: a character has at most four.
    const fn line_bytes_max(&self) -> usize {
        4 * self.line_chars_max as usize
    }
}

impl Decode for LineDecoder {
    /// Takes bytes that have come. Tells whether more may come: else the last was a wish to leave.
    fn handle_bytes(&mut self, mut bytes: &[u8]) -> ControlFlow<()> {
        let mut flow = ControlFlow::Continue(());
        if self.telnet == Telnet::Text && !self.returned && is_shown(bytes) {
            // As nearly all is: there is nothing in it but lines, which is seen by one look, and remembered.
            self.type_plain(mem::take(&mut bytes));
        }
        while flow.is_continue()
            && self.protocol.is_none()
            && let Some(heard) = self.telnet.hear(&mut bytes)
        {
            flow = match heard {
                Heard::Text(text) => self.type_text(text),
                Heard::Command(command) => self.obey(command),
            };
        }
        self.find();
        flow
    }

    /// Returns what is known of the program that they come from.
    fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// Returns the same, and asks for it no more.
    fn take_dialect(&mut self) -> Dialect {
        self.marks.forget_dialects();
        self.found = self.found.filter(|found| !matches!(found, Next::Mark(_)));
        self.find();
        self.dialect
    }

    fn has_found(&self) -> bool {
        self.found.is_some()
    }

    fn held_bytes(&self) -> usize {
        self.input.capacity() + self.marks.held_bytes()
    }

    /// Takes lines from the one that was found on, up to the first that may not pass, or is not plain: shown ASCII that
    /// says something, as nearly all are that come many at once. Of those, most of what there is to be done is done for
    /// all together. What they say is added to `saying`. Returns how many there are.
    fn say_plain(&mut self, saying: &mut Saying, mut may_pass: impl FnMut() -> bool) -> usize {
        let Some(Next::Line { .. }) = self.found else { return 0 };
        let held = &self.input[self.start..self.lines_end()];
        let is_shown = self.start >= self.shown;
        let (mut start, mut count) = (0, 0);
        for end in memchr_iter(b'\n', held) {
            let line = &held[start..end];
            let says = !matches!(line.first(), None | Some(b' ' | b'/')) && (is_shown || text::is_plain(line));
            if !says || line.len() > self.line_chars_max as usize || !may_pass() {
                break;
            }
            (start, count) = (end + 1, count + 1);
        }
        if count > 0 {
            saying.push_lines(std::str::from_utf8(&held[..start]).expect("it is ASCII"), count);
            self.start += start;
            self.found = None;
            self.find();
        }
        count as usize
    }

    /// Takes what was found for what it asks for; what it says is added to `saying`.
    fn ask(&self, saying: &mut Saying) -> Asked {
        match self.found {
            None => Asked::Nothing,
            Some(Next::Mark(mark)) => Asked::For(mark.notice().into()),
            Some(Next::Line { end }) => self.ask_line(&self.input[self.start..end], saying),
        }
    }

    /// Takes what was found for a password; blank lines are none, as they are nothing elsewhere.
    fn given(&self) -> Given {
        match self.found {
            Some(Next::Line { end }) => {
                let line = String::from_utf8_lossy(&self.input[self.start..end]);
                if text::is_blank(&line) {
                    return Given::Blank;
                }
                let given = Given::of(&line);
                if let Given::Token(token) = given { Given::Resume(token) } else { given }
            }
            // Whatever it was, it is not the right one.
            Some(Next::Mark(Mark::TooLong)) => Given::Secret(Passphrase::new("")),
            Some(Next::Mark(Mark::WrongProtocol(_))) => Given::Leave,
            Some(Next::Mark(Mark::Speak(_))) => Given::Learned,
            // Where nothing is to be shown, the server says that it echoes.
            Some(Next::Mark(Mark::Refuse(ECHO))) => Given::Nothing,
            Some(Next::Mark(Mark::Refuse(option))) => Given::Answered(Message::Refuse { option }),
            Some(Next::Mark(Mark::AreYouThere)) => Given::Answered(Message::Here),
            None => Given::Nothing,
        }
    }

    /// Tells whether what was found costs nothing, since it asks for nothing.
    fn is_free(&self) -> bool {
        matches!(self.found, Some(Next::Mark(Mark::Speak(_))))
    }

    /// Goes past what was found, and was blank or not, to what is next.
    fn pass(&mut self, is_blank: bool) {
        match self.found.take() {
            Some(Next::Line { end }) => {
                self.start = end + 1;
                if is_blank {
                    let blank = &self.input[self.start..self.lines_end()];
                    self.start += blank_lines_bytes(blank, self.line_chars_max as usize);
                }
            }
            Some(Next::Mark(_)) => self.marks.pop(),
            None => {}
        }
        self.find();
    }

    /// Lets go of memory once it is twice what is held: so each byte is moved once at most on average. A connection
    /// that is at rest holds none at all.
    fn forget_passed(&mut self) {
        let held = self.input.len() - self.start;
        if self.input.capacity() < (2 * held).max(1) {
            return;
        }
        self.input = self.input[self.start..].to_vec();
        self.marks.move_up(self.start);
        if let Some(Next::Line { end }) = &mut self.found {
            *end -= self.start;
        }
        self.typed -= self.start;
        self.shown = self.shown.saturating_sub(self.start);
        self.start = 0;
    }

    #[cfg(test)]
    fn held(&self) -> &[u8] {
        &self.input
    }
}

/// It hides what was typed.
impl fmt::Debug for LineDecoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LineDecoder({} bytes, {:?}, {:?})", self.input.len(), self.marks, self.dialect)
    }
}

/// Tells whether these are shown ASCII characters and line feeds, and nothing else.
fn is_shown(text: &[u8]) -> bool {
    let all =
        |bytes: &[u8]| bytes.iter().fold(true, |all, &byte| all & (matches!(byte, b' '..=b'~') | (byte == b'\n')));
    let (pieces, rest) = text.as_chunks::<64>();
    pieces.iter().all(|piece| all(piece)) && all(rest)
}

/// Returns where the first key is that does something to the line that is being typed, or the length. Where there is no
/// control character, many bytes are looked at at once: in pieces of one size, and for few signs, which takes a third
/// of the time. Those that are no keys are text: a flood of them would cost a look at a piece each.
fn find_key(text: &[u8]) -> usize {
    let is_control = |byte: u8| (byte < b' ') & (byte != b'\n') & (byte != b'\r') | (byte == DELETE);
    let has_none = |bytes: &&[u8; 64]| bytes.iter().fold(true, |none, &byte| none & !is_control(byte));
    let start = 64 * text.as_chunks::<64>().0.iter().take_while(has_none).count();
    let is_key = |byte: &u8| matches!(*byte, END_OF_INPUT | BACKSPACE | KILL_LINE | KILL_WORD | DELETE);
    text[start..].iter().position(is_key).map_or(text.len(), |found| start + found)
}

/// Returns how many bytes at the start are lines of nothing but spaces and tabs, as short as lines may be. They are as
/// free as any blank lines that came with one; but a flood of them, taken one by one, would cost a hundred times of
/// what it costs to send.
pub(crate) fn blank_lines_bytes(input: &[u8], line_chars_max: usize) -> usize {
    let mut start = 0;
    for (place, byte) in input.iter().enumerate() {
        match byte {
            b'\n' => start = place + 1,
            b' ' | b'\t' if place - start < line_chars_max => {}
            _ => break,
        }
    }
    start
}

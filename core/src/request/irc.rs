//! Owns a line of IRC that asks for something: what it costs, before it is known what comes of it.

use std::fmt;

use crate::irc::line::Line;
use crate::window::{LIST_BYTES_MAX, REPLY_WINDOW_BYTES};

/// What any answer to what is said has at the most besides what was said: numbers and names.
const TALK: usize = 200;

/// Besides that, the most that an answer tells of somebody who is away.
const AWAY: usize = 512;

/// More than the answer to a line has whose answer is short; the longest is the welcome.
const SHORT: usize = 5 << 10;

/// The commands whose answers may be long, or grow with how many are here.
const LONG: [&str; 9] = ["JOIN", "NAMES", "LIST", "WHO", "WHOIS", "WHOWAS", "MONITOR", "HELP", "HELPOP"];

/// For how many rooms or people a line may be at the most whose answer is short.
const FEW: u32 = 8;

/// More than a tag that the server adds has, and the notice that may have to go before it.
const STAMP: usize = 300;

/// Holds a line of IRC, without its end.
///
/// Its `Debug` hides it, so that no log shows by accident what people say.
#[derive(Clone, PartialEq, Eq)]
pub struct IrcLine {
    text: Box<str>,
    is_utf8: bool,
}

impl IrcLine {
    /// Takes a line.
    #[must_use]
    pub fn new(line: &str) -> Self {
        Self { text: line.into(), is_utf8: true }
    }

    /// Takes a line that was not UTF-8, with marks where it was not. Nothing of it counts but its label.
    #[must_use]
    pub fn not_utf8(line: &str) -> Self {
        Self { text: line.into(), is_utf8: false }
    }

    /// Returns it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Tells whether it was UTF-8.
    #[must_use]
    pub const fn is_utf8(&self) -> bool {
        self.is_utf8
    }

    /// Tells whether nothing counts that comes after it.
    pub(crate) fn is_last(&self) -> bool {
        self.is_utf8 && Line::parse(&self.text).is("QUIT")
    }

    /// Returns for how many lines it counts: one for each to whom it goes.
    pub(crate) fn weight(&self) -> u32 {
        let line = Line::parse(&self.text);
        let targets = line.param(0).map_or(0, |targets| targets.matches(',').count());
        1 + u32::try_from(targets).unwrap_or(u32::MAX)
    }

    /// Returns the most bytes that the first piece of its answer can have.
    pub(crate) fn reply_bytes_max(&self) -> usize {
        let line = Line::parse(&self.text);
        if self.is_long(&line) {
            return LIST_BYTES_MAX + STAMP;
        }
        if !self.is_talk(&line) {
            return SHORT + STAMP;
        }
        let targets = self.weight() as usize;
        let is_private = line.param(0).is_some_and(|targets| !targets.starts_with('#') || targets.contains(','));
        let away = if is_private { AWAY } else { 0 };
        targets * (self.text.len() + TALK + away) + STAMP
    }

    /// Returns how much of the window it takes: all of it, where the answer may come in pieces.
    pub(crate) fn window_bytes(&self) -> usize {
        if self.is_long(&Line::parse(&self.text)) { REPLY_WINDOW_BYTES } else { self.reply_bytes_max() }
    }

    fn is_talk(&self, line: &Line<'_>) -> bool {
        self.is_utf8 && ["PRIVMSG", "NOTICE", "PING", "PONG"].iter().any(|command| line.is(command))
    }

    fn is_long(&self, line: &Line<'_>) -> bool {
        self.is_utf8 && !self.is_talk(line) && (self.weight() > FEW || LONG.iter().any(|command| line.is(command)))
    }
}

impl fmt::Debug for IrcLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "IrcLine({} bytes)", self.text.len())
    }
}

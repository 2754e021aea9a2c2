//! Owns a line of IRC that asks for something: what it costs, before it is known what comes of it.

use std::fmt;

use memchr::memchr_iter;

use crate::irc::line::Line;
use crate::window::{LIST_BYTES_MAX, REPLY_WINDOW_BYTES};

/// What any answer to what is said has at the most besides what was said: numbers and names.
const TALK: usize = 200;

/// Besides that, the most that an answer tells of somebody who is away.
const AWAY: usize = 512;

/// More than the answer to a line has whose answer is short; the longest is the welcome.
const SHORT: usize = 5 << 10;

/// The commands whose answers may be long, or grow with how many are here.
const LONG: [&str; 11] =
    ["JOIN", "NAMES", "LIST", "WHO", "WHOIS", "WHOWAS", "MONITOR", "HELP", "HELPOP", "SEARCH", "CHATHISTORY"];

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
    cost: Cost,
    /// For how many lines it counts.
    weight: u32,
}

/// Tells how much may be answered.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Cost {
    /// Nothing that is not dropped if it is not read: it says something to a room, without tags.
    Free,
    /// What was said, or asked for by a ping.
    Talk,
    /// To people: besides, that they are away.
    Private,
    /// A few lines.
    Short,
    /// The same, and nothing counts that comes after it.
    Last,
    /// As many lines as there are, in pieces.
    Long,
}

impl Cost {
    /// Returns the most bytes that an answer to a line of this length has, or its first piece.
    const fn reply_bytes_max(self, line_bytes: usize, weight: u32) -> usize {
        match self {
            Self::Free => 0,
            Self::Talk => line_bytes + TALK + STAMP,
            Self::Private => weight as usize * (line_bytes + TALK + AWAY) + STAMP,
            Self::Short | Self::Last => SHORT + STAMP,
            Self::Long => LIST_BYTES_MAX + STAMP,
        }
    }
}

impl IrcLine {
    /// Takes a line.
    #[must_use]
    pub fn new(line: &str) -> Self {
        let parsed = Line::parse(line);
        let targets = parsed.param(0).unwrap_or_default();
        let weight = 1 + u32::try_from(memchr_iter(b',', targets.as_bytes()).count()).unwrap_or(u32::MAX - 1);
        let is = |commands: &[&str]| commands.iter().any(|command| parsed.is(command));
        let is_to_room = targets.starts_with('#') && weight == 1;
        let mut cost = if is_to_room && parsed.tags.is_empty() && is(&["PRIVMSG", "NOTICE"]) {
            Cost::Free
        } else if is(&["PRIVMSG", "NOTICE", "TAGMSG"]) {
            if is_to_room { Cost::Talk } else { Cost::Private }
        } else if is(&["PING", "PONG"]) {
            Cost::Talk
        } else if is(&["QUIT"]) {
            Cost::Last
        } else if weight > FEW || is(&LONG) {
            Cost::Long
        } else {
            Cost::Short
        };
        if cost.reply_bytes_max(line.len(), weight) > LIST_BYTES_MAX {
            cost = Cost::Long;
        }
        Self { text: line.into(), is_utf8: true, cost, weight }
    }

    /// Takes a line that was not UTF-8, with marks where it was not. Nothing of it counts but its label.
    #[must_use]
    pub fn not_utf8(line: &str) -> Self {
        Self { text: line.into(), is_utf8: false, cost: Cost::Short, weight: 1 }
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

    /// Tells whether it may say something to one room, and nothing else: no tag is before it.
    pub(crate) fn may_be_in_a_row(&self) -> bool {
        self.is_utf8
            && self.is_free()
            && self.text.get(..8).is_some_and(|command| command.eq_ignore_ascii_case("PRIVMSG "))
    }

    /// Tells whether its answer may be dropped, if it is not read.
    pub(crate) const fn is_free(&self) -> bool {
        matches!(self.cost, Cost::Free)
    }

    /// Tells whether nothing counts that comes after it.
    pub(crate) const fn is_last(&self) -> bool {
        matches!(self.cost, Cost::Last)
    }

    /// Returns for how many lines it counts: one for each to whom it goes.
    pub(crate) const fn weight(&self) -> u32 {
        self.weight
    }

    /// Returns the most bytes that the first piece of its answer can have.
    pub(crate) const fn reply_bytes_max(&self) -> usize {
        self.cost.reply_bytes_max(self.text.len(), self.weight)
    }

    /// Returns how much of the window it takes: all of it, where the answer may come in pieces.
    pub(crate) const fn window_bytes(&self) -> usize {
        if self.comes_in_pieces() { REPLY_WINDOW_BYTES } else { self.reply_bytes_max() }
    }

    /// Tells whether its answer may come in pieces: only then the rest of it is asked for.
    pub(crate) const fn comes_in_pieces(&self) -> bool {
        matches!(self.cost, Cost::Long)
    }
}

impl fmt::Debug for IrcLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "IrcLine({} bytes)", self.text.len())
    }
}

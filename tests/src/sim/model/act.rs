//! Owns what somebody can do who keeps order in a room.

use std::time::Duration;

/// What somebody does who keeps order, or would.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Act {
    Kick(String, Option<String>),
    /// For how long, if not for good, and why.
    Ban(String, Option<Duration>, Option<String>),
    Unban(String),
    Mute(String, Option<Duration>),
    Unmute(String),
    Invite(String),
    /// A letter of IRC, whether it is set, and what it takes.
    Mode(char, bool, String),
}

/// Tells whether a word can be the key of a room.
pub(super) fn is_key(word: &str) -> bool {
    (1..=23).contains(&word.len()) && !word.starts_with(':') && word.chars().all(|c| c.is_ascii_graphic() && c != ',')
}

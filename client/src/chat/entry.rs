//! What is shown of one event: a message, a line of the server, or a remark of this program.

use std::ops::Range;

use chinwag_core::Name;
use jiff::civil::{Date, Time};

use super::piece::{Piece, Role};
use crate::mention::mentions;

/// One entry of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    at: Time,
    what: What,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum What {
    Said { name: Name, text: String, own: Own, mentions: Vec<Range<usize>> },
    Told(String),
    Remarked(String),
    Began(Date),
}

/// Whose message it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Own {
    Mine,
    Anothers,
}

impl Entry {
    /// Makes one of a message. In somebody else's the name `me` is marked wherever it is a word of its own.
    pub(super) fn said(at: Time, name: Name, text: String, me: Option<&Name>) -> Self {
        let own = if me == Some(&name) { Own::Mine } else { Own::Anothers };
        let mentions = me.filter(|_| own == Own::Anothers).map_or(Vec::new(), |me| mentions(&text, me.as_str()));
        Self { at, what: What::Said { name, text, own, mentions } }
    }

    /// Makes one of a line of the server.
    pub(super) fn told(at: Time, text: String) -> Self {
        Self { at, what: What::Told(text) }
    }

    /// Makes one of what this program has to say.
    pub(super) fn remarked(at: Time, text: String) -> Self {
        Self { at, what: What::Remarked(text) }
    }

    /// Makes one that tells which day it is from here on.
    pub(super) fn began(at: Time, date: Date) -> Self {
        Self { at, what: What::Began(date) }
    }

    /// Tells whether somebody else says the user's name.
    pub(super) fn mentions_me(&self) -> bool {
        matches!(&self.what, What::Said { mentions, .. } if !mentions.is_empty())
    }

    /// Tells whether it says the same as another, whenever that was.
    pub(super) fn repeats(&self, other: &Self) -> bool {
        self.what == other.what
    }

    /// Returns the time that it is shown with.
    pub(super) fn stamp(&self) -> String {
        self.at.strftime("%H:%M").to_string()
    }

    /// Returns what is shown besides the time.
    pub(super) fn pieces(&self) -> Vec<Piece<'_>> {
        match &self.what {
            What::Said { name, text, own, mentions } => said(name, text, *own, mentions),
            What::Told(text) => vec![Piece::new(Role::Told, "· "), Piece::new(Role::Told, text)],
            What::Remarked(text) => vec![Piece::new(Role::Remark, "! "), Piece::new(Role::Remark, text)],
            What::Began(date) => vec![Piece::new(Role::Told, format!("— {} —", date.strftime("%A, %-d %B %Y")))],
        }
    }

    /// Returns what is shown, as plain text.
    pub(super) fn plain(&self) -> String {
        let text: String = self.pieces().iter().map(|piece| &*piece.text).collect();
        format!("{} {text}", self.stamp())
    }

    /// Returns what was said or told, without who did or when.
    pub(super) fn text(&self) -> &str {
        match &self.what {
            What::Said { text, .. } | What::Told(text) | What::Remarked(text) => text,
            What::Began(_) => "",
        }
    }
}

fn said<'a>(name: &'a Name, text: &'a str, own: Own, mentions: &[Range<usize>]) -> Vec<Piece<'a>> {
    let role = match own {
        Own::Mine => Role::MyName,
        Own::Anothers => Role::Name(super::colours::of(name)),
    };
    let mut pieces = vec![Piece::new(role, name.as_str()), Piece::new(Role::Text, ": ")];
    let mut shown = 0;
    for mention in mentions {
        pieces.push(Piece::new(Role::Text, &text[shown..mention.start]));
        pieces.push(Piece::new(Role::Mention, &text[mention.clone()]));
        shown = mention.end;
    }
    pieces.push(Piece::new(Role::Text, &text[shown..]));
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> Name {
        Name::parse(text).expect("the case is a name")
    }

    #[test]
    fn ones_own_messages_mention_nobody() {
        let (me, at) = (name("Ann"), Time::midnight());
        assert!(Entry::said(at, name("Bob"), "hi Ann".into(), Some(&me)).mentions_me());
        assert!(!Entry::said(at, me.clone(), "I am Ann".into(), Some(&me)).mentions_me());
        assert!(!Entry::said(at, name("Bob"), "hi Ann".into(), None).mentions_me());
    }

    #[test]
    fn the_plain_text_is_all_that_is_shown() {
        let at = Time::constant(9, 5, 59, 0);
        let cases = [
            (Entry::said(at, name("Bob"), "hi Ann, hi".into(), Some(&name("Ann"))), "09:05 Bob: hi Ann, hi"),
            (Entry::told(at, "Bob joined".into()), "09:05 · Bob joined"),
            (Entry::remarked(at, "connection lost".into()), "09:05 ! connection lost"),
            (Entry::began(at, Date::constant(2026, 11, 23)), "09:05 — Monday, 23 November 2026 —"),
        ];
        for (entry, plain) in cases {
            assert_eq!(entry.plain(), plain);
        }
    }
}

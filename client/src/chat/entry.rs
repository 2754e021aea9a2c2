//! What is shown of one event: a message, a line of the server, or a remark of this program.

use std::ops::Range;

use chinwag_core::Name;
use jiff::civil::{Date, Time};

use super::piece::{Piece, Role};
use crate::line::Line;
use crate::mention::mentions;

/// One entry of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    at: Time,
    what: What,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum What {
    Said { name: Name, text: String, own: Own, manner: Manner, mentions: Vec<Range<usize>> },
    Sent { name: Name, text: String },
    Earlier(String),
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

/// How something is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Manner {
    /// To the room.
    Aloud,
    /// To the room, as what a third person does.
    Act,
    /// To the user alone.
    Aside,
}

impl Entry {
    /// Makes one of what a line of the server means. Where somebody else says something, the name `me` is marked
    /// wherever it is a word of its own.
    pub(super) fn of(at: Time, line: Line, text: String, me: Option<&Name>) -> Self {
        let said = |name, text, manner| Self::said(at, name, text, manner, me);
        match line {
            Line::Said { name, text } => said(name, text, Manner::Aloud),
            Line::Acted { name, text } => said(name, text, Manner::Act),
            Line::Told { name, text } => said(name, text, Manner::Aside),
            Line::Sent { name, text } => Self { at, what: What::Sent { name, text } },
            Line::Earlier(_) | Line::Found => Self::earlier(at, text),
            Line::YouAre(_)
            | Line::YouJoined(_)
            | Line::YouAreIn(_)
            | Line::Joined(_)
            | Line::Left(_)
            | Line::Nobody(_)
            | Line::NobodyWrote
            | Line::Topic(_)
            | Line::TopicSet { .. }
            | Line::Ignoring(_)
            | Line::Hearing(_)
            | Line::Ignored(_)
            | Line::Renamed { .. }
            | Line::Taken(_)
            | Line::Rooms(_)
            | Line::Users(_)
            | Line::TooLong { .. }
            | Line::Dropped(_)
            | Line::Token(_)
            | Line::NothingToResume
            | Line::Pass(_)
            | Line::AsksPassword
            | Line::AsksSecret
            | Line::LoggedOut
            | Line::Unrecognized(_)
            | Line::Help
            | Line::Notice => Self::told(at, text),
        }
    }

    fn said(at: Time, name: Name, text: String, manner: Manner, me: Option<&Name>) -> Self {
        let own = if me == Some(&name) { Own::Mine } else { Own::Anothers };
        let mentions = me.filter(|_| own == Own::Anothers).map_or(Vec::new(), |me| mentions(&text, me.as_str()));
        Self { at, what: What::Said { name, text, own, manner, mentions } }
    }

    /// Makes one of a line of what was said before. Nobody is mentioned in it any more.
    pub(super) fn earlier(at: Time, text: String) -> Self {
        Self { at, what: What::Earlier(text) }
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

    /// Tells whether somebody else says the user's name, or writes to the user alone.
    pub(super) fn mentions_me(&self) -> bool {
        let What::Said { own: Own::Anothers, manner, mentions, .. } = &self.what else { return false };
        *manner == Manner::Aside || !mentions.is_empty()
    }

    /// Tells whether it is of now, and not of what was said before.
    pub(super) fn is_new(&self) -> bool {
        !matches!(self.what, What::Earlier(_))
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
            What::Said { name, text, own, manner, mentions } => said(name, text, *own, *manner, mentions),
            What::Sent { name, text } => sent(name, text),
            What::Earlier(text) => vec![Piece::new(Role::Earlier, text)],
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
            What::Said { text, .. }
            | What::Sent { text, .. }
            | What::Earlier(text)
            | What::Told(text)
            | What::Remarked(text) => text,
            What::Began(_) => "",
        }
    }
}

fn said<'a>(name: &'a Name, text: &'a str, own: Own, manner: Manner, mentions: &[Range<usize>]) -> Vec<Piece<'a>> {
    let role = match own {
        Own::Mine => Role::MyName,
        Own::Anothers => Role::Name(super::colours::of(name)),
    };
    let name = Piece::new(role, name.as_str());
    let mut pieces = match manner {
        Manner::Aloud => vec![name, Piece::new(Role::Text, ": ")],
        Manner::Act => vec![Piece::new(role, "* "), name, Piece::new(Role::Text, " ")],
        Manner::Aside => {
            vec![name, Piece::new(Role::Text, " "), Piece::new(Role::Mention, "(to you)"), Piece::new(Role::Text, ": ")]
        }
    };
    let mut shown = 0;
    for mention in mentions {
        pieces.push(Piece::new(Role::Text, &text[shown..mention.start]));
        pieces.push(Piece::new(Role::Mention, &text[mention.clone()]));
        shown = mention.end;
    }
    pieces.push(Piece::new(Role::Text, &text[shown..]));
    pieces
}

fn sent<'a>(name: &'a Name, text: &'a str) -> Vec<Piece<'a>> {
    vec![
        Piece::new(Role::MyName, "You"),
        Piece::new(Role::Text, " (to "),
        Piece::new(Role::Name(super::colours::of(name)), name.as_str()),
        Piece::new(Role::Text, "): "),
        Piece::new(Role::Text, text),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What Ann is shown of a line of the server.
    fn shown(line: &str) -> Entry {
        let at = Time::constant(9, 5, 59, 0);
        Entry::of(at, Line::parse(line), line.to_owned(), Some(&name("Ann")))
    }

    fn name(text: &str) -> Name {
        Name::parse(text).expect("the case is a name")
    }

    #[test]
    fn what_somebody_else_says_with_ones_name_or_to_one_alone_is_a_mention() {
        let cases = [
            ("Bob: hi Ann", true),
            ("Bob: hi", false),
            ("Ann: I am Ann", false),
            ("* Bob waves at Ann", true),
            ("* Bob waves", false),
            ("* Ann waves at Ann", false),
            ("Bob (to you): hi", true),
            ("Ann (to you): hi", false),
            ("You (to Bob): hi, it is Ann", false),
            ("You (to Ann): hi", false),
            ("[just now] Bob: hi Ann", false),
            ("[just now] * Bob waves at Ann", false),
            ("Topic - hi Ann", false),
            ("Bob set the topic: hi Ann", false),
            ("Ann is now Bob", false),
        ];
        for (line, mentions) in cases {
            assert_eq!(shown(line).mentions_me(), mentions, "{line}");
        }
        let nobody = Entry::of(Time::midnight(), Line::parse("Bob: hi Ann"), String::new(), None);
        assert!(!nobody.mentions_me());
    }

    #[test]
    fn the_plain_text_is_all_that_is_shown() {
        let at = Time::constant(9, 5, 59, 0);
        let cases = [
            (shown("Bob: hi Ann, hi"), "09:05 Bob: hi Ann, hi"),
            (shown("* Bob waves at Ann"), "09:05 * Bob waves at Ann"),
            (shown("Bob (to you): hi Ann"), "09:05 Bob (to you): hi Ann"),
            (shown("You (to Bob): hi"), "09:05 You (to Bob): hi"),
            (shown("[5 min ago] Bob: hi"), "09:05 [5 min ago] Bob: hi"),
            (shown("Bob joined"), "09:05 · Bob joined"),
            (shown("Topic - pizza at eight"), "09:05 · Topic - pizza at eight"),
            (shown("Bob set the topic: none"), "09:05 · Bob set the topic: none"),
            (Entry::told(at, "You are Ann".into()), "09:05 · You are Ann"),
            (Entry::remarked(at, "connection lost".into()), "09:05 ! connection lost"),
            (Entry::began(at, Date::constant(2026, 11, 23)), "09:05 — Monday, 23 November 2026 —"),
        ];
        for (entry, plain) in cases {
            assert_eq!(entry.plain(), plain);
        }
    }

    #[test]
    fn who_acts_or_writes_has_the_colour_of_who_speaks() {
        let bob = Role::Name(super::super::colours::of(&name("Bob")));
        let cases: [(&str, &[(Role, &str)]); 7] = [
            ("Bob: hi", &[(bob, "Bob"), (Role::Text, ": hi")]),
            ("* Bob waves", &[(bob, "* Bob"), (Role::Text, " waves")]),
            ("* Ann waves", &[(Role::MyName, "* Ann"), (Role::Text, " waves")]),
            ("Bob (to you): hi", &[(bob, "Bob"), (Role::Text, " "), (Role::Mention, "(to you)"), (Role::Text, ": hi")]),
            ("You (to Bob): hi", &[(Role::MyName, "You"), (Role::Text, " (to "), (bob, "Bob"), (Role::Text, "): hi")]),
            ("[just now] Bob: hi Ann", &[(Role::Earlier, "[just now] Bob: hi Ann")]),
            ("[pizza, 2 d ago] Bob: hi Ann", &[(Role::Earlier, "[pizza, 2 d ago] Bob: hi Ann")]),
        ];
        for (line, looks) in cases {
            let mut joined: Vec<(Role, String)> = Vec::new();
            for piece in shown(line).pieces() {
                match joined.last_mut() {
                    Some((role, text)) if *role == piece.role => text.push_str(&piece.text),
                    _ => joined.push((piece.role, piece.text.into_owned())),
                }
            }
            let joined: Vec<(Role, &str)> = joined.iter().map(|(role, text)| (*role, text.as_str())).collect();
            assert_eq!(joined, looks, "{line}");
        }
    }
}

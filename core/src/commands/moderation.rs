//! Owns the table of the commands of those who keep order, and how they are parsed. The help shows them apart, since
//! most people never need one.

use std::time::Duration;

use super::{Usage, log_in};
use crate::address_key::AddressKey;
use crate::log::{Act, Command, Mode, ModeChange, Moderation, RoomKey, WHY_BYTES_MAX};
use crate::mask::Mask;
use crate::text::is_blank;
use crate::{Name, Notice, Purpose, Query, Request, Text};

/// Lists the commands of those who keep order, in the order in which they are shown.
pub(crate) const MODERATION: &[Usage] = &[
    Usage {
        word: "kick",
        arguments: &["name", "why"],
        what: "put somebody out of the room",
        parse: |argument| {
            let (name, why) = first_word(argument);
            with_name("kick", name, |name| Act::Kick { name, why: why_of(why) })
        },
    },
    Usage {
        word: "ban",
        arguments: &["name", "time", "why"],
        what: "put them out and keep them out, for 10m, 2h, 3d, 1w or for good",
        parse: ban,
    },
    Usage { word: "unban", arguments: &["name"], what: "let them in again", parse: unban },
    Usage { word: "bans", arguments: &[], what: "list who is kept out of the room", parse: |_| Query::Bans.into() },
    Usage {
        word: "mute",
        arguments: &["name", "time"],
        what: "let nobody in the room hear them, for 10m or for good",
        parse: |argument| {
            let (name, rest) = first_word(argument);
            let (lasts, _) = lasts_of(rest);
            with_name("mute", name, |name| Act::Mute { name, lasts })
        },
    },
    Usage {
        word: "unmute",
        arguments: &["name"],
        what: "let them be heard again",
        parse: |name| with_name("unmute", name, |name| Act::Unmute { name }),
    },
    Usage {
        word: "invite",
        arguments: &["name"],
        what: "let somebody know of the room, and in",
        parse: |name| with_name("invite", name, |name| Act::Invite { name }),
    },
    Usage {
        word: "lock",
        arguments: &[],
        what: "let only those in who are invited",
        parse: |_| change(true, Mode::Locked),
    },
    Usage { word: "unlock", arguments: &[], what: "let everybody in", parse: |_| change(false, Mode::Locked) },
    Usage {
        word: "key",
        arguments: &["word"],
        what: "let only those in who type /join {room} {word}, or remove the key",
        parse: key,
    },
    Usage {
        word: "op",
        arguments: &["name"],
        what: "let somebody keep order as you do, or list who does",
        parse: |name| match name.is_empty() {
            true => Query::Operators.into(),
            false => with_name("op", name, |name| changed(true, Mode::Operator(name))),
        },
    },
    Usage {
        word: "deop",
        arguments: &["name"],
        what: "let them do so no more",
        parse: |name| with_name("deop", name, |name| changed(false, Mode::Operator(name))),
    },
    Usage {
        word: "own",
        arguments: &["name"],
        what: "have the room keep all that for your account, or for theirs",
        parse: |name| match name.is_empty() {
            true => change(true, Mode::Owned(None)),
            false => with_name("own", name, |name| changed(true, Mode::Owned(Some(name)))),
        },
    },
    Usage {
        word: "disown",
        arguments: &[],
        what: "have it belong to no account any more",
        parse: |_| change(false, Mode::Owned(None)),
    },
    Usage {
        word: "oper",
        arguments: &["account"],
        what: "be an operator of the server, by the password of an account",
        parse: |account| log_in("oper", account, Purpose::Operate),
    },
    Usage {
        word: "announce",
        arguments: &["text"],
        what: "tell something to all rooms, as an operator of the server",
        parse: |text| match is_blank(text) {
            true => Notice::Incomplete("announce").into(),
            false => act(Act::Announce(Text::clean(text))),
        },
    },
];

fn act(act: Act) -> Request {
    Command::Moderate(Box::new(Moderation { room: None, act })).into()
}

fn changed(is_set: bool, mode: Mode) -> Act {
    Act::Change(vec![ModeChange { is_set, mode }])
}

fn change(is_set: bool, mode: Mode) -> Request {
    act(changed(is_set, mode))
}

fn with_name(word: &'static str, name: &str, of: impl FnOnce(Name) -> Act) -> Request {
    match Name::parse(name) {
        Some(name) => act(of(name)),
        None if name.is_empty() => Notice::Incomplete(word).into(),
        None => Notice::NameInvalid.into(),
    }
}

/// Splits a text behind its first word.
fn first_word(text: &str) -> (&str, &str) {
    let (word, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    (word, rest.trim_start())
}

/// Returns for how long something is to last, as the first word of a text says, and what is behind it: for good, if it
/// says nothing of that.
fn lasts_of(text: &str) -> (Option<Duration>, &str) {
    let (word, rest) = first_word(text);
    lasts(word).map_or((None, text), |lasts| (Some(lasts), rest))
}

/// Reads for how long something is to last: a number of up to four digits, of minutes, hours, days or weeks.
pub(crate) fn lasts(word: &str) -> Option<Duration> {
    let (number, unit) = word.split_at_checked(word.len().checked_sub(1)?)?;
    let minutes = match unit {
        "m" | "M" => 1,
        "h" | "H" => 60,
        "d" | "D" => 24 * 60,
        "w" | "W" => 7 * 24 * 60,
        _ => return None,
    };
    let is_number = (1..=4).contains(&number.len()) && number.bytes().all(|digit| digit.is_ascii_digit());
    let number: u64 = number.parse().ok().filter(|&number| is_number && number > 0)?;
    Some(Duration::from_secs(60 * minutes * number))
}

/// Returns why something is done, if anything is said of it, as much as may be.
pub(crate) fn why_of(why: &str) -> Option<Text> {
    let why = Text::clean(why.trim());
    let why = &why.as_str()[..why.as_str().floor_char_boundary(WHY_BYTES_MAX)];
    (!is_blank(why)).then(|| Text::clean(why))
}

fn ban(argument: &str) -> Request {
    let (whom, rest) = first_word(argument);
    let (lasts, why) = lasts_of(rest);
    let why = why_of(why);
    match AddressKey::parse(whom) {
        Some(address) => act(Act::BanAddress { address, lasts, why }),
        None => with_name("ban", whom, |name| Act::Ban { name, lasts, why }),
    }
}

fn unban(whom: &str) -> Request {
    if whom.is_empty() {
        return Notice::Incomplete("unban").into();
    }
    match AddressKey::parse(whom) {
        Some(address) => act(Act::UnbanAddress { address }),
        // As they are listed, which may be by a mask of IRC.
        None => Mask::parse(whom).map_or(Notice::NameInvalid.into(), |mask| act(Act::Unban { mask })),
    }
}

fn key(word: &str) -> Request {
    if word.is_empty() {
        // Any does: a room has one at most.
        return RoomKey::parse("*").map_or(Notice::Incomplete("key").into(), |key| change(false, Mode::Key(key)));
    }
    RoomKey::parse(word).map_or(Notice::Incomplete("key").into(), |key| change(true, Mode::Key(key)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(name: &str) -> Name {
        Name::parse(name).expect("the case is a name")
    }

    #[test]
    fn what_operators_type_says_whom_for_how_long_and_why() {
        let (bob, text) = (|| name("Bob"), |text: &str| Some(Text::clean(text)));
        let hours = |hours: u64| Some(Duration::from_secs(3600 * hours));
        let address = || AddressKey::parse("192.0.2.1").expect("an address");
        let is = |is_set, mode| Some(change(is_set, mode));
        let ban = |lasts, why| Some(act(Act::Ban { name: bob(), lasts, why }));
        let key = |word| Mode::Key(RoomKey::parse(word).expect("a key"));
        let cases: Vec<(&str, Option<Request>)> = vec![
            ("/kick Bob", Some(act(Act::Kick { name: bob(), why: None }))),
            ("/KICK Bob  go  away ", Some(act(Act::Kick { name: bob(), why: text("go  away") }))),
            ("/kick", Some(Notice::Incomplete("kick").into())),
            ("/kick x", Some(Notice::NameInvalid.into())),
            ("/ban Bob", ban(None, None)),
            ("/ban Bob 1h", ban(hours(1), None)),
            ("/ban Bob 2D spam and more", ban(hours(48), text("spam and more"))),
            ("/ban Bob 1w", ban(hours(168), None)),
            ("/ban Bob spam 1h", ban(None, text("spam 1h"))),
            ("/ban Bob 0m", ban(None, text("0m"))),
            ("/ban Bob 99999m", ban(None, text("99999m"))),
            ("/ban Bob m", ban(None, text("m"))),
            ("/ban Bob +1m", ban(None, text("+1m"))),
            (
                "/ban 192.0.2.1 1h spam",
                Some(act(Act::BanAddress { address: address(), lasts: hours(1), why: text("spam") })),
            ),
            ("/ban", Some(Notice::Incomplete("ban").into())),
            ("/unban Bob", Some(act(Act::Unban { mask: Mask::of(&bob()) }))),
            ("/unban b*!*@x", Mask::parse("b*!*@x").map(|mask| act(Act::Unban { mask }))),
            ("/unban 192.0.2.1", Some(act(Act::UnbanAddress { address: address() }))),
            ("/unban", Some(Notice::Incomplete("unban").into())),
            ("/unban a b", Some(Notice::NameInvalid.into())),
            ("/bans", Some(Query::Bans.into())),
            ("/mute Bob", Some(act(Act::Mute { name: bob(), lasts: None }))),
            ("/mute Bob 1h", Some(act(Act::Mute { name: bob(), lasts: hours(1) }))),
            ("/unmute Bob", Some(act(Act::Unmute { name: bob() }))),
            ("/invite Bob", Some(act(Act::Invite { name: bob() }))),
            ("/lock", is(true, Mode::Locked)),
            ("/unlock", is(false, Mode::Locked)),
            ("/key beer", is(true, key("beer"))),
            ("/key", is(false, key("*"))),
            ("/key two words", Some(Notice::Incomplete("key").into())),
            ("/op", Some(Query::Operators.into())),
            ("/op Bob", is(true, Mode::Operator(bob()))),
            ("/deop Bob", is(false, Mode::Operator(bob()))),
            ("/own", is(true, Mode::Owned(None))),
            ("/own Bob", is(true, Mode::Owned(Some(bob())))),
            ("/own x", Some(Notice::NameInvalid.into())),
            ("/disown", is(false, Mode::Owned(None))),
            ("/announce hi all", Some(act(Act::Announce(Text::clean("hi all"))))),
            ("/announce ", Some(Notice::Incomplete("announce").into())),
            ("/moderation", Some(Query::Moderation.into())),
        ];
        for (line, request) in cases {
            assert_eq!(Request::parse(line), request, "{line:?}");
        }
    }

    #[test]
    fn why_something_is_done_is_no_longer_than_it_may_be() {
        let long = "\u{e9}".repeat(WHY_BYTES_MAX);
        assert_eq!(why_of(&long).map(|why| why.as_str().len()), Some(WHY_BYTES_MAX));
        assert_eq!(why_of(" \u{200b} "), None);
    }
}

//! Owns how one [`Kept`] is written in the spool. Numbers have their lowest byte first.
//!
//! A kind, the time, the number, of an event its own number, the names with their lengths before them, and the rest is
//! the text. Of what is private there are more names, and one byte more that says how it was said.

use chinwag_core::words::{Happened, Kept, KeptEvent, Tags, Texts, Told, Topic, Venue, What};
use chinwag_core::{How, Name, Text};

const SAID: u8 = 1;
const ACTED: u8 = 2;
const TOPIC: u8 = 3;
const NO_TOPIC: u8 = 4;
const SAID_HIDDEN: u8 = 5;
const ACTED_HIDDEN: u8 = 6;
const TOPIC_EVENT: u8 = 7;
const TAGS_EVENT: u8 = 8;
const TOLD: u8 = 9;
const FORGOTTEN: u8 = 10;

/// How tags are marked that a client has sent; the others are in the order of [`HOWS`].
pub(crate) const TAGS_SENT: u8 = 3;
const HOWS: [How; 3] = [How::Say, How::Act, How::Notice];

/// Appends what is to be kept.
pub(crate) fn push(kept: &Kept, out: &mut Vec<u8>) {
    let (kind, text) = match &kept.what {
        What::Said(texts) => (if kept.is_hidden { SAID_HIDDEN } else { SAID }, texts.as_lines()),
        What::Acted(text) => (if kept.is_hidden { ACTED_HIDDEN } else { ACTED }, text.as_str()),
        What::Topic(Some(topic)) => (TOPIC, topic.as_str()),
        What::Topic(None) => (NO_TOPIC, ""),
        What::Event(KeptEvent { what: Happened::Topic(topic), .. }) => {
            (TOPIC_EVENT, topic.as_ref().map_or("", Topic::as_str))
        }
        What::Event(KeptEvent { what: Happened::Tags(tags), .. }) => (TAGS_EVENT, tags.as_str()),
        What::Event(KeptEvent { what: Happened::Told(told), .. }) => (TOLD, text_of(told)),
        What::Forgotten { .. } => (FORGOTTEN, ""),
    };
    out.push(kind);
    out.extend_from_slice(&kept.time_ms.to_le_bytes());
    out.extend_from_slice(&kept.seq.to_le_bytes());
    match &kept.what {
        What::Event(event) => out.extend_from_slice(&event.number.to_le_bytes()),
        What::Forgotten { before_ms } => out.extend_from_slice(&before_ms.to_le_bytes()),
        What::Said(_) | What::Acted(_) | What::Topic(_) => {}
    }
    let names: &[&Name] = match &kept.venue {
        Venue::Room(room) => &[room, &kept.name],
        Venue::Private(between) => &[&between.account, &between.with, &kept.name],
        Venue::AllPrivate(account) => &[account, &kept.name],
    };
    for name in names {
        push_name(name, out);
    }
    if let What::Event(KeptEvent { what: Happened::Told(told), .. }) = &kept.what {
        push_name(&told.to, out);
        out.push(put_how(told));
    }
    out.extend_from_slice(text.as_bytes());
}

fn push_name(name: &Name, out: &mut Vec<u8>) {
    out.push(u8::try_from(name.as_str().len()).expect("a name has at most 32 characters"));
    out.extend_from_slice(name.as_str().as_bytes());
}

/// Reads what [`push`] has written, if it is that.
pub(crate) fn parse(bytes: &[u8]) -> Option<Kept> {
    let (&kind, rest) = bytes.split_first()?;
    let (time, rest) = rest.split_first_chunk()?;
    let (seq, rest) = rest.split_first_chunk()?;
    let (number, rest) = match kind {
        TOPIC_EVENT | TAGS_EVENT | TOLD | FORGOTTEN => {
            rest.split_first_chunk().map(|(number, rest)| (u64::from_le_bytes(*number), rest))?
        }
        _ => (0, rest),
    };
    let (first, rest) = split_name(rest)?;
    let (venue, rest) = match kind {
        TOLD => {
            let (with, rest) = split_name(rest)?;
            (Venue::private(Name::parse(first)?, Name::parse(with)?), rest)
        }
        FORGOTTEN => (Venue::AllPrivate(Name::parse(first)?), rest),
        _ => (Venue::Room(Name::parse_room(first)?), rest),
    };
    let (name, rest) = split_name(rest)?;
    let name = Name::parse(name)?;
    let text = |rest| str::from_utf8(rest).ok();
    let what = match kind {
        SAID | SAID_HIDDEN => What::Said(Texts::parse_lines(text(rest)?)?),
        ACTED | ACTED_HIDDEN => What::Acted(Text::clean(text(rest)?)),
        TOPIC => What::Topic(Some(Topic::of(text(rest)?)?)),
        NO_TOPIC => What::Topic(None),
        TOPIC_EVENT | TAGS_EVENT => What::Event(KeptEvent { number, what: happened(kind == TAGS_EVENT, text(rest)?)? }),
        TOLD => {
            let (to, rest) = split_name(rest)?;
            let (&how, rest) = rest.split_first()?;
            let told = told(Name::parse(to)?, how, text(rest)?)?;
            What::Event(KeptEvent { number, what: Happened::Told(Box::new(told)) })
        }
        FORGOTTEN => What::Forgotten { before_ms: number },
        _ => return None,
    };
    let is_hidden = matches!(kind, SAID_HIDDEN | ACTED_HIDDEN);
    Some(Kept { venue, name, what, time_ms: u64::from_le_bytes(*time), seq: u64::from_le_bytes(*seq), is_hidden })
}

/// Returns how it is written how something was said.
pub(crate) fn put_how(told: &Told) -> u8 {
    let place = (0..).zip(HOWS).find(|(_, how)| *how == told.how).map_or(0, |(place, _)| place);
    if told.tags.is_some() { TAGS_SENT } else { place }
}

/// Reads what was said to somebody, if it is that.
pub(crate) fn told(to: Name, how: u8, text: &str) -> Option<Told> {
    if how == TAGS_SENT {
        let tags = Some(Tags::for_clients(text)?);
        return Some(Told { to, how: How::Notice, text: Text::default(), tags });
    }
    Some(Told { to, how: *HOWS.get(usize::from(how))?, text: Text::clean(text), tags: None })
}

/// Returns what is written of it: the text, or the tags.
pub(crate) fn text_of(told: &Told) -> &str {
    told.tags.as_ref().map_or(told.text.as_str(), Tags::as_str)
}

/// Reads what happened, if it is that.
pub(crate) fn happened(is_tags: bool, text: &str) -> Option<Happened> {
    Some(match (is_tags, text) {
        (true, tags) => Happened::Tags(Tags::for_clients(tags)?),
        (false, "") => Happened::Topic(None),
        (false, topic) => Happened::Topic(Some(Topic::of(topic)?)),
    })
}

fn split_name(bytes: &[u8]) -> Option<(&str, &[u8])> {
    let (&len, rest) = bytes.split_first()?;
    let (name, rest) = rest.split_at_checked(len.into())?;
    Some((str::from_utf8(name).ok()?, rest))
}

/// Returns how many rows it becomes.
pub(crate) fn rows(kept: &Kept) -> u64 {
    match &kept.what {
        What::Said(texts) => texts.count().into(),
        What::Acted(_) | What::Topic(_) | What::Event(_) | What::Forgotten { .. } => 1,
    }
}

/// Returns the number of the last message that it becomes.
pub(crate) fn last_seq(kept: &Kept) -> u64 {
    match &kept.what {
        What::Said(texts) => kept.seq + u64::from(texts.count()) - 1,
        What::Acted(_) | What::Topic(_) | What::Event(_) | What::Forgotten { .. } => kept.seq,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again_and_nothing_that_is_cut() {
        let name = |text| Name::parse(text).expect("the case is a name");
        let texts = Texts::parse_lines("one\n\nnaïve 👩‍🚀\n").expect("they are clean");
        let tags = Tags::for_clients("+draft/react=x;+draft/persist").expect("they are tags");
        let happened = [Happened::Topic(Topic::of("pizza")), Happened::Topic(None), Happened::Tags(tags)];
        let mut whats = vec![What::Said(texts), What::Acted(Text::clean("waves"))];
        whats.extend([What::Topic(Topic::of("pizza")), What::Topic(None)]);
        whats.extend(happened.map(|what| What::Event(KeptEvent { number: 1 << 50, what })));
        let is_message = |what: &What| !matches!(what, What::Topic(_) | What::Event(_));
        let hidden = whats.clone().into_iter().filter(is_message).map(|what| (what, true));
        for (what, is_hidden) in whats.into_iter().map(|what| (what, false)).chain(hidden) {
            let room = Name::parse_room("A-room-with-a-name-of-thirty-two").expect("it is one");
            let venue = Venue::Room(room);
            let kept = Kept { venue, name: name("aNN"), what, time_ms: u64::MAX, seq: 1 << 40, is_hidden };
            let mut bytes = Vec::new();
            push(&kept, &mut bytes);
            assert_eq!(parse(&bytes), Some(kept.clone()));
            let head = 1 + 8 + 8 + 33 + 4 + if matches!(kept.what, What::Event(_)) { 8 } else { 0 };
            for len in 0..head {
                assert_eq!(parse(&bytes[..len]), None, "{len}");
            }
        }
        assert_eq!(parse(b"\x0b"), None);
    }

    #[test]
    fn what_is_private_is_read_again_and_nothing_that_is_cut() {
        let name = |text| Name::parse(text).expect("the case is a name");
        let told = |how, text: &str| Told { to: name("bOB"), how, text: Text::clean(text), tags: None };
        let tags = Some(Tags::for_clients("+draft/persist;+x=y").expect("they are tags"));
        let tagged = Told { tags, ..told(How::Notice, "") };
        let all = [told(How::Say, "naïve"), told(How::Act, "waves"), told(How::Notice, ""), tagged];
        let event = |told| What::Event(KeptEvent { number: 1 << 50, what: Happened::Told(Box::new(told)) });
        let private = Venue::private(name("ann"), name("bob"));
        let rows = all.map(|told| (private.clone(), event(told), 1 + 8 + 8 + 8 + 4 + 4 + 4 + 4 + 1));
        let forgotten =
            (Venue::AllPrivate(name("ann")), What::Forgotten { before_ms: u64::MAX }, 1 + 8 + 8 + 8 + 4 + 4);
        for (venue, what, head) in rows.into_iter().chain([forgotten]) {
            let kept = Kept { venue, name: name("aNN"), what, time_ms: 1 << 40, seq: 0, is_hidden: false };
            let mut bytes = Vec::new();
            push(&kept, &mut bytes);
            assert_eq!(parse(&bytes), Some(kept));
            for len in 0..head {
                assert_eq!(parse(&bytes[..len]), None, "{len}");
            }
        }
    }
}

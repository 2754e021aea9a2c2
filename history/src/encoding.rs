//! Owns how one [`Kept`] is written in the spool. Numbers have their lowest byte first.
//!
//! A kind, the time, the number, of an event its own number, two names with their lengths before them, and the rest is
//! the text.

use chinwag_core::words::{Happened, Kept, KeptEvent, Tags, Texts, Topic, What};
use chinwag_core::{Name, Text};

const SAID: u8 = 1;
const ACTED: u8 = 2;
const TOPIC: u8 = 3;
const NO_TOPIC: u8 = 4;
const SAID_HIDDEN: u8 = 5;
const ACTED_HIDDEN: u8 = 6;
const TOPIC_EVENT: u8 = 7;
const TAGS_EVENT: u8 = 8;

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
    };
    out.push(kind);
    out.extend_from_slice(&kept.time_ms.to_le_bytes());
    out.extend_from_slice(&kept.seq.to_le_bytes());
    if let What::Event(event) = &kept.what {
        out.extend_from_slice(&event.number.to_le_bytes());
    }
    for name in [&kept.room, &kept.name] {
        out.push(u8::try_from(name.as_str().len()).expect("a name has at most 32 characters"));
        out.extend_from_slice(name.as_str().as_bytes());
    }
    out.extend_from_slice(text.as_bytes());
}

/// Reads what [`push`] has written, if it is that.
pub(crate) fn parse(bytes: &[u8]) -> Option<Kept> {
    let (&kind, rest) = bytes.split_first()?;
    let (time, rest) = rest.split_first_chunk()?;
    let (seq, rest) = rest.split_first_chunk()?;
    let (number, rest) = match kind {
        TOPIC_EVENT | TAGS_EVENT => {
            rest.split_first_chunk().map(|(number, rest)| (u64::from_le_bytes(*number), rest))?
        }
        _ => (0, rest),
    };
    let (room, rest) = split_name(rest)?;
    let (name, rest) = split_name(rest)?;
    let (room, name) = (Name::parse_room(room)?, Name::parse(name)?);
    let text = str::from_utf8(rest).ok()?;
    let what = match kind {
        SAID | SAID_HIDDEN => What::Said(Texts::parse_lines(text)?),
        ACTED | ACTED_HIDDEN => What::Acted(Text::clean(text)),
        TOPIC => What::Topic(Some(Topic::of(text)?)),
        NO_TOPIC => What::Topic(None),
        TOPIC_EVENT | TAGS_EVENT => What::Event(KeptEvent { number, what: happened(kind == TAGS_EVENT, text)? }),
        _ => return None,
    };
    let is_hidden = matches!(kind, SAID_HIDDEN | ACTED_HIDDEN);
    Some(Kept { room, name, what, time_ms: u64::from_le_bytes(*time), seq: u64::from_le_bytes(*seq), is_hidden })
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
        What::Acted(_) | What::Topic(_) | What::Event(_) => 1,
    }
}

/// Returns the number of the last message that it becomes.
pub(crate) fn last_seq(kept: &Kept) -> u64 {
    match &kept.what {
        What::Said(texts) => kept.seq + u64::from(texts.count()) - 1,
        What::Acted(_) | What::Topic(_) | What::Event(_) => kept.seq,
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
            let kept = Kept { room, name: name("aNN"), what, time_ms: u64::MAX, seq: 1 << 40, is_hidden };
            let mut bytes = Vec::new();
            push(&kept, &mut bytes);
            assert_eq!(parse(&bytes), Some(kept.clone()));
            let head = 1 + 8 + 8 + 33 + 4 + if matches!(kept.what, What::Event(_)) { 8 } else { 0 };
            for len in 0..head {
                assert_eq!(parse(&bytes[..len]), None, "{len}");
            }
        }
        assert_eq!(parse(b"\x09"), None);
    }
}

//! Owns how it is written what was kept elsewhere of a room.

use chinwag_core::{Happened, KeptEvent, KeptMessage, Past, Tags, Told};

use crate::common::{name, room_name, text, topic, topic_state};
use crate::{DecodeError, irc, proto};

/// Returns how it is written what is known of a room.
pub(crate) fn put(Past { room, said, hidden, topic, messages }: &Past) -> proto::Past {
    proto::Past {
        room: room.to_string(),
        said: *said,
        topic: topic.as_ref().map(Into::into),
        messages: messages.iter().map(put_kept).collect(),
        hidden: *hidden,
    }
}

/// Returns how one message is written.
pub(crate) fn put_kept(KeptMessage { name, text, is_act, time_ms, seq, event }: &KeptMessage) -> proto::Kept {
    let (name, text, event) = (name.to_string(), text.to_string(), put_event(event.as_deref()));
    proto::Kept { name, text, is_act: *is_act, time_ms: *time_ms, seq: *seq, event }
}

/// Returns how is written what happened, if something did.
pub(crate) fn put_event(event: Option<&KeptEvent>) -> Option<proto::KeptEvent> {
    let KeptEvent { number, what } = event?;
    let written = proto::KeptEvent { number: *number, ..proto::KeptEvent::default() };
    let tags = |tags: &Tags| Some(tags.as_str().to_owned());
    Some(match what {
        Happened::Topic(topic) => {
            let topic = topic.as_ref().map(|topic| topic.as_str().to_owned());
            proto::KeptEvent { topic: topic.unwrap_or_default(), ..written }
        }
        Happened::Tags(sent) => proto::KeptEvent { tags: tags(sent), ..written },
        Happened::Told(told) => {
            let Told { to, how, text, tags: sent } = &**told;
            let told = proto::ToldAlone { to: to.to_string(), how: irc::put_how(*how), text: text.to_string() };
            proto::KeptEvent { tags: sent.as_ref().and_then(tags), told: Some(told), ..written }
        }
    })
}

/// Reads it.
pub(crate) fn event(event: Option<proto::KeptEvent>) -> Result<Option<Box<KeptEvent>>, DecodeError> {
    let Some(proto::KeptEvent { number, topic: about, tags, told }) = event else { return Ok(None) };
    let tags = tags.map(|tags| irc::tags(&tags)).transpose()?;
    if !about.is_empty() && (told.is_some() || tags.is_some()) {
        return Err(DecodeError::Damaged("an event is one thing"));
    }
    let what = match (told, tags) {
        (Some(proto::ToldAlone { to, how, text: said }), tags) => {
            let (to, how, text) = (name(&to)?, irc::how(how)?, text(&said)?);
            Happened::Told(Box::new(Told { to, how, text, tags }))
        }
        (None, Some(tags)) => Happened::Tags(tags),
        (None, None) if about.is_empty() => Happened::Topic(None),
        (None, None) => Happened::Topic(Some(topic(&about)?)),
    };
    Ok(Some(Box::new(KeptEvent { number, what })))
}

/// Reads what is known of a room.
pub(crate) fn past(proto::Past { room, said, topic, messages, hidden }: proto::Past) -> Result<Past, DecodeError> {
    Ok(Past {
        room: room_name(&room)?,
        said,
        hidden,
        topic: topic.map(topic_state).transpose()?,
        messages: messages.into_iter().map(kept).collect::<Result<_, _>>()?,
    })
}

/// Reads one message.
pub(crate) fn kept(message: proto::Kept) -> Result<KeptMessage, DecodeError> {
    let proto::Kept { name: called, text: what, is_act, time_ms, seq, event: happened } = message;
    let event = event(happened)?;
    Ok(KeptMessage { name: name(&called)?, text: text(&what)?, is_act, time_ms, seq, event })
}

//! Owns how it is written what was kept elsewhere of a room.

use chinwag_core::{KeptMessage, Past};

use crate::common::{name, room_name, text, topic_state};
use crate::{DecodeError, proto};

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
pub(crate) fn put_kept(KeptMessage { name, text, is_act, time_ms, seq }: &KeptMessage) -> proto::Kept {
    proto::Kept { name: name.to_string(), text: text.to_string(), is_act: *is_act, time_ms: *time_ms, seq: *seq }
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
    let proto::Kept { name: called, text: what, is_act, time_ms, seq } = message;
    Ok(KeptMessage { name: name(&called)?, text: text(&what)?, is_act, time_ms, seq })
}

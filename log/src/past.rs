//! Owns how it is written what was kept elsewhere of a room.

use chinwag_core::{KeptMessage, Past};

use crate::common::{name, text};
use crate::snapshot::topic_state;
use crate::{DecodeError, proto};

/// Returns how it is written what is known of a room.
pub(crate) fn put(Past { room, said, topic, messages }: &Past) -> proto::Past {
    let put = |KeptMessage { name, text, is_act, time_ms, seq }: &KeptMessage| proto::Kept {
        name: name.to_string(),
        text: text.to_string(),
        is_act: *is_act,
        time_ms: *time_ms,
        seq: *seq,
    };
    proto::Past {
        room: room.to_string(),
        said: *said,
        topic: topic.as_ref().map(Into::into),
        messages: messages.iter().map(put).collect(),
    }
}

/// Reads it.
pub(crate) fn past(proto::Past { room, said, topic, messages }: proto::Past) -> Result<Past, DecodeError> {
    let read = |proto::Kept { name: called, text: what, is_act, time_ms, seq }: proto::Kept| {
        Ok(KeptMessage { name: name(&called)?, text: text(&what)?, is_act, time_ms, seq })
    };
    Ok(Past {
        room: name(&room)?,
        said,
        topic: topic.map(topic_state).transpose()?,
        messages: messages.into_iter().map(read).collect::<Result<_, _>>()?,
    })
}

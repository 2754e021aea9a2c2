//! Owns how it is written what was decided outside of the chat.

use chinwag_core::log::{Decided, KeptBar};

use crate::common::name;
use crate::moderation::{NO_ADDRESS, address, texts};
use crate::{DecodeError, owned, proto};

/// Writes it.
pub(crate) fn put(Decided { bars, unbarred, rooms }: &Decided) -> proto::Decided {
    proto::Decided {
        bars: bars.iter().map(put_bar).collect(),
        unbarred: unbarred.iter().map(|address| address.number()).collect(),
        rooms: rooms.iter().map(owned::put).collect(),
    }
}

/// Reads it.
pub(crate) fn decided(proto::Decided { bars, unbarred, rooms }: proto::Decided) -> Result<Decided, DecodeError> {
    Ok(Decided {
        bars: bars.into_iter().map(bar).collect::<Result<_, _>>()?,
        unbarred: unbarred.into_iter().map(|number| address(number).ok_or(NO_ADDRESS)).collect::<Result<_, _>>()?,
        rooms: rooms.into_iter().map(owned::owned).collect::<Result<_, _>>()?,
    })
}

fn put_bar(KeptBar { address, by, until_ms, why }: &KeptBar) -> proto::KeptBar {
    proto::KeptBar {
        address: address.number(),
        by: by.to_string(),
        until_ms: *until_ms,
        why: why.as_ref().map(ToString::to_string),
    }
}

fn bar(proto::KeptBar { address: from, by, until_ms, why }: proto::KeptBar) -> Result<KeptBar, DecodeError> {
    Ok(KeptBar { address: address(from).ok_or(NO_ADDRESS)?, by: name(&by)?, until_ms, why: texts(why)? })
}

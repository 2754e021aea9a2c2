//! Owns what an entry is, and the two directions between it and its bytes.

use chinwag_core::log::{Event, Record, Snapshot, cluster};
use chinwag_core::ops::{HubState, Input, Tally};
use chinwag_core::{Limits, Rules};
use prost::Message as _;

use crate::hash::StateHash;
use crate::kind::{encode, format_of};
use crate::proto::{self, Kind};
use crate::{DecodeError, FORMAT, talk};

/// Holds one entry of a log, or of a recording, which is what one server was handed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Entry {
    /// What all that follows is decided by: the first entry of a log.
    Rules(Rules),
    /// What the chat is here.
    Snapshot(Snapshot),
    /// What happens next.
    Record(Record),
    /// What of the limits of a server decides what people are sent. The others are not written, nor is its secret.
    Limits(Box<Limits>),
    /// What the hub is here.
    Hub(Box<HubState>),
    /// What the hub is handed next. No token in it is written, nor what hides a [secret](Input::without_secrets).
    Input(Input),
    /// A batch ends here, which was about so much.
    Batch(Tally),
    /// The hash of what the hub is here.
    Hash(StateHash),
    /// What one of several servers says in the log that they share. The events have no times of their own.
    Shared(Box<cluster::Entry<Event>>),
    /// With what a server begins that joins others.
    Start(Box<cluster::Start>),
}

impl Entry {
    /// Appends the bytes of the entry.
    pub fn encode(&self, out: &mut Vec<u8>) {
        let kind = match self {
            Self::Rules(rules) => Kind::Rules(rules.into()),
            Self::Snapshot(snapshot) => Kind::Snapshot(snapshot.into()),
            Self::Record(record) => Kind::Record(record.into()),
            Self::Limits(limits) => Kind::Limits((&**limits).into()),
            Self::Hub(state) => Kind::Hub((&**state).into()),
            Self::Input(input) => return Self::encode_input(input, out),
            Self::Batch(tally) => Kind::Batch((*tally).into()),
            Self::Hash(hash) => Kind::Hash(hash.as_bytes().to_vec()),
            Self::Shared(entry) => Kind::Shared((&**entry).into()),
            Self::Start(start) => Kind::Start((&**start).into()),
        };
        encode(kind, out);
    }

    /// Appends the bytes of an [`Entry::Input`].
    pub fn encode_input(input: &Input, out: &mut Vec<u8>) {
        if !talk::encode(input, out) {
            encode(Kind::Input((&*input.without_secrets()).into()), out);
        }
    }

    /// Reads the bytes of one entry.
    ///
    /// # Errors
    /// A release is needed that knows a later format, or they are no entry.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        if let Some(input) = talk::decode(bytes) {
            return Ok(Self::Input(input));
        }
        let damaged = |_| DecodeError::Damaged("its fields are not of their types");
        // First, and alone: what a later release writes may look like anything.
        let format = proto::Format::decode(bytes).map_err(damaged)?.format;
        match format {
            0 => return Err(DecodeError::Damaged("it has no format")),
            1 | FORMAT => {}
            2..FORMAT => return Err(DecodeError::Older { format }),
            _ => return Err(DecodeError::Newer { format }),
        }
        let entry = proto::Entry::decode(bytes).map_err(damaged)?;
        // What was skipped is missing here; so is what can be written in two ways, and was written in the other.
        if entry.encode_to_vec() != bytes {
            return Err(DecodeError::Unknown { format });
        }
        let kind = entry.kind.filter(|kind| format_of(kind) == format).ok_or(DecodeError::Unknown { format })?;
        match kind {
            Kind::Rules(rules) => Ok(Self::Rules(crate::rules::rules(&rules)?)),
            Kind::Snapshot(snapshot) => Ok(Self::Snapshot(crate::snapshot::snapshot(snapshot)?)),
            Kind::Record(record) => Ok(Self::Record(crate::record::record(record, format)?)),
            Kind::Limits(limits) => Ok(Self::Limits(Box::new(crate::limits::limits(limits)?))),
            Kind::Hub(hub) => Ok(Self::Hub(Box::new(crate::hub::hub(hub, format)?))),
            Kind::Input(input) => Ok(Self::Input(crate::input::input(input, format)?)),
            Kind::Batch(batch) => Ok(Self::Batch(batch.into())),
            Kind::Hash(hash) => {
                let hash = <[u8; 32]>::try_from(&hash[..]);
                hash.map(|hash| Self::Hash(StateHash::new(hash)))
                    .map_err(|_| DecodeError::Damaged("a hash has 32 bytes"))
            }
            Kind::Shared(entry) => Ok(Self::Shared(Box::new(crate::cluster::shared(entry, format)?))),
            Kind::Start(start) => Ok(Self::Start(Box::new(crate::cluster::start(start)?))),
        }
    }
}

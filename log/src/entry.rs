//! Owns what an entry is, and the two directions between it and its bytes.

use chinwag_core::Rules;
use chinwag_core::log::{Record, Snapshot};
use prost::Message as _;

use crate::proto::{self, Kind};
use crate::{DecodeError, FORMAT};

/// Holds one entry of a log.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Entry {
    /// What all that follows is decided by: the first entry of a log.
    Rules(Rules),
    /// What the chat is here.
    Snapshot(Snapshot),
    /// What happens next.
    Record(Record),
}

impl Entry {
    /// Appends the bytes of the entry.
    pub fn encode(&self, out: &mut Vec<u8>) {
        let kind = match self {
            Self::Rules(rules) => Kind::Rules(rules.into()),
            Self::Snapshot(snapshot) => Kind::Snapshot(snapshot.into()),
            Self::Record(record) => Kind::Record(record.into()),
        };
        proto::Entry { format: FORMAT, kind: Some(kind) }
            .encode(out)
            .expect("a vector takes all that is written to it");
    }

    /// Reads the bytes of one entry.
    ///
    /// # Errors
    /// A release is needed that knows a later format, or they are no entry.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let damaged = |_| DecodeError::Damaged("its fields are not of their types");
        // First, and alone: what a later release writes may look like anything.
        let format = proto::Format::decode(bytes).map_err(damaged)?.format;
        match format {
            0 => return Err(DecodeError::Damaged("it has no format")),
            1..=FORMAT => {}
            _ => return Err(DecodeError::Newer { format }),
        }
        let entry = proto::Entry::decode(bytes).map_err(damaged)?;
        // What was skipped is missing here; so is what can be written in two ways, and was written in the other.
        if entry.encode_to_vec() != bytes {
            return Err(DecodeError::Unknown { format });
        }
        match entry.kind.ok_or(DecodeError::Unknown { format })? {
            Kind::Rules(rules) => Ok(Self::Rules(crate::rules::rules(&rules)?)),
            Kind::Snapshot(snapshot) => Ok(Self::Snapshot(crate::snapshot::snapshot(snapshot)?)),
            Kind::Record(record) => Ok(Self::Record(crate::record::record(record, format)?)),
        }
    }
}

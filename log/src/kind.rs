//! Owns in which format each kind of entry is written, and its bytes.

use prost::Message as _;

use crate::FORMAT;
use crate::proto::{self, Kind};

/// Appends the bytes of an entry of this kind.
pub(crate) fn encode(kind: Kind, out: &mut Vec<u8>) {
    let format = format_of(&kind);
    proto::Entry { format, kind: Some(kind) }.encode(out).expect("a vector takes all that is written to it");
}

/// Returns the first format that has a kind, in which it is written.
pub(crate) const fn format_of(kind: &Kind) -> u32 {
    match kind {
        Kind::Rules(_) | Kind::Snapshot(_) | Kind::Record(_) => 1,
        Kind::Limits(_)
        | Kind::Hub(_)
        | Kind::Input(_)
        | Kind::Batch(_)
        | Kind::Hash(_)
        | Kind::Shared(_)
        | Kind::Start(_) => FORMAT,
    }
}

//! Owns the plain data of a recording: what a hub was handed, in order, and what it was at one moment.
//!
//! From the same state the same inputs lead to the same actions. No secret is part of it, but for a [token] in a
//! request to resume, which whoever keeps a recording leaves out.
//!
//! [token]: crate::Request::Resume

mod input;
mod state;

pub use self::input::{Arrival, Handed, Input, Tally};
pub use self::state::{
    AnswerPart, ArrivingState, AskedState, ConnectionState, GivenBy, HubState, MemoryState, PendingState, Piece,
    Waiting,
};

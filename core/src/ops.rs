//! Gives out what an operator is told, counts and incidents, and what is recorded for them and asked of a recording.

pub use crate::config_error::ConfigError;
pub use crate::deed::{Bar, Deed};
pub use crate::histogram::Histogram;
pub use crate::incidents::{Incident, IncidentLog};
pub use crate::pacer::{Held, Pacer};
pub use crate::recording::{
    AnswerPart, Arrival, ArrivingState, AskedState, ConnectionState, GivenBy, Handed, HubState, Input, MemoryState,
    PendingState, Piece, Tally, Waiting,
};
pub use crate::stats::Stats;

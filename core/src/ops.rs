//! Gives out what an operator is told: counts and incidents.

pub use crate::config_error::ConfigError;
pub use crate::histogram::Histogram;
pub use crate::incidents::{Incident, IncidentLog};
pub use crate::stats::Stats;

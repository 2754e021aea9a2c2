//! Owns the words for a rule or a limit that can't be used.

use std::error::Error;
use std::fmt;

/// Tells which field of a [`Config`](crate::Config) can't be used, and what it takes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ConfigError {
    /// The field's name.
    pub field: &'static str,
    /// The values that it takes.
    pub allowed: &'static str,
}

impl ConfigError {
    /// Returns the first of these that does not hold: whether it does, the field's name, and what it takes.
    pub(crate) fn first_of<const N: usize>(rows: [(bool, &'static str, &'static str); N]) -> Result<(), Self> {
        match rows.into_iter().find(|(holds, ..)| !holds) {
            Some((_, field, allowed)) => Err(Self { field, allowed }),
            None => Ok(()),
        }
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} takes {}", self.field, self.allowed)
    }
}

impl Error for ConfigError {}

//! What the tests of chinwag share.

pub mod sim;

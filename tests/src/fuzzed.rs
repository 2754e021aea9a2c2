//! The part of the tests that `fuzz/` has for a library: what needs no server, and so nothing to be built for one.

mod driver;
pub mod fuzzing;
pub mod sim;
mod store;
mod tape;

pub use driver::{Driver, Link, Todo};
pub use store::Store;
pub use tape::Tape;

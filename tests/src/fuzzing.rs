//! What is fuzzed: each target takes any bytes for a run of a part of the core, and panics if something does not hold
//! that must.
//!
//! `fuzz/` looks for bytes that make one panic; `corpora.rs` replays those that were kept, without a fuzzer.

mod chat;
mod ear;
mod frames;
mod input;
mod irc;
mod log;
mod session;
mod web;
mod world;

pub use chat::chat;
pub use irc::irc;
pub use log::log;
pub use session::session;
pub use web::web;
pub use world::{plan, world};

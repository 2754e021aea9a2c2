//! What is fuzzed: each target takes any bytes for a run of a part of the core, and panics if something does not hold that must.
//!
//! `fuzz/` looks for bytes that make one panic; `corpora.rs` replays those that were kept, without a fuzzer.

mod chat;
mod input;
mod session;
mod world;

pub use chat::chat;
pub use session::session;
pub use world::{plan, world};

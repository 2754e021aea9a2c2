//! How the ordered log of a chinwag server, and a recording of one, are written as bytes: what their entries look like,
//! and the frames in which they stand in a file.
//!
//! The plain data is that of [`chinwag_core::log`]. The bytes are Protocol Buffers with explicit tags, so that later
//! releases can add to them. Whatever a release does not know is an error to it: a replica that skips something is no
//! replica any more. Each entry says which [format](FORMAT) whoever reads it has to know.

mod answer;
mod cluster;
mod common;
mod decided;
mod entry;
mod error;
mod frames;
mod hash;
mod hub;
mod input;
mod irc;
mod kind;
mod limits;
mod moderation;
mod owned;
mod past;
mod proto;
mod record;
mod request;
mod rules;
mod snapshot;
mod talk;

pub use cluster::event_bytes;
pub use entry::Entry;
pub use error::DecodeError;
pub use frames::{ENTRY_BYTES_MAX, Frames, push_frame};
pub use hash::StateHash;
pub use owned::{decode_owned, encode_owned};

/// The format in which this release writes recordings, and the last that it reads. A release that adds a field or a
/// kind counts it up, and writes it where it uses them. The ordered log is of format 1.
pub const FORMAT: u32 = 3;

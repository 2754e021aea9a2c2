//! How several chinwag servers are one chat: an engine outside, Redis or Valkey from 7.0 on, keeps the ordered log that
//! all of them follow.
//!
//! What is appended and when, and what comes of what is read, decides
//! [`Follower`](chinwag_core::log::cluster::Follower). Here are the two threads that carry it out. One appends, the
//! other reads and waits. Each has a connection of its own to the engine, and both are the same for every runtime.
//!
//! ```text
//! hub's task → Follower → Engine::carry_out → thread that appends ─► XADD NAME:log EPOCH-* e FRAME
//! hub's task ← Follower ← Replies::give     ← thread that reads   ◄─ XREAD BLOCK … NAME:log POSITION
//! ```
//!
//! An entry of the stream has one field `e`, a frame of [`chinwag_log`] with its checksum. Its id is its position. The
//! snapshot with which others join is in the hash `NAME:snapshot`, and the seed of all in `NAME:seed`.

mod address;
mod commands;
mod connection;
mod engine;
mod health;
mod join;
mod resp;
mod status;
mod threads;

pub use self::address::{Address, AddressError};
pub use self::connection::ConnectError;
pub use self::join::{JoinError, Joined, Options, join, seed};
pub use self::status::{Heard, ServerStatus, Status, status};

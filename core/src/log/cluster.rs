//! How several servers follow one log that an engine outside keeps, without sockets, threads or clocks.
//!
//! ```text
//! events of the hub → Follower → Order::Append → the engine's log
//!                                                   │
//! events for the hub ← Order::Apply ← Follower ← Reply::Read
//! ```
//!
//! A [`Follower`] decides when to append, where to read on, that the engine has lost a tail of the log, that this
//! server is cut off, and that another is gone. A driver carries its [`Order`]s out and hands in each [`Reply`].
//!
//! # Epochs
//! An epoch is the part of the log that one process of the engine has ordered. Within it the log is one line, and
//! nothing of it is forgotten. Another process of the engine, after a failover or a restart, may lack what was last:
//! nobody appends anything there before a new epoch is open. That takes five steps:
//!
//! 1. Whoever notices first appends [`Content::Open`] as the first entry of the next epoch. The engine takes one such
//!    entry only, and refuses from then on what is meant for the epoch before.
//! 2. Each server says how much of the log it has, by [`Content::Report`].
//! 3. Whoever opened the epoch says by [`Content::Close`] that no more reports count. The one that has most is then
//!    known to all.
//! 4. That one appends again, in their order, the entries that the log lacks, by [`Content::Again`].
//! 5. It says [`Content::Ready`]. Everybody appends what they have not read back. A server that then has something else
//!    than the log [starts anew](Order::Rejoin) from a snapshot.
//!
//! Whatever any living server had read is kept that way. An entry that comes twice counts once: each writer numbers its
//! own.
//!
//! # Clocks
//! No clock decides what becomes of an entry. Clocks only decide when somebody says something: that a server was silent
//! counts if it has said nothing until that stands in the log.

mod entry;
mod follower;
mod kept;
mod members;
mod order;
mod outbox;
mod position;
mod repair;
mod start;
mod touch;

pub use self::entry::{Content, Entry, EntryId, Mark, WriterId};
pub use self::follower::{Follower, Joining, Peer};
pub use self::members::{Member, State};
pub use self::order::{Moment, Order, Reply, Said};
pub use self::position::Position;
pub use self::start::Start;
pub use self::touch::Touch;

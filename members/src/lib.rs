//! Who may come to a chinwag server, kept in SQLite: `members.db` in the folder of `--data`.
//!
//! - [`Book`] is the database. Programs that look after it open it for themselves, also while a server runs.
//! - [`Members`] is what a running server has: it answers what comes of a secret that somebody gives. What needs the
//!   database is done on a thread of its own.
//!
//! Of each secret only its SHA-256 is kept. It is random and has 128 bits, so nobody finds it out from that.

mod book;
mod desk;
mod error;
mod keeping;
mod known;
mod members;
mod secret;
mod watching;

pub use self::book::{BANS_MAX, Book, Entry, Invite};
pub use self::error::Error;
pub use self::members::Members;

//! What is said on a chinwag server, kept in SQLite, read back and found again.
//!
//! What is said is given to people before it is on disk. If the program dies, all of it is in the history. If the
//! machine loses power, the last second may be missing.
//!
//! [`Store::keep`] appends rows to a spool, which costs some microseconds and no disk. One thread takes them from
//! there, commits them in groups, and says in the same transaction how far it has come: so each row is in the database
//! once, wherever the program was ended. Two other threads read.
//!
//! ```text
//!                 ┌─► spool ─► writer ─► chinwag.db ─┬─► reader: past, page
//! keep(rows) ─────┘   synced   20 ms or   (WAL)      └─► searcher: search
//!                     each     1,000 rows
//!                     second
//! ```
//!
//! # Examples
//! ```
//! use std::sync::mpsc;
//!
//! use chinwag_core::words::{Kept, Venue, What};
//! use chinwag_core::{Name, Text};
//! use chinwag_history::{Options, Store};
//!
//! # let dir = std::env::temp_dir().join(format!("chinwag-history-doc-{}", std::process::id()));
//! let store = Store::open(&Options::new(&dir)).expect("the folder can be written");
//! let [room, ann] = ["main", "ann"].map(|name| Name::parse(name).expect("it is a name"));
//! let what = What::Said(Text::clean("hello").into());
//! let venue = Venue::Room(room.clone());
//! let kept = Kept { venue, name: ann, what, time_ms: 1_764_000_000_000, seq: 1, is_hidden: false };
//! store.keep(&[kept]);
//!
//! let (answer, past) = mpsc::channel();
//! store.past(room, move |past| answer.send(past).expect("it is waited for"));
//! let past = past.recv().expect("it is answered").expect("the disk can be read");
//! assert_eq!((past.said, past.messages[0].text.as_str()), (1, "hello"));
//! # drop(store);
//! # std::fs::remove_dir_all(dir).expect("it is there");
//! ```

mod database;
mod encoding;
mod error;
mod files;
mod options;
mod outside;
mod position;
mod reader;
mod shared;
mod spool;
mod stats;
mod store;
mod uncommitted;
mod upkeep;
mod words;
mod writer;

pub use database::Filter;
pub use error::{Error, Unreadable};
pub use options::Options;
pub use outside::{Imported, backup, delete, export, import};
pub use stats::Stats;
pub use store::Store;

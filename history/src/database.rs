//! Owns the database: how it is opened, written and read.

mod forget;
mod names;
pub(crate) mod private;
mod rows;
mod schema;
mod search;
mod write;

pub use self::forget::Filter;
pub(crate) use self::forget::{forget_events, forget_oldest, forget_private, forget_some, give_back, ids, merge};
pub(crate) use self::rows::{PAST_COUNT, identity, page, past, position, said};
pub(crate) use self::schema::{check_library, open_to_read, open_to_write, size};
pub(crate) use self::search::search;
pub(crate) use self::write::{Writing, set_room};

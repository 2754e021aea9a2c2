//! Owns as much of HTTP as the web listener needs: request heads without bodies, and answers to them.

mod coding;
mod head;
mod progress;
mod response;

pub(crate) use self::coding::takes_gzip;
pub(crate) use self::head::{Head, HeadError};
pub(crate) use self::progress::Progress;
pub(crate) use self::response::{Response, Status};

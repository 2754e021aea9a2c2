//! Owns as much of HTTP as the web listener needs: request heads without bodies, and answers to them.

mod coding;
mod head;
mod response;

pub(crate) use self::coding::takes_gzip;
pub(crate) use self::head::{HEAD_BYTES_MAX, Head, HeadError};
pub(crate) use self::response::{Response, Status};

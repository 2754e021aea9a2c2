//! Owns what browsers speak: HTTP until a `WebSocket` is asked for, then its frames.

pub(crate) mod decode;
pub(crate) mod encode;
pub(crate) mod handshake;
pub(crate) mod http;
pub(crate) mod run;

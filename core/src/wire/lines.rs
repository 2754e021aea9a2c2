//! Owns the lines: how they are found, what telnet adds to them, and how a connection that sends them is let in.

pub(crate) mod decode;
mod erase;
pub(crate) mod handshake;
mod marks;
mod telnet;

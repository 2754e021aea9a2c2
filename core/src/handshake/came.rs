//! Owns what comes of a connection before its own handshake begins, which is then handed on to that.

/// What has come so far.
#[derive(Default)]
pub(super) struct Came {
    /// What was sent, and is not part of what comes first.
    pub(super) input: Vec<u8>,
    /// No more will come.
    pub(super) ended: bool,
    /// The server stops.
    pub(super) stopped: bool,
}

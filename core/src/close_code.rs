//! Owns the codes by which a `WebSocket` is told why it is closed (RFC 6455, section 7.4).

use std::fmt;

/// Tells why a `WebSocket` is closed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct CloseCode(u16);

impl CloseCode {
    /// All is said.
    pub const NORMAL: Self = Self(1000);

    /// The server stops.
    pub const GOING_AWAY: Self = Self(1001);

    /// What came was no `WebSocket` frame, or not in its place.
    pub const PROTOCOL: Self = Self(1002);

    /// What came was no text.
    pub const UNSUPPORTED: Self = Self(1003);

    /// No code: it stands for a close frame without one, and never in one.
    pub const NONE: Self = Self(1005);

    /// What came as text was not UTF-8.
    pub const NOT_UTF8: Self = Self(1007);

    /// A message was longer than any line can be.
    pub const TOO_BIG: Self = Self(1009);

    /// Whoever it was goes on with another connection. This and the next are of those that RFC 6455 leaves to whoever agrees on them.
    pub const RESUMED: Self = Self(4001);

    /// Nothing came back for too long.
    pub const UNANSWERED: Self = Self(4002);

    /// Takes a code that a peer has given.
    pub(crate) const fn new(code: u16) -> Self {
        Self(code)
    }

    /// Returns the number.
    #[must_use]
    pub const fn number(self) -> u16 {
        self.0
    }
}

impl fmt::Display for CloseCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

//! Owns the codes that say why a `WebSocket` is closed (RFC 6455, section 7.4).

use std::fmt;

/// Tells why a `WebSocket` is closed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct CloseCode(u16);

impl CloseCode {
    /// 1000: the person quit.
    pub const NORMAL: Self = Self(1000);

    /// 1001: the server stops.
    pub const GOING_AWAY: Self = Self(1001);

    /// 1002: a frame was broken, or out of place.
    pub const PROTOCOL: Self = Self(1002);

    /// 1003: a message was not text.
    pub const UNSUPPORTED: Self = Self(1003);

    /// 1005: stands for a close frame without a code, and never in one.
    pub const NONE: Self = Self(1005);

    /// 1007: a text was not UTF-8.
    pub const NOT_UTF8: Self = Self(1007);

    /// 1009: a message was longer than any line can be.
    pub const TOO_BIG: Self = Self(1009);

    /// 1012: the server can't go on for now, and whoever connects again may come to another.
    pub const RESTART: Self = Self(1012);

    /// 4001: the person goes on with another connection. RFC 6455 leaves the codes from 4000 on to applications.
    pub const RESUMED: Self = Self(4001);

    /// 4002: pings were not answered.
    pub const UNANSWERED: Self = Self(4002);

    /// 4003: the password was wrong, or none has come.
    pub const NOT_LET_IN: Self = Self(4003);

    /// 4004: an operator has put them out.
    pub const PUT_OUT: Self = Self(4004);

    /// Makes a code of the number that a peer sent.
    #[must_use]
    pub const fn new(code: u16) -> Self {
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

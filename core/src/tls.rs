//! Owns the words about TLS that the core decides with. It never sees what is sealed, but for the first bytes of a
//! connection, by which it tells TLS from all else.

/// The first byte of every connection that speaks TLS: its first record is of the type `handshake` (RFC 8446, section
/// 5.1). No text that anybody types begins so.
const HANDSHAKE: u8 = 0x16;

/// Tells whether connections may, or have to, speak TLS.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Tls {
    /// None can: the server has no certificate. Whoever tries is told so.
    #[default]
    Off,
    /// Each may, on every listener.
    Offered,
    /// Each has to. Others are told so in their protocol, and browsers are sent on.
    Only,
}

/// Tells whether a connection that begins so speaks TLS.
pub(crate) fn begins(bytes: &[u8]) -> bool {
    bytes.first() == Some(&HANDSHAKE)
}

/// Tells why a TLS handshake has failed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TlsFailure {
    /// It took too long.
    Slow,
    /// The other side hung up before it was over.
    Cut,
    /// The other side refused the certificate, or something else that it was told.
    Refused,
    /// Both sides have no version, cipher or signature in common.
    Mismatch,
    /// What came was no TLS.
    Malformed,
}

impl TlsFailure {
    /// All of them.
    pub(crate) const ALL: [Self; 5] = [Self::Slow, Self::Cut, Self::Refused, Self::Mismatch, Self::Malformed];

    /// Returns a word for it as an incident, for programs that tell those apart.
    pub(crate) const fn key(self) -> &'static str {
        match self {
            Self::Slow => "tls_slow",
            Self::Cut => "tls_cut",
            Self::Refused => "tls_refused",
            Self::Mismatch => "tls_mismatch",
            Self::Malformed => "tls_malformed",
        }
    }

    /// Returns what is logged of it.
    pub(crate) const fn incident(self) -> &'static str {
        match self {
            Self::Slow => "no TLS: the handshake took too long",
            Self::Cut => "no TLS: hung up in the handshake",
            Self::Refused => "no TLS: the other side refused it",
            Self::Mismatch => "no TLS: no version or cipher in common",
            Self::Malformed => "no TLS: the handshake was malformed",
        }
    }
}

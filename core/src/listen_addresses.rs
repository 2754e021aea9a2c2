//! Owns where a server listens, and which of that is told to who has come to the wrong place.

use std::net::SocketAddr;

/// Holds where a server listens, as far as it is known.
///
/// Who speaks another protocol than that of the listener to which they came is told the port of the right one. That is
/// done where the right one is surely reached from there: it listens at the same address, or at all.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct ListenAddresses {
    /// For lines, as telnet and nc have them.
    pub lines: Option<SocketAddr>,
    /// For browsers.
    pub web: Option<SocketAddr>,
    /// For IRC clients.
    pub irc: Option<SocketAddr>,
}

/// Holds the ports that are told to who has come to one of them.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Ports {
    pub(crate) lines: Option<u16>,
    pub(crate) web: Option<u16>,
    pub(crate) irc: Option<u16>,
}

impl ListenAddresses {
    /// Returns the ports for who has come to this address.
    pub(crate) fn ports_for(&self, here: Option<SocketAddr>) -> Ports {
        let port = |there: Option<SocketAddr>| {
            let (here, there) = (here?, there?);
            (there.ip().is_unspecified() || there.ip() == here.ip()).then(|| there.port())
        };
        Ports { lines: port(self.lines), web: port(self.web), irc: port(self.irc) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_is_told_where_it_is_surely_reached() {
        let cases = [
            ("127.0.0.1:6667", "127.0.0.1:42069", Some(6667)),
            ("0.0.0.0:6667", "192.0.2.1:42069", Some(6667)),
            ("[::]:6667", "192.0.2.1:42069", Some(6667)),
            ("127.0.0.1:6667", "0.0.0.0:42069", None),
            ("192.0.2.2:6667", "192.0.2.1:42069", None),
        ];
        for (irc, lines, port) in cases {
            let [irc, lines] = [irc, lines].map(|address| address.parse().ok());
            assert!(irc.is_some() && lines.is_some());
            let addresses = ListenAddresses { lines, irc, ..ListenAddresses::default() };
            assert_eq!(addresses.ports_for(lines), Ports { lines: Some(42069), web: None, irc: port }, "{addresses:?}");
            assert_eq!(addresses.ports_for(None), Ports::default());
        }
    }
}

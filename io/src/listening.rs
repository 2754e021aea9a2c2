//! Owns what a listening socket is: one for TCP, or one that has a file instead of an address.

use std::fmt;
use std::io;
use std::net::{IpAddr, Ipv4Addr, TcpListener};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixListener;

use chinwag_core::Form;

/// The listening sockets of a server, each with its wire form.
///
/// They hold the standard library's, since options are set on them before anybody connects. Who has already is served,
/// too, but their sockets lack what is set for all who come later, such as that they give up on dead peers.
///
/// On Linux the process has to ignore SIGPIPE, as it does if its `main` is Rust's: a connection that the other side has
/// closed causes one.
#[derive(Debug)]
pub struct Listeners(Vec<(Listening, Form)>);

impl<L: Into<Listening>> From<Vec<(L, Form)>> for Listeners {
    fn from(listeners: Vec<(L, Form)>) -> Self {
        Self(listeners.into_iter().map(|(listener, form)| (listener.into(), form)).collect())
    }
}

impl IntoIterator for Listeners {
    type Item = (Listening, Form);
    type IntoIter = std::vec::IntoIter<Self::Item>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

/// As what whoever comes by a file counts, who has no address: as this machine itself.
pub const NO_ADDRESS: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// A listening socket.
#[derive(Debug)]
pub enum Listening {
    /// For TCP: all who can reach its address may come.
    Tcp(TcpListener),
    /// For programs of this machine that may write to its file. They count as this machine itself.
    Unix(UnixListener),
}

impl Listening {
    pub(crate) fn set_nonblocking(&self) -> io::Result<()> {
        match self {
            Self::Tcp(listener) => listener.set_nonblocking(true),
            Self::Unix(listener) => listener.set_nonblocking(true),
        }
    }
}

impl From<TcpListener> for Listening {
    fn from(listener: TcpListener) -> Self {
        Self::Tcp(listener)
    }
}

impl From<UnixListener> for Listening {
    fn from(listener: UnixListener) -> Self {
        Self::Unix(listener)
    }
}

impl AsFd for Listening {
    fn as_fd(&self) -> BorrowedFd<'_> {
        match self {
            Self::Tcp(listener) => listener.as_fd(),
            Self::Unix(listener) => listener.as_fd(),
        }
    }
}

/// Says where it listens, as far as that is known.
impl fmt::Display for Listening {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (address, path) = match self {
            Self::Tcp(listener) => (listener.local_addr().ok(), None),
            Self::Unix(listener) => (None, listener.local_addr().ok()),
        };
        match (address, path.as_ref().and_then(|path| path.as_pathname())) {
            (Some(address), _) => address.fmt(f),
            (None, Some(path)) => write!(f, "unix:{}", path.display()),
            (None, None) => f.write_str("an unknown address"),
        }
    }
}

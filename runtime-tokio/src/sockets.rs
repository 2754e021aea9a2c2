//! Owns which of tokio's sockets a connection has: for TCP, or for whoever comes by a file.

use std::io;
use std::net::IpAddr;
use std::os::fd::{AsFd, BorrowedFd};
use std::task::{Context, Poll};

use chinwag_io::{Listening, NO_ADDRESS};
use tokio::io::Interest;
use tokio::net::{TcpListener, TcpStream, UnixListener, UnixStream};

/// A listening socket.
#[derive(Debug)]
pub(crate) enum Incoming {
    Tcp(TcpListener),
    Unix(UnixListener),
}

/// A member's socket.
#[derive(Debug)]
pub(crate) enum Stream {
    Tcp(TcpStream),
    Unix(UnixStream),
}

impl Incoming {
    /// Takes in a listening socket, which does not block.
    pub(crate) fn new(listening: Listening) -> io::Result<Self> {
        Ok(match listening {
            Listening::Tcp(listener) => Self::Tcp(TcpListener::from_std(listener)?),
            Listening::Unix(listener) => Self::Unix(UnixListener::from_std(listener)?),
        })
    }

    /// Waits for whoever comes next.
    pub(crate) async fn accept(&self) -> io::Result<(Stream, IpAddr)> {
        Ok(match self {
            Self::Tcp(listener) => {
                let (stream, peer) = listener.accept().await?;
                (Stream::Tcp(stream), peer.ip())
            }
            Self::Unix(listener) => (Stream::Unix(listener.accept().await?.0), NO_ADDRESS),
        })
    }
}

/// Does the same with either.
macro_rules! either {
    ($all:expr, $socket:ident => $done:expr) => {
        match $all {
            Self::Tcp($socket) => $done,
            Self::Unix($socket) => $done,
        }
    };
}

impl Stream {
    pub(crate) fn try_write(&self, write: impl FnOnce() -> io::Result<usize>) -> io::Result<usize> {
        either!(self, stream => stream.try_io(Interest::WRITABLE, write))
    }

    pub(crate) fn try_read(&self, buffer: &mut [u8]) -> io::Result<usize> {
        either!(self, stream => stream.try_read(buffer))
    }

    pub(crate) fn poll_read_ready(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        either!(self, stream => stream.poll_read_ready(cx))
    }

    pub(crate) async fn readable(&self) -> io::Result<()> {
        either!(self, stream => stream.readable().await)
    }

    pub(crate) async fn writable(&self) -> io::Result<()> {
        either!(self, stream => stream.writable().await)
    }
}

impl AsFd for Incoming {
    fn as_fd(&self) -> BorrowedFd<'_> {
        either!(self, listener => listener.as_fd())
    }
}

impl AsFd for Stream {
    fn as_fd(&self) -> BorrowedFd<'_> {
        either!(self, stream => stream.as_fd())
    }
}

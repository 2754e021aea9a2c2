//! Stands in for `sockets.rs` where there is no epoll: leaves all waiting to async-io.

use std::future::Future;
use std::io;
use std::net::{IpAddr, TcpListener, TcpStream};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::{UnixListener, UnixStream};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use async_io::Async;
use chinwag_io::{Listening, NO_ADDRESS};
use futures_lite::AsyncRead as _;
use smol::Executor;

#[derive(Debug)]
pub(crate) struct Sockets(());

impl Sockets {
    pub(crate) fn new() -> io::Result<Arc<Self>> {
        Ok(Arc::new(Self(())))
    }

    /// Runs the tasks of an executor on this thread, until a future comes to its end.
    pub(crate) fn run<T>(&self, executor: &Executor<'_>, future: impl Future<Output = T>) -> T {
        async_io::block_on(executor.run(future))
    }

    /// That is async-io's, too: its own thread looks when all others are busy.
    pub(crate) fn wake_ready(&self) {}

    /// Takes in a listening socket, which does not block.
    pub(crate) fn listen(self: &Arc<Self>, listening: Listening) -> io::Result<Incoming> {
        Ok(match listening {
            Listening::Tcp(listener) => Incoming::Tcp(Async::new_nonblocking(listener)?),
            Listening::Unix(listener) => Incoming::Unix(Async::new_nonblocking(listener)?),
        })
    }
}

/// A listening socket.
#[derive(Debug)]
pub(crate) enum Incoming {
    Tcp(Async<TcpListener>),
    Unix(Async<UnixListener>),
}

/// A member's socket. One task may wait to read it, and one to write to it.
#[derive(Debug)]
pub(crate) enum Stream {
    Tcp(Async<TcpStream>),
    Unix(Async<UnixStream>),
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

impl Incoming {
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

impl AsFd for Incoming {
    fn as_fd(&self) -> BorrowedFd<'_> {
        either!(self, listener => listener.as_fd())
    }
}

impl Stream {
    /// Reads what is there, as soon as something is.
    pub(crate) fn poll_read(&self, cx: &mut Context<'_>, buffer: &mut [u8]) -> Poll<io::Result<usize>> {
        either!(self, stream => Pin::new(&mut &*stream).poll_read(cx, buffer))
    }

    /// Waits until more can be written.
    pub(crate) async fn writable(&self) {
        // An error shows at the next write.
        let _ = either!(self, stream => stream.writable().await);
    }
}

impl AsFd for Stream {
    fn as_fd(&self) -> BorrowedFd<'_> {
        either!(self, stream => stream.as_fd())
    }
}

//! Stands in for `sockets.rs` where there is no epoll: leaves all waiting to async-io.

use std::future::Future;
use std::io;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::fd::{AsFd, BorrowedFd};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use async_io::Async;
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
    pub(crate) fn listen(self: &Arc<Self>, listener: TcpListener) -> io::Result<Incoming> {
        Async::new_nonblocking(listener).map(Incoming)
    }
}

/// A listening socket.
#[derive(Debug)]
pub(crate) struct Incoming(Async<TcpListener>);

impl Incoming {
    /// Waits for whoever comes next.
    pub(crate) async fn accept(&self) -> io::Result<(Stream, SocketAddr)> {
        let (stream, peer) = self.0.accept().await?;
        Ok((Stream(stream), peer))
    }
}

impl AsFd for Incoming {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

/// A member's socket. One task may wait to read it, and one to write to it.
#[derive(Debug)]
pub(crate) struct Stream(Async<TcpStream>);

impl Stream {
    /// Reads what is there, as soon as something is.
    pub(crate) fn poll_read(&self, cx: &mut Context<'_>, buffer: &mut [u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut &self.0).poll_read(cx, buffer)
    }

    /// Waits until more can be written.
    pub(crate) async fn writable(&self) {
        // An error shows at the next write.
        let _ = self.0.writable().await;
    }
}

impl AsFd for Stream {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

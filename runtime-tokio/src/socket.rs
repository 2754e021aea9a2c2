//! Owns a connection's socket, which its reader and its writer share.

use std::cell::RefCell;
use std::future::poll_fn;
use std::io::{self, ErrorKind, IoSlice};
use std::os::fd::{AsFd as _, BorrowedFd};
use std::task::{Context, Poll, ready};

use chinwag_core::{Limits, Signals, Time, Written};
use chinwag_io::{Link, Port, send, send_slices};
use tokio::sync::Notify;
use tokio::time::timeout;

use crate::clock::reach;
use crate::sockets::Stream;

/// How much is read at once: two hundred lines of 80 characters. More per call saves little, and makes others wait
/// longer.
pub(crate) const READ_BYTES: usize = 16 << 10;

thread_local! {
    /// Whoever reads at the moment uses it; an idle connection has no buffer.
    static BUFFER: RefCell<Vec<u8>> = RefCell::new(vec![0; READ_BYTES]);
}

#[derive(Debug)]
pub(crate) struct Socket {
    stream: Stream,
    pub(crate) link: Link,
    changed: Notify,
}

impl Port for Socket {
    fn link(&self) -> &Link {
        &self.link
    }

    fn descriptor(&self) -> BorrowedFd<'_> {
        self.stream.as_fd()
    }

    fn wake_reader(&self) {
        self.changed.notify_one();
    }

    fn send(&self, bytes: &[u8]) -> io::Result<usize> {
        self.try_send(|| send(&self.stream, bytes))
    }

    fn send_slices(&self, slices: &[IoSlice<'_>]) -> io::Result<usize> {
        self.try_send(|| send_slices(&self.stream, slices))
    }
}

impl Socket {
    /// Sends. The runtime does not know of a new socket yet that it can be written to, so it is not asked first. It has
    /// to hear of a full one, though, or else it would not wait for it.
    fn try_send(&self, send: impl Fn() -> io::Result<usize>) -> io::Result<usize> {
        match send() {
            Err(error) if error.kind() == ErrorKind::WouldBlock => self.stream.try_write(send),
            sent => sent,
        }
    }

    pub(crate) fn new(stream: Stream, link: Link) -> Self {
        Self { stream, link, changed: Notify::new() }
    }

    /// Waits until it is `time`.
    pub(crate) async fn reach(&self, time: Time) {
        reach(self.link.clock(), time).await;
    }

    /// Writes all of it, as the socket takes it. Says whether it did, until a time.
    pub(crate) async fn write_all(&self, mut bytes: &[u8], until: Time) -> bool {
        loop {
            let (taken, is_all) = match self.write(bytes) {
                Written::Bytes(taken) => (taken, taken == bytes.len()),
                Written::Held { taken, .. } => (taken, false),
                Written::Failed => return false,
            };
            bytes = &bytes[taken..];
            if is_all || until <= self.link.clock().now() {
                return is_all;
            }
            tokio::select! {
                () = self.writable() => {}
                () = self.reach(until) => {}
            }
        }
    }

    pub(crate) async fn writable(&self) {
        // An error shows at the next write.
        let _ = self.stream.writable().await;
    }

    pub(crate) async fn readable(&self) {
        // An error shows at the next read.
        let _ = self.stream.readable().await;
    }

    /// Reads what is there, as soon as something is, and hands it to `take`. Zero bytes mean that no more will come.
    pub(crate) fn poll_read(&self, cx: &mut Context<'_>, mut take: impl FnMut(&[u8])) -> Poll<io::Result<usize>> {
        if self.has_ended() {
            return Poll::Ready(Ok(0));
        }
        loop {
            ready!(self.stream.poll_read_ready(cx))?;
            if let read @ Poll::Ready(_) = self.read_now(&mut take) {
                return read;
            }
        }
    }

    /// Reads what is there, if something is.
    pub(crate) fn read_now(&self, take: impl FnMut(&[u8])) -> Poll<io::Result<usize>> {
        // A read of less than there is room for does not mean that there is no more: it stops at telnet's urgent bytes.
        let read = BUFFER.with_borrow_mut(|buffer| {
            let len = self.stream.try_read(buffer)?;
            self.receive(&buffer[..len], take)
        });
        match read {
            Err(error) if matches!(io::Error::kind(&error), ErrorKind::WouldBlock | ErrorKind::Interrupted) => {
                Poll::Pending
            }
            read => Poll::Ready(read),
        }
    }

    /// Goes on reading for a while, and drops what comes.
    pub(crate) async fn linger(&self) {
        let mut left = Limits::LINGER_BYTES_MAX;
        let lingering = async {
            while left > 0
                && let Ok(len @ 1..) = poll_fn(|cx| self.poll_read(cx, |_| {})).await
            {
                left = left.saturating_sub(len);
            }
        };
        let _ = timeout(Limits::LINGER, lingering).await;
    }

    /// Waits until the writer has told something else than it has so far.
    pub(crate) async fn signals_other_than(&self, old: Signals) {
        while self.link.signals() == old {
            // A change that came just before is remembered, and ends this at once.
            self.changed.notified().await;
        }
    }
}

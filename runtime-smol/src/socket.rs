//! Owns a connection's socket, which its reader and its writer share.

use std::cell::RefCell;
use std::future::poll_fn;
use std::io;
use std::os::fd::{AsFd as _, BorrowedFd};
use std::sync::atomic::{AtomicU8, Ordering};
use std::task::{Context, Poll, ready};

use chinwag_core::{Limits, Signals, Time, Written};
use chinwag_io::{Link, Port};
use event_listener::Event;
use futures_lite::FutureExt as _;

use crate::clock::reach;
use crate::sockets::Stream;

/// How much is read at once: two hundred lines of 80 characters. More per call saves little, and makes others wait
/// longer.
pub(crate) const READ_BYTES: usize = 16 << 10;

/// How many reads of one connection may follow each other: with these a batch is full.
const READS_MAX: u8 = 4;

thread_local! {
    /// Whoever reads at the moment uses it; an idle connection has no buffer.
    static BUFFER: RefCell<Vec<u8>> = RefCell::new(vec![0; READ_BYTES]);
}

#[derive(Debug)]
pub(crate) struct Socket {
    stream: Stream,
    pub(crate) link: Link,
    changed: Event,
    /// How many reads there were in a row, without a wait between them. Only the reader looks at it.
    reads: AtomicU8,
}

impl Port for Socket {
    fn link(&self) -> &Link {
        &self.link
    }

    fn descriptor(&self) -> BorrowedFd<'_> {
        self.stream.as_fd()
    }

    fn wake_reader(&self) {
        self.changed.notify(1);
    }
}

impl Socket {
    pub(crate) fn new(stream: Stream, link: Link) -> Self {
        Self { stream, link, changed: Event::new(), reads: AtomicU8::default() }
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
            self.writable().or(self.reach(until)).await;
        }
    }

    pub(crate) async fn writable(&self) {
        self.stream.writable().await;
    }

    /// Reads what is there, as soon as something is, and hands it to `take`. Zero bytes mean that no more will come.
    pub(crate) fn poll_read(&self, cx: &mut Context<'_>, take: impl FnMut(&[u8])) -> Poll<io::Result<usize>> {
        if self.has_ended() {
            return Poll::Ready(Ok(0));
        }
        let reads = self.reads.load(Ordering::Relaxed);
        if reads == READS_MAX {
            // There may be a flood behind it, and others are to have their turn.
            self.reads.store(0, Ordering::Relaxed);
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        let read = BUFFER.with_borrow_mut(|buffer| {
            let len = ready!(self.stream.poll_read(cx, buffer))?;
            Poll::Ready(self.receive(&buffer[..len], take))
        });
        self.reads.store(if read.is_ready() { reads + 1 } else { 0 }, Ordering::Relaxed);
        read
    }

    /// Lets others have their turn before the next read.
    pub(crate) fn give_way(&self) {
        self.reads.store(READS_MAX, Ordering::Relaxed);
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
        lingering.or(self.reach(self.link.clock().now() + Limits::LINGER)).await;
    }

    /// Waits until the writer has told something else than it has so far.
    pub(crate) async fn signals_other_than(&self, old: Signals) {
        while self.link.signals() == old {
            let changed = self.changed.listen();
            if self.link.signals() == old {
                changed.await;
            }
        }
    }
}

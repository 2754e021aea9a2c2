//! Owns one connection: its socket, and the task that reads it.

use std::cell::RefCell;
use std::future::{Future, poll_fn};
use std::hint::black_box;
use std::io;
use std::net::{IpAddr, Shutdown};
use std::os::fd::{AsFd as _, AsRawFd as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::task::{Context, Poll, ready};

use async_channel::Sender;
use chinwag_core::{Config, ConnectionId, Form, Incident, Next, Refusal, Session, Signal, Signals, Time, Written};
use chinwag_io::{Admitted, Tee, send, written};
use event_listener::Event as Notifier;
use futures_lite::FutureExt as _;

use crate::clock;
use crate::hub::Input;
use crate::sockets::Stream;

/// How much is read at once: two hundred lines of 80 characters. More per call saves little, and makes others wait longer.
const READ_BYTES: usize = 16 << 10;

/// How many reads of one connection may follow each other: with these a batch is full.
const READS_MAX: u8 = 4;

thread_local! {
    /// Whoever reads at the moment uses it; an idle connection has no buffer.
    static BUFFER: RefCell<Vec<u8>> = RefCell::new(vec![0; READ_BYTES]);
}

/// Holds a socket, which its reader and its worker share, and what the worker has told the reader.
#[derive(Debug)]
pub(crate) struct Socket {
    stream: Stream,
    admitted: Admitted,
    signals: AtomicU8,
    /// How many reads there were in a row, without a wait between them. Only the reader looks at it.
    reads: AtomicU8,
    changed: Notifier,
}

impl Socket {
    pub(crate) fn new(stream: Stream, admitted: Admitted) -> Self {
        Self { stream, admitted, signals: AtomicU8::default(), reads: AtomicU8::default(), changed: Notifier::new() }
    }

    /// Looks at sockets that will be written to, so that all are fetched from memory at once.
    pub(crate) fn prefetch<'a>(sockets: impl Iterator<Item = &'a Arc<Self>>) {
        black_box(sockets.fold(0, |all, socket| all ^ socket.stream.as_fd().as_raw_fd()));
    }

    /// Writes what the socket takes at once.
    pub(crate) fn write(&self, bytes: &[u8]) -> Written {
        written(send(self.stream.get_ref(), bytes))
    }

    /// Writes what it takes at once of what many are given. Returns `None` if that has to be done in the ordinary way.
    pub(crate) fn write_repeated(&self, tee: &mut Tee, number: u64, bytes: &[u8]) -> Option<usize> {
        tee.write(number, bytes, self.stream.get_ref())
    }

    /// Writes all of it, as the socket takes it. Says whether it did, until a time.
    pub(crate) async fn write_all(&self, mut bytes: &[u8], until: Time) -> bool {
        loop {
            match self.write(bytes) {
                Written::Bytes(taken) => bytes = &bytes[taken..],
                Written::Failed => return false,
            }
            if bytes.is_empty() || until <= clock::now() {
                return bytes.is_empty();
            }
            self.writable().or(clock::reach(until)).await;
        }
    }

    pub(crate) async fn writable(&self) {
        self.stream.writable().await;
    }

    /// Reads what is there, as soon as something is, and hands it to `take`. Zero bytes mean that no more will come.
    pub(crate) fn poll_read(&self, cx: &mut Context<'_>, take: impl FnOnce(&[u8])) -> Poll<io::Result<usize>> {
        let reads = self.reads.load(Ordering::Relaxed);
        if reads == READS_MAX {
            // There may be a flood behind it, and others are to have their turn.
            self.reads.store(0, Ordering::Relaxed);
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        let read = BUFFER.with_borrow_mut(|buffer| {
            let len = ready!(self.stream.poll_read(cx, buffer))?;
            take(&buffer[..len]);
            Poll::Ready(Ok(len))
        });
        self.reads.store(if read.is_ready() { reads + 1 } else { 0 }, Ordering::Relaxed);
        read
    }

    /// Lets others have their turn before the next read.
    fn give_way(&self) {
        self.reads.store(READS_MAX, Ordering::Relaxed);
    }

    /// Goes on reading for a while, and drops what comes.
    pub(crate) async fn linger(&self) {
        let lingering = async {
            let mut left = Config::LINGER_BYTES_MAX;
            while left > 0
                && let Ok(len @ 1..) = poll_fn(|cx| self.poll_read(cx, |_| {})).await
            {
                left = left.saturating_sub(len);
            }
        };
        lingering.or(clock::reach(clock::now() + Config::LINGER)).await;
    }

    /// Decides on one for whom a proxy has come, and returns from when on they may.
    pub(crate) fn announce(&mut self, now: Time, address: IpAddr, form: Form) -> Result<Time, Refusal> {
        self.admitted.announce(now, address, form)
    }

    /// Decides on a visitor who asks to chat, and returns from when on they may.
    pub(crate) fn admit(&mut self, now: Time) -> Result<Time, Refusal> {
        self.admitted.admit(now)
    }

    pub(crate) fn address(&self) -> IpAddr {
        self.admitted.address()
    }

    /// Counts what has happened to the connection.
    pub(crate) fn note(&self, incident: Incident) {
        self.admitted.note(clock::now(), incident);
    }

    /// Counts what has happened to the connection, of which there may be more to tell.
    pub(crate) fn note_detail(&self, incident: Incident, detail: Option<&str>) {
        self.admitted.note_detail(clock::now(), incident, detail);
    }

    /// Counts how the connection has ended, once: its reader and its worker may both find out that it has.
    pub(crate) fn note_end(&self, incident: Incident) {
        self.admitted.note_end(clock::now(), incident);
    }

    /// Says that no more will come.
    pub(crate) fn finish(&self) {
        let _ = self.stream.get_ref().shutdown(Shutdown::Write);
    }

    /// Ends the connection both ways, and its reader with it; an incident may be why.
    pub(crate) fn abandon(&self, incident: Option<Incident>) {
        if let Some(incident) = incident {
            self.note_end(incident);
        }
        self.set(Signals::ABANDONED);
        let _ = self.stream.get_ref().shutdown(Shutdown::Both);
    }

    /// Tells the reader something.
    pub(crate) fn signal(&self, signal: Signal) {
        if signal == Signal::Pause {
            self.note(Incident::Dropped);
        }
        self.set(self.signals().after(signal));
    }

    /// Only the worker does this, so that nothing that was told gets lost.
    fn set(&self, signals: Signals) {
        self.signals.store(signals.to_bits(), Ordering::Release);
        self.changed.notify(1);
    }

    fn signals(&self) -> Signals {
        Signals::from_bits(self.signals.load(Ordering::Acquire))
    }

    async fn signals_other_than(&self, old: Signals) {
        while self.signals() == old {
            let changed = self.changed.listen();
            if self.signals() == old {
                changed.await;
            }
        }
    }
}

/// Reads one connection.
///
/// There is one for each, most of them idle: what its task keeps while it waits for bytes is what a connection costs. So all that
/// is rare is boxed.
#[derive(Debug)]
pub(crate) struct Reader {
    pub(crate) connection: ConnectionId,
    pub(crate) socket: Arc<Socket>,
    pub(crate) session: Session,
    pub(crate) inputs: Sender<Input>,
}

impl Reader {
    /// Hands what the connection asks for to the hub, until it ends.
    pub(crate) async fn run(&mut self) {
        let mut asks_for_nothing = false;
        loop {
            let signals = self.socket.signals();
            match self.session.poll_next(clock::now(), signals) {
                Next::Ask(requests) => {
                    asks_for_nothing = false;
                    self.tell(Input::Asked(self.connection, requests)).await;
                }
                Next::AwaitSignal => Box::pin(self.socket.signals_other_than(signals)).await,
                Next::AwaitTime(time) => Box::pin(clock::reach(time)).await,
                Next::Read => {
                    if asks_for_nothing {
                        // Nothing of it goes into a batch.
                        self.socket.give_way();
                    }
                    let read = poll_fn(|cx| self.poll_read(cx)).await;
                    asks_for_nothing = matches!(read, Ok(READ_BYTES..));
                    match read {
                        Ok(1..) => {}
                        Ok(0) => self.session.handle_end(),
                        Err(_) => self.session.handle_failure(),
                    }
                }
                Next::End => break,
            }
        }
        Box::pin(self.leave()).await;
    }

    fn poll_read(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        self.socket.poll_read(cx, |bytes| self.session.handle_bytes(bytes))
    }

    /// Tells the hub something. Once it is gone the server has stopped, and this task is about to be ended, too.
    fn tell(&self, input: Input) -> impl Future<Output = ()> + Send {
        let full = self.inputs.try_send(input).err();
        let patience = full.map(|full| Box::pin(self.inputs.send(full.into_inner())));
        async {
            if let Some(patience) = patience {
                let _ = patience.await;
            }
        }
    }

    /// Tells the hub that this was all, and goes on reading for a while.
    async fn leave(&mut self) {
        // After a request to quit this is late news, which the hub ignores.
        self.tell(Input::Closed(self.connection)).await;
        if !self.socket.signals().is_abandoned() {
            self.socket.note_end(self.session.incident());
        }
        self.socket.linger().await;
    }
}

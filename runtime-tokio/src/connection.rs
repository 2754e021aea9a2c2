//! Owns one connection: its socket, and the task that reads it.

use std::cell::RefCell;
use std::fmt;
use std::future::{Future, poll_fn};
use std::hint::black_box;
use std::io::{self, ErrorKind};
use std::net::IpAddr;
use std::os::fd::{AsFd as _, AsRawFd as _};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::task::{Context, Poll, ready};

use chinwag_core::{Config, ConnectionId, Form, Incident, Next, Refusal, Session, Signal, Signals, Time, Written};
use chinwag_io::{Admitted, Tee, send, written};
use rustix::net::Shutdown;
use tokio::io::Interest;
use tokio::net::TcpStream;
use tokio::sync::Notify;
use tokio::sync::mpsc::Sender;
use tokio::task::yield_now;
use tokio::time::timeout;

use crate::clock;
use crate::hub::Input;

/// How much is read at once: two hundred lines of 80 characters. More per call saves little, and makes others wait longer.
const READ_BYTES: usize = 16 << 10;

/// How many full reads of one connection may follow each other: as much as a batch holds.
const FULL_READS_MAX: u8 = 4;

thread_local! {
    /// Whoever reads at the moment uses it; an idle connection has no buffer.
    static BUFFER: RefCell<Vec<u8>> = RefCell::new(vec![0; READ_BYTES]);
}

/// Holds a socket, which its reader and its worker share, and what the worker has told the reader.
#[derive(Debug)]
pub(crate) struct Socket {
    stream: TcpStream,
    admitted: Admitted,
    signals: AtomicU8,
    changed: Notify,
}

impl Socket {
    pub(crate) fn new(stream: TcpStream, admitted: Admitted) -> Self {
        Self { stream, admitted, signals: AtomicU8::default(), changed: Notify::new() }
    }

    /// Looks at sockets that will be written to, so that all are fetched from memory at once.
    pub(crate) fn prefetch<'a>(sockets: impl Iterator<Item = &'a Arc<Self>>) {
        black_box(sockets.fold(0, |all, socket| all ^ socket.stream.as_fd().as_raw_fd()));
    }

    /// Writes what the socket takes at once.
    pub(crate) fn write(&self, bytes: &[u8]) -> Written {
        let send = || send(&self.stream, bytes);
        // The runtime does not know of a new socket yet that it can be written to, so it is not asked first. It has to hear of
        // a full one, though, or else it would not wait for it.
        let sent = match send() {
            Err(error) if error.kind() == ErrorKind::WouldBlock => self.stream.try_io(Interest::WRITABLE, send),
            sent => sent,
        };
        written(sent)
    }

    /// Writes what it takes at once of what many are given. Returns `None` if that has to be done in the ordinary way.
    pub(crate) fn write_repeated(&self, tee: &mut Tee, number: u64, bytes: &[u8]) -> Option<usize> {
        tee.write(number, bytes, &self.stream)
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
            tokio::select! {
                () = self.writable() => {}
                () = clock::reach(until) => {}
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
        loop {
            ready!(self.stream.poll_read_ready(cx))?;
            if let read @ Poll::Ready(_) = self.read_now(&mut take) {
                return read;
            }
        }
    }

    /// Reads what is there, if something is.
    pub(crate) fn read_now(&self, take: impl FnOnce(&[u8])) -> Poll<io::Result<usize>> {
        // A read of less than there is room for does not mean that there is no more: it stops at telnet's urgent bytes.
        let read = BUFFER.with_borrow_mut(|buffer| {
            let len = self.stream.try_read(buffer)?;
            take(&buffer[..len]);
            Ok(len)
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
        let lingering = async {
            let mut left = Config::LINGER_BYTES_MAX;
            while left > 0
                && let Ok(len @ 1..) = poll_fn(|cx| self.poll_read(cx, |_| {})).await
            {
                left = left.saturating_sub(len);
            }
        };
        let _ = timeout(Config::LINGER, lingering).await;
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
        let _ = rustix::net::shutdown(&self.stream, Shutdown::Write);
    }

    /// Ends the connection both ways, and its reader with it; an incident may be why.
    pub(crate) fn abandon(&self, incident: Option<Incident>) {
        if let Some(incident) = incident {
            self.note_end(incident);
        }
        self.set(Signals::ABANDONED);
        let _ = rustix::net::shutdown(&self.stream, Shutdown::Both);
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
        self.changed.notify_one();
    }

    fn signals(&self) -> Signals {
        Signals::from_bits(self.signals.load(Ordering::Acquire))
    }

    async fn signals_other_than(&self, old: Signals) {
        while self.signals() == old {
            // A change that came just before is remembered, and ends this at once.
            self.changed.notified().await;
        }
    }
}

/// Hands what a connection asks for to the hub, until it ends.
///
/// There is one for each, most of them idle: what it keeps while it waits for bytes is what a connection costs. A task is a multiple
/// of 128 bytes, aligned so, and these two pointers and what the runtime adds fit into the first. So the rest is apart, and what
/// is rare is boxed.
#[derive(Debug)]
pub(crate) struct Reader {
    reading: Box<Reading>,
    obstacle: Option<Obstacle>,
}

/// What a reader has to wait for before it goes on, unless it is bytes.
struct Obstacle(Pin<Box<dyn Future<Output = ()> + Send>>);

#[derive(Debug)]
struct Reading {
    connection: ConnectionId,
    socket: Arc<Socket>,
    session: Session,
    inputs: Sender<Input>,
    /// How many reads in a row have filled the buffer.
    full_reads: u8,
    /// Something was asked for since the last of them.
    asked: bool,
    /// The hub has been told that this was all.
    left: bool,
}

impl Reader {
    pub(crate) fn new(connection: ConnectionId, socket: Arc<Socket>, session: Session, inputs: Sender<Input>) -> Self {
        let reading = Reading { connection, socket, session, inputs, full_reads: 0, asked: false, left: false };
        Self { reading: Box::new(reading), obstacle: None }
    }
}

impl Future for Reader {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        loop {
            if let Some(Obstacle(obstacle)) = &mut self.obstacle {
                ready!(obstacle.as_mut().poll(cx));
                self.obstacle = None;
            }
            match ready!(self.reading.poll_obstacle(cx)) {
                None => return Poll::Ready(()),
                obstacle => self.obstacle = obstacle,
            }
        }
    }
}

impl Reading {
    /// Goes on until there is something to wait for, or nothing more to do.
    fn poll_obstacle(&mut self, cx: &mut Context<'_>) -> Poll<Option<Obstacle>> {
        while !self.left {
            let signals = self.socket.signals();
            let obstacle = match self.session.poll_next(clock::now(), signals) {
                Next::Ask(requests) => {
                    self.asked = true;
                    self.tell(Input::Asked(self.connection, requests))
                }
                Next::AwaitSignal => {
                    let socket = Arc::clone(&self.socket);
                    Some(Obstacle::new(async move { socket.signals_other_than(signals).await }))
                }
                Next::AwaitTime(time) => Some(Obstacle::new(clock::reach(time))),
                // Nothing of it goes into a batch.
                Next::Read if self.full_reads > 0 && !self.asked => {
                    self.full_reads = 0;
                    Some(Obstacle::new(yield_now()))
                }
                Next::Read => {
                    self.asked = false;
                    let read = ready!(self.poll_read(cx));
                    self.handle_read(read)
                }
                Next::End => Some(self.leave()),
            };
            if obstacle.is_some() {
                return Poll::Ready(obstacle);
            }
        }
        Poll::Ready(None)
    }

    fn poll_read(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        self.socket.poll_read(cx, |bytes| self.session.handle_bytes(bytes))
    }

    fn handle_read(&mut self, read: io::Result<usize>) -> Option<Obstacle> {
        match read {
            // What filled the buffer was hardly all, and the rest goes into the same batch. But there may be a flood behind it,
            // and tokio would read a hundred times before others have their turn.
            Ok(READ_BYTES..) => {
                self.full_reads = (self.full_reads + 1) % FULL_READS_MAX;
                return (self.full_reads == 0).then(|| Obstacle::new(yield_now()));
            }
            Ok(1..) => self.full_reads = 0,
            Ok(0) => self.session.handle_end(),
            Err(_) => self.session.handle_failure(),
        }
        None
    }

    /// Tells the hub something, now or as soon as it takes more. Once it is gone the server has stopped, and this task is about to be
    /// ended, too.
    fn tell(&self, input: Input) -> Option<Obstacle> {
        let full = self.inputs.try_send(input).err()?;
        let inputs = self.inputs.clone();
        Some(Obstacle::new(async move {
            let _ = inputs.send(full.into_inner()).await;
        }))
    }

    /// Tells the hub that this was all, and goes on reading for a while.
    fn leave(&mut self) -> Obstacle {
        self.left = true;
        // After a request to quit this is late news, which the hub ignores.
        let told = self.tell(Input::Closed(self.connection));
        let (socket, incident) = (Arc::clone(&self.socket), self.session.incident());
        Obstacle::new(async move {
            if let Some(Obstacle(told)) = told {
                told.await;
            }
            if !socket.signals().is_abandoned() {
                socket.note_end(incident);
            }
            socket.linger().await;
        })
    }
}

impl Obstacle {
    fn new(wait: impl Future<Output = ()> + Send + 'static) -> Self {
        Self(Box::pin(wait))
    }
}

impl fmt::Debug for Obstacle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Obstacle")
    }
}

//! Owns one connection: its socket, and the task that reads it.

use std::cell::RefCell;
use std::future::{Future, poll_fn};
use std::io::{self, ErrorKind};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use chinwag_core::{ConnectionId, Request, Session, Written};
use rustix::net::{RecvFlags, SendFlags, Shutdown};
use tokio::io::Interest;
use tokio::net::TcpStream;
use tokio::sync::Notify;
use tokio::sync::mpsc::Sender;
use tokio::sync::mpsc::error::TrySendError;
use tokio::time::{sleep_until, timeout};

use crate::hub::Input;
use crate::serve::Clock;

/// How much is read at once: two hundred lines of 80 characters. More per call saves little, and makes others wait longer.
const READ_BYTES: usize = 16 << 10;

/// How long a connection that was ended here is still read, so that what its owner sent meanwhile does not make the operating
/// system throw away what is on its way to them.
const LINGER: Duration = Duration::from_secs(2);

thread_local! {
    /// Whoever reads at the moment uses it; an idle connection has no buffer.
    static BUFFER: RefCell<Vec<u8>> = RefCell::new(vec![0; READ_BYTES]);
}

/// Holds a socket, which its reader and its writer share, and what the writer has to say to the reader.
#[derive(Debug)]
pub(crate) struct Socket {
    stream: TcpStream,
    paused: AtomicBool,
    unanswered: AtomicBool,
    abandoned: AtomicBool,
    changed: Notify,
}

impl Socket {
    pub(crate) fn new(stream: TcpStream) -> Self {
        Self {
            stream,
            paused: AtomicBool::new(false),
            unanswered: AtomicBool::new(false),
            abandoned: AtomicBool::new(false),
            changed: Notify::new(),
        }
    }

    /// Writes what the socket takes at once.
    pub(crate) fn write(&self, bytes: &[u8]) -> Written {
        let send = || rustix::net::send(&self.stream, bytes, SendFlags::NOSIGNAL).map_err(io::Error::from);
        // The runtime does not know of a new socket yet that it can be written to, so it is not asked first. It has to hear of
        // a full one, though, or else it would not wait for it.
        let sent = match send() {
            Err(error) if error.kind() == ErrorKind::WouldBlock => self.stream.try_io(Interest::WRITABLE, send),
            sent => sent,
        };
        match sent {
            Ok(taken) => Written::Bytes(taken),
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => Written::Bytes(0),
            Err(_) => Written::Failed,
        }
    }

    pub(crate) async fn writable(&self) {
        // An error shows at the next write.
        let _ = self.stream.writable().await;
    }

    pub(crate) fn pause(&self) {
        self.paused.store(true, Ordering::Release);
    }

    pub(crate) fn resume(&self) {
        self.paused.store(false, Ordering::Release);
        self.changed.notify_one();
    }

    pub(crate) fn answer(&self) {
        self.unanswered.store(false, Ordering::Release);
        self.changed.notify_one();
    }

    /// Says that no more will come.
    pub(crate) fn finish(&self) {
        self.shutdown(Shutdown::Write);
    }

    /// Makes the reader end, too.
    pub(crate) fn abandon(&self) {
        self.shutdown(Shutdown::Both);
        self.abandoned.store(true, Ordering::Release);
        self.changed.notify_one();
    }

    fn shutdown(&self, how: Shutdown) {
        // Of a socket that is gone already, nothing is left to be shut down.
        let _ = rustix::net::shutdown(&self.stream, how);
    }

    fn is_abandoned(&self) -> bool {
        self.abandoned.load(Ordering::Acquire)
    }

    /// Waits until a flag is down, or there is nothing left to wait for.
    fn wait_until_not(self: &Arc<Self>, flag: fn(&Self) -> &AtomicBool) -> Wait {
        let socket = Arc::clone(self);
        Box::pin(async move {
            while flag(&socket).load(Ordering::Acquire) && !socket.is_abandoned() {
                // A change that came just before is remembered, and ends this at once.
                socket.changed.notified().await;
            }
        })
    }
}

/// What all readers share: the way to the hub, and the time.
#[derive(Debug)]
pub(crate) struct Intake {
    pub(crate) inputs: Sender<Input>,
    pub(crate) clock: Clock,
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
    pub(crate) intake: Arc<Intake>,
}

/// Something other than bytes to wait for.
type Wait = Pin<Box<dyn Future<Output = ()> + Send>>;

impl Reader {
    /// Hands what the connection asks for to the hub, until it ends.
    pub(crate) async fn run(&mut self) {
        while !self.socket.is_abandoned() {
            if let Some(wait) = self.hand_on() {
                wait.await;
            } else if self.session.is_over() {
                break;
            } else if !matches!(poll_fn(|cx| self.poll_read(cx)).await, Ok(1..)) {
                self.session.handle_end();
            }
        }
        Box::pin(self.leave()).await;
    }

    /// Hands on what may be asked now. Returns what has to be waited for before more is read, if it is anything.
    fn hand_on(&mut self) -> Option<Wait> {
        let socket = &self.socket;
        if socket.paused.load(Ordering::Acquire) {
            // This holds for what was read already, too: it is the owner's turn to read.
            return Some(socket.wait_until_not(|socket| &socket.paused));
        }
        if self.session.is_marked() && !socket.unanswered.load(Ordering::Acquire) {
            self.session.handle_answer();
        }
        let requests = self.poll_requests();
        if !requests.is_empty()
            && let Some(wait) = self.tell(Input::Requested(self.connection, requests))
        {
            return Some(wait);
        }
        if self.session.is_marked() {
            return Some(self.socket.wait_until_not(|socket| &socket.unanswered));
        }
        let at = self.intake.clock.instant(self.session.poll_timeout()?);
        Some(Box::pin(sleep_until(at)))
    }

    fn poll_requests(&mut self) -> Vec<Request> {
        let now = self.intake.clock.now();
        let mut requests = Vec::new();
        while let Some(request) = self.session.poll_request(now) {
            if request == Request::Mark {
                self.socket.unanswered.store(true, Ordering::Release);
            }
            requests.push(request);
        }
        requests
    }

    /// Tells the hub something, or returns how to, if it has to be waited for.
    fn tell(&self, input: Input) -> Option<Wait> {
        let full = self.intake.inputs.try_send(input).err()?;
        let (TrySendError::Full(input) | TrySendError::Closed(input)) = full;
        let inputs = self.intake.inputs.clone();
        // The hub is gone only when the server stops, and this task is about to be ended, too.
        Some(Box::pin(async move { drop(inputs.send(input).await) }))
    }

    /// Reads what is there, as soon as something is, for the session. Zero bytes mean that no more will come.
    fn poll_read(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        let stream = &self.socket.stream;
        loop {
            ready!(stream.poll_read_ready(cx))?;
            let mut read = 0;
            let result = BUFFER.with_borrow_mut(|buffer| {
                let receive = || {
                    read = rustix::net::recv(stream, &mut **buffer, RecvFlags::empty())?.0;
                    // Less than there was room for: the next read would only say that there is no more, so that is said here.
                    if (1..READ_BYTES).contains(&read) { Err(ErrorKind::WouldBlock.into()) } else { Ok(read) }
                };
                let result = stream.try_io(Interest::READABLE, receive);
                self.session.handle_bytes(&buffer[..read]);
                result
            });
            match result {
                _ if read > 0 => return Poll::Ready(Ok(read)),
                Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => {}
                result => return Poll::Ready(result),
            }
        }
    }

    /// Tells the hub that this was all, and goes on reading for a while; the session is over, and ignores what comes.
    async fn leave(&mut self) {
        // After a request to quit this is late news, which the hub ignores.
        if self.intake.inputs.send(Input::Closed(self.connection)).await.is_err() {
            return;
        }
        let lingering = async { while let Ok(1..) = poll_fn(|cx| self.poll_read(cx)).await {} };
        let _ = timeout(LINGER, lingering).await;
    }
}

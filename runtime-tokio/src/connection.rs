//! Owns one connection: its socket, and the task that reads it.

use std::cell::RefCell;
use std::future::poll_fn;
use std::io::{self, ErrorKind};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use chinwag_core::{Config, ConnectionId, Request, Session, Written};
use rustix::net::{SendFlags, Shutdown};
use tokio::io::{AsyncRead as _, Interest, ReadBuf};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::sync::Notify;
use tokio::sync::mpsc::Sender;
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

/// Holds the writer's half of a socket, and what the writer has to say to the reader.
#[derive(Debug)]
pub(crate) struct Socket {
    half: OwnedWriteHalf,
    paused: AtomicBool,
    unanswered: AtomicBool,
    abandoned: AtomicBool,
    changed: Notify,
}

impl Socket {
    pub(crate) fn new(stream: TcpStream) -> (OwnedReadHalf, Self) {
        let (read, half) = stream.into_split();
        let socket = Self {
            half,
            paused: AtomicBool::new(false),
            unanswered: AtomicBool::new(false),
            abandoned: AtomicBool::new(false),
            changed: Notify::new(),
        };
        (read, socket)
    }

    /// Writes what the socket takes at once.
    pub(crate) fn write(&self, bytes: &[u8]) -> Written {
        let stream: &TcpStream = self.half.as_ref();
        let send = || rustix::net::send(stream, bytes, SendFlags::NOSIGNAL).map_err(io::Error::from);
        // The runtime does not know of a new socket yet that it can be written to, so it is not asked first. It has to hear of
        // a full one, though, or else it would not wait for it.
        let sent = match send() {
            Err(error) if error.kind() == ErrorKind::WouldBlock => stream.try_io(Interest::WRITABLE, send),
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
        let _ = self.half.writable().await;
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
        let stream: &TcpStream = self.half.as_ref();
        // Of a socket that is gone already, nothing is left to be shut down.
        let _ = rustix::net::shutdown(stream, how);
    }

    fn is_abandoned(&self) -> bool {
        self.abandoned.load(Ordering::Acquire)
    }

    /// Waits until the flag is down, or there is nothing left to wait for.
    async fn wait_until_not(&self, flag: &AtomicBool) {
        while flag.load(Ordering::Acquire) && !self.is_abandoned() {
            // A change that came just before is remembered, and ends this at once.
            self.changed.notified().await;
        }
    }
}

/// Reads what is there, as soon as something is, and lets `take` have it. Nothing means that no more will come.
fn poll_read(half: &mut OwnedReadHalf, cx: &mut Context<'_>, take: &mut impl FnMut(&[u8])) -> Poll<io::Result<usize>> {
    BUFFER.with_borrow_mut(|buffer| {
        let mut buffer = ReadBuf::new(buffer);
        ready!(Pin::new(half).poll_read(cx, &mut buffer))?;
        take(buffer.filled());
        Poll::Ready(Ok(buffer.filled().len()))
    })
}

/// Hands what a connection asks for to the hub, until it ends.
pub(crate) async fn read(
    connection: ConnectionId,
    mut half: OwnedReadHalf,
    socket: Arc<Socket>,
    config: Arc<Config>,
    clock: Clock,
    inputs: Sender<Input>,
) {
    let mut session = Session::new(&config);
    while !socket.is_abandoned() {
        let requests = poll_requests(&mut session, &socket, clock);
        if !requests.is_empty() && inputs.send(Input::Requested(connection, requests)).await.is_err() {
            return;
        }
        if session.is_over() {
            break;
        }
        // The pause holds for what was read already, too: it is the owner's turn to read.
        socket.wait_until_not(&socket.paused).await;
        if session.is_marked() {
            socket.wait_until_not(&socket.unanswered).await;
            session.handle_answer();
        } else if let Some(time) = session.poll_timeout() {
            sleep_until(clock.instant(time)).await;
        } else {
            let read = poll_fn(|cx| poll_read(&mut half, cx, &mut |bytes| session.handle_bytes(bytes))).await;
            if !matches!(read, Ok(1..)) {
                session.handle_end();
            }
        }
    }
    // After a request to quit this is late news, which the hub ignores.
    if inputs.send(Input::Closed(connection)).await.is_ok() {
        let _ = timeout(LINGER, linger(&mut half)).await;
    }
}

fn poll_requests(session: &mut Session, socket: &Socket, clock: Clock) -> Vec<Request> {
    let now = clock.now();
    let mut requests = Vec::new();
    while let Some(request) = session.poll_request(now) {
        if request == Request::Mark {
            socket.unanswered.store(true, Ordering::Release);
        }
        requests.push(request);
    }
    requests
}

async fn linger(half: &mut OwnedReadHalf) {
    while let Ok(1..) = poll_fn(|cx| poll_read(half, cx, &mut |_| {})).await {}
}

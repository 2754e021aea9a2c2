//! Owns one connection: its socket, and the task that reads it.

use std::cell::RefCell;
use std::future::poll_fn;
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::net::{Shutdown, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use async_channel::Sender;
use async_io::{Async, Timer};
use chinwag_core::{Config, ConnectionId, Request, Session, Written};
use event_listener::Event as Bell;
use futures_lite::FutureExt as _;

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
    stream: Async<TcpStream>,
    paused: AtomicBool,
    unanswered: AtomicBool,
    abandoned: AtomicBool,
    changed: Bell,
}

impl Socket {
    pub(crate) fn new(stream: Async<TcpStream>) -> Self {
        Self {
            stream,
            paused: AtomicBool::new(false),
            unanswered: AtomicBool::new(false),
            abandoned: AtomicBool::new(false),
            changed: Bell::new(),
        }
    }

    /// Writes what the socket takes at once.
    pub(crate) fn write(&self, bytes: &[u8]) -> Written {
        loop {
            match self.stream.get_ref().write(bytes) {
                Ok(taken) => return Written::Bytes(taken),
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Written::Bytes(0),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => return Written::Failed,
            }
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
        self.changed.notify(1);
    }

    pub(crate) fn answer(&self) {
        self.unanswered.store(false, Ordering::Release);
        self.changed.notify(1);
    }

    /// Says that no more will come.
    pub(crate) fn finish(&self) {
        let _ = self.stream.get_ref().shutdown(Shutdown::Write);
    }

    /// Makes the reader end, too.
    pub(crate) fn abandon(&self) {
        let _ = self.stream.get_ref().shutdown(Shutdown::Both);
        self.abandoned.store(true, Ordering::Release);
        self.changed.notify(1);
    }

    fn is_abandoned(&self) -> bool {
        self.abandoned.load(Ordering::Acquire)
    }

    /// Waits until the flag is down, or there is nothing left to wait for.
    async fn wait_until_not(&self, flag: &AtomicBool) {
        let is_over = || !flag.load(Ordering::Acquire) || self.is_abandoned();
        while !is_over() {
            let changed = self.changed.listen();
            if !is_over() {
                changed.await;
            }
        }
    }

    /// Reads what is there, as soon as something is, and lets `take` have it. Nothing means that no more will come.
    fn poll_read(&self, cx: &mut Context<'_>, take: &mut impl FnMut(&[u8])) -> Poll<io::Result<usize>> {
        loop {
            ready!(self.stream.poll_readable(cx))?;
            let read = BUFFER.with_borrow_mut(|buffer| {
                let len = self.stream.get_ref().read(buffer)?;
                take(&buffer[..len]);
                Ok(len)
            });
            match read {
                Err(error) if matches!(io::Error::kind(&error), ErrorKind::WouldBlock | ErrorKind::Interrupted) => {}
                read => return Poll::Ready(read),
            }
        }
    }
}

/// Hands what a connection asks for to the hub, until it ends.
pub(crate) async fn read(
    connection: ConnectionId,
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
            Timer::at(clock.instant(time)).await;
        } else {
            let read = poll_fn(|cx| socket.poll_read(cx, &mut |bytes| session.handle_bytes(bytes))).await;
            if !matches!(read, Ok(1..)) {
                session.handle_end();
            }
        }
    }
    // After a request to quit this is late news, which the hub ignores.
    if inputs.send(Input::Closed(connection)).await.is_ok() {
        linger(&socket)
            .or(async {
                let _ = Timer::after(LINGER).await;
            })
            .await;
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

async fn linger(socket: &Socket) {
    while let Ok(1..) = poll_fn(|cx| socket.poll_read(cx, &mut |_| {})).await {}
}

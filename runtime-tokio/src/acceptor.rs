//! Owns the way in: accepts connections, and finds out what each is before it is let into the chat.

use std::net::Shutdown;
use std::sync::Arc;
use std::task::Poll;

use chinwag_core::Stats;
use chinwag_io::{Admission, Input, Listener, Need, Pending, Port as _, TURN_ACCEPTS, oneshot};
use tokio::sync::Semaphore;
use tokio::sync::mpsc::Sender;
use tokio::task::yield_now;
use tokio::time::sleep;

use crate::socket::Socket;
use crate::sockets::Incoming;

/// How many of those who are not in yet may say something before others have their turn: a crowd that comes must not
/// keep those from talking who are here.
pub(crate) const TURN_HANDSHAKES: usize = 8;

#[derive(Clone)]
pub(crate) struct Acceptor {
    pub(crate) admission: Admission,
    pub(crate) inputs: Sender<Input<Socket>>,
    /// What those who are not in yet take before they do something.
    pub(crate) turns: Arc<Semaphore>,
}

impl Acceptor {
    /// Accepts whoever comes, for ever.
    pub(crate) async fn run(self, mut listener: Listener, incoming: Incoming) {
        for place in (0..TURN_ACCEPTS).cycle() {
            match listener.handle(&incoming, incoming.accept().await) {
                Ok((stream, link, pending)) => {
                    tokio::spawn(self.clone().welcome(Socket::new(stream, link), pending));
                }
                Err(None) => {}
                Err(Some(pause)) => sleep(pause).await,
            }
            if place == 0 {
                yield_now().await;
            }
        }
    }

    /// Does what there is to do with a connection, as long as there is a hub: nobody is served when the server has
    /// ended.
    async fn welcome(self, socket: Socket, pending: Pending) {
        let inputs = self.inputs.clone();
        tokio::select! {
            biased;
            () = self.handshake(socket, pending) => {}
            () = inputs.closed() => {}
        }
    }

    /// Hands a connection to the hub, once it may be heard and is seen to be chat, or answers it, or turns it away.
    async fn handshake(self, mut socket: Socket, mut pending: Pending) {
        loop {
            match pending.poll_need(&mut socket.link) {
                Need::Read { until } => {
                    tokio::select! {
                        biased;
                        () = socket.readable() => {}
                        () = socket.reach(until) => {
                            if !socket.has_unread() {
                                continue;
                            }
                            socket.readable().await;
                        }
                    }
                    // Until the runtime has asked the system who else is ready, so few are served. Each of those who
                    // chat waits for no more than these, twice or three times for a message, however many come.
                    let _turn = self.turns.acquire().await;
                    match socket.read_now(|bytes| pending.handshake().handle_bytes(bytes)) {
                        Poll::Ready(Ok(1..)) | Poll::Pending => {}
                        Poll::Ready(Ok(0) | Err(_)) => pending.handshake().handle_end(),
                    }
                    yield_now().await;
                }
                Need::Write { bytes, until } => {
                    if !socket.write_all(&bytes, until).await {
                        pending.handshake().handle_failure();
                    }
                    // Whoever asks for one thing after the other, all at once, does not keep others waiting.
                    yield_now().await;
                }
                Need::Wait { until } => socket.reach(until).await,
                Need::Stats => pending.handle_stats(self.stats().await),
                Need::Verdict(verdict) => pending.handle_verdict(verdict.await),
                Need::Enter => {
                    let session = Box::new(pending.into_session());
                    let _ = self.inputs.send(Input::Opened(Arc::new(socket), session)).await;
                    return;
                }
                Need::End => {
                    socket.close(Shutdown::Write);
                    return socket.linger().await;
                }
            }
        }
    }

    /// Asks the hub for the counts; there are none once the server stops.
    async fn stats(&self) -> Option<Stats> {
        let (answer, answered) = oneshot();
        self.inputs.send(Input::Measure(answer)).await.ok()?;
        // The hub may have been told to stop before it was asked, and goes on to what is queued for others first.
        if self.admission.is_stopping() { None } else { answered.await }
    }
}

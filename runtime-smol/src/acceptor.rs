//! Owns the way in: accepts connections, and finds out what each is before it is let into the chat.

use std::future::poll_fn;
use std::net::Shutdown;
use std::sync::{Arc, Weak};

use async_channel::Sender;
use async_io::Timer;
use chinwag_core::Stats;
use chinwag_io::{Admission, Input, Listener, Need, Pending, Port as _, TURN_ACCEPTS, oneshot};
use futures_lite::{FutureExt as _, future};
use smol::Executor;

use crate::socket::Socket;
use crate::sockets::Incoming;

#[derive(Clone)]
pub(crate) struct Acceptor {
    pub(crate) admission: Admission,
    /// Not a strong one: the executor owns the task that owns this.
    pub(crate) executor: Weak<Executor<'static>>,
    pub(crate) inputs: Sender<Input<Socket>>,
}

impl Acceptor {
    /// Accepts whoever comes, for ever.
    pub(crate) async fn run(self, mut listener: Listener, incoming: Incoming) {
        for place in (0..TURN_ACCEPTS).cycle() {
            match listener.handle(&incoming, incoming.accept().await) {
                Ok((stream, link, pending)) => {
                    if let Some(executor) = self.executor.upgrade() {
                        executor.spawn(self.clone().handshake(Socket::new(stream, link), pending)).detach();
                    }
                }
                Err(None) => {}
                Err(Some(pause)) => drop(Timer::after(pause).await),
            }
            if place == 0 {
                future::yield_now().await;
            }
        }
    }

    /// Hands a connection to the hub, once it may be heard and is seen to be chat, or answers it, or turns it away.
    async fn handshake(self, mut socket: Socket, mut pending: Pending) {
        loop {
            match pending.poll_need(&mut socket.link) {
                Need::Read { until } => {
                    let late = async {
                        socket.reach(until).await;
                        while socket.has_unread() {
                            future::yield_now().await;
                        }
                        Ok(1)
                    };
                    let read = poll_fn(|cx| socket.poll_read(cx, |bytes| pending.handshake().handle_bytes(bytes)));
                    if !matches!(read.or(late).await, Ok(1..)) {
                        pending.handshake().handle_end();
                    }
                }
                Need::Write { bytes, until } => {
                    if !socket.write_all(&bytes, until).await {
                        pending.handshake().handle_failure();
                    }
                    // Whoever asks for one thing after the other, all at once, does not keep others waiting.
                    future::yield_now().await;
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

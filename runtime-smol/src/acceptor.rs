//! Owns the way in: accepts connections, and finds out what each is before it is let into the chat.

use std::future::poll_fn;
use std::net::{IpAddr, Shutdown};
use std::sync::{Arc, Weak};
use std::time::Duration;

use async_channel::Sender;
use async_io::Timer;
use chinwag_core::{Config, Form, Stats, Time};
use chinwag_io::{Admission, Input, Link, Listener, Need, Pending, Port as _, Recovery, oneshot};
use futures_lite::{FutureExt as _, future};
use smol::Executor;

use crate::clock::reach;
use crate::socket::Socket;
use crate::sockets::Incoming;

/// How long to wait when nobody can be let in for want of memory or descriptors: long enough not to spin, short enough not to be
/// noticed by who is let in then.
const PAUSE: Duration = Duration::from_millis(100);

/// How many may come in before others have their turn: a crowd must neither keep those from talking who are here, nor wait a turn for
/// each who comes.
const TURN_ACCEPTS: u32 = 16;

#[derive(Clone)]
pub(crate) struct Acceptor {
    pub(crate) admission: Admission,
    pub(crate) config: Arc<Config>,
    /// Not a strong one: the executor owns the task that owns this.
    pub(crate) executor: Weak<Executor<'static>>,
    pub(crate) inputs: Sender<Input<Socket>>,
}

impl Acceptor {
    /// Accepts whoever comes, for ever.
    pub(crate) async fn run(self, mut listener: Listener, incoming: Incoming) {
        let (clock, form) = (self.admission.clock(), listener.form());
        for place in (0..TURN_ACCEPTS).cycle() {
            match incoming.accept().await {
                Ok((stream, peer)) => match self.admission.admit(clock.now(), peer.ip(), form) {
                    Ok((permit, from)) => {
                        let socket = Socket::new(stream, Link::new(permit));
                        if let Some(executor) = self.executor.upgrade() {
                            executor.spawn(self.clone().handshake(socket, form, peer.ip(), from)).detach();
                        }
                    }
                    Err(refusal) => listener.turn_away(&stream, refusal),
                },
                Err(error) => {
                    if listener.recover(clock.now(), &incoming, &error) == Recovery::Pause {
                        Timer::after(PAUSE).await;
                    }
                }
            }
            if place == 0 {
                future::yield_now().await;
            }
        }
    }

    /// Hands a connection to the hub, once it may be heard and is seen to be chat, or answers it, or turns it away.
    async fn handshake(self, mut socket: Socket, form: Form, peer: IpAddr, from: Time) {
        let clock = self.admission.clock();
        if from > clock.now() {
            reach(clock, from).await;
        }
        let mut pending = Pending::new(&self.config, self.admission.clone(), form, peer);
        loop {
            match pending.poll_need(&mut socket.link) {
                Need::Read { until } => {
                    let read = poll_fn(|cx| socket.poll_read(cx, |bytes| pending.handshake().handle_bytes(bytes)));
                    let late = async {
                        reach(clock, until).await;
                        Ok(1)
                    };
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
                Need::Wait { until } => reach(clock, until).await,
                Need::Stats => pending.handle_stats(self.stats().await),
                Need::Enter => {
                    let session = Box::new(pending.into_session());
                    let _ = self.inputs.send(Input::Opened(Arc::new(socket), session)).await;
                    return;
                }
                Need::End => {
                    socket.shutdown(Shutdown::Write);
                    socket.linger().await;
                    return;
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

//! Owns the way in: accepts connections, and finds out who they are before they are let into the chat.

use std::net::IpAddr;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use chinwag_core::{Config, Form, Handshake, Refusal, Stats, Step, Time};
use chinwag_io::{Admission, Listener, Recovery};
use tokio::net::TcpListener;
use tokio::sync::mpsc::Sender;
use tokio::sync::{Semaphore, oneshot};
use tokio::task::yield_now;
use tokio::time::sleep;

use crate::clock;
use crate::connection::Socket;
use crate::hub::Input;

/// How long to wait when nobody can be let in for want of memory or descriptors: long enough not to spin, short enough not to be
/// noticed by who is let in then.
const PAUSE: Duration = Duration::from_millis(100);

/// How many may come in, and how many of those who have may say something, before others have their turn: a crowd must neither keep those
/// from talking who are here, nor wait a turn for each who comes.
const TURN_ACCEPTS: u32 = 16;
pub(crate) const TURN_HANDSHAKES: usize = 8;

pub(crate) struct Acceptor {
    pub(crate) listener: Listener,
    pub(crate) shared: Shared,
}

/// Holds what all listeners, and all who are not in yet, have in common.
#[derive(Clone)]
pub(crate) struct Shared {
    pub(crate) admission: Admission,
    pub(crate) config: Arc<Config>,
    pub(crate) inputs: Sender<Input>,
    /// What those who are not in yet take before they do something.
    pub(crate) turns: Arc<Semaphore>,
}

impl Acceptor {
    /// Accepts whoever comes, for ever.
    pub(crate) async fn run(mut self, incoming: TcpListener) {
        for place in (0..TURN_ACCEPTS).cycle() {
            match incoming.accept().await {
                Ok((stream, peer)) => {
                    match self.shared.admission.admit(clock::now(), peer.ip(), self.listener.form()) {
                        Ok((admitted, from)) => {
                            let socket = Socket::new(stream, admitted);
                            let arriving = arrive(socket, self.listener.form(), peer.ip(), from, self.shared.clone());
                            tokio::spawn(as_long_as_served(arriving, self.shared.inputs.clone()));
                        }
                        Err(refusal) => self.listener.turn_away(&stream, refusal),
                    }
                }
                Err(error) => {
                    if self.listener.recover(clock::now(), &incoming, &error) == Recovery::Pause {
                        sleep(PAUSE).await;
                    }
                }
            }
            if place == 0 {
                yield_now().await;
            }
        }
    }
}

/// Does what there is to do with a connection, as long as there is a hub: nobody is served when the server has ended.
async fn as_long_as_served(arriving: impl Future<Output = ()>, inputs: Sender<Input>) {
    tokio::select! {
        biased;
        () = arriving => {}
        () = inputs.closed() => {}
    }
}

/// Hands a connection to the hub, once it may be heard and is seen to be chat, or answers it, or turns it away.
async fn arrive(mut socket: Socket, form: Form, peer: IpAddr, from: Time, shared: Shared) {
    let Shared { admission, config, inputs, turns } = shared;
    if from > clock::now() {
        clock::reach(from).await;
    }
    let mut handshake = Handshake::new(&config, form, peer, clock::now());
    loop {
        if admission.is_stopping() {
            handshake.handle_stop();
        }
        match handshake.poll_step(clock::now()) {
            Step::Read { until } => {
                let is_readable = tokio::select! {
                    biased;
                    () = socket.readable() => true,
                    () = clock::reach(until) => false,
                };
                if is_readable {
                    // Until the runtime has asked the system who else is ready, so few are served: each of those who chat waits for no more
                    // than these, twice or three times for a message, however many come.
                    let _turn = turns.acquire().await;
                    match socket.read_now(|bytes| handshake.handle_bytes(bytes)) {
                        Poll::Ready(Ok(1..)) | Poll::Pending => {}
                        Poll::Ready(Ok(0) | Err(_)) => handshake.handle_end(),
                    }
                    yield_now().await;
                }
            }
            Step::Write { bytes, until } => {
                if !socket.write_all(&bytes, until).await {
                    handshake.handle_failure();
                }
                // Whoever asks for one thing after the other, all at once, does not keep others waiting.
                yield_now().await;
            }
            Step::Measure => {
                let stats = measure(&admission, &inputs).await;
                handshake.handle_metrics(stats.map(|stats| admission.metrics(stats)));
            }
            Step::Announce { address } => {
                let from = socket.announce(clock::now(), address, form);
                handshake.handle_admission(may_come(from).await);
            }
            Step::Admit => {
                let from = socket.admit(clock::now());
                handshake.handle_admission(may_come(from).await);
            }
            Step::Enter => {
                let _ = inputs.send(Input::Opened(Arc::new(socket), Box::new(handshake.into_session()))).await;
                return;
            }
            Step::End { incident, detail } => {
                incident.into_iter().for_each(|incident| socket.note_detail(incident, detail.as_deref()));
                socket.finish();
                socket.linger().await;
                return;
            }
        }
    }
}

/// Waits until somebody may come, as the gate says.
async fn may_come(from: Result<Time, Refusal>) -> Result<(), Refusal> {
    let from = from?;
    if from > clock::now() {
        clock::reach(from).await;
    }
    Ok(())
}

/// Asks the hub for the counts; there are none once the server stops.
async fn measure(admission: &Admission, inputs: &Sender<Input>) -> Option<Stats> {
    let (asker, told) = oneshot::channel();
    inputs.send(Input::Measure(asker)).await.ok()?;
    if admission.is_stopping() {
        // The hub may have been told before it was asked, and goes on to what is queued for others first.
        return None;
    }
    told.await.ok()
}

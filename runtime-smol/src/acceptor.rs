//! Owns the way in: accepts connections, and finds out who they are before they are let into the chat.

use std::future::poll_fn;
use std::net::IpAddr;
use std::sync::{Arc, Weak};
use std::time::Duration;

use async_channel::Sender;
use async_io::Timer;
use chinwag_core::{Config, Form, Handshake, Refusal, Stats, Step, Time};
use chinwag_io::{Admission, Listener, Recovery};
use futures_lite::{FutureExt as _, future};
use smol::Executor;

use crate::clock;
use crate::connection::Socket;
use crate::hub::Input;
use crate::sockets::Incoming;

/// How long to wait when nobody can be let in for want of memory or descriptors: long enough not to spin, short enough not to be
/// noticed by who is let in then.
const PAUSE: Duration = Duration::from_millis(100);

/// How many may come in before others have their turn: a crowd must neither keep those from talking who are here, nor wait a turn for
/// each who comes.
const TURN_ACCEPTS: u32 = 16;

pub(crate) struct Acceptor {
    pub(crate) listener: Listener,
    pub(crate) admission: Admission,
    pub(crate) config: Arc<Config>,
    /// Not a strong one: the executor owns the task that owns this.
    pub(crate) executor: Weak<Executor<'static>>,
    pub(crate) inputs: Sender<Input>,
}

impl Acceptor {
    /// Accepts whoever comes, for ever.
    pub(crate) async fn run(mut self, incoming: Incoming) {
        for place in (0..TURN_ACCEPTS).cycle() {
            match incoming.accept().await {
                Ok((stream, peer)) => match self.admission.admit(clock::now(), peer.ip(), self.listener.form()) {
                    Ok((admitted, from)) => {
                        let socket = Socket::new(stream, admitted);
                        let (admission, config, inputs) =
                            (self.admission.clone(), Arc::clone(&self.config), self.inputs.clone());
                        let arriving = arrive(socket, self.listener.form(), peer.ip(), from, admission, config, inputs);
                        if let Some(executor) = self.executor.upgrade() {
                            executor.spawn(arriving).detach();
                        }
                    }
                    Err(refusal) => self.listener.turn_away(&stream, refusal),
                },
                Err(error) => {
                    if self.listener.recover(clock::now(), &incoming, &error) == Recovery::Pause {
                        Timer::after(PAUSE).await;
                    }
                }
            }
            if place == 0 {
                future::yield_now().await;
            }
        }
    }
}

/// Hands a connection to the hub, once it may be heard and is seen to be chat, or answers it, or turns it away.
async fn arrive(
    mut socket: Socket,
    form: Form,
    peer: IpAddr,
    from: Time,
    admission: Admission,
    config: Arc<Config>,
    inputs: Sender<Input>,
) {
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
                let read =
                    async { Some(poll_fn(|cx| socket.poll_read(cx, |bytes| handshake.handle_bytes(bytes))).await) };
                let late = async {
                    clock::reach(until).await;
                    None
                };
                match read.or(late).await {
                    Some(Ok(1..)) | None => {}
                    Some(Ok(0) | Err(_)) => handshake.handle_end(),
                }
            }
            Step::Write { bytes, until } => {
                if !socket.write_all(&bytes, until).await {
                    handshake.handle_failure();
                }
                // Whoever asks for one thing after the other, all at once, does not keep others waiting.
                future::yield_now().await;
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
    let (asker, told) = async_channel::bounded(1);
    inputs.send(Input::Measure(asker)).await.ok()?;
    if admission.is_stopping() {
        // The hub may have been told before it was asked, and goes on to what is queued for others first.
        return None;
    }
    told.recv().await.ok()
}

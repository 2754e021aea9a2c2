//! Drives the hub of the core: hands it what was read, and hands what it decides to the workers, in batches.

use std::iter;
use std::sync::{Arc, Weak};

use async_channel::{Receiver, Sender};
use chinwag_core::{Batch, Config, ConnectionId, Request, Session, Share, Stats, Time};
use chinwag_io::Admission;
use futures_lite::FutureExt as _;
use smol::{Executor, Task};
use tracing::debug;

use crate::clock::{self, Alarm};
use crate::connection::{Reader, Socket};
use crate::sockets::Sockets;
use crate::worker::Worker;
use crate::workers::Helper;

/// How many inputs may wait for the hub. Each is at most what was read at once, so this bounds memory; when it is full, reading
/// waits.
const INPUTS_MAX: usize = 256;

/// How many batches the log holds. If a worker is so far behind, the hub waits for it: workers wait for nobody, so it is not long.
const LOG_BATCHES_MAX: usize = 64;

/// What the hub is told.
#[derive(Debug)]
pub(crate) enum Input {
    /// Somebody is to be let in.
    Opened(Arc<Socket>, Box<Session>),
    /// Somebody asks for this, in this order.
    Asked(ConnectionId, Vec<Request>),
    /// A connection has ended.
    Closed(ConnectionId),
    /// Something is due.
    Woke,
    /// The server is to stop.
    Stopped,
    /// The counts are to be logged.
    Report,
    /// The counts are to be told.
    Measure(Sender<Stats>),
}

pub(crate) struct Hub {
    core: chinwag_core::Hub<Arc<Socket>>,
    config: Arc<Config>,
    admission: Admission,
    started: Time,
    alarm: Alarm,
    /// Not a strong one: the executor owns the task that owns this.
    executor: Weak<Executor<'static>>,
    /// For the readers.
    sender: Sender<Input>,
    inputs: Receiver<Input>,
    log: async_broadcast::Sender<Arc<Batch<Arc<Socket>>>>,
    workers: Vec<Arc<Worker>>,
    writing: Vec<Task<()>>,
}

impl Hub {
    /// Makes a hub with its workers, of which all but the first have helpers, and the sender for its inputs.
    pub(crate) fn new(
        config: Arc<Config>,
        executor: &Arc<Executor<'static>>,
        sockets: &Arc<Sockets>,
        helpers: impl IntoIterator<Item = Helper>,
        admission: Admission,
    ) -> (Self, Sender<Input>) {
        let (sender, inputs) = async_channel::bounded(INPUTS_MAX);
        let (log, followed) = async_broadcast::broadcast(LOG_BATCHES_MAX);
        let helpers = iter::once(None).chain(helpers.into_iter().map(Some));
        let start =
            |(share, helper)| Worker::start(&config, share, helper, followed.clone(), Arc::clone(sockets), executor);
        let (workers, writing) = Share::split(config.threads).zip(helpers).map(start).unzip();
        let core = chinwag_core::Hub::new(Config::clone(&config));
        let started = clock::now();
        let executor = Arc::downgrade(executor);
        let hub = Self {
            core,
            config,
            admission,
            started,
            alarm: Alarm::new(),
            executor,
            sender: sender.clone(),
            inputs,
            log,
            workers,
            writing,
        };
        (hub, sender)
    }

    /// Runs until it is told that the server stops, and everything was sent.
    pub(crate) async fn run(mut self) {
        while !self.core.is_stopped() {
            let input = self.next().await;
            self.core.handle_clock(clock::now(), clock::unix_ms());
            self.handle(input);
            while self.core.has_room()
                && let Ok(input) = self.inputs.try_recv()
            {
                self.handle(input);
            }
            self.publish().await;
        }
        let written = async {
            for task in self.writing {
                task.await;
            }
        };
        // Whoever comes to be let in now is not, and need not wait for those who are still written to.
        let too_late = async { while self.inputs.recv().await.is_ok() {} };
        written.or(too_late).await;
    }

    /// Waits for what is to be done: first what people ask for, then what is due.
    async fn next(&mut self) -> Input {
        let Self { inputs, alarm, .. } = self;
        let input = async { inputs.recv().await.expect("the hub has a sender itself") };
        let Some(time) = self.core.poll_timeout() else { return input.await };
        let timeout = async {
            alarm.ring(time).await;
            Input::Woke
        };
        input.or(timeout).await
    }

    fn handle(&mut self, input: Input) {
        match input {
            Input::Opened(socket, session) => self.open(socket, *session),
            Input::Asked(connection, requests) => self.core.handle_requests(clock::now(), connection, requests),
            Input::Closed(connection) => self.core.handle_closed(clock::now(), connection),
            Input::Woke => self.core.handle_timeout(clock::now()),
            Input::Stopped => self.core.handle_stop(clock::now()),
            Input::Report => self.admission.report(&self.stats()),
            Input::Measure(asker) => {
                // Whoever asked may be gone.
                let _ = asker.try_send(self.stats());
            }
        }
        while let Some(effect) = self.core.poll_effect() {
            self.core.handle_answer(clock::now(), effect.perform(&self.config));
        }
    }

    fn open(&mut self, socket: Arc<Socket>, mut session: Session) {
        let connection = match self.core.open(clock::now(), &mut session, Arc::clone(&socket)) {
            Ok(connection) => connection,
            Err(words) => {
                // They are few, and the first: a socket takes them at once, or never.
                let _ = socket.write(&words);
                return;
            }
        };
        debug!(%connection, address = %socket.address(), "opened");
        let mut reader = Reader { connection, socket, session, inputs: self.sender.clone() };
        if let Some(executor) = self.executor.upgrade() {
            executor.spawn(async move { reader.run().await }).detach();
        }
    }

    fn stats(&self) -> Stats {
        let mut stats = Stats { uptime: clock::now().since(self.started), ..Stats::default() };
        self.core.count(&mut stats);
        self.admission.count(&mut stats);
        self.workers.iter().for_each(|worker| worker.count(&mut stats));
        stats
    }

    /// Hands on what is to be done. A small batch is written on the spot; for more, the workers are woken, and their helpers.
    async fn publish(&mut self) {
        let Some(batch) = self.core.take_batch().map(Arc::new) else { return };
        // It ends only with its receivers, which the workers keep.
        let _ = self.log.broadcast_direct(Arc::clone(&batch)).await;
        let is_small = batch.is_small(&self.config);
        self.workers.iter().for_each(if is_small { Worker::follow_now } else { Worker::ring });
    }
}

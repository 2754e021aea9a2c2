//! Drives the hub of the core: hands it what was read, and hands what it decides to the writers, in batches.

use std::io;
use std::iter;
use std::mem;
use std::sync::Arc;

use chinwag_core::{Config, ConnectionId, Event, Request, Session, Share, Stats, Time};
use chinwag_launch::Watch;
use tokio::sync::mpsc::{self, Receiver, Sender};
use tokio::sync::oneshot;
use tokio::task::{self, JoinHandle};
use tracing::debug;

use crate::clock;
use crate::connection::{Reader, Socket};
use crate::crew::Helper;
use crate::writer::{SharedBatch, Writer};

/// How many inputs may wait for the hub. Each is at most what was read at once, so this bounds memory; when it is full, reading
/// waits.
const INPUTS_MAX: usize = 256;

/// What the hub is told.
#[derive(Debug)]
pub(crate) enum Input {
    /// Somebody is to be let in.
    Opened(Arc<Socket>, Box<Session>),
    /// Somebody asks for this, in this order.
    Asked(ConnectionId, Vec<Request>),
    /// This has happened.
    Happened(Event),
    /// The counts are to be logged.
    Report,
    /// The counts are to be told.
    Measure(oneshot::Sender<Stats>),
}

pub(crate) struct Hub {
    core: chinwag_core::Hub<Arc<Socket>>,
    config: Arc<Config>,
    watch: Watch,
    started: Time,
    /// For the readers.
    sender: Sender<Input>,
    inputs: Receiver<Input>,
    logs: Vec<Sender<SharedBatch>>,
    writers: Vec<Arc<Writer>>,
    writing: Vec<JoinHandle<()>>,
}

impl Hub {
    /// Makes a hub with its writers and their helpers, and the sender for its inputs.
    pub(crate) fn new(config: Arc<Config>, watch: Watch) -> io::Result<(Self, Sender<Input>)> {
        let (sender, inputs) = mpsc::channel(INPUTS_MAX);
        let hire = |_| Ok(Some(Helper::hire()?));
        let helpers = iter::once(Ok(None)).chain((1..config.threads).map(hire)).collect::<io::Result<Vec<_>>>()?;
        let start = |(share, helper)| Writer::start(&config, share, helper);
        let (writers, (logs, writing)) = Share::split(config.threads).zip(helpers).map(start).unzip();
        let core = chinwag_core::Hub::new(Config::clone(&config));
        let started = clock::now();
        let hub = Self { core, config, watch, started, sender: sender.clone(), inputs, logs, writers, writing };
        Ok((hub, sender))
    }

    /// Runs until it is told that the server stops, and everything was sent.
    pub(crate) async fn run(mut self) {
        while !self.core.is_stopped() {
            let input = self.next().await;
            // The runtime runs this task as soon as one reader has woken it. Now the others who are ready hand in theirs, too, so that
            // a batch, and with it each write, has more in it.
            task::yield_now().await;
            self.handle(input);
            while self.core.has_room()
                && let Ok(input) = self.inputs.try_recv()
            {
                self.handle(input);
            }
            self.publish().await;
        }
        for task in mem::take(&mut self.writing) {
            // It can only have panicked, and then it has said so.
            let _ = task.await;
        }
    }

    /// Waits for what is to be done: first what people ask for, then what is due.
    async fn next(&mut self) -> Input {
        let due = self.core.poll_timeout();
        let input = async { self.inputs.recv().await.expect("the hub has a sender itself") };
        let Some(time) = due else { return input.await };
        tokio::select! {
            biased;
            input = input => input,
            () = clock::reach(time) => Input::Happened(Event::Woke),
        }
    }

    fn handle(&mut self, input: Input) {
        match input {
            Input::Opened(socket, session) => self.open(socket, *session),
            Input::Asked(connection, requests) => self.core.handle_requests(clock::now(), connection, requests),
            Input::Happened(event) => self.core.handle(clock::now(), event),
            Input::Report => self.watch.report(&self.stats()),
            Input::Measure(asker) => {
                // Whoever asked may be gone.
                let _ = asker.send(self.stats());
            }
        }
    }

    fn open(&mut self, socket: Arc<Socket>, mut session: Session) {
        let connection = self.core.open(clock::now(), &mut session, Arc::clone(&socket));
        debug!(%connection, address = %socket.address(), "opened");
        let reader = Reader::new(connection, socket, session, self.sender.clone());
        tokio::spawn(reader);
    }

    fn stats(&self) -> Stats {
        let mut stats = Stats { uptime: clock::now().since(self.started), ..Stats::default() };
        self.core.count(&mut stats);
        self.watch.count(&mut stats);
        self.writers.iter().for_each(|writer| writer.count(&mut stats));
        stats
    }

    /// Hands on what is to be done. A small batch is written on the spot; for more, the writers are woken, and their helpers.
    async fn publish(&mut self) {
        let Some(batch) = self.core.take_batch().map(Arc::new) else { return };
        for log in &self.logs {
            // It ends only with its receiver, which the writer keeps.
            let _ = log.send(Arc::clone(&batch)).await;
        }
        let is_small = batch.is_small(&self.config);
        self.writers.iter().for_each(if is_small { Writer::follow_now } else { Writer::ring });
    }
}

impl Drop for Hub {
    /// Stops a server that was dropped while it ran: its tasks would live on without it.
    fn drop(&mut self) {
        self.core.handle(clock::now(), Event::Stopped);
        let Some(batch) = self.core.take_batch().map(Arc::new) else { return };
        for (log, writer) in self.logs.iter().zip(&self.writers) {
            let _ = log.try_send(Arc::clone(&batch));
            writer.ring();
        }
    }
}

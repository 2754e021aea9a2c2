//! Owns the chat: takes what was read, one thing at a time, and hands what is to be done to the writers, in batches.

use std::future::Future;
use std::mem;
use std::pin::{Pin, pin};
use std::sync::Arc;

use chinwag_core::{Batch, Chat, Config, ConnectionId, Event, Request, Session, Share};
use tokio::net::TcpStream;
use tokio::sync::mpsc::{self, Receiver, Sender};
use tokio::task::JoinHandle;
use tokio::time::{sleep_until, timeout};
use tracing::debug;

use crate::connection::{Intake, Reader, Socket};
use crate::serve::Clock;
use crate::writer::{SharedBatch, Writer};

/// How many inputs may wait for the hub. Each is at most what was read at once, so this bounds memory; when it is full, reading
/// waits.
const INPUTS_MAX: usize = 256;

/// What the hub is told.
#[derive(Debug)]
pub(crate) enum Input {
    /// Somebody has connected.
    Opened(TcpStream),
    /// A connection asks for this, in this order.
    Requested(ConnectionId, Vec<Request>),
    /// A connection has ended.
    Closed(ConnectionId),
}

enum Wake {
    Stop,
    Input(Input),
    Timeout,
}

pub(crate) struct Hub {
    chat: Chat,
    config: Config,
    clock: Clock,
    intake: Arc<Intake>,
    inputs: Receiver<Input>,
    batch: Batch<Arc<Socket>>,
    logs: Vec<Sender<SharedBatch>>,
    writers: Vec<Arc<Writer>>,
    writing: Vec<JoinHandle<()>>,
}

impl Hub {
    /// Makes a hub with its writers, and the sender for its inputs.
    pub(crate) fn new(config: Config, clock: Clock) -> (Self, Sender<Input>) {
        let (sender, inputs) = mpsc::channel(INPUTS_MAX);
        let mut hub = Self {
            chat: Chat::new(config.clone()),
            config,
            clock,
            intake: Arc::new(Intake { inputs: sender.clone(), clock }),
            inputs,
            batch: Batch::new(),
            logs: Vec::new(),
            writers: Vec::new(),
            writing: Vec::new(),
        };
        for share in Share::split(hub.config.threads) {
            let (writer, log, task) = Writer::start(&hub.config, share, clock);
            hub.writers.push(writer);
            hub.logs.push(log);
            hub.writing.push(task);
        }
        (hub, sender)
    }

    /// Runs until `shutdown` resolves and everything was sent. Waits for `close_door` as soon as nobody is to be let in any more.
    pub(crate) async fn run(mut self, shutdown: impl Future<Output = ()>, close_door: impl Future<Output = ()>) {
        let mut shutdown = pin!(shutdown);
        loop {
            match self.wait(shutdown.as_mut()).await {
                // 1. The end, since it must not starve.
                Wake::Stop => break,
                // 2. What people ask for: all that is here, up to a batch.
                Wake::Input(input) => {
                    self.handle(input).await;
                    while !self.batch.is_full(&self.config)
                        && let Ok(input) = self.inputs.try_recv()
                    {
                        self.handle(input).await;
                    }
                }
                // 3. What is due.
                Wake::Timeout => self.chat.handle(self.clock.now(), Event::Woke),
            }
            self.publish().await;
        }
        close_door.await;
        self.stop().await;
    }

    async fn wait(&mut self, shutdown: Pin<&mut impl Future<Output = ()>>) -> Wake {
        let due = self.chat.poll_timeout().map(|time| self.clock.instant(time));
        let timeout = async {
            match due {
                Some(at) => sleep_until(at).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            () = shutdown => Wake::Stop,
            Some(input) = self.inputs.recv() => Wake::Input(input),
            () = timeout => Wake::Timeout,
        }
    }

    async fn handle(&mut self, input: Input) {
        let now = self.clock.now();
        match input {
            Input::Opened(stream) => self.open(stream),
            Input::Requested(connection, requests) => {
                for request in requests {
                    self.chat.handle(now, Event::Requested { connection, request });
                    self.collect();
                    if self.batch.is_full(&self.config) {
                        self.publish().await;
                    }
                }
            }
            Input::Closed(connection) => {
                debug!(%connection, "closed");
                self.chat.handle(now, Event::Closed { connection });
            }
        }
    }

    fn open(&mut self, stream: TcpStream) {
        let connection = self.chat.next_connection();
        debug!(%connection, peer = ?stream.peer_addr().ok(), "opened");
        let socket = Arc::new(Socket::new(stream));
        self.batch.push_socket(Arc::clone(&socket));
        self.chat.handle(self.clock.now(), Event::Opened { connection });
        let (session, intake) = (Session::new(&self.config), Arc::clone(&self.intake));
        let mut reader = Reader { connection, socket, session, intake };
        // A task is a multiple of 128 bytes, aligned so: boxed, what it keeps does not fill it up to the next.
        tokio::spawn(Box::pin(async move { reader.run().await }));
    }

    fn collect(&mut self) {
        while let Some(action) = self.chat.poll_action() {
            self.batch.push(action);
        }
    }

    /// Hands the batch on. A small one is written on the spot; for more, the writers are woken.
    async fn publish(&mut self) {
        self.collect();
        if self.batch.is_empty() {
            return;
        }
        let batch = Arc::new(mem::take(&mut self.batch));
        for log in &self.logs {
            // It ends only with its receiver, which the writer keeps.
            let _ = log.send(Arc::clone(&batch)).await;
        }
        if batch.is_small(&self.config) {
            self.writers.iter().for_each(Writer::follow_now);
        } else {
            self.writers.iter().for_each(|writer| writer.ring());
        }
    }

    async fn stop(mut self) {
        // What was read before still counts.
        while let Ok(input) = self.inputs.try_recv() {
            self.handle(input).await;
        }
        self.chat.handle(self.clock.now(), Event::Stopped);
        self.publish().await;
        let written = async {
            for task in self.writing {
                let _ = task.await;
            }
        };
        let _ = timeout(self.config.drain, written).await;
        self.writers.iter().for_each(Writer::give_up);
    }
}

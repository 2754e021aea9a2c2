//! Owns the chat: takes what was read, one thing at a time, and hands what is to be done to the writers, in batches.

use std::future::Future;
use std::mem;
use std::net::TcpStream;
use std::pin::pin;
use std::sync::Arc;

use async_channel::{Receiver, Sender};
use async_executor::{Executor, Task};
use async_io::{Async, Timer};
use chinwag_core::{Batch, Chat, Config, ConnectionId, Event, Request, Session, Share};
use futures_lite::{FutureExt as _, future};
use tracing::debug;

use crate::connection::{Intake, Reader, Socket};
use crate::serve::Clock;
use crate::writer::Writer;

/// How many inputs may wait for the hub. Each is at most what was read at once, so this bounds memory; when it is full, reading
/// waits.
const INPUTS_MAX: usize = 256;

/// How many batches the log holds. If a writer is so far behind, the hub waits for it: writers wait for nobody, so it is not long.
const LOG_BATCHES_MAX: usize = 64;

/// What the hub is told.
#[derive(Debug)]
pub(crate) enum Input {
    /// Somebody has connected.
    Opened(Async<TcpStream>),
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
    executor: Arc<Executor<'static>>,
    intake: Arc<Intake>,
    inputs: Receiver<Input>,
    batch: Batch<Arc<Socket>>,
    log: async_broadcast::Sender<Arc<Batch<Arc<Socket>>>>,
    writers: Vec<Arc<Writer>>,
    writing: Vec<Task<()>>,
    crew_bell: Sender<()>,
}

impl Hub {
    /// Makes a hub with its writers, and the sender for its inputs.
    pub(crate) fn new(
        config: Config,
        clock: Clock,
        executor: &Arc<Executor<'static>>,
        crew_bell: Sender<()>,
    ) -> (Self, Sender<Input>) {
        let (sender, inputs) = async_channel::bounded(INPUTS_MAX);
        let (log, followed) = async_broadcast::broadcast(LOG_BATCHES_MAX);
        let start = |share| Writer::start(&config, share, followed.clone(), clock, executor);
        let (writers, writing) = Share::split(config.threads).map(start).unzip();
        let hub = Self {
            chat: Chat::new(config.clone()),
            config,
            clock,
            executor: Arc::clone(executor),
            intake: Arc::new(Intake { inputs: sender.clone(), clock }),
            inputs,
            batch: Batch::new(),
            log,
            writers,
            writing,
            crew_bell,
        };
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

    async fn wait(&self, shutdown: impl Future<Output = ()>) -> Wake {
        let stop = async {
            shutdown.await;
            Wake::Stop
        };
        let input = async {
            match self.inputs.recv().await {
                Ok(input) => Wake::Input(input),
                Err(_) => future::pending().await,
            }
        };
        let timeout = async {
            match self.chat.poll_timeout() {
                Some(time) => {
                    let _ = Timer::at(self.clock.instant(time)).await;
                }
                None => future::pending().await,
            }
            Wake::Timeout
        };
        stop.or(input).or(timeout).await
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

    fn open(&mut self, stream: Async<TcpStream>) {
        let connection = self.chat.next_connection();
        debug!(%connection, peer = ?stream.get_ref().peer_addr().ok(), "opened");
        let socket = Arc::new(Socket::new(stream));
        self.batch.push_socket(Arc::clone(&socket));
        self.chat.handle(self.clock.now(), Event::Opened { connection });
        let (session, intake) = (Session::new(&self.config), Arc::clone(&self.intake));
        let mut reader = Reader { connection, socket, session, intake };
        self.executor.spawn(async move { reader.run().await }).detach();
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
        let is_small = batch.is_small(&self.config);
        // It ends only with its receivers, which the writers keep.
        let _ = self.log.broadcast_direct(batch).await;
        if is_small {
            self.writers.iter().for_each(Writer::follow_now);
        } else {
            self.writers.iter().for_each(|writer| writer.ring());
            let _ = self.crew_bell.try_send(());
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
                task.await;
            }
        };
        let patience = async {
            let _ = Timer::after(self.config.drain).await;
        };
        written.or(patience).await;
        self.writers.iter().for_each(Writer::give_up);
    }
}

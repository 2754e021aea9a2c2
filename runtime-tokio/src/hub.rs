//! Drives the hub of the core: hands it what was read, and hands what it decides to the workers, in batches.

use std::io;
use std::iter;
use std::mem;
use std::sync::Arc;

use chinwag_core::{Config, ConnectionId, Request, Session, Share, Stats, Time};
use chinwag_io::Admission;
use futures_lite::future;
use tokio::sync::mpsc::{self, OwnedPermit, Receiver, Sender};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tracing::debug;

use crate::clock;
use crate::connection::{Reader, Socket};
use crate::worker::{SharedBatch, Worker};
use crate::workers::Helper;

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
    /// A connection has ended.
    Closed(ConnectionId),
    /// Something is due.
    Woke,
    /// The server is to stop.
    Stopped,
    /// The counts are to be logged.
    Report,
    /// The counts are to be told.
    Measure(oneshot::Sender<Stats>),
}

pub(crate) struct Hub {
    core: chinwag_core::Hub<Arc<Socket>>,
    config: Arc<Config>,
    admission: Admission,
    started: Time,
    /// For the readers.
    sender: Sender<Input>,
    inputs: Receiver<Input>,
    logs: Vec<Sender<SharedBatch>>,
    /// A place in each log for the end, if this is dropped while workers are far behind.
    ends: Vec<OwnedPermit<SharedBatch>>,
    workers: Vec<Arc<Worker>>,
    writing: Vec<JoinHandle<()>>,
}

impl Hub {
    /// Makes a hub with its workers and their helpers, and the sender for its inputs.
    pub(crate) fn new(config: Arc<Config>, admission: Admission) -> io::Result<(Self, Sender<Input>)> {
        let (sender, inputs) = mpsc::channel(INPUTS_MAX);
        let spawn = |_| Ok(Some(Helper::spawn()?));
        let helpers = iter::once(Ok(None)).chain((1..config.threads).map(spawn)).collect::<io::Result<Vec<_>>>()?;
        let start = |(share, helper)| Worker::start(&config, share, helper);
        let (workers, (logs, writing)): (_, (Vec<_>, _)) = Share::split(config.threads).zip(helpers).map(start).unzip();
        let reserve =
            |log: &Sender<_>| log.clone().try_reserve_owned().expect("it is empty, and its worker has the other end");
        let ends = logs.iter().map(reserve).collect();
        let core = chinwag_core::Hub::new(Config::clone(&config));
        let started = clock::now();
        let hub =
            Self { core, config, admission, started, sender: sender.clone(), inputs, logs, ends, workers, writing };
        Ok((hub, sender))
    }

    /// Runs until it is told that the server stops, and everything was sent.
    pub(crate) async fn run(mut self) {
        while !self.core.is_stopped() {
            let input = self.next().await;
            // The runtime runs this task as soon as one reader has woken it. Now the others who are ready hand in theirs, too, so that
            // a batch, and with it each write, has more in it. tokio's own `yield_now` would ask the system who else is ready, too: one more
            // system call for each message that comes alone.
            future::yield_now().await;
            self.core.handle_clock(clock::now(), clock::unix_ms());
            self.handle(input);
            while self.core.has_room()
                && let Ok(input) = self.inputs.try_recv()
            {
                self.handle(input);
            }
            self.publish().await;
        }
        let writing = mem::take(&mut self.writing);
        let written = async {
            for task in writing {
                // It can only have panicked, and then it has said so.
                let _ = task.await;
            }
        };
        // Whoever comes to be let in now is not, and need not wait for those who are still written to.
        let too_late = async { while self.inputs.recv().await.is_some() {} };
        tokio::select! {
            () = written => {}
            () = too_late => {}
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
            () = clock::reach(time) => Input::Woke,
        }
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
                let _ = asker.send(self.stats());
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
        let reader = Reader::new(connection, socket, session, self.sender.clone());
        tokio::spawn(reader);
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
        for log in &self.logs {
            // It ends only with its receiver, which the worker keeps.
            let _ = log.send(Arc::clone(&batch)).await;
        }
        let is_small = batch.is_small(&self.config);
        self.workers.iter().for_each(if is_small { Worker::follow_now } else { Worker::ring });
    }
}

impl Drop for Hub {
    /// Stops a server that was dropped while it ran: its tasks would live on without it.
    fn drop(&mut self) {
        self.core.handle_stop(clock::now());
        let Some(batch) = self.core.take_batch().map(Arc::new) else { return };
        for (end, worker) in self.ends.drain(..).zip(&self.workers) {
            end.send(Arc::clone(&batch));
            worker.ring();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use chinwag_core::Batch;
    use tokio::runtime::Builder;
    use tokio::time::timeout;

    use super::*;

    /// Longer than it takes.
    const DEADLINE: Duration = Duration::from_secs(10);

    #[test]
    fn writers_hear_of_the_end_however_far_behind_they_are() {
        let runtime = Builder::new_current_thread().enable_all().build().expect("there are descriptors");
        runtime.block_on(async {
            let config = Arc::new(Config { threads: 1, ..Config::default() });
            let admission = Admission::new(&config);
            let (mut hub, _inputs) = Hub::new(config, admission).expect("it needs no thread");
            while hub.logs[0].try_send(Arc::new(Batch::new())).is_ok() {}
            let writing = mem::take(&mut hub.writing);
            drop(hub);
            for task in writing {
                timeout(DEADLINE, task).await.expect("it ends").expect("it does not panic");
            }
        });
    }
}

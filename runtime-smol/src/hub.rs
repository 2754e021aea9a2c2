//! Owns the hub's task: hands it what was read, and puts what it decides into the log that all workers follow.

use std::iter;
use std::sync::{Arc, Weak};

use async_channel::{Receiver, Sender};
use chinwag_core::Config;
use chinwag_io::{Admission, Answers, HubDriver, INPUTS_MAX, Input, LOG_BATCHES_MAX, SharedBatch, WorkerThread};
use futures_lite::FutureExt as _;
use smol::{Executor, Task};

use crate::clock::Alarm;
use crate::reader::Reader;
use crate::socket::Socket;
use crate::sockets::Sockets;
use crate::worker::{self, Driver, Worker};

pub(crate) struct HubTask {
    hub: HubDriver<Driver>,
    alarm: Alarm,
    /// Not a strong one: the executor owns the task that owns this.
    executor: Weak<Executor<'static>>,
    /// For the readers.
    sender: Sender<Input<Socket>>,
    inputs: Receiver<Input<Socket>>,
    log: async_broadcast::Sender<SharedBatch<Socket>>,
    writing: Vec<Task<()>>,
}

impl HubTask {
    /// Makes a hub with its workers, of which all but the first have a thread of their own, and the sender for its
    /// inputs.
    pub(crate) fn new(
        config: Arc<Config>,
        executor: &Arc<Executor<'static>>,
        sockets: &Arc<Sockets>,
        threads: Vec<WorkerThread<Worker>>,
        admission: Admission,
        answers: Answers,
    ) -> (Self, Sender<Input<Socket>>) {
        let (sender, inputs) = async_channel::bounded(INPUTS_MAX);
        let (log, followed) = async_broadcast::broadcast(LOG_BATCHES_MAX);
        let (alarm, clock) = (Alarm::new(admission.clock()), admission.clock());
        let threads = iter::once(None).chain(threads.into_iter().map(Some));
        let start = |(share, thread)| {
            let driver = Driver::new(sockets, executor);
            Worker::new(&config, share, clock, thread, followed.clone(), driver)
        };
        let workers: Vec<_> = admission.shares().zip(threads).map(start).collect();
        let writing = workers.iter().map(|worker| executor.spawn(worker::run(Arc::clone(worker)))).collect();
        let hub = HubDriver::new(config, admission, workers, answers);
        let executor = Arc::downgrade(executor);
        (Self { hub, alarm, executor, sender: sender.clone(), inputs, log, writing }, sender)
    }

    /// Runs until it is told that the server stops, and everything was sent.
    pub(crate) async fn run(mut self) {
        while !self.hub.is_stopped() {
            let input = self.next().await;
            let Self { hub, executor, sender, inputs, .. } = &mut self;
            let batch = hub.gather(
                input,
                || inputs.try_recv().ok(),
                |connection, socket, session| {
                    let mut reader = Reader { connection, socket, session, inputs: sender.clone() };
                    if let Some(executor) = executor.upgrade() {
                        executor.spawn(async move { reader.run().await }).detach();
                    }
                },
            );
            if let Some(batch) = batch {
                // It ends only with its receivers, which the workers keep.
                let _ = self.log.broadcast_direct(Arc::clone(&batch)).await;
                self.hub.notify_workers(&batch);
            }
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

    /// Waits for what is to be done.
    async fn next(&mut self) -> Input<Socket> {
        let Self { hub, inputs, alarm, .. } = self;
        // 1. What people ask for.
        let input = hub.next(async { inputs.recv().await.expect("the hub has a sender itself") });
        // 2. What is due.
        let Some(time) = hub.poll_timeout() else { return input.await };
        let timeout = async {
            alarm.ring(time).await;
            Input::Woke
        };
        input.or(timeout).await
    }
}

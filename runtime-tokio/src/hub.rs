//! Owns the hub's task: hands it what was read, and puts what it decides into the workers' logs.

use std::io;
use std::iter;
use std::mem;
use std::sync::Arc;

use chinwag_core::Config;
use chinwag_io::{Admission, Answers, HubDriver, INPUTS_MAX, Input, LOG_BATCHES_MAX, SharedBatch};
use futures_lite::future;
use tokio::sync::mpsc::{self, OwnedPermit, Receiver, Sender};
use tokio::task::JoinHandle;

use crate::clock::reach;
use crate::reader::Reader;
use crate::socket::Socket;
use crate::worker::{self, Driver, Worker};

pub(crate) struct HubTask {
    hub: HubDriver<Driver>,
    admission: Admission,
    /// For the readers.
    sender: Sender<Input<Socket>>,
    inputs: Receiver<Input<Socket>>,
    logs: Vec<Sender<SharedBatch<Socket>>>,
    /// A place in each log for the end, if this is dropped while workers are far behind.
    ends: Vec<OwnedPermit<SharedBatch<Socket>>>,
    writing: Vec<JoinHandle<()>>,
}

impl HubTask {
    /// Makes a hub with its workers, of which all but the first have a thread of their own, and the sender for its
    /// inputs.
    pub(crate) fn new(
        config: Arc<Config>,
        admission: Admission,
        answers: Answers,
    ) -> io::Result<(Self, Sender<Input<Socket>>)> {
        let (sender, inputs) = mpsc::channel(INPUTS_MAX);
        let spawn = |_| Worker::spawn().map(|(thread, _)| Some(thread));
        let threads =
            iter::once(Ok(None)).chain((1..config.limits.threads).map(spawn)).collect::<io::Result<Vec<_>>>()?;
        let (mut workers, mut logs, mut ends) = (Vec::new(), Vec::new(), Vec::new());
        for (share, thread) in admission.shares().zip(threads) {
            // One more is for the end.
            let (log, followed) = mpsc::channel(LOG_BATCHES_MAX + 1);
            ends.push(log.clone().try_reserve_owned().expect("it is empty, and its other end is here"));
            logs.push(log);
            workers.push(Worker::new(&config, share, admission.clock(), thread, followed, Driver::new()));
        }
        let writing = workers.iter().map(|worker| tokio::spawn(worker::run(Arc::clone(worker)))).collect();
        let hub = HubDriver::new(config, admission.clone(), workers, answers);
        Ok((Self { hub, admission, sender: sender.clone(), inputs, logs, ends, writing }, sender))
    }

    /// Runs until it is told that the server stops, and everything was sent.
    pub(crate) async fn run(mut self) {
        while !self.hub.is_stopped() {
            let input = self.next().await;
            // The runtime runs this task as soon as one reader has woken it. Now the others who are ready hand in
            // theirs, too, so that a batch, and with it each write, has more in it. With tokio's own `yield_now` the
            // system would be asked who else is ready, too. That is one more system call for each message that comes
            // alone.
            future::yield_now().await;
            let Self { hub, sender, inputs, .. } = &mut self;
            let batch = hub.gather(
                input,
                || inputs.try_recv().ok(),
                |connection, socket, session| {
                    tokio::spawn(Reader::new(connection, socket, session, sender.clone()));
                },
            );
            if let Some(batch) = batch {
                for log in &self.logs {
                    // It ends only with its receiver, which the worker keeps.
                    let _ = log.send(Arc::clone(&batch)).await;
                }
                self.hub.notify_workers(&batch);
            }
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

    /// Waits for what is to be done.
    async fn next(&mut self) -> Input<Socket> {
        let due = self.hub.poll_timeout();
        let input = self.hub.next(async { self.inputs.recv().await.expect("the hub has a sender itself") });
        let Some(time) = due else { return input.await };
        tokio::select! {
            biased;
            // 1. What people ask for.
            input = input => input,
            // 2. What is due.
            () = reach(self.admission.clock(), time) => Input::Woke,
        }
    }
}

impl Drop for HubTask {
    /// Stops a server that was dropped while it ran: its tasks would live on without it.
    fn drop(&mut self) {
        let Some(batch) = self.hub.stop() else { return };
        for (end, worker) in self.ends.drain(..).zip(self.hub.workers()) {
            end.send(Arc::clone(&batch));
            worker.notify();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use chinwag_core::Batch;
    use chinwag_io::{Clock, Setup};
    use tokio::runtime::Builder;
    use tokio::time::timeout;

    use super::*;

    /// Longer than it takes.
    const DEADLINE: Duration = Duration::from_secs(10);

    #[test]
    fn workers_hear_of_the_end_however_far_behind_they_are() {
        let runtime = Builder::new_current_thread().enable_all().build().expect("there are descriptors");
        runtime.block_on(async {
            let setup = Setup::default();
            let admission = Admission::new(&setup, Clock::start());
            let (_, controls, _ending) = chinwag_io::handle();
            let (mut hub, _inputs) =
                HubTask::new(Arc::new(setup.config), admission, controls.answers()).expect("it needs no thread");
            while hub.logs[0].try_send(Arc::new(Batch::new())).is_ok() {}
            let writing = mem::take(&mut hub.writing);
            drop(hub);
            for task in writing {
                timeout(DEADLINE, task).await.expect("it ends").expect("it does not panic");
            }
        });
    }
}

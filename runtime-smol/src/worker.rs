//! Owns what a worker needs of smol: its task, its end of the log, and the tasks that wait for full sockets.

use std::sync::{Arc, Weak};
use std::time::Duration;

use async_channel::{Receiver, Sender};
use chinwag_core::ConnectionId;
use chinwag_io::{SharedBatch, Wake};
use futures_lite::{FutureExt as _, future};
use smol::Executor;

use crate::clock::Alarm;
use crate::socket::Socket;
use crate::sockets::Sockets;

pub(crate) type Worker = chinwag_io::Worker<Driver>;

/// How many turns others have when a worker gives way: whoever is read, the hub, and whoever it wakes.
const TURNS: u32 = 3;

#[derive(Debug)]
pub(crate) struct Driver {
    notifier: Sender<()>,
    notified: Receiver<()>,
    sockets: Arc<Sockets>,
    /// Not a strong one: the executor owns the tasks that own this.
    executor: Weak<Executor<'static>>,
}

impl Driver {
    pub(crate) fn new(sockets: &Arc<Sockets>, executor: &Arc<Executor<'static>>) -> Self {
        let (notifier, notified) = async_channel::bounded(1);
        Self { notifier, notified, sockets: Arc::clone(sockets), executor: Arc::downgrade(executor) }
    }

    /// Lets others have their turn. Where they could speak is looked at first: the thread itself looks when no task is
    /// ready, and this one is, or after a while.
    async fn give_way(&self) {
        self.sockets.wake_ready();
        for _ in 0..TURNS {
            future::yield_now().await;
        }
    }
}

impl chinwag_io::Driver for Driver {
    type Port = Socket;
    type Log = async_broadcast::Receiver<SharedBatch<Socket>>;

    fn next_batch(log: &mut Self::Log) -> Option<SharedBatch<Socket>> {
        log.try_recv().ok()
    }

    fn notify(&self) {
        // If it is full, the task has yet to wake, and will see all that there is then.
        let _ = self.notifier.try_send(());
    }

    /// Starts a task that lives as long as the socket is full.
    fn await_writable(worker: &Arc<Worker>, connection: ConnectionId, socket: &Arc<Socket>) {
        let Some(executor) = worker.driver().executor.upgrade() else { return };
        let (worker, socket) = (Arc::clone(worker), Arc::clone(socket));
        let task = async move {
            socket.writable().await;
            worker.handle_writable(connection);
        };
        executor.spawn(task).detach();
    }
}

/// Runs a worker's task, until the server has stopped and everything was written.
pub(crate) async fn run(worker: Arc<Worker>) {
    let (clock, driver) = (worker.clock(), worker.driver());
    let (mut alarm, mut others_had) = (Alarm::new(clock), Duration::ZERO);
    while let Some(wake) = worker.wake(others_had) {
        let before = clock.now();
        match wake {
            Wake::Soon => {
                driver.give_way().await;
                others_had = clock.now().since(before);
            }
            Wake::Notified { or_at } => {
                let notified = async { driver.notified.recv().await.expect("the worker holds the other end itself") };
                notified.or(alarm.ring(or_at)).await;
                others_had = Duration::ZERO;
            }
        }
    }
}

//! Owns what a worker needs of tokio: its task, its end of the log, and the tasks that wait for full sockets.

use std::sync::Arc;
use std::time::Duration;

use chinwag_core::ConnectionId;
use chinwag_io::{SharedBatch, Wake};
use tokio::runtime::Handle;
use tokio::sync::Notify;
use tokio::sync::mpsc::Receiver;
use tokio::task::yield_now;

use crate::clock::reach;
use crate::socket::Socket;

pub(crate) type Worker = chinwag_io::Worker<Driver>;

/// How many turns others have when a worker gives way: whoever is read, the hub, which yields once itself, and whoever
/// it wakes.
const TURNS: u32 = 4;

#[derive(Debug)]
pub(crate) struct Driver {
    notified: Notify,
    runtime: Handle,
}

impl Driver {
    /// It has to be called within the runtime that the server runs on.
    pub(crate) fn new() -> Self {
        Self { notified: Notify::new(), runtime: Handle::current() }
    }
}

impl chinwag_io::Driver for Driver {
    type Port = Socket;
    type Log = Receiver<SharedBatch<Socket>>;

    fn next_batch(log: &mut Self::Log) -> Option<SharedBatch<Socket>> {
        log.try_recv().ok()
    }

    fn notify(&self) {
        self.notified.notify_one();
    }

    /// Starts a task that lives as long as the socket is full.
    fn await_writable(worker: &Arc<Worker>, connection: ConnectionId, socket: &Arc<Socket>) {
        let (worker, socket) = (Arc::clone(worker), Arc::clone(socket));
        let runtime = worker.driver().runtime.clone();
        runtime.spawn(async move {
            socket.writable().await;
            worker.handle_writable(connection);
        });
    }
}

/// Runs a worker's task, until the server has stopped and everything was written.
pub(crate) async fn run(worker: Arc<Worker>) {
    let (clock, mut others_had) = (worker.clock(), Duration::ZERO);
    while let Some(wake) = worker.wake(others_had) {
        let before = clock.now();
        match wake {
            Wake::Soon => {
                for _ in 0..TURNS {
                    yield_now().await;
                }
                others_had = clock.now().since(before);
            }
            Wake::Notified { or_at } => {
                tokio::select! {
                    () = worker.driver().notified.notified() => {}
                    () = reach(clock, or_at) => {}
                }
                others_had = Duration::ZERO;
            }
        }
    }
}

//! Owns the queues of one share of the connections, and writes to their sockets.
//!
//! A writer follows the log of batches. Whoever holds its lock takes all that is in the log, in order: the hub, on the spot, when a
//! batch is small; the writer's own task, when its bell is rung; or a task that has waited for a socket to take bytes again.

use std::sync::{Arc, Mutex, MutexGuard, Weak};
use std::time::Duration;

use async_channel::{Receiver, Sender};
use chinwag_core::{Batch, Config, ConnectionId, Fanout, Output, Share, Stats, Time};
use futures_lite::FutureExt as _;
use smol::{Executor, Task};

use crate::clock::{self, Alarm};
use crate::connection::Socket;

/// What all writers follow.
pub(crate) type Log = async_broadcast::Receiver<Arc<Batch<Arc<Socket>>>>;

#[derive(Debug)]
pub(crate) struct Writer {
    following: Mutex<(Fanout<Arc<Socket>>, Log)>,
    bell: Sender<()>,
    stall_max: Duration,
    /// Not a strong one: the executor owns the tasks that own this.
    executor: Weak<Executor<'static>>,
}

type Following<'a> = MutexGuard<'a, (Fanout<Arc<Socket>>, Log)>;

impl Writer {
    /// Makes the writer of a share, and starts its task, which ends when the server has stopped and everything was written.
    pub(crate) fn start(
        config: &Config,
        share: Share,
        log: Log,
        executor: &Arc<Executor<'static>>,
    ) -> (Arc<Self>, Task<()>) {
        let (bell, rung) = async_channel::bounded(1);
        let following = Mutex::new((Fanout::new(config, share), log));
        let executor_weak = Arc::downgrade(executor);
        let writer = Arc::new(Self { following, bell, stall_max: config.stall_max, executor: executor_weak });
        let task = executor.spawn(Arc::clone(&writer).run(rung));
        (writer, task)
    }

    /// Makes the writer's task follow the log.
    pub(crate) fn ring(&self) {
        // If it is full, the task has yet to wake, and will see all that there is then.
        let _ = self.bell.try_send(());
    }

    /// Follows the log on the spot, unless somebody is about it; then the writer's task will.
    pub(crate) fn follow_now(self: &Arc<Self>) {
        match self.following.try_lock() {
            Ok(following) => self.follow(following),
            Err(_) => self.ring(),
        }
    }

    /// Adds what was given to its connections, and is queued for them, to `stats`.
    pub(crate) fn count(&self, stats: &mut Stats) {
        self.lock().0.count(stats);
    }

    async fn run(self: Arc<Self>, rung: Receiver<()>) {
        let mut alarm = Alarm::new();
        while let Some(at) = self.wake() {
            let bell = async { rung.recv().await.expect("the writer holds the bell itself") };
            bell.or(alarm.ring(at)).await;
        }
    }

    /// Does what there is to do, and returns when to look again if nobody rings, or `None` after the end.
    fn wake(self: &Arc<Self>) -> Option<Time> {
        let now = clock::now();
        let mut following = self.lock();
        following.0.handle_timeout(now);
        self.follow(following);
        let fanout = &self.lock().0;
        // Whoever stalls from now on need not be looked after any earlier.
        let at = fanout.poll_timeout().unwrap_or(now + self.stall_max);
        (!fanout.is_finished()).then_some(at)
    }

    /// Takes all that is in the log, and writes what can be written.
    fn follow(self: &Arc<Self>, mut following: Following<'_>) {
        let (fanout, log) = &mut *following;
        let now = clock::now();
        self.write(fanout, now);
        while let Ok(batch) = log.try_recv() {
            fanout.follow(now, &batch);
            self.write(fanout, now);
        }
        if fanout.is_finished() {
            self.ring();
        }
    }

    fn write(self: &Arc<Self>, fanout: &mut Fanout<Arc<Socket>>, now: Time) {
        while let Some(output) = fanout.poll_output() {
            match output {
                Output::Write { socket, bytes } => {
                    let written = socket.write(bytes);
                    fanout.handle_written(now, written);
                }
                Output::AwaitWritable { connection, socket } => self.await_writable(connection, Arc::clone(socket)),
                Output::Signal { socket, signal } => socket.signal(signal),
                Output::Finish { socket } => socket.finish(),
                Output::Abandon { socket, incident } => socket.abandon(incident),
            }
        }
    }

    /// Starts a task that lives as long as the socket is full.
    fn await_writable(self: &Arc<Self>, connection: ConnectionId, socket: Arc<Socket>) {
        let writer = Arc::clone(self);
        let task = async move {
            socket.writable().await;
            let mut following = writer.lock();
            following.0.handle_writable(connection);
            writer.follow(following);
        };
        if let Some(executor) = self.executor.upgrade() {
            executor.spawn(task).detach();
        }
    }

    fn lock(&self) -> Following<'_> {
        self.following.lock().expect("nobody panics while holding it")
    }
}

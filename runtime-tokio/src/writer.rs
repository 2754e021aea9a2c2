//! Owns the queues of one share of the connections, and writes to their sockets.
//!
//! A writer follows the log of batches. Whoever holds its lock takes all that is in the log, in order: the hub, on the spot, when a
//! batch is small; the writer's own task, when its bell is rung; or a task that has waited for a socket to take bytes again.

use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use chinwag_core::{Batch, Config, ConnectionId, Fanout, Output, Share, Stats, Time};
use tokio::sync::Notify;
use tokio::sync::mpsc::{self, Receiver, Sender};
use tokio::task::JoinHandle;

use crate::clock;
use crate::connection::Socket;

/// How many batches the log holds. If a writer is so far behind, the hub waits for it: writers wait for nobody, so it is not long.
const LOG_BATCHES_MAX: usize = 64;

/// What all writers follow.
pub(crate) type SharedBatch = Arc<Batch<Arc<Socket>>>;

#[derive(Debug)]
pub(crate) struct Writer {
    following: Mutex<(Fanout<Arc<Socket>>, Receiver<SharedBatch>)>,
    bell: Notify,
    stall_max: Duration,
}

type Following<'a> = MutexGuard<'a, (Fanout<Arc<Socket>>, Receiver<SharedBatch>)>;

impl Writer {
    /// Makes the writer of a share, with the end of the log that feeds it, and starts its task, which ends when the server has
    /// stopped and everything was written.
    pub(crate) fn start(config: &Config, share: Share) -> (Arc<Self>, (Sender<SharedBatch>, JoinHandle<()>)) {
        let (sender, log) = mpsc::channel(LOG_BATCHES_MAX);
        let following = Mutex::new((Fanout::new(config, share), log));
        let writer = Arc::new(Self { following, bell: Notify::new(), stall_max: config.stall_max });
        let task = tokio::spawn(Arc::clone(&writer).run());
        (writer, (sender, task))
    }

    /// Makes the writer's task follow the log.
    pub(crate) fn ring(&self) {
        self.bell.notify_one();
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

    async fn run(self: Arc<Self>) {
        while let Some(at) = self.wake() {
            tokio::select! {
                () = self.bell.notified() => {}
                () = clock::reach(at) => {}
            }
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
            fanout.handle_through(clock::now(), &batch);
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
        tokio::spawn(async move {
            socket.writable().await;
            let mut following = writer.lock();
            following.0.handle_writable(connection);
            writer.follow(following);
        });
    }

    fn lock(&self) -> Following<'_> {
        self.following.lock().expect("nobody panics while holding it")
    }
}

//! Owns the queues of one share of the connections, and writes to their sockets.
//!
//! A writer follows the log of batches. Whoever holds its lock takes all that is in the log, in order: the hub, on the spot, when a
//! batch is small; the writer's own task, when its bell is rung; or a task that has waited for a socket to take bytes again.

use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use chinwag_core::{Batch, Config, ConnectionId, Fanout, Output, Share, Stats, Time};
use tokio::sync::Notify;
use tokio::sync::mpsc::{self, Receiver, Sender};
use tokio::task::{JoinHandle, yield_now};

use crate::clock;
use crate::connection::Socket;

/// How many batches the log holds. If a writer is so far behind, the hub waits for it: writers wait for nobody, so it is not long.
const LOG_BATCHES_MAX: usize = 64;

/// What all writers follow.
pub(crate) type SharedBatch = Arc<Batch<Arc<Socket>>>;

/// How many turns others have when a writer gives way: whoever is read, the hub, which yields once itself, and whoever it wakes.
const TURNS: u32 = 4;

#[derive(Debug)]
pub(crate) struct Writer {
    following: Mutex<Following>,
    bell: Notify,
    stall_max: Duration,
}

#[derive(Debug)]
struct Following {
    fanout: Fanout<Arc<Socket>>,
    log: Receiver<SharedBatch>,
}

/// Tells when a writer's task is to go on.
enum Wake {
    /// As soon as others had their turn.
    Soon,
    /// When it is rung for, or at this time.
    Rung { or_at: Time },
}

impl Writer {
    /// Makes the writer of a share, with the end of the log that feeds it, and starts its task, which ends when the server has
    /// stopped and everything was written.
    pub(crate) fn start(config: &Config, share: Share) -> (Arc<Self>, (Sender<SharedBatch>, JoinHandle<()>)) {
        let (sender, log) = mpsc::channel(LOG_BATCHES_MAX);
        let following = Mutex::new(Following { fanout: Fanout::new(config, share), log });
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
            Ok(mut following) => self.follow_for_task(&mut following),
            Err(_) => self.ring(),
        }
    }

    /// Adds what was given to its connections, and is queued for them, to `stats`.
    pub(crate) fn count(&self, stats: &mut Stats) {
        self.lock().fanout.count(stats);
    }

    async fn run(self: Arc<Self>) {
        let mut others_had = Duration::ZERO;
        while let Some(wake) = self.wake(others_had) {
            let before = clock::now();
            match wake {
                Wake::Soon => {
                    for _ in 0..TURNS {
                        yield_now().await;
                    }
                    others_had = clock::now().since(before);
                }
                Wake::Rung { or_at } => {
                    tokio::select! {
                        () = self.bell.notified() => {}
                        () = clock::reach(or_at) => {}
                    }
                    others_had = Duration::ZERO;
                }
            }
        }
    }

    /// Does what there is to do in a turn, after others had theirs for so long, and returns when to go on, or `None` after the end.
    fn wake(self: &Arc<Self>, others_had: Duration) -> Option<Wake> {
        let now = clock::now();
        let mut following = self.lock();
        following.fanout.handle_timeout(now);
        let at_least = Fanout::<Arc<Socket>>::turn_after(others_had);
        if !self.follow(&mut following, at_least) {
            return Some(Wake::Soon);
        }
        let fanout = &following.fanout;
        // Whoever stalls from now on need not be looked after any earlier.
        let or_at = fanout.poll_timeout().unwrap_or(now + self.stall_max);
        (!fanout.is_finished()).then_some(Wake::Rung { or_at })
    }

    /// Does a turn of what the writer's task does, which then has the rest to do, and to see the end.
    fn follow_for_task(self: &Arc<Self>, following: &mut Following) {
        if !self.follow(following, Duration::ZERO) || following.fanout.is_finished() {
            self.ring();
        }
    }

    /// Takes what is in the log, and writes what can be written, for one turn, and for this long at least. Tells whether that was all.
    fn follow(self: &Arc<Self>, following: &mut Following, at_least: Duration) -> bool {
        let (Following { fanout, log }, now) = (following, clock::now());
        while fanout.follow_log(now, || log.try_recv().ok()) {
            if !self.write(fanout, now) && clock::now().since(now) >= at_least {
                return false;
            }
        }
        true
    }

    /// Does what the fan-out says, until nothing is left, or others are to have their turn. Tells which.
    fn write(self: &Arc<Self>, fanout: &mut Fanout<Arc<Socket>>, now: Time) -> bool {
        while let Some(output) = fanout.poll_output() {
            match output {
                Output::Write { socket, bytes } => {
                    let written = socket.write(bytes);
                    fanout.handle_written(now, written);
                }
                Output::AwaitWritable { connection, socket } => self.await_writable(connection, Arc::clone(socket)),
                Output::Signal { socket, signal } => socket.signal(signal),
                Output::Finish { socket } => socket.finish(),
                Output::Yield => return false,
                Output::Abandon { socket, incident } => socket.abandon(incident),
            }
        }
        fanout.handle_through(clock::now());
        true
    }

    /// Starts a task that lives as long as the socket is full.
    fn await_writable(self: &Arc<Self>, connection: ConnectionId, socket: Arc<Socket>) {
        let writer = Arc::clone(self);
        tokio::spawn(async move {
            socket.writable().await;
            let mut following = writer.lock();
            following.fanout.handle_writable(connection);
            writer.follow_for_task(&mut following);
        });
    }

    fn lock(&self) -> MutexGuard<'_, Following> {
        self.following.lock().expect("nobody panics while holding it")
    }
}

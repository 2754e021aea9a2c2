//! Owns the queues of one share of the connections, and writes to their sockets.
//!
//! A worker follows the log of batches. Whoever holds its lock takes all that is in the log, in order: the hub, on the spot, when a
//! batch is small; its helper, when one is not; the worker's own task, when it is notified; or a task that has waited for a socket to take
//! bytes again. A helper may be about it for long. So nobody who has others to serve waits for it: they leave what they have come with where
//! it is found, and ring.

use std::mem;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use chinwag_core::{Batch, Config, ConnectionId, Fanout, Output, Share, Stats, Time, Written};
use chinwag_io::Tee;
use parking_lot::Mutex;
use tokio::sync::Notify;
use tokio::sync::mpsc::{self, Receiver, Sender};
use tokio::task::{JoinHandle, yield_now};

use crate::clock;
use crate::connection::Socket;
use crate::workers::Helper;

/// How many batches the log holds. If a worker is so far behind, the hub waits for it: workers wait for nobody, so it is not long.
const LOG_BATCHES_MAX: usize = 64;

/// What all workers follow.
pub(crate) type SharedBatch = Arc<Batch<Arc<Socket>>>;

/// How many turns others have when a worker gives way: whoever is read, the hub, which yields once itself, and whoever it wakes.
const TURNS: u32 = 4;

#[derive(Debug)]
pub(crate) struct Worker {
    /// A fair lock, or else a helper, who takes it again at once, would keep it.
    following: Mutex<Following>,
    /// Whose sockets take bytes again; each of its connections once at the most.
    writable: Mutex<Vec<ConnectionId>>,
    notifier: Notify,
    helper: Option<Helper>,
    /// For how long its task may rest: whoever is to be looked after from now on is due later.
    rest_max: Duration,
}

#[derive(Debug)]
struct Following {
    fanout: Fanout<Arc<Socket>>,
    tee: Tee,
    log: Receiver<SharedBatch>,
}

/// Tells when a worker's task is to go on.
enum Wake {
    /// As soon as others had their turn.
    Soon,
    /// When it is notified for, or at this time.
    Notified { or_at: Time },
}

impl Worker {
    /// Makes the worker of a share, with the end of the log that feeds it, and starts its task, which ends when the server has
    /// stopped and everything was written.
    pub(crate) fn start(
        config: &Config,
        share: Share,
        helper: Option<Helper>,
    ) -> (Arc<Self>, (Sender<SharedBatch>, JoinHandle<()>)) {
        // One more is for the end.
        let (sender, log) = mpsc::channel(LOG_BATCHES_MAX + 1);
        let worker = Arc::new(Self {
            following: Mutex::new(Following { fanout: Fanout::new(config, share), tee: Tee::open(), log }),
            writable: Mutex::default(),
            notifier: Notify::new(),
            helper,
            rest_max: config.stall_max.min(config.ping_interval),
        });
        let task = tokio::spawn(Arc::clone(&worker).run());
        (worker, (sender, task))
    }

    /// Has the log followed: by the helper, or the worker's task if there is none.
    pub(crate) fn ring(self: &Arc<Self>) {
        match &self.helper {
            Some(helper) => helper.ring(self),
            None => self.notify_task(),
        }
    }

    /// Makes the worker's task follow the log.
    fn notify_task(&self) {
        self.notifier.notify_one();
    }

    /// Follows the log on the spot, for a turn, unless somebody is about it, who then does.
    pub(crate) fn follow_now(self: &Arc<Self>) {
        match self.following.try_lock() {
            Some(mut following) => self.follow_for_task(&mut following),
            None => self.ring(),
        }
    }

    /// Follows the log until nothing is left, for a thread that has nothing else to do.
    pub(crate) fn help(self: &Arc<Self>) {
        while !self.follow(&mut self.following.lock(), Duration::ZERO) {
            // Who decides may wait for this core, and would do so until the system's next tick: 4 ms on many.
            thread::yield_now();
        }
        // What is due now may be so at another time than what was, and this may be the end.
        self.notify_task();
    }

    /// Adds what was given to its connections, and is queued for them, to `stats`.
    pub(crate) fn count(&self, stats: &mut Stats) {
        self.following.lock().fanout.count(stats);
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
                Wake::Notified { or_at } => {
                    tokio::select! {
                        () = self.notifier.notified() => {}
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
        // The runtime's own threads are about it for a turn at the most.
        let mine = if self.helper.is_some() { self.following.try_lock() } else { Some(self.following.lock()) };
        let Some(mut following) = mine else {
            // The helper looks once more, and rings when it is through.
            self.ring();
            return Some(Wake::Notified { or_at: now + self.rest_max });
        };
        if !self.follow(&mut following, others_had) {
            return Some(Wake::Soon);
        }
        let fanout = &following.fanout;
        let rest_until = now + self.rest_max;
        let or_at = fanout.poll_timeout().map_or(rest_until, |at| at.min(rest_until));
        (!fanout.is_finished()).then_some(Wake::Notified { or_at })
    }

    /// Does a turn of what the worker's task does, which then has the rest to do, and to see the end.
    fn follow_for_task(self: &Arc<Self>, following: &mut Following) {
        if !self.follow(following, Duration::ZERO) || following.fanout.is_finished() {
            self.notify_task();
        }
    }

    /// Does what is due, takes what is in the log, and writes what can be written, for one turn, after others had theirs for so long. Tells
    /// whether that was all.
    fn follow(self: &Arc<Self>, following: &mut Following, others_had: Duration) -> bool {
        let (Following { fanout, tee, log }, now) = (following, clock::now());
        let at_least = Fanout::<Arc<Socket>>::slice_after(others_had);
        let writable = mem::take(&mut *self.writable.lock());
        writable.into_iter().for_each(|connection| fanout.handle_writable(connection));
        fanout.handle_timeout(now);
        while fanout.follow_log(now, || log.try_recv().ok()) {
            if !self.write(fanout, tee, now) && clock::now().since(now) >= at_least {
                return false;
            }
        }
        true
    }

    /// Does what the fan-out says, until nothing is left, or others are to have their turn. Tells which.
    fn write(self: &Arc<Self>, fanout: &mut Fanout<Arc<Socket>>, tee: &mut Tee, now: Time) -> bool {
        while let Some(output) = fanout.poll_output() {
            match output {
                Output::Write { socket, bytes, repeated, next } => {
                    Socket::prefetch(next);
                    let taken = repeated.and_then(|number| socket.write_repeated(tee, number, bytes));
                    let written = taken.map_or_else(|| socket.write(bytes), Written::Bytes);
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
        let worker = Arc::clone(self);
        tokio::spawn(async move {
            socket.writable().await;
            worker.writable.lock().push(connection);
            worker.follow_now();
        });
    }
}

//! Owns the queues of one share of the connections, and writes to their sockets.
//!
//! A worker follows the log of batches. Whoever holds its lock takes all that is in the log, in order. When a batch is
//! small, that is the hub, on the spot. When one is not, it is the worker's thread. It is the worker's task when it is
//! notified, or a task that has waited for a socket to take bytes again. A thread may be about it for long. So a task,
//! which has others to serve, never waits for the lock: it leaves what it has come with where it is found, and
//! notifies.

use std::io;
use std::mem;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use chinwag_core::{Batch, Config, ConnectionId, Fanout, Output, Share, Stats, Time, Written};
use parking_lot::Mutex;

use crate::clock::Clock;
use crate::link::{Port, abandon, finish, prefetch, signal};
use crate::tee::Tee;
use crate::thread::WorkerThread;

/// What all workers follow, one after the other.
pub type SharedBatch<P> = Arc<Batch<Arc<P>>>;

/// What a worker needs of the runtime that its task runs on. None of it waits.
pub trait Driver: Sized + Send + Sync + 'static {
    /// The socket of a connection.
    type Port: Port;

    /// The worker's end of the log.
    type Log: Send;

    /// Takes what comes next in the log, if it is there.
    fn next_batch(log: &mut Self::Log) -> Option<SharedBatch<Self::Port>>;

    /// Makes the worker's task call [`Worker::wake`], now or as soon as it is through with what it does.
    fn notify(&self);

    /// Calls [`Worker::handle_writable`] as soon as a socket takes bytes again.
    fn await_writable(worker: &Arc<Worker<Self>>, connection: ConnectionId, socket: &Arc<Self::Port>);
}

/// Follows the log for one share of the connections.
pub struct Worker<D: Driver> {
    /// A fair lock, or else a thread, which takes it again at once, would keep it.
    following: Mutex<Following<D>>,
    /// Whose sockets take bytes again; each of its connections once at the most.
    writable: Mutex<Vec<ConnectionId>>,
    clock: Clock,
    driver: D,
    thread: Option<WorkerThread<Self>>,
    /// For how long its task may rest: whatever is to be looked after from now on is due later.
    rest_max: Duration,
}

struct Following<D: Driver> {
    fanout: Fanout<Arc<D::Port>>,
    tee: Tee,
    log: D::Log,
}

/// Tells when a worker's task is to go on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Wake {
    /// As soon as others had their turn.
    Soon,
    /// When it is notified, or at this time.
    Notified {
        /// By its clock.
        or_at: Time,
    },
}

impl<D: Driver> Worker<D> {
    /// Makes the worker of a share, with its end of the log, and the thread that is to follow it when there is much to
    /// do.
    pub fn new(
        config: &Config,
        share: Share,
        clock: Clock,
        thread: Option<WorkerThread<Self>>,
        log: D::Log,
        driver: D,
    ) -> Arc<Self> {
        Arc::new(Self {
            following: Mutex::new(Following { fanout: Fanout::new(config, share), tee: Tee::open(), log }),
            writable: Mutex::default(),
            clock,
            driver,
            thread,
            rest_max: config.limits.stall_max.min(config.limits.ping_interval),
        })
    }

    /// Starts the thread of a worker. It ends when the worker is dropped.
    ///
    /// # Errors
    /// If the operating system has no thread to give.
    pub fn spawn() -> io::Result<(WorkerThread<Self>, JoinHandle<()>)> {
        WorkerThread::spawn(Self::follow_to_end)
    }

    /// Returns what it needs of its runtime.
    pub const fn driver(&self) -> &D {
        &self.driver
    }

    /// Returns the clock of the server.
    pub const fn clock(&self) -> Clock {
        self.clock
    }

    /// Has the log followed: by the worker's thread, or by its task if it has none.
    pub fn notify(self: &Arc<Self>) {
        match &self.thread {
            Some(thread) => thread.notify(self),
            None => self.driver.notify(),
        }
    }

    /// Follows the log on the spot, for a slice, unless somebody is about it, who then does.
    pub fn follow_now(self: &Arc<Self>) {
        match self.following.try_lock() {
            Some(mut following) => self.follow_for_task(&mut following),
            None => self.notify(),
        }
    }

    /// Handles that the socket of a connection takes bytes again.
    pub fn handle_writable(self: &Arc<Self>, connection: ConnectionId) {
        self.writable.lock().push(connection);
        self.follow_now();
    }

    /// Takes limits anew.
    pub(crate) fn reload(&self, config: &Config) {
        self.following.lock().fanout.reload(config);
    }

    /// Adds what was given to its connections, and is queued for them, to `stats`.
    pub fn count(&self, stats: &mut Stats) {
        self.following.lock().fanout.count(stats);
    }

    /// Does what there is to do in a slice, after others had their turn for so long, and returns when to go on, or
    /// `None` after the end.
    pub fn wake(self: &Arc<Self>, others_had: Duration) -> Option<Wake> {
        let now = self.clock.now();
        // The server's first thread is about it for a slice at the most.
        let mine = if self.thread.is_some() { self.following.try_lock() } else { Some(self.following.lock()) };
        let Some(mut following) = mine else {
            // The thread looks once more, and notifies when it is through.
            self.notify();
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

    /// Follows the log until nothing is left, for a thread that has nothing else to do.
    fn follow_to_end(self: &Arc<Self>) {
        while !self.follow(&mut self.following.lock(), Duration::ZERO) {
            // Whoever decides may wait for this core, and would do so until the system's next tick: 4 ms on many.
            thread::yield_now();
        }
        // What is due now may be so at another time than what was, and this may be the end.
        self.driver.notify();
    }

    /// Does a slice of what the worker's task does, which then has the rest to do, and to see the end.
    fn follow_for_task(self: &Arc<Self>, following: &mut Following<D>) {
        if !self.follow(following, Duration::ZERO) || following.fanout.is_finished() {
            self.driver.notify();
        }
    }

    /// Follows the log for a slice, after others had their turn for so long. Tells whether that was all.
    fn follow(self: &Arc<Self>, following: &mut Following<D>, others_had: Duration) -> bool {
        let (Following { fanout, tee, log }, now) = (following, self.clock.now());
        let at_least = Fanout::<Arc<D::Port>>::slice_after(others_had);
        // 1. Sockets that take bytes again: what is queued for them has waited longest.
        let writable = mem::take(&mut *self.writable.lock());
        writable.into_iter().for_each(|connection| fanout.handle_writable(connection));
        // 2. What is due.
        fanout.handle_timeout(now);
        // 3. The log, in order, each batch with what the fan-out says of it, until the slice is over.
        while fanout.follow_log(now, || D::next_batch(log)) {
            if !self.write(fanout, tee, now) && self.clock.now().since(now) >= at_least {
                return false;
            }
        }
        true
    }

    /// Does what the fan-out says, until nothing is left, or others are to have their turn. Tells which.
    fn write(self: &Arc<Self>, fanout: &mut Fanout<Arc<D::Port>>, tee: &mut Tee, now: Time) -> bool {
        while let Some(output) = fanout.poll_output() {
            match output {
                Output::Write { socket, bytes, repeated, next } => {
                    prefetch(next);
                    let taken = repeated.and_then(|number| socket.write_repeated(tee, number, bytes));
                    let written = taken.map_or_else(|| socket.write(bytes), Written::Bytes);
                    fanout.handle_written(now, written);
                }
                Output::AwaitWritable { connection, socket } => D::await_writable(self, connection, socket),
                Output::Signal { socket, signal: told } => signal(&**socket, told),
                Output::Finish { socket } => finish(&*socket),
                Output::Yield => return false,
                Output::Abandon { socket, incident } => abandon(&*socket, incident),
            }
        }
        fanout.handle_through(self.clock.now());
        true
    }
}

#[cfg(test)]
mod tests;

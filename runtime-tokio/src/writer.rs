//! Owns the queues of one share of the connections, and writes to their sockets.
//!
//! A writer follows the log of batches. Whoever holds its lock takes all that is in the log, in order: the hub, on the spot, when a
//! batch is small; the writer's own task, when its bell is rung; or a task that has waited for a socket to take bytes again.

use std::sync::{Arc, Mutex, MutexGuard};

use chinwag_core::{Batch, Config, ConnectionId, Fanout, Output, Share, Time};
use tokio::sync::Notify;
use tokio::sync::mpsc::{self, Receiver, Sender};
use tokio::task::JoinHandle;
use tokio::time::sleep_until;

use crate::connection::Socket;
use crate::serve::Clock;

/// How many batches the log holds. If a writer is so far behind, the hub waits for it: writers wait for nobody, so it is not long.
const LOG_BATCHES_MAX: usize = 64;

/// A batch that all writers share.
pub(crate) type SharedBatch = Arc<Batch<Arc<Socket>>>;

#[derive(Debug)]
pub(crate) struct Writer {
    following: Mutex<Following>,
    bell: Notify,
    clock: Clock,
}

#[derive(Debug)]
struct Following {
    fanout: Fanout<Arc<Socket>>,
    log: Receiver<SharedBatch>,
    /// The writer's task will wake by itself, by the time the fan-out names.
    timer_is_set: bool,
}

impl Writer {
    /// Makes the writer of a share, with the end of the log that feeds it, and starts its task, which ends when the server has
    /// stopped and everything was written.
    pub(crate) fn start(
        config: &Config,
        share: Share,
        clock: Clock,
    ) -> (Arc<Self>, Sender<SharedBatch>, JoinHandle<()>) {
        let (sender, log) = mpsc::channel(LOG_BATCHES_MAX);
        let fanout = Fanout::new(config, share);
        let following = Mutex::new(Following { fanout, log, timer_is_set: false });
        let writer = Arc::new(Self { following, bell: Notify::new(), clock });
        let task = tokio::spawn(Arc::clone(&writer).run());
        (writer, sender, task)
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

    /// Gives up on who has not been sent everything. Whatever their sockets take at once they still get.
    pub(crate) fn give_up(self: &Arc<Self>) {
        self.follow(self.lock());
        let mut following = self.lock();
        following.fanout.give_up();
        self.follow(following);
    }

    async fn run(self: Arc<Self>) {
        while let Some(timeout) = self.wake() {
            let rung = self.bell.notified();
            match timeout.map(|time| self.clock.instant(time)) {
                Some(at) => tokio::select! {
                    () = rung => {}
                    () = sleep_until(at) => {}
                },
                None => rung.await,
            }
        }
    }

    /// Does what there is to do, and returns when there will be more if nobody rings, or `None` after the end.
    fn wake(self: &Arc<Self>) -> Option<Option<Time>> {
        let mut following = self.lock();
        following.fanout.handle_timeout(self.clock.now());
        following.timer_is_set = true;
        self.follow(following);
        let mut following = self.lock();
        let timeout = following.fanout.poll_timeout();
        following.timer_is_set = timeout.is_some();
        (!following.fanout.is_finished()).then_some(timeout)
    }

    /// Takes all that is in the log, and writes what can be written.
    fn follow(self: &Arc<Self>, mut following: MutexGuard<'_, Following>) {
        let now = self.clock.now();
        self.write(&mut following.fanout, now);
        while let Ok(batch) = following.log.try_recv() {
            following.fanout.follow(&batch);
            self.write(&mut following.fanout, now);
        }
        let needs_timer = following.fanout.poll_timeout().is_some() && !following.timer_is_set;
        if needs_timer || following.fanout.is_finished() {
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
                Output::Pause { socket } => socket.pause(),
                Output::Resume { socket } => socket.resume(),
                Output::Answer { socket } => socket.answer(),
                Output::Finish { socket } => socket.finish(),
                Output::Abandon { socket } => socket.abandon(),
            }
        }
    }

    /// Starts a task that lives as long as the socket is full.
    fn await_writable(self: &Arc<Self>, connection: ConnectionId, socket: Arc<Socket>) {
        let writer = Arc::clone(self);
        tokio::spawn(async move {
            socket.writable().await;
            let mut following = writer.lock();
            following.fanout.handle_writable(connection);
            writer.follow(following);
        });
    }

    fn lock(&self) -> MutexGuard<'_, Following> {
        self.following.lock().expect("nobody panics while holding it")
    }
}

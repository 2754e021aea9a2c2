//! Owns the two threads that carry out what a follower decides: one appends, the other connects, reads and waits.
//!
//! Both have a connection to the same process. If one of them fails, both are ended, and made anew. Each pair has a
//! number, the link. What is asked by way of a link that is gone is not done.

use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use chinwag_core::log::Event;
use chinwag_core::log::cluster::{Order, Reply, Start};
use chinwag_io::Replies;
use tracing::{info, warn};

use crate::commands::{Failure, Keys, READ_WAIT};
use crate::connection::{ConnectError, Connection, Dial, end};
use crate::health::process;

/// How soon it is tried again to connect, the first time and at the most.
const RETRY: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(1));

/// What a thread is to do.
pub(crate) enum Task {
    /// Carry this out, by way of a link.
    Order(u64, Order<Event>),
    /// Keep this.
    Keep(u64, Box<Start>),
    /// From now on this is the link.
    Connected(u64, Box<Connection>),
    /// The other thread has lost this link.
    Lost(u64),
}

/// What both threads share.
pub(crate) struct Shared {
    pub(crate) dial: Dial,
    pub(crate) keys: Keys,
    /// What all servers have in common.
    pub(crate) seed: u64,
    pub(crate) replies: Replies,
    pub(crate) is_over: AtomicBool,
    /// By what the connections of the link can be ended.
    pub(crate) enders: Mutex<Vec<TcpStream>>,
}

impl Shared {
    pub(crate) fn is_over(&self) -> bool {
        self.is_over.load(Ordering::Acquire)
    }

    /// Ends what the threads wait for.
    pub(crate) fn end_link(&self) {
        self.enders.lock().unwrap_or_else(PoisonError::into_inner).drain(..).for_each(|ender| end(&ender));
    }

    fn begin_link(&self, connections: [&Connection; 2]) -> Result<(), ConnectError> {
        let enders = connections.into_iter().map(Connection::ender).collect::<Result<_, _>>()?;
        *self.enders.lock().unwrap_or_else(PoisonError::into_inner) = enders;
        if self.is_over() {
            self.end_link();
        }
        Ok(())
    }
}

/// Appends, as long as there is something to do.
pub(crate) fn append(shared: &Shared, tasks: &Receiver<Task>, reader: &Sender<Task>) {
    let mut current = None;
    for task in tasks {
        if shared.is_over() {
            return;
        }
        let (of, done) = match (task, &mut current) {
            (Task::Connected(link, mut connection), _) => {
                // An engine that has lost all has it again before anything is appended.
                let kept = shared.keys.seed(&mut connection, shared.seed);
                current = Some((link, connection));
                (link, kept.map(|_| None))
            }
            (Task::Order(of, order), Some((link, connection))) if of == *link => {
                (of, carry_out(shared, connection, order))
            }
            (Task::Keep(of, start), Some((link, connection))) if of == *link => {
                (of, shared.keys.keep(connection, *start, shared.seed).map(|()| None))
            }
            (Task::Order(..) | Task::Keep(..) | Task::Lost(_), _) => continue,
        };
        match done {
            Ok(reply) => reply.into_iter().for_each(|reply| shared.replies.give(of, reply)),
            Err(failure) => {
                report(shared, "append", failure);
                current = None;
                shared.end_link();
                let _ = reader.send(Task::Lost(of));
            }
        }
    }
}

/// Connects, and reads, until it is over.
pub(crate) fn read(shared: &Shared, tasks: &Receiver<Task>, appender: &Sender<Task>) {
    let (mut link, mut place, mut pause) = (0, 0, RETRY.0);
    while !shared.is_over() {
        link += 1;
        match connect(shared, place) {
            Ok((number, mut connection, appends, engine)) => {
                (place, pause) = (number, RETRY.0);
                info!("the log that all servers share is reached");
                let _ = appender.send(Task::Connected(link, Box::new(appends)));
                shared.replies.give(link, Reply::Connected { engine });
                serve(shared, tasks, link, &mut connection);
                shared.end_link();
                shared.replies.give(link, Reply::Disconnected);
            }
            Err(error) => {
                if !shared.is_over() && pause >= RETRY.1 {
                    warn!("the log that all servers share can't be reached: {error}");
                }
                place += 1;
                // Whatever is asked meanwhile is of a link that is gone.
                match tasks.recv_timeout(pause) {
                    Err(RecvTimeoutError::Disconnected) => return,
                    Ok(_) | Err(RecvTimeoutError::Timeout) => {}
                }
                pause = (2 * pause).min(RETRY.1);
            }
        }
    }
}

/// Does what is asked by way of a link, until that is lost.
fn serve(shared: &Shared, tasks: &Receiver<Task>, link: u64, connection: &mut Connection) {
    for task in tasks {
        if shared.is_over() {
            return;
        }
        match task {
            Task::Order(of, order) if of == link => match carry_out(shared, connection, order) {
                Ok(reply) => reply.into_iter().for_each(|reply| shared.replies.give(link, reply)),
                Err(failure) => return report(shared, "read", failure),
            },
            Task::Lost(of) if of == link => return,
            Task::Order(..) | Task::Keep(..) | Task::Connected(..) | Task::Lost(_) => {}
        }
    }
}

type Link = (usize, Connection, Connection, u64);

fn connect(shared: &Shared, from: usize) -> Result<Link, ConnectError> {
    let (place, mut reads) = shared.dial.connect(from)?;
    let mut appends = shared.dial.connect_again(place)?;
    let engine = process(&mut reads)?;
    if process(&mut appends)? != engine {
        return Err(ConnectError::Refused("another process has just taken over".to_owned()));
    }
    reads.wait_for(READ_WAIT)?;
    shared.begin_link([&reads, &appends])?;
    Ok((place, reads, appends, engine))
}

fn carry_out(
    shared: &Shared,
    connection: &mut Connection,
    order: Order<Event>,
) -> Result<Option<Reply<Event>>, Failure> {
    let keys = &shared.keys;
    match order {
        Order::Append { epoch, entry } => keys.append(connection, epoch, false, entry).map(Some),
        Order::Open { epoch, entry } => keys.append(connection, epoch, true, entry).map(Some),
        Order::Verify { at } => keys.verify(connection, at).map(Some),
        Order::Read { after } => loop {
            if let Some(reply) = keys.read(connection, after)? {
                return Ok(Some(reply));
            }
            if shared.is_over() {
                return Ok(None);
            }
        },
        Order::Apply { .. }
        | Order::Digest { .. }
        | Order::Snapshot
        | Order::Differ { .. }
        | Order::Wait
        | Order::Resume
        | Order::LetGo
        | Order::Rejoin(_)
        | Order::Refuse(_) => Ok(None),
    }
}

fn report(shared: &Shared, what: &str, failure: Failure) {
    match failure {
        Failure::Connection(error) if !shared.is_over() => {
            warn!("can't {what} in the log that all servers share: {error}");
        }
        Failure::Connection(_) => {}
        // To go on without it would be to be another chat.
        Failure::Log(why) => shared.replies.fail(why),
    }
}

//! Owns the task that reads a connection, and hands to the hub what it asks for.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use chinwag_core::{ConnectionId, Next, Session};
use chinwag_io::Input;
use tokio::sync::mpsc::Sender;
use tokio::task::yield_now;

use crate::clock::reach;
use crate::socket::{READ_BYTES, Socket};

/// How many full reads of one connection may follow each other: as much as a batch holds.
const FULL_READS_MAX: u8 = 4;

/// Hands what a connection asks for to the hub, until it ends.
///
/// There is one for each, most of them idle: what it keeps while it waits for bytes is what a connection costs. A task
/// is a multiple of 128 bytes, aligned so, and these two pointers and what the runtime adds fit into the first. So the
/// rest is apart, and what is rare is boxed.
pub(crate) struct Reader {
    reading: Box<Reading>,
    obstacle: Option<Obstacle>,
}

/// What a reader has to wait for before it goes on, unless it is bytes.
type Obstacle = Pin<Box<dyn Future<Output = ()> + Send>>;

struct Reading {
    connection: ConnectionId,
    socket: Arc<Socket>,
    session: Session,
    inputs: Sender<Input<Socket>>,
    /// How many reads in a row have filled the buffer.
    full_reads: u8,
    /// Something was asked for since the last of them.
    asked: bool,
    /// The hub has been told that this was all.
    left: bool,
}

impl Reader {
    pub(crate) fn new(
        connection: ConnectionId,
        socket: Arc<Socket>,
        session: Session,
        inputs: Sender<Input<Socket>>,
    ) -> Self {
        let reading = Reading { connection, socket, session, inputs, full_reads: 0, asked: false, left: false };
        Self { reading: Box::new(reading), obstacle: None }
    }
}

impl Future for Reader {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        loop {
            if let Some(obstacle) = &mut self.obstacle {
                ready!(obstacle.as_mut().poll(cx));
                self.obstacle = None;
            }
            match ready!(self.reading.poll_obstacle(cx)) {
                None => return Poll::Ready(()),
                obstacle => self.obstacle = obstacle,
            }
        }
    }
}

impl Reading {
    /// Goes on until there is something to wait for, or nothing more to do.
    fn poll_obstacle(&mut self, cx: &mut Context<'_>) -> Poll<Option<Obstacle>> {
        while !self.left {
            let signals = self.socket.link.signals();
            let obstacle: Option<Obstacle> = match self.session.poll_next(self.socket.link.clock().now(), signals) {
                Next::Ask(requests) => {
                    self.asked = true;
                    self.tell(Input::Asked(self.connection, requests))
                }
                Next::AwaitSignal => {
                    let socket = Arc::clone(&self.socket);
                    Some(Box::pin(async move { socket.signals_other_than(signals).await }))
                }
                Next::AwaitTime(time) => Some(Box::pin(reach(self.socket.link.clock(), time))),
                Next::Yield => Some(Box::pin(yield_now())),
                // Nothing of it goes into a batch.
                Next::Read if self.full_reads > 0 && !self.asked => {
                    self.full_reads = 0;
                    Some(Box::pin(yield_now()))
                }
                Next::Read => {
                    self.asked = false;
                    let read = ready!(self.poll_read(cx));
                    self.handle_read(read)
                }
                Next::End => Some(self.leave()),
            };
            if obstacle.is_some() {
                return Poll::Ready(obstacle);
            }
        }
        Poll::Ready(None)
    }

    fn poll_read(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        self.socket.poll_read(cx, |bytes| self.session.handle_bytes(bytes))
    }

    fn handle_read(&mut self, read: io::Result<usize>) -> Option<Obstacle> {
        match read {
            // What filled the buffer was hardly all, and the rest goes into the same batch. But there may be a flood
            // behind it, and tokio would read a hundred times before others have their turn.
            Ok(READ_BYTES..) => {
                self.full_reads = (self.full_reads + 1) % FULL_READS_MAX;
                return (self.full_reads == 0).then(|| Box::pin(yield_now()) as Obstacle);
            }
            Ok(1..) => self.full_reads = 0,
            Ok(0) => self.session.handle_end(),
            Err(_) => self.session.handle_failure(),
        }
        None
    }

    /// Tells the hub something, now or as soon as it takes more. Once it is gone the server has stopped, and this task
    /// is about to be ended, too.
    fn tell(&self, input: Input<Socket>) -> Option<Obstacle> {
        let full = self.inputs.try_send(input).err()?;
        let inputs = self.inputs.clone();
        Some(Box::pin(async move {
            let _ = inputs.send(full.into_inner()).await;
        }))
    }

    /// Tells the hub that this was all, and goes on reading for a while.
    fn leave(&mut self) -> Obstacle {
        self.left = true;
        // After a request to quit this is late news, which the hub ignores.
        let told = self.tell(Input::Closed(self.connection));
        let (socket, incident) = (Arc::clone(&self.socket), self.session.incident());
        Box::pin(async move {
            if let Some(told) = told {
                told.await;
            }
            if !socket.link.signals().is_abandoned() {
                socket.link.note_end(incident);
            }
            socket.linger().await;
        })
    }
}

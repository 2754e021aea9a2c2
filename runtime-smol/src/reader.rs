//! Owns the task that reads a connection, and hands to the hub what it asks for.

use std::future::{Future, poll_fn};
use std::io;
use std::sync::Arc;
use std::task::{Context, Poll};

use async_channel::Sender;
use chinwag_core::{ConnectionId, Next, Session};
use chinwag_io::Input;
use futures_lite::future::yield_now;

use crate::socket::{READ_BYTES, Socket};

/// Reads one connection.
///
/// There is one for each, most of them idle: what its task keeps while it waits for bytes is what a connection costs.
/// So all that is rare is boxed.
#[derive(Debug)]
pub(crate) struct Reader {
    pub(crate) connection: ConnectionId,
    pub(crate) socket: Arc<Socket>,
    pub(crate) session: Session,
    pub(crate) inputs: Sender<Input<Socket>>,
}

impl Reader {
    /// Hands what the connection asks for to the hub, until it ends.
    pub(crate) async fn run(&mut self) {
        let mut asks_for_nothing = false;
        loop {
            let (now, signals) = (self.socket.link.clock().now(), self.socket.link.signals());
            match self.session.poll_next(now, signals) {
                Next::Ask(requests) => {
                    asks_for_nothing = false;
                    self.tell(Input::Asked(self.connection, requests)).await;
                }
                Next::AwaitSignal => Box::pin(self.socket.signals_other_than(signals)).await,
                Next::AwaitTime(time) => Box::pin(self.socket.reach(time)).await,
                Next::Yield => yield_now().await,
                Next::Read => {
                    if asks_for_nothing {
                        // Nothing of it goes into a batch.
                        self.socket.give_way();
                    }
                    let read = poll_fn(|cx| self.poll_read(cx)).await;
                    asks_for_nothing = matches!(read, Ok(READ_BYTES..));
                    match read {
                        Ok(1..) => {}
                        Ok(0) => self.session.handle_end(),
                        Err(_) => self.session.handle_failure(),
                    }
                }
                Next::End => break,
            }
        }
        Box::pin(self.leave()).await;
    }

    fn poll_read(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        self.socket.poll_read(cx, |bytes| self.session.handle_bytes(bytes))
    }

    /// Tells the hub something. Once it is gone the server has stopped, and this task is about to be ended, too.
    fn tell(&self, input: Input<Socket>) -> impl Future<Output = ()> + Send {
        let full = self.inputs.try_send(input).err();
        let patience = full.map(|full| Box::pin(self.inputs.send(full.into_inner())));
        async {
            if let Some(patience) = patience {
                let _ = patience.await;
            }
        }
    }

    /// Tells the hub that this was all, and goes on reading for a while.
    async fn leave(&mut self) {
        // After a request to quit this is late news, which the hub ignores.
        self.tell(Input::Closed(self.connection)).await;
        if !self.socket.link.signals().is_abandoned() {
            self.socket.link.note_end(self.session.incident());
        }
        self.socket.linger().await;
    }
}

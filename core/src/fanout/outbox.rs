//! Owns what is known of one connection while there may be something to be sent to it.

use super::send_queue::SendQueue;
use crate::wire::Encoding;
use crate::{ConnectionId, Dialect, Form, Incident};

#[derive(Debug)]
pub(super) struct Outbox<S> {
    pub(super) connection: ConnectionId,
    pub(super) form: Form,
    /// What is known of the program at its other end.
    pub(super) dialect: Dialect,
    pub(super) socket: S,
    pub(super) queue: Option<Box<SendQueue>>,
    /// It was given up; the rest of its actions is followed without sending anything.
    pub(super) abandoned: bool,
    /// There is an entry for it among the stalls.
    pub(super) watched: bool,
    /// How many pings it was sent since it last showed that its owner is there.
    pub(super) unanswered: u8,
    /// Nothing more is sent after what is queued; then it is ended both ways, for this reason.
    pub(super) cut: Option<Incident>,
}

impl<S> Outbox<S> {
    pub(super) fn encoding(&self) -> Encoding {
        Encoding::of(self.form, self.dialect)
    }

    /// Tells whether nothing more is to be sent than what is queued, if that is anything.
    pub(super) const fn is_done(&self) -> bool {
        self.abandoned || self.cut.is_some()
    }
}

//! Owns the words between a fan-out and its adapter: what to do with sockets, and what they did.

use std::fmt;

use super::audiences::Member;
use super::outbox::Outbox;
use crate::{ConnectionId, Incident, Signal};

/// Tells the adapter what to do with a socket. Its `Debug` hides what is to be written.
#[derive(PartialEq, Eq)]
pub enum Output<'a, S> {
    /// Write `bytes` without waiting, and tell how it went with
    /// [`Fanout::handle_written`](crate::Fanout::handle_written) before anything else.
    Write {
        /// Where to.
        socket: &'a S,
        /// What. It is empty only to have the socket take what was [held](Written::Held).
        bytes: &'a [u8],
        /// The same bytes are written to many sockets: each time under this number, which no others have. So an adapter
        /// may hand them to the operating system once. It may as well not look at it.
        repeated: Option<u64>,
        /// Who is likely to be written to next. An adapter that looks at each of these sockets now, before it writes,
        /// has the processor fetch all of them from memory at once, instead of waiting for one after the other. It may
        /// as well not.
        next: Upcoming<'a, S>,
    },
    /// Wait until the socket takes bytes again, then say so with
    /// [`Fanout::handle_writable`](crate::Fanout::handle_writable).
    AwaitWritable {
        /// Whose it is.
        connection: ConnectionId,
        /// Which.
        socket: &'a S,
    },
    /// Tell the session of the socket something, with [`Session::poll_next`](crate::Session::poll_next).
    Signal {
        /// Which socket.
        socket: &'a S,
        /// What.
        signal: Signal,
    },
    /// Say on the socket that no more will come, and let go of it. Its session is told
    /// [`Signals::FINISHED`](crate::Signals::FINISHED): with that it comes to its [end](crate::Next::End), also if it
    /// was not its owner who wanted to leave.
    Finish {
        /// Which.
        socket: S,
    },
    /// Let others have their turn, and come back soon: there is more to do.
    Yield,
    /// Give the connection up: it has failed, takes nothing any more, or the server stops. Nothing more is read from or
    /// written to it, and its session is told [`Signals::ABANDONED`](crate::Signals::ABANDONED): with that it comes to
    /// its [end](crate::Next::End).
    Abandon {
        /// Which.
        socket: S,
        /// Why, unless it is because the server stops.
        incident: Option<Incident>,
    },
}

impl<S: fmt::Debug> fmt::Debug for Output<'_, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Write { socket, bytes, .. } => write!(f, "Write({} bytes to {socket:?})", bytes.len()),
            Self::AwaitWritable { connection, socket } => write!(f, "AwaitWritable({connection:?}, {socket:?})"),
            Self::Signal { socket, signal } => write!(f, "Signal({socket:?}, {signal:?})"),
            Self::Finish { socket } => write!(f, "Finish({socket:?})"),
            Self::Yield => f.write_str("Yield"),
            Self::Abandon { socket, incident } => write!(f, "Abandon({socket:?}, {incident:?})"),
        }
    }
}

/// Gives the sockets of some who are likely to be written to next, in this order; most often of nobody.
pub struct Upcoming<'a, S> {
    members: &'a [Member],
    outboxes: &'a [Option<Outbox<S>>],
}

impl<'a, S> Upcoming<'a, S> {
    pub(super) const fn nobody() -> Self {
        Self { members: &[], outboxes: &[] }
    }

    /// Gives the sockets of these members' connections.
    pub(super) const fn of(members: &'a [Member], outboxes: &'a [Option<Outbox<S>>]) -> Self {
        Self { members, outboxes }
    }
}

impl<'a, S> Iterator for Upcoming<'a, S> {
    type Item = &'a S;

    fn next(&mut self) -> Option<&'a S> {
        let (member, others) = self.members.split_first()?;
        self.members = others;
        Some(&self.outboxes.get(member.place as usize)?.as_ref()?.socket)
    }
}

impl<S> Clone for Upcoming<'_, S> {
    fn clone(&self) -> Self {
        Self { ..*self }
    }
}

impl<S: PartialEq> PartialEq for Upcoming<'_, S> {
    fn eq(&self, other: &Self) -> bool {
        self.clone().eq(other.clone())
    }
}

impl<S: Eq> Eq for Upcoming<'_, S> {}

impl<S: fmt::Debug> fmt::Debug for Upcoming<'_, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}

/// Tells what a socket did with the bytes of an [`Output::Write`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Written {
    /// It took this many, and nothing that was taken earlier is held any more; if not all, it would block now.
    Bytes(usize),
    /// It would block now, and what was taken has not all gone out: a layer between, such as TLS, has sealed it and
    /// holds it. When the socket takes bytes again, the next write goes behind that.
    Held {
        /// How many of the bytes the layer took.
        taken: usize,
        /// How many it holds now, these and earlier ones, before they were sealed; at least one.
        left: usize,
    },
    /// It has failed.
    Failed,
}

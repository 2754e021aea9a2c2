//! Owns what the driver of a handshake is told to do.

use std::net::IpAddr;

use bytes::Bytes;

use crate::incidents::Incident;
use crate::password::{NewAccount, Passphrase};
use crate::time::Time;

/// Tells what is to be done next with a connection that is new.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Step {
    /// Read from the socket, and hand in what came with [`Handshake::handle_bytes`](crate::Handshake::handle_bytes), or
    /// that nothing more will come with [`Handshake::handle_end`](crate::Handshake::handle_end). Come back at this
    /// time, if nothing comes before.
    Read {
        /// When to come back.
        until: Time,
    },
    /// Write this, all that the socket takes until this time, and come back. If it did not take all of it, say so
    /// before, with [`Handshake::handle_failure`](crate::Handshake::handle_failure).
    Write {
        /// What to write; never empty.
        bytes: Bytes,
        /// Until when to wait for the socket; if that is not later than now, not at all.
        until: Time,
    },
    /// The connection speaks TLS, which began with this. From here on hand in only what it holds, and tell with
    /// [`Handshake::handle_secured`](crate::Handshake::handle_secured) as soon as its handshake is over, or has failed.
    /// What there is to send for that is sent until this time, as far as the socket takes it.
    Secure {
        /// What was handed in so far, as it came; never empty.
        sealed: Bytes,
        /// Until when the handshake may take.
        until: Time,
    },
    /// Gather what is counted ([`Stats`](crate::Stats)), hand it in as text with
    /// [`Handshake::handle_metrics`](crate::Handshake::handle_metrics), and come back.
    Measure,
    /// Tell the [`Gate`](crate::Gate) for whom the connection is, which a proxy has made, hand in what it says with
    /// [`Handshake::handle_admission`](crate::Handshake::handle_admission), once they may come, and come back.
    Announce {
        /// Where they come from.
        address: IpAddr,
    },
    /// Ask the [`Gate`](crate::Gate) whether this visitor may chat, hand in what it says with
    /// [`Handshake::handle_admission`](crate::Handshake::handle_admission), once they may come, and come back.
    Admit,
    /// Find out whether this lets somebody in, of a [`Door`](crate::Door) or whoever else knows, hand in what comes of
    /// it with [`Handshake::handle_verdict`](crate::Handshake::handle_verdict), and come back. It is a secret.
    Check {
        /// The password that was given.
        given: Passphrase,
    },
    /// Make an account, of members that can be made so, hand in what comes of it with
    /// [`Handshake::handle_verdict`](crate::Handshake::handle_verdict), and come back. There are secrets in it.
    MakeAccount(NewAccount),
    /// Let the connection into the chat, with what [`Handshake::into_session`](crate::Handshake::into_session) returns.
    Enter,
    /// Say that no more will come, and close the connection.
    End {
        /// Why, if that is of interest.
        incident: Option<Incident>,
        /// What else to tell an operator of it, if there is something to tell: a few words, without anything that could
        /// do harm to a terminal or a log.
        detail: Option<String>,
    },
}

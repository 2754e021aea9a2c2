//! Owns what a wire form has to be able to do. The defaults are what most forms do.

use std::net::SocketAddr;

use bytes::{Bytes, BytesMut};

use super::asking::Asking;
use super::intake::Intake;
use super::step::Step;
use crate::close_code::CloseCode;
use crate::config::Config;
use crate::dialect::Dialect;
use crate::ids::ConnectionId;
use crate::listen_addresses::ListenAddresses;
use crate::log::cluster::Touch;
use crate::message::Message;
use crate::refusal::Refusal;
use crate::time::Time;

/// A wire form: how its clients are let in, heard and spoken to.
pub(crate) trait Wire {
    /// Turns what a connection sends into requests.
    type Decoder;

    /// Lets a connection in, or turns it away.
    type Handshake;

    /// In how many ways it is spoken to. Those who are spoken to in the same way are sent the same bytes.
    const ENCODINGS: u8 = 1;

    /// Whoever connects is there to chat; else they ask for that in the handshake.
    const CHATS_AT_ONCE: bool;

    /// Whoever comes says who they are before anybody knows of them; else they are here at once, by a random name.
    const REGISTERS: bool = false;

    /// Who comes without TLS where that is demanded is answered by the handshake; else they are told by
    /// [`turn_away`](Self::turn_away).
    const ANSWERS_WITHOUT_TLS: bool = false;

    /// A line can be asked for that is a password.
    const ASKS_FOR_LINES: bool = false;

    /// A ping is answered.
    const ANSWERS_PINGS: bool = false;

    /// What is said in a room in a row is joined, by each share; else each message stands for itself, and a batch is
    /// encoded once for all.
    const JOINS: bool = false;

    /// Returns where it is listened for, if that is known.
    fn listens_at(addresses: &ListenAddresses) -> Option<SocketAddr>;

    fn decoder(config: &Config) -> Self::Decoder;

    fn handshake(config: &Config, now: Time) -> Self::Handshake;

    /// Returns which encoding serves a program of which this is known.
    fn encoding(_: Dialect) -> u8 {
        0
    }

    /// Tells whether a program of which this is known understands pings.
    fn is_pinged(dialect: Dialect) -> bool;

    /// Appends a message, and tells of each that is in it where in `out` it ends. Of what is nothing in this form it
    /// tells nothing: nobody is given it, and nobody misses it.
    fn encode(encoding: u8, message: &Message, out: &mut BytesMut, ended: impl FnMut(usize));

    /// Returns how many bytes a message may have more than is reckoned for its lines.
    fn more_bytes(_: u8) -> usize {
        0
    }

    /// Appends a message to what was joined so far, where more may be added at the end. Else as
    /// [`encode`](Self::encode).
    fn join(open: &mut Option<Joined>, message: &Message, out: &mut BytesMut, mut ended: impl FnMut(usize)) {
        Self::seal(open, out, &mut ended);
        Self::encode(0, message, out, ended);
    }

    /// Ends what was joined.
    fn seal(_: &mut Option<Joined>, _: &mut BytesMut, _: impl FnMut(usize)) {}

    /// Returns what a connection is told before all else.
    fn hello(_: &Config, _: ConnectionId) -> Option<Message> {
        None
    }

    /// Returns what a connection is told last, that is closed with this code.
    fn bye(_: CloseCode) -> Option<Message> {
        None
    }

    /// Returns what is said of a password to a program of which this is known, before it is let in: nothing where the
    /// hub asks, since whoever comes [registers](Self::REGISTERS).
    fn ask(_: &Asking, _: Dialect) -> Bytes {
        Bytes::new()
    }

    /// Appends all that those are told who are not let in since the server stops.
    fn farewell(encoding: u8, out: &mut BytesMut) {
        Self::encode(encoding, &Message::Stopping, out, |_| {});
    }

    /// Returns what is sent to one who may not come.
    fn refuse(refusal: Refusal) -> Bytes;

    /// Returns what is sent to one who did not say for whom they come, in these words.
    fn turn_away(text: &str) -> Bytes;

    /// Tells what a list costs in bytes.
    fn list_cost(list: List) -> ListCost;
}

/// Lets a connection in: see [`Handshake`](crate::Handshake), whose methods these are.
pub(crate) trait LetIn {
    type Decoder;

    fn handle_bytes(&mut self, bytes: &[u8]);

    fn handle_end(&mut self);

    fn handle_failure(&mut self) {}

    fn handle_metrics(&mut self, _: Option<String>) {}

    fn handle_admission(&mut self, _: Result<(), Refusal>) {}

    fn handle_stop(&mut self);

    fn handle_touch(&mut self, _: Touch) {}

    /// Tells whether whoever comes wants to log in, also where nobody has to.
    fn logs_in(&self) -> bool {
        false
    }

    fn poll_step(&mut self, now: Time) -> Step;

    fn into_intake(self) -> Intake<Self::Decoder>;
}

/// What was joined, and may be added to.
#[derive(Debug)]
pub(crate) struct Joined {
    /// Where it begins.
    pub(crate) start: usize,
    pub(crate) time_ms: u64,
    pub(crate) next_seq: u64,
    /// How many messages are in it.
    pub(crate) count: usize,
}

/// Which list somebody asks for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum List {
    Rooms,
    Users,
    Ignored,
    Bans,
    Operators,
}

/// Tells what a list costs in bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct ListCost {
    /// Around the items, with the longest end that there can be.
    pub(crate) around: usize,
    /// Of each item, besides its name and number, with what parts it from the next.
    pub(crate) each: usize,
}

//! Owns the lines: how they are found, what telnet adds to them, how they are sent, and how a connection that sends
//! them is let in.

mod asking;
pub(crate) mod decode;
mod encode;
mod erase;
mod handshake;
mod marks;
mod telnet;

use std::net::SocketAddr;

use bytes::{Bytes, BytesMut};

use self::decode::LineDecoder;
use self::handshake::LinesHandshake;
use super::asking::Asking;
use super::contract::{List, ListCost, Wire};
use crate::config::Config;
use crate::dialect::{Dialect, LineEnd};
use crate::listen_addresses::ListenAddresses;
use crate::message::Message;
use crate::refusal::Refusal;
use crate::time::Time;

/// Around the items of a list: `u32::MAX`, which is the most that there can be more, has ten digits.
const AROUND: usize = "Rooms - \r\n".len() + ", … and  more".len() + 10;

pub(crate) enum Lines {}

impl Lines {
    const ENDS: [LineEnd; 2] = [LineEnd::Lf, LineEnd::CrLf];

    const fn end(encoding: u8) -> LineEnd {
        Self::ENDS[encoding as usize]
    }
}

impl Wire for Lines {
    type Decoder = LineDecoder;
    type Handshake = LinesHandshake;

    const ENCODINGS: u8 = Self::ENDS.len() as u8;
    const CHATS_AT_ONCE: bool = true;
    const ASKS_FOR_LINES: bool = true;

    fn listens_at(addresses: &ListenAddresses) -> Option<SocketAddr> {
        addresses.lines
    }

    fn decoder(config: &Config) -> LineDecoder {
        LineDecoder::new(config)
    }

    fn handshake(config: &Config, now: Time) -> LinesHandshake {
        LinesHandshake::new(config, now)
    }

    fn encoding(dialect: Dialect) -> u8 {
        LineEnd::of(dialect) as u8
    }

    /// Telnet answers nothing to what it takes for nothing.
    fn is_pinged(dialect: Dialect) -> bool {
        dialect == Dialect::Telnet
    }

    fn encode(encoding: u8, message: &Message, out: &mut BytesMut, ended: impl FnMut(usize)) {
        encode::encode(message, Self::end(encoding), out, ended);
    }

    fn more_bytes(encoding: u8) -> usize {
        Self::end(encoding).more_bytes()
    }

    fn ask(asking: &Asking, dialect: Dialect) -> Bytes {
        asking::ask(asking, dialect)
    }

    fn refuse(refusal: Refusal) -> Bytes {
        format!("{refusal}\n").into()
    }

    fn turn_away(text: &str) -> Bytes {
        format!("{text}\n").into()
    }

    fn list_cost(list: List) -> ListCost {
        match list {
            List::Rooms => ListCost { around: AROUND, each: " (), ".len() },
            List::Users => ListCost { around: AROUND, each: ", ".len() },
            List::Bans => ListCost { around: AROUND, each: " (by  until 2026-11-30 12:00 UTC: ), ".len() },
            List::Operators => ListCost { around: AROUND + "Operators".len() - "Users".len(), each: ", ".len() },
            List::Ignored => ListCost { around: AROUND + "Ignored".len() - "Users".len(), each: ", ".len() },
        }
    }
}

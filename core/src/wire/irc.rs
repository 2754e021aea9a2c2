//! Owns the lines of IRC: how they are found, how they are sent, and how a connection that sends them is let in.

pub(crate) mod decode;
pub(crate) mod encode;
mod handshake;
pub(crate) mod moderated;
pub(crate) mod time;

use std::net::SocketAddr;

use bytes::{Bytes, BytesMut};

use self::decode::IrcDecoder;
use self::encode::Encoder;
use self::handshake::IrcHandshake;
use super::contract::{List, ListCost, Wire};
use super::lines::Lines;
use crate::close_code::CloseCode;
use crate::config::Config;
use crate::dialect::{Dialect, IrcDialect};
use crate::listen_addresses::ListenAddresses;
use crate::message::Message;
use crate::refusal::Refusal;
use crate::time::Time;

/// What stands before what has no line of its own.
const NOTICE: &str = "NOTICE * :";

pub(crate) enum Irc {}

impl Irc {
    const fn dialect(encoding: u8) -> IrcDialect {
        IrcDialect::ALL[encoding as usize]
    }
}

impl Wire for Irc {
    /// Apart, so that lines, which most have, need no more for it.
    type Decoder = Box<IrcDecoder>;
    type Handshake = IrcHandshake;

    const ENCODINGS: u8 = IrcDialect::ALL.len() as u8;
    const CHATS_AT_ONCE: bool = true;
    const REGISTERS: bool = true;
    const ANSWERS_PINGS: bool = true;

    fn listens_at(addresses: &ListenAddresses) -> Option<SocketAddr> {
        addresses.irc
    }

    fn decoder(config: &Config) -> Box<IrcDecoder> {
        Box::new(IrcDecoder::new(config))
    }

    fn handshake(config: &Config, now: Time) -> IrcHandshake {
        IrcHandshake::new(config, now)
    }

    fn encoding(dialect: Dialect) -> u8 {
        match dialect {
            Dialect::Irc(dialect) => dialect.place(),
            Dialect::Lf | Dialect::CrLf | Dialect::Telnet => 0,
        }
    }

    fn is_pinged(_: Dialect) -> bool {
        true
    }

    fn encode(encoding: u8, message: &Message, out: &mut BytesMut, ended: impl FnMut(usize)) {
        Encoder::new(Self::dialect(encoding)).encode(message, out, ended);
    }

    fn more_bytes(encoding: u8) -> usize {
        encode::more_bytes(Self::dialect(encoding))
    }

    fn bye(code: CloseCode) -> Option<Message> {
        Some(Message::Bye { code })
    }

    fn farewell(encoding: u8, out: &mut BytesMut) {
        Self::encode(encoding, &Message::Stopping, out, |_| {});
        Self::encode(encoding, &Message::Bye { code: CloseCode::GOING_AWAY }, out, |_| {});
    }

    fn refuse(refusal: Refusal) -> Bytes {
        Self::turn_away(&refusal.to_string())
    }

    fn turn_away(text: &str) -> Bytes {
        format!("ERROR :Closing link: {text}\r\n").into()
    }

    /// Nobody is told any of these lists by IRC, which has its own; they would be notices.
    fn list_cost(list: List) -> ListCost {
        let ListCost { around, each } = Lines::list_cost(list);
        ListCost { around: around + NOTICE.len(), each }
    }
}

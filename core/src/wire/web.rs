//! Owns what browsers speak: HTTP until a `WebSocket` is asked for, then its frames.

mod asking;
mod decode;
pub(crate) mod encode;
mod frame;
mod handshake;
mod http;
pub(crate) mod json;
mod lists;
mod moderated;
mod run;

use std::net::SocketAddr;

use bytes::{Bytes, BytesMut};

use self::decode::FrameDecoder;
use self::handshake::WebHandshake;
use self::http::{Response, Status};
use super::asking::Asking;
use super::contract::{Joined, List, ListCost, Wire};
use crate::close_code::CloseCode;
use crate::config::Config;
use crate::dialect::Dialect;
use crate::ids::ConnectionId;
use crate::listen_addresses::ListenAddresses;
use crate::message::Message;
use crate::name::Name;
use crate::refusal::Refusal;
use crate::time::Time;

/// Around a list: the head of a frame, and the number of those that are not listed.
const AROUND: usize = 4 + 10;

pub(crate) enum Web {}

impl Wire for Web {
    /// Apart, so that lines, which most have, need no more for it.
    type Decoder = Box<FrameDecoder>;
    type Handshake = Box<WebHandshake>;

    const CHATS_AT_ONCE: bool = false;
    const ANSWERS_PINGS: bool = true;
    const ANSWERS_WITHOUT_TLS: bool = true;
    const JOINS: bool = true;

    fn listens_at(addresses: &ListenAddresses) -> Option<SocketAddr> {
        addresses.web
    }

    fn decoder(config: &Config) -> Box<FrameDecoder> {
        Box::new(FrameDecoder::new(config))
    }

    fn handshake(config: &Config, now: Time) -> Box<WebHandshake> {
        Box::new(WebHandshake::new(config, now))
    }

    fn is_pinged(_: Dialect) -> bool {
        true
    }

    fn encode(_: u8, message: &Message, out: &mut BytesMut, ended: impl FnMut(usize)) {
        encode::encode(message, out, ended);
    }

    fn join(joined: &mut Option<Joined>, message: &Message, out: &mut BytesMut, mut ended: impl FnMut(usize)) {
        if let Message::Said { .. } = message {
            run::say(joined, message, out, ended);
        } else {
            run::end(joined, out, &mut ended);
            encode::encode(message, out, ended);
        }
    }

    fn seal(joined: &mut Option<Joined>, out: &mut BytesMut, ended: impl FnMut(usize)) {
        run::end(joined, out, ended);
    }

    fn hello(config: &Config, connection: ConnectionId) -> Option<Message> {
        let (boot, chars_max, token) = (config.rules.boot(), config.rules.line_chars_max, config.token(connection));
        Some(Message::Hello { boot, chars_max, token, has_accounts: config.limits.has_accounts })
    }

    fn bye(code: CloseCode) -> Option<Message> {
        Some(Message::Bye { code })
    }

    fn farewell(encoding: u8, out: &mut BytesMut) {
        Self::encode(encoding, &Message::Stopping, out, |_| {});
        Self::encode(encoding, &Message::Bye { code: CloseCode::GOING_AWAY }, out, |_| {});
    }

    fn ask(asking: &Asking, _: Dialect) -> Bytes {
        asking::ask(asking)
    }

    fn refuse(refusal: Refusal) -> Bytes {
        let status = match refusal {
            Refusal::ServerFull => Status::UNAVAILABLE,
            Refusal::AddressFull => Status::TOO_MANY,
            Refusal::Banned { .. } => Status::FORBIDDEN,
        };
        Response::plain(status, &refusal.to_string()).closing().into_bytes()
    }

    fn turn_away(text: &str) -> Bytes {
        Response::plain(Status::BAD_REQUEST, text).closing().into_bytes()
    }

    fn list_cost(list: List) -> ListCost {
        match list {
            List::Rooms => ListCost {
                around: AROUND + r#"{"kind":"rooms","rooms":[],"more":}"#.len(),
                each: r#"{"room":"","people":},"#.len(),
            },
            List::Users => ListCost {
                around: AROUND + r#"{"kind":"users","room":"","names":[],"more":}"#.len() + Name::ROOM_CHARS_MAX,
                each: r#""","#.len(),
            },
            List::Bans => ListCost {
                around: AROUND + r#"{"kind":"bans","room":"","bans":[],"more":}"#.len() + Name::ROOM_CHARS_MAX,
                each: r#"{"whom":"","by":"","until":1234567890123456,"why":""},"#.len(),
            },
            List::Operators => ListCost {
                around: AROUND + r#"{"kind":"operators","room":"","names":[],"more":}"#.len() + Name::ROOM_CHARS_MAX,
                each: r#""","#.len(),
            },
            List::Ignored => {
                ListCost { around: AROUND + r#"{"kind":"ignored","names":[],"more":}"#.len(), each: r#""","#.len() }
            }
        }
    }
}

//! Owns how one alone is told what somebody does or says: by their name.

use bytes::{BufMut as _, BytesMut};

use crate::dialect::IrcDialect;
use crate::irc::Identity;
use crate::message::{IrcMessage, Message};
use crate::name::Name;
use crate::wire::irc::encode::{Encoder, Id, Stamp};

/// Tells who speaks to whom, and how.
#[derive(Clone, Copy, Debug)]
pub(super) struct Voice<'a> {
    pub(super) server: &'a str,
    /// What they are called who are told it.
    pub(super) nick: Option<&'a Name>,
    pub(super) dialect: IrcDialect,
    pub(super) time_ms: u64,
    /// Which of all batches the next one is.
    pub(super) batch: u64,
}

/// Appends what one alone is told that somebody does or says.
pub(super) fn put_alone(encoder: Encoder<'_>, voice: &Voice<'_>, message: &Message, out: &mut BytesMut) {
    if let Message::Told { name, text, time_ms, id, manner } = message {
        let stamp =
            Stamp { time_ms: Some(*time_ms), id: Some(Id::Alone(*id)), manner: manner.as_deref(), identity: None };
        if let Some(nick) = voice.nick {
            encoder.put_talk(out, name, stamp, ("", nick), text.as_str());
        }
    } else if let Message::Sent { name, text, time_ms, id, manner } = message {
        let stamp =
            Stamp { time_ms: Some(*time_ms), id: Some(Id::Alone(*id)), manner: manner.as_deref(), identity: None };
        if let Some(nick) = voice.nick {
            encoder.put_talk(out, nick, stamp, ("", name), text.as_str());
        }
    } else if let Message::Irc(message) = message {
        put_irc(encoder, voice, message, out);
    } else {
        encoder.encode(message, out, |_| {});
    }
}

fn put_irc(encoder: Encoder<'_>, voice: &Voice<'_>, message: &IrcMessage, out: &mut BytesMut) {
    let now = Stamp { time_ms: Some(voice.time_ms), ..Stamp::default() };
    let mut put = |name: &Name, identity: &Identity, line: std::fmt::Arguments<'_>| {
        encoder.put_source(out, now.by(identity), &identity.source(name));
        out.put_slice(format!("{line}\r\n").as_bytes());
    };
    match message {
        IrcMessage::Tagged { room: None, name, manner, time_ms, id, .. } => {
            if let Some(nick) = voice.nick {
                encoder.put_tagged(out, (name, manner), (*time_ms, Id::Alone(*id)), ("", nick));
            }
        }
        IrcMessage::TagsSent { to, manner, time_ms, id } => {
            if let Some(nick) = voice.nick {
                encoder.put_tagged(out, (nick, manner), (*time_ms, Id::Alone(*id)), ("", to));
            }
        }
        IrcMessage::Away { name, identity, text: Some(text) } => put(name, identity, format_args!("AWAY :{text}")),
        IrcMessage::Away { name, identity, text: None } => put(name, identity, format_args!("AWAY")),
        IrcMessage::RealName { name, identity } => {
            put(name, identity, format_args!("SETNAME :{}", identity.real_name(name)));
        }
        IrcMessage::Account { name, identity } => {
            let account = identity.account().map_or("*", Name::as_str);
            put(name, identity, format_args!("ACCOUNT {account}"));
        }
        IrcMessage::Invited { name, identity, to, room } => {
            put(name, identity, format_args!("INVITE {to} #{room}"));
        }
        IrcMessage::Lines(_)
        | IrcMessage::Welcome
        | IrcMessage::Tagged { room: Some(_), .. }
        | IrcMessage::NoSuchRoom { .. }
        | IrcMessage::NotInRoom { .. }
        | IrcMessage::CannotSpeak { .. }
        | IrcMessage::TooManyRooms { .. }
        | IrcMessage::IsAway { .. }
        | IrcMessage::SetAway { .. }
        | IrcMessage::Modes { .. }
        | IrcMessage::Presence { .. }
        | IrcMessage::MonitorsFull { .. } => encoder.encode(&Message::Irc(Box::new(message.clone())), out, |_| {}),
    }
}

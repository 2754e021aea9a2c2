//! Owns how messages read as lines of IRC.
//!
//! What many are told is encoded here, for each dialect once. What one alone is told has numbers and names of the one
//! who is told, which the hub knows (`hub/irc/render.rs`); it comes here as lines.

use std::fmt::Write as _;

use bytes::{BufMut as _, BytesMut};

use super::decode::LINE_BYTES_MAX;
use super::time::Iso;
use crate::close_code::CloseCode;
use crate::dialect::IrcDialect;
use crate::irc::{HOST, How, Identity, Manner};
use crate::message::{IrcMessage, Leaving, Message};
use crate::name::Name;
use crate::text::Text;

/// What a ping asks to be answered with: without a blank, since some clients answer only its first word. Sic and ii
/// answer only what comes behind a colon.
pub(crate) const PING_TOKEN: &str = "chinwag";

/// Writes messages for clients of one dialect.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Encoder<'a> {
    dialect: IrcDialect,
    /// A tag besides those of the dialect.
    tag: &'a str,
}

/// Tells what stands before a line besides who it is from.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Stamp<'a> {
    pub(crate) time_ms: Option<u64>,
    /// What tells the message from all others.
    pub(crate) id: Option<Id<'a>>,
    pub(crate) manner: Option<&'a Manner>,
    /// Who it is from, where that is not in its manner.
    pub(crate) identity: Option<&'a Identity>,
}

impl<'a> Stamp<'a> {
    /// Returns what stands before what is no message that can be told from others, but was done at this time.
    pub(crate) const fn at(time_ms: u64) -> Self {
        Self { time_ms: Some(time_ms), id: None, manner: None, identity: None }
    }

    /// Returns the same of what somebody has done.
    pub(crate) const fn by(self, identity: &'a Identity) -> Self {
        Self { identity: Some(identity), ..self }
    }

    /// Returns by which account they have logged in whom it is from.
    fn account(&self) -> Option<&'a Name> {
        self.manner.map(|manner| &manner.identity).or(self.identity)?.account()
    }
}

/// Tells a message from all others.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Id<'a> {
    /// Which of all messages of a room it is.
    OfRoom(&'a Name, u64),
    /// Which of all that happened, behind which of all messages of a room.
    Event(&'a Name, u64, u64),
    /// Which of all messages of the server.
    Alone(u64),
}

/// Returns how many bytes a message may have more than is reckoned for its lines.
pub(super) const fn more_bytes(dialect: IrcDialect) -> usize {
    let tags = if dialect.tags.has_time() { 40 } else { 0 } + if dialect.tags.has_message() { 80 } else { 0 };
    tags + if dialect.tags_accounts { 30 } else { 0 } + 100
}

impl<'a> Encoder<'a> {
    pub(crate) const fn new(dialect: IrcDialect) -> Self {
        Self { dialect, tag: "" }
    }

    /// Returns the same with one more tag on each line.
    pub(crate) const fn with_tag(self, tag: &str) -> Encoder<'_> {
        Encoder { dialect: self.dialect, tag }
    }

    /// Appends the lines of a message, and tells of each message in it where in `out` it ends. Of what is no line here
    /// nothing is told.
    pub(crate) fn encode(self, message: &Message, out: &mut BytesMut, mut ended: impl FnMut(usize)) {
        let before = out.len();
        match message {
            Message::Said { room, name, texts, time_ms, seq, manner } => {
                let manner = manner.as_deref();
                let head = TalkHead::new(name, manner, ("#", room));
                out.reserve(texts.bytes() + texts.count() as usize * (head.before.len() + more_bytes(self.dialect)));
                for (text, seq) in texts.iter().zip(*seq..) {
                    let stamp =
                        Stamp { time_ms: Some(*time_ms), id: Some(Id::OfRoom(room, seq)), manner, identity: None };
                    self.put_text(out, &head, stamp, text);
                    ended(out.len());
                }
                return;
            }
            Message::Acted { room, name, text, time_ms, seq, manner } => {
                let acted = Manner { how: How::Act, ..manner.as_deref().cloned().unwrap_or_default() };
                let stamp = Stamp {
                    time_ms: Some(*time_ms),
                    id: Some(Id::OfRoom(room, *seq)),
                    manner: Some(&acted),
                    identity: None,
                };
                self.put_talk(out, name, stamp, ("#", room), text.as_str());
            }
            Message::Joined { room, name, identity, time_ms } => {
                self.put_joined(out, (room, name, identity), Stamp::at(*time_ms));
            }
            Message::Left { room, name, identity, leaving: Leaving::PutOut(kicked), time_ms } => {
                self.put_kicked((room, name, identity), kicked, Stamp::at(*time_ms), out);
            }
            Message::Moderated(moderated) => self.put_moderated(moderated, out),
            Message::Left { room, name, identity, leaving, time_ms } => {
                self.put_source(out, Stamp::at(*time_ms).by(identity), &identity.source(name));
                match leaving {
                    Leaving::Room { reason } => {
                        put(out, format_args!("PART #{room}"));
                        put_reason(out, reason.as_ref());
                    }
                    Leaving::Server { reason: Some(reason) } if reason.as_str().is_empty() => {
                        out.put_slice(b"QUIT :Quit\r\n")
                    }
                    Leaving::Server { reason: Some(reason) } => put(out, format_args!("QUIT :Quit: {reason}\r\n")),
                    Leaving::PutOut(_) => {}
                    Leaving::Server { reason: None } => out.put_slice(b"QUIT :Connection closed\r\n"),
                }
            }
            Message::Renamed { old, new, identity, time_ms } => {
                self.put_source(out, Stamp::at(*time_ms).by(identity), &identity.source(old));
                // The colon is for sic and ii, which look for the new name behind one.
                put(out, format_args!("NICK :{new}\r\n"));
            }
            Message::TopicSet { room, name, identity, topic, time_ms, seq, number } => {
                let topic = topic.as_ref().map_or("", |topic| topic.as_str());
                let stamp = Stamp { id: Some(Id::Event(room, *seq, *number)), ..Stamp::at(*time_ms).by(identity) };
                self.put_source(out, stamp, &identity.source(name));
                put(out, format_args!("TOPIC #{room} :{topic}\r\n"));
            }
            Message::Irc(message) => self.encode_irc(message, out),
            Message::Ping => put(out, format_args!("PING :{PING_TOKEN}\r\n")),
            Message::Bye { code } => put(out, format_args!("ERROR :Closing link: {}\r\n", why(*code))),
            Message::Dropped { .. } | Message::Stopping | Message::Touch(_) => {
                put(out, format_args!("NOTICE * :{message}\r\n"))
            }
            Message::Crowd { .. } | Message::Hello { .. } | Message::Pong { .. } | Message::Refuse { .. } => {}
            Message::Help
            | Message::YouAre { .. }
            | Message::YouJoined { .. }
            | Message::YouAreIn { .. }
            | Message::Resumable { .. }
            | Message::Stale
            | Message::Told { .. }
            | Message::Sent { .. }
            | Message::Nobody { .. }
            | Message::NobodyWrote
            | Message::Topic { .. }
            | Message::TopicTooLong
            | Message::Ignoring { .. }
            | Message::Hearing { .. }
            | Message::Ignored { .. }
            | Message::CantIgnore { .. }
            | Message::History { .. }
            | Message::HistoryCount
            | Message::Found { .. }
            | Message::NoHistory
            | Message::Incomplete { .. }
            | Message::Taken { .. }
            | Message::NameOfAccount { .. }
            | Message::LoggingIn(_)
            | Message::NameInvalid
            | Message::RoomInvalid
            | Message::Rooms { .. }
            | Message::Users { .. }
            | Message::Unrecognized { .. }
            | Message::TooLong { .. }
            | Message::NotUtf8
            | Message::WrongProtocol { .. }
            | Message::Ruling(_)
            | Message::Here => {
                for line in message.to_string().lines() {
                    put(out, format_args!("NOTICE * :{line}\r\n"));
                }
            }
        }
        if out.len() > before {
            ended(out.len());
        }
    }

    fn encode_irc(self, message: &IrcMessage, out: &mut BytesMut) {
        match message {
            IrcMessage::Lines(lines) => out.put_slice(lines),
            IrcMessage::Tagged { room: Some(room), name, manner, time_ms, id, behind } => {
                let id = behind.map_or(Id::Alone(*id), |seq| Id::Event(room, seq, *id));
                self.put_tagged(out, (name, manner), (*time_ms, id), ("#", room));
            }
            IrcMessage::Welcome
            | IrcMessage::Tagged { room: None, .. }
            | IrcMessage::TagsSent { .. }
            | IrcMessage::NoSuchRoom { .. }
            | IrcMessage::NotInRoom { .. }
            | IrcMessage::CannotSpeak { .. }
            | IrcMessage::TooManyRooms { .. }
            | IrcMessage::IsAway { .. }
            | IrcMessage::SetAway { .. }
            | IrcMessage::Away { .. }
            | IrcMessage::RealName { .. }
            | IrcMessage::Account { .. }
            | IrcMessage::Modes { .. }
            | IrcMessage::Presence { .. }
            | IrcMessage::MonitorsFull { .. }
            | IrcMessage::Invited { .. } => {}
        }
    }

    /// Appends the tags that somebody sends, if the client is sent any.
    pub(crate) fn put_tagged(
        self,
        out: &mut BytesMut,
        (name, manner): (&Name, &Manner),
        (time_ms, id): (u64, Id<'_>),
        (sign, to): (&str, &Name),
    ) {
        if self.dialect.tags.has_message() {
            let (time_ms, id) = (Some(time_ms), Some(id));
            let stamp = Stamp { time_ms, id, manner: Some(manner), identity: None };
            self.put_source(out, stamp, &manner.identity.source(name));
            put(out, format_args!("TAGMSG {sign}{to}\r\n"));
        }
    }

    fn put_joined(self, out: &mut BytesMut, (room, name, identity): (&Name, &Name, &Identity), stamp: Stamp<'_>) {
        self.put_source(out, stamp.by(identity), &identity.source(name));
        if self.dialect.extends_joins {
            let account = identity.account().map_or("*", |account| account.as_str());
            put(out, format_args!("JOIN #{room} {account} :{}\r\n", identity.real_name(name)));
        } else {
            put(out, format_args!("JOIN #{room}\r\n"));
        }
    }

    /// Appends what somebody says to a room or a person, in as many lines as it needs.
    pub(crate) fn put_talk(
        self,
        out: &mut BytesMut,
        name: &Name,
        stamp: Stamp<'_>,
        (sign, to): (&str, &Name),
        text: &str,
    ) {
        self.put_text(out, &TalkHead::new(name, stamp.manner, (sign, to)), stamp, text);
    }

    /// Appends a text behind a head, in as many lines as it needs.
    fn put_text(self, out: &mut BytesMut, head: &TalkHead, stamp: Stamp<'_>, text: &str) {
        let (mut rest, mut piece_at) = (text, 0);
        loop {
            let (piece, more) = rest.split_at(rest.floor_char_boundary(head.text_bytes_max));
            self.put_tags(out, stamp, piece_at);
            // What nearly all traffic is made of goes without the formatting machinery.
            out.put_slice(head.before.as_bytes());
            out.put_slice(piece.as_bytes());
            out.put_slice(head.behind);
            rest = more;
            if rest.is_empty() {
                return;
            }
            piece_at += 1;
        }
    }

    /// Appends what stands before a line: its tags, and who it is from.
    pub(crate) fn put_source(self, out: &mut BytesMut, stamp: Stamp<'_>, source: &str) {
        self.put_tags(out, stamp, 0);
        put(out, format_args!(":{source} "));
    }

    /// Appends the tags of a piece of a text, or of what is in one piece, if there are any.
    fn put_tags(self, out: &mut BytesMut, stamp: Stamp<'_>, piece_at: u32) {
        let tags = self.dialect.tags;
        let mut sign = "@";
        let mut tag = |out: &mut BytesMut, tag: std::fmt::Arguments<'_>| {
            put(out, format_args!("{sign}{tag}"));
            sign = ";";
        };
        if !self.tag.is_empty() {
            tag(out, format_args!("{}", self.tag));
        }
        if let Some(time_ms) = stamp.time_ms.filter(|_| tags.has_time()) {
            tag(out, format_args!("time={}", Iso(time_ms)));
        }
        if let Some(account) = stamp.account().filter(|_| self.dialect.tags_accounts) {
            tag(out, format_args!("account={account}"));
        }
        if tags.has_message() {
            match (stamp.id, stamp.time_ms.unwrap_or_default()) {
                (Some(Id::OfRoom(room, seq)), time_ms) => tag(out, format_args!("msgid={time_ms:x}-{seq:x}-{room}")),
                (Some(Id::Event(room, seq, number)), time_ms) => {
                    tag(out, format_args!("msgid={time_ms:x}-{seq:x}.{number:x}-{room}"));
                }
                (Some(Id::Alone(id)), time_ms) => tag(out, format_args!("msgid={time_ms:x}-{id:x}")),
                (None, _) => {}
            }
            // No two lines may have the same id. No room has a dot in its name.
            if stamp.id.is_some() && piece_at > 0 {
                put(out, format_args!(".{piece_at}"));
            }
            if let Some(manner) = stamp.manner {
                if manner.identity.is_bot() {
                    tag(out, format_args!("bot"));
                }
                if let Some(tags) = &manner.tags {
                    tag(out, format_args!("{}", tags.as_str()));
                }
            }
        }
        if sign == ";" {
            out.put_u8(b' ');
        }
    }
}

/// What stands around each line of what somebody says.
struct TalkHead {
    before: String,
    behind: &'static [u8],
    /// How much of a text fits into one line.
    text_bytes_max: usize,
}

impl TalkHead {
    fn new(name: &Name, manner: Option<&Manner>, (sign, to): (&str, &Name)) -> Self {
        let how = manner.map_or(How::Say, |manner| manner.how);
        let command = if how.is_notice() { "NOTICE" } else { "PRIVMSG" };
        let (begin, behind): (_, &[u8]) = match how {
            How::Act => ("\x01ACTION ", b"\x01\r\n"),
            How::Ask | How::Answer => ("\x01", b"\x01\r\n"),
            How::Say | How::Notice => ("", b"\r\n"),
        };
        let identity = manner.map_or_else(Identity::default, |manner| manner.identity.clone());
        let before = format!(":{name}!{}@{HOST} {command} {sign}{to} :{begin}", identity.user());
        let text_bytes_max = LINE_BYTES_MAX - before.len() - behind.len();
        Self { before, behind, text_bytes_max }
    }
}

/// Returns how many bytes a line has besides what is said in it, without its tags.
pub(crate) fn talk_around(name: &Name, user: &str, command: &str, sign: &str, to: &Name) -> usize {
    let fixed = ":!@".len() + HOST.len() + "   :".len() + "\r\n".len();
    fixed + name.as_str().len() + user.len() + command.len() + sign.len() + to.as_str().len()
}

fn put_reason(out: &mut BytesMut, reason: Option<&Text>) {
    match reason {
        Some(reason) => put(out, format_args!(" :{reason}\r\n")),
        None => out.put_slice(b"\r\n"),
    }
}

/// Returns why a connection ends.
const fn why(code: CloseCode) -> &'static str {
    match code {
        CloseCode::NORMAL => "Quit",
        CloseCode::GOING_AWAY => "Server is shutting down",
        CloseCode::RESTART => "Please connect again",
        CloseCode::UNANSWERED => "Ping timeout",
        CloseCode::PUT_OUT => "Put out by an operator",
        _ => "Not allowed",
    }
}

pub(super) fn put(out: &mut BytesMut, what: std::fmt::Arguments<'_>) {
    out.write_fmt(what).expect("a buffer in memory takes all that is written to it");
}

#[cfg(test)]
mod tests;

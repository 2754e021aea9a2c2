//! Owns what a person can ask for, and how a line says it.

use bytes::Bytes;

use crate::command;
use crate::config::LIST_BYTES_MAX;
use crate::text::{clean, is_blank};
use crate::texts::Saying;
use crate::wire::web::json::escaped_len;
use crate::{CloseCode, Dialect, Incident, Name, OtherProtocol, Text, Texts, Token};

/// Tells what one line asks for; of what is said, what one line or more say in a row.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Request {
    /// Say something to the room: as many messages as there are texts.
    Say(Texts),
    /// See the list of commands.
    Help,
    /// Take another name.
    Rename(Name),
    /// Take a name that can't be one.
    RenameInvalid,
    /// Go to another room.
    Join(Name),
    /// Go to a room whose name can't be one.
    JoinInvalid,
    /// See the rooms.
    Rooms,
    /// See who is in the room.
    Users,
    /// Take over the person of the connection that has this token.
    Resume(Token),
    /// Take over by what can't be a token.
    ResumeInvalid,
    /// Be told by what token others can take over this connection's person.
    Token,
    /// Leave.
    Quit,
    /// A command that there is none of: its word, with the slash.
    Unrecognized(Text),
    /// A line over the limit; what it said is gone.
    TooLong,
    /// A line that is not UTF-8; what it said is gone.
    NotUtf8,
    /// Not a line: more is known of the program that the lines come from. It asks for nothing.
    Speak(Dialect),
    /// Not a line: telnet asks for an option that it has to be refused (RFC 854).
    Refuse(u8),
    /// Not a line: telnet asks whether somebody is there (RFC 854).
    AreYouThere,
    /// Not a line: a `WebSocket` asks whether somebody is there, and is to hear the same bytes: 125 at most, as a frame of its kind has (RFC
    /// 6455, section 5.5).
    Ping(Bytes),
    /// Not a line: a `WebSocket` has sent something, be it the answer to a ping, so that somebody is there. It is told once in a while.
    Alive,
    /// Leave, and close the `WebSocket` with this code: the one that came, or 1002 if that is one that nobody may send.
    Leave(CloseCode),
    /// Be closed with this code, for a frame that breaks the rules of `WebSockets`; nothing after it counts.
    Fail(CloseCode),
    /// Something that is not chat at all; nothing of it counts, and no more is read.
    WrongProtocol(OtherProtocol),
    /// Not a line: the session has used up its window of replies, and asks to be told when they have been dealt with.
    Mark,
}

impl Request {
    /// Takes a line, without its end, for a request. An empty or blank line asks for nothing.
    ///
    /// # Examples
    /// ```
    /// use chinwag_core::{Name, Request, Text};
    ///
    /// assert_eq!(Request::parse("/join pizza"), Name::parse("pizza").map(Request::Join));
    /// assert_eq!(Request::parse("//shrug"), Some(Request::Say(Text::clean("/shrug").into())));
    /// assert_eq!(Request::parse("  "), None);
    /// ```
    #[must_use]
    pub fn parse(line: &str) -> Option<Self> {
        let mut saying = Saying::default();
        match Asked::of(line, &mut saying) {
            Asked::Nothing => None,
            Asked::Said => saying.take().map(Self::Say),
            Asked::For(request) => Some(request),
        }
    }

    /// Returns how the connection ends with this, if it does.
    pub(crate) const fn ending(&self) -> Option<Incident> {
        match self {
            Self::Quit | Self::Leave(_) => Some(Incident::Quit),
            Self::Fail(_) => Some(Incident::BadFrames),
            Self::WrongProtocol(protocol) => Some(Incident::WrongProtocol(*protocol)),
            Self::Say(_)
            | Self::Help
            | Self::Rename(_)
            | Self::RenameInvalid
            | Self::Join(_)
            | Self::JoinInvalid
            | Self::Rooms
            | Self::Users
            | Self::Unrecognized(_)
            | Self::TooLong
            | Self::NotUtf8
            | Self::Speak(_)
            | Self::Refuse(_)
            | Self::AreYouThere
            | Self::Resume(_)
            | Self::ResumeInvalid
            | Self::Token
            | Self::Ping(_)
            | Self::Alive
            | Self::Mark => None,
        }
    }

    /// Tells whether a person asks for this, of whom others may be told: not a program that looks what is here, or a connection that ends.
    pub(crate) const fn shows_a_person(&self) -> bool {
        match self {
            Self::Say(_)
            | Self::Help
            | Self::Rename(_)
            | Self::RenameInvalid
            | Self::Join(_)
            | Self::JoinInvalid
            | Self::Rooms
            | Self::Users
            | Self::Unrecognized(_) => true,
            Self::Quit
            | Self::Leave(_)
            | Self::Fail(_)
            | Self::WrongProtocol(_)
            | Self::TooLong
            | Self::NotUtf8
            | Self::Speak(_)
            | Self::Refuse(_)
            | Self::AreYouThere
            | Self::Resume(_)
            | Self::ResumeInvalid
            | Self::Token
            | Self::Ping(_)
            | Self::Alive
            | Self::Mark => false,
        }
    }

    /// Returns the most bytes that the reply to this can have, with the notice that may have to go before it.
    pub(crate) fn reply_bytes_max(&self) -> usize {
        // More than any line of fixed text with a name or a number in it has.
        const LINE: usize = 80;
        match self {
            Self::Say(_) | Self::Quit | Self::Leave(_) | Self::Fail(_) | Self::Speak(_) | Self::Alive | Self::Mark => 0,
            Self::Refuse(_) => LINE + 3,
            Self::Rooms | Self::Users => LIST_BYTES_MAX + LINE,
            Self::Help => 512 + LINE,
            Self::Unrecognized(word) => escaped_len(word.as_str()) + 2 * LINE,
            Self::Ping(payload) => payload.len() + LINE,
            Self::Resume(_) => 3 * LINE,
            Self::Rename(_)
            | Self::RenameInvalid
            | Self::Join(_)
            | Self::JoinInvalid
            | Self::ResumeInvalid
            | Self::Token
            | Self::TooLong
            | Self::NotUtf8
            | Self::AreYouThere => 2 * LINE,
            Self::WrongProtocol(_) => LINE + OtherProtocol::ANSWER_BYTES_MAX,
        }
    }
}

/// Tells what one line, or frame, was taken for.
#[derive(Debug)]
pub(crate) enum Asked {
    /// It is blank.
    Nothing,
    /// It says something, which was added to what is said in a row.
    Said,
    /// It asks for something else.
    For(Request),
}

impl Asked {
    /// Takes a line, without its end; what it says is added to `saying`.
    pub(crate) fn of(line: &str, saying: &mut Saying) -> Self {
        let line = clean(line);
        if is_blank(&line) {
            return Self::Nothing;
        }
        match line.strip_prefix('/') {
            None => saying.push(&line),
            Some(escaped) if escaped.starts_with('/') => saying.push(escaped),
            Some(_) => return Self::For(command::parse(&line)),
        }
        Self::Said
    }

    /// Tells whether it asks for nothing.
    pub(crate) const fn is_nothing(&self) -> bool {
        matches!(self, Self::Nothing)
    }
}

#[cfg(test)]
impl Request {
    /// Takes apart what is said in a row.
    pub(crate) fn one_by_one(requests: Vec<Self>) -> Vec<Self> {
        let apart = |request| {
            let Self::Say(texts) = request else { return vec![request] };
            texts.iter().map(|text| Self::Say(Text::clean(text).into())).collect()
        };
        requests.into_iter().flat_map(apart).collect()
    }
}

#[cfg(test)]
mod tests {
    use bytes::BytesMut;

    use super::*;
    use crate::wire::Encoding;
    use crate::{Config, ConnectionId, Message, Secret};

    #[test]
    fn what_is_reckoned_for_a_reply_is_enough_for_the_longest_and_the_notice_before_it() {
        let name = || Name::parse("twenty_characters_ok").expect("a name");
        let word = || Text::clean("/unheard-of");
        let chars_max = Config::default().line_chars_max;
        let token = || {
            let config = Config { secret: Some(Secret::new([7; 32])), ..Config::default() };
            config.token(ConnectionId::new(0, 1, 2)).expect("there is a secret")
        };
        let ping = || Bytes::from_static(&[b'x'; 125]);
        let quotes = || Text::clean(&"\"".repeat(400));
        let cases = [
            (Request::Help, Message::Help),
            (Request::Rename(name()), Message::Taken { name: name() }),
            (Request::RenameInvalid, Message::NameInvalid),
            (Request::Join(name()), Message::YouAreIn { room: name() }),
            (Request::JoinInvalid, Message::RoomInvalid),
            (Request::Unrecognized(word()), Message::Unrecognized { word: word() }),
            (Request::Unrecognized(quotes()), Message::Unrecognized { word: quotes() }),
            (Request::TooLong, Message::TooLong { chars_max }),
            (Request::NotUtf8, Message::NotUtf8),
            (Request::AreYouThere, Message::Here),
            (Request::Refuse(6), Message::Refuse { option: 6 }),
            (Request::Ping(ping()), Message::Pong { payload: ping() }),
            (Request::Ping(Bytes::new()), Message::Pong { payload: Bytes::new() }),
            (Request::ResumeInvalid, Message::Stale),
            (Request::Token, Message::Resumable { token: token() }),
            (Request::Join(name()), Message::YouJoined { room: name(), seq: u64::MAX }),
        ];
        let token = token();
        let encoded = |message: &Message, encoding: Encoding| {
            let mut out = BytesMut::new();
            encoding.encode(message, &mut out, |_| {});
            out.len()
        };
        for encoding in Encoding::ALL {
            let notice = encoded(&Message::Dropped { count: u64::from(u32::MAX) }, encoding);
            for (request, reply) in &cases {
                let (reckoned, needed) = (request.reply_bytes_max(), encoded(reply, encoding) + notice);
                assert!(needed <= reckoned, "{reckoned} for {needed}: {request:?}");
                assert!(reckoned < 2 * needed + 400, "{reckoned} for {needed}: {request:?}");
            }
            let resumed = [Message::YouAre { name: name() }, Message::YouJoined { room: name(), seq: u64::MAX }];
            let needed = resumed.iter().map(|reply| encoded(reply, encoding)).sum::<usize>() + notice;
            assert!(needed <= Request::Resume(token).reply_bytes_max(), "{needed}");
            for list in [Request::Rooms, Request::Users] {
                assert!(LIST_BYTES_MAX + notice <= list.reply_bytes_max());
            }
        }
        let free = [
            Request::Say(word().into()),
            Request::Quit,
            Request::Leave(CloseCode::NORMAL),
            Request::Fail(CloseCode::PROTOCOL),
            Request::Alive,
            Request::Speak(Dialect::Telnet),
            Request::Mark,
        ];
        assert!(free.iter().all(|request| request.reply_bytes_max() == 0), "they have no reply");
    }
}

//! Owns what a person can ask for, and how a line says it.

mod irc;
mod log_in;
mod notice;
mod query;
mod secrets;

pub use self::irc::IrcLine;
pub use self::log_in::{LogIn, LogsIn, Purpose, Stage};
pub use self::notice::Notice;
pub use self::query::Query;
use crate::log::{Command, WHY_BYTES_MAX};
use crate::rules::LINE_CHARS_MAX;
use crate::text::escaped_len;
use crate::window::{LIST_BYTES_MAX, REPLY_WINDOW_BYTES};
use crate::{Incident, OtherProtocol, Token, Topic};

/// Tells what one line asks for; of what is said, what one line or more say in a row.
///
/// A command changes what all share, a query asks for what is so, and a notice concerns its connection only.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Request {
    /// Do something that others may hear of.
    Command(Command),
    /// Take over the person of the connection that has this token: a command, once the server has verified it.
    Resume(Token),
    /// Be told something.
    Query(Query),
    /// Whatever a line of IRC asks for: the hub knows.
    Irc(IrcLine),
    /// Whatever concerns the connection only.
    Notice(Notice),
}

impl Request {
    /// Returns how the connection ends with this, if it does.
    pub(crate) fn ending(&self) -> Option<Incident> {
        match self {
            Self::Command(Command::Leave(_)) => Some(Incident::Quit),
            Self::Irc(line) if line.is_last() => Some(Incident::Quit),
            Self::Notice(Notice::Fail(_)) => Some(Incident::BadFrames),
            Self::Notice(Notice::WrongProtocol(protocol)) => Some(Incident::WrongProtocol(*protocol)),
            Self::Command(_) | Self::Resume(_) | Self::Query(_) | Self::Irc(_) | Self::Notice(_) => None,
        }
    }

    /// Returns for how many lines this counts.
    pub(crate) fn weight(&self) -> u32 {
        if let Self::Irc(line) = self { line.weight() } else { 1 }
    }
}

/// More than any line of fixed text with a name or a number in it has.
const LINE: usize = 80;

/// A topic, each of whose bytes may need an escape.
const TOPIC: usize = 2 * Topic::BYTES_MAX + LINE;

/// Where one is, what that is about, what was said there before, and the notice.
const WELCOME: usize = 2 * LINE + TOPIC + LIST_BYTES_MAX;

/// A piece of what was said before: more than one message only up to so much, and one as long as it can be.
pub(crate) const PIECE: usize = 4 * LINE_CHARS_MAX as usize + 4 * LINE;

/// What one is told who keeps order, with why something was done, each of whose bytes may need an escape: in two lines
/// at the most, of which one says that others share an address.
const MODERATED: usize = 2 * WHY_BYTES_MAX + 6 * LINE;

/// Who one is and where, what that is about, what one is called by one's account, and the notice.
const RESUMED: usize = 4 * LINE + TOPIC;

impl Request {
    /// Returns the most bytes that the reply to this can have, with the notice that may have to go before it.
    pub(crate) fn reply_bytes_max(&self) -> usize {
        match self {
            Self::Command(command) => command.reply_bytes_max(),
            Self::Resume(_) => RESUMED,
            Self::Query(query) => query.reply_bytes_max(),
            Self::Irc(line) => line.reply_bytes_max(),
            Self::Notice(notice) => notice.reply_bytes_max(),
        }
    }

    /// Returns how much of the window this takes: all of it, where the answer may come in pieces, so that a fence
    /// follows.
    pub(crate) fn window_bytes(&self) -> usize {
        match self {
            Self::Query(query) if query.comes_in_pieces() => REPLY_WINDOW_BYTES,
            Self::Irc(line) => line.window_bytes(),
            Self::Command(_) | Self::Resume(_) | Self::Query(_) | Self::Notice(_) => self.reply_bytes_max(),
        }
    }
}

impl Command {
    /// Returns the same of a command.
    pub(crate) fn reply_bytes_max(&self) -> usize {
        match self {
            // Who may not is told so, and that may be dropped.
            Self::Say(_) | Self::Act(_) | Self::SetTopic(_) | Self::Appear | Self::Leave(_) => 0,
            // It comes of a line, which was counted.
            Self::Irc(_) => LIST_BYTES_MAX,
            Self::Tell { text, .. } | Self::Answer(text) => escaped_len(text.as_str()) + 3 * LINE,
            Self::Rename(_) | Self::Ignore(_) | Self::Unignore(_) => 2 * LINE,
            Self::Join(_) | Self::Enter(_) | Self::JoinWithKey { .. } | Self::Part(_) => WELCOME,
            Self::Moderate(_) => MODERATED,
            Self::Empower(_) | Self::LogOut => 2 * LINE,
            Self::LogIn(_) => 3 * LINE,
            Self::Resume(_) => RESUMED,
        }
    }
}

impl Query {
    /// Returns the same of a query.
    pub(crate) const fn reply_bytes_max(&self) -> usize {
        match self {
            Self::Rooms | Self::Users | Self::Ignored | Self::Bans | Self::Operators => LIST_BYTES_MAX + LINE,
            Self::History(_) | Self::Page(_) | Self::Search(_) | Self::More => PIECE,
            Self::Topic => TOPIC + LINE,
            Self::Help | Self::Moderation => 1536,
            Self::Token => 2 * LINE,
        }
    }
}

impl Notice {
    /// Returns the same of a notice.
    pub(crate) fn reply_bytes_max(&self) -> usize {
        match self {
            Self::Fail(_) | Self::Speak(_) | Self::Alive | Self::Fence => 0,
            Self::Refuse(_) => LINE + 3,
            Self::Unrecognized(word) => escaped_len(word.as_str()) + 2 * LINE,
            Self::Ping(payload) => payload.len() + LINE,
            Self::NameInvalid
            | Self::RoomInvalid
            | Self::Incomplete(_)
            | Self::HistoryCount
            | Self::TopicTooLong
            | Self::Stale
            | Self::TooLong
            | Self::NotUtf8
            | Self::LogIn(_)
            | Self::AreYouThere => 2 * LINE,
            Self::WrongProtocol(_) => LINE + OtherProtocol::ANSWER_BYTES_MAX,
        }
    }
}

impl From<Command> for Request {
    fn from(command: Command) -> Self {
        Self::Command(command)
    }
}

impl From<Query> for Request {
    fn from(query: Query) -> Self {
        Self::Query(query)
    }
}

impl From<Notice> for Request {
    fn from(notice: Notice) -> Self {
        Self::Notice(notice)
    }
}

#[cfg(test)]
impl Request {
    /// Takes apart what is said in a row.
    pub(crate) fn one_by_one(requests: Vec<Self>) -> Vec<Self> {
        use crate::Text;

        let apart = |request| {
            let Self::Command(Command::Say(texts)) = request else { return vec![request] };
            texts.iter().map(|text| Self::Command(Command::Say(Text::clean(text).into()))).collect()
        };
        requests.into_iter().flat_map(apart).collect()
    }
}

#[cfg(test)]
mod tests {
    use bytes::{Bytes, BytesMut};

    use super::*;
    use crate::wire::Encoding;
    use crate::{CantIgnore, CloseCode, Config, ConnectionId, Dialect, Limits, Message, Name, Secret, Text};

    #[test]
    fn what_is_reckoned_for_a_reply_is_enough_for_the_longest_and_the_notice_before_it() {
        let name = || Name::parse("twenty_characters_ok").expect("a name");
        let room = || Name::parse_room(&"r".repeat(Name::ROOM_CHARS_MAX)).expect("a name");
        let word = || Text::clean("/unheard-of");
        let chars_max = Config::default().rules.line_chars_max;
        let token = || {
            let config = Config {
                limits: Limits { secret: Some(Secret::new([7; 32])), ..Limits::default() },
                ..Config::default()
            };
            config.token(ConnectionId::new(0, 1, 2)).expect("there is a secret")
        };
        let ping = || Bytes::from_static(&[b'x'; 125]);
        let quotes = || Text::clean(&"\"".repeat(400));
        let topic = || Message::Topic { room: room(), topic: Topic::of(&"\"".repeat(Topic::BYTES_MAX)) };
        let cases = [
            (Request::Query(Query::Help), Message::Help),
            (Request::Command(Command::Rename(name())), Message::Taken { name: name() }),
            (Request::Notice(Notice::NameInvalid), Message::NameInvalid),
            (Request::Command(Command::Ignore(name())), Message::Ignoring { name: name() }),
            (Request::Command(Command::Ignore(name())), Message::CantIgnore { reason: CantIgnore::TooMany }),
            (Request::Command(Command::Unignore(name())), Message::Hearing { name: name() }),
            (
                Request::Command(Command::Tell { to: name(), text: quotes() }),
                Message::Sent { name: name(), text: quotes(), time_ms: u64::MAX, id: 1, manner: None },
            ),
            (
                Request::Command(Command::Answer(quotes())),
                Message::Sent { name: name(), text: quotes(), time_ms: u64::MAX, id: 1, manner: None },
            ),
            (Request::Command(Command::Answer(word())), Message::Nobody { name: name() }),
            (Request::Command(Command::Answer(word())), Message::NobodyWrote),
            (Request::Query(Query::Topic), topic()),
            (Request::Notice(Notice::Incomplete("msg")), Message::Incomplete { word: "msg" }),
            (Request::Notice(Notice::HistoryCount), Message::HistoryCount),
            (Request::Notice(Notice::TopicTooLong), Message::TopicTooLong),
            (Request::Notice(Notice::RoomInvalid), Message::RoomInvalid),
            (Request::Notice(Notice::Unrecognized(word())), Message::Unrecognized { word: word() }),
            (Request::Notice(Notice::Unrecognized(quotes())), Message::Unrecognized { word: quotes() }),
            (Request::Notice(Notice::TooLong), Message::TooLong { chars_max }),
            (Request::Notice(Notice::NotUtf8), Message::NotUtf8),
            (Request::Notice(Notice::AreYouThere), Message::Here),
            (Request::Notice(Notice::Refuse(6)), Message::Refuse { option: 6 }),
            (Request::Notice(Notice::Ping(ping())), Message::Pong { payload: ping() }),
            (Request::Notice(Notice::Ping(Bytes::new())), Message::Pong { payload: Bytes::new() }),
            (Request::Notice(Notice::Stale), Message::Stale),
            (Request::Query(Query::Token), Message::Resumable { token: token() }),
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
            let resumed = [Message::YouAre { name: name() }, Message::YouJoined { room: room(), seq: u64::MAX }];
            let needed = resumed.iter().map(|reply| encoded(reply, encoding)).sum::<usize>() + notice;
            assert!(needed <= Request::Resume(token).reply_bytes_max(), "{needed}");
            let welcome = [Message::YouJoined { room: room(), seq: u64::MAX }, topic()];
            let needed = welcome.iter().map(|reply| encoded(reply, encoding)).sum::<usize>() + notice + LIST_BYTES_MAX;
            for join in [Command::Join(room()), Command::Enter(room()), Command::Part(room())] {
                assert!(needed <= join.reply_bytes_max(), "{needed}");
            }
            for list in [Query::Rooms, Query::Users, Query::Ignored, Query::History(1), Query::More].map(Request::Query)
            {
                assert!(LIST_BYTES_MAX + notice <= list.reply_bytes_max());
            }
        }
        let free = [
            Request::Command(Command::Say(word().into())),
            Request::Command(Command::Leave(CloseCode::NORMAL)),
            Request::Command(Command::Leave(CloseCode::NORMAL)),
            Request::Notice(Notice::Fail(CloseCode::PROTOCOL)),
            Request::Notice(Notice::Alive),
            Request::Notice(Notice::Speak(Dialect::Telnet)),
            Request::Notice(Notice::Fence),
        ];
        assert!(free.iter().all(|request| request.reply_bytes_max() == 0), "they have no reply");
    }
}

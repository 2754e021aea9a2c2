//! Owns how it is written what somebody asks for. What a token is, is not written.

use chinwag_core::admission::Passphrase;
use chinwag_core::{
    Bound, CloseCode, Dialect, Form, IrcDialect, IrcLine, IrcTags, LogIn, LogsIn, Notice, OtherProtocol, Page, Purpose,
    Query, Request, Stage, Token,
};

use crate::common::{name, text, venue};
use crate::record::command;
use crate::{DecodeError, proto};

/// How long a password is at the most that is given in a line: longer ones are cut off before.
const GIVEN_BYTES_MAX: u32 = 1 << 16;

/// The queries with nothing in them, each in the place of its number.
const QUERIES: [Query; 10] = [
    Query::Help,
    Query::Rooms,
    Query::Users,
    Query::Topic,
    Query::Ignored,
    Query::More,
    Query::Token,
    Query::Bans,
    Query::Moderation,
    Query::Operators,
];

/// The notices with nothing in them, each in the place of its number.
const NOTICES: [Notice; 10] = [
    Notice::NameInvalid,
    Notice::RoomInvalid,
    Notice::Stale,
    Notice::HistoryCount,
    Notice::TopicTooLong,
    Notice::TooLong,
    Notice::NotUtf8,
    Notice::AreYouThere,
    Notice::Alive,
    Notice::Fence,
];

/// The forms, each in the place of its number.
const FORMS: [Form; 3] = [Form::Lines, Form::Web, Form::Irc];

/// The dialects but those of IRC, each in the place of its number.
const DIALECTS: [Dialect; 3] = [Dialect::Lf, Dialect::CrLf, Dialect::Telnet];

/// The tags that a client of IRC can be sent, in their order.
const TAGS: [IrcTags; 4] = [IrcTags::None, IrcTags::Time, IrcTags::Message, IrcTags::All];

/// Returns the number of the place of something.
fn number<T: PartialEq>(all: &[T], one: &T) -> Option<u32> {
    (0..).zip(all).find(|(_, other)| *other == one).map(|(number, _)| number)
}

/// Returns what has this number.
fn numbered<T: Clone>(all: &[T], number: u32) -> Option<T> {
    all.get(usize::try_from(number).ok()?).cloned()
}

/// What it takes to log in, each in the place of its number.
const LOGS_IN: [LogsIn; 3] = [LogsIn::Nobody, LogsIn::Unsafely, LogsIn::Safely];

/// How far somebody is who logs in, each in the place of its number; who has given the password is not among them.
const STAGES: [Stage; 5] = [Stage::Wanted, Stage::Without, Stage::Unsafe, Stage::Elsewhere, Stage::CalledOff];

/// Writes what it takes to log in.
pub(crate) fn put_logs_in(logs_in: LogsIn) -> u32 {
    number(&LOGS_IN, &logs_in).expect("all have a number")
}

/// Reads the same.
pub(crate) fn logs_in(number: u32) -> Result<LogsIn, DecodeError> {
    numbered(&LOGS_IN, number).ok_or(DecodeError::Damaged("nobody logs in so"))
}

fn put_log_in(LogIn { account, purpose, stage, is_hidden }: &LogIn) -> proto::LogIn {
    let given = if let Stage::Given(given) = stage { u32::try_from(given.as_str().len()).ok() } else { None };
    proto::LogIn {
        account: account.to_string(),
        operates: *purpose == Purpose::Operate,
        stage: number(&STAGES, stage).unwrap_or_default(),
        is_hidden: *is_hidden,
        given,
    }
}

fn log_in(step: proto::LogIn, unknown: DecodeError) -> Result<LogIn, DecodeError> {
    let proto::LogIn { account, operates, stage, is_hidden, given } = step;
    let stage = match given {
        None => numbered(&STAGES, stage).ok_or(unknown)?,
        Some(len) if stage == 0 && len <= GIVEN_BYTES_MAX => {
            Stage::Given(Passphrase::new(&"*".repeat(usize::try_from(len).unwrap_or_default())))
        }
        Some(_) => return Err(DecodeError::Damaged("nobody gives such a password")),
    };
    let purpose = if operates { Purpose::Operate } else { Purpose::LogIn };
    Ok(LogIn { account: name(&account)?, purpose, stage, is_hidden })
}

/// Writes how a connection is spoken to.
pub(crate) fn put_form(form: Form) -> u32 {
    match form {
        Form::Lines => 0,
        Form::Web => 1,
        Form::Irc => 2,
    }
}

/// Reads the same.
pub(crate) fn form(number: u32) -> Result<Form, DecodeError> {
    numbered(&FORMS, number).ok_or(DecodeError::Damaged("there is no such form"))
}

/// Writes what is known of a program.
pub(crate) fn put_dialect(dialect: Dialect) -> u32 {
    if let Dialect::Irc(IrcDialect { tags, extends_joins, tags_accounts }) = dialect {
        let tags = number(&TAGS, &tags).expect("all tags have a number");
        return 3 + 8 * u32::from(tags_accounts) + 2 * tags + u32::from(extends_joins);
    }
    number(&DIALECTS, &dialect).expect("all others have a number")
}

/// Reads the same.
pub(crate) fn dialect(number: u32) -> Result<Dialect, DecodeError> {
    let irc = || {
        let place = number.checked_sub(3)?;
        let tags = numbered(&TAGS, place / 2 % 4).filter(|_| place < 16)?;
        let (extends_joins, tags_accounts) = (place % 2 == 1, place >= 8);
        Some(Dialect::Irc(IrcDialect { tags, extends_joins, tags_accounts }))
    };
    numbered(&DIALECTS, number).or_else(irc).ok_or(DecodeError::Damaged("there is no such dialect"))
}

impl From<&Request> for proto::Request {
    fn from(request: &Request) -> Self {
        let asks = match request {
            Request::Command(command) => proto::Asks::Command(proto::OneCommand { command: Some(command.into()) }),
            Request::Resume(_) => proto::Asks::Resume(proto::Nothing {}),
            Request::Query(Query::History(count)) => proto::Asks::History((*count).into()),
            Request::Query(Query::Page(page)) => proto::Asks::Page(put_page(page)),
            Request::Query(Query::Search(words)) => proto::Asks::Search(words.to_string()),
            Request::Query(query) => proto::Asks::Query(number(&QUERIES, query).expect("all others have a number")),
            Request::Irc(line) if line.is_utf8() => proto::Asks::Irc(line.as_str().to_owned()),
            Request::Irc(line) => proto::Asks::IrcNotUtf8(line.as_str().to_owned()),
            Request::Notice(notice) => proto::Asks::Notice(notice.into()),
        };
        Self { asks: Some(asks) }
    }
}

/// Writes which messages are asked for.
pub(crate) fn put_page(Page { venue, after, before, is_from_oldest, count, with_events }: &Page) -> proto::Page {
    let bound = |bound: &Option<Bound>| match *bound {
        None => (None, None, None),
        Some(Bound::Seq(seq)) => (Some(seq), None, None),
        Some(Bound::TimeMs(time_ms)) => (None, Some(time_ms), None),
        Some(Bound::Event { seq, time_ms, number }) => (None, None, Some(proto::EventPlace { seq, time_ms, number })),
    };
    let ((after_seq, after_ms, after_event), (before_seq, before_ms, before_event)) = (bound(after), bound(before));
    let (venue, count) = (venue.to_string(), (*count).into());
    let (is_from_oldest, with_events) = (*is_from_oldest, *with_events);
    proto::Page {
        venue,
        after_seq,
        after_ms,
        before_seq,
        before_ms,
        is_from_oldest,
        count,
        after_event,
        before_event,
        with_events,
    }
}

/// Reads it.
pub(crate) fn page(page: proto::Page) -> Result<Page, DecodeError> {
    let bound = |seq: Option<u64>, time_ms: Option<u64>, event: Option<proto::EventPlace>| match (seq, time_ms, event) {
        (None, None, None) => Ok(None),
        (Some(seq), None, None) => Ok(Some(Bound::Seq(seq))),
        (None, Some(time_ms), None) => Ok(Some(Bound::TimeMs(time_ms))),
        (None, None, Some(proto::EventPlace { seq, time_ms, number })) => {
            Ok(Some(Bound::Event { seq, time_ms, number }))
        }
        _ => Err(DecodeError::Damaged("a bound is one place")),
    };
    let count = u8::try_from(page.count).map_err(|_| DecodeError::Damaged("nobody is shown as many messages"))?;
    let after = bound(page.after_seq, page.after_ms, page.after_event)?;
    let before = bound(page.before_seq, page.before_ms, page.before_event)?;
    let (is_from_oldest, with_events) = (page.is_from_oldest, page.with_events);
    Ok(Page { venue: venue(&page.venue)?, after, before, is_from_oldest, count, with_events })
}

impl From<&Notice> for proto::Notice {
    fn from(notice: &Notice) -> Self {
        let notes = match notice {
            Notice::Incomplete(word) => proto::Notes::Incomplete((*word).to_owned()),
            Notice::Unrecognized(word) => proto::Notes::Unrecognized(word.to_string()),
            Notice::Speak(dialect) => proto::Notes::Speak(put_dialect(*dialect)),
            Notice::Refuse(option) => proto::Notes::Refuse((*option).into()),
            Notice::Ping(payload) => proto::Notes::Ping(payload.to_vec()),
            Notice::Fail(code) => proto::Notes::Fail(code.number().into()),
            Notice::WrongProtocol(protocol) => proto::Notes::WrongProtocol(protocol.key().to_owned()),
            Notice::LogIn(log_in) => proto::Notes::LogIn(put_log_in(log_in)),
            Notice::NameInvalid
            | Notice::RoomInvalid
            | Notice::Stale
            | Notice::HistoryCount
            | Notice::TopicTooLong
            | Notice::TooLong
            | Notice::NotUtf8
            | Notice::AreYouThere
            | Notice::Alive
            | Notice::Fence => proto::Notes::Plain(number(&NOTICES, notice).expect("all others have a number")),
        };
        Self { notes: Some(notes) }
    }
}

/// Reads what somebody asks for.
pub(crate) fn request(request: proto::Request, format: u32) -> Result<Request, DecodeError> {
    let unknown = DecodeError::Unknown { format };
    Ok(match request.asks.ok_or(unknown.clone())? {
        proto::Asks::Command(proto::OneCommand { command: what }) => command(what.ok_or(unknown)?, format)?.into(),
        proto::Asks::Resume(proto::Nothing {}) => Request::Resume(Token::HIDDEN),
        proto::Asks::Query(number) => numbered(&QUERIES, number).ok_or(unknown)?.into(),
        proto::Asks::History(count) => {
            let count = u8::try_from(count).map_err(|_| DecodeError::Damaged("nobody is shown as many messages"))?;
            Query::History(count).into()
        }
        proto::Asks::Page(wanted) => Query::Page(page(wanted)?).into(),
        proto::Asks::Search(words) => Query::Search(text(&words)?).into(),
        proto::Asks::Irc(line) => Request::Irc(IrcLine::new(&line)),
        proto::Asks::IrcNotUtf8(line) => Request::Irc(IrcLine::not_utf8(&line)),
        proto::Asks::Notice(proto::Notice { notes }) => notice(notes.ok_or(unknown.clone())?, unknown)?.into(),
    })
}

/// Reads what several ask for.
pub(crate) fn requests(requests: Vec<proto::Request>, format: u32) -> Result<Vec<Request>, DecodeError> {
    requests.into_iter().map(|one| request(one, format)).collect()
}

fn notice(notes: proto::Notes, unknown: DecodeError) -> Result<Notice, DecodeError> {
    Ok(match notes {
        proto::Notes::Plain(number) => numbered(&NOTICES, number).ok_or(unknown)?,
        proto::Notes::Incomplete(word) => Notice::incomplete(&word).ok_or(unknown)?,
        proto::Notes::Unrecognized(word) => Notice::Unrecognized(text(&word)?),
        proto::Notes::Speak(number) => Notice::Speak(dialect(number)?),
        proto::Notes::Refuse(option) => {
            Notice::Refuse(u8::try_from(option).map_err(|_| DecodeError::Damaged("an option of telnet is a byte"))?)
        }
        proto::Notes::Ping(payload) => Notice::Ping(payload.into()),
        proto::Notes::Fail(code) => {
            let code = u16::try_from(code).map_err(|_| DecodeError::Damaged("a close code has 16 bits"))?;
            Notice::Fail(CloseCode::new(code))
        }
        proto::Notes::WrongProtocol(key) => Notice::WrongProtocol(OtherProtocol::keyed(&key).ok_or(unknown)?),
        proto::Notes::LogIn(step) => Notice::LogIn(Box::new(log_in(step, unknown)?)),
    })
}

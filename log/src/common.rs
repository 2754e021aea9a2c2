//! Owns how the values are written that occur in many entries, and what they may be.

use std::time::Duration;

use chinwag_core::log::TopicState;
use chinwag_core::{ConnectionId, Name, RoomId, Text, Texts, Time, Topic, Venue};

use crate::{DecodeError, proto};

/// Why an entry is refused that lacks a part of it.
const MISSING: DecodeError = DecodeError::Damaged("a part is missing");

impl From<ConnectionId> for proto::Connection {
    fn from(connection: ConnectionId) -> Self {
        let (server, slot, generation) = (connection.server(), connection.slot(), connection.generation());
        Self { server: server.into(), slot, generation }
    }
}

/// Reads a connection, which has to be there.
pub(crate) fn connection(connection: Option<proto::Connection>) -> Result<ConnectionId, DecodeError> {
    let proto::Connection { server, slot, generation } = connection.ok_or(MISSING)?;
    let server = self::server(server)?;
    if slot >= ConnectionId::SLOTS {
        return Err(DecodeError::Damaged("a server has no such slot"));
    }
    Ok(ConnectionId::new(server, slot, generation))
}

/// Reads the number of a server.
pub(crate) fn server(server: u32) -> Result<u8, DecodeError> {
    u8::try_from(server).map_err(|_| DecodeError::Damaged("there are 256 servers at most"))
}

/// Reads the name of a person.
pub(crate) fn name(name: &str) -> Result<Name, DecodeError> {
    Name::parse(name).ok_or(DecodeError::Damaged("a name is none"))
}

/// Reads the name of a room.
pub(crate) fn room_name(name: &str) -> Result<Name, DecodeError> {
    Name::parse_room(name).ok_or(DecodeError::Damaged("the name of a room is none"))
}

/// Reads where something was said.
pub(crate) fn venue(venue: &str) -> Result<Venue, DecodeError> {
    Venue::parse(venue).ok_or(DecodeError::Damaged("where it was said is nowhere"))
}

/// Writes names.
pub(crate) fn put_names(names: &[Name]) -> Vec<String> {
    names.iter().map(ToString::to_string).collect()
}

/// Reads names.
pub(crate) fn names(names: &[String]) -> Result<Vec<Name>, DecodeError> {
    names.iter().map(|called| name(called)).collect()
}

/// Reads the names of rooms.
pub(crate) fn room_names(names: &[String]) -> Result<Vec<Name>, DecodeError> {
    names.iter().map(|called| room_name(called)).collect()
}

/// Why a text is refused that a server would have cleaned.
const UNCLEAN: DecodeError = DecodeError::Damaged("nobody says what is not clean");

/// Reads one text.
pub(crate) fn text(text: &str) -> Result<Text, DecodeError> {
    let clean = Text::clean(text);
    if clean.as_str() == text { Ok(clean) } else { Err(UNCLEAN) }
}

/// Reads texts, each with a line feed behind it.
pub(crate) fn texts(lines: &str) -> Result<Texts, DecodeError> {
    Texts::parse_lines(lines).ok_or(UNCLEAN)
}

/// Reads what a room is about.
pub(crate) fn topic(topic: &str) -> Result<Topic, DecodeError> {
    Topic::of(topic).ok_or(DecodeError::Damaged("a topic is none"))
}

/// Reads the ids of rooms.
pub(crate) fn rooms(rooms: Vec<u32>) -> Vec<RoomId> {
    rooms.into_iter().map(RoomId::new).collect()
}

/// Returns a moment as nanoseconds since the start.
pub(crate) fn nanos(time: Time) -> u64 {
    u64::try_from(time.since_start().as_nanos()).unwrap_or(u64::MAX)
}

/// Reads a moment.
pub(crate) fn time(nanos: u64) -> Time {
    Time::after(Duration::from_nanos(nanos))
}

impl From<&TopicState> for proto::Topic {
    fn from(TopicState { topic, name, time_ms }: &TopicState) -> Self {
        Self { topic: topic.as_str().to_owned(), name: name.to_string(), time_ms: *time_ms }
    }
}

/// Reads what a room is about, and who says so.
pub(crate) fn topic_state(state: proto::Topic) -> Result<TopicState, DecodeError> {
    let proto::Topic { topic: about, name: by, time_ms } = state;
    Ok(TopicState { topic: topic(&about)?, name: name(&by)?, time_ms })
}

//! Owns how it is written what servers say in the log that they share, and with what a server begins that joins them.

use chinwag_core::Time;
use chinwag_core::log::cluster::{Content, Entry, EntryId, Mark, Member, Position, Start, State, WriterId};
use chinwag_core::log::{Event, Record};
use prost::Message as _;

use crate::common::server;
use crate::{DecodeError, proto, record, snapshot};

/// Returns how many bytes an event takes in the log that servers share.
#[must_use]
pub fn event_bytes(event: &Event) -> usize {
    /// What goes before each: a tag, and its length.
    const HEAD_BYTES: usize = 4;
    put_event(event).encoded_len() + HEAD_BYTES
}

fn put_event(event: &Event) -> proto::Record {
    proto::Record::from(&Record { at: Time::START, event: event.clone() })
}

impl From<EntryId> for proto::SharedId {
    fn from(EntryId { writer, seq }: EntryId) -> Self {
        Self { writer: writer.number(), seq }
    }
}

fn id(proto::SharedId { writer, seq }: proto::SharedId) -> EntryId {
    EntryId { writer: WriterId::new(writer), seq }
}

impl From<&Entry<Event>> for proto::Shared {
    fn from(Entry { id, sent_ms, content }: &Entry<Event>) -> Self {
        let content = match content {
            Content::Events(events) => {
                proto::Content::Events(proto::Events { events: events.iter().map(put_event).collect() })
            }
            Content::Heartbeat { mark, applied } => {
                let applied = *applied;
                let mark = mark.map(|Mark { applied, digest }| proto::Mark { applied, digest });
                proto::Content::Heartbeat(proto::Heartbeat { mark, applied })
            }
            Content::Joined { server, rules } => {
                proto::Content::Joined(proto::Joined { server: (*server).into(), rules: *rules })
            }
            Content::Mark => proto::Content::Mark(proto::Nothing {}),
            Content::Gone { writer, seq } => proto::Content::Gone(EntryId { writer: *writer, seq: *seq }.into()),
            Content::Left => proto::Content::Left(proto::Nothing {}),
            Content::Open { engine } => proto::Content::OpenEngine(*engine),
            Content::Report { applied } => proto::Content::ReportApplied(*applied),
            Content::Close { applied } => proto::Content::CloseApplied(*applied),
            Content::Again(entries) => {
                proto::Content::Again(proto::Again { entries: entries.iter().map(Self::from).collect() })
            }
            Content::Ready { applied, chain } => {
                proto::Content::Ready(proto::Ready { applied: *applied, chain: *chain })
            }
        };
        Self { writer: id.writer.number(), seq: id.seq, sent_ms: *sent_ms, content: Some(content) }
    }
}

/// Reads what a server says.
pub(crate) fn shared(shared: proto::Shared, format: u32) -> Result<Entry<Event>, DecodeError> {
    let Some(proto::Content::Again(proto::Again { entries })) = shared.content else { return once(shared, format) };
    let content = Content::Again(entries.into_iter().map(|entry| once(entry, format)).collect::<Result<_, _>>()?);
    Ok(Entry { id: id(proto::SharedId { writer: shared.writer, seq: shared.seq }), sent_ms: shared.sent_ms, content })
}

/// Reads what is not said again, or is said again and was not before.
fn once(shared: proto::Shared, format: u32) -> Result<Entry<Event>, DecodeError> {
    let proto::Shared { writer, seq, sent_ms, content } = shared;
    let content = ordinary(content.ok_or(DecodeError::Unknown { format })?, format)?;
    Ok(Entry { id: id(proto::SharedId { writer, seq }), sent_ms, content })
}

fn ordinary(content: proto::Content, format: u32) -> Result<Content<Event>, DecodeError> {
    Ok(match content {
        proto::Content::Events(proto::Events { events }) => {
            Content::Events(events.into_iter().map(|event| self::event(event, format)).collect::<Result<_, _>>()?)
        }
        proto::Content::Heartbeat(proto::Heartbeat { mark, applied }) => {
            let mark = mark.map(|proto::Mark { applied, digest }| Mark { applied, digest });
            Content::Heartbeat { mark, applied }
        }
        proto::Content::Joined(proto::Joined { server: number, rules }) => {
            Content::Joined { server: server(number)?, rules }
        }
        proto::Content::Mark(proto::Nothing {}) => Content::Mark,
        proto::Content::Gone(last) => {
            let EntryId { writer, seq } = id(last);
            Content::Gone { writer, seq }
        }
        proto::Content::Left(proto::Nothing {}) => Content::Left,
        proto::Content::OpenEngine(engine) => Content::Open { engine },
        proto::Content::ReportApplied(applied) => Content::Report { applied },
        proto::Content::CloseApplied(applied) => Content::Close { applied },
        proto::Content::Again(_) => return Err(DecodeError::Damaged("nothing is said again twice in one")),
        proto::Content::Ready(proto::Ready { applied, chain }) => Content::Ready { applied, chain },
    })
}

fn event(event: proto::Record, format: u32) -> Result<Event, DecodeError> {
    let Record { at, event } = record::record(event, format)?;
    if at == Time::START { Ok(event) } else { Err(DecodeError::Damaged("an event has a time of its own")) }
}

impl From<&Start> for proto::Start {
    fn from(Start { position, last, state, chat }: &Start) -> Self {
        let State { members, departed, applied, chain, rules, engine } = state;
        let member = |(writer, member): (&WriterId, &Member)| proto::Member {
            writer: writer.number(),
            server: member.server.into(),
            seq: member.seq,
        };
        Self {
            epoch: position.epoch,
            number: position.number,
            last: last.map(Into::into),
            members: members.iter().map(member).collect(),
            departed: departed.iter().map(|writer| writer.number()).collect(),
            applied: *applied,
            chain: *chain,
            rules: *rules,
            engine: *engine,
            chat: Some(chat.into()),
        }
    }
}

/// Reads with what a server begins.
pub(crate) fn start(start: proto::Start) -> Result<Start, DecodeError> {
    let proto::Start { epoch, number, last, members, departed, applied, chain, rules, engine, chat } = start;
    let is_sorted = members.is_sorted_by(|one, next| one.writer < next.writer);
    if !is_sorted {
        return Err(DecodeError::Damaged("the servers are not in their order"));
    }
    let member = |proto::Member { writer, server: number, seq }| {
        Ok((WriterId::new(writer), Member { server: server(number)?, seq }))
    };
    Ok(Start {
        position: Position::new(epoch, number),
        last: last.map(id),
        state: State {
            members: members.into_iter().map(member).collect::<Result<_, _>>()?,
            departed: departed.into_iter().map(WriterId::new).collect(),
            applied,
            chain,
            rules,
            engine,
        },
        chat: snapshot::snapshot(chat.ok_or(DecodeError::Damaged("there is no chat"))?)?,
    })
}

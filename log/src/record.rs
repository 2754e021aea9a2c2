//! Owns how a record is written: when, and what has happened.

use chinwag_core::log::{Accounts, AddressKey, Command, Event, Recalled, Record};
use chinwag_core::{CloseCode, ConnectionId, Topic};

use crate::common::{connection, name, names, nanos, put_names, room_name, server, text, texts, time, topic};
use crate::{DecodeError, decided, irc, moderation, past, proto};

impl From<&Record> for proto::Record {
    fn from(Record { at, event }: &Record) -> Self {
        let event = match event {
            Event::Opened { connection, address } => proto::Event::Opened(put_opened(*connection, *address)),
            Event::Registered { connection, registration } => {
                proto::Event::Registered(irc::put_registered(*connection, registration))
            }
            Event::Commanded { connection, command } => proto::Event::Commanded(put_commanded(*connection, command)),
            Event::Recalled(recalled) => {
                let Recalled { pasts, by } = &**recalled;
                let by = by.as_ref().map(|(connection, command)| put_commanded(*connection, command));
                proto::Event::Recalled(proto::Recalled { pasts: pasts.iter().map(past::put).collect(), by })
            }
            Event::Closed { connection } => proto::Event::Closed((*connection).into()),
            Event::Woke => proto::Event::Woke(proto::Nothing {}),
            Event::Clock { unix_ms } => proto::Event::ClockUnixMs(*unix_ms),
            Event::Decided(what) => proto::Event::Decided(decided::put(what)),
            Event::ServerGone { server } => proto::Event::ServerGone((*server).into()),
            Event::Accounts(accounts) => proto::Event::Accounts(put_accounts(accounts)),
        };
        Self { at_ns: nanos(*at), event: Some(event) }
    }
}

impl From<&Command> for proto::Command {
    fn from(command: &Command) -> Self {
        match command {
            Command::Say(texts) => Self::Say(texts.as_lines().to_owned()),
            Command::Act(text) => Self::Act(text.to_string()),
            Command::Tell { to, text } => Self::Tell(proto::Tell { to: to.to_string(), text: text.to_string() }),
            Command::Answer(text) => Self::Answer(text.to_string()),
            Command::SetTopic(topic) => Self::SetTopic(topic.as_ref().map_or("", Topic::as_str).to_owned()),
            Command::Ignore(name) => Self::Ignore(name.to_string()),
            Command::Unignore(name) => Self::Unignore(name.to_string()),
            Command::Rename(name) => Self::Rename(name.to_string()),
            Command::Join(name) => Self::Join(name.to_string()),
            Command::Enter(name) => Self::Enter(name.to_string()),
            Command::Part(name) => Self::Part(name.to_string()),
            Command::Resume(ghost) => Self::Resume((*ghost).into()),
            Command::Appear => Self::Appear(proto::Nothing {}),
            Command::JoinWithKey { room, key, leaves } => Self::JoinWithKey(proto::JoinWithKey {
                room: room.to_string(),
                key: moderation::put_key(key),
                leaves: *leaves,
            }),
            Command::Moderate(moderation) => Self::Moderate(moderation::put(moderation)),
            Command::Empower(account) => {
                Self::Empower(proto::Empower { account: account.as_ref().map(ToString::to_string) })
            }
            Command::LogIn(account) => Self::LogIn(account.to_string()),
            Command::LogOut => Self::LogOut(proto::Nothing {}),
            Command::Irc(command) => Self::Irc(proto::Irc { command: Some((&**command).into()) }),
            Command::Leave(code) => Self::Leave(code.number().into()),
        }
    }
}

/// Reads a record.
pub(crate) fn record(record: proto::Record, format: u32) -> Result<Record, DecodeError> {
    let unknown = DecodeError::Unknown { format };
    let event = match record.event.ok_or(unknown)? {
        proto::Event::Opened(proto::Opened { server, slot, generation, address }) => Event::Opened {
            connection: connection(Some(proto::Connection { server, slot, generation }))?,
            address: moderation::address(address),
        },
        proto::Event::Commanded(by) => {
            let (connection, command) = commanded(by, format)?;
            Event::Commanded { connection, command }
        }
        proto::Event::Recalled(proto::Recalled { pasts, by }) => {
            let pasts = pasts.into_iter().map(past::past).collect::<Result<_, _>>()?;
            let by = by.map(|by| commanded(by, format)).transpose()?;
            Event::Recalled(Box::new(Recalled { pasts, by }))
        }
        proto::Event::Registered(registered) => irc::registered(registered)?,
        proto::Event::Closed(id) => Event::Closed { connection: connection(Some(id))? },
        proto::Event::Woke(proto::Nothing {}) => Event::Woke,
        proto::Event::ClockUnixMs(unix_ms) => Event::Clock { unix_ms },
        proto::Event::Decided(what) => Event::Decided(Box::new(decided::decided(what)?)),
        proto::Event::ServerGone(number) => Event::ServerGone { server: server(number)? },
        proto::Event::Accounts(changed) => Event::Accounts(Box::new(accounts(&changed)?)),
    };
    Ok(Record { at: time(record.at_ns), event })
}

/// Writes which accounts were made, and which are gone.
pub(crate) fn put_accounts(Accounts { gone, made, demoted }: &Accounts) -> proto::Accounts {
    proto::Accounts { made: put_names(made), gone: put_names(gone), demoted: put_names(demoted) }
}

/// Reads the same.
pub(crate) fn accounts(accounts: &proto::Accounts) -> Result<Accounts, DecodeError> {
    let proto::Accounts { made, gone, demoted } = accounts;
    Ok(Accounts { gone: names(gone)?, made: names(made)?, demoted: names(demoted)? })
}

/// Returns how it is written that somebody has connected.
fn put_opened(connection: ConnectionId, address: Option<AddressKey>) -> proto::Opened {
    let proto::Connection { server, slot, generation } = connection.into();
    proto::Opened { server, slot, generation, address: moderation::put_address(address) }
}

/// Returns how it is written that somebody does something.
fn put_commanded(connection: ConnectionId, command: &Command) -> proto::Commanded {
    proto::Commanded { connection: Some(connection.into()), command: Some(command.into()) }
}

/// Reads it.
fn commanded(by: proto::Commanded, format: u32) -> Result<(ConnectionId, Command), DecodeError> {
    let proto::Commanded { connection: id, command: what } = by;
    Ok((connection(id)?, command(what.ok_or(DecodeError::Unknown { format })?, format)?))
}

/// Reads a command.
pub(crate) fn command(command: proto::Command, format: u32) -> Result<Command, DecodeError> {
    Ok(match command {
        proto::Command::Say(lines) => Command::Say(texts(&lines)?),
        proto::Command::Act(what) => Command::Act(text(&what)?),
        proto::Command::Tell(proto::Tell { to, text: what }) => Command::Tell { to: name(&to)?, text: text(&what)? },
        proto::Command::Answer(what) => Command::Answer(text(&what)?),
        proto::Command::SetTopic(none) if none.is_empty() => Command::SetTopic(None),
        proto::Command::SetTopic(about) => Command::SetTopic(Some(topic(&about)?)),
        proto::Command::Ignore(who) => Command::Ignore(name(&who)?),
        proto::Command::Unignore(who) => Command::Unignore(name(&who)?),
        proto::Command::Rename(new) => Command::Rename(name(&new)?),
        proto::Command::Join(room) => Command::Join(room_name(&room)?),
        proto::Command::Enter(room) => Command::Enter(room_name(&room)?),
        proto::Command::Part(room) => Command::Part(room_name(&room)?),
        proto::Command::Resume(ghost) => Command::Resume(connection(Some(ghost))?),
        proto::Command::Appear(proto::Nothing {}) => Command::Appear,
        proto::Command::JoinWithKey(proto::JoinWithKey { room, key: word, leaves }) => {
            Command::JoinWithKey { room: room_name(&room)?, key: moderation::key(&word)?, leaves }
        }
        proto::Command::Moderate(what) => Command::Moderate(Box::new(moderation::moderation(what, format)?)),
        proto::Command::Empower(proto::Empower { account }) => {
            Command::Empower(account.map(|account| name(&account)).transpose()?)
        }
        proto::Command::LogIn(account) => Command::LogIn(name(&account)?),
        proto::Command::LogOut(proto::Nothing {}) => Command::LogOut,
        proto::Command::Irc(proto::Irc { command }) => {
            Command::Irc(Box::new(irc::command(command.ok_or(DecodeError::Unknown { format })?)?))
        }
        proto::Command::Leave(code) => {
            let code = u16::try_from(code).map_err(|_| DecodeError::Damaged("a close code has 16 bits"))?;
            Command::Leave(CloseCode::new(code))
        }
    })
}

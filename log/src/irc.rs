//! Owns how it is written what people do, and are, who come by IRC.

use chinwag_core::log::{Event, IrcCommand, IrcState, Registration, RoomKey, Target, WasState};
use chinwag_core::{Capabilities, ConnectionId, How, Identity, Name, Tags, Text, Topic};

use crate::common::{connection, name, names, nanos, put_names, room_name, room_names, text, texts, time, topic};
use crate::{DecodeError, moderation, proto};

/// The ways of saying something, each in the place of its number.
const HOWS: [How; 5] = [How::Say, How::Act, How::Notice, How::Ask, How::Answer];

/// Writes who somebody wants to be.
pub(crate) fn put_registered(connection: ConnectionId, registration: &Registration) -> proto::Registered {
    let Registration { name, identity, capabilities, address } = registration;
    proto::Registered {
        connection: Some(connection.into()),
        name: name.to_string(),
        identity: Some(put_identity(identity, name)),
        capabilities: capabilities.bits(),
        address: moderation::put_address(*address),
    }
}

/// Reads the same.
pub(crate) fn registered(registered: proto::Registered) -> Result<Event, DecodeError> {
    let proto::Registered { connection: id, name: called, identity: who, capabilities: granted, address } = registered;
    let name = name(&called)?;
    let identity = identity(who, &name)?;
    let (capabilities, address) = (capabilities(granted)?, moderation::address(address));
    let registration = Box::new(Registration { name, identity, capabilities, address });
    Ok(Event::Registered { connection: connection(id)?, registration })
}

/// Writes what is known of somebody only since they came by IRC.
pub(crate) fn put_state(state: &IrcState, name: &Name) -> proto::IrcPerson {
    let IrcState { identity, capabilities, away, is_invisible, monitored, came, spoke } = state;
    proto::IrcPerson {
        identity: Some(put_identity(identity, name)),
        capabilities: capabilities.bits(),
        away: put_reason(away.as_ref()),
        is_invisible: *is_invisible,
        monitored: put_names(monitored),
        came_ns: nanos(*came),
        spoke_ns: nanos(*spoke),
    }
}

/// Reads the same.
pub(crate) fn state(state: proto::IrcPerson, name: &Name) -> Result<IrcState, DecodeError> {
    let proto::IrcPerson { identity: who, capabilities: granted, away, is_invisible, monitored, came_ns, spoke_ns } =
        state;
    Ok(IrcState {
        identity: identity(who, name)?,
        capabilities: capabilities(granted)?,
        away: reason(away)?,
        is_invisible,
        monitored: names(&monitored)?.into(),
        came: time(came_ns),
        spoke: time(spoke_ns),
    })
}

/// Writes who was here.
pub(crate) fn put_was(WasState { name, identity, time_ms }: &WasState) -> proto::Was {
    let is_known = *identity != Identity::default();
    proto::Was { name: name.to_string(), identity: is_known.then(|| put_identity(identity, name)), time_ms: *time_ms }
}

/// Reads the same.
pub(crate) fn was(proto::Was { name: called, identity: who, time_ms }: proto::Was) -> Result<WasState, DecodeError> {
    let name = name(&called)?;
    let identity = if who.is_some() { identity(who, &name)? } else { Identity::default() };
    Ok(WasState { name, identity, time_ms })
}

impl From<&IrcCommand> for proto::IrcCommand {
    fn from(command: &IrcCommand) -> Self {
        match command {
            IrcCommand::Talk { room, texts } => {
                Self::Talk(proto::IrcTalk { room: room.to_string(), texts: texts.as_lines().to_owned() })
            }
            IrcCommand::Say { targets, how, text, tags, answered } => Self::Say(proto::IrcSay {
                targets: put_targets(targets),
                how: put_how(*how),
                text: text.to_string(),
                tags: tags.as_ref().map(|tags| tags.as_str().to_owned()),
                answered: *answered,
            }),
            IrcCommand::Tag { targets, tags, answered } => Self::Tag(proto::IrcTag {
                targets: put_targets(targets),
                tags: tags.as_str().to_owned(),
                answered: *answered,
            }),
            IrcCommand::JoinWithKey(rooms) => {
                let put = |(room, key): &(Name, Option<RoomKey>)| proto::RoomWithKey {
                    room: room.to_string(),
                    key: key.as_ref().map(moderation::put_key),
                };
                Self::JoinWithKey(proto::JoinsWithKeys { rooms: rooms.iter().map(put).collect() })
            }
            IrcCommand::Join(rooms) => Self::Join(proto::Names { names: put_names(rooms) }),
            IrcCommand::Part { rooms, reason } => {
                Self::Part(proto::IrcPart { rooms: put_names(rooms), reason: put_reason(reason.as_ref()) })
            }
            IrcCommand::PartAll => Self::PartAll(proto::Nothing {}),
            IrcCommand::SetTopic { room, topic } => Self::SetTopic(proto::IrcSetTopic {
                room: room.to_string(),
                topic: topic.as_ref().map_or("", Topic::as_str).to_owned(),
            }),
            IrcCommand::Invite { name, room } => {
                Self::Invite(proto::IrcInvite { name: name.to_string(), room: room.to_string() })
            }
            IrcCommand::Away(why) => Self::Away(proto::Reason { text: put_reason(why.as_ref()) }),
            IrcCommand::SetRealName(real_name) => Self::SetRealName(real_name.to_string()),
            IrcCommand::SetModes { is_bot, is_invisible } => {
                Self::SetModes(proto::IrcModes { is_bot: *is_bot, is_invisible: *is_invisible })
            }
            IrcCommand::Monitor { clear, add, remove } => {
                Self::Monitor(proto::IrcMonitor { clear: *clear, add: put_names(add), remove: put_names(remove) })
            }
            IrcCommand::SetCapabilities(capabilities) => Self::SetCapabilities(capabilities.bits()),
            IrcCommand::Quit(why) => Self::Quit(proto::Reason { text: put_reason(why.as_ref()) }),
        }
    }
}

/// Returns how it is written how something is said.
pub(crate) fn put_how(how: How) -> u32 {
    (0..).zip(HOWS).find(|(_, other)| *other == how).map_or(0, |(number, _)| number)
}

/// Reads it.
pub(crate) fn how(number: u32) -> Result<How, DecodeError> {
    let how = usize::try_from(number).ok().and_then(|place| HOWS.get(place)).copied();
    how.ok_or(DecodeError::Damaged("nothing is said in such a way"))
}

/// Reads a command.
pub(crate) fn command(command: proto::IrcCommand) -> Result<IrcCommand, DecodeError> {
    Ok(match command {
        proto::IrcCommand::Talk(proto::IrcTalk { room, texts: lines }) => {
            IrcCommand::Talk { room: room_name(&room)?, texts: texts(&lines)? }
        }
        proto::IrcCommand::Say(proto::IrcSay { targets: whom, how, text: what, tags: for_clients, answered }) => {
            IrcCommand::Say {
                targets: targets(whom)?,
                how: self::how(how)?,
                text: text(&what)?,
                tags: for_clients.as_deref().map(tags).transpose()?,
                answered,
            }
        }
        proto::IrcCommand::Tag(proto::IrcTag { targets: whom, tags: for_clients, answered }) => {
            IrcCommand::Tag { targets: targets(whom)?, tags: tags(&for_clients)?, answered }
        }
        proto::IrcCommand::JoinWithKey(proto::JoinsWithKeys { rooms }) => {
            let read = |proto::RoomWithKey { room, key: word }: proto::RoomWithKey| {
                Ok((room_name(&room)?, word.as_deref().map(moderation::key).transpose()?))
            };
            IrcCommand::JoinWithKey(rooms.into_iter().map(read).collect::<Result<_, _>>()?)
        }
        proto::IrcCommand::Join(proto::Names { names: rooms }) => IrcCommand::Join(room_names(&rooms)?),
        proto::IrcCommand::Part(proto::IrcPart { rooms, reason: why }) => {
            IrcCommand::Part { rooms: room_names(&rooms)?, reason: reason(why)? }
        }
        proto::IrcCommand::PartAll(proto::Nothing {}) => IrcCommand::PartAll,
        proto::IrcCommand::SetTopic(proto::IrcSetTopic { room, topic: about }) => {
            let topic = if about.is_empty() { None } else { Some(topic(&about)?) };
            IrcCommand::SetTopic { room: room_name(&room)?, topic }
        }
        proto::IrcCommand::Invite(proto::IrcInvite { name: whom, room }) => {
            IrcCommand::Invite { name: name(&whom)?, room: room_name(&room)? }
        }
        proto::IrcCommand::Away(proto::Reason { text }) => IrcCommand::Away(reason(text)?),
        proto::IrcCommand::SetRealName(real_name) => IrcCommand::SetRealName(text(&real_name)?),
        proto::IrcCommand::SetModes(proto::IrcModes { is_bot, is_invisible }) => {
            IrcCommand::SetModes { is_bot, is_invisible }
        }
        proto::IrcCommand::Monitor(proto::IrcMonitor { clear, add, remove }) => {
            IrcCommand::Monitor { clear, add: names(&add)?, remove: names(&remove)? }
        }
        proto::IrcCommand::SetCapabilities(granted) => IrcCommand::SetCapabilities(capabilities(granted)?),
        proto::IrcCommand::Quit(proto::Reason { text }) => IrcCommand::Quit(reason(text)?),
    })
}

/// Writes who somebody is.
pub(crate) fn put_identity(identity: &Identity, name: &Name) -> proto::Identity {
    // Who is known by an account alone has said neither.
    let said = |said: &str| if identity.is_named() { said.to_owned() } else { String::new() };
    proto::Identity {
        user: said(identity.user()),
        real_name: said(identity.real_name(name)),
        is_bot: identity.is_bot(),
        account: identity.account().map(ToString::to_string),
    }
}

/// Reads the same.
pub(crate) fn identity(identity: Option<proto::Identity>, name: &Name) -> Result<Identity, DecodeError> {
    let proto::Identity { user, real_name, is_bot, account } =
        identity.ok_or(DecodeError::Damaged("a part is missing"))?;
    let account = account.map(|account| self::name(&account)).transpose()?;
    if user.is_empty() && real_name.is_empty() && !is_bot && account.is_some() {
        return Ok(Identity::of_account(account.as_ref()));
    }
    let identity = Identity::new(&user, &real_name, is_bot).with_account(account.as_ref());
    let is_same = identity.user() == user && identity.real_name(name) == real_name;
    if is_same { Ok(identity) } else { Err(DecodeError::Damaged("nobody is called so")) }
}

/// Reads what a client was granted.
pub(crate) fn capabilities(bits: u32) -> Result<Capabilities, DecodeError> {
    Capabilities::from_bits(bits).ok_or(DecodeError::Damaged("no server has such a capability"))
}

/// Reads tags that clients send each other.
pub(crate) fn tags(all: &str) -> Result<Tags, DecodeError> {
    let tags = Tags::for_clients(all).filter(|tags| tags.as_str() == all);
    tags.ok_or(DecodeError::Damaged("nobody sends such tags"))
}

fn put_targets(targets: &[Target]) -> Vec<proto::Target> {
    let put = |target: &Target| match target {
        Target::Room(room) => proto::Target { name: room.to_string(), is_room: true },
        Target::Person(person) => proto::Target { name: person.to_string(), is_room: false },
    };
    targets.iter().map(put).collect()
}

fn targets(targets: Vec<proto::Target>) -> Result<Vec<Target>, DecodeError> {
    let read = |proto::Target { name: called, is_room }: proto::Target| {
        Ok(if is_room { Target::Room(room_name(&called)?) } else { Target::Person(name(&called)?) })
    };
    targets.into_iter().map(read).collect()
}

fn put_reason(reason: Option<&Text>) -> Option<String> {
    reason.map(ToString::to_string)
}

fn reason(reason: Option<String>) -> Result<Option<Text>, DecodeError> {
    reason.map(|reason| text(&reason)).transpose()
}

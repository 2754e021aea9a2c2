//! What was written of people who came by IRC.

use chinwag_core::log::{Event, IrcCommand, IrcState, Registration, Snapshot, Target, WasState};
use chinwag_core::{Capabilities, How, Identity, RoomId, Tags, Topic};

use super::{Command, ConnectionId, Entry, Texts, Time, commanded, name, record, seconds, snapshot, text};

fn identity() -> Identity {
    Identity::new("ann", "Ann of B", false)
}

fn irc(command: IrcCommand) -> Entry {
    commanded(Command::Irc(Box::new(command)))
}

/// A snapshot with somebody who came by IRC, and is in two rooms, of one of which they are the operator.
fn with_irc() -> Snapshot {
    let mut snapshot = snapshot();
    let person = &mut snapshot.people[1];
    person.room = RoomId::NONE;
    person.others = vec![RoomId::new(2), RoomId::new(0)];
    person.operates = vec![RoomId::new(2)];
    person.irc = Some(IrcState {
        identity: Identity::new("bob", "Bob", true),
        capabilities: Capabilities::SERVER_TIME,
        away: Some(text("lunch")),
        is_invisible: true,
        monitored: [name("Ann"), name("zed")].into(),
        came: Time::START,
        spoke: Time::START,
    });
    snapshot
}

/// The same with what was added later: when somebody came and spoke, when a room was opened, who wrote with whom, and
/// who was here.
fn with_ages() -> Snapshot {
    let mut snapshot = with_irc();
    let [ann, bob] = [0, 1].map(|place| snapshot.people[place].connection);
    snapshot.rooms[1].opened = seconds(1);
    if let Some(irc) = &mut snapshot.people[1].irc {
        (irc.came, irc.spoke) = (seconds(1), seconds(2));
    }
    snapshot.people[0].correspondents = vec![bob];
    snapshot.people[1].correspondents = vec![ann];
    let was = |called, identity, time_ms| WasState { name: name(called), identity, time_ms };
    snapshot.was = vec![was("Dan", identity(), 8), was("Eve", Identity::default(), 7)];
    snapshot
}

/// What each kind is, and what is written of it.
pub(super) fn golden() -> Vec<(Entry, &'static [u8])> {
    let targets = || vec![Target::Room(name("pizza")), Target::Person(name("Bob"))];
    let talked = || Texts::parse_lines("a\nb\n").expect("they are clean");
    let tags = || Tags::for_clients("+a=b").expect("it is for clients");
    let registration = Box::new(Registration {
        name: name("Ann"),
        identity: identity(),
        capabilities: Capabilities::BATCH.with(Capabilities::ECHO_MESSAGE),
        address: None,
    });
    let say = |how, tags| IrcCommand::Say { targets: targets(), how, text: text("hi"), tags, answered: true };
    vec![
        (record(Event::Registered { connection: ConnectionId::new(0, 3, 17), registration }), b"\x08\x01\"&\x08\x80\x94\xeb\xdc\x03B\x1e\n\x04\x10\x03\x18\x11\x12\x03Ann\x1a\x0f\n\x03ann\x12\x08Ann of B $"),
        (irc(IrcCommand::Talk { room: name("pizza"), texts: talked() }), b"\x08\x01\" \x08\x80\x94\xeb\xdc\x03\x1a\x18\n\x04\x10\x03\x18\x11\x82\x01\x0fr\r\n\x05pizza\x12\x04a\nb\n"),
        (irc(say(How::Say, None)), b"\x08\x01\"+\x08\x80\x94\xeb\xdc\x03\x1a#\n\x04\x10\x03\x18\x11\x82\x01\x1a\n\x18\n\t\n\x05pizza\x10\x01\n\x05\n\x03Bob\x1a\x02hi(\x01"),
        (irc(say(How::Answer, Some(tags()))), b"\x08\x01\"3\x08\x80\x94\xeb\xdc\x03\x1a+\n\x04\x10\x03\x18\x11\x82\x01\"\n \n\t\n\x05pizza\x10\x01\n\x05\n\x03Bob\x10\x04\x1a\x02hi\"\x04+a=b(\x01"),
        (irc(IrcCommand::Tag { targets: targets(), tags: tags(), answered: false }), b"\x08\x01\"+\x08\x80\x94\xeb\xdc\x03\x1a#\n\x04\x10\x03\x18\x11\x82\x01\x1a\x12\x18\n\t\n\x05pizza\x10\x01\n\x05\n\x03Bob\x12\x04+a=b"),
        (irc(IrcCommand::Join(vec![name("pizza"), name("main")])), b"\x08\x01\" \x08\x80\x94\xeb\xdc\x03\x1a\x18\n\x04\x10\x03\x18\x11\x82\x01\x0f\x1a\r\n\x05pizza\n\x04main"),
        (irc(IrcCommand::Part { rooms: vec![name("pizza")], reason: Some(text("bye")) }), b"\x08\x01\"\x1f\x08\x80\x94\xeb\xdc\x03\x1a\x17\n\x04\x10\x03\x18\x11\x82\x01\x0e\"\x0c\n\x05pizza\x12\x03bye"),
        (irc(IrcCommand::PartAll), b"\x08\x01\"\x13\x08\x80\x94\xeb\xdc\x03\x1a\x0b\n\x04\x10\x03\x18\x11\x82\x01\x02*\x00"),
        (irc(IrcCommand::SetTopic { room: name("pizza"), topic: Topic::of("at eight") }), b"\x08\x01\"$\x08\x80\x94\xeb\xdc\x03\x1a\x1c\n\x04\x10\x03\x18\x11\x82\x01\x132\x11\n\x05pizza\x12\x08at eight"),
        (irc(IrcCommand::SetTopic { room: name("pizza"), topic: None }), b"\x08\x01\"\x1a\x08\x80\x94\xeb\xdc\x03\x1a\x12\n\x04\x10\x03\x18\x11\x82\x01\t2\x07\n\x05pizza"),
        (irc(IrcCommand::Invite { name: name("Bob"), room: name("pizza") }), b"\x08\x01\"\x1f\x08\x80\x94\xeb\xdc\x03\x1a\x17\n\x04\x10\x03\x18\x11\x82\x01\x0e:\x0c\n\x03Bob\x12\x05pizza"),
        (irc(IrcCommand::Away(Some(text("lunch")))), b"\x08\x01\"\x1a\x08\x80\x94\xeb\xdc\x03\x1a\x12\n\x04\x10\x03\x18\x11\x82\x01\tB\x07\n\x05lunch"),
        (irc(IrcCommand::Away(None)), b"\x08\x01\"\x13\x08\x80\x94\xeb\xdc\x03\x1a\x0b\n\x04\x10\x03\x18\x11\x82\x01\x02B\x00"),
        (irc(IrcCommand::SetRealName(text("Ann"))), b"\x08\x01\"\x16\x08\x80\x94\xeb\xdc\x03\x1a\x0e\n\x04\x10\x03\x18\x11\x82\x01\x05J\x03Ann"),
        (irc(IrcCommand::SetModes { is_bot: true, is_invisible: false }), b"\x08\x01\"\x15\x08\x80\x94\xeb\xdc\x03\x1a\r\n\x04\x10\x03\x18\x11\x82\x01\x04R\x02\x08\x01"),
        (irc(IrcCommand::Monitor { clear: true, add: vec![name("Bob")], remove: vec![name("Cid")] }), b"\x08\x01\"\x1f\x08\x80\x94\xeb\xdc\x03\x1a\x17\n\x04\x10\x03\x18\x11\x82\x01\x0eZ\x0c\x08\x01\x12\x03Bob\x1a\x03Cid"),
        (irc(IrcCommand::SetCapabilities(Capabilities::SETNAME)), b"\x08\x01\"\x15\x08\x80\x94\xeb\xdc\x03\x1a\r\n\x04\x10\x03\x18\x11\x82\x01\x04`\x80\x80\x01"),
        (irc(IrcCommand::Quit(Some(text("bye")))), b"\x08\x01\"\x18\x08\x80\x94\xeb\xdc\x03\x1a\x10\n\x04\x10\x03\x18\x11\x82\x01\x07j\x05\n\x03bye"),
        (Entry::Snapshot(with_irc()), b"\x08\x01\x1a\xa7\x01\x08\x80\xa8\xd6\xb9\x07\x10\t\x18\xac\x02 \x03(\x012\t\x12\x04main\x18\xc8\x012\x17\x08\x02\x12\x05Pizza\x18d\"\n\x08\x02\x10\x01\x18\x80\xb4\xc4\xc3!:\x02\x03\x01B\r\n\x04\x10\x03\x18\x11\x12\x03Ann\x18\x02B>\n\x04\x10\x04\x18\x02\x12\x03Bob\x18\xff\xff\xff\xff\x0f\"\x02\x02\x00B\x01\x02J$\n\x0c\n\x03bob\x12\x03Bob\x18\x01\x10\x80@\x1a\x05lunch \x01*\x03Ann*\x03zedB\x10\n\x05\x08\x07\x18\xac\x02\x12\x07Guest-1J\r\n\x05\x08\x07\x18\xac\x02\x10\x80\xbc\xc1\x96\x0b"),
        (Entry::Snapshot(with_ages()), b"\x08\x01\x1a\xe8\x01\x08\x80\xa8\xd6\xb9\x07\x10\t\x18\xac\x02 \x03(\x012\t\x12\x04main\x18\xc8\x012\x1d\x08\x02\x12\x05Pizza\x18d\"\n\x08\x02\x10\x01\x18\x80\xb4\xc4\xc3!8\x80\x94\xeb\xdc\x03:\x02\x03\x01B\x13\n\x04\x10\x03\x18\x11\x12\x03Ann\x18\x02R\x04\x10\x04\x18\x02BP\n\x04\x10\x04\x18\x02\x12\x03Bob\x18\xff\xff\xff\xff\x0f\"\x02\x02\x00B\x01\x02J0\n\x0c\n\x03bob\x12\x03Bob\x18\x01\x10\x80@\x1a\x05lunch \x01*\x03Ann*\x03zed0\x80\x94\xeb\xdc\x038\x80\xa8\xd6\xb9\x07R\x04\x10\x03\x18\x11B\x10\n\x05\x08\x07\x18\xac\x02\x12\x07Guest-1J\r\n\x05\x08\x07\x18\xac\x02\x10\x80\xbc\xc1\x96\x0bR\x18\n\x03Dan\x12\x0f\n\x03ann\x12\x08Ann of B\x18\x08R\x07\n\x03Eve\x18\x07"),
    ]
}

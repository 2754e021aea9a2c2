//! Rooms that belong to accounts: what they keep, for whom, how many, and for how long.

use super::*;
use crate::log::{
    Accounts, Act, Decided, IrcCommand, Mask, Mode, ModeChange, Moderation, OwnedState, Recalled, Registration,
    RoomModes, Target,
};
use crate::{Capabilities, How, Identity, Text, Topic};

const HOUR: Duration = Duration::from_secs(3600);

struct World {
    chat: Chat,
    now: Time,
    next: u32,
}

fn name(text: &str) -> Name {
    Name::parse(text).expect("the case is a name")
}

fn mode(is_set: bool, mode: Mode) -> Act {
    Act::Change(vec![ModeChange { is_set, mode }])
}

fn own() -> Act {
    mode(true, Mode::Owned(None))
}

impl World {
    fn new() -> Self {
        let mut chat = Chat::new(&Rules::default());
        chat.keep_rooms();
        chat.handle(Time::START, Event::Clock { unix_ms: 1_000_000 });
        Self { chat, now: Time::after(Duration::from_secs(1)), next: 0 }
    }

    /// Goes on with what is kept outside, as a server that is started again.
    fn again(&mut self, kept: &BTreeMap<NameKey, OwnedState>) {
        let unix_ms = self.chat.clock().unix_ms(self.now);
        *self = Self::new();
        self.chat.handle(Time::START, Event::Clock { unix_ms });
        let rooms = kept.values().cloned().collect();
        self.chat.handle(self.now, Event::Decided(Box::new(Decided { rooms, ..Decided::default() })));
    }

    /// Follows what is to be kept.
    fn keep(&mut self, kept: &mut BTreeMap<NameKey, OwnedState>) {
        for (room, owned) in self.chat.take_kept_rooms() {
            match owned {
                Some(owned) => drop(kept.insert(room.key(), *owned)),
                None => drop(kept.remove(&room.key())),
            }
        }
    }

    /// Lets somebody come by IRC, who is logged in to an account or to none.
    fn come(&mut self, who: &str, account: Option<&str>) -> ConnectionId {
        self.next += 1;
        let connection = ConnectionId::new(0, self.next, self.next);
        if let Some(account) = account {
            self.accounts(&[account], &[]);
        }
        let account = account.map(name);
        let registration = Registration {
            name: name(who),
            identity: Identity::new("u", "U", false).with_account(account.as_ref()),
            capabilities: Capabilities::default(),
            address: None,
        };
        self.chat.handle(self.now, Event::Registered { connection, registration: Box::new(registration) });
        connection
    }

    fn irc(&mut self, connection: ConnectionId, command: IrcCommand) -> String {
        self.chat.take_actions();
        let command = Command::Irc(Box::new(command));
        self.chat.handle(self.now, Event::Commanded { connection, command });
        self.told(connection)
    }

    /// Returns what was told to somebody alone.
    fn told(&mut self, to: ConnectionId) -> String {
        let told = self.chat.take_actions().into_iter().filter_map(|action| {
            let Action::Reply { connection, message: Message::Ruling(ruling) } = action else { return None };
            (connection == to).then(|| ruling.to_string())
        });
        told.collect::<Vec<_>>().join("\n")
    }

    /// Has accounts be made, and others be gone. Returns what everybody was told.
    fn accounts(&mut self, made: &[&str], gone: &[&str]) -> Vec<String> {
        let names = |names: &[&str]| names.iter().map(|text| name(text)).collect();
        let accounts = Accounts { gone: names(gone), made: names(made), ..Accounts::default() };
        self.chat.take_actions();
        self.chat.handle(self.now, Event::Accounts(Box::new(accounts)));
        let told = self.chat.actions().iter().filter_map(|action| {
            let Action::Deliver { message: Message::Ruling(ruling), .. } = action else { return None };
            Some(ruling.to_string())
        });
        let told = told.collect::<Vec<_>>();
        told.into_iter().chain(self.broadcast()).collect()
    }

    /// Returns what operators were said to have done in rooms.
    fn broadcast(&mut self) -> Vec<String> {
        let told = self.chat.take_actions().into_iter().filter_map(|action| {
            let Action::Broadcast { message: Message::Moderated(moderated), .. } = action else { return None };
            Some(moderated.to_string())
        });
        told.collect()
    }

    fn join(&mut self, connection: ConnectionId) -> String {
        self.irc(connection, IrcCommand::Join(vec![name("pizza")]))
    }

    fn leave(&mut self, connection: ConnectionId) {
        self.irc(connection, IrcCommand::Part { rooms: vec![name("pizza")], reason: None });
    }

    fn act(&mut self, connection: ConnectionId, act: Act) -> String {
        self.chat.take_actions();
        let command = Command::Moderate(Box::new(Moderation { room: Some(name("pizza")), act }));
        self.chat.handle(self.now, Event::Commanded { connection, command });
        self.told(connection)
    }

    fn is_operator(&self, connection: ConnectionId) -> bool {
        self.chat.room(&name("pizza")).is_some_and(|room| self.chat.is_operator(room, connection))
    }

    fn is_in(&self, connection: ConnectionId) -> bool {
        self.chat.room(&name("pizza")).is_some_and(|room| self.chat.is_in(connection, room))
    }

    fn say(&mut self, connection: ConnectionId) {
        let text = Text::clean("secret");
        let targets = vec![Target::Room(name("pizza"))];
        self.irc(connection, IrcCommand::Say { targets, how: How::Say, text, tags: None, answered: false });
    }

    /// Returns the same after a restore, which has to go on alike.
    fn restore(&mut self) {
        let snapshot = self.chat.snapshot();
        let mut chat = Chat::restore(&Rules::default(), snapshot.clone()).expect("it is of a chat");
        assert_eq!(chat.snapshot(), snapshot);
        chat.keep_rooms();
        self.chat = chat;
    }
}

#[test]
fn a_room_of_an_account_is_as_it_was_when_somebody_comes_again_also_to_another_server() {
    for is_started_again in [false, true] {
        let (mut world, mut kept) = (World::new(), BTreeMap::new());
        let (ann, bob) = (world.come("Ann", Some("Ann")), world.come("Bob", Some("Bob")));
        let cid = world.come("Cid", None);
        for who in [ann, bob, cid] {
            world.join(who);
        }
        assert_eq!(world.act(ann, own()), "");
        for act in [
            mode(true, Mode::Operator(name("Bob"))),
            mode(true, Mode::Operator(name("Cid"))),
            mode(true, Mode::Locked),
            mode(true, Mode::Ban(Mask::parse("eve!*@*").expect("a mask"))),
            Act::Ban { name: name("Mal"), lasts: Some(HOUR), why: Some(Text::clean("spam")) },
        ] {
            world.act(ann, act);
        }
        let topic = Topic::of("pizza at eight");
        world.irc(ann, IrcCommand::SetTopic { room: name("pizza"), topic: topic.clone() });
        for who in [cid, ann, bob] {
            world.leave(who);
        }
        assert!(world.chat.room(&name("pizza")).is_none(), "nobody is there");
        world.keep(&mut kept);
        assert_eq!(kept.len(), 1);
        let people = if is_started_again {
            world.again(&kept);
            [world.come("Ann", Some("ann")), world.come("Bob", Some("Bob")), world.come("Cid", None)]
        } else {
            world.restore();
            [ann, bob, cid]
        };
        let [ann, bob, cid] = people;
        assert_eq!(world.join(cid), "You need an invitation to join pizza");
        assert_eq!(world.join(bob), "You need an invitation to join pizza", "operators come in as others do");
        assert_eq!(world.join(ann), "", "but the owner always does");
        assert!(world.is_operator(ann) && !world.is_in(cid));
        let room = world.chat.room(&name("pizza")).expect("the owner is there");
        assert_eq!(world.chat.topic_of(room).map(|state| &state.topic), topic.as_ref());
        let order = world.chat.order(room);
        assert!(order.modes.has(RoomModes::LOCKED));
        let bans: Vec<_> = order.bans.iter().map(|ban| (ban.mask.to_string(), ban.until.is_some())).collect();
        assert_eq!(bans, [("eve".to_owned(), false), ("Mal".to_owned(), true)]);
        world.act(ann, mode(false, Mode::Locked));
        for who in [bob, cid] {
            world.join(who);
        }
        assert!(world.is_operator(bob) && !world.is_operator(cid), "who has no account is forgotten");
        let mal = world.come("Mal", None);
        assert!(world.join(mal).starts_with("You are banned from pizza until "));
        world.now = world.now + HOUR;
        assert_eq!(world.join(mal), "", "the ban is over when it was to be");
    }
}

#[test]
fn who_is_first_in_a_room_of_somebody_else_does_not_keep_order_there() {
    let mut world = World::new();
    let (ann, bob) = (world.come("Ann", Some("Ann")), world.come("Bob", None));
    world.join(ann);
    world.act(ann, own());
    world.leave(ann);
    world.join(bob);
    assert!(!world.is_operator(bob));
    assert_eq!(world.act(bob, mode(true, Mode::Locked)), "Only operators of pizza can do that");
    world.join(ann);
    assert!(world.is_operator(ann));
    // Nor can they keep the owner out who are made operators.
    world.act(ann, mode(true, Mode::Operator(name("Bob"))));
    for act in [mode(true, Mode::Locked), Act::Ban { name: name("Ann"), lasts: None, why: None }] {
        assert_eq!(world.act(bob, act), "");
    }
    assert!(!world.is_in(ann));
    assert_eq!(world.join(ann), "");
    assert!(world.is_operator(ann));
}

#[test]
fn a_room_is_given_up_or_on_by_its_owner_alone() {
    let (mut world, mut kept) = (World::new(), BTreeMap::new());
    let (ann, bob) = (world.come("Ann", Some("Ann")), world.come("Bob", Some("Bob")));
    let (cid, sue) = (world.come("Cid", None), world.come("Sue", None));
    for who in [ann, bob, cid] {
        world.join(who);
    }
    assert_eq!(world.act(bob, own()), "Only operators of pizza can do that");
    assert_eq!(
        world.act(ann, mode(true, Mode::Owned(Some(name("Cid"))))),
        "There is nobody called Cid in pizza who is logged in to an account"
    );
    assert_eq!(world.act(ann, own()), "");
    assert_eq!(world.act(ann, own()), "", "IRC is silent about what is so already");
    world.act(ann, mode(true, Mode::Operator(name("Bob"))));
    for act in [own(), mode(false, Mode::Owned(None)), mode(true, Mode::Owned(Some(name("Bob"))))] {
        assert_eq!(world.act(bob, act), "pizza belongs to the account Ann");
    }
    assert_eq!(world.act(ann, mode(true, Mode::Owned(Some(name("Bob"))))), "");
    world.keep(&mut kept);
    let owned = &kept[&name("pizza").key()];
    assert_eq!((&owned.owner, &owned.operators[..]), (&name("Bob"), &[name("Ann"), name("Bob")][..]));
    world.chat.handle(world.now, Event::Commanded { connection: sue, command: Command::Empower(None) });
    assert_eq!(world.act(sue, mode(false, Mode::Owned(None))), "", "operators of the server can as well");
    world.keep(&mut kept);
    assert!(kept.is_empty());
    assert_eq!(world.act(ann, mode(false, Mode::Owned(None))), "");
    let moderation = Moderation { room: Some(Name::MAIN), act: own() };
    world.chat.take_actions();
    world
        .chat
        .handle(world.now, Event::Commanded { connection: sue, command: Command::Moderate(Box::new(moderation)) });
    assert_eq!(world.told(sue), "Nobody can own main");
}

#[test]
fn an_account_owns_ten_rooms_and_a_thousand_belong_to_all_until_the_oldest_are_forgotten() {
    let mut world = World::new();
    let owned = |number: usize, owner: &str, seen_ms| OwnedState {
        room: name(&format!("room-{number}")),
        owner: name(owner),
        seen_ms,
        operators: Vec::new(),
        topic: None,
        modes: RoomModes::default(),
        key: None,
        limit: None,
        bans: Vec::new(),
        exceptions: Vec::new(),
    };
    let now_ms = world.chat.clock().unix_ms(world.now);
    let rooms = (0..10).map(|number| owned(number, "ANN", now_ms)).collect();
    world.chat.handle(world.now, Event::Decided(Box::new(Decided { rooms, ..Decided::default() })));
    let (ann, bob) = (world.come("Ann", Some("Ann")), world.come("Bob", Some("Bob")));
    world.join(ann);
    assert_eq!(world.act(ann, own()), "The account Ann owns too many rooms already");
    world.leave(ann);
    let rooms = (10..2000).map(|number| owned(number, "Cid", now_ms)).collect();
    world.chat.handle(world.now, Event::Decided(Box::new(Decided { rooms, ..Decided::default() })));
    assert_eq!(world.chat.snapshot().owned.len(), 1000);
    world.join(bob);
    assert_eq!(world.act(bob, own()), "Too many rooms belong to accounts already");
    let half_a_year = Duration::from_secs(180 * 24 * 60 * 60);
    world.now = world.now + half_a_year + Duration::from_secs(1);
    assert_eq!(world.act(bob, own()), "", "nobody has seen those others for long");
    assert_eq!(world.chat.snapshot().owned.len(), 1);
}

#[test]
fn the_owner_reads_what_was_said_behind_a_lock_and_others_do_not() {
    let mut world = World::new();
    let (ann, bob) = (world.come("Ann", Some("Ann")), world.come("Bob", None));
    world.join(ann);
    world.act(ann, own());
    world.act(ann, mode(true, Mode::Locked));
    let mal = world.come("Mal", None);
    world.act(ann, Act::Invite { name: name("Bob") });
    world.join(bob);
    world.say(bob);
    world.leave(ann);
    world.join(ann);
    let room = world.chat.room(&name("pizza")).expect("it is there");
    let shown = |world: &World, to| world.chat.shown_on_joining(to, &name("pizza")).len();
    assert_eq!(shown(&world, ann), 1);
    world.act(ann, Act::Invite { name: name("Mal") });
    world.join(mal);
    assert!(world.chat.is_in(mal, room));
    assert_eq!(shown(&world, mal), 0);
}

#[test]
fn who_opens_a_room_of_an_account_is_not_shown_what_was_said_there_behind_a_lock_before() {
    let mut world = World::new();
    let (ann, bob) = (world.come("Ann", Some("Ann")), world.come("Bob", None));
    world.join(ann);
    world.act(ann, own());
    world.leave(ann);
    let message = crate::KeptMessage {
        name: name("Ann"),
        text: Text::clean("psst"),
        is_act: false,
        time_ms: 5,
        seq: 1,
        event: None,
    };
    let past = crate::Past { room: name("pizza"), said: 1, hidden: 1, topic: None, messages: vec![message] };
    for (who, shown) in [(bob, 0), (ann, 1)] {
        let join = Command::Irc(Box::new(IrcCommand::Join(vec![name("pizza")])));
        let recalled = Recalled { pasts: vec![past.clone()], by: Some((who, join)) };
        world.chat.handle(world.now, Event::Recalled(Box::new(recalled)));
        assert_eq!(world.chat.shown_on_joining(who, &name("pizza")).len(), shown);
        world.leave(who);
    }
}

#[test]
fn the_rooms_of_an_account_that_is_removed_belong_to_nobody_at_once() {
    let (mut world, mut kept) = (World::new(), BTreeMap::new());
    world.accounts(&["Ann", "Bob"], &[]);
    let (ann, bob) = (world.come("Ann", Some("Ann")), world.come("Bob", Some("Bob")));
    world.join(ann);
    world.act(ann, own());
    world.join(bob);
    world.act(ann, mode(true, Mode::Operator(name("Bob"))));
    world.keep(&mut kept);
    assert_eq!(kept.len(), 1);
    world.accounts(&[], &["bob"]);
    world.keep(&mut kept);
    assert_eq!(kept[&name("pizza").key()].operators, [name("Ann")], "nor does it keep order anywhere");
    let told = world.accounts(&[], &["ANN"]);
    assert!(told.contains(&"The room belongs to no account any more, by Server".to_owned()), "{told:?}");
    world.keep(&mut kept);
    assert!(kept.is_empty() && world.chat.snapshot().owned.is_empty());
    assert!(world.is_operator(ann) && world.is_operator(bob), "ranks end when they leave");
    world.accounts(&["Ann"], &[]);
    world.leave(ann);
    let other = world.come("Eve", Some("Ann"));
    world.join(other);
    assert!(!world.is_operator(other), "whoever has an account of the name next is somebody else");
}

#[test]
fn whoever_is_an_operator_of_the_server_by_an_account_is_none_when_it_is_removed() {
    let mut world = World::new();
    world.accounts(&["Root", "Ann"], &[]);
    let [ann, bob, cid] = ["An1", "Bo1", "Ci1"].map(|who| world.come(who, None));
    for (who, by) in [(ann, Some("Root")), (bob, Some("Ann")), (cid, None)] {
        let command = Command::Empower(by.map(name));
        world.chat.handle(world.now, Event::Commanded { connection: who, command });
    }
    let may = |world: &World| [ann, bob, cid].map(|who| world.chat.person(who).is_server_operator());
    assert_eq!(may(&world), [true; 3]);
    let again = Chat::restore(&Rules::default(), world.chat.snapshot()).expect("it is of a chat");
    assert_eq!(again.snapshot(), world.chat.snapshot());
    world.chat.keep_deeds();
    let told = world.accounts(&[], &["root"]);
    assert_eq!(
        (may(&world), told.concat().as_str()),
        ([false, true, true], "You are not an operator of this server any more")
    );
    let deeds: Vec<_> = world.chat.take_deeds().iter().map(ToString::to_string).collect();
    assert_eq!(deeds, ["Server removed An1 as an operator of the server"]);
}

#[test]
fn an_account_that_is_gone_since_its_password_was_given_is_nobodys() {
    let mut world = World::new();
    let ann = world.come("Ann", None);
    for command in [Command::LogIn(name("Root")), Command::Empower(Some(name("Root")))] {
        world.chat.handle(world.now, Event::Commanded { connection: ann, command });
    }
    world.next += 1;
    let bob = ConnectionId::new(0, world.next, world.next);
    let identity = Identity::new("u", "U", false).with_account(Some(&name("Root")));
    let capabilities = Capabilities::default();
    let registration = Registration { name: name("Bob"), identity, capabilities, address: None };
    world.chat.handle(world.now, Event::Registered { connection: bob, registration: Box::new(registration) });
    for connection in [ann, bob] {
        assert_eq!(world.chat.account(connection), None);
        assert!(!world.chat.person(connection).is_server_operator());
    }
}

#[test]
fn an_account_that_was_made_again_is_somebody_elses_and_one_that_is_a_members_keeps_no_order() {
    let mut world = World::new();
    let ann = world.come("Ann", Some("Root"));
    let empower = Command::Empower(Some(name("Root")));
    world.chat.handle(world.now, Event::Commanded { connection: ann, command: empower.clone() });
    assert!(world.chat.person(ann).is_server_operator());
    let demoted = Accounts { demoted: vec![name("ROOT")], ..Accounts::default() };
    world.chat.handle(world.now, Event::Accounts(Box::new(demoted)));
    assert!(!world.chat.person(ann).is_server_operator() && world.chat.account(ann).is_some());
    world.chat.handle(world.now, Event::Commanded { connection: ann, command: empower });
    world.accounts(&["Root"], &["Root"]);
    assert!(!world.chat.person(ann).is_server_operator() && world.chat.account(ann).is_none());
    assert!(world.chat.is_of_account(&name("Root")));
}

#[test]
fn who_logs_in_where_their_account_keeps_order_does_so_at_once() {
    let mut world = World::new();
    let (ann, bob) = (world.come("Ann", Some("Ann")), world.come("Bob", Some("Bob")));
    world.join(ann);
    world.act(ann, own());
    world.join(bob);
    world.act(ann, mode(true, Mode::Operator(name("Bob"))));
    world.act(ann, mode(true, Mode::Locked));
    world.say(bob);
    let later = ["Eve", "Ev2", "Ev3"].map(|who| world.come(who, None));
    for (who, called) in later.into_iter().zip(["Eve", "Ev2", "Ev3"]) {
        world.act(ann, Act::Invite { name: name(called) });
        world.join(who);
    }
    for (who, account, may) in [(later[0], "Bob", true), (later[1], "Cid", false), (later[2], "ann", true)] {
        world.chat.take_actions();
        let command = Command::LogIn(name(account));
        world.chat.handle(world.now, Event::Commanded { connection: who, command });
        let told = world.broadcast();
        assert_eq!((world.is_operator(who), told.len()), (may, usize::from(may)), "{account}: {told:?}");
    }
    assert_eq!(world.chat.shown_on_joining(later[2], &name("pizza")).len(), 1, "from the owner nothing is hidden");
    assert_eq!(world.chat.shown_on_joining(later[0], &name("pizza")).len(), 0);
}

#[test]
fn replicas_have_the_same_rooms() {
    let mut world = World::new();
    let ann = world.come("Ann", Some("Ann"));
    world.join(ann);
    world.act(ann, own());
    world.act(ann, mode(true, Mode::Locked));
    world.chat.take_actions();
    let mut other = world.chat.clone();
    world.restore();
    for command in
        [IrcCommand::Part { rooms: vec![name("pizza")], reason: None }, IrcCommand::Join(vec![name("pizza")])]
    {
        let event = Event::Commanded { connection: ann, command: Command::Irc(Box::new(command)) };
        other.handle(world.now, event.clone());
        world.chat.handle(world.now, event);
        assert_eq!(other.snapshot(), world.chat.snapshot());
        assert_eq!(other.take_actions(), world.chat.take_actions());
    }
}

#[test]
fn a_ban_holds_for_the_account_by_whatever_name_and_connection() {
    let mut world = World::new();
    let (ann, mal) = (world.come("Ann", Some("Ann")), world.come("Mal", Some("Mallory")));
    world.join(ann);
    world.join(mal);
    world.act(ann, own());
    assert_eq!(world.act(ann, Act::Ban { name: name("Mal"), lasts: None, why: None }), "");
    world.chat.handle(world.now, Event::Closed { connection: mal });
    let [angel, mallory, other] = [("Angel", Some("MALLORY")), ("Mallory", None), ("Angelo", Some("Cid"))]
        .map(|(who, account)| world.come(who, account));
    assert_eq!(world.join(angel), "You are banned from pizza");
    assert_eq!([world.join(mallory), world.join(other)], ["", ""], "it is no one else's");
    let mut kept = BTreeMap::new();
    world.keep(&mut kept);
    world.again(&kept);
    let angel = world.come("Angel", Some("Mallory"));
    assert_eq!(world.join(angel), "You are banned from pizza", "nor after a restart");
}

#[test]
fn a_ban_that_is_extended_holds_for_who_was_banned_whatever_they_are_called_meanwhile() {
    let mut world = World::new();
    let (ann, mal) = (world.come("Ann", Some("Ann")), world.come("Mal", Some("Mallory")));
    world.join(ann);
    world.join(mal);
    let ban = |hours| Act::Ban { name: name("Mal"), lasts: Some(hours * HOUR), why: None };
    world.act(ann, ban(1));
    let command = Command::Rename(name("Robo"));
    world.chat.handle(world.now, Event::Commanded { connection: mal, command });
    assert!(world.join(mal).starts_with("You are banned from pizza"));
    world.act(ann, ban(2));
    assert!(world.join(mal).starts_with("You are banned from pizza"), "by connection and account");
    let robo = world.come("Angel", Some("Mallory"));
    assert!(world.join(robo).starts_with("You are banned from pizza"));
}

//! Who may do what to whom: every role, every act, every target, held against the table of `docs/moderation.md`; and
//! what those try who are kept out.

use super::*;
use crate::log::{Act, AddressKey, Mask, Mode, ModeChange, Moderation};
use crate::{Ruling, Text};

const DOCS: &str = include_str!("../../../../docs/moderation.md");

/// Those who act: what they are to `pizza`, and what they are called.
const ACTORS: [(&str, &str); 6] = [
    ("not there", "Sam"),
    ("member", "Bob"),
    ("muted", "Mia"),
    ("voice", "Vic"),
    ("operator", "Ann"),
    ("of the server", "Sue"),
];

/// Those to whom it is done. There is nobody called Eve. Rob is an operator of the server, and in the room.
const TARGETS: [&str; 8] = ["Sam", "Bob", "Mia", "Vic", "Ann", "Tom", "Rob", "Eve"];

fn name(name: &str) -> Name {
    Name::parse(name).expect("the case is a name")
}

fn mode(is_set: bool, mode: Mode) -> Act {
    Act::Change(vec![ModeChange { is_set, mode }])
}

fn address(number: u64) -> AddressKey {
    AddressKey::new(number).expect("it is not nothing")
}

type Make = fn(Name) -> Act;

/// The acts, as the table names them. Those that are to nobody in particular are so to everybody.
const ACTS: [(&str, Make); 17] = [
    ("kick", |name| Act::Kick { name, why: None }),
    ("ban", |name| Act::Ban { name, lasts: None, why: None }),
    ("unban", |name| Act::Unban { mask: Mask::of(&name) }),
    ("mute", |name| Act::Mute { name, lasts: None }),
    ("unmute", |name| Act::Unmute { name }),
    ("op", |name| mode(true, Mode::Operator(name))),
    ("deop", |name| mode(false, Mode::Operator(name))),
    ("voice", |name| mode(true, Mode::Voice(name))),
    ("devoice", |name| mode(false, Mode::Voice(name))),
    ("invite", |name| Act::Invite { name }),
    ("lock, key, limit and other modes", |_| mode(true, Mode::Locked)),
    ("ban by a mask", |name| mode(true, Mode::Ban(Mask::of(&name)))),
    ("ban an address", |_| Act::BanAddress { address: address(77), lasts: None, why: None }),
    ("unban an address", |_| Act::UnbanAddress { address: address(78) }),
    ("announce", |_| Act::Announce(Text::clean("hello"))),
    ("kill", |name| Act::Kill { name, why: None }),
    ("write to the operators of the server", |_| Act::Wall(Text::clean("hello"))),
];

/// A room where everybody is who is named above, of whom Mia is muted. Eve is banned, and the address 78.
struct World {
    chat: Chat,
    people: Vec<(&'static str, ConnectionId)>,
}

impl World {
    fn new() -> Self {
        let mut world = Self { chat: Chat::new(&Rules::default()), people: Vec::new() };
        for (slot, who) in ["Ann", "Bob", "Mia", "Vic", "Tom", "Rob", "Sam", "Sue"].into_iter().enumerate() {
            world.come(who, u32::try_from(slot).expect("there are few"), None);
            if !["Sam", "Sue"].contains(&who) {
                world.command(who, Command::Join(name("pizza")));
            }
        }
        for who in ["Rob", "Sue"] {
            world.command(who, Command::Empower(None));
        }
        world.act("Sue", Act::BanAddress { address: address(78), lasts: None, why: None });
        for act in [
            Act::Mute { name: name("Mia"), lasts: None },
            mode(true, Mode::Voice(name("Vic"))),
            mode(true, Mode::Operator(name("Tom"))),
            Act::Ban { name: name("Eve"), lasts: None, why: None },
        ] {
            world.act("Ann", act);
        }
        world
    }

    /// Lets somebody come who is called so, in a slot, from an address.
    fn come(&mut self, who: &'static str, slot: u32, from: Option<AddressKey>) -> ConnectionId {
        let connection = ConnectionId::new(0, slot, slot);
        self.chat.handle(Time::START, Event::Opened { connection, address: from });
        self.people.push((who, connection));
        self.command(who, Command::Rename(name(who)));
        connection
    }

    fn connection(&self, who: &str) -> ConnectionId {
        self.people.iter().rev().find(|(name, _)| *name == who).expect("they have come").1
    }

    fn command(&mut self, who: &str, command: Command) -> Vec<Action> {
        self.chat.take_actions();
        let connection = self.connection(who);
        self.chat.handle(Time::START, Event::Commanded { connection, command });
        self.chat.take_actions()
    }

    /// Lets somebody act in `pizza`, and returns why they may not, or that nothing has changed.
    fn act(&mut self, who: &str, act: Act) -> Option<String> {
        let moderation = Moderation { room: Some(name("pizza")), act };
        let actions = self.command(who, Command::Moderate(Box::new(moderation)));
        let own = self.connection(who);
        actions.iter().find_map(|action| {
            let Action::Reply { connection, message } = action else { return None };
            if *connection == own { refusal(message) } else { None }
        })
    }

    /// Tells whether somebody can join `pizza`.
    fn can_join(&mut self, who: &str) -> bool {
        let actions = self.command(who, Command::Join(name("pizza")));
        actions.iter().any(|action| matches!(action, Action::Enter { .. }))
    }

    /// Tells whether somebody is heard in `pizza`.
    fn is_heard(&mut self, who: &str) -> bool {
        let actions = self.command(who, Command::Say(Text::clean("hello").into()));
        actions.iter().any(|action| matches!(action, Action::Broadcast { message: Message::Said { .. }, .. }))
    }
}

/// Returns why somebody may not do something, if that is what they are told.
fn refusal(message: &Message) -> Option<String> {
    let is_done = |ruling: &Ruling| {
        matches!(
            ruling,
            Ruling::Inviting { .. }
                | Ruling::AddressBanned { .. }
                | Ruling::AddressUnbanned { .. }
                | Ruling::Walled { .. }
                | Ruling::PutOut { .. }
        )
    };
    let is_refusal = if let Message::Ruling(ruling) = message { !is_done(ruling) } else { false };
    (is_refusal || matches!(message, Message::Nobody { .. })).then(|| message.to_string())
}

/// Says what the rules are, once more and in other words: why somebody may not do something to somebody.
fn expected(act: &str, role: &str, target: &str) -> Option<String> {
    let is_of_server =
        ["ban an address", "unban an address", "announce", "kill", "write to the operators of the server"];
    let nobody = (target == "Eve").then(|| "There is nobody called Eve".to_owned());
    if is_of_server.contains(&act) {
        return match role {
            "of the server" if act == "kill" => nobody,
            "of the server" => None,
            _ => Some("Only operators of the server can do that".to_owned()),
        };
    }
    let is_there = target != "Sam" && target != "Eve";
    if act == "invite" {
        let outside = (role == "not there").then(|| "You are not in pizza".to_owned());
        return nobody.or(outside).or_else(|| is_there.then(|| format!("{target} is already in pizza")));
    }
    match role {
        "not there" => return Some("You are not in pizza".to_owned()),
        "member" | "muted" | "voice" => return Some("Only operators of pizza can do that".to_owned()),
        _ => {}
    }
    let absent = || nobody.clone().or_else(|| (!is_there).then(|| format!("{target} is not in pizza")));
    let protected = (target == "Rob" && role != "of the server").then(|| "Rob is an operator of the server".to_owned());
    let unchanged = |is_so: bool| is_so.then(|| "Nothing has changed".to_owned());
    let is_operator = ["Ann", "Tom"].contains(&target);
    match act {
        "kick" | "mute" => absent().or(protected),
        "ban" => protected,
        "unban" => (target != "Eve").then(|| format!("{target} is not banned")),
        "unmute" => (target != "Mia").then(|| format!("{target} is not muted")),
        "op" => absent().or_else(|| unchanged(is_operator)),
        "deop" => absent().or_else(|| unchanged(!is_operator)),
        "voice" => absent().or_else(|| unchanged(target == "Vic")),
        "devoice" => absent().or_else(|| unchanged(target != "Vic")),
        // Eve is banned by her name already.
        "ban by a mask" => unchanged(target == "Eve"),
        _ => None,
    }
}

#[test]
fn every_role_may_do_to_everybody_what_the_rules_say_and_nothing_else() {
    let world = World::new();
    for (act, make) in ACTS {
        for (role, actor) in ACTORS {
            for target in TARGETS {
                let mut world = World { chat: world.chat.clone(), people: world.people.clone() };
                let before = world.chat.snapshot();
                let refused = world.act(actor, make(name(target)));
                assert_eq!(refused, expected(act, role, target), "{actor} ({role}), {act}, {target}");
                let after = world.chat.snapshot();
                // Whoever is refused has changed nothing.
                let is_told_only = ["invite", "announce", "write to the operators of the server"].contains(&act);
                // They are so already.
                let is_told_only = is_told_only || [("ban", "Eve"), ("mute", "Mia")].contains(&(act, target));
                assert!(refused.is_none() || after == before, "{actor}, {act}, {target}");
                let repeated = world.chat.clone();
                let restored = Chat::restore(&Rules::default(), after.clone()).expect("it is of a chat");
                assert_eq!(restored.snapshot(), repeated.snapshot());
                assert!(
                    refused.is_some() || is_told_only || after != before,
                    "{actor}, {act}, {target} does something"
                );
            }
        }
    }
}

#[test]
fn the_table_in_the_docs_is_what_the_server_does() {
    let world = World::new();
    let roles: Vec<_> = ACTORS.iter().map(|(role, _)| *role).collect();
    let mut table = format!("| | {} |\n|---|{}\n", roles.join(" | "), "---|".repeat(roles.len()));
    for (act, make) in ACTS {
        let may = |actor: &str| {
            let mut world = World { chat: world.chat.clone(), people: world.people.clone() };
            TARGETS.iter().any(|target| world.act(actor, make(name(target))).is_none())
        };
        let cells: Vec<_> = ACTORS.iter().map(|(_, actor)| if may(actor) { "yes" } else { "no" }).collect();
        table += &format!("| {act} | {} |\n", cells.join(" | "));
    }
    assert!(DOCS.contains(&table), "docs/moderation.md lacks this:\n{table}");
}

#[test]
fn who_is_banned_can_not_come_back_by_another_name_case_or_connection() {
    let mut world = World::new();
    let from = Some(address(0xc000_0201));
    world.come("Mal", 20, from);
    assert!(world.can_join("Mal"));
    assert_eq!(world.act("Ann", Act::Ban { name: name("mAL"), lasts: None, why: None }), None);
    assert!(!world.can_join("Mal"));
    // By another name.
    world.command("Mal", Command::Rename(name("Angel")));
    assert!(!world.can_join("Mal"));
    // By another connection from there, by any name, and by the name from elsewhere.
    let connection = world.connection("Mal");
    world.chat.handle(Time::START, Event::Closed { connection });
    world.come("Mallory", 21, from);
    assert!(!world.can_join("Mallory"));
    world.come("MAL", 22, Some(address(5)));
    assert!(!world.can_join("MAL"));
    world.come("Max", 23, Some(address(6)));
    assert!(world.can_join("Max"));
    world.act("Ann", Act::Unban { mask: Mask::of(&name("mal")) });
    assert!(world.can_join("Mallory") && world.can_join("MAL"));
}

#[test]
fn who_is_banned_and_comes_from_this_machine_can_not_come_back_by_another_name_or_account() {
    let mut world = World::new();
    world.come("Mal", 20, None);
    world.act("Ann", Act::Ban { name: name("Mal"), lasts: None, why: None });
    world.command("Mal", Command::Rename(name("Angel")));
    assert!(!world.can_join("Mal"));
    // What they do before they are banned is no way round it: a ban is of who has the name now.
    world.come("Max", 21, None);
    world.command("Max", Command::Rename(name("Moritz")));
    world.come("Maxim", 22, None);
    world.act("Ann", Act::Ban { name: name("Moritz"), lasts: None, why: None });
    assert!(!world.can_join("Max") && world.can_join("Maxim"));
    // Who was banned and gave the name up does not keep out whoever takes it, once that is unbanned.
    world.act("Ann", Act::Unban { mask: Mask::of(&name("Mal")) });
    assert!(world.can_join("Mal"));
}

#[test]
fn all_of_a_network_are_banned_and_their_neighbours_are_not() {
    let mut world = World::new();
    let from = |text: &str| AddressKey::parse(text);
    world.act("Sue", Act::BanAddress { address: from("2001:db8:0:7::1").expect("one"), lasts: None, why: None });
    for (slot, text, is_let_in) in [
        (30, "2001:db8:0:7:ffff::9", false),
        (31, "2001:db8:0:8::1", true),
        (32, "2001:db8:0:6:ffff:ffff:ffff:ffff", true),
        (33, "::ffff:192.0.2.1", true),
    ] {
        let connection = ConnectionId::new(0, slot, slot);
        world.chat.handle(Time::START, Event::Opened { connection, address: from(text) });
        assert_eq!(world.chat.is_here(connection), is_let_in, "{text}");
    }
}

#[test]
fn of_a_class_behind_one_router_only_the_name_is_banned_and_the_operator_is_told() {
    let mut world = World::new();
    let from = Some(address(0xc000_0201));
    for (slot, who) in (20..).zip(["Mal", "Nan", "Oli"]) {
        world.come(who, slot, from);
        assert!(world.can_join(who));
    }
    let told = world.act("Ann", Act::Ban { name: name("Mal"), lasts: None, why: None });
    assert_eq!(told.as_deref(), Some("Others come from the address of Mal, so only the name is banned"));
    world.command("Nan", Command::Join(Name::MAIN));
    assert!(!world.can_join("Mal") && world.can_join("Nan"));
    // Nor is the class muted as a whole: who comes later is heard.
    world.act("Ann", Act::Mute { name: name("Oli"), lasts: None });
    world.come("Pat", 24, from);
    assert!(world.can_join("Pat") && world.is_heard("Pat") && !world.is_heard("Oli"));
}

#[test]
fn who_is_muted_is_so_by_another_name_and_connection_and_told_once_each() {
    let mut world = World::new();
    let from = Some(address(0xc000_0201));
    let mal = world.come("Mal", 20, from);
    world.can_join("Mal");
    world.act("Ann", Act::Mute { name: name("Mal"), lasts: None });
    let say = || Command::Say(Text::clean("hello").into());
    let told = world.command("Mal", say());
    assert!(matches!(&told[..], [Action::Deliver { message: Message::Ruling(_), .. }]), "{told:?}");
    assert_eq!(world.command("Mal", say()), []);
    world.command("Mal", Command::Rename(name("Angel")));
    assert!(!world.is_heard("Mal"));
    world.chat.handle(Time::START, Event::Closed { connection: mal });
    world.come("Mallory", 21, from);
    world.can_join("Mallory");
    assert_eq!(world.command("Mallory", say()).len(), 1, "they are told");
    assert_eq!(world.command("Mallory", say()), []);
    world.act("Ann", Act::Unmute { name: name("Mallory") });
    assert!(world.is_heard("Mallory"));
}

#[test]
fn of_two_operators_who_take_each_others_rank_the_first_has_it_still() {
    for (first, second) in [("Ann", "Tom"), ("Tom", "Ann")] {
        let mut world = World::new();
        assert_eq!(world.act(first, mode(false, Mode::Operator(name(second)))), None);
        let refused = world.act(second, mode(false, Mode::Operator(name(first))));
        assert_eq!(refused.as_deref(), Some("Only operators of pizza can do that"));
    }
}

#[test]
fn from_ten_thousand_addresses_nobody_connects_and_one_more_is_too_many() {
    let mut world = World::new();
    let ban = |number| Act::BanAddress { address: address(number), lasts: None, why: None };
    // One is banned before.
    for number in 1000..10_999 {
        assert_eq!(world.act("Sue", ban(number)), None);
    }
    assert!(world.act("Sue", ban(20_000)).is_some());
    assert_eq!(world.act("Sue", ban(1000)), None, "to ban it again is no more");
    let connection = ConnectionId::new(0, 50, 50);
    let open = |world: &mut World, number| {
        world.chat.take_actions();
        world.chat.handle(Time::START, Event::Opened { connection, address: Some(address(number)) });
        world.chat.take_actions()
    };
    let told = open(&mut world, 10_998);
    assert!(matches!(&told[..], [Action::Reply { message, .. }, Action::Close { .. }]
        if message.to_string() == "You are banned from this server"));
    assert!(open(&mut world, 11_000).len() > 2);
    let restored = Chat::restore(&Rules::default(), world.chat.snapshot()).expect("it is of a chat");
    assert_eq!(restored.snapshot(), world.chat.snapshot());
}

#[test]
fn who_comes_from_an_address_that_is_banned_is_put_out_but_for_operators_of_the_server() {
    let mut world = World::new();
    let from = Some(address(0xc000_0201));
    for (slot, who) in (20..).zip(["Mal", "Nan", "Oli"]) {
        world.come(who, slot, from);
    }
    world.command("Nan", Command::Empower(None));
    let silent = ConnectionId::new(0, 30, 30);
    world.chat.handle(Time::START, Event::Opened { connection: silent, address: from });
    let lasts = Some(Duration::from_secs(60));
    let why = Some(Text::clean("spam"));
    world.act("Sue", Act::BanAddress { address: address(0xc000_0201), lasts, why });
    let is_here = |world: &World, connection| world.chat.is_here(connection);
    let [mal, nan, oli] = ["Mal", "Nan", "Oli"].map(|who| world.connection(who));
    assert!(!is_here(&world, mal) && is_here(&world, nan) && !is_here(&world, oli) && !is_here(&world, silent));
    // In `main` it is the same by a name, if nobody else comes from there.
    let ban = |who: &str| Moderation { room: None, act: Act::Ban { name: name(who), lasts: None, why: None } };
    let told = world.command("Sue", Command::Moderate(Box::new(ban("Sam"))));
    let Some(Action::Reply { message, .. }) = told.last() else { panic!("{told:?}") };
    assert_eq!(message.to_string(), "There is no address of Sam that could be banned");
    world.come("Pat", 40, Some(address(9)));
    world.command("Sue", Command::Moderate(Box::new(ban("Pat"))));
    assert!(!is_here(&world, world.connection("Pat")));
    assert_eq!(world.chat.snapshot().bars.len(), 3);
}

#[test]
fn what_operators_do_is_noted_with_who_whom_and_why_and_no_key() {
    let mut world = World::new();
    world.chat.keep_deeds();
    let key = RoomKey::parse("beer").expect("a key");
    let why = || Some(Text::clean("spam"));
    world.act("Bob", Act::Kick { name: name("Mia"), why: why() });
    world.act("Ann", Act::Kick { name: name("Mia"), why: why() });
    world.act("Ann", mode(true, Mode::Key(key)));
    world.act("Ann", mode(true, Mode::Operator(name("Bob"))));
    world.act("Sue", Act::Kill { name: name("Bob"), why: why() });
    world.act("Sue", Act::BanAddress { address: address(0xc000_0201), lasts: None, why: None });
    let deeds = world.chat.take_deeds();
    let lines: Vec<_> = deeds.iter().map(ToString::to_string).collect();
    let expected = [
        "Ann kicked Mia in pizza: spam",
        "Ann set +k in pizza",
        "Ann set +o Bob in pizza",
        "Sue put out Bob: spam",
        "Sue banned 192.0.2.1",
    ];
    assert_eq!(lines, expected);
    assert_eq!(deeds.iter().filter(|deed| deed.bar.is_some()).count(), 1);
}

#[test]
fn an_announcement_is_told_once_to_who_is_in_several_rooms() {
    let mut world = World::new();
    world.command("Bob", Command::Enter(Name::MAIN));
    let told = world.command(
        "Sue",
        Command::Moderate(Box::new(Moderation { room: None, act: Act::Announce(Text::clean("hello")) })),
    );
    let lines = read(&told);
    assert_eq!(lines, ["main (3): Announcement by Sue: hello", "room 1 but 1 (5): Announcement by Sue: hello"]);
}

#[test]
fn who_puts_themselves_out_is_told_no_more_than_was_counted_for_it() {
    let (mut chats, [ann, bob]) = Chats::of(["Ann", "Bob"]);
    for _ in 0..10 {
        chats.line(bob, &"x".repeat(300));
    }
    chats.line(ann, "/join pizza");
    let told = chats.line(ann, "/kick Ann");
    assert!(told.len() > 4 && told.iter().all(|line| !line.starts_with("0: ")), "{told:?}");
}

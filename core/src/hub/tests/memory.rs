//! What a hub asks of a store, what it makes of the answers, and what waits for them.

use super::*;
use crate::kept::{Bound, Found, Kept, KeptMessage, Page, Past, What};
use crate::log::TopicState;
use crate::message::IrcMessage;

/// A store as simple as can be.
#[derive(Default)]
struct Store(Vec<Kept>);

impl Store {
    fn messages(&self, room: &Name) -> Vec<KeptMessage> {
        let of_room = self.0.iter().filter(|kept| kept.venue.is(&room.clone().into()));
        let each = |kept: &Kept| {
            let texts = match &kept.what {
                What::Said(texts) => texts.iter().map(Text::clean).collect(),
                What::Acted(text) => vec![text.clone()],
                What::Topic(_) | What::Event(_) | What::Forgotten { .. } => Vec::new(),
            };
            let (name, is_act, time_ms) = (kept.name.clone(), matches!(kept.what, What::Acted(_)), kept.time_ms);
            let message =
                move |(seq, text)| KeptMessage { name: name.clone(), text, is_act, time_ms, seq, event: None };
            (kept.seq..).zip(texts).map(message).collect::<Vec<_>>()
        };
        of_room.flat_map(each).collect()
    }

    fn answer(&self, effect: Effect) -> Answer {
        match effect {
            Effect::VerifyToken { .. } | Effect::LogIn { .. } => panic!("it takes no store"),
            Effect::Recall { room } => Answer::Recalled(self.past(room)),
            Effect::Read { connection, page } => {
                let Page { venue, after, before, is_from_oldest, count, .. } = page;
                let seq = |bound| match bound {
                    Bound::Seq(seq) => seq,
                    Bound::TimeMs(_) | Bound::Event { .. } => panic!("nobody asks by these"),
                };
                let (after, before) = (after.map_or(0, seq), before.map_or(u64::MAX, seq));
                let mut messages = self.messages(venue.room().expect("it is a room"));
                messages.retain(|message| message.seq > after && message.seq < before);
                assert!(!is_from_oldest);
                messages.drain(..messages.len().saturating_sub(count.into()));
                Answer::Read { connection, venue, messages }
            }
            Effect::Search { connection, search } => {
                let found = |room: &Name| {
                    let has = |message: &KeptMessage| message.text.as_str().contains(search.words.as_str());
                    let found = self.messages(room).into_iter().filter(has);
                    found.map(|message| Found { room: room.clone(), message }).collect::<Vec<_>>()
                };
                let mut found: Vec<_> = search.rooms.iter().flat_map(found).collect();
                found.reverse();
                found.truncate(search.count.into());
                Answer::Found { connection, found }
            }
        }
    }

    fn past(&self, room: Name) -> Past {
        let mut messages = self.messages(&room);
        let said = messages.last().map_or(0, |last| last.seq);
        messages.drain(..messages.len().saturating_sub(100));
        let topic =
            self.0.iter().rev().filter(|kept| kept.venue.is(&room.clone().into())).find_map(|kept| match &kept.what {
                What::Topic(topic) => Some(topic.clone().map(|topic| (topic, kept.name.clone(), kept.time_ms))),
                What::Said(_) | What::Acted(_) | What::Event(_) | What::Forgotten { .. } => None,
            });
        let topic = topic.flatten().map(|(topic, name, time_ms)| TopicState { topic, name, time_ms });
        let hidden = self.0.iter().filter(|kept| kept.venue.is(&room.clone().into()) && kept.is_hidden);
        let hidden = hidden.map(|kept| kept.seq).max().unwrap_or(0);
        Past { room, said, hidden, topic, messages }
    }
}

/// A hub with a store, and all that both are.
#[derive(Default)]
struct World {
    store: Store,
    asked: VecDeque<Effect>,
}

impl World {
    fn hub(&self) -> Hub<()> {
        let mut hub = Hub::new(Config::default());
        hub.keep_history(7, false);
        hub.recall_main(Time::START, self.store.past(name("main")));
        hub
    }

    /// Keeps what there is, and takes what is asked for, as a driver does.
    fn look(&mut self, hub: &mut Hub<()>) {
        self.store.0.extend(hub.take_kept());
        while let Some(effect) = hub.poll_effect() {
            self.asked.push_back(effect);
        }
    }

    fn answer_next(&mut self, hub: &mut Hub<()>) {
        let effect = self.asked.pop_front().expect("something was asked for");
        hub.handle_answer(Time::START, self.store.answer(effect));
        self.look(hub);
    }

    /// Has somebody say lines, and all be answered.
    fn say(&mut self, hub: &mut Hub<()>, connection: ConnectionId, lines: &[&str]) -> Vec<String> {
        self.begin(hub, connection, lines);
        while !self.asked.is_empty() {
            self.answer_next(hub);
        }
        hub.take_batch().map(|batch| messages(Some(batch))).unwrap_or_default()
    }

    /// Has somebody say lines, and nothing be answered yet.
    fn begin(&mut self, hub: &mut Hub<()>, connection: ConnectionId, lines: &[&str]) {
        let requests: Vec<_> = lines.iter().filter_map(|line| Request::parse(line)).collect();
        hub.handle_requests(Time::START, connection, requests);
        self.look(hub);
    }
}

fn name(text: &str) -> Name {
    Name::parse(text).expect("it is a name")
}

fn named(world: &mut World, hub: &mut Hub<()>, called: &str) -> ConnectionId {
    let connection = open(hub);
    world.say(hub, connection, &[&format!("/name {called}")]);
    connection
}

#[test]
fn a_room_that_comes_again_goes_on_where_it_was_also_on_another_day() {
    let mut world = World::default();
    let mut hub = world.hub();
    let ann = named(&mut world, &mut hub, "Ann");
    world.say(&mut hub, ann, &["in main", "/join pizza", "hi", "/me waves", "/topic at eight", "/join main"]);
    assert_eq!(hub.chat.rooms(), 1, "it has vanished");
    for _ in 0..2 {
        let told = world.say(&mut hub, ann, &["/join pizza", "again"]);
        assert!(told.contains(&"Topic - at eight".to_owned()), "{told:?}");
        assert!(told.iter().any(|line| line.contains("Ann: hi\n[just now] * Ann waves")), "{told:?}");
        world.say(&mut hub, ann, &["/join main"]);
    }
    assert_eq!(world.store.messages(&name("PIZZA")).iter().map(|said| said.seq).collect::<Vec<_>>(), [1, 2, 3, 4]);
    // Another run of the server.
    let mut hub = world.hub();
    let bob = open(&mut hub);
    let told = messages(hub.take_batch());
    assert_eq!(told[2..], ["You joined main", "[just now] Ann: in main"]);
    let told = world.say(&mut hub, bob, &["/join Pizza", "/history 1"]);
    assert_eq!(told.last().map(String::as_str), Some("[just now] Ann: again"), "{told:?}");
    world.say(&mut hub, bob, &["new"]);
    assert_eq!(world.store.messages(&name("pizza")).last().map(|said| said.seq), Some(5));
}

#[test]
fn what_was_said_in_a_closed_room_is_not_shown_to_who_opens_it_again() {
    let mut world = World::default();
    let mut hub = world.hub();
    let [ann, bob] = ["Ann", "Bob"].map(|called| named(&mut world, &mut hub, called));
    let closed = ["/join tea", "open", "/topic at eight", "/lock", "secret", "/topic of secrets", "/join main"];
    world.say(&mut hub, ann, &closed);
    assert_eq!(hub.chat.rooms(), 1, "it has vanished");
    // Also after another run of the server, and for whoever comes second.
    for (run, who) in [ann, bob].into_iter().enumerate() {
        let asked = ["/join tea", "/history 100", "/search secret", "new", "/history 100", "/join main"];
        let told = world.say(&mut hub, who, &asked);
        assert!(!told.iter().any(|line| line.contains("open") || line.contains(": secret")), "{run}: {told:?}");
        assert!(!told.iter().any(|line| line.contains("eight") || line.contains("of secrets")), "{run}: {told:?}");
        assert!(told.iter().any(|line| line.contains("] Ann: new") || line.contains("] Bob: new")), "{run}: {told:?}");
    }
    let mut hub = world.hub();
    let cid = named(&mut world, &mut hub, "Cid");
    let told = world.say(&mut hub, cid, &["/join tea", "/history 100"]);
    assert_eq!(told.last().map(String::as_str), Some("[just now] Ann: new\n[just now] Bob: new"), "{told:?}");
}

#[test]
fn two_who_join_one_room_ask_once_and_others_do_not_wait() {
    let mut world = World::default();
    let mut hub = world.hub();
    let [ann, bob, cid] = ["Ann", "Bob", "Cid"].map(|called| named(&mut world, &mut hub, called));
    world.begin(&mut hub, ann, &["/join tea", "first", "/join main"]);
    world.begin(&mut hub, bob, &["/enter TEA", "second"]);
    assert_eq!(world.asked.len(), 1);
    hub.take_batch();
    world.begin(&mut hub, cid, &["hello"]);
    // Cid was heard before; then Ann came and left, so that Bob has to be told anew what is known.
    world.answer_next(&mut hub);
    let told = messages(hub.take_batch());
    assert_eq!(told[0], "Cid: hello");
    assert_eq!(world.asked.len(), 1, "what was known for Bob is old");
    world.answer_next(&mut hub);
    let told = messages(hub.take_batch());
    assert!(told.contains(&"[just now] Ann: first".to_owned()), "{told:?}");
    let seqs: Vec<_> = world.store.messages(&name("tea")).iter().map(|said| said.seq).collect();
    assert_eq!(seqs, [1, 2]);
    assert!(hub.connections.is_free());
}

#[test]
fn what_was_asked_for_before_a_room_was_opened_is_asked_again() {
    let mut world = World::default();
    let mut hub = world.hub();
    let ann = named(&mut world, &mut hub, "Ann");
    let bob = hub.open(Time::START, &mut Session::with_form(&Config::default(), Form::Irc), ()).expect("it runs");
    let line = |line: &str| Request::Irc(crate::IrcLine::new(line));
    hub.handle_requests(Time::START, bob, vec![line("NICK Bob"), line("USER b 0 * :b")]);
    hub.handle_requests(Time::START, bob, vec![line("JOIN #tea,#cake")]);
    world.look(&mut hub);
    // Bob has what is known of tea, and waits for cake.
    world.answer_next(&mut hub);
    assert!(matches!(&world.asked[0], Effect::Recall { room } if room.as_str() == "cake"));
    let cake = world.asked.pop_front().expect("it is there");
    // Ann asks for tea before Bob opens it, and is answered with what was so before.
    world.begin(&mut hub, ann, &["/join tea"]);
    let old = world.store.answer(world.asked.pop_front().expect("tea is asked for"));
    hub.handle_answer(Time::START, world.store.answer(cake));
    hub.handle_requests(Time::START, bob, vec![line("PRIVMSG #tea :one"), line("PART #tea")]);
    world.look(&mut hub);
    hub.handle_answer(Time::START, old);
    world.look(&mut hub);
    let told = world.say(&mut hub, ann, &["two"]);
    assert!(told.contains(&"[just now] Bob: one".to_owned()), "{told:?}");
    assert_eq!(world.store.messages(&name("tea")).iter().map(|said| said.seq).collect::<Vec<_>>(), [1, 2]);
    assert!(hub.connections.is_free());
}

#[test]
fn who_leaves_while_they_wait_opens_nothing_more() {
    let mut world = World::default();
    let mut hub = world.hub();
    let ann = named(&mut world, &mut hub, "Ann");
    world.begin(&mut hub, ann, &["/join tea"]);
    hub.handle_closed(Time::START, ann);
    world.answer_next(&mut hub);
    assert!(hub.connections.is_free() && hub.chat.rooms() == 1 && hub.chat.people() == 0);
    // An answer that nobody waits for changes nothing.
    hub.handle_answer(Time::START, Answer::Recalled(Past::none(name("tea"))));
    hub.handle_answer(Time::START, Answer::Found { connection: ann, found: Vec::new() });
}

#[test]
fn older_messages_are_read_and_found_where_one_is_and_nowhere_else() {
    let mut world = World::default();
    let mut hub = world.hub();
    let [ann, bob] = ["Ann", "Bob"].map(|called| named(&mut world, &mut hub, called));
    let lines: Vec<_> = (1..=250).map(|number| format!("line {number}")).collect();
    world.say(&mut hub, ann, &lines.iter().map(String::as_str).collect::<Vec<_>>());
    let told = world.say(&mut hub, bob, &["/said main 1 120"]);
    assert!(told[0].starts_with("[just now] Ann: line 21\n"), "{told:?}");
    let told = world.say(&mut hub, bob, &["/said main 118 120"]);
    assert!(told[0].starts_with("[just now] Ann: line 118\n") && told[0].ends_with("Ann: line 120"), "{told:?}");
    let told = world.say(&mut hub, bob, &["/search line 24", "after"]);
    assert_eq!(told[0].lines().count(), 10);
    assert!(told[0].ends_with("[main, just now] Ann: line 249"), "{told:?}");
    assert_eq!(told[1], "Bob: after", "it keeps its place");
    assert_eq!(world.say(&mut hub, bob, &["/search pizza"]), ["Nothing was found"]);
    world.say(&mut hub, ann, &["/join secret", "pizza"]);
    assert_eq!(world.say(&mut hub, bob, &["/search pizza"]), ["Nothing was found"]);
    assert_eq!(world.say(&mut hub, bob, &["/said secret 1 9"]), ["Nothing was said here"]);
    world.say(&mut hub, bob, &["/ignore Ann"]);
    assert_eq!(world.say(&mut hub, bob, &["/search line"]), ["Nothing was found"]);
    for line in ["/said", "/said main", "/said main x 9", "/said main 1 2 3"] {
        assert_eq!(world.say(&mut hub, bob, &[line]), ["Try /said {room} {from} {to}"], "{line}");
    }
    assert_eq!(world.say(&mut hub, bob, &["/search"]), ["Try /search {words}"]);
}

#[test]
fn the_store_is_asked_only_for_what_the_chat_does_not_know() {
    let mut world = World::default();
    let mut hub = world.hub();
    let ann = named(&mut world, &mut hub, "Ann");
    let long = "x".repeat(400);
    world.say(&mut hub, ann, &[&*long; 200]);
    world.begin(&mut hub, ann, &["/history 100"]);
    assert!(world.asked.is_empty(), "a hundred fit");
    hub.take_batch();
    let mut again = world.hub();
    let bob = open(&mut again);
    world.begin(&mut again, bob, &["/history 20", "/history 100"]);
    assert!(world.asked.is_empty(), "they were recalled");
}

#[test]
fn without_a_store_the_chat_shows_what_it_knows_and_finds_nothing() {
    let mut hub = Hub::new(Config::default());
    let ann = open(&mut hub);
    hub.take_batch();
    let requests = ["one", "two", "three", "/said main 2 9", "/search two"];
    hub.handle_requests(Time::START, ann, requests.iter().filter_map(|line| Request::parse(line)));
    let told = messages(hub.take_batch());
    assert_eq!(told[told.len() - 1], "This server keeps no history that could be searched");
    assert_eq!(told[told.len() - 2].lines().count(), 2);
    assert!(hub.take_kept().is_empty());
}

#[test]
fn when_the_server_has_stopped_nobody_is_answered() {
    let mut world = World::default();
    let mut hub = world.hub();
    let ann = named(&mut world, &mut hub, "Ann");
    world.begin(&mut hub, ann, &["/join tea", "/users"]);
    hub.handle_stop(Time::START);
    hub.take_batch();
    world.answer_next(&mut hub);
    assert!(hub.take_batch().is_none());
}

#[test]
fn what_is_found_is_one_answer_by_irc_in_lines_that_are_not_too_long() {
    let mut world = World::default();
    let mut hub = world.hub();
    let ann = named(&mut world, &mut hub, "Ann");
    world.say(&mut hub, ann, &["/join tea", "one cup", &format!("cup {}", "x".repeat(900))]);
    let bob = hub.open(Time::START, &mut Session::with_form(&Config::default(), Form::Irc), ()).expect("it runs");
    let mut told = |hub: &mut Hub<()>, line: &str| {
        hub.handle_requests(Time::START, bob, vec![Request::Irc(crate::IrcLine::new(line))]);
        world.look(hub);
        while !world.asked.is_empty() {
            world.answer_next(hub);
        }
        let actions = hub.take_batch().map_or(Vec::new(), |batch| batch.actions().to_vec());
        let lines = actions.into_iter().filter_map(|action| {
            let Action::Reply { connection, message: Message::Irc(message) } = action else { return None };
            let IrcMessage::Lines(lines) = *message else { return None };
            (connection == bob).then(|| String::from_utf8_lossy(&lines).into_owned())
        });
        lines.collect::<String>()
    };
    for line in ["CAP REQ :batch labeled-response message-tags", "NICK Bob", "USER b 0 * :b", "CAP END", "JOIN #tea"] {
        told(&mut hub, line);
    }
    assert_eq!(
        told(&mut hub, "@label=a SEARCH one"),
        "@label=a :chinwag.local NOTICE Bob :[tea, just now] Ann: one cup\r\n"
    );
    let nothing = ":chinwag.local 461 Bob SEARCH :Not enough parameters\r\n";
    assert_eq!(told(&mut hub, "SEARCH :\u{1b}[31m"), nothing, "it shows nothing");
    let lines = told(&mut hub, "@label=b SEARCH cup");
    let lines: Vec<_> = lines.lines().collect();
    assert_eq!(lines.len(), 5, "{lines:?}");
    assert!(lines[0].starts_with("@label=b ") && lines[1..4].iter().all(|line| line.starts_with("@batch=")));
    assert!(lines.iter().all(|line| line.split_once(' ').is_some_and(|(_, line)| line.len() <= 510)), "{lines:?}");
    assert_eq!(lines.concat().matches('x').count(), 900);
}

#[test]
fn a_line_of_irc_that_is_no_text_asks_for_no_room() {
    let mut world = World::default();
    let mut hub = world.hub();
    let bob = hub.open(Time::START, &mut Session::with_form(&Config::default(), Form::Irc), ()).expect("it runs");
    let line = |line: &str| Request::Irc(crate::IrcLine::new(line));
    hub.handle_requests(Time::START, bob, vec![line("NICK Bob"), line("USER b 0 * :b")]);
    hub.handle_requests(Time::START, bob, vec![Request::Irc(crate::IrcLine::not_utf8("JOIN #tea,#caf\u{fffd}"))]);
    world.look(&mut hub);
    assert!(world.asked.is_empty());
}

#[test]
fn what_is_known_of_a_room_counts_no_more_once_somebody_else_has_opened_it() {
    let mut world = World::default();
    let mut hub = world.hub();
    let ann = named(&mut world, &mut hub, "Ann");
    let bob = hub.open(Time::START, &mut Session::with_form(&Config::default(), Form::Irc), ()).expect("it runs");
    let line = |line: &str| Request::Irc(crate::IrcLine::new(line));
    hub.handle_requests(Time::START, bob, vec![line("NICK Bob"), line("USER b 0 * :b")]);
    hub.handle_requests(Time::START, bob, vec![line("JOIN #tea,#cake"), line("PRIVMSG #tea :two")]);
    world.begin(&mut hub, ann, &["/join tea", "one", "/join main"]);
    // Bob is told of tea, and waits for cake; then Ann comes to tea, and goes.
    while !world.asked.is_empty() {
        world.answer_next(&mut hub);
    }
    assert_eq!(world.store.messages(&name("tea")).iter().map(|said| said.seq).collect::<Vec<_>>(), [1, 2]);
}

#[test]
fn who_asks_for_a_room_before_the_log_knows_of_them_opens_it_with_what_the_store_knows() {
    let mut world = World::default();
    let mut hub = Hub::replica(Config::default(), 0);
    hub.keep_history(7, false);
    let ann = open(&mut hub);
    world.begin(&mut hub, ann, &["/join pizza"]);
    assert_eq!(world.asked, [Effect::Recall { room: name("pizza") }], "only that they have come is proposed");
    while let Some(event) = hub.poll_proposal() {
        hub.apply(Record { at: Time::START, event });
    }
    world.answer_next(&mut hub);
    let event = hub.poll_proposal();
    assert!(matches!(event, Some(Event::Recalled(_))), "{event:?}");
}

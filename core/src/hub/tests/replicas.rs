//! What several servers make of one log, of which each has its own connections.

use super::*;
use crate::Limits;

/// Two servers and the log that they share.
struct Cluster {
    hubs: [Hub<u8>; 2],
    log: VecDeque<Event>,
    now: Time,
}

impl Cluster {
    fn new() -> Self {
        let config =
            Config { limits: Limits { secret: Some(Secret::new([7; 32])), ..Limits::default() }, ..Config::default() };
        Self { hubs: [0, 1].map(|server| Hub::replica(config.clone(), server)), log: VecDeque::new(), now: Time::START }
    }

    /// Lets somebody in on a server.
    fn open(&mut self, server: u8) -> ConnectionId {
        let mut session = Session::new(&Config::default());
        self.hub(server).open(Time::START, &mut session, server).expect("the server runs")
    }

    fn ask(&mut self, connection: ConnectionId, request: impl Into<Request>) {
        let now = self.now;
        self.hub(connection.server()).handle_requests(now, connection, vec![request.into()]);
    }

    fn say(&mut self, connection: ConnectionId, text: &str) {
        self.ask(connection, Command::Say(Text::clean(text).into()));
    }

    fn rename(&mut self, connection: ConnectionId, name: &str) {
        self.ask(connection, Command::Rename(Name::parse(name).expect("it is a name")));
    }

    fn hub(&mut self, server: u8) -> &mut Hub<u8> {
        &mut self.hubs[usize::from(server)]
    }

    /// Takes what the servers propose into the log.
    fn gather(&mut self) {
        for hub in &mut self.hubs {
            while let Some(event) = hub.poll_proposal() {
                self.log.push_back(event);
            }
        }
    }

    /// Applies the next record everywhere.
    fn step(&mut self) -> bool {
        let Some(event) = self.log.pop_front() else { return false };
        let record = Record { at: self.now, event };
        self.hubs.iter_mut().for_each(|hub| hub.apply(record.clone()));
        let [one, other] = &self.hubs;
        assert!(one.is_stopped() || other.is_stopped() || one.chat.snapshot() == other.chat.snapshot());
        true
    }

    /// Lets all that was proposed come back, and what is proposed then.
    fn settle(&mut self) {
        loop {
            self.gather();
            if !self.step() {
                break;
            }
        }
    }

    /// Returns what a server is to do, as it is told to its connections.
    fn told(&mut self, server: u8) -> Vec<String> {
        let batch = self.hub(server).take_batch();
        let told = |action: &Action| {
            if let Action::Reply { connection, message } = action
                && connection.server() == server
            {
                return Some(format!("{connection} {message}"));
            }
            if let Action::Credit { connection, .. } = action {
                return Some(format!("{connection} is answered"));
            }
            if let Action::Broadcast { message, .. } = action { Some(message.to_string()) } else { None }
        };
        batch.iter().flat_map(|batch| batch.actions().iter().filter_map(told)).collect()
    }

    /// Lets go of what is to be told.
    fn forget(&mut self) {
        for server in [0, 1] {
            self.told(server);
        }
    }

    /// Lets the people of these names in, and forgets what they were told.
    fn with_people<const N: usize>(&mut self, people: [(&str, u8); N]) -> [ConnectionId; N] {
        let people = people.map(|(name, server)| {
            let connection = self.open(server);
            self.rename(connection, name);
            connection
        });
        self.settle();
        self.forget();
        people
    }
}

#[test]
fn people_of_all_servers_hear_the_same_in_the_same_order() {
    let mut cluster = Cluster::new();
    let [ann, bob] = cluster.with_people([("Ann", 0), ("Bob", 1)]);
    assert_eq!([ann, bob], [ConnectionId::new(0, 0, 0), ConnectionId::new(1, 0, 0)]);
    for round in 0..3 {
        cluster.say(bob, &format!("b{round}"));
        cluster.say(ann, &format!("a{round}"));
    }
    cluster.settle();
    let heard = cluster.told(0);
    assert_eq!(heard, ["Ann: a0", "Ann: a1", "Ann: a2", "Bob: b0", "Bob: b1", "Bob: b2"]);
    assert_eq!(cluster.told(1), heard);
}

#[test]
fn what_is_not_proposed_waits_behind_what_is_in_flight_and_in_its_order() {
    let mut cluster = Cluster::new();
    let [ann, _] = cluster.with_people([("Ann", 0), ("Bob", 1)]);
    cluster.say(ann, "one");
    cluster.ask(ann, Query::Rooms);
    cluster.ask(ann, Notice::Fence);
    cluster.say(ann, "two");
    cluster.ask(ann, Notice::TooLong);
    assert_eq!(cluster.told(0), [""; 0]);
    cluster.gather();
    assert_eq!(cluster.log.len(), 1, "what was said after a query waits with it");
    assert!(cluster.step());
    assert_eq!(cluster.told(0), ["Ann: one", "#0 Rooms - main (2)", "#0 is answered"]);
    assert_eq!(cluster.told(1), ["Ann: one"], "answers are nobody else's");
    cluster.settle();
    assert_eq!(cluster.told(0), ["Ann: two", "#0 Messages can only be 400 chars long"]);
}

#[test]
fn a_query_of_somebody_silent_lets_the_others_know_of_them_first() {
    let mut cluster = Cluster::new();
    cluster.with_people([("Ann", 0)]);
    let bob = cluster.open(1);
    cluster.ask(bob, Query::Rooms);
    cluster.gather();
    assert_eq!(cluster.log.len(), 1, "the query waits behind the opening");
    cluster.step();
    cluster.gather();
    assert_eq!(cluster.log, [Event::Commanded { connection: bob, command: Command::Appear }]);
    cluster.settle();
    assert!(cluster.told(0).last().is_some_and(|line| line.ends_with(" joined")));
    assert_eq!(cluster.told(1).last().map(String::as_str), Some("#1.0 Rooms - main (2)"));
}

#[test]
fn a_socket_goes_with_its_own_connection_however_the_log_is_ordered() {
    let mut cluster = Cluster::new();
    let [ann, bob, cid] = [0, 1, 0].map(|server| cluster.open(server));
    cluster.gather();
    cluster.log.rotate_left(2);
    while cluster.step() {}
    for (server, ours, theirs) in [(0, vec![ann, cid], bob), (1, vec![bob], ann)] {
        let batch = cluster.hub(server).take_batch().expect("they are let in");
        assert!(ours.iter().all(|&id| batch.socket(id) == Some(&server)));
        assert_eq!(batch.socket(theirs), None);
        let opens = |action: &&Action| matches!(action, Action::Open { .. });
        assert_eq!(batch.actions().iter().filter(opens).count(), ours.len());
    }
}

#[test]
fn when_another_server_is_gone_its_people_have_left_and_this_one_goes_on() {
    let mut cluster = Cluster::new();
    let [ann, _, cid] = cluster.with_people([("Ann", 0), ("Bob", 1), ("Cid", 1)]);
    cluster.ask(cid, Command::Join(Name::parse("pizza").expect("it is a name")));
    let silent = cluster.open(1);
    cluster.settle();
    cluster.forget();
    let now = cluster.now;
    cluster.hub(1).handle_stop(now);
    assert!(!cluster.hub(1).is_stopped(), "it waits for its turn");
    cluster.settle();
    assert!(cluster.hub(1).is_stopped() && !cluster.hub(0).is_stopped());
    let batch = cluster.hub(1).take_batch().expect("its people are told");
    assert_eq!(batch.actions(), [Action::Stop { message: Message::Stopping }]);
    assert_eq!(cluster.told(0), ["Bob left"], "nobody knew of {silent}, and nobody was with Cid");
    cluster.ask(ann, Query::Rooms);
    assert_eq!(cluster.told(0), ["#0 Rooms - main (1)"]);
    cluster.say(ann, "alone");
    cluster.settle();
    let batch = cluster.hub(0).take_batch().expect("something is said");
    let [Action::Broadcast { audience, .. }] = batch.actions() else { panic!("{batch:?}") };
    assert_eq!(*audience, 1, "nobody else hears it, not even {silent}");
    let dan = cluster.open(0);
    cluster.settle();
    assert!(cluster.hub(0).chat.is_here(dan));
    assert_eq!(cluster.hub(0).chat.silent(), 1);
}

#[test]
fn somebody_can_go_on_on_another_server() {
    let mut cluster = Cluster::new();
    let [ann, _] = cluster.with_people([("Ann", 0), ("Bob", 1)]);
    let again = cluster.open(1);
    let config =
        Config { limits: Limits { secret: Some(Secret::new([7; 32])), ..Limits::default() }, ..Config::default() };
    cluster.ask(again, Request::Resume(config.token(ann).expect("there is a secret")));
    cluster.say(again, "back");
    cluster.settle();
    let effect = cluster.hub(1).poll_effect().expect("the token is to be verified");
    cluster.hub(1).handle_answer(Time::START, effect.perform(&config).expect("it takes no store"));
    cluster.settle();
    assert_eq!(cluster.told(1).last().map(String::as_str), Some("Ann: back"));
    let batch = cluster.hub(0).take_batch().expect("the old connection is ended");
    assert!(batch.actions().contains(&Action::Cut { connection: ann }));
    assert!(cluster.hub(0).connections.form(ann).is_none(), "its slot is free");
}

#[test]
fn time_passes_and_the_clock_is_set_by_the_log_only() {
    let mut cluster = Cluster::new();
    cluster.open(0);
    cluster.settle();
    let due = cluster.hub(1).poll_timeout().expect("somebody is silent");
    cluster.now = due;
    for server in [0, 1, 0, 1] {
        cluster.hub(server).handle_timeout(due);
        cluster.hub(server).handle_clock(due, 1_000_000);
    }
    cluster.gather();
    assert_eq!(cluster.log.len(), 4, "of each kind one of each server is in flight at a time");
    assert_eq!(cluster.hub(0).poll_timeout(), None, "what is on its way comes by itself");
    cluster.settle();
    assert_eq!(cluster.hubs.each_ref().map(|hub| (hub.poll_timeout(), hub.chat.people())), [(None, 1); 2]);
}

#[test]
fn of_two_operators_on_two_servers_who_take_each_others_rank_at_once_who_is_first_in_the_log_has_it_still() {
    for first in [0, 1] {
        let mut cluster = Cluster::new();
        let people = cluster.with_people([("Ann", 0), ("Bob", 1)]);
        let line = |line: &str| Request::parse(line).expect("it asks for something");
        for who in people {
            cluster.ask(who, line("/join pizza"));
            cluster.settle();
        }
        cluster.ask(people[0], line("/op Bob"));
        cluster.settle();
        cluster.forget();
        let others = ["Bob", "Ann"];
        // Neither server knows of what the other proposes.
        for place in [first, 1 - first] {
            cluster.ask(people[place], line(&format!("/deop {}", others[place])));
            cluster.gather();
        }
        cluster.settle();
        let taken = format!("{} was removed as an operator by {}", others[first], others[1 - first]);
        let refused = format!("{} Only operators of pizza can do that", people[1 - first]);
        for server in [0, 1] {
            let told = cluster.told(server);
            assert_eq!(told.iter().filter(|told| **told == taken).count(), 1, "{told:?}");
            let is_refused = told.contains(&refused);
            assert_eq!(is_refused, server == people[1 - first].server(), "{told:?}");
        }
        for who in people {
            cluster.ask(who, line("/op"));
            cluster.settle();
            let told = cluster.told(who.server());
            let left = format!("{who} Operators - {}", others[1 - first]);
            assert!(told.contains(&left), "{told:?}");
        }
    }
}

use std::time::Duration;

use super::*;
use crate::log::Command;
use crate::{IrcLine, Limits, Notice, Query, Request};

fn at(seconds: u64) -> Time {
    Time::after(Duration::from_secs(seconds))
}

/// Lets people come, talk and leave by all forms; returns what the hub was handed.
fn inputs() -> Vec<Input> {
    let mut inputs = Vec::new();
    let mut push = |seconds, handed| inputs.push(Input { at: at(seconds), handed });
    let id = |slot, generation| ConnectionId::new(0, slot, generation);
    let arrival = |form, dialect| Handed::Opened(Arrival { form, dialect, requests: Vec::new() });
    let asked = |connection, requests| Handed::Asked { connection, requests };
    let typed = |connection, line: &str| asked(connection, Request::parse(line).into_iter().collect());
    let irc = |connection, line: &str| asked(connection, vec![Request::Irc(IrcLine::new(line))]);
    push(0, Handed::Clock { unix_ms: 1_700_000_000_000 });
    push(1, arrival(Form::Lines, Dialect::CrLf));
    push(1, arrival(Form::Web, Dialect::Lf));
    push(1, arrival(Form::Irc, Dialect::Lf));
    push(2, irc(id(2, 2), "CAP REQ :batch labeled-response server-time"));
    push(2, irc(id(2, 2), "NICK Cid"));
    push(2, arrival(Form::Lines, Dialect::Lf));
    push(2, asked(id(3, 3), vec![Notice::Speak(Dialect::Telnet).into()]));
    push(3, typed(id(0, 0), "/name Ann"));
    push(3, Handed::Closed { connection: id(1, 1) });
    push(3, irc(id(2, 2), "USER c 0 * :Cid"));
    push(4, irc(id(2, 2), "CAP END"));
    for number in 0..80 {
        push(4, typed(id(0, 0), &format!("{} {number}", "a long line ".repeat(20))));
    }
    push(5, typed(id(0, 0), "/history 100"));
    push(5, irc(id(2, 2), "@label=x WHO *"));
    push(6, Handed::Closed { connection: id(0, 0) });
    push(6, asked(id(3, 3), vec![Request::Resume(crate::Token::HIDDEN)]));
    push(6, typed(id(3, 3), "waits"));
    push(7, Handed::Verified { connection: id(3, 3), ghost: None });
    push(7, arrival(Form::Irc, Dialect::Lf));
    push(8, arrival(Form::Lines, Dialect::Lf));
    push(8, asked(id(1, 5), vec![Query::More.into(), Command::Appear.into()]));
    push(90, Handed::Woke);
    push(91, Handed::Stopped);
    inputs
}

fn config() -> Config {
    Config { limits: Limits { list_bytes_max: 512, ..Limits::default() }, ..Config::default() }
}

fn hub() -> Hub<()> {
    let mut hub = Hub::new(config());
    hub.keep_state();
    hub
}

#[test]
fn a_hub_that_is_restored_anywhere_goes_on_as_the_original() {
    let mut hub = hub();
    let mut twins: Vec<Hub<()>> = Vec::new();
    for input in inputs() {
        let state = hub.state();
        let (twin, _) = Hub::restore(config(), state.clone(), |_| ()).expect("it is of a hub");
        assert_eq!(twin.state(), state, "before {input:?}");
        twins.push(twin);
        hub.handle(input.clone(), |_| ());
        while hub.poll_effect().is_some() {}
        let actions = hub.take_batch().map(|batch| batch.actions);
        for twin in &mut twins {
            twin.handle(input.clone(), |_| ());
            assert_eq!(twin.take_batch().map(|batch| batch.actions), actions, "{input:?}");
            assert_eq!((twin.state(), twin.poll_timeout()), (hub.state(), hub.poll_timeout()), "{input:?}");
        }
    }
    assert!(hub.is_stopped());
}

#[test]
fn what_is_left_of_an_answer_and_what_waits_are_part_of_a_state() {
    let mut hub = hub();
    let (mut pieces, mut waits) = (false, false);
    for input in inputs() {
        hub.handle(input, |_| ());
        drop(hub.take_batch());
        let state = hub.state();
        pieces |= state.connections.iter().any(|connection| !connection.pieces.is_empty());
        waits |= state
            .connections
            .iter()
            .any(|connection| connection.waiting.as_ref().is_some_and(|waiting| !waiting.requests.is_empty()));
    }
    assert!(pieces && waits);
}

#[test]
fn the_first_batch_of_a_restored_hub_opens_who_is_here_and_puts_them_into_their_rooms() {
    let mut hub = hub();
    for input in inputs().into_iter().filter(|input| input.at < at(5)) {
        hub.handle(input, |_| ());
    }
    drop(hub.take_batch());
    let (_, batch) = Hub::restore(config(), hub.state(), |connection| connection).expect("it is of a hub");
    let ann = ConnectionId::new(0, 0, 0);
    let open = Action::Open { connection: ann, form: Form::Lines, dialect: Dialect::CrLf };
    assert_eq!(batch.actions()[0], open);
    assert_eq!(batch.socket(ann), Some(&ann));
    assert!(batch.actions().contains(&Action::Enter { connection: ann, room: RoomId::new(0) }));
}

#[test]
fn what_cannot_be_a_state_is_none() {
    let mut hub = hub();
    for input in inputs().into_iter().filter(|input| input.at < at(3)) {
        hub.handle(input, |_| ());
    }
    drop(hub.take_batch());
    let whole = hub.state();
    let is_one = |change: fn(&mut HubState)| {
        let mut state = whole.clone();
        change(&mut state);
        Hub::restore(config(), state, |_| ()).is_ok()
    };
    assert!(is_one(|_| ()));
    assert!(!is_one(|state| drop(state.connections.pop())));
    assert!(!is_one(|state| state.vacant_slots.push(9)));
    assert!(!is_one(|state| state.arriving.clear()));
}

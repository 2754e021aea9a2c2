use std::time::Duration;

use super::*;
use crate::log::{Command, TopicState};
use crate::recording::AnswerPart;
use crate::{Answer, Found, IrcLine, KeptMessage, Limits, Notice, Past, Query, Request, Text, Topic};

fn at(seconds: u64) -> Time {
    Time::after(Duration::from_secs(seconds))
}

/// Lets people come, talk and leave by all forms; returns what the hub was handed.
fn inputs() -> Vec<Input> {
    let mut inputs = Vec::new();
    let mut push = |seconds, handed| inputs.push(Input { at: at(seconds), handed });
    let id = |slot, generation| ConnectionId::new(0, slot, generation);
    let arrival = |form, dialect| Handed::Opened(Arrival { form, dialect, ..Arrival::default() });
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
    push(7, Handed::Answered(Box::new(Answer::Verified { connection: id(3, 3), ghost: None })));
    push(7, arrival(Form::Irc, Dialect::Lf));
    push(8, arrival(Form::Lines, Dialect::Lf));
    push(8, asked(id(1, 5), vec![Query::More.into(), Command::Appear.into()]));
    push(90, Handed::Woke);
    push(91, Handed::Stopped);
    inputs
}

/// Lets people ask for what a store knows; returns what a hub that has one was handed.
fn remembered() -> Vec<Input> {
    let mut inputs = Vec::new();
    let mut push = |seconds, handed| inputs.push(Input { at: at(seconds), handed });
    let id = |slot| ConnectionId::new(0, slot, slot);
    let arrival = |form| Handed::Opened(Arrival { form, ..Arrival::default() });
    let asked = |slot, requests| Handed::Asked { connection: id(slot), requests };
    let typed = |slot, line: &str| asked(slot, Request::parse(line).into_iter().collect());
    let irc = |slot, line: &str| asked(slot, vec![Request::Irc(IrcLine::new(line))]);
    let answered = |answer| Handed::Answered(Box::new(answer));
    let name = |name: &str| Name::parse(name).expect("it is a name");
    let message = |seq: u64| KeptMessage {
        name: name("Dan"),
        text: Text::clean(&"before ".repeat(20)),
        is_act: seq.is_multiple_of(3),
        time_ms: 1_600_000_000_000 + seq,
        seq,
        event: None,
    };
    let topic = TopicState { topic: Topic::of("tea").expect("it is one"), name: name("Dan"), time_ms: 5 };
    let past = |room| Past {
        room: name(room),
        said: 200,
        hidden: 7,
        topic: Some(topic.clone()),
        messages: vec![message(200)],
    };
    let recalled = |room| answered(Answer::Recalled(past(room)));
    let read = |slot, seqs: std::ops::Range<u64>| {
        answered(Answer::Read {
            connection: id(slot),
            venue: name("tea").into(),
            messages: seqs.map(message).collect(),
        })
    };
    let found = |slot, seqs: std::ops::Range<u64>| {
        let found = seqs.map(|seq| Found { room: name("tea"), message: message(seq) });
        answered(Answer::Found { connection: id(slot), found: found.collect() })
    };
    push(0, Handed::Clock { unix_ms: 1_700_000_000_000 });
    [Form::Lines, Form::Web, Form::Irc, Form::Lines].into_iter().for_each(|form| push(1, arrival(form)));
    push(2, irc(2, "CAP REQ :batch labeled-response server-time message-tags draft/chathistory"));
    ["NICK Cid", "USER c 0 * :Cid", "CAP END"].into_iter().for_each(|line| push(2, irc(2, line)));
    push(3, typed(0, "/join tea"));
    push(3, typed(0, "waits"));
    push(3, irc(2, "JOIN #Tea,#cake"));
    push(3, typed(1, "/join cake"));
    push(3, typed(3, "/join jam"));
    push(3, Handed::Closed { connection: id(3) });
    push(4, recalled("jam"));
    push(4, recalled("tea"));
    push(4, typed(0, "/join nuts"));
    push(5, recalled("cake"));
    push(5, recalled("nuts"));
    push(5, irc(2, "PART #cake,#tea"));
    push(5, typed(1, "/join jam"));
    push(6, irc(2, "JOIN #tea,#milk"));
    push(6, recalled("tea"));
    // The room is opened by somebody who was told of it before, while another waits for what the store knows.
    push(6, typed(0, "/join tea"));
    push(7, recalled("milk"));
    push(7, recalled("jam"));
    push(7, recalled("tea"));
    push(8, irc(2, "@label=a CHATHISTORY AROUND #tea timestamp=2020-09-13T12:26:40.100Z 20"));
    push(8, irc(2, "PRIVMSG #tea :behind"));
    push(8, read(2, 90..100));
    push(9, read(2, 100..110));
    push(9, irc(2, "@label=b SEARCH before"));
    push(9, typed(0, "/search before"));
    push(9, typed(0, "/history 100"));
    push(10, found(2, 190..200));
    push(10, found(0, 190..200));
    push(11, asked(0, vec![Query::More.into(), Notice::Fence.into()]));
    push(12, read(0, 100..120));
    push(13, Handed::Stopped);
    inputs
}

/// Runs both: what a hub without a store is handed, and one with.
fn runs() -> [(Hub<()>, Vec<Input>); 2] {
    let mut remembering = hub();
    remembering.keep_history(7, false);
    [(hub(), inputs()), (remembering, remembered())]
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
    for (mut hub, inputs) in runs() {
        let mut twins: Vec<Hub<()>> = Vec::new();
        for input in inputs {
            let state = hub.state();
            let (twin, _) = Hub::restore(config(), state.clone(), |_| ()).expect("it is of a hub");
            assert_eq!(twin.state(), state, "before {input:?}");
            twins.push(twin);
            hub.handle(input.clone(), |_| ());
            let effects: Vec<_> = std::iter::from_fn(|| hub.poll_effect()).collect();
            let (kept, actions) = (hub.take_kept(), hub.take_batch().map(|batch| batch.actions));
            for twin in &mut twins {
                twin.handle(input.clone(), |_| ());
                assert_eq!(std::iter::from_fn(|| twin.poll_effect()).collect::<Vec<_>>(), effects, "{input:?}");
                assert_eq!(twin.take_kept(), kept, "{input:?}");
                assert_eq!(twin.take_batch().map(|batch| batch.actions), actions, "{input:?}");
                assert_eq!((twin.state(), twin.poll_timeout()), (hub.state(), hub.poll_timeout()), "{input:?}");
            }
        }
        assert!(hub.is_stopped());
    }
}

#[test]
fn what_is_asked_of_a_store_is_part_of_a_state() {
    let [_, (mut hub, inputs)] = runs();
    let mut seen = Vec::new();
    for input in inputs {
        hub.handle(input, |_| ());
        while hub.poll_effect().is_some() {}
        drop(hub.take_batch());
        let state = hub.state();
        let memory = state.memory.expect("it has a store");
        assert_eq!(memory.identity, 7);
        let waiting: Vec<_> = state.connections.iter().filter_map(|connection| connection.waiting.as_ref()).collect();
        let parts = || waiting.iter().filter_map(|waiting| waiting.answer.as_ref()).flat_map(|answer| &answer.parts);
        let pieces = state.connections.iter().flat_map(|connection| &connection.pieces);
        seen.extend([
            ("two wait for a room", memory.asked.iter().any(|asked| asked.waiting.len() > 1)),
            ("a room is opened meanwhile", memory.asked.iter().any(|asked| asked.is_stale)),
            ("a room is known before another", waiting.iter().any(|waiting| !waiting.pasts.is_empty())),
            ("more is to be read", waiting.iter().any(|waiting| waiting.next.is_some())),
            ("an answer has begun", parts().any(|part| matches!(part, AnswerPart::Said(..)))),
            ("more was found", pieces.into_iter().any(|piece| matches!(piece, Piece::Found { .. }))),
        ]);
    }
    for (what, _) in &seen[..6] {
        assert!(seen.contains(&(what, true)), "never: {what}");
    }
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
fn rooms_that_a_store_is_asked_about_in_another_order_are_no_state() {
    let [_, (mut hub, inputs)] = runs();
    for input in inputs.into_iter().filter(|input| input.at <= at(3)) {
        hub.handle(input, |_| ());
    }
    drop(hub.take_batch());
    let mut state = hub.state();
    assert!(Hub::restore(config(), state.clone(), |_| ()).is_ok());
    state.memory.as_mut().expect("it has a store").asked.reverse();
    assert!(Hub::restore(config(), state, |_| ()).is_err());
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

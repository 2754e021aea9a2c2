//! Who is asked whether they are still there, and who is given up since they are not.

use super::*;
use crate::Limits;

const PING: &[u8] = b"\x89\x00";

/// A close frame with 4002.
const GIVEN_UP: &[u8] = b"\x88\x02\x0f\xa2";

impl Writer {
    /// Lets the time come at which this many seconds have passed, and does what is due. Nothing is polled that nobody
    /// said was there: so an adapter does.
    fn at(&mut self, seconds: u64) {
        self.now = Time::after(Duration::from_secs(seconds));
        self.fanout.handle_timeout(self.now);
        if !self.fanout.is_through() {
            self.poll();
        }
    }

    fn taken(&mut self, connection: ConnectionId) -> Vec<u8> {
        self.received.remove(&connection.generation()).unwrap_or_default()
    }

    fn hear(&mut self, connection: ConnectionId) {
        self.send([Action::Alive { connection }]);
    }
}

#[test]
fn a_browser_is_pinged_every_25_seconds_as_long_as_it_answers_and_lines_are_not() {
    let (web, lines) = (id(0), id(1));
    let mut writer = Writer::new();
    writer.send([open_web(web), enter(web, MAIN), open(lines), enter(lines, MAIN)]);
    for round in 1..100 {
        assert_eq!(writer.fanout.poll_timeout(), Some(Time::after(Duration::from_secs(25 * round))));
        writer.at(25 * round - 1);
        assert_eq!(writer.taken(web), b"");
        writer.at(25 * round);
        assert_eq!(writer.taken(web), PING);
        writer.at(25 * round + 20);
        writer.hear(web);
    }
    assert_eq!((writer.told(), writer.taken(lines)), (vec![], vec![]));
    writer.send([leave(web), close(web), leave(lines), close(lines)]);
    assert_eq!(writer.told(), ["finish 100", "finish 101"]);
    writer.at(25 * 100);
    assert_eq!((writer.taken(web), writer.fanout.poll_timeout()), (vec![], None), "whoever is gone is forgotten");
    writer.assert_empty();
}

#[test]
fn who_owes_an_answer_for_60_seconds_is_told_so_and_ended_both_ways() {
    let (web, other) = (id(0), id(1));
    let mut writer = Writer::new();
    writer.send([open_web(web), enter(web, MAIN), open(other), enter(other, MAIN)]);
    for (seconds, given) in [(25, PING), (50, PING), (75, b""), (84, b"")] {
        writer.at(seconds);
        assert_eq!((writer.taken(web), writer.told()), (given.to_vec(), vec![]), "{seconds} s");
    }
    assert_eq!(writer.fanout.poll_timeout(), Some(Time::after(Duration::from_secs(85))));
    writer.at(85);
    assert_eq!((&writer.taken(web)[..], writer.told()), (GIVEN_UP, vec!["abandon 100".to_owned()]));
    writer.send([say(MAIN, "a"), reply(web, "b"), answer(web)]);
    assert_eq!((writer.taken(web), writer.lines(other)), (vec![], ann(["a"])), "the others hear it");
    assert_eq!(writer.told(), [""; 0]);
    writer.send([leave(web), close(web), leave(other), close(other)]);
    assert_eq!(writer.told(), ["finish 101"]);
    writer.assert_empty();
}

#[test]
fn whatever_shows_that_somebody_is_there_ends_what_is_owed() {
    let web = id(0);
    for heard_at in [26, 51, 76, 84] {
        let mut writer = Writer::new();
        writer.send([open_web(web), enter(web, MAIN)]);
        for seconds in (25..=85).filter(|seconds| seconds % 25 == 0 || *seconds == heard_at || *seconds == 85) {
            writer.at(seconds);
            if seconds == heard_at {
                writer.hear(web);
            }
        }
        assert_eq!(writer.told(), [""; 0], "heard at {heard_at} s");
        writer.taken(web);
        writer.hear(web);
        writer.at(100);
        assert_eq!(writer.taken(web), PING, "heard at {heard_at} s");
    }
}

#[test]
fn who_has_something_queued_is_not_pinged_and_owes_nothing() {
    let web = id(0);
    let mut writer = Writer::with(
        &Config { limits: Limits { stall_max: Duration::from_secs(1000), ..config().limits }, ..config() },
        Share::ALL,
    );
    writer.send([open_web(web), enter(web, MAIN)]);
    writer.at(25);
    assert_eq!(writer.taken(web), PING);
    writer.takes.insert(100, 0);
    writer.send([reply(web, "hello")]);
    let queued = writer.queued(web);
    for seconds in [50, 75, 85, 100] {
        writer.at(seconds);
        assert_eq!(writer.queued(web), queued, "{seconds} s");
    }
    assert_eq!(writer.told(), ["await 100"]);
    writer.take(web, usize::MAX);
    writer.taken(web);
    for seconds in [125, 150, 175, 184] {
        writer.at(seconds);
    }
    assert_eq!((writer.taken(web), writer.told()), (PING.repeat(2), vec![]));
    writer.at(185);
    assert_eq!(writer.told(), ["abandon 100"]);
}

#[test]
fn a_last_word_that_does_not_get_through_is_given_up_as_all_else_is() {
    let web = id(0);
    let mut writer = Writer::new();
    writer.send([open_web(web), enter(web, MAIN)]);
    for seconds in [25, 50, 75] {
        writer.at(seconds);
    }
    writer.takes.insert(100, 1);
    writer.at(85);
    assert_eq!(writer.told(), ["await 100"]);
    writer.send([leave(web), close(web)]);
    writer.at(85 + 60);
    assert_eq!(writer.told(), ["abandon 100"]);
    writer.assert_empty();
}

#[test]
fn those_who_came_at_once_are_pinged_a_few_at_a_time() {
    let people: Vec<_> = (0..200).map(id).collect();
    let mut writer = Writer::new();
    writer.send(people.iter().flat_map(|&person| [open_web(person), enter(person, MAIN)]));
    let mut pinged = Vec::new();
    while writer.fanout.poll_timeout() == Some(Time::after(Duration::from_secs(25))) {
        writer.at(25);
        pinged.push(std::mem::take(&mut writer.received).len());
    }
    assert_eq!(pinged, [64, 64, 64, 8]);
}

#[test]
fn a_ping_comes_after_all_that_was_said_before_it() {
    let (web, more) = (id(0), [1, 2, 3].map(id));
    let mut writer = Writer::new();
    writer.send(more.iter().chain([&web]).flat_map(|&person| [open_web(person), enter(person, MAIN)]));
    writer.now = Time::after(Duration::from_secs(25));
    writer.follow([say(MAIN, "a")]);
    writer.fanout.handle_timeout(writer.now);
    writer.poll();
    let bytes = writer.taken(web);
    assert!(bytes.ends_with(PING) && bytes.len() > PING.len(), "{bytes:?}");
}

#[test]
fn a_server_that_stops_asks_nobody_any_more() {
    let web = id(0);
    let mut writer = Writer::new();
    writer.send([open_web(web), enter(web, MAIN)]);
    writer.send([Action::Stop { message: Message::Stopping }]);
    assert_eq!((writer.told(), writer.fanout.poll_timeout()), (vec!["abandon 100".to_owned()], None));
}

#[test]
fn who_has_negotiated_telnet_is_sent_what_it_takes_for_nothing_and_owes_no_answer() {
    let (telnet, lines, known) = (id(0), id(1), id(2));
    let mut writer = Writer::new();
    writer.send([open(telnet), enter(telnet, MAIN), open(lines), enter(lines, MAIN)]);
    writer.at(10);
    for dialect in [Dialect::CrLf, Dialect::Telnet] {
        writer.send([Action::Speak { connection: telnet, dialect }]);
    }
    writer.at(20);
    writer.send([Action::Speak { connection: telnet, dialect: Dialect::Telnet }]);
    writer.send([Action::Open { connection: known, form: Form::Lines, dialect: Dialect::Telnet }, enter(known, MAIN)]);
    writer.at(34);
    assert_eq!((writer.taken(telnet), writer.taken(known)), (vec![], vec![]));
    for round in 1..20 {
        writer.at(10 + 25 * round);
        assert_eq!([telnet, lines, known].map(|person| writer.taken(person)), [b"\xff\xf1".to_vec(), vec![], vec![]]);
        writer.at(20 + 25 * round);
        assert_eq!([telnet, lines, known].map(|person| writer.taken(person)), [vec![], vec![], b"\xff\xf1".to_vec()]);
    }
    assert_eq!(writer.told(), [""; 0]);
}

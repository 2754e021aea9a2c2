use super::*;
use crate::{CloseCode, Limits, Signal};

/// A pacer with this rate, and bursts of five seconds.
fn pacer(lines_per_second: u32) -> Pacer {
    let limits = Limits { flood_lines_per_second: lines_per_second, ..Limits::default() };
    Pacer::new(&Config { limits, ..Config::default() })
}

fn says(lines: &str) -> Request {
    Command::Say(crate::Texts::parse_lines(lines).expect("they are clean")).into()
}

fn at(millis: u64) -> Time {
    Time::after(Duration::from_millis(millis))
}

fn ask(requests: &[Request]) -> Next {
    Next::Ask(requests.to_vec())
}

#[test]
fn without_a_rate_all_passes_as_it_comes() {
    let mut pacer = pacer(0);
    pacer.push(at(1), [says("one\ntwo\n"), Query::Users.into()]);
    assert_eq!(pacer.poll_next(at(1), Signals::default()), ask(&[says("one\ntwo\n"), Query::Users.into()]));
    assert_eq!(pacer.poll_next(at(1), Signals::default()), Next::Read);
    pacer.close();
    assert_eq!(pacer.poll_next(at(2), Signals::default()), Next::End);
    assert_eq!(pacer.held(), Held::default());
}

#[test]
fn what_is_over_the_rate_passes_line_by_line_in_its_order_and_the_end_comes_behind_it() {
    let mut pacer = pacer(1);
    pacer.push(at(0), [says("1\n2\n3\n4\n5\n6\n7\n"), Query::Users.into()]);
    pacer.close();
    assert_eq!(pacer.poll_next(at(0), Signals::default()), ask(&[says("1\n2\n3\n4\n5\n")]));
    assert_eq!(pacer.held(), Held { lost: 3, ..Held::default() });
    assert_eq!(pacer.poll_next(at(0), Signals::default()), Next::AwaitTime(at(1000)));
    assert_eq!(pacer.poll_next(at(1000), Signals::default()), ask(&[says("6\n")]));
    // What comes late waits for what came before it.
    pacer.push(at(1500), [says("8\n")]);
    assert_eq!(pacer.poll_next(at(2000), Signals::default()), ask(&[says("7\n")]));
    assert_eq!(pacer.poll_next(at(4000), Signals::default()), ask(&[Query::Users.into(), says("8\n")]));
    assert_eq!(pacer.poll_next(at(4000), Signals::default()), Next::End);
    let total = Duration::from_millis(1000 + 2000 + 4000 + 2500);
    assert_eq!(pacer.held(), Held { lines: 4, total, longest: Duration::from_secs(4), lost: 0 });
}

#[test]
fn what_a_session_tells_of_itself_is_free() {
    let mut pacer = pacer(1);
    pacer.push(at(0), [says("1\n2\n3\n4\n5\n"), Notice::Alive.into(), Notice::Fence.into(), Query::More.into()]);
    assert_eq!(pacer.poll_next(at(0), Signals::default()), ask(&[says("1\n2\n3\n4\n5\n"), Notice::Alive.into()]));
    assert_eq!(pacer.poll_next(at(0), Signals::default()), Next::Read);
}

#[test]
fn a_fence_is_asked_for_and_its_credit_awaited_as_a_session_does() {
    let (mut pacer, mut signals) = (pacer(0), Signals::default());
    pacer.push(at(0), [Query::History(100).into(), Notice::Fence.into(), says("hello\n")]);
    assert_eq!(pacer.poll_next(at(0), signals), ask(&[Query::History(100).into(), Notice::Fence.into()]));
    assert_eq!(pacer.poll_next(at(1), signals), Next::AwaitSignal);
    signals = signals.after(Signal::Continue);
    assert_eq!(pacer.poll_next(at(2), signals), ask(&[Query::More.into(), Notice::Fence.into()]));
    signals = signals.after(Signal::Credit).after(Signal::Pause);
    assert_eq!(pacer.poll_next(at(3), signals), Next::AwaitSignal);
    signals = signals.after(Signal::Resume);
    assert_eq!(pacer.poll_next(at(4), signals), ask(&[says("hello\n")]));
    assert_eq!(pacer.held(), Held { lines: 1, total: at(4).since_start(), longest: at(4).since_start(), lost: 0 });
}

#[test]
fn nothing_counts_behind_the_last_word_or_after_the_connection_was_given_up() {
    let mut quits = pacer(0);
    quits.push(at(0), [Command::Leave(CloseCode::NORMAL).into(), says("hello\n")]);
    assert_eq!(quits.poll_next(at(0), Signals::default()), ask(&[Command::Leave(CloseCode::NORMAL).into()]));
    assert_eq!(quits.poll_next(at(0), Signals::default()), Next::End);
    let mut given_up = pacer(0);
    given_up.push(at(0), [says("hello\n")]);
    assert_eq!(given_up.poll_next(at(0), Signals::ABANDONED), Next::End);
    assert_eq!(given_up.held().lost, 1);
}

use std::net::IpAddr;
use std::time::Duration;

use super::*;
use crate::{Handshake, Limits};

const HELLO: &[u8] = b"\x16\x03\x01\x02\x00\x01";

fn config(tls: Tls) -> Config {
    Config {
        limits: Limits { tls, proxies: ["10.0.0.0/8".parse().expect("it is a network")].into(), ..Limits::default() },
        ..Config::default()
    }
}

fn late() -> Time {
    Time::after(Duration::from_secs(5))
}

fn arrive(tls: Tls, form: Form, from: [u8; 4], bytes: &[u8]) -> Handshake {
    let mut handshake = Handshake::new(&config(tls), form, IpAddr::from(from), Time::START);
    handshake.handle_bytes(bytes);
    handshake
}

fn at_home(tls: Tls, form: Form, bytes: &[u8]) -> Handshake {
    arrive(tls, form, [192, 0, 2, 1], bytes)
}

fn secure(sealed: &[u8]) -> Step {
    Step::Secure { sealed: sealed.to_vec().into(), until: late() }
}

fn text(step: Step) -> String {
    let Step::Write { bytes, .. } = step else { panic!("{step:?}") };
    String::from_utf8(bytes.to_vec()).expect("it is text")
}

fn end(incident: Incident) -> Step {
    Step::End { incident: Some(incident), detail: None }
}

#[test]
fn tls_is_told_by_its_first_byte_on_every_listener_and_handed_back_once() {
    for form in Form::ALL {
        for tls in [Tls::Offered, Tls::Only] {
            for hello in [HELLO, &HELLO[..1]] {
                let mut handshake = at_home(tls, form, hello);
                assert_eq!(handshake.poll_step(Time::START), secure(hello), "{form:?} {tls:?}");
                assert_eq!(handshake.poll_step(Time::START), Step::Read { until: late() });
                handshake.handle_secured(Ok(()));
                handshake.handle_secured(Ok(()));
                let step = handshake.poll_step(Time::START);
                assert!(
                    matches!(step, Step::Read { .. } | Step::Enter),
                    "{form:?}: as one who comes without: {step:?}"
                );
            }
        }
    }
}

#[test]
fn who_comes_is_let_in_by_a_first_word_or_in_time_where_it_could_be_tls() {
    for form in Form::ALL {
        let mut handshake = at_home(Tls::Offered, form, b"");
        assert!(matches!(handshake.poll_step(Time::START), Step::Read { .. }), "{form:?}");
        handshake.handle_bytes(HELLO);
        assert_eq!(handshake.poll_step(Time::START), secure(HELLO), "{form:?}");
    }
    let mut handshake = at_home(Tls::Offered, Form::Irc, b"");
    assert_eq!(handshake.poll_step(Time::START), Step::Read { until: late() });
    assert_eq!(handshake.poll_step(late()), Step::Enter, "who says nothing is awaited as where there is no TLS");
    let mut handshake = at_home(Tls::Offered, Form::Irc, b"N");
    assert_eq!(handshake.poll_step(Time::START), Step::Enter);
    assert_eq!(at_home(Tls::Off, Form::Irc, b"").poll_step(Time::START), Step::Enter);
}

#[test]
fn what_is_said_in_tls_is_what_is_said_without() {
    let mut handshake = at_home(Tls::Only, Form::Web, HELLO);
    assert_eq!(handshake.poll_step(Time::START), secure(HELLO));
    // It may come with the end of the TLS handshake, before that is told.
    handshake.handle_bytes(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_eq!(handshake.poll_step(Time::START), Step::Read { until: late() });
    handshake.handle_secured(Ok(()));
    assert!(text(handshake.poll_step(Time::START)).ends_with("\r\n\r\nok\n"));

    let mut handshake = at_home(Tls::Offered, Form::Lines, HELLO);
    assert_eq!(handshake.poll_step(Time::START), secure(HELLO));
    handshake.handle_secured(Ok(()));
    let secured_at = Time::after(Duration::from_secs(3));
    let greeted_at = secured_at + Duration::from_millis(100);
    assert_eq!(handshake.poll_step(secured_at), Step::Read { until: greeted_at }, "who is silent is silent from now");
    assert_eq!(handshake.poll_step(greeted_at), Step::Enter);
}

#[test]
fn tls_in_tls_is_another_protocol() {
    for tls in [Tls::Offered, Tls::Only] {
        let mut handshake = at_home(tls, Form::Lines, HELLO);
        assert_eq!(handshake.poll_step(Time::START), secure(HELLO));
        handshake.handle_secured(Ok(()));
        handshake.handle_bytes(HELLO);
        assert_eq!(text(handshake.poll_step(Time::START)), "This port is for chat by telnet or nc, not for TLS\n");
    }
}

#[test]
fn where_it_is_only_offered_all_else_is_as_without() {
    for bytes in [&b"hello\n"[..], b"", b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"] {
        // By IRC nobody is let in before it is known whether they speak TLS.
        for form in Form::ALL.into_iter().filter(|form| *form != Form::Irc || !bytes.is_empty()) {
            let steps = |tls| {
                let mut handshake = at_home(tls, form, bytes);
                [Time::START, Time::after(Duration::from_millis(100))].map(|now| handshake.poll_step(now))
            };
            assert_eq!(steps(Tls::Offered), steps(Tls::Off), "{form:?}");
        }
    }
    let mut handshake = at_home(Tls::Offered, Form::Lines, b"");
    handshake.handle_bytes(HELLO);
    assert_eq!(handshake.poll_step(Time::START), secure(HELLO), "nothing is no first byte");
}

#[test]
fn where_it_is_demanded_whoever_comes_without_is_told_so_in_their_protocol() {
    let told = |form, bytes: &[u8]| {
        let mut handshake = at_home(Tls::Only, form, bytes);
        let told = text(handshake.poll_step(Time::START));
        assert_eq!(handshake.poll_step(Time::START), end(Incident::NoTls), "{form:?}");
        told
    };
    assert_eq!(told(Form::Lines, b"h"), format!("{NO_TLS}\n"));
    assert_eq!(told(Form::Irc, b"NICK"), format!("ERROR :Closing link: {NO_TLS}\r\n"));
    let page = told(Form::Web, b"GET /a?b HTTP/1.1\r\nHost: chat.example:42080\r\n\r\n");
    assert!(page.starts_with("HTTP/1.1 307 "), "{page}");
    assert!(page.contains("\r\nLocation: https://chat.example:42080/a?b\r\n"), "{page}");
    for request in ["GET http://a/b HTTP/1.1\r\nHost: c\r\n\r\n", "GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n"] {
        let page = told(Form::Web, request.as_bytes());
        assert!(page.contains("\r\nLocation: https://a/"), "{page}");
    }
    for request in ["OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", "GET / HTTP/1.1\r\nHost: a b\r\n\r\n"] {
        assert!(told(Form::Web, request.as_bytes()).starts_with("HTTP/1.1 400 "), "{request}");
    }
}

#[test]
fn where_it_is_demanded_who_says_nothing_is_told_so_when_they_have_had_their_time() {
    for form in Form::ALL {
        let mut handshake = at_home(Tls::Only, form, b"");
        assert_eq!(handshake.poll_step(Time::START), Step::Read { until: late() });
        assert!(text(handshake.poll_step(late())).contains(NO_TLS), "{form:?}");
        assert_eq!(handshake.poll_step(late()), end(Incident::NoTls));
        let mut handshake = at_home(Tls::Only, form, b"");
        handshake.handle_end();
        assert_eq!(handshake.poll_step(Time::START), Step::End { incident: None, detail: None });
    }
}

#[test]
fn a_handshake_that_fails_is_the_end_and_why_is_told() {
    let begun = || {
        let mut handshake = at_home(Tls::Offered, Form::Lines, HELLO);
        assert_eq!(handshake.poll_step(Time::START), secure(HELLO));
        handshake
    };
    for failure in TlsFailure::ALL {
        let mut handshake = begun();
        handshake.handle_secured(Err(failure));
        handshake.handle_end();
        assert_eq!(handshake.poll_step(Time::START), end(Incident::NotSecured(failure)));
    }
    let mut handshake = begun();
    assert_eq!(handshake.poll_step(late()), end(Incident::NotSecured(TlsFailure::Slow)));
    let mut handshake = begun();
    handshake.handle_end();
    assert_eq!(handshake.poll_step(Time::START), end(Incident::NotSecured(TlsFailure::Cut)));
}

#[test]
fn a_proxy_may_stand_before_tls() {
    const HEADER: &[u8] = b"PROXY TCP4 203.0.113.7 192.0.2.1 56324 42069\r\n";
    let proxy = [10, 0, 0, 1];
    for together in [true, false] {
        let first = if together { [HEADER, HELLO].concat() } else { HEADER.to_vec() };
        let mut handshake = arrive(Tls::Offered, Form::Lines, proxy, &first);
        assert_eq!(handshake.poll_step(Time::START), Step::Announce { address: [203, 0, 113, 7].into() });
        handshake.handle_admission(Ok(()));
        if !together {
            assert!(matches!(handshake.poll_step(Time::START), Step::Read { .. }));
            handshake.handle_bytes(HELLO);
        }
        assert_eq!(handshake.poll_step(Time::START), secure(HELLO));
    }
    // Without a header it is told what it is to send, TLS or not.
    let mut handshake = arrive(Tls::Only, Form::Lines, proxy, HELLO);
    assert!(text(handshake.poll_step(Time::START)).contains("PROXY protocol"));
}

#[test]
fn a_server_that_stops_tells_those_whose_tls_is_over_and_waits_for_no_other() {
    let mut handshake = at_home(Tls::Only, Form::Irc, b"");
    handshake.handle_stop();
    assert_eq!(handshake.poll_step(Time::START), Step::End { incident: None, detail: None });
    let mut handshake = at_home(Tls::Only, Form::Irc, HELLO);
    handshake.handle_stop();
    assert_eq!(handshake.poll_step(Time::START), secure(HELLO));
    handshake.handle_secured(Ok(()));
    assert!(text(handshake.poll_step(Time::START)).contains("\r\nERROR :"));
}

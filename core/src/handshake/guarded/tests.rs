use std::time::Duration;

use super::super::Handshake;
use super::*;
use crate::log::Command;
use crate::name::Name;
use crate::password::{Account, Denial, NewAccount, Role};
use crate::wire::Form;
use crate::{Config, Limits, Next, Request, Signals, Text};

const WRONG: Verdict = Verdict::Denied(Denial::Wrong);

fn handshake(form: Form, bytes: &[u8]) -> Handshake {
    let config = Config { limits: Limits { asks_password: true, ..Limits::default() }, ..Config::default() };
    let mut handshake = Handshake::new(&config, form, [192, 0, 2, 1].into(), Time::START);
    handshake.handle_bytes(bytes);
    handshake
}

fn written(step: Step) -> Vec<u8> {
    let Step::Write { bytes, .. } = step else { panic!("something is said, not {step:?}") };
    bytes.into()
}

fn said(handshake: &mut Handshake) -> String {
    String::from_utf8(written(handshake.poll_step(Time::START))).expect("it is UTF-8")
}

fn check(given: &str) -> Step {
    Step::Check { given: Passphrase::new(given) }
}

fn late() -> Time {
    Time::after(Duration::from_secs(60))
}

#[test]
fn who_gives_the_password_is_let_in_with_what_came_behind_it() {
    let mut handshake = handshake(Form::Lines, b"\n \nswordfish\nhello\n");
    assert_eq!(said(&mut handshake), "This server asks for a password:\n");
    assert_eq!(handshake.poll_step(Time::START), check("swordfish"));
    assert_eq!(handshake.poll_step(Time::START), Step::Read { until: late() }, "until it is known");
    handshake.handle_verdict(Verdict::Welcome);
    assert_eq!(handshake.poll_step(Time::START), Step::Enter);
    let mut session = handshake.into_session();
    let Next::Ask(requests) = session.poll_next(Time::START, Signals::default()) else { panic!("a line is there") };
    let hello = Command::Say(Text::clean("hello").into());
    assert_eq!(Request::one_by_one(requests), [Request::Command(hello)]);
}

#[test]
fn who_says_nothing_is_asked_after_a_while_and_told_when_it_takes_too_long() {
    let mut handshake = handshake(Form::Lines, b"");
    let wait = Time::after(Duration::from_millis(100));
    assert_eq!(handshake.poll_step(Time::START), Step::Read { until: wait });
    assert_eq!(written(handshake.poll_step(wait)), b"This server asks for a password:\n");
    let late = wait + Duration::from_secs(60);
    assert_eq!(handshake.poll_step(wait), Step::Read { until: late });
    assert_eq!(written(handshake.poll_step(late)), b"No password has come, so the connection ends\n");
    assert_eq!(handshake.poll_step(late), Step::End { incident: None, detail: None });
}

#[test]
fn a_wrong_password_is_asked_for_again_and_the_third_is_the_last() {
    let mut handshake = handshake(Form::Lines, b"a\nb\nc\nd\n");
    said(&mut handshake);
    for given in ["a", "b"] {
        assert_eq!(handshake.poll_step(Time::START), check(given));
        handshake.handle_verdict(WRONG);
        assert_eq!(said(&mut handshake), "Wrong password\nThis server asks for a password:\n");
    }
    assert_eq!(handshake.poll_step(Time::START), check("c"));
    handshake.handle_verdict(WRONG);
    assert_eq!(said(&mut handshake), "Wrong password\n");
    let end = Step::End { incident: Some(Incident::WrongPassword), detail: None };
    assert_eq!([(); 2].map(|()| handshake.poll_step(Time::START)), [end.clone(), end]);
}

#[test]
fn after_too_many_guesses_of_an_address_none_is_asked_for() {
    let mut handshake = handshake(Form::Lines, b"a\nb\n");
    said(&mut handshake);
    assert_eq!(handshake.poll_step(Time::START), check("a"));
    handshake.handle_verdict(Verdict::Denied(Denial::TooMany));
    assert_eq!(said(&mut handshake), "Too many wrong passwords, try again in a minute\n");
    let end = Step::End { incident: Some(Incident::ManyPasswords), detail: None };
    assert_eq!(handshake.poll_step(Time::START), end);
}

#[test]
fn who_shows_a_token_of_this_run_needs_no_password_and_another_token_is_no_guess() {
    let secret = |byte| Some(crate::Secret::new([byte; 32]));
    let limits = |byte| Limits { asks_password: true, secret: secret(byte), ..Limits::default() };
    let [config, other] = [1, 2].map(|byte| Config { limits: limits(byte), ..Config::default() });
    let token = |config: &Config| config.token(crate::ConnectionId::new(0, 1, 2)).expect("there is a secret");
    let mut handshake = Handshake::new(&config, Form::Lines, [192, 0, 2, 1].into(), Time::START);
    handshake.handle_bytes(format!("/resume {}\n/resume {}\n", token(&other), token(&config)).as_bytes());
    for _ in 0..2 {
        assert_eq!(said(&mut handshake), "This server asks for a password:\n");
    }
    assert_eq!(handshake.poll_step(Time::START), Step::Enter);
    let mut session = handshake.into_session();
    let Next::Ask(requests) = session.poll_next(Time::START, Signals::default()) else { panic!("a line is there") };
    assert_eq!(requests, [Request::Resume(token(&config))]);
}

#[test]
fn what_is_typed_into_telnet_is_not_shown() {
    // It negotiates at once, as some do, and waits for an answer.
    let mut handshake = handshake(Form::Lines, b"\xff\xfd\x03\xff\xfb\x18swordfish\r\n");
    assert_eq!(said(&mut handshake), "This server asks for a password:\r\n");
    let steps = [(); 2].map(|()| written(handshake.poll_step(Time::START)));
    assert_eq!(steps, [b"\xff\xfb\x01", b"\xff\xfc\x03"], "the server will echo, and do nothing else");
    assert_eq!(handshake.poll_step(Time::START), check("swordfish"));
    handshake.handle_bytes(b"\xff\xfd\x01");
    handshake.handle_verdict(WRONG);
    assert_eq!(said(&mut handshake), "\r\nWrong password\r\nThis server asks for a password:\r\n");
    handshake.handle_bytes(b"swordfish\r\n");
    assert_eq!(handshake.poll_step(Time::START), check("swordfish"));
    handshake.handle_verdict(Verdict::Welcome);
    assert_eq!(written(handshake.poll_step(Time::START)), b"\r\n\xff\xfc\x01", "it will echo no more");
    assert_eq!(handshake.poll_step(Time::START), Step::Enter);
}

#[test]
fn who_leaves_or_speaks_no_chat_is_asked_nothing_more() {
    let gone = Step::End { incident: None, detail: None };
    for bytes in [&b"\xff\xf4"[..], b"\x04"] {
        let mut handshake = handshake(Form::Lines, b"\n");
        said(&mut handshake);
        handshake.handle_bytes(bytes);
        let mut step = handshake.poll_step(Time::START);
        if let Step::Write { bytes, .. } = &step {
            assert_eq!(bytes[..], *b"\xff\xfc\x06", "telnet waits for it");
            step = handshake.poll_step(Time::START);
        }
        assert_eq!(step, gone, "{bytes:?}");
    }
    let mut ended = handshake(Form::Lines, b"\nhalf");
    said(&mut ended);
    ended.handle_end();
    assert_eq!(ended.poll_step(Time::START), gone);
    let mut stopped = handshake(Form::Lines, b"\n");
    said(&mut stopped);
    stopped.handle_stop();
    assert_eq!(said(&mut stopped), "Server is shutting down\n");
    assert_eq!(stopped.poll_step(Time::START), gone);
}

#[test]
fn another_protocol_is_answered_as_where_no_password_is_asked_for() {
    let mut handshake = handshake(Form::Lines, b"GET / HTTP/1.1\r\n");
    let answer = said(&mut handshake);
    assert!(answer.starts_with("HTTP/1.1 400 "), "{answer}");
}

#[test]
fn a_line_that_can_be_no_password_is_a_wrong_one() {
    for line in [&[b'x'; 2000][..], b"\xfc\xfc\xfc"] {
        let mut handshake = handshake(Form::Lines, b"\n");
        said(&mut handshake);
        handshake.handle_bytes(&[line, b"\n"].concat());
        assert!(matches!(handshake.poll_step(Time::START), Step::Check { .. }));
    }
}

#[test]
fn a_page_is_asked_by_frames_and_its_next_message_is_the_password() {
    let request = b"GET /socket HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
        Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    let mut handshake = handshake(Form::Web, request);
    assert_eq!(handshake.poll_step(Time::START), Step::Admit);
    handshake.handle_admission(Ok(()));
    assert!(said(&mut handshake).starts_with("HTTP/1.1 101 "));
    let ask = |handshake: &mut Handshake| written(handshake.poll_step(Time::START));
    assert_eq!(ask(&mut handshake), b"\x81\x13{\"kind\":\"password\"}");
    // `/join`, masked with zeros.
    handshake.handle_bytes(b"\x81\x85\0\0\0\0/join");
    assert_eq!(handshake.poll_step(Time::START), check("/join"), "a password may look like a command");
    handshake.handle_verdict(WRONG);
    assert_eq!(ask(&mut handshake)[2..], *b"{\"kind\":\"password\",\"text\":\"Wrong password\"}");
    handshake.handle_bytes(b"\x81\x81\0\0\0\0x");
    assert_eq!(handshake.poll_step(Time::START), check("x"));
    handshake.handle_verdict(Verdict::Denied(Denial::TooMany));
    let last = ask(&mut handshake);
    assert!(last.ends_with(b"\x88\x02\x0f\xa3"), "it closes with 4003: {last:?}");
    handshake.handle_bytes(b"\x88\x80\0\0\0\0");
    assert!(matches!(handshake.poll_step(Time::START), Step::End { .. }));
}

#[test]
fn what_was_given_is_hidden() {
    let mut handshake = handshake(Form::Lines, b"\nswordfish\n");
    said(&mut handshake);
    let shown = format!("{handshake:?} {:?} {handshake:?}", handshake.poll_step(Time::START));
    assert!(!shown.contains("swordfish"), "{shown}");
}

/// A page that has asked for a `WebSocket` at this target, of a server that has accounts, and may ask for a password.
fn page(target: &str, asks_password: bool) -> Handshake {
    let limits = Limits { asks_password, has_accounts: true, ..Limits::default() };
    let config = Config { limits, ..Config::default() };
    let mut handshake = Handshake::new(&config, Form::Web, [192, 0, 2, 1].into(), Time::START);
    let request = format!(
        "GET {target} HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    );
    handshake.handle_bytes(request.as_bytes());
    assert_eq!(handshake.poll_step(Time::START), Step::Admit);
    handshake.handle_admission(Ok(()));
    assert!(said(&mut handshake).starts_with("HTTP/1.1 101 "));
    handshake
}

/// Sends a short message, masked with zeros.
fn send(handshake: &mut Handshake, text: &str) {
    let len = u8::try_from(text.len()).expect("it is short");
    assert!(len < 126);
    handshake.handle_bytes(&[&[0x81, 0x80 | len, 0, 0, 0, 0], text.as_bytes()].concat());
}

fn told(handshake: &mut Handshake) -> String {
    String::from_utf8(written(handshake.poll_step(Time::START))[2..].to_vec()).expect("it is UTF-8")
}

fn account(name: &str) -> Account {
    Account { name: Name::parse(name).expect("it is a name"), role: Role::Member }
}

#[test]
fn an_account_is_made_at_the_door_and_who_can_have_none_is_told_why_and_asked_again() {
    let mut handshake = page("/socket", true);
    assert_eq!(told(&mut handshake), r#"{"kind":"password","accounts":true}"#);
    for (name, password, why) in [
        ("A", "swordfish", "Name must be 2 - 20 letters, digits, - or _"),
        ("You", "swordfish", "This name is taken"),
        ("Ann", "1234567", "A password has at least 8 characters"),
    ] {
        send(&mut handshake, &format!("/account {name}\ninvitation\n{password}"));
        let again = format!(r#"{{"kind":"password","accounts":true,"text":"{why}"}}"#);
        assert_eq!(told(&mut handshake), again);
    }
    let new = NewAccount::parse("Ann", "invitation", "swordfish").expect("it can be one");
    send(&mut handshake, "/account Ann\ninvitation\nswordfish");
    assert_eq!(handshake.poll_step(Time::START), Step::MakeAccount(new));
    handshake.handle_verdict(Verdict::LoggedIn(account("Ann"), Passphrase::new("abc")));
    assert_eq!(told(&mut handshake), r#"{"kind":"pass","pass":"abc","account":"Ann"}"#);
    assert_eq!(handshake.poll_step(Time::START), Step::Enter);
}

#[test]
fn names_that_are_taken_are_no_guesses_and_there_is_an_end_to_them() {
    let mut handshake = page("/socket", true);
    told(&mut handshake);
    for _ in 1..ACCOUNT_TRIES {
        send(&mut handshake, "/account Ann\nx\nswordfish");
        assert!(matches!(handshake.poll_step(Time::START), Step::MakeAccount(_)));
        handshake.handle_verdict(Verdict::Denied(Denial::NameTaken));
        assert!(told(&mut handshake).contains("This name is taken"));
    }
    send(&mut handshake, "/account Ann\nx\nswordfish");
    assert!(matches!(handshake.poll_step(Time::START), Step::MakeAccount(_)));
    handshake.handle_verdict(Verdict::Denied(Denial::NameTaken));
    let last = String::from_utf8_lossy(&written(handshake.poll_step(Time::START))).into_owned();
    assert!(last.contains(r#"{"kind":"not-let-in","text":"This name is taken"}"#), "{last}");
    assert!(matches!(handshake.poll_step(Time::START), Step::End { .. }));
}

#[test]
fn who_wants_to_log_in_is_asked_also_where_nobody_has_to() {
    let mut handshake = page("/socket?login", false);
    assert_eq!(told(&mut handshake), r#"{"kind":"password","accounts":true,"open":true}"#);
    send(&mut handshake, "Ann:swordfish");
    assert_eq!(handshake.poll_step(Time::START), check("Ann:swordfish"));
    handshake.handle_verdict(Verdict::Member(account("Ann")));
    assert_eq!(handshake.poll_step(Time::START), Step::Enter);
    assert_eq!(page("/socket", false).poll_step(Time::START), Step::Enter, "others are not");
}

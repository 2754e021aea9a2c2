//! Owns what must hold for what one browser sends: however its bytes are split, they are answered alike and ask for the
//! same, nothing is asked for before a `WebSocket` was let in, and its frames are what a second reading of the rules
//! says.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use chinwag_core::{Config, Form, Handshake, Incident, Limits, Notice, Request, Rules, Signal, Step, Subnet, Time};

use super::frames::{FRAME_HEAD_MAX, Heard, expected, heard, message_bytes_max, well_formed};
use super::input::Input;
use super::session::{Driver, split};

const HANDSHAKE: &[u8] = b"GET /socket HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

/// Where a browser is.
const ELSEWHERE: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));

/// The longest head.
const HEAD_BYTES_MAX: usize = 32 << 10;

/// What becomes of one who came to the web listener, and all that they could see of it.
#[derive(PartialEq, Eq, Debug)]
struct Visit {
    /// Where they come from, as a proxy has said.
    announced: Option<IpAddr>,
    answered: String,
    end: End,
}

#[derive(PartialEq, Eq, Debug)]
enum End {
    TurnedAway(Option<Incident>, Option<String>),
    Entered { asked: Vec<Request>, incident: Incident },
}

/// What a proxy says before all else, and for whom it then is.
const HEADERS: [(&[u8], Option<IpAddr>); 4] = [
    (b"PROXY TCP4 203.0.113.7 192.0.2.1 56324 42069\r\n", Some(IpAddr::V4(Ipv4Addr::new(203, 0, 113, 7)))),
    (b"PROXY UNKNOWN\r\n", Some(ELSEWHERE)),
    (
        b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x10\xcb\0\x71\x07\xc0\0\x02\x01\xdc\x04\xab\xe0\x04\0\x01\0",
        Some(IpAddr::V4(Ipv4Addr::new(203, 0, 113, 7))),
    ),
    (b"", None),
];

/// Takes bytes for limits, places to split at, and what somebody sends: frames after a handshake, or anything; and for
/// what a proxy says before it, if there is one.
///
/// # Panics
/// If it matters how it is split, more is held than may be, or frames are read otherwise than here.
pub fn web(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    let mut config = Config {
        rules: Rules { line_chars_max: input.pick(&[10, 1, 2, 400]), ..Rules::default() },
        limits: Limits {
            flood_lines_per_second: input.pick(&[0, 0, 1, 20]),
            flood_burst: Duration::from_secs(input.pick(&[0, 1, 5])),
            ..Limits::default()
        },
    };
    let lens = usize::from(input.byte() % 16);
    let lens: Vec<_> = input.take(lens).iter().map(|&len| usize::from(len) + 1).collect();
    let kind = input.byte();
    let (header, announced) = HEADERS[usize::from(kind >> 5 & 3)];
    let is_proxied = kind >= 128;
    let header = if is_proxied { header } else { b"" };
    if is_proxied {
        config.limits.proxies = [Subnet::from(ELSEWHERE)].into();
    }
    let (before, sent) = match kind % 4 {
        0 => (HANDSHAKE.to_vec(), input.rest().to_vec()),
        1 => (HANDSHAKE.to_vec(), well_formed(&mut input)),
        2 => (nearly_too_long(usize::from(input.byte())), input.rest().to_vec()),
        _ => (Vec::new(), input.rest().to_vec()),
    };

    let whole = visit(&config, &[&[header, &before[..], &sent].concat()], false);
    for (lens, late) in [(&[1][..], false), (&lens, false), (&lens, true)] {
        let pieces: Vec<_> = split(header, lens).into_iter().chain([&before[..]]).chain(split(&sent, lens)).collect();
        assert_eq!(visit(&config, &pieces, late), whole, "split after {lens:?}, late: {late}");
    }
    if is_proxied && announced.is_some() {
        assert_eq!(whole.announced, announced, "as the proxy has said");
    }
    if before == HANDSHAKE && (!is_proxied || announced.is_some()) {
        let End::Entered { asked, .. } = &whole.end else { panic!("a good handshake lets in") };
        let asked: Vec<Heard> = asked.iter().filter_map(heard).collect();
        assert_eq!(asked, expected(&sent, config.rules.line_chars_max), "as the rules say");
    }
}

/// Returns the start of a head that has so many bytes left.
fn nearly_too_long(left: usize) -> Vec<u8> {
    let mut head = b"GET /healthz HTTP/1.1\r\nHost: a\r\nX: ".to_vec();
    head.resize(HEAD_BYTES_MAX - left, b'x');
    head
}

/// Hands pieces in one by one: after the handshake as soon as the session reads, or, if late, all of them while it is
/// paused.
fn visit(config: &Config, pieces: &[&[u8]], late: bool) -> Visit {
    let mut handshake = Handshake::new(config, Form::Web, ELSEWHERE, Time::START);
    let (mut pieces, mut answered, mut has_ended) = (pieces.iter(), String::new(), false);
    let (mut is_let_in, mut announced) = (false, None);
    loop {
        match handshake.poll_step(Time::START) {
            Step::Read { until } => {
                assert!(until > Time::START && !has_ended, "it waits for what can come");
                if let Some(piece) = pieces.next() {
                    handshake.handle_bytes(piece);
                } else {
                    handshake.handle_end();
                    has_ended = true;
                }
            }
            Step::Write { bytes, .. } => {
                let answer = str::from_utf8(&bytes).expect("answers are text");
                assert!(answer.starts_with("HTTP/1.1 ") && !is_let_in, "one answer to each request");
                is_let_in = answer.starts_with("HTTP/1.1 101 ");
                answered += answer;
            }
            Step::Announce { address } => {
                let is_first = announced.replace(address).is_none() && answered.is_empty();
                assert!(is_first && !config.limits.proxies.is_empty(), "that is said once, before all else");
                handshake.handle_admission(Ok(()));
            }
            Step::Admit => handshake.handle_admission(Ok(())),
            Step::Secure { .. } | Step::Check { .. } | Step::MakeAccount(_) => {
                panic!("there is neither a certificate nor a password")
            }
            Step::Measure => handshake.handle_metrics(Some("nobody is here\n".to_owned())),
            Step::End { incident, detail } => {
                assert!(!is_let_in, "who was let in enters");
                let is_harmless =
                    |detail: &String| detail.len() < 1000 && detail.bytes().all(|byte| (b' '..=b'~').contains(&byte));
                assert!(detail.iter().all(is_harmless), "what is logged is short, and one line of ASCII");
                return Visit { announced, answered, end: End::TurnedAway(incident, detail) };
            }
            Step::Enter => break,
        }
    }
    assert!(is_let_in, "nobody enters who was not let in");
    // A frame at its limit, as much again that was passed before it, and the room that a growing buffer is ahead.
    let held_bytes_max = 2 * 2 * (message_bytes_max(config.rules.line_chars_max) + FRAME_HEAD_MAX);
    let mut driver = Driver::of(handshake.into_session(), held_bytes_max);
    if late {
        driver.signals = driver.signals.after(Signal::Pause);
        pieces.for_each(|piece| driver.session.handle_bytes(piece));
        driver.signals = driver.signals.after(Signal::Resume);
    } else {
        pieces.for_each(|piece| driver.read(piece));
    }
    driver.end();
    // That there is life in it is told by what comes when, and so by how it is split.
    let asked = driver.asked.into_iter().filter(|request| *request != Request::Notice(Notice::Alive)).collect();
    Visit { announced, answered, end: End::Entered { incident: driver.session.incident(), asked } }
}

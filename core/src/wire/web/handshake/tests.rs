//! What the web listener answers: to every request, good and bad, in every split, and in time.

use std::time::Duration;

use super::*;
use crate::Limits;
use crate::log::Command;
use crate::wire::{Decoder, Form};
use crate::{CloseCode, Handshake, Next, Request, Session, Signals, Text};

/// The session of one who enters.
fn session(handshake: WebHandshake) -> Session {
    Session::of(Session::meter(&Config::default()), handshake.into_intake().map(Decoder::Web))
}

const PAGE: &[Asset] = &[
    Asset::new("/", "text/html; charset=utf-8", b"<!doctype html>"),
    Asset::new("/main.js", "text/javascript; charset=utf-8", b"talk()"),
    Asset::new("/style.css", "text/css; charset=utf-8", b"p { color: red }").with_gzip(b"squeezed"),
];

fn config() -> Config {
    Config {
        limits: Limits {
            assets: PAGE,
            web_origins: ["https://ours.example".parse().expect("it is an origin")].into(),
            ..Limits::default()
        },
        ..Config::default()
    }
}

fn late() -> Time {
    Time::after(Duration::from_secs(5))
}

/// Hands in what is sent, and returns what is answered, and what was to be done in the end.
fn talk(pieces: &[&[u8]]) -> (String, Step, WebHandshake) {
    let (mut handshake, mut answered) = (WebHandshake::new(&config(), Time::START), Vec::new());
    let mut pieces = pieces.iter();
    loop {
        match handshake.poll_step(Time::START) {
            Step::Write { bytes, .. } => answered.extend_from_slice(&bytes),
            Step::Read { until } => {
                assert_eq!(until, late());
                let Some(piece) = pieces.next() else {
                    return (String::from_utf8(answered).expect("it is text"), Step::Read { until }, handshake);
                };
                handshake.handle_bytes(piece);
            }
            Step::Measure => handshake.handle_metrics(Some("people 1\n".to_owned())),
            Step::Admit => handshake.handle_admission(Ok(())),
            Step::Announce { .. } | Step::Secure { .. } | Step::Check { .. } | Step::MakeAccount(_) => {
                panic!("that is done when one comes here")
            }
            step @ (Step::Enter | Step::End { .. }) => {
                return (String::from_utf8(answered).expect("it is text"), step, handshake);
            }
        }
    }
}

fn get(path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nHost: chat.example\r\n\r\n")
}

/// A field of a handshake that is replaced, or left out, or added.
type Change<'a> = (&'a str, Option<&'a str>);

/// What browsers send to open a `WebSocket`, but for some changes.
fn request_of_socket(changes: &[Change<'_>]) -> String {
    let fields = [
        ("Host", "chat.example:8080"),
        ("Connection", "keep-alive, Upgrade"),
        ("Upgrade", "websocket"),
        ("Origin", "http://chat.example:8080"),
        ("Sec-WebSocket-Version", "13"),
        ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="),
    ];
    let changed = |name: &str| changes.iter().find(|(changed, _)| *changed == name);
    let mut head = "GET /socket HTTP/1.1\r\n".to_owned();
    for (name, value) in fields {
        if let Some(value) = changed(name).map_or(Some(value), |(_, value)| *value) {
            head += &format!("{name}: {value}\r\n");
        }
    }
    let is_new = |name: &str| fields.iter().all(|(field, _)| *field != name);
    for (name, value) in changes.iter().filter(|(name, _)| is_new(name)) {
        head += &format!("{name}: {}\r\n", value.unwrap_or_default());
    }
    head + "\r\n"
}

fn not_upgraded() -> Step {
    Step::End { incident: Some(Incident::NotUpgraded), detail: None }
}

fn bad_request() -> Step {
    Step::End { incident: Some(Incident::BadRequest), detail: None }
}

#[test]
fn a_websocket_is_let_in_with_all_that_came_after_the_handshake_in_every_split() {
    let hello = b"\x81\x85\x01\x02\x03\x04\x69\x67\x6f\x68\x6e";
    let bytes = [request_of_socket(&[]).as_bytes(), hello].concat();
    for split in 0..=bytes.len() {
        let (answer, step, handshake) = talk(&[&bytes[..split], &bytes[split..]]);
        assert_eq!(step, Step::Enter, "split at {split}");
        assert_eq!(
            answer,
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
             Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"
        );
        let mut session = session(handshake);
        if split >= bytes.len() - hello.len() {
            session.handle_bytes(&bytes[split..]);
        }
        let said = vec![Request::Command(Command::Say(Text::clean("hello").into()))];
        assert_eq!(session.poll_next(Time::START, Signals::default()), Next::Ask(said), "split at {split}");
    }
}

#[test]
fn a_handshake_is_checked_field_by_field() {
    let key = "Sec-WebSocket-Key";
    let cases: [(&[Change<'_>], &str); 38] = [
        (&[], "101"),
        (&[("Origin", None)], "101"),
        (&[("Origin", Some("https://chat.example:8080"))], "101"),
        (&[("Origin", Some("HTTP://CHAT.example:8080"))], "101"),
        (&[("Host", Some("chat.example"))], "101"),
        (&[("Host", Some("chat.example:443")), ("Origin", Some("https://chat.example"))], "101"),
        (&[("Host", Some("chat.example:80")), ("Origin", Some("http://chat.example"))], "101"),
        (&[("Host", Some("chat.example:443"))], "403"),
        (&[("Host", Some("127.0.0.1:42080"))], "403"),
        (&[("Host", Some(""))], "403"),
        (&[("Origin", Some("https://ours.example:443"))], "101"),
        (&[("Origin", Some("chat.example:8080"))], "403"),
        (&[("Origin", Some("http://chat.example:8080/"))], "403"),
        (&[("Origin", Some("http://CHAT.example:8080"))], "101"),
        (&[("Origin", Some("https://ours.example"))], "101"),
        (&[("Origin", Some("http://ours.example"))], "403"),
        (&[("Origin", Some("https://ours.example.evil.example"))], "403"),
        (&[("Origin", Some("http://chat.example"))], "403"),
        (&[("Origin", Some("http://chat.example:80801"))], "403"),
        (&[("Origin", Some("http://evil.example"))], "403"),
        (&[("Origin", Some("http://"))], "403"),
        (&[("Origin", Some("null"))], "403"),
        (&[("Origin", Some(""))], "403"),
        (&[("Origin", Some("http://chat.example:8080")), ("origin", Some("http://evil.example"))], "400"),
        (&[("Host", None)], "400"),
        (&[("host", Some("chat.example:8080"))], "400"),
        (&[("Connection", Some("upgrade"))], "101"),
        (&[("Connection", Some("keep-alive"))], "426"),
        (&[("Upgrade", Some("WebSocket"))], "101"),
        (&[("Upgrade", Some("h2c"))], "426"),
        (&[("Upgrade", None)], "426"),
        (&[("Sec-WebSocket-Version", Some("8"))], "426"),
        (&[("Sec-WebSocket-Version", None)], "426"),
        (&[(key, None)], "400"),
        (&[(key, Some("short=="))], "400"),
        (&[(key, Some("dGhlIHNhbXBsZSBub25jZQ"))], "400"),
        (&[("sec-websocket-key", Some("dGhlIHNhbXBsZSBub25jZQ=="))], "400"),
        (&[("Content-Length", Some("5"))], "413"),
    ];
    for (changes, status) in cases {
        let (answer, step, _) = talk(&[request_of_socket(changes).as_bytes()]);
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{changes:?}: {answer}");
        match (status, step) {
            ("101", step) => assert_eq!(step, Step::Enter, "{changes:?}"),
            ("403", Step::End { incident: Some(Incident::ForeignOrigin), detail: Some(_) }) => {}
            ("426", step) if !answer.contains("version 13") => assert_eq!(step, not_upgraded(), "{changes:?}"),
            (_, step) => assert_eq!(step, bad_request(), "{changes:?}"),
        }
    }
    let (answer, ..) = talk(&[request_of_socket(&[("Sec-WebSocket-Version", Some("8"))]).as_bytes()]);
    assert!(answer.contains("\r\nSec-WebSocket-Version: 13\r\n"), "{answer}");
}

#[test]
fn who_is_behind_a_proxy_that_does_not_hand_things_on_is_told_what_to_change_and_so_is_the_operator() {
    let told = |changes: &[Change<'_>]| {
        let (answer, step, _) = talk(&[request_of_socket(changes).as_bytes()]);
        let Step::End { incident, detail } = step else { panic!("{changes:?} lets in") };
        (answer, incident, detail.unwrap_or_default())
    };
    let (answer, incident, detail) = told(&[("Host", Some("127.0.0.1:42080"))]);
    assert_eq!(incident, Some(Incident::ForeignOrigin));
    assert!(
        answer.contains("proxy_set_header Host $http_host;") && answer.contains("ProxyPreserveHost On"),
        "{answer}"
    );
    assert!(answer.contains("`--web-origin http://chat.example:8080`"), "{answer}");
    assert_eq!(
        detail,
        "it is of http://chat.example:8080 and asked for 127.0.0.1:42080; --web-origin http://chat.example:8080 lets it in"
    );
    let long = format!("http://{}", "x".repeat(9000));
    for (origin, named) in [
        ("null", "null"),
        ("", "nothing"),
        ("http://a\u{1b}[2J\"; rm -rf ~", "http://a?[2J????rm?-rf??"),
        (&long, &long[..128]),
    ] {
        let (answer, incident, detail) = told(&[("Origin", Some(origin))]);
        if origin.contains('\u{1b}') {
            // No such byte is HTTP.
            assert_eq!((incident, detail.as_str()), (Some(Incident::BadRequest), ""));
            continue;
        }
        assert_eq!(incident, Some(Incident::ForeignOrigin));
        assert_eq!(detail, format!("it is of {named} and asked for chat.example:8080; --web-origin lets it in"));
        assert!(answer.len() < 2000, "{answer}");
    }
    let (_, _, detail) = told(&[("Origin", Some("http://a\"; rm -rf ~ \u{202e}x"))]);
    assert!(detail.starts_with("it is of http://a???rm?-rf????x and asked for "), "{detail}");
    for (changes, status) in [(&[("Upgrade", None)][..], "426"), (&[("Connection", Some("close"))], "426")] {
        let (answer, incident, _) = told(changes);
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")) && answer.contains("$http_upgrade"), "{answer}");
        assert_eq!(incident, Some(Incident::NotUpgraded));
    }
    // What nginx makes of it by itself.
    let old = request_of_socket(&[("Connection", Some("close")), ("Upgrade", None)]).replace("HTTP/1.1", "HTTP/1.0");
    let (answer, step, _) = talk(&[old.as_bytes()]);
    assert!(answer.starts_with("HTTP/1.1 400 ") && answer.contains("proxy_http_version 1.1;"), "{answer}");
    assert_eq!(step, not_upgraded());
}

#[test]
fn a_proxy_that_asks_in_its_own_way_whether_the_server_is_well_is_told_so() {
    for (request, status) in [
        ("OPTIONS / HTTP/1.0\r\n\r\n", "204"),
        ("OPTIONS / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", "204"),
        ("OPTIONS * HTTP/1.0\r\n\r\n", "204"),
        ("HEAD /healthz HTTP/1.0\r\n\r\n", "200"),
        ("GET /healthz HTTP/1.0\r\n\r\n", "200"),
    ] {
        let (answer, step, _) = talk(&[request.as_bytes()]);
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{request:?}: {answer}");
        assert_eq!(step, Step::End { incident: None, detail: None }, "it is not refused: {request:?}");
        assert_eq!(answer.contains("\r\nAllow: GET, HEAD, OPTIONS\r\n"), status == "204");
        assert!(status != "204" || answer.ends_with("\r\n\r\n") && !answer.contains("Content-Length"), "{answer}");
        let mut handshake = WebHandshake::new(&config(), Time::START);
        handshake.handle_bytes(request.as_bytes());
        handshake.handle_stop();
        let Step::Write { bytes, .. } = handshake.poll_step(Time::START) else { panic!("there is an answer") };
        assert!(bytes.starts_with(b"HTTP/1.1 503 "), "a server that stops is not well: {request:?}");
    }
}

#[test]
fn files_are_given_one_after_the_other_on_one_connection() {
    let requests = get("/") + &get("/main.js?v=1") + "HEAD /main.js HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    for size in [1, 7, requests.len()] {
        let (answer, step, _) = talk(&requests.as_bytes().chunks(size).collect::<Vec<_>>());
        assert_eq!(step, Step::End { incident: None, detail: None });
        let answers: Vec<_> = answer.split("HTTP/1.1 200 OK\r\n").skip(1).collect();
        let [page, script, head] = answers[..] else { panic!("not three answers: {answer}") };
        assert!(
            page.ends_with("\r\n\r\n<!doctype html>") && page.contains("Content-Type: text/html; charset=utf-8\r\n")
        );
        assert!(script.ends_with("\r\n\r\ntalk()") && script.contains("Content-Length: 6\r\n"));
        assert!(head.ends_with("\r\nConnection: close\r\n\r\n") && head.contains("Content-Length: 6\r\n"));
    }
}

#[test]
fn what_a_browser_has_already_is_not_sent_again() {
    let (answer, ..) = talk(&[get("/").as_bytes()]);
    let etag = answer.split("ETag: ").nth(1).and_then(|rest| rest.split("\r\n").next()).expect("it has a tag");
    for (known, status) in [
        (etag.to_owned(), "304"),
        (format!("W/{etag}"), "304"),
        (format!("\"x\", {etag}"), "304"),
        ("*".to_owned(), "304"),
        ("\"x\"".to_owned(), "200"),
        (etag.trim_matches('"').to_owned(), "200"),
    ] {
        let request = format!("GET / HTTP/1.1\r\nHost: a\r\nIf-None-Match: {known}\r\n\r\n");
        let (answer, step, _) = talk(&[request.as_bytes()]);
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{known}: {answer}");
        assert!(answer.contains(etag) && answer.contains("Cache-Control: no-cache\r\n"));
        assert_eq!(step, Step::Read { until: late() });
    }
}

#[test]
fn what_is_compressed_goes_to_who_takes_it_with_a_tag_of_its_own() {
    let ask = |method: &str, fields: &str| {
        let request = format!("{method} /style.css HTTP/1.1\r\nHost: a\r\n{fields}\r\n");
        let (answer, ..) = talk(&[request.as_bytes()]);
        let (head, body) = answer.split_once("\r\n\r\n").expect("there is a head");
        (head.to_owned(), body.to_owned())
    };
    let field = |head: &str, name: &str| {
        let value = head.split("\r\n").find_map(|line| line.strip_prefix(name));
        value.map(|value| value.trim_start_matches(": ").to_owned())
    };
    let gzip = "Accept-Encoding: gzip, br\r\n";
    let (plain, plain_body) = ask("GET", "");
    let (squeezed, squeezed_body) = ask("GET", gzip);
    assert_eq!((plain_body.as_str(), squeezed_body.as_str()), ("p { color: red }", "squeezed"));
    assert_eq!([&plain, &squeezed].map(|head| field(head, "Content-Length")), [Some("16".into()), Some("8".into())]);
    assert_eq!([&plain, &squeezed].map(|head| field(head, "Content-Encoding")), [None, Some("gzip".into())]);
    let [Some(plain_tag), Some(squeezed_tag)] = [&plain, &squeezed].map(|head| field(head, "ETag")) else {
        panic!("both have a tag")
    };
    assert_ne!(plain_tag, squeezed_tag);
    assert_eq!(ask("HEAD", gzip), (squeezed, String::new()));
    assert_eq!(ask("GET", "Accept-Encoding: gzip;q=0\r\n").1, plain_body);
    for (tag, coding, status) in
        [(&plain_tag, "", "304"), (&squeezed_tag, gzip, "304"), (&plain_tag, gzip, "200"), (&squeezed_tag, "", "200")]
    {
        let (head, body) = ask("GET", &format!("{coding}If-None-Match: {tag}\r\n"));
        assert!(head.starts_with(&format!("HTTP/1.1 {status} ")), "{tag}, {coding}: {head}");
        assert_eq!(field(&head, "Vary"), Some("Accept-Encoding".into()), "{head}");
        assert_eq!(
            (status == "304", field(&head, "Content-Encoding").is_some()),
            (body.is_empty(), body == "squeezed")
        );
    }
    assert!(!talk(&[get("/").as_bytes()]).0.contains("\r\nVary: "), "what has one form does not vary");
}

#[test]
fn whatever_is_asked_for_gets_one_clear_answer() {
    let many = "X: y\r\n".repeat(128);
    let long = "x".repeat(33_000);
    let cases: [(String, &str, Step); 21] = [
        (get("/healthz"), "200", Step::Read { until: late() }),
        (get("/nothing"), "404", Step::Read { until: late() }),
        (get("/../main.js"), "404", Step::Read { until: late() }),
        (get("//main.js"), "404", Step::Read { until: late() }),
        (get("/socket"), "426", not_upgraded()),
        ("GET / HTTP/1.0\r\n\r\n".into(), "200", Step::End { incident: None, detail: None }),
        ("GET / HTTP/1.1\r\n\r\n".into(), "400", bad_request()),
        ("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n".into(), "400", bad_request()),
        ("GET / HTTP/1.1\r\nHost: a\r\n folded: x\r\n\r\n".into(), "400", bad_request()),
        ("GET / HTTP/1.1\r\nHost : a\r\n\r\n".into(), "400", bad_request()),
        ("GET / HTTP/2.0\r\nHost: a\r\n\r\n".into(), "400", bad_request()),
        ("hello\r\n\r\n".into(), "400", bad_request()),
        ("\x16\x03\x01\x02".into(), "400", bad_request()),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello".into(), "405", bad_request()),
        ("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n".into(), "204", Step::Read { until: late() }),
        ("TRACE / HTTP/1.1\r\nHost: a\r\n\r\n".into(), "405", bad_request()),
        ("OPTIONS / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello".into(), "413", bad_request()),
        ("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello".into(), "413", bad_request()),
        ("GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n".into(), "413", bad_request()),
        (format!("GET / HTTP/1.1\r\nHost: a\r\n{many}\r\n"), "431", bad_request()),
        (format!("GET / HTTP/1.1\r\nHost: a\r\nX: {long}\r\n\r\n"), "431", bad_request()),
    ];
    for (request, status, last) in cases {
        for size in [1, 4096, request.len()] {
            let (answer, step, _) = talk(&request.as_bytes().chunks(size).collect::<Vec<_>>());
            assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{request:?}: {answer}");
            assert_eq!(step, last, "{request:?}");
            let is_last = answer.contains("\r\nConnection: close\r\n");
            assert_eq!(is_last, matches!(step, Step::End { .. }), "{request:?}");
        }
    }
}

#[test]
fn who_asks_for_a_head_gets_no_body_whatever_is_wrong_with_it() {
    for (request, status) in [
        ("HEAD /healthz HTTP/1.1\r\nHost: a\r\n\r\n", "200"),
        ("HEAD /nothing HTTP/1.1\r\nHost: a\r\n\r\n", "404"),
        ("HEAD /socket HTTP/1.1\r\nHost: a\r\n\r\n", "400"),
        ("\r\nHEAD / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx", "413"),
        ("HEAD / HTTP/1.1\r\n\r\n", "400"),
    ] {
        let (answer, ..) = talk(&[request.as_bytes()]);
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{request:?}: {answer}");
        assert!(answer.ends_with("\r\n\r\n") && answer.contains("Content-Length: "), "{request:?}: {answer}");
    }
}

#[test]
fn a_target_may_be_a_whole_address_and_counts_more_than_the_field() {
    for (target, status) in [
        ("http://chat.example/", "200"),
        ("http://chat.example", "200"),
        ("HTTPS://chat.example:80/main.js?v=http://x/", "200"),
        ("http://chat.example?x", "200"),
        ("http://chat.example/nothing", "404"),
        ("ftp://chat.example/", "404"),
        ("http:///", "400"),
        ("http://", "400"),
        ("/http://chat.example/", "404"),
    ] {
        let (answer, ..) = talk(&[get(target).as_bytes()]);
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{target}: {answer}");
    }
    let absolute = request_of_socket(&[]).replace("/socket", "http://other.example/socket");
    for (origin, status) in [("http://chat.example:8080", "403"), ("http://other.example", "101")] {
        let (answer, ..) = talk(&[absolute.replace("http://chat.example:8080", origin).as_bytes()]);
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{origin}: {answer}");
    }
}

#[test]
fn who_types_at_the_wrong_port_is_told_so() {
    for line in [
        " HEAD / HTTP/1.1\r\n",
        "\rHEAD / HTTP/1.1\r\n",
        "hello\r\n",
        "hello everybody\r\n",
        "/join pizza\r\n",
        "how are you?\n",
    ] {
        let (answer, step, _) = talk(&[line.as_bytes()]);
        let one_by_one = talk(&line.as_bytes().chunks(1).collect::<Vec<_>>());
        assert_eq!((&answer, &step), (&one_by_one.0, &one_by_one.1), "{line:?}");
        assert!(answer.starts_with("HTTP/1.1 400 ") && step == bad_request(), "{line:?}: {answer}");
        assert!(answer.ends_with("people chat at another port.\n"), "{line:?}: {answer}");
    }
}

#[test]
fn a_proxy_that_nobody_has_named_is_told_so_in_every_split() {
    for header in [
        &b"PROXY TCP4 203.0.113.7 192.0.2.1 56324 42080\r\n"[..],
        b"PROXY UNKNOWN\r\n",
        b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c\xcb\0\x71\x07\xc0\0\x02\x01\xdc\x04\xab\xe0",
    ] {
        let bytes = [header, get("/").as_bytes()].concat();
        for split in 0..=bytes.len() {
            let (answer, step, _) = talk(&[&bytes[..split], &bytes[split..]]);
            assert!(answer.starts_with("HTTP/1.1 400 ") && answer.contains("--proxy-from"), "{answer}");
            assert_eq!(step, Step::End { incident: Some(Incident::WrongProtocol(OtherProtocol::Proxy)), detail: None });
        }
    }
    let (answer, ..) = talk(&[b"PROXY / HTTP/1.1\r\nHost: a\r\n\r\n"]);
    assert!(answer.starts_with("HTTP/1.1 405 "), "that is HTTP: {answer}");
}

#[test]
fn a_head_has_up_to_32_kib_and_128_fields() {
    let exact = |len: usize| {
        let (start, end) = ("GET / HTTP/1.1\r\nHost: a\r\nX: ", "\r\n\r\n");
        format!("{start}{}{end}", "x".repeat(len - start.len() - end.len()))
    };
    for (len, status) in [(32_767, "200"), (32_768, "200"), (32_769, "431")] {
        let (answer, ..) = talk(&[exact(len).as_bytes()]);
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{len} bytes: {answer}");
    }
    for (fields, status) in [(127, "200"), (128, "431")] {
        let request = format!("GET / HTTP/1.1\r\nHost: a\r\n{}\r\n", "X: y\r\n".repeat(fields));
        let (answer, ..) = talk(&[request.as_bytes()]);
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{fields} fields more: {answer}");
    }
    let (answer, step, _) = talk(&["GET /".as_bytes(), &[b'x'; (32 << 10) - 4]]);
    assert!(answer.starts_with("HTTP/1.1 431 ") && step == bad_request(), "an endless head: {answer}");
}

#[test]
fn what_is_beyond_the_limit_of_a_head_does_not_change_the_answer() {
    let start = format!("{}X: ", get("/").trim_end_matches("\r\n").to_owned() + "\r\n");
    let long = start.clone() + &"x".repeat((32 << 10) - start.len());
    for rest in ["\0\r\n\r\n", "\r\n\r\n", "\r\nHost : b\r\n\r\n", "x"] {
        for pieces in [vec![long.clone() + rest], vec![long.clone(), rest[..1].to_owned(), rest[1..].to_owned()]] {
            let (answer, step, _) = talk(&pieces.iter().map(|piece| piece.as_bytes()).collect::<Vec<_>>());
            assert!(answer.starts_with("HTTP/1.1 431 ") && step == bad_request(), "{rest:?}: {answer}");
        }
    }
}

#[test]
fn every_answer_tells_browsers_to_be_careful() {
    let not_modified = "GET / HTTP/1.1\r\nHost: a\r\nIf-None-Match: *\r\n\r\n".to_owned();
    let requests =
        [get("/"), get("/main.js"), get("/nothing"), get("/healthz"), get("/socket"), not_modified, "?\r\n".into()];
    for request in requests {
        let (answer, ..) = talk(&[request.as_bytes()]);
        for field in [
            "Content-Security-Policy: default-src 'none'; script-src 'self'; ",
            "frame-ancestors 'none'",
            "X-Content-Type-Options: nosniff\r\n",
            "X-Frame-Options: DENY\r\n",
            "Referrer-Policy: no-referrer\r\n",
            "Cross-Origin-Opener-Policy: same-origin\r\n",
            "Cache-Control: no-",
        ] {
            assert!(answer.contains(field), "{field} is missing:\n{answer}");
        }
        assert!(!answer.contains("unsafe"));
    }
}

#[test]
fn who_is_slow_is_not_waited_for_and_each_request_has_its_own_time() {
    let before = Time::after(Duration::from_millis(4999));
    let mut silent = WebHandshake::new(&config(), Time::START);
    assert_eq!(silent.poll_step(before), Step::Read { until: late() });
    assert_eq!(silent.poll_step(late()), Step::End { incident: None, detail: None });
    let mut slow = WebHandshake::new(&config(), Time::START);
    slow.handle_bytes(b"GET / HT");
    assert_eq!(slow.poll_step(before), Step::Read { until: late() });
    let Step::Write { bytes, .. } = slow.poll_step(late()) else { panic!("it is told") };
    assert!(bytes.starts_with(b"HTTP/1.1 408 "));
    assert_eq!(slow.poll_step(late()), bad_request());
    let mut blank = WebHandshake::new(&config(), Time::START);
    blank.handle_bytes(b"\r\n");
    assert_eq!(blank.poll_step(before), Step::Read { until: late() });
    let Step::Write { bytes, .. } = blank.poll_step(late()) else { panic!("it is told") };
    assert!(bytes.starts_with(b"HTTP/1.1 400 ") && bytes.ends_with(b"another port.\n"));
    let mut next = WebHandshake::new(&config(), Time::START);
    next.handle_bytes(get("/").as_bytes());
    let until = before + Config::default().limits.stall_max;
    assert!(matches!(next.poll_step(before), Step::Write { until: told, .. } if told == until));
    assert_eq!(next.poll_step(late()), Step::Read { until: late() + Duration::from_secs(5) });
}

#[test]
fn who_hangs_up_is_answered_what_was_asked_before() {
    let mut handshake = WebHandshake::new(&config(), Time::START);
    handshake.handle_bytes((get("/") + "GET /ma").as_bytes());
    handshake.handle_end();
    assert!(matches!(handshake.poll_step(Time::START), Step::Write { .. }));
    assert_eq!(handshake.poll_step(Time::START), Step::End { incident: None, detail: None });
    let mut handshake = WebHandshake::new(&config(), Time::START);
    handshake.handle_bytes([request_of_socket(&[]).as_bytes(), b"\x88\x80\0\0\0\0"].concat().as_slice());
    handshake.handle_end();
    assert_eq!(handshake.poll_step(Time::START), Step::Admit);
    handshake.handle_admission(Ok(()));
    assert!(matches!(handshake.poll_step(Time::START), Step::Write { .. }));
    assert_eq!(handshake.poll_step(Time::START), Step::Enter);
    let mut session = session(handshake);
    let leaves = vec![Request::Command(Command::Leave(CloseCode::NONE))];
    assert_eq!(session.poll_next(Time::START, Signals::default()), Next::Ask(leaves));
}

#[test]
fn what_is_counted_is_told_once_on_a_connection_and_then_it_is_closed() {
    let twice = get("/metrics").repeat(2);
    for split in 0..=twice.len() {
        let (answer, step, _) = talk(&[&twice.as_bytes()[..split], &twice.as_bytes()[split..]]);
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.ends_with("\r\n\r\npeople 1\n"), "{answer}");
        assert!(answer.contains("\r\nContent-Type: application/openmetrics-text; version=1.0.0; charset=utf-8\r\n"));
        assert!(answer.contains("\r\nConnection: close\r\n"), "{answer}");
        assert_eq!(
            (answer.matches("HTTP/1.1").count(), step),
            (1, Step::End { incident: None, detail: None }),
            "split at {split}"
        );
    }
    let (answer, _, _) = talk(&[get("/metrics").replace("GET", "HEAD").as_bytes()]);
    assert!(answer.contains("\r\nContent-Length: 9\r\n") && answer.ends_with("\r\n\r\n"), "{answer}");
}

#[test]
fn who_asks_for_counts_waits_for_them_and_is_told_when_there_are_none() {
    let mut handshake = WebHandshake::new(&config(), Time::START);
    handshake.handle_metrics(Some("nobody has asked".to_owned()));
    handshake.handle_bytes(get("/metrics").as_bytes());
    assert_eq!([handshake.poll_step(Time::START), handshake.poll_step(late())], [Step::Measure, Step::Measure]);
    handshake.handle_metrics(None);
    let Step::Write { bytes, .. } = handshake.poll_step(late()) else { panic!("no answer") };
    assert!(bytes.starts_with(b"HTTP/1.1 503 "), "{bytes:?}");
    assert_eq!(handshake.poll_step(late()), Step::End { incident: None, detail: None });
}

#[test]
fn a_server_that_stops_lets_nobody_in_and_says_so_to_who_asks() {
    let asked = [get("/healthz"), get("/metrics"), get("/healthz").replace("GET", "HEAD"), request_of_socket(&[])];
    for head in &asked {
        let mut handshake = WebHandshake::new(&config(), Time::START);
        handshake.handle_bytes([get("/healthz"), head.clone()].concat().as_bytes());
        let Step::Write { bytes, .. } = handshake.poll_step(Time::START) else { panic!("no answer") };
        assert!(bytes.starts_with(b"HTTP/1.1 200 "), "{bytes:?}");
        handshake.handle_stop();
        let Step::Write { bytes, .. } = handshake.poll_step(Time::START) else { panic!("no answer to {head}") };
        assert!(bytes.starts_with(b"HTTP/1.1 503 "), "{bytes:?}");
        assert_eq!(bytes.ends_with(b"\r\n\r\n"), head.starts_with("HEAD"), "{bytes:?}");
        assert_eq!(handshake.poll_step(Time::START), Step::End { incident: None, detail: None });
    }
    let mut handshake = WebHandshake::new(&config(), Time::START);
    handshake.handle_stop();
    handshake.handle_bytes(get("/main.js").as_bytes());
    let Step::Write { bytes, .. } = handshake.poll_step(Time::START) else { panic!("no answer") };
    assert!(bytes.starts_with(b"HTTP/1.1 200 "), "the page is the same: {bytes:?}");
    assert!(!String::from_utf8_lossy(&bytes).contains("keep-alive"), "{bytes:?}");
    assert_eq!(handshake.poll_step(Time::START), Step::End { incident: None, detail: None });
}

#[test]
fn who_was_let_in_just_before_the_server_stops_is_told_so() {
    let (_, step, mut handshake) = talk(&[request_of_socket(&[]).as_bytes()]);
    assert_eq!(step, Step::Enter);
    handshake.handle_stop();
    let Step::Write { bytes, .. } = handshake.poll_step(Time::START) else { panic!("nothing is told") };
    let (said, close) = bytes.split_at(bytes.len() - 4);
    assert_eq!(close, [0x88, 2, 0x03, 0xe9], "it is the code 1001");
    assert_eq!(&said[2..], br#"{"kind":"stopping"}"#);
    assert_eq!(handshake.poll_step(Time::START), Step::End { incident: None, detail: None });
}

#[test]
fn a_connection_asks_so_often_at_the_most() {
    let asked = get("/main.js").repeat(REQUESTS_MAX as usize + 1);
    let (answered, step, _) = talk(&[asked.as_bytes()]);
    assert_eq!(step, Step::End { incident: None, detail: None });
    let answers: Vec<_> = answered.split_inclusive("talk()").collect();
    assert_eq!(answers.len(), REQUESTS_MAX as usize);
    let closes = |answer: &&str| answer.contains("Connection: close\r\n");
    assert_eq!(answers.iter().position(closes), Some(answers.len() - 1));
}

#[test]
fn counts_can_only_be_asked_for() {
    let posted = get("/metrics").replace("GET", "POST");
    let with_body = get("/metrics").replace("Host", "Content-Length: 1\r\nHost");
    for (head, status) in [(posted, "405"), (with_body, "413")] {
        let (answer, step, _) = talk(&[head.as_bytes()]);
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{answer}");
        assert_eq!(step, bad_request());
    }
}

#[test]
fn who_asks_to_chat_is_answered_once_it_is_known_whether_they_may() {
    for (admission, status, last) in [
        (Ok(()), "101 ", Step::Enter),
        (Err(Refusal::AddressFull), "429 ", Step::End { incident: None, detail: None }),
        (Err(Refusal::ServerFull), "503 ", Step::End { incident: None, detail: None }),
    ] {
        let mut handshake = WebHandshake::new(&config(), Time::START);
        handshake.handle_admission(Err(Refusal::ServerFull));
        assert_eq!(handshake.poll_step(Time::START), Step::Read { until: late() }, "nobody has asked");
        handshake.handle_bytes(request_of_socket(&[]).as_bytes());
        assert_eq!([Time::START, late()].map(|now| handshake.poll_step(now)), [Step::Admit, Step::Admit]);
        handshake.handle_admission(admission);
        let Step::Write { bytes, .. } = handshake.poll_step(Time::START) else { panic!("there is an answer") };
        assert!(bytes.starts_with(format!("HTTP/1.1 {status}").as_bytes()), "{bytes:?}");
        assert_eq!(handshake.poll_step(Time::START), last);
    }
}

#[test]
fn after_an_answer_that_was_not_written_comes_the_end_and_a_refusal_is_one_all_the_same() {
    let told =
        "it is of http://evil.example and asked for chat.example:8080; --web-origin http://evil.example lets it in";
    let foreign = Step::End { incident: Some(Incident::ForeignOrigin), detail: Some(told.to_owned()) };
    let nothing = Step::End { incident: None, detail: None };
    let cases = [
        (get("/") + &get("/main.js"), nothing.clone()),
        (request_of_socket(&[]), nothing),
        (request_of_socket(&[("Origin", Some("http://evil.example"))]), foreign),
        ("NOT HTTP\r\n\r\n".to_owned(), bad_request()),
    ];
    for (sent, end) in cases {
        let mut handshake = WebHandshake::new(&config(), Time::START);
        handshake.handle_bytes(sent.as_bytes());
        while !matches!(handshake.poll_step(Time::START), Step::Write { .. }) {
            handshake.handle_admission(Ok(()));
        }
        handshake.handle_failure();
        assert_eq!(handshake.poll_step(Time::START), end, "{sent}");
        assert_eq!(handshake.poll_step(Time::START), end, "{sent}");
    }
}

#[test]
fn debug_hides_what_has_come_and_what_is_answered() {
    let secret = b"115, 101, 99, 114, 101, 116".escape_ascii().to_string();
    for (form, peer) in [(Form::Web, [127, 0, 0, 1]), (Form::Web, [10, 0, 0, 1]), (Form::Lines, [127, 0, 0, 1])] {
        let config = Config {
            limits: Limits { proxies: ["10.0.0.1".parse().expect("it is an address")].into(), ..Limits::default() },
            ..Config::default()
        };
        let mut handshake = Handshake::new(&config, form, peer.into(), Time::START);
        handshake.handle_bytes(b"GET / HTTP/1.1\r\nCookie: secret");
        let shown = format!("{handshake:?}");
        assert!(!shown.contains("secret") && !shown.contains(&secret), "{shown}");
    }
}

//! Shows that the files of `docs/proxies` work, with the nginx and haproxy of the system: in front of both servers
//! there are the page, its socket and the port for lines, and what is wrong with a file is told.

use std::io::{BufRead as _, BufReader, Read, Write};
use std::net::SocketAddr;
use std::thread;
use std::time::{Duration, Instant};

use chinwag_core::{Config, Limits};
use chinwag_tests::{Adapter, DEADLINE, Person, Program, Proxy, Server, Tls, connect, fetch};
use rustix::process::Signal;
use serde_json::Value;
use tungstenite::client::IntoClientRequest as _;
use tungstenite::http::HeaderValue;
use tungstenite::{HandshakeError, Message, WebSocket};

/// What the files name: where the server is, and how they listen.
const PAGE: &str = "127.0.0.1:42080";
const LINES: &str = "127.0.0.1:42169";
const NGINX: [&str; 2] = ["listen 80", "listen 443"];
const NGINX_STREAM: [&str; 3] = ["listen 42069", "listen 42070", "listen 443"];
const HAPROXY: [&str; 3] = ["bind :80", "bind :443", "bind :42069"];

/// Where a proxy of these tests connects from.
const PROXY_FROM: [&str; 2] = ["--proxy-from", "127.0.0.1"];

/// Runs what is claimed on all servers.
fn on_each<const N: usize>(flags: [&str; N], claim: impl Fn(&Program, SocketAddr, SocketAddr)) {
    for adapter in Adapter::ALL {
        let (server, addr, web_addr) = Program::start_web(adapter, flags);
        claim(&server, addr, web_addr);
        server.signal(Signal::TERM);
        assert_eq!(server.join().code, Some(0));
    }
}

/// Opens the page's socket as a browser does that shows a page of this origin; or returns what is answered instead.
fn open<S: Read + Write>(stream: S, path: &str, host: &str, origin: &str) -> Result<WebSocket<S>, String> {
    let mut request = format!("ws://{host}{path}").into_client_request().expect("it is an address");
    request.headers_mut().insert("Origin", HeaderValue::from_str(origin).expect("it is text"));
    match tungstenite::client(request, stream) {
        Ok((socket, _)) => Ok(socket),
        Err(HandshakeError::Failure(tungstenite::Error::Http(response))) => {
            let body = response.body().as_deref().unwrap_or_default();
            Err(format!("{} {}", response.status(), String::from_utf8_lossy(body)))
        }
        Err(error) => panic!("{error}"),
    }
}

/// Says something, and reads it.
fn assert_chats<S: Read + Write>(mut socket: WebSocket<S>) {
    socket.send(Message::text("hello")).expect("it takes what is sent");
    loop {
        let Message::Text(text) = socket.read().expect("there is an answer") else { continue };
        let message: Value = serde_json::from_str(&text).expect("it is an object");
        let said = if message["said"].is_array() { &message["said"][0] } else { &message };
        if said["text"] == "hello" {
            return;
        }
    }
}

/// Finds that the page is there with TLS, compressed, with its socket, and that nobody else's page is let in.
fn assert_has_page(proxy: &Proxy, listen: usize, path: &str) {
    let host = format!("chat.example:{}", proxy.addr(listen).port());
    let head = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nAccept-Encoding: gzip, br\r\nConnection: close\r\n\r\n");
    let answer = proxy.fetch_tls(listen, &head);
    let at = answer.windows(4).position(|end| end == b"\r\n\r\n").expect("there is a head");
    let (head, body) = (String::from_utf8_lossy(&answer[..at]).to_lowercase(), &answer[at + 4..]);
    assert!(head.starts_with("http/1.1 200 ") && head.contains("\r\ncontent-encoding: gzip"), "{head}");
    assert!(body.starts_with(&[0x1f, 0x8b]), "it is as it was compressed");
    let socket = format!("{path}socket");
    // The second is what a browser sends that came to the default port.
    for (host, origin) in [(host.as_str(), format!("https://{host}")), ("chat.example", "https://chat.example".into())]
    {
        let opened = open(proxy.connect_tls(listen), &socket, host, &origin);
        assert_chats(opened.unwrap_or_else(|told| panic!("{host}, {origin}: {told}")));
    }
    let told = open(proxy.connect_tls(listen), &socket, &host, "https://evil.example").map(drop);
    let told = told.expect_err("a page of another site is refused");
    assert!(told.starts_with("403 ") && told.contains("--web-origin https://evil.example"), "{told}");
}

/// Finds that people can talk by lines.
fn assert_has_lines(addr: SocketAddr) {
    let (mut ann, mut bob) = (Person::come(addr), Person::come(addr));
    ann.type_line("hello");
    bob.read_up_to(&format!("{}: hello", ann.name()));
}

fn status_line(mut tls: Tls, head: &str) -> String {
    tls.write_all(head.as_bytes()).expect("it reads what is sent");
    let mut line = String::new();
    BufReader::new(tls).read_line(&mut line).expect("there is an answer");
    line
}

#[test]
fn through_nginx_there_is_the_page_with_its_socket_and_below_a_path_too() {
    on_each([], |_, _, web_addr| {
        let web_addr = web_addr.to_string();
        let proxy = Proxy::nginx("nginx.conf", &[(PAGE, &web_addr)], &NGINX);
        assert_has_page(&proxy, 1, "/");
        let moved = fetch(proxy.addr(0), "GET /x HTTP/1.1\r\nHost: chat.example\r\nConnection: close\r\n\r\n");
        assert!(
            moved.starts_with("HTTP/1.1 301 ") && moved.contains("\r\nLocation: https://chat.example/x\r\n"),
            "{moved}"
        );
        // As the docs say how to.
        let below =
            [(PAGE, web_addr.as_str()), ("location / {", "location /chat/ {"), ("http://chinwag;", "http://chinwag/;")];
        assert_has_page(&Proxy::nginx("nginx.conf", &below, &NGINX), 1, "/chat/");
    });
}

#[test]
fn what_nginx_does_not_hand_on_is_told_to_whoever_asks_and_to_the_operator() {
    on_each([], |server, _, web_addr| {
        let web_addr = web_addr.to_string();
        let with = |change: (&str, &str)| Proxy::nginx("nginx.conf", &[(PAGE, &web_addr), change], &NGINX);
        let page = "GET / HTTP/1.1\r\nHost: chat.example\r\nConnection: close\r\n\r\n";
        let try_to_open = |proxy: &Proxy, host: &str| {
            assert!(status_line(proxy.connect_tls(1), page).starts_with("HTTP/1.1 200 "), "there is a page");
            open(proxy.connect_tls(1), "/socket", host, "https://chat.example:8443").map(drop)
        };
        for change in [
            ("proxy_http_version 1.1;", ""),
            ("proxy_set_header Upgrade $http_upgrade;", ""),
            ("proxy_set_header Connection $connection_upgrade;", ""),
        ] {
            let told = try_to_open(&with(change), "chat.example:8443").expect_err("there is no chat");
            assert!(told.contains("proxy_set_header Upgrade $http_upgrade;"), "{change:?}: {told}");
        }
        let _ = server.read_log("refused: a WebSocket without Upgrade");
        let told = try_to_open(&with(("proxy_set_header Host $http_host;", "")), "chat.example:8443");
        assert!(told.expect_err("there is no chat").contains("proxy_set_header Host $http_host;"));
        let log = server.read_log("refused: a page of another site");
        assert!(
            log.contains(
                "https://chat.example:8443 and asked for chinwag; --web-origin https://chat.example:8443 lets"
            ),
            "{log}"
        );
        // The name alone, as many files have it.
        let named = with(("proxy_set_header Host $http_host;", "proxy_set_header Host $host;"));
        assert_eq!(try_to_open(&named, "chat.example:8443"), Ok(()));
    });
}

#[test]
fn through_a_stream_of_nginx_there_are_the_page_and_the_port_for_lines_for_whom_it_says() {
    on_each(PROXY_FROM, |_, addr, web_addr| {
        let changes = [(LINES, addr.to_string()), (PAGE, web_addr.to_string())];
        let changes = changes.each_ref().map(|(from, to)| (*from, to.as_str()));
        let proxy = Proxy::nginx("nginx-stream.conf", &changes, &NGINX_STREAM);
        assert_has_lines(proxy.addr(0));
        assert_has_page(&proxy, 2, "/");
        let mut tls = proxy.connect_tls(1);
        tls.write_all(b"hello\n").expect("it reads what is sent");
        let heard =
            BufReader::new(tls).lines().map(|line| line.expect("it is text")).find(|line| line.ends_with(": hello"));
        assert!(heard.is_some(), "the connection has ended");
        // The server knows them by what the proxy says, and nobody without that.
        let mut told = String::new();
        connect(addr).read_to_string(&mut told).expect("it is told, and closed");
        assert!(told.starts_with("Server expects the PROXY protocol"), "{told}");
    });
}

#[test]
fn through_haproxy_there_are_the_page_and_the_port_for_lines_whichever_version_it_speaks() {
    on_each(PROXY_FROM, |_, addr, web_addr| {
        let (addr, web_addr) = (addr.to_string(), web_addr.to_string());
        for version in ["send-proxy-v2", "send-proxy"] {
            let changes = [(LINES, addr.as_str()), (PAGE, &web_addr), ("send-proxy-v2", version)];
            let proxy = Proxy::haproxy("haproxy.cfg", &changes, &HAPROXY);
            proxy.await_up("page,chinwag,", ",L7OK,204,");
            proxy.await_up("lines,chinwag,", ",L4OK,");
            assert_has_page(&proxy, 1, "/");
            assert_has_lines(proxy.addr(2));
            let moved = fetch(proxy.addr(0), "GET /x HTTP/1.1\r\nHost: chat.example\r\nConnection: close\r\n\r\n");
            assert!(moved.contains("\r\nlocation: https://chat.example/x\r\n"), "{moved}");
            let head = "GET /metrics HTTP/1.1\r\nHost: chat.example\r\nConnection: close\r\n\r\n";
            let metrics = String::from_utf8(proxy.fetch_tls(1, head)).expect("it is text");
            let refused = metrics.lines().find(|line| line.starts_with("chinwag_refused_total "));
            let foreign = if version == "send-proxy-v2" { 1 } else { 2 };
            assert_eq!(refused, Some(format!("chinwag_refused_total {foreign}").as_str()), "checks are not refused");
        }
    });
}

#[test]
fn who_comes_through_haproxy_is_known_by_their_own_address() {
    on_each(["--proxy-from", "127.0.0.1", "--max-per-ip", "1"], |server, addr, web_addr| {
        let (addr, web_addr) = (addr.to_string(), web_addr.to_string());
        // There is nobody with another address here, so haproxy is told of one in the same way.
        let told = ("option clitcpka", "tcp-request connection expect-proxy layer4");
        let proxy = Proxy::haproxy("haproxy.cfg", &[(LINES, &addr), (PAGE, &web_addr), told], &HAPROXY);
        let come = |says: &str| {
            let mut stream = connect(proxy.addr(2));
            let header = "PROXY TCP4 203.0.113.7 192.0.2.1 56324 42069\r\n";
            stream.write_all(format!("{header}{says}\n").as_bytes()).expect("it reads what is sent");
            stream
        };
        let mut told = String::new();
        come("/quit").read_to_string(&mut told).expect("the connection ends");
        assert!(told.starts_with("Server commands\n"), "{told}");
        let log = server.read_log("closed: quit");
        assert!(log.contains("closed: quit address=203.0.113.7 "), "{log}");
        // As soon as the server has seen that they have gone.
        let deadline = Instant::now() + DEADLINE;
        let _stays = loop {
            let (stream, mut line) = (come(""), String::new());
            BufReader::new(&stream).read_line(&mut line).expect("there is an answer");
            if line == "Server commands\n" {
                break stream;
            }
            assert!(Instant::now() < deadline, "nobody is let in again");
        };
        let mut refused = String::new();
        come("").read_to_string(&mut refused).expect("the connection ends");
        assert_eq!(refused, "Too many connections from your address, try again later\n");
        let log = server.read_log("too many connections");
        assert!(log.contains("address=203.0.113.7 "), "{log}");
    });
}

#[test]
fn an_idle_browser_stays_behind_a_proxy_that_cuts_what_is_silent() {
    // More than twice as long as these proxies let somebody be silent.
    const PINGS: usize = 5;
    let [often, hardly] = [Duration::from_secs(1), Duration::from_secs(3600)];
    thread::scope(|scope| {
        for (adapter, ping_interval) in Adapter::ALL.map(|adapter| [(adapter, often), (adapter, hardly)]).concat() {
            scope.spawn(move || {
                let config = Config {
                    limits: Limits { ping_interval, pong_wait: 2 * ping_interval, ..Limits::default() },
                    ..Config::default()
                };
                let server = Server::start(adapter, config);
                let (addr, web_addr) = (server.addr().to_string(), server.web_addr().to_string());
                let nginx = [(PAGE, web_addr.as_str()), ("proxy_read_timeout 75s", "proxy_read_timeout 2s")];
                let haproxy = [(LINES, addr.as_str()), (PAGE, &web_addr), (" send-proxy-v2", ""), (" 75s", " 2s")];
                let proxies =
                    [Proxy::nginx("nginx.conf", &nginx, &NGINX), Proxy::haproxy("haproxy.cfg", &haproxy, &HAPROXY)];
                for proxy in &proxies {
                    let opened = open(proxy.connect_tls(1), "/socket", "chat.example", "https://chat.example");
                    let mut socket = opened.expect("a page of here may talk");
                    let mut pings = 0;
                    while pings < PINGS
                        && let Ok(message) = socket.read()
                    {
                        pings += usize::from(message.is_ping());
                    }
                    let expected = if ping_interval == often { PINGS } else { 0 };
                    assert_eq!(pings, expected, "{adapter:?}, pinged after {ping_interval:?}");
                    if pings > 0 {
                        assert_chats(socket);
                    }
                }
                drop(proxies);
                server.join();
            });
        }
    });
}

#[test]
fn haproxy_finds_a_server_well_that_it_tells_nothing() {
    on_each([], |_, addr, web_addr| {
        let (addr, web_addr) = (addr.to_string(), web_addr.to_string());
        let changes = [(LINES, addr.as_str()), (PAGE, &web_addr), (" send-proxy-v2", "")];
        let proxy = Proxy::haproxy("haproxy.cfg", &changes, &HAPROXY);
        proxy.await_up("page,chinwag,", ",L7OK,204,");
        assert_has_page(&proxy, 1, "/");
        assert_has_lines(proxy.addr(2));
    });
}

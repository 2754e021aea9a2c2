//! Who comes through a proxy that says for whom it connects (the PROXY protocol) is dealt with as whoever that is, at
//! every listener; and nobody can claim it who is no such proxy.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use chinwag_core::{Config, Limits, Subnet};
use chinwag_tests::{Adapter, DEADLINE, Person, Server, connect, connect_from, fetch};

/// Where the proxy is: another address of this machine than that of those who come without one.
const PROXY: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2));

/// The header of version 2 for 203.0.113.7.
const V2: &[u8] = b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c\xcb\0\x71\x07\xc0\0\x02\x01\xdc\x04\xab\xe0";

/// The header of version 2 of a proxy that asks on its own behalf.
const LOCAL: &[u8] = b"\r\n\r\n\0\r\nQUIT\n\x20\0\0\0";

const REFUSED: &str = "Server expects the PROXY protocol (send-proxy) from your address, which --proxy-from names\n";

fn v1(address: &str) -> Vec<u8> {
    format!("PROXY TCP4 {address} 192.0.2.1 56324 42069\r\n").into()
}

/// Runs what is claimed on all servers.
fn on_each(config: &Config, claim: impl Fn(&Server)) {
    let proxies = [Subnet::from(PROXY)].into();
    let config = Config { limits: Limits { proxies, ..config.clone().limits }, ..config.clone() };
    for adapter in Adapter::ALL {
        let server = Server::start(adapter, config.clone());
        claim(&server);
        server.join();
    }
}

/// Connects as the proxy does.
fn connect_through(addr: SocketAddr, sends: &[u8]) -> TcpStream {
    let mut stream = connect_from(PROXY, addr);
    stream.write_all(sends).expect("the server reads what is sent");
    stream
}

/// Reads the line that comes first.
fn first_line(stream: &TcpStream) -> String {
    let mut line = String::new();
    BufReader::new(stream).read_line(&mut line).expect("there is an answer");
    line
}

fn read_all(mut stream: &TcpStream) -> String {
    let mut told = String::new();
    stream.read_to_string(&mut told).expect("the answer is text, and ends before the deadline");
    told
}

#[test]
fn limits_are_those_of_the_address_for_which_a_proxy_connects() {
    on_each(
        &Config { limits: Limits { connections_per_address_max: 2, ..Limits::default() }, ..Config::default() },
        |server| {
            let come = |header: &[u8]| {
                let stream = connect_through(server.addr(), &[header, b"\n"].concat());
                (first_line(&stream), stream)
            };
            let greeted = "Server commands\n";
            let (ann, bob) = (come(&v1("203.0.113.7")), come(V2));
            assert_eq!((ann.0.as_str(), bob.0.as_str()), (greeted, greeted));
            let cid = come(&v1("203.0.113.7"));
            assert_eq!(cid.0, "Too many connections from your address, try again later\n");
            let others = ["203.0.113.8", "203.0.113.9"].map(|address| come(&v1(address)));
            assert!(others.iter().all(|(line, _)| line == greeted));
            // The proxy itself, and this machine, have no limits.
            let own: Vec<_> = (0..5).map(|_| come(LOCAL)).collect();
            assert!(own.iter().all(|(line, _)| line == greeted));
            drop(ann);
            let deadline = Instant::now() + DEADLINE;
            while come(&v1("203.0.113.7")).0 != greeted {
                assert!(Instant::now() < deadline, "who has gone is not forgotten");
            }
        },
    );
}

#[test]
fn a_header_opens_both_listeners_and_what_comes_after_it_is_theirs() {
    on_each(&Config::default(), |server| {
        let mut bob = Person::come(server.addr());
        for header in [v1("203.0.113.7"), V2.into(), LOCAL.into(), b"PROXY UNKNOWN\r\n".into()] {
            let mut ann = connect_through(server.addr(), b"");
            for byte in &header {
                ann.write_all(&[*byte]).expect("the server reads what is sent");
            }
            ann.write_all(b"hello\n").expect("the server reads what is sent");
            assert!(bob.find_line(|line| line.ends_with(": hello")).len() > ": hello".len());
            drop(ann);
            bob.find_line(|line| line.ends_with(" left"));
            let request = [&header, &b"GET /healthz HTTP/1.0\r\n\r\n"[..]].concat();
            let told = read_all(&connect_through(server.web_addr(), &request));
            assert!(told.starts_with("HTTP/1.1 200 ") && told.ends_with("\r\n\r\nok\n"), "{told}");
            let mut split = connect_through(server.web_addr(), &header);
            split.write_all(b"OPTIONS / HTTP/1.0\r\n\r\n").expect("the server reads what is sent");
            assert!(read_all(&split).starts_with("HTTP/1.1 204 "));
        }
    });
}

#[test]
fn without_a_header_nobody_is_let_in_from_where_a_proxy_is_and_with_one_nobody_from_elsewhere() {
    on_each(
        &Config {
            limits: Limits { request_wait: Duration::from_millis(300), ..Limits::default() },
            ..Config::default()
        },
        |server| {
            let mut bob = Person::come(server.addr());
            for sent in
                [&b"hello\n"[..], b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", b"\xff\xf4", b"PROXY hello\r\n", b"PROXY", b""]
            {
                assert_eq!(read_all(&connect_through(server.addr(), sent)), REFUSED, "{}", sent.escape_ascii());
                let told = read_all(&connect_through(server.web_addr(), sent));
                assert!(told.starts_with("HTTP/1.1 400 ") && told.ends_with(REFUSED), "{told}");
            }
            for header in [v1("203.0.113.7"), V2.into()] {
                let mut stream = connect(server.web_addr());
                stream
                    .write_all(&[&header, &b"GET /healthz HTTP/1.0\r\n\r\n"[..]].concat())
                    .expect("the server reads it");
                assert!(
                    read_all(&stream)
                        .contains("the PROXY protocol is for addresses that the server's --proxy-from names")
                );
                let mut stream = connect(server.addr());
                stream.write_all(&[&header, &b"hello\n"[..]].concat()).expect("the server reads it");
                assert!(read_all(&stream).ends_with(", not for the PROXY protocol\r\n"));
            }
            assert!(fetch(server.web_addr(), "GET /healthz HTTP/1.0\r\n\r\n").starts_with("HTTP/1.1 200 "));
            bob.type_line("still here");
            assert_eq!(bob.read_line(), format!("{}: still here", bob.name()), "none of them was heard");
        },
    );
}

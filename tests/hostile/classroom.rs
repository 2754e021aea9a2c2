//! What a classroom behind one address does all at once, and what no limit may keep it from: with a server's default
//! limits, in a network of its own.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use chinwag_tests::{Adapter, Program};
use tungstenite::client::IntoClientRequest as _;
use tungstenite::{Message, WebSocket, client};

use crate::namespace::{CLASSROOM, SERVER, connect_from, each_in_a_namespace, open_from};

/// How many there are. They and their browsers are more than half of all that may chat from one address.
const PUPILS: usize = 40;

/// How many connections a browser makes to one server at once.
const BROWSER_CONNECTIONS: usize = 6;

/// How long they may have to wait for the page, or to be greeted: no longer than anybody notices. A busy machine may
/// take some of it.
const PATIENCE: Duration = Duration::from_secs(3);

/// Asks for something over a connection that is open, and returns the answer's status, and what it holds.
fn get(stream: &mut TcpStream, path: &str) -> (String, Vec<u8>) {
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {SERVER}\r\n\r\n").expect("the server reads what is sent");
    let mut reader = BufReader::new(stream);
    let (mut status, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).expect("there is an answer");
        if status.is_empty() {
            status.clone_from(&line);
        }
        if let Some(bytes) = line.strip_prefix("Content-Length: ") {
            length = bytes.trim().parse().expect("a length is a number");
        }
        if line == "\r\n" {
            break;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).expect("it is as long as it says");
    (status, body)
}

/// Loads the page as a browser does, and opens its socket.
fn load_page_and_chat(web: SocketAddr) -> WebSocket<TcpStream> {
    let mut connections: Vec<_> = (0..BROWSER_CONNECTIONS).map(|_| open_from(CLASSROOM, web)).collect();
    let paths = ["/", "/main.js", "/style.css", "/icon.svg", "/link.js", "/log.js", "/chat.js", "/words.js"];
    for (place, path) in paths.iter().enumerate() {
        let (status, body) = get(&mut connections[place % BROWSER_CONNECTIONS], path);
        assert_eq!(status, "HTTP/1.1 200 OK\r\n", "{path}");
        assert!(!body.is_empty(), "{path}");
    }
    let request = format!("ws://{SERVER}:{}/socket", web.port()).into_client_request().expect("it is an address");
    // What was loaded keeps its connections, as in a browser.
    let (mut socket, answer) = client(request, open_from(CLASSROOM, web)).expect("there is room for all");
    assert_eq!(answer.status().as_u16(), 101);
    drop(connections);
    // Whoever is let in is in the room a little later, and hears nothing of what is said before.
    hear(&mut socket, r#""kind":"room""#);
    socket
}

fn hear(socket: &mut WebSocket<TcpStream>, text: &str) {
    while !socket.read().expect("nobody is closed").to_text().is_ok_and(|heard| heard.contains(text)) {}
}

#[test]
fn a_classroom_of_browsers_behind_one_address_loads_the_page_and_chats() {
    let name = "classroom::a_classroom_of_browsers_behind_one_address_loads_the_page_and_chats";
    each_in_a_namespace(name, |adapter: Adapter| {
        let (_server, _, web) = Program::start_web_at(adapter, SERVER, [""; 0]);
        let started = Instant::now();
        let pupils: Vec<_> = (0..PUPILS).map(|_| thread::spawn(move || load_page_and_chat(web))).collect();
        let mut pupils: Vec<_> = pupils.into_iter().map(|pupil| pupil.join().expect("the page is loaded")).collect();
        let took = started.elapsed();
        assert!(took < PATIENCE, "{took:?}");
        pupils[0].send(Message::text("good morning")).expect("it is open");
        pupils.iter_mut().for_each(|pupil| hear(pupil, "good morning"));
    });
}

#[test]
fn a_classroom_of_terminals_behind_one_address_is_greeted_at_once() {
    let name = "classroom::a_classroom_of_terminals_behind_one_address_is_greeted_at_once";
    each_in_a_namespace(name, |adapter: Adapter| {
        let (_server, addr) = Program::start(adapter, ["--ip", SERVER]);
        let started = Instant::now();
        let mut pupils: Vec<_> = (0..PUPILS).map(|_| BufReader::new(connect_from(CLASSROOM, addr))).collect();
        let hear = |pupil: &mut BufReader<TcpStream>, text: &str| {
            let mut line = String::new();
            while !line.contains(text) {
                line.clear();
                assert!(pupil.read_line(&mut line).expect("it comes in time") > 0, "nobody is closed");
            }
        };
        pupils.iter_mut().for_each(|pupil| hear(pupil, "You joined main"));
        let took = started.elapsed();
        assert!(took < PATIENCE, "{took:?}");
        pupils[0].get_mut().write_all(b"good morning\n").expect("the server reads what is sent");
        pupils.iter_mut().for_each(|pupil| hear(pupil, ": good morning"));
    });
}

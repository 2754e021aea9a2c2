//! Shows that the examples do what they say: each is part of this test, and somebody chats through it.

#[path = "../core/examples/blocking.rs"]
#[expect(dead_code, reason = "its main function is for a terminal")]
mod blocking;

#[path = "../runtime-smol/examples/beside_http_smol.rs"]
#[expect(dead_code, reason = "its main function is for a terminal")]
mod beside_http_on_smol;

#[path = "../runtime-tokio/examples/beside_http_tokio.rs"]
#[expect(dead_code, reason = "its main function is for a terminal")]
mod beside_http_on_tokio;

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

use self::blocking::Input;

/// Connects, and reads up to the end of the greeting.
fn come(listener: SocketAddr) -> BufReader<TcpStream> {
    let stream = TcpStream::connect(listener).expect("it listens");
    stream.set_read_timeout(Some(Duration::from_secs(10))).expect("it is not zero");
    let mut person = BufReader::new(stream);
    hears(&mut person, "You joined main");
    person
}

/// Reads up to a line.
fn hears(person: &mut BufReader<TcpStream>, line: &str) {
    let mut heard = String::new();
    while heard.trim_end() != line {
        heard.clear();
        assert_ne!(person.read_line(&mut heard).expect("it comes in time"), 0, "{line} was not heard");
    }
}

fn types(person: &mut BufReader<TcpStream>, text: &str) {
    person.get_mut().write_all(text.as_bytes()).expect("it takes a few lines");
}

#[test]
fn people_chat_through_the_loop_of_the_documentation_until_it_stops() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let address = listener.local_addr().expect("it listens");
    let (inputs, received) = channel();
    let stop = inputs.clone();
    let server = thread::spawn(move || blocking::serve(listener, &inputs, &received));
    let [mut ann, mut bob] = [(); 2].map(|()| come(address));
    types(&mut ann, "/name Ann\nhello\n");
    hears(&mut bob, "Ann: hello");
    types(&mut bob, "/name Bob\n/users\nhi\n");
    hears(&mut ann, "Bob: hi");
    // A reply is owed a credit: without it, no more of them are asked for.
    types(&mut bob, &"/help\n".repeat(99));
    types(&mut bob, "still here\n");
    hears(&mut ann, "Bob: still here");
    // What is read too late is still there; nobody waits for it.
    types(&mut ann, &format!("{}\n", "x".repeat(300)).repeat(60));
    types(&mut ann, "/quit\n");
    hears(&mut bob, "Ann left");
    ann.read_to_string(&mut String::new()).expect("the server ends the connection in order");
    stop.send(Input::Stop).expect("it runs");
    hears(&mut bob, "Server is shutting down");
    server.join().expect("it does not panic").expect("it serves");
}

/// Returns the answer to a request.
fn fetch(address: SocketAddr, path: &str) -> String {
    let mut stream = TcpStream::connect(address).expect("it listens");
    stream.set_read_timeout(Some(Duration::from_secs(10))).expect("it is not zero");
    write!(stream, "GET {path} HTTP/1.1\r\nHost: here\r\n\r\n").expect("it takes a request");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("it is answered");
    answer
}

/// Chats and asks over HTTP, and then has both stop.
fn is_used(chat: SocketAddr, http: SocketAddr, stop: impl FnOnce()) {
    let [mut ann, mut bob] = [(); 2].map(|()| come(chat));
    for person in [&mut ann, &mut bob] {
        types(person, "hello\n");
    }
    types(&mut ann, "/name Ann\nhi\n");
    hears(&mut bob, "Ann: hi");
    assert!(fetch(http, "/people").starts_with("HTTP/1.1 200 OK\r\n"));
    assert!(fetch(http, "/people").ends_with("\r\n\r\n2\n"));
    assert!(fetch(http, "/").starts_with("HTTP/1.1 404 Not Found\r\n"));
    stop();
    hears(&mut ann, "Server is shutting down");
}

fn listeners() -> ([TcpListener; 2], [SocketAddr; 2]) {
    let listeners = [(); 2].map(|()| TcpListener::bind("127.0.0.1:0").expect("a port is free"));
    let addresses = listeners.each_ref().map(|listener| listener.local_addr().expect("it listens"));
    (listeners, addresses)
}

#[test]
fn a_chat_is_served_beside_http_on_smol() {
    let ([chat, http], [chat_address, http_address]) = listeners();
    let (stop, stopped) = async_channel::bounded(1);
    let http = async_io::Async::new(http).expect("it can be watched");
    let serving = thread::spawn(|| async_io::block_on(beside_http_on_smol::serve(chat, http, stopped)));
    is_used(chat_address, http_address, || drop(stop));
    serving.join().expect("it does not panic").expect("it serves");
}

#[test]
fn a_chat_is_served_beside_http_on_tokio() {
    let ([chat, http], [chat_address, http_address]) = listeners();
    let (stop, stopped) = tokio::sync::oneshot::channel();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("there is a thread");
    let serving = thread::spawn(move || {
        runtime.block_on(async {
            http.set_nonblocking(true).expect("it is a socket");
            let http = tokio::net::TcpListener::from_std(http).expect("it can be watched");
            beside_http_on_tokio::serve(chat, http, stopped).await
        })
    });
    is_used(chat_address, http_address, || drop(stop));
    serving.join().expect("it does not panic").expect("it serves");
}

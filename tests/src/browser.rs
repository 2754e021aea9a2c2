//! Owns one person with a browser: what its page sends and is told, and what else a browser asks a server for.

use std::collections::VecDeque;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};

use serde_json::{Value, json};
use tungstenite::protocol::CloseFrame;
use tungstenite::{Message, WebSocket};

use crate::connect;

/// Sends lines through a `WebSocket`, and reads objects.
#[derive(Debug)]
pub struct Browser {
    name: String,
    token: String,
    socket: WebSocket<TcpStream>,
    /// What was said in the last frame, and not read yet.
    said: VecDeque<Value>,
}

impl Browser {
    /// Comes to the web listener at `addr`, and has asked for nothing: nobody knows of them.
    ///
    /// # Panics
    /// If the server does not let them in, or greets them otherwise than it should.
    #[must_use]
    pub fn arrive(addr: SocketAddr) -> Self {
        Self::connect(addr).enter()
    }

    /// Connects to the web listener at `addr`, whatever it says.
    ///
    /// # Panics
    /// If it lets nobody in.
    #[must_use]
    pub fn connect(addr: SocketAddr) -> Self {
        Self::connect_to(addr, "/socket")
    }

    /// Connects there to log in, where nobody has to.
    ///
    /// # Panics
    /// If it lets nobody in.
    #[must_use]
    pub fn log_in(addr: SocketAddr) -> Self {
        Self::connect_to(addr, "/socket?login")
    }

    fn connect_to(addr: SocketAddr, path: &str) -> Self {
        let (socket, _) = tungstenite::client(format!("ws://{addr}{path}"), connect(addr)).expect("they are let in");
        Self { name: String::new(), token: String::new(), socket, said: VecDeque::new() }
    }

    fn enter(self) -> Self {
        let mut browser = self;
        let [hello, help, you, room] = [(); 4].map(|()| browser.read());
        assert_eq!([&hello["kind"], &help["kind"]], ["hello", "help"]);
        assert_eq!([&you["kind"], &room["kind"], &room["room"]], ["you", "room", "main"]);
        you["name"].as_str().expect("a name is text").clone_into(&mut browser.name);
        hello["token"].as_str().expect("a token is text").clone_into(&mut browser.token);
        browser
    }

    /// Comes to the web listener at `addr`, is in its main room, and has asked for something, so that the others there
    /// know of them.
    ///
    /// # Panics
    /// If the server does not let them in, or greets them otherwise than it should.
    #[must_use]
    pub fn come(addr: SocketAddr) -> Self {
        let mut browser = Self::arrive(addr);
        browser.say(&format!("/name {}", browser.name));
        while browser.read()["kind"] != "you" {}
        browser
    }

    /// Comes to the web listener of a server that asks for a password. Nobody knows of them.
    ///
    /// # Panics
    /// If the server does not ask for it, or does not let them in.
    #[must_use]
    pub fn come_with(addr: SocketAddr, password: &str) -> Self {
        let mut browser = Self::connect(addr);
        assert_eq!(browser.read()["kind"], "password");
        browser.say(password);
        browser.enter()
    }

    /// Returns by what they can come back, as the server has told.
    #[must_use]
    pub fn token(&self) -> &str {
        &self.token
    }

    /// Returns what the server called them.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Sends a line.
    ///
    /// # Panics
    /// If the server does not take it.
    pub fn say(&mut self, line: &str) {
        self.send(Message::text(line));
    }

    /// Sends whatever can be sent.
    ///
    /// # Panics
    /// If the server does not take it.
    pub fn send(&mut self, message: Message) {
        self.socket.send(message).expect("the server reads what is sent");
    }

    /// Reads what comes next. What several people said is in one frame, but is read one by one: each with its own
    /// number in the room.
    ///
    /// # Panics
    /// If nothing comes, or it is nothing that a page is told.
    pub fn read(&mut self) -> Value {
        if let Some(said) = self.said.pop_front() {
            return said;
        }
        let mut told = self.read_message();
        while told.is_ping() {
            // It is answered before the next is read, as by a browser.
            told = self.read_message();
        }
        let Message::Text(text) = told else { panic!("a page is told texts only") };
        let mut message: Value = serde_json::from_str(&text).expect("a page is told JSON only");
        if message["kind"] == "history" {
            return message;
        }
        let Some(Value::Array(said)) = message.get_mut("said").map(Value::take) else { return message };
        assert!(!said.is_empty(), "nothing was said");
        let seq = message["seq"].as_u64().expect("what is said has a number");
        self.said.extend(said.iter().zip(seq..).map(|(said, seq)| {
            let (name, text) = (&said["name"], &said["text"]);
            json!({"kind": "said", "room": message["room"], "time": message["time"], "seq": seq, "name": name, "text": text})
        }));
        self.said.pop_front().expect("it is not empty")
    }

    /// Reads what comes next, whatever it is.
    ///
    /// # Panics
    /// If nothing comes.
    pub fn read_message(&mut self) -> Message {
        self.socket.read().expect("a message comes before the deadline")
    }

    /// Reads the last that is said, which is why the connection is closed, and then nothing more.
    ///
    /// # Panics
    /// If something else comes, or the connection does not end.
    pub fn read_close(&mut self) -> Option<u16> {
        let Message::Close(frame) = self.read_message() else { panic!("the connection is closed") };
        assert!(self.socket.read().is_err(), "nothing comes after that");
        frame.map(|CloseFrame { code, .. }| code.into())
    }
}

/// Asks for a file, and returns the whole answer.
///
/// # Panics
/// If none comes.
#[must_use]
pub fn fetch(addr: SocketAddr, head: &str) -> String {
    let (mut stream, mut answer) = (connect(addr), String::new());
    stream.write_all(head.as_bytes()).expect("the server reads what is sent");
    stream.read_to_string(&mut answer).expect("the answer is text, and ends before the deadline");
    answer
}

//! Servers that are killed at any moment while people talk: all that anybody was sent is in the recording, which runs
//! again to its last whole entry, and all that was said in a room is in the history.
//!
//! `CHINWAG_KILLS=200` kills each server so often, `CHINWAG_SEED=7` chooses other moments.

use std::collections::{HashMap, HashSet};
use std::env;
use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::thread;

use chinwag_core::Form;
use chinwag_history::{Filter, Options, Store, export};
use chinwag_recording::{Replay, Segment, Until, play, segments, sent_to};
use chinwag_tests::sim::{Device, Rng, shown};
use chinwag_tests::{Adapter, DEADLINE, Program, connect};
use rustix::process::Signal;
use serde_json::Value;

/// How often each server is killed unless told otherwise.
const KILLS: u64 = 8;

/// After how many bytes that all have read together it is killed, at the most: a few segments.
const BYTES_MAX: usize = 300 << 10;

/// How people come.
const FORMS: [Form; 5] = [Form::Lines, Form::Web, Form::Irc, Form::Lines, Form::Irc];

fn number(variable: &str) -> Option<u64> {
    let text = env::var(variable).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{variable} takes a number, not {text:?}")))
}

/// A folder that goes with its owner.
struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn what_anybody_was_sent_is_in_the_recording_and_the_history_of_a_server_that_was_killed() {
    let kills = number("CHINWAG_KILLS").unwrap_or(KILLS);
    let seed = number("CHINWAG_SEED").unwrap_or(0);
    let mut seen = 0;
    for kill in 0..kills {
        for adapter in Adapter::ALL {
            let rng = Rng::new(seed << 32 | kill << 1 | u64::from(adapter == Adapter::ALL[0]));
            let folder = env::temp_dir().join(format!("chinwag-killed-{}-{kill}-{adapter:?}", process::id()));
            let folder = Folder(folder);
            match killed(adapter, rng, &folder.0) {
                Ok(messages) => seen += messages,
                Err(what) => panic!("{adapter:?}, kill {kill} of seed {seed}: {what}"),
            }
        }
    }
    assert!(seen > 0, "nobody was sent a message");
}

/// Lets people talk, kills the server, and looks whether all that they were sent is in the recording and the history.
/// Returns how many messages that was.
fn killed(adapter: Adapter, mut rng: Rng, folder: &Path) -> Result<usize, String> {
    let (data, folder) = (folder.join("data"), folder.join("recording"));
    let [to_data, to] = [&data, &folder].map(|path| path.to_str().expect("its name is text"));
    let flags = ["--flood-rate", "0", "--record-bytes", "1M", "--record", to, "--data", to_data];
    let (server, [lines, web, irc]) = Program::start_all(adapter, flags);
    let (enough, is_enough) = channel();
    let left = Arc::new(AtomicUsize::new(rng.below(BYTES_MAX)));
    let people: Vec<_> = FORMS
        .into_iter()
        .enumerate()
        .map(|(number, form)| {
            let addr = match form {
                Form::Lines => lines,
                Form::Web => web,
                Form::Irc => irc,
            };
            let person = Person::come(number, form, addr, Rng::new(rng.number()), Arc::clone(&left), enough.clone());
            thread::spawn(move || person.talk())
        })
        .collect();
    is_enough.recv_timeout(DEADLINE).expect("they go on talking");
    server.signal(Signal::KILL);
    let _ = server.join();
    let received: Vec<_> = people.into_iter().map(|person| person.join().expect("they talk to the end")).collect();
    let (played, _) = play(&folder, Until::End, &mut ()).map_err(|error| error.to_string())?;
    if played.gaps > 0 || played.inputs == 0 {
        return Err(format!("{played:?}"));
    }
    for (_, path) in segments(&folder).map_err(|error| error.to_string())? {
        runs_alone(&path)?;
    }
    let (kept, mut seen) = (kept(&data)?, 0);
    for (number, (form, bytes)) in received.into_iter().enumerate() {
        seen += marks(&bytes).count();
        if let Some(mark) = marks(&bytes).find(|mark| !kept.contains(*mark)) {
            return Err(format!("{form:?} {number} was sent the message {mark}, and the history does not have it"));
        }
        let heard = sent_to(&folder, Until::End, &name(number)).map_err(|error| error.to_string())?;
        let [heard] = &heard[..] else { return Err(format!("there are {} of {}", heard.len(), name(number))) };
        let [sent, received] = [&heard.bytes, &bytes].map(|bytes| shown(form, bytes));
        let (sent, received) = (without_token(form, sent?), without_token(form, received?));
        if !sent.starts_with(&received) {
            let same = sent.bytes().zip(received.bytes()).take_while(|(one, other)| one == other).count();
            let near = |text: &str| {
                text.as_bytes()[same.saturating_sub(100)..text.len().min(same + 100)].escape_ascii().to_string()
            };
            return Err(format!(
                "{form:?} {number} was sent {} after {same} of {} bytes, and the recording says {}",
                near(&received),
                received.len(),
                near(&sent)
            ));
        }
    }
    Ok(seen)
}

/// Returns the marks of all messages that a history has. Each is there once, and the numbers of a room have no gap.
fn kept(data: &Path) -> Result<HashSet<String>, String> {
    // What was not in the database yet is brought there.
    drop(Store::open(&Options::new(data)).map_err(|error| error.to_string())?);
    let mut lines = Vec::new();
    export(data, &Filter::default(), &mut lines).map_err(|error| error.to_string())?;
    let (mut kept, mut last) = (HashSet::new(), HashMap::new());
    for line in lines.split(|&byte| byte == b'\n').filter(|line| !line.is_empty()) {
        let line: Value = serde_json::from_slice(line).map_err(|error| error.to_string())?;
        let (Some(room), Some(seq), Some(text)) = (line["room"].as_str(), line["seq"].as_u64(), line["text"].as_str())
        else {
            continue;
        };
        let before = last.insert(room.to_owned(), seq).unwrap_or(0);
        if seq != before + 1 {
            return Err(format!("message {seq} of {room} follows {before} in the history"));
        }
        for mark in marks(text.as_bytes()) {
            if !kept.insert(mark.to_owned()) {
                return Err(format!("the message {mark} is in the history twice"));
            }
        }
    }
    Ok(kept)
}

/// Finds the marks of messages: who has said it, in which round, and which line of that, between two tildes.
fn marks(bytes: &[u8]) -> impl Iterator<Item = &str> {
    let is_of_mark = |byte: &u8| byte.is_ascii_digit() || *byte == b'.';
    let whole = bytes.iter().rposition(|&byte| byte == b'~').unwrap_or(0);
    let parts = bytes[..whole].split(|&byte| byte == b'~').skip(1);
    parts
        .filter(move |part| !part.is_empty() && part.iter().all(is_of_mark))
        .filter_map(|part| str::from_utf8(part).ok())
}

/// Returns what somebody was shown, without the token that a browser is told first: it is in no recording.
fn without_token(form: Form, shown: String) -> String {
    match form {
        Form::Web => shown.split_once('\n').map_or(String::new(), |(_, rest)| rest.to_owned()),
        Form::Lines | Form::Irc => shown,
    }
}

/// Runs one segment again by itself.
fn runs_alone(path: &Path) -> Result<(), String> {
    let segment = Segment::read(path).map_err(|error| error.to_string())?;
    let (head, entries) = segment.open().map_err(|error| format!("{}: {error}", path.display()))?;
    let mut replay = Replay::start(head, false, |_| ()).map_err(|error| error.to_string())?;
    for entry in entries {
        let entry = entry.map_err(|error| error.to_string())?;
        replay.follow(entry, |_| ()).map_err(|error| format!("{} alone: {error}", path.display()))?;
    }
    Ok(())
}

fn name(number: usize) -> String {
    format!("K{number}")
}

/// Somebody who talks until the server is gone.
struct Person {
    number: usize,
    form: Form,
    socket: TcpStream,
    rng: Rng,
    /// What they have been sent in the chat.
    read: Vec<u8>,
    /// How many bytes all have to read until it is enough.
    left: Arc<AtomicUsize>,
    enough: Sender<()>,
}

impl Person {
    fn come(number: usize, form: Form, addr: SocketAddr, rng: Rng, left: Arc<AtomicUsize>, enough: Sender<()>) -> Self {
        let mut person = Self { number, form, socket: connect(addr), rng, read: Vec::new(), left, enough };
        let name = name(number);
        match form {
            Form::Lines => {}
            Form::Web => {
                person.send(Device::Browser.opening());
                assert!(person.read_until(b"\r\n\r\n"), "they are let in");
                let head = person.read.windows(4).position(|bytes| bytes == b"\r\n\r\n").expect("it was read");
                person.read.drain(..head + 4);
            }
            Form::Irc => {
                person.send(b"CAP REQ :server-time message-tags labeled-response batch\r\nCAP END\r\n");
                person.send(format!("NICK {name}\r\nUSER k 0 * :K\r\nJOIN #main\r\n").as_bytes());
            }
        }
        person.type_line(&format!("/name {name}"));
        assert!(person.says_and_hears("here"), "they are heard");
        person
    }

    /// Sends something, if the server is there.
    fn send(&self, bytes: &[u8]) {
        let _ = (&self.socket).write_all(bytes);
    }

    /// Types a line; by IRC what is said goes to `#main`, and commands have to be those of IRC.
    fn type_line(&self, line: &str) {
        match self.form {
            Form::Lines => self.send(format!("{line}\n").as_bytes()),
            Form::Web => self.send(&Device::Browser.send(&format!("{line}\n"))),
            Form::Irc if line.starts_with('/') => {}
            Form::Irc => self.send(format!("PRIVMSG #main :{line}\r\n").as_bytes()),
        }
    }

    /// Says something, and reads until it is heard, or the server is gone, which is told by the answer.
    fn says_and_hears(&mut self, word: &str) -> bool {
        let Self { number, form, .. } = *self;
        let word = format!("{word}-{number}!");
        match form {
            Form::Lines | Form::Web => self.type_line(&word),
            Form::Irc => self.send(format!("PING :{word}\r\n").as_bytes()),
        }
        self.read_until(word.as_bytes())
    }

    /// Reads until these bytes have come, behind all that was read before.
    fn read_until(&mut self, end: &[u8]) -> bool {
        let mut from = self.read.len();
        let mut buffer = [0; 4096];
        loop {
            if self.read[from..].windows(end.len()).any(|bytes| bytes == end) {
                return true;
            }
            from = from.max((self.read.len() + 1).saturating_sub(end.len()));
            let Ok(len @ 1..) = self.socket.read(&mut buffer) else { return false };
            self.read.extend_from_slice(&buffer[..len]);
            let had =
                self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| Some(left.saturating_sub(len)));
            if had.is_ok_and(|had| had <= len) {
                let _ = self.enough.send(());
            }
        }
    }

    /// Talks until the server is gone. Returns how they came, and what they were sent.
    fn talk(mut self) -> (Form, Vec<u8>) {
        for round in 0.. {
            for line in 0..self.rng.below(30) {
                let line = match (self.form, self.rng.below(20)) {
                    (Form::Lines | Form::Web, 0) => "/users".to_owned(),
                    (Form::Lines | Form::Web, 1) => "/history 30".to_owned(),
                    (Form::Lines | Form::Web, 2) => format!("/join r{}", self.rng.below(3)),
                    (Form::Lines | Form::Web, 3) => "/join main".to_owned(),
                    (Form::Lines | Form::Web, 4) => format!("/msg K{} alone {round}", self.rng.below(FORMS.len())),
                    (Form::Lines | Form::Web, 5) => format!("/search {round}"),
                    (Form::Lines | Form::Web, 6) => format!("/topic about {round}"),
                    (Form::Irc, asks @ 0..4) => {
                        self.send(match asks {
                            0 => b"@label=l WHO #main\r\nLIST\r\n",
                            1 => b"@label=h CHATHISTORY LATEST #main * 30\r\n",
                            2 => b"JOIN #r0,#r1,#r2\r\nPART #r0,#r1,#r2\r\n",
                            _ => b"SEARCH :words\r\n",
                        });
                        "asked".to_owned()
                    }
                    _ => format!("~{}.{round}.{line}~ {}", self.number, "words ".repeat(self.rng.below(12))),
                };
                self.type_line(&line);
            }
            if !self.says_and_hears(&format!("over-{round}")) {
                break;
            }
        }
        (self.form, self.read)
    }
}

//! Owns how a recording becomes a transcript, as the tests of the tree play them: who typed what, and when.
//!
//! What nobody can type has no step, such as that a token was shown. It stands there as a comment.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::io::Write;

use chinwag_core::admission::Verdict;
use chinwag_core::log::{Accounts, Command};
use chinwag_core::ops::{Handed, Input};
use chinwag_core::{
    Answer, Bound, Config, ConnectionId, Dialect, Form, Notice, Page, Purpose, Query, Request, Stage, Time, Topic,
};
use chinwag_recording::{Replay, Watch};

use super::moderated::moderated;

/// Writes down what is done, each step before it is done again: so it is there even if that ends this program.
pub(super) struct Transcript<W> {
    out: W,
    /// Why there is none.
    fails: Option<anyhow::Error>,
    runs: usize,
    /// Who has connected in it.
    people: HashSet<ConnectionId>,
    /// Whose lines end in CR LF.
    crlf: HashSet<ConnectionId>,
    /// Who has said that they leave.
    leaving: HashSet<ConnectionId>,
    /// What came with who connects, until it is known what they are called.
    arriving: Option<(Form, Vec<Request>)>,
    at: Time,
}

impl<W: Write> Transcript<W> {
    /// Begins one.
    pub(super) fn new(out: W) -> Self {
        Self {
            out,
            fails: None,
            runs: 0,
            people: HashSet::new(),
            crlf: HashSet::new(),
            leaving: HashSet::new(),
            arriving: None,
            at: Time::START,
        }
    }

    /// Ends it.
    ///
    /// # Errors
    /// There is no transcript of the recording, or it can't be written.
    pub(super) fn end(mut self) -> anyhow::Result<()> {
        self.step("1 ms pass");
        self.fails.map_or(Ok(()), Err)
    }

    fn head(&mut self, replay: &Replay) {
        let Config { rules, limits } = replay.config();
        self.put(&format!(
            "What was recorded goes as it should.\n\nConfig: seed = {}, line_chars_max = {}, crowd_members = {}, \
             crowd_interval = {} ms, announce_wait = {} ms, history_on_join = {}, list_bytes_max = {}, \
             flood_lines_per_second = 0, handshake_wait = 0 ms\nCore only: its times are those of a recording.\n",
            rules.seed,
            rules.line_chars_max,
            rules.crowd_members,
            rules.crowd_interval.as_millis(),
            rules.announce_wait.as_millis(),
            rules.history_on_join,
            limits.list_bytes_max,
        ));
        let state = replay.state();
        if state.memory.is_some() {
            self.put("History: kept\n");
            // A store of the tests knows what is said in the transcript, and nothing before.
            let said: u64 = state.chat.rooms.iter().map(|room| room.said).sum();
            if said > 0 {
                self.remark(&format!("The history had {said} messages of main"));
            }
        }
    }

    fn put(&mut self, text: &str) {
        if self.fails.is_none() {
            let written = self.out.write_all(text.as_bytes()).and_then(|()| self.out.flush());
            self.fails = written.err().map(Into::into);
        }
    }

    fn step(&mut self, does: &str) {
        self.put(&format!("\n{} ms: {does}\n", self.at.since_start().as_millis()));
    }

    fn remark(&mut self, what: &str) {
        self.put(&format!("\n# {what}\n"));
    }

    fn ask(&mut self, connection: ConnectionId, requests: &[Request]) {
        let who = who(connection);
        let mut typed = Vec::new();
        for request in requests {
            self.note(connection, request);
            let end: &[u8] = if self.crlf.contains(&connection) { b"\r\n" } else { b"\n" };
            match lines(request) {
                Typed::Lines(lines) => {
                    for line in lines {
                        typed.extend_from_slice(line.as_bytes());
                        typed.extend_from_slice(end);
                    }
                }
                Typed::Bytes(bytes) => typed.extend_from_slice(&bytes),
                Typed::Nothing => {}
                Typed::Never(what) => self.remark(&format!("{who} {what}")),
            }
        }
        // Whoever sends more after the last word is not heard.
        if !typed.is_empty() {
            self.step(&format!("{who} sends {}", escaped(&typed)));
        }
    }

    fn accounts(&mut self, Accounts { gone, made, demoted }: &Accounts) {
        for (names, what) in [(gone, "removed"), (made, "made"), (demoted, "made a member's")] {
            for name in names {
                self.remark(&format!("The account {name} was {what}, which no test does"));
            }
        }
    }

    fn answer(&mut self, answer: &Answer) {
        match answer {
            Answer::Verified { connection, ghost } => {
                let whose = ghost.map_or("nobody's".to_owned(), |ghost| format!("{}'s", who(ghost)));
                self.remark(&format!("{} has shown {whose} token, which no recording has", who(*connection)));
            }
            Answer::LoggedIn { connection, verdict } => {
                let what = match verdict {
                    Verdict::Welcome | Verdict::Invited(_) | Verdict::Member(_) | Verdict::LoggedIn(..) => {
                        "a password that lets them in".to_owned()
                    }
                    Verdict::Denied(denial) => format!("a password, and is told: {denial}"),
                };
                self.remark(&format!("{} has given {what}; no recording has it", who(*connection)));
            }
            Answer::Decided(decided) => {
                let (bars, unbarred) = (decided.bars.len(), decided.unbarred.len());
                let rooms = decided.rooms.len();
                self.remark(&format!("{bars} addresses are banned, {unbarred} no more, and {rooms} rooms are owned"));
            }
            Answer::Recalled(past) => {
                self.remark(&format!("The history had {} messages of {}", past.said, past.room));
            }
            Answer::Read { connection, venue, messages } => {
                let (count, who) = (messages.len(), who(*connection));
                self.remark(&format!("{count} messages of {venue} were read for {who} in the history"));
            }
            Answer::Found { connection, found } => {
                self.remark(&format!("{} messages were found for {} in the history", found.len(), who(*connection)));
            }
        }
    }

    fn note(&mut self, connection: ConnectionId, request: &Request) {
        match request {
            Request::Command(Command::Leave(_)) => drop(self.leaving.insert(connection)),
            Request::Notice(Notice::Speak(Dialect::CrLf | Dialect::Telnet)) => drop(self.crlf.insert(connection)),
            Request::Command(_) | Request::Resume(_) | Request::Query(_) | Request::Irc(_) | Request::Notice(_) => {}
        }
    }
}

impl<W: Write> Watch for Transcript<W> {
    fn start(&mut self, replay: &Replay) {
        self.runs += 1;
        if self.runs > 1 {
            let what = "a transcript is of one run, and there are more: move the segments of the others away";
            self.fails = Some(anyhow::anyhow!(what));
        } else if replay.state().opened > 0 {
            let what = "its beginning is not there any more: people were here before, of whom no test knows";
            self.fails = Some(anyhow::anyhow!(what));
        } else {
            self.head(replay);
        }
    }

    fn before(&mut self, _: &Replay, input: &Input) {
        self.at = self.at.max(input.at);
        match &input.handed {
            Handed::Opened(arrival) => {
                let mut requests = arrival.requests.clone();
                if arrival.form != Form::Irc && arrival.dialect != Dialect::Lf {
                    requests.insert(0, Notice::Speak(arrival.dialect).into());
                }
                self.arriving = Some((arrival.form, requests));
            }
            Handed::Asked { connection, requests } => self.ask(*connection, requests),
            Handed::Closed { connection } => {
                if self.people.contains(connection) && !self.leaving.contains(connection) {
                    self.step(&format!("{} disconnects", who(*connection)));
                }
            }
            Handed::Answered(answer) => self.answer(answer),
            Handed::Accounts(accounts) => self.accounts(accounts),
            Handed::Stopped => self.step("The server stops"),
            // What is due by the time of a step happens before it. The clock is not shown.
            Handed::Woke | Handed::Clock { .. } => {}
        }
    }

    fn after(&mut self, _: &Replay, about: Option<ConnectionId>) {
        if let (Some((form, requests)), Some(connection)) = (self.arriving.take(), about) {
            self.people.insert(connection);
            let who = who(connection);
            match form {
                Form::Lines => self.step(&format!("{who} connects")),
                Form::Web => {
                    self.remark(&format!("{who} comes by the page, and is played by lines"));
                    self.step(&format!("{who} connects"));
                }
                Form::Irc => {
                    self.crlf.insert(connection);
                    self.step(&format!("{who} connects by IRC"));
                }
            }
            self.ask(connection, &requests);
        }
    }
}

/// Tells what somebody types who asks for something.
enum Typed {
    Lines(Vec<String>),
    Bytes(Vec<u8>),
    /// It is nothing that is typed.
    Nothing,
    /// It can't be repeated.
    Never(&'static str),
}

fn who(connection: ConnectionId) -> String {
    format!("P{}", connection.generation())
}

/// Returns how messages are asked for by their numbers, as nobody asks otherwise by a line.
fn said(page: &Page) -> String {
    let seq = |bound: Option<Bound>| match bound {
        Some(Bound::Seq(seq)) => Some(seq),
        Some(Bound::TimeMs(_) | Bound::Event { .. }) | None => None,
    };
    let from = seq(page.after).map_or(0, |seq| seq + 1);
    let to = seq(page.before).map_or(u64::MAX, |seq| seq.saturating_sub(1));
    format!("/said {} {from} {to}", page.venue)
}

fn lines(request: &Request) -> Typed {
    let one = |line: String| Typed::Lines(vec![line]);
    match request {
        Request::Command(command) => typed(command),
        Request::Resume(_) => Typed::Never("shows a token, which no recording has"),
        Request::Query(query) => match query {
            Query::Help => one("/help".into()),
            Query::Rooms => one("/rooms".into()),
            Query::Users => one("/users".into()),
            Query::Topic => one("/topic".into()),
            Query::History(count) => one(format!("/history {count}")),
            Query::Page(page) => one(said(page)),
            Query::Search(words) => one(format!("/search {words}")),
            Query::Ignored => one("/ignore".into()),
            Query::Bans => one("/bans".into()),
            Query::Operators => one("/op".into()),
            Query::Moderation => one("/moderation".into()),
            Query::Token => one("/resume".into()),
            Query::More => Typed::Nothing,
        },
        Request::Irc(line) if line.is_utf8() => one(line.as_str().to_owned()),
        Request::Irc(line) => {
            // Where it was no UTF-8 stands a mark now.
            let parts: Vec<_> = line.as_str().split('\u{fffd}').map(str::as_bytes).collect();
            Typed::Bytes([&parts.join(&0xff)[..], b"\r\n"].concat())
        }
        Request::Notice(notice) => noticed(notice),
    }
}

fn typed(command: &Command) -> Typed {
    let one = |line: String| Typed::Lines(vec![line]);
    match command {
        Command::Say(texts) => {
            let line = |text: &str| if text.starts_with('/') { format!("/{text}") } else { text.to_owned() };
            Typed::Lines(texts.iter().map(line).collect())
        }
        Command::Act(text) => one(format!("/me {text}")),
        Command::Tell { to, text } => one(format!("/msg {to} {text}")),
        Command::Answer(text) => one(format!("/reply {text}")),
        Command::SetTopic(topic) => one(format!("/topic {}", topic.as_ref().map_or("none", Topic::as_str))),
        Command::Ignore(name) => one(format!("/ignore {name}")),
        Command::Unignore(name) => one(format!("/unignore {name}")),
        Command::Rename(name) => one(format!("/name {name}")),
        Command::Join(room) => one(format!("/join {room}")),
        Command::Enter(room) => one(format!("/enter {room}")),
        Command::Part(room) => one(format!("/part {room}")),
        Command::JoinWithKey { room, key, leaves: true } => one(format!("/join {room} {}", key.as_str())),
        Command::JoinWithKey { room, key, leaves: false } => one(format!("/enter {room} {}", key.as_str())),
        Command::Moderate(moderation) => Typed::Lines(moderated(moderation)),
        Command::Leave(_) => one("/quit".into()),
        Command::Resume(_) => Typed::Never("shows a token, which no recording has"),
        // The hub makes them of what is typed.
        Command::Appear | Command::Empower(_) | Command::LogIn(_) | Command::Irc(_) => Typed::Nothing,
        Command::LogOut => one("/logout".into()),
    }
}

fn noticed(notice: &Notice) -> Typed {
    let one = |line: &str| Typed::Lines(vec![line.to_owned()]);
    match notice {
        Notice::NameInvalid => one("/name !"),
        Notice::RoomInvalid => one("/join !"),
        Notice::Stale => one("/resume !"),
        Notice::Incomplete(word) => one(&format!("/{word}")),
        Notice::HistoryCount => one("/history 0"),
        Notice::TopicTooLong => one(&format!("/topic {}", "x".repeat(Topic::BYTES_MAX + 1))),
        Notice::Unrecognized(word) => one(word.as_str()),
        Notice::TooLong => one(&"x".repeat(5000)),
        Notice::NotUtf8 => Typed::Bytes(b"\xff\n".to_vec()),
        Notice::Refuse(option) => Typed::Bytes(vec![0xff, 0xfb, *option]),
        Notice::LogIn(log_in) => match (&log_in.stage, log_in.purpose) {
            (Stage::CalledOff, _) => one(""),
            (Stage::Given(_), _) => Typed::Never("gives a password, which no recording has"),
            (_, Purpose::LogIn) => one(&format!("/login {}", log_in.account)),
            (_, Purpose::Operate) => one(&format!("/oper {}", log_in.account)),
        },
        Notice::AreYouThere => Typed::Bytes(vec![0xff, 0xf6]),
        Notice::WrongProtocol(_) => Typed::Never("speaks another protocol"),
        Notice::Fail(_) => Typed::Never("has broken the rules of frames"),
        Notice::Speak(_) | Notice::Ping(_) | Notice::Alive | Notice::Fence => Typed::Nothing,
    }
}

/// Writes bytes as transcripts have them.
fn escaped(bytes: &[u8]) -> String {
    let mut text = String::new();
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            match c {
                '\n' => text.push_str("\\n"),
                '\r' => text.push_str("\\r"),
                '\t' => text.push_str("\\t"),
                '\\' => text.push_str("\\\\"),
                c if c.is_control() => drop(write!(text, "\\u{{{:x}}}", u32::from(c))),
                c => text.push(c),
            }
        }
        for byte in chunk.invalid() {
            let _ = write!(text, "\\x{byte:02x}");
        }
    }
    text
}

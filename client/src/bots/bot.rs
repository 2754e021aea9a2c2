//! One bot: its connection, its name, and what it does with what it hears.

use std::cell::{Cell, RefCell};
use std::io::ErrorKind;
use std::iter::Peekable;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use async_io::Timer;
use futures_lite::{FutureExt as _, future};

use super::ledger::{Ledger, Slot};
use super::script::Turn;
use crate::address::Address;
use crate::dial::{ADMISSION, Server, no_answer};
use crate::line::{ASKED, Line, denial};
use crate::lines::Lines;
use crate::mention::mentions;
use crate::password::HOW;
use crate::stream::Stream;

const READ_BYTES: usize = 4 << 10;

/// How many names a bot tries before it gives up: as many runs of bots as one server may see at once.
const NAMES_MAX: u32 = 50;

/// How long a bot thinks before it answers a person.
const THINKING: Duration = Duration::from_millis(1_200);

/// What a bot that was spoken to says, in turn. None of it names anybody, or two sets of bots would talk for ever.
const ANSWERS: [&str; 4] =
    ["Hello! Nice of you to drop by.", "I'm only a bot, but I like how you put that.", "Well said!", "Tell me more."];

/// What all bots of a run share.
#[derive(Debug)]
pub(super) struct Stage {
    pub(super) start: Instant,
    pub(super) ledger: RefCell<Ledger>,
    /// Whether new messages are said.
    pub(super) open: Cell<bool>,
    /// How many bots have something left to say.
    pub(super) talking: Cell<usize>,
    /// Why bots have lost their connection, and how many have.
    pub(super) lost: RefCell<Vec<String>>,
}

/// A bot in its room.
#[derive(Debug)]
pub(super) struct Bot {
    stream: Stream,
    lines: Lines,
    name: String,
    slot: Slot,
    answers: usize,
    /// When to answer a person.
    answer_at: Option<Instant>,
}

enum Next {
    Speak,
    Answer,
    Heard(std::io::Result<usize>),
}

impl Bot {
    /// Connects, takes the name, or one like it if it is taken, and joins the room.
    ///
    /// # Errors
    ///
    /// There is no server, or it does not let the bot in, or not in time.
    pub(super) async fn join(server: &Server, wanted: &str, room: &str, slot: Slot) -> Result<Self> {
        let (stream, address) = (server.dial_in().await?, &server.address);
        in_time(ADMISSION, address, Self::enter(stream, address, wanted, room, slot)).await
    }

    async fn enter(stream: Stream, address: &Address, wanted: &str, room: &str, slot: Slot) -> Result<Self> {
        // A server that is full closes the connection. What it said before is still there to read, and tells more than
        // that a line can't be sent.
        let _ = stream.write_all(format!("/name {wanted}\n").as_bytes()).await;
        let (mut lines, mut bytes, mut name, mut tries) = (Lines::default(), [0; READ_BYTES], wanted.to_owned(), 1);
        let (mut named, mut said) = (false, "nothing".to_owned());
        loop {
            let read = match stream.read(&mut bytes).await {
                // The server was gone before it had read everything.
                Err(error) if error.kind() == ErrorKind::ConnectionReset => 0,
                read => read?,
            };
            if read == 0 {
                let how = if said == ASKED || denial(&said).is_some() { format!("; {HOW}") } else { String::new() };
                bail!("{address} does not let a bot in; it said: {said}{how}");
            }
            let (mut joined, mut send) = (false, None);
            lines.feed(&bytes[..read], |line| {
                let meaning = Line::parse(&line);
                if let Line::Taken(_) = meaning {
                    tries += 1;
                    name = format!("{wanted}-{tries}");
                    send = Some(format!("/name {name}\n"));
                } else if matches!(&meaning, Line::Renamed { new, .. } if new.as_str() == name) {
                    named = true;
                    send = Some(format!("/join {room}\n"));
                } else if let Line::YouJoined(now) | Line::YouAreIn(now) = meaning
                    && now.as_str().eq_ignore_ascii_case(room)
                {
                    // Everybody comes to the main room first.
                    joined = named;
                }
                said = line;
            });
            if tries > NAMES_MAX {
                bail!("all names like {wanted} are taken");
            }
            match send {
                Some(line) => drop(stream.write_all(line.as_bytes()).await),
                None if joined => return Ok(Self { stream, lines, name, slot, answers: 0, answer_at: None }),
                None => {}
            }
        }
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Says what its script has it say, and listens, until the connection is lost. That is noted on the stage.
    pub(super) async fn play(mut self, stage: &Stage, script: impl Iterator<Item = Turn>) {
        let mut script = script.peekable();
        let mut talking = true;
        loop {
            if talking && script.peek().is_none() {
                talking = false;
                stage.talking.set(stage.talking.get() - 1);
            }
            if let Err(why) = self.step(stage, &mut script).await {
                stage.lost.borrow_mut().push(format!("{}: {why}", self.name));
                if talking {
                    stage.talking.set(stage.talking.get() - 1);
                }
                return;
            }
        }
    }

    async fn step(&mut self, stage: &Stage, script: &mut Peekable<impl Iterator<Item = Turn>>) -> Result<()> {
        let speak_at = script.peek().map(|turn| stage.start + turn.due).filter(|_| stage.open.get());
        let mut bytes = [0; READ_BYTES];
        let heard = async { Next::Heard(self.stream.read(&mut bytes).await) };
        let speak = at(speak_at, Next::Speak);
        let answer = at(self.answer_at, Next::Answer);
        match heard.or(answer).or(speak).await {
            Next::Heard(read) => {
                let read = read?;
                if read == 0 {
                    bail!("the server closed the connection");
                }
                self.hear(stage, &bytes[..read]);
            }
            Next::Answer => {
                self.answer_at = None;
                let answer = ANSWERS[self.answers % ANSWERS.len()];
                self.answers += 1;
                self.say(stage, answer).await?;
            }
            Next::Speak => {
                if let Some(turn) = script.next() {
                    self.say(stage, &turn.text).await?;
                }
            }
        }
        Ok(())
    }

    /// Says something, unless no more is to be said.
    async fn say(&mut self, stage: &Stage, text: &str) -> Result<()> {
        if stage.open.get() {
            stage.ledger.borrow_mut().on_said(self.slot, text, stage.start.elapsed());
            self.stream.write_all(format!("{text}\n").as_bytes()).await?;
        }
        Ok(())
    }

    fn hear(&mut self, stage: &Stage, bytes: &[u8]) {
        let now = stage.start.elapsed();
        let mut ledger = stage.ledger.borrow_mut();
        let Self { lines, name, slot, answer_at, .. } = self;
        lines.feed(bytes, |line| {
            let Line::Said { name: speaker, text } = Line::parse(&line) else { return };
            ledger.on_heard(*slot, speaker.as_str(), &text, now);
            if !ledger.is_bot(speaker.as_str()) && !mentions(&text, name).is_empty() {
                answer_at.get_or_insert_with(|| Instant::now() + THINKING);
            }
        });
    }
}

/// Waits for a bot to be let in, but no longer than that.
async fn in_time(admission: Duration, address: &Address, enter: impl Future<Output = Result<Bot>>) -> Result<Bot> {
    let too_late = async {
        Timer::after(admission).await;
        bail!("{address} does not let a bot in: {}", no_answer())
    };
    enter.or(too_late).await
}

/// Gives `next` at a time; never, if there is none.
async fn at(time: Option<Instant>, next: Next) -> Next {
    match time {
        Some(time) => {
            Timer::at(time).await;
            next
        }
        None => future::pending().await,
    }
}

#[cfg(test)]
mod tests;

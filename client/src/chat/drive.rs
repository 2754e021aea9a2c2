//! Moves events from the terminal, the server and the operating system into [`update`], and does what it orders.

use std::io;
use std::ops::ControlFlow;

use anyhow::{Context as _, Result, anyhow};
use async_io::Timer;
use async_signal::{Signal, Signals};
use crossterm::event::{self as terminal_event, EventStream, MouseEventKind};
use futures_lite::{FutureExt as _, StreamExt as _, future};
use rustix::process::kill_current_process_group;

use super::event::{Effect, Ending, Event, Size, Way};
use super::servers::Servers;
use super::state::{Choices, State};
use super::terminal::{Terminal, size};
use super::transcript::Transcript;
use super::update::update;
use super::wire::Wire;
use crate::pass::PassFile;
use crate::password::Password;

/// What ends a program that does not hear it; here it ends in order, with the terminal given back.
const ENDING: [Signal; 10] = [
    Signal::Term,
    Signal::Hup,
    Signal::Int,
    Signal::Quit,
    Signal::Usr1,
    Signal::Usr2,
    Signal::Alarm,
    Signal::Vtalarm,
    Signal::Prof,
    Signal::Xcpu,
];

/// After so many rounds of events the screen is drawn, even if there are more: a busy room must not freeze it.
const ROUNDS_MAX: usize = 32;

/// Talks until the user or the server ends it.
///
/// # Errors
///
/// There is no server, it does not let one in, or the terminal can't be used.
pub(super) async fn drive(choices: Choices, mut servers: Servers, transcript: Option<Transcript>) -> Result<()> {
    let (address, stream) = servers.dial(async |server| server.dial("").await).await?;
    servers.reached(&address);
    let (wire, choices) = (Wire::open(stream), Choices { address, ..choices });
    // Before there is a screen to be left behind.
    let signals = Signals::new(ENDING.into_iter().chain([Signal::Tstp, Signal::Cont, Signal::Xfsz]))?;
    let terminal = Terminal::open(choices.mouse).context("can't use this terminal")?;
    let state = State::new(choices, size()?);
    let driver = Driver { state, servers, wire, terminal, keys: EventStream::new(), signals, transcript };
    driver.run().await
}

struct Driver {
    state: State,
    servers: Servers,
    wire: Wire,
    terminal: Terminal,
    keys: EventStream,
    signals: Signals,
    transcript: Option<Transcript>,
}

impl Driver {
    async fn run(mut self) -> Result<()> {
        loop {
            self.terminal.draw(&self.state)?;
            let mut events = Some(self.next().await);
            let mut rounds = 1;
            while let Some(round) = events.take() {
                for event in round {
                    if let ControlFlow::Break(ending) = self.handle(event)? {
                        return self.leave(ending).await;
                    }
                }
                // What was taken has to be handled, so none is taken after the last round.
                if rounds < ROUNDS_MAX {
                    events = future::poll_once(self.next()).await;
                    rounds += 1;
                }
            }
        }
    }

    /// Waits for what happens next: the operating system goes first, then the user, then the server.
    async fn next(&mut self) -> Vec<Event> {
        let (signals, keys, wire) = (&mut self.signals, &mut self.keys, &mut self.wire);
        let signalled = async {
            match signals.next().await {
                Some(Ok(Signal::Tstp)) => vec![Event::Stopped],
                Some(Ok(Signal::Cont)) => size().map_or(vec![Event::Terminated], |size| vec![Event::Continued(size)]),
                // A file has reached its limit of size, which whoever writes to it is told, too.
                Some(Ok(Signal::Xfsz)) => Vec::new(),
                Some(Ok(_) | Err(_)) => vec![Event::Terminated],
                None => future::pending().await,
            }
        };
        let typed = async {
            match keys.next().await {
                Some(Ok(event)) => translate(event).into_iter().collect(),
                // There is no terminal any more.
                Some(Err(_)) | None => vec![Event::Terminated],
            }
        };
        signalled.or(typed).or(wire.next()).await
    }

    fn handle(&mut self, event: Event) -> Result<ControlFlow<Ending>> {
        let mut failed = None;
        if let Event::Connected(address) = &event {
            self.servers.reached(address);
            let pass = self.pass_file().map_or(Ok(None), |file| file.read());
            failed = pass.as_ref().err().map(|error| format!("{error:#}"));
            self.state.link.on_reached(pass.unwrap_or_default());
        }
        for effect in update(&mut self.state, jiff::ZonedDateTime::now().datetime(), event) {
            match effect {
                Effect::Send(line) => self.wire.send(&line),
                Effect::Ask => self.wire.ask(),
                Effect::Connect(token) => {
                    if self.state.link.attempts() > 0 {
                        self.servers.pass();
                    }
                    self.wire = Wire::dial(self.servers.clone(), token);
                }
                Effect::Rest(pause) => self.wire = Wire::Resting(Timer::after(pause)),
                Effect::Ring => self.terminal.ring()?,
                Effect::Record(line) => failed = failed.or(self.record(&line)),
                Effect::Keep(pass) => failed = failed.or(self.keep(pass.as_ref())),
                Effect::Mouse(mouse) => self.terminal.mouse(mouse)?,
                Effect::Redraw => self.terminal.clear()?,
                Effect::Stop => kill_current_process_group(rustix::process::Signal::TSTP)?,
                Effect::Suspend => self.terminal.suspend()?,
                Effect::TakeBack(mouse) => self.terminal.take_back(mouse)?,
                Effect::Leave(ending) => return Ok(ControlFlow::Break(ending)),
            }
        }
        match failed {
            Some(why) => self.handle(Event::Unrecorded(why)),
            None => Ok(ControlFlow::Continue(())),
        }
    }

    /// Writes to the transcript; the first failure is told, and ends it.
    fn record(&mut self, line: &str) -> Option<String> {
        let error = self.transcript.as_mut()?.write_line(line).err()?;
        self.transcript = None;
        Some(format!("{error:#}"))
    }

    /// Keeps a pass; that this fails is told.
    fn keep(&self, pass: Option<&Password>) -> Option<String> {
        let error = self.pass_file()?.keep(pass).err()?;
        Some(format!("{error:#}"))
    }

    /// Returns what keeps the pass for the server that was reached last.
    fn pass_file(&self) -> Option<PassFile> {
        let server = self.servers.first();
        PassFile::of(&server.address, server.security.is_some())
    }

    async fn leave(self, ending: Ending) -> Result<()> {
        drop(self.terminal);
        self.wire.close().await;
        match ending {
            Ending::Wished => Ok(()),
            Ending::Failed(why) => Err(anyhow!(why)),
        }
    }
}

fn translate(event: terminal_event::Event) -> Option<Event> {
    if let terminal_event::Event::Mouse(mouse) = event {
        let way = [(MouseEventKind::ScrollUp, Way::Up), (MouseEventKind::ScrollDown, Way::Down)];
        return way.into_iter().find(|(kind, _)| *kind == mouse.kind).map(|(_, way)| Event::Turned(way));
    }
    match event {
        terminal_event::Event::Key(key) => Some(Event::Pressed(key)),
        terminal_event::Event::Paste(text) => Some(Event::Pasted(text)),
        terminal_event::Event::Resize(columns, rows) => Some(Event::Resized(Size { columns, rows })),
        terminal_event::Event::Mouse(_) | terminal_event::Event::FocusGained | terminal_event::Event::FocusLost => None,
    }
}

/// Tells whether there is a terminal that a screen can be drawn on.
pub(super) fn is_on_a_terminal() -> bool {
    use io::IsTerminal as _;
    let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
    io::stdin().is_terminal() && io::stdout().is_terminal() && !dumb
}

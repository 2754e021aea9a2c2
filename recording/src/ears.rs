//! Owns what people were sent in a run that is run again, as they were sent it: all bytes that the writers give to
//! their connections, if each takes all at once.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use chinwag_core::log::Command;
use chinwag_core::ops::{Handed, Input};
use chinwag_core::words::{Action, Message};
use chinwag_core::{ConnectionId, Form, Name, Request};

use crate::play::{PlayError, Until, Watch, play};
use crate::replay::{Replay, Sent};

/// Names a connection in a recording: the ids of two runs of a server may be the same.
type Ear = (usize, ConnectionId);

/// Holds what one connection was sent.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Heard {
    /// Which connection.
    pub connection: ConnectionId,
    /// How it was spoken to.
    pub form: Form,
    /// What it was sent.
    pub bytes: Vec<u8>,
}

/// Returns what those connections were sent whose owners were called this at any time, in whatever case: all of it,
/// each by itself, in the order in which they came.
///
/// # Errors
/// The recording can't be run.
pub fn sent_to(folder: &Path, until: Until, name: &str) -> Result<Vec<Heard>, PlayError> {
    let mut namesakes = Namesakes { name, run: 0, looks: false, found: BTreeSet::new() };
    play(folder, until, &mut namesakes)?;
    let mut ears = Ears { run: 0, of: namesakes.found, heard: BTreeMap::new() };
    play(folder, until, &mut ears)?;
    Ok(ears.heard.into_values().collect())
}

/// Finds who is called something.
struct Namesakes<'a> {
    name: &'a str,
    run: usize,
    /// Somebody may be called something else by what comes next.
    looks: bool,
    found: BTreeSet<Ear>,
}

impl Namesakes<'_> {
    fn look(&mut self, replay: &Replay, connection: ConnectionId) {
        let is_it = |name: &Name| name.as_str().eq_ignore_ascii_case(self.name);
        let is_called = match replay.hub().name(connection) {
            Some(name) => is_it(&name),
            // Who leaves with the first thing that they say was told a name all the same.
            None => replay.hub().actions().any(|action| {
                matches!(action, Action::Reply { connection: to, message: Message::YouAre { name } }
                    if *to == connection && is_it(name))
            }),
        };
        if is_called {
            self.found.insert((self.run, connection));
        }
    }
}

impl Watch for Namesakes<'_> {
    fn start(&mut self, replay: &Replay) {
        self.run += 1;
        for state in replay.state().connections {
            self.look(replay, state.connection);
        }
    }

    fn before(&mut self, _: &Replay, input: &Input) {
        let is_talk = |request: &Request| matches!(request, Request::Command(Command::Say(_)));
        self.looks = match &input.handed {
            Handed::Asked { requests, .. } => !requests.iter().all(is_talk),
            Handed::Opened(_) | Handed::Answered(_) => true,
            Handed::Closed { .. } | Handed::Woke | Handed::Clock { .. } | Handed::Accounts(_) | Handed::Stopped => {
                false
            }
        };
    }

    fn after(&mut self, replay: &Replay, about: Option<ConnectionId>) {
        if let Some(connection) = about.filter(|_| self.looks) {
            self.look(replay, connection);
        }
    }
}

/// Hears what some are sent.
struct Ears {
    run: usize,
    of: BTreeSet<Ear>,
    heard: BTreeMap<Ear, Heard>,
}

impl Ears {
    fn listen(&mut self, replay: &Replay, connection: ConnectionId) {
        let ear = (self.run, connection);
        if !self.of.contains(&ear) {
            return;
        }
        let opened = || {
            replay.hub().actions().find_map(|action| {
                let Action::Open { connection: opened, form, .. } = *action else { return None };
                (opened == connection).then_some(form)
            })
        };
        if let Some(form) = replay.hub().form(connection).or_else(opened) {
            self.heard.entry(ear).or_insert(Heard { connection, form, bytes: Vec::new() });
        }
    }
}

impl Watch for Ears {
    const HEARS: bool = true;

    fn start(&mut self, replay: &Replay) {
        self.run += 1;
        for state in replay.state().connections {
            self.listen(replay, state.connection);
        }
    }

    fn after(&mut self, replay: &Replay, about: Option<ConnectionId>) {
        if let Some(connection) = about {
            self.listen(replay, connection);
        }
    }

    fn hear(&mut self, Sent { connection, bytes, .. }: Sent<'_>) {
        // What is sent comes of a batch, which ends after whoever has come was listened to.
        if let Some(heard) = self.heard.get_mut(&(self.run, connection)) {
            heard.bytes.extend_from_slice(bytes);
        }
    }
}

//! Where one stands with the server: connected or not, under which name, in which room, and how to get back there.

use std::time::Duration;

use chinwag_core::Name;

use crate::line::Line;

/// The pauses before the first, second … attempt to connect again, in seconds; the last is kept. A server that was started anew is
/// back within a second; one that is away for longer is not to be bothered by all of its people at once.
const PAUSES: [u64; 6] = [1, 2, 4, 8, 15, 30];

/// The state of the connection.
#[derive(Debug)]
pub(super) struct Link {
    phase: Phase,
    name: Option<Name>,
    room: Option<Name>,
    /// The name and room to ask for at the next connection.
    wanted: Wanted,
    /// How many attempts have failed since the connection was lost.
    attempts: usize,
    was_online: bool,
}

/// What is asked for on connecting.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Wanted {
    pub(super) name: Option<Name>,
    pub(super) room: Option<Name>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// Connected; the server has not said yet who one is and where.
    Greeting,
    /// The wanted name and room were asked for; the answers are due.
    Settling {
        name: Answer,
        room: Answer,
    },
    Online,
    /// Between two attempts.
    Resting(Duration),
    Connecting,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Answer {
    Due,
    Given,
}

/// What a line means for the link.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Heard {
    /// It is of interest only to this program.
    pub(super) hidden: bool,
    /// To be sent in answer.
    pub(super) send: Vec<String>,
    /// One has arrived under this name in this room.
    pub(super) arrived: Option<Arrival>,
}

/// Where one has arrived.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Arrival {
    First,
    Again,
}

impl Link {
    /// Starts with a connection that was just made.
    pub(super) fn new(wanted: Wanted) -> Self {
        Self { phase: Phase::Greeting, name: None, room: None, wanted, attempts: 0, was_online: false }
    }

    pub(super) fn name(&self) -> Option<&Name> {
        self.name.as_ref()
    }

    pub(super) fn room(&self) -> Option<&Name> {
        self.room.as_ref()
    }

    /// Tells whether what is typed can be sent.
    pub(super) fn is_online(&self) -> bool {
        self.phase == Phase::Online
    }

    /// Tells whether there is a connection, but nothing can be sent yet.
    pub(super) fn is_joining(&self) -> bool {
        matches!(self.phase, Phase::Greeting | Phase::Settling { .. })
    }

    /// Tells whether an attempt to connect could be made now.
    pub(super) fn is_resting(&self) -> bool {
        matches!(self.phase, Phase::Resting(_))
    }

    /// Tells whether one ever got so far as to be in a room.
    pub(super) fn was_online(&self) -> bool {
        self.was_online
    }

    /// Returns how it stands, in a few words.
    pub(super) fn status(&self) -> String {
        match self.phase {
            Phase::Greeting | Phase::Settling { .. } => "joining".to_owned(),
            Phase::Online => "connected".to_owned(),
            Phase::Resting(pause) => format!("offline, next try in {} s", pause.as_secs()),
            Phase::Connecting => format!("offline, try {}", self.attempts + 1),
        }
    }

    pub(super) fn on_connected(&mut self) {
        self.phase = Phase::Greeting;
    }

    pub(super) fn on_connecting(&mut self) {
        self.phase = Phase::Connecting;
    }

    /// Returns how long to wait before the next attempt.
    pub(super) fn on_lost(&mut self) -> Duration {
        if self.phase == Phase::Online {
            self.wanted = Wanted { name: self.name.clone(), room: self.room.clone() };
            self.attempts = 0;
        } else if self.was_online {
            self.attempts += 1;
        }
        let pause = Duration::from_secs(PAUSES[self.attempts.min(PAUSES.len() - 1)]);
        self.phase = Phase::Resting(pause);
        pause
    }

    /// Learns from a line of the server.
    pub(super) fn on_line(&mut self, line: &Line) -> Heard {
        let before = self.phase;
        let hidden = self.learn(line);
        let send = if before == Phase::Greeting && self.phase != Phase::Greeting { self.ask() } else { Vec::new() };
        let settled = Phase::Settling { name: Answer::Given, room: Answer::Given };
        let arrived = (self.phase == settled).then(|| {
            self.phase = Phase::Online;
            self.attempts = 0;
            if std::mem::replace(&mut self.was_online, true) { Arrival::Again } else { Arrival::First }
        });
        Heard { hidden, send, arrived }
    }

    /// Keeps what a line tells about oneself; returns whether to hide it, since what comes of it is told on arrival.
    fn learn(&mut self, line: &Line) -> bool {
        let online = self.phase == Phase::Online;
        match line {
            Line::YouAre(name) => {
                self.name = Some(name.clone());
                self.answer_name();
                !online
            }
            Line::YouJoined(room) | Line::YouAreIn(room) => {
                self.room = Some(room.clone());
                if self.phase == Phase::Greeting {
                    self.phase = Phase::Settling { name: Answer::Due, room: Answer::Due };
                } else {
                    self.answer_room();
                }
                !online
            }
            Line::Renamed { old, new } if self.name.as_ref() == Some(old) => {
                self.name = Some(new.clone());
                self.answer_name();
                !online
            }
            Line::Taken(_) => {
                self.answer_name();
                false
            }
            Line::TooLong { .. } => {
                // Answers come in the order of what was asked, and the name was first.
                match self.phase {
                    Phase::Settling { name: Answer::Due, .. } => self.answer_name(),
                    Phase::Settling { name: Answer::Given, .. } => self.answer_room(),
                    Phase::Greeting | Phase::Online | Phase::Resting(_) | Phase::Connecting => {}
                }
                false
            }
            Line::Help => self.was_online && !online,
            Line::Renamed { .. }
            | Line::Joined(_)
            | Line::Left(_)
            | Line::Said { .. }
            | Line::Rooms(_)
            | Line::Users(_)
            | Line::Dropped(_)
            | Line::Notice => false,
        }
    }

    fn answer_name(&mut self) {
        if let Phase::Settling { name, .. } = &mut self.phase {
            *name = Answer::Given;
        }
    }

    fn answer_room(&mut self) {
        if let Phase::Settling { room, .. } = &mut self.phase {
            *room = Answer::Given;
        }
    }

    /// Returns the lines that ask for what is wanted and not so yet; only to those an answer is due.
    fn ask(&mut self) -> Vec<String> {
        let missing = |wanted: &Option<Name>, have: &Option<Name>| {
            wanted.clone().filter(|wanted| have.as_ref().is_none_or(|have| have != wanted))
        };
        let name = missing(&self.wanted.name, &self.name);
        let room = missing(&self.wanted.room, &self.room);
        let due = |wanted: &Option<Name>| if wanted.is_some() { Answer::Due } else { Answer::Given };
        self.phase = Phase::Settling { name: due(&name), room: due(&room) };
        let name = name.map(|name| format!("/name {name}"));
        name.into_iter().chain(room.map(|room| format!("/join {room}"))).collect()
    }
}

#[cfg(test)]
mod tests;

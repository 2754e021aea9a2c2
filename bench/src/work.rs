//! Owns what the servers are given to do.

use crate::flags::Bench;
use crate::server::Server;

/// One line of the tables.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Work {
    /// What it is called, in tables and for `--only`.
    pub(crate) name: String,
    pub(crate) kind: Kind,
    /// It is done by IRC, and not by lines.
    pub(crate) by_irc: bool,
    /// The flags of `chinwag load`, besides those that say where the server is.
    pub(crate) load: Vec<String>,
}

/// What is looked at in a work.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Kind {
    /// As many messages as the server delivers.
    FlatOut,
    /// So many messages a second.
    Paced,
    /// One message to a whole crowd, while two people talk in another room.
    Crowd,
    /// Some of the members have stopped reading.
    Stalled,
    /// People come and join.
    Coming,
    /// People are there and say nothing.
    Idle,
}

impl Work {
    fn new(name: impl Into<String>, kind: Kind, load: impl AsRef<str>) -> Self {
        let load = load.as_ref().split_whitespace().map(str::to_owned).collect();
        Self { name: name.into(), kind, by_irc: false, load }
    }

    /// Returns the same, done by IRC.
    fn by_irc(self) -> Self {
        Self { name: format!("IRC, {}", self.name), by_irc: true, ..self }
    }

    /// Tells whether a server takes part in it.
    pub(crate) fn suits(&self, server: Server) -> bool {
        if self.by_irc || server.is_by_irc() {
            // The goal for idle people is a number; in two thousand of them ngIRCd has not let all in after a minute.
            let is_ours = Server::OURS_BY_IRC.contains(&server);
            return self.by_irc && server.is_by_irc() && (is_ours || self.kind != Kind::Idle);
        }
        match (self.kind, server) {
            (Kind::FlatOut | Kind::Paced, _) => true,
            (_, Server::Redis | Server::Nats) => false,
            // It would keep all that is not read.
            (Kind::Stalled, Server::Floor | Server::FloorUnpinned) => false,
            (Kind::Crowd | Kind::Stalled | Kind::Coming | Kind::Idle, _) => true,
        }
    }
}

/// Returns all that is asked for.
pub(crate) fn all(flags: &Bench) -> Vec<Work> {
    let seconds = flags.seconds();
    let flat = |name: &str, rooms: usize, members: usize, window: usize| {
        let load = format!("--rooms {rooms} --members {members} --window {window} --seconds {seconds}");
        Work::new(name, Kind::FlatOut, load)
    };
    let paced = |rooms: usize, members: usize, rate: usize| {
        let load = format!("--rooms {rooms} --members {members} --rate {rate} --seconds {seconds}");
        Work::new(format!("{rooms} × {members}, {rate}/s"), Kind::Paced, load)
    };
    let (crowd, members, stalled, idle) = if flags.quick { (3_000, 20, 2, 2_000) } else { (15_000, 100, 10, 15_000) };
    let mut works = vec![
        flat("1 × 100, flat out", 1, 100, 512),
        flat("1 × 1000, flat out", 1, 1_000, 512),
        flat("100 × 10, flat out", 100, 10, 64),
    ];
    // What a delivery costs by the size of the room, for the plot.
    works.extend([2, 10, 30, 300].map(|members| flat(&format!("1 × {members}, flat out"), 1, members, 512)));
    works.extend([paced(1, 100, 200), paced(1, 1_000, 20), paced(100, 10, 20)]);
    // What the delay comes to by the load, for the plot.
    works.extend([1_000, 4_000, 16_000, 64_000].map(|rate| paced(1, 100, rate)));
    works.push(Work::new(
        format!("a message to {crowd}"),
        Kind::Crowd,
        format!("--rooms 1 --members {crowd} --rate 2 --seconds {} --wait", seconds.max(2.0) + 1.0),
    ));
    for stalled in [0, stalled] {
        works.push(Work::new(
            format!("100 × {members}, {} of them stalled", stalled * 100),
            Kind::Stalled,
            format!("--rooms 100 --members {members} --stalled {stalled} --window 64 --seconds {seconds}"),
        ));
    }
    works.push(Work::new(format!("{crowd} join rooms of 10"), Kind::Coming, format!("--idle {crowd}")));
    works.push(Work::new(format!("{crowd} join one room"), Kind::Coming, format!("--idle {crowd} --members {crowd}")));
    works.push(Work::new("idle memory", Kind::Idle, format!("--idle {idle}")));
    let by_irc = [
        flat("1 × 100, flat out", 1, 100, 512),
        flat("100 × 10, flat out", 100, 10, 64),
        paced(1, 100, 200),
        Work::new("idle memory", Kind::Idle, "--idle 2000"),
    ];
    works.extend(by_irc.map(Work::by_irc));
    works.retain(|work| flags.wants(&work.name));
    works
}

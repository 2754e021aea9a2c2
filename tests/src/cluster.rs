//! Owns several servers that follow one log, each with connections of its own. They have to stay equal, and everybody
//! has to hear the log's order.
//!
//! Everything in between takes its time: what is proposed waits before it is in the log, and each server applies the
//! log when it comes to it. Servers have clocks that differ, go away with a word or without, and join from a snapshot.

mod ear;
mod oracle;
mod server;

use std::collections::BTreeMap;
use std::time::Duration;

use chinwag_core::log::{Command, Event, Record};
use chinwag_core::{Config, Form, IrcLine, Limits, Name, Request, Rules, Secret, Time};
use chinwag_log::{Entry, Frames, StateHash, push_frame};

use self::oracle::Oracle;
use self::server::Server;
use crate::sim::{Coverage, Rng};

type Lawful<T = ()> = Result<T, String>;

/// The most people of one run, gone ones too.
const USERS_MAX: usize = 24;

/// The most servers of one run, gone ones too.
const SERVERS_MAX: usize = 6;

/// Names of people that get into each other's way.
const NAMES: [&str; 6] = ["Ann", "ann", "Bob", "main", "pizza", "kebab"];

/// Rooms, so many that several are empty at once, and their places are given out anew.
const ROOMS: [&str; 9] = ["main", "pizza", "PIZZA", "kebab", "falafel", "sushi", "tacos", "ramen", "pho"];

/// Runs servers that follow one log, with a chat beside them that follows it, too.
pub struct Cluster {
    config: Config,
    rng: Rng,
    now: Time,
    log: Vec<Record>,
    /// What the chat is before each record, and after all.
    hashes: Vec<StateHash>,
    oracle: Oracle,
    servers: Vec<Server>,
    users: Vec<User>,
    /// In this run people go from room to room most of the time.
    roams: bool,
    coverage: Coverage,
}

/// Somebody who is connected to one of the servers.
struct User {
    server: usize,
    form: Form,
    told: Vec<u8>,
    /// What they have said or asked for, each in words of its own.
    asked: Vec<String>,
}

impl Cluster {
    /// Runs the cluster of a seed, and lets everything settle.
    ///
    /// # Errors
    /// Says what went wrong first.
    pub fn run(seed: u64) -> Lawful<Coverage> {
        let mut cluster = Self::new(seed);
        let steps = 50 + cluster.rng.below(300);
        for _ in 0..steps {
            cluster.step()?;
        }
        cluster.settle()?;
        cluster.check()?;
        Ok(cluster.coverage)
    }

    fn new(seed: u64) -> Self {
        let mut rng = Rng::new(seed);
        let config = Config {
            rules: Rules {
                crowd_members: rng.pick(&[0, 1, 2, 500]),
                crowd_interval: Duration::from_millis(rng.pick(&[1, 1000])),
                seed,
                ..Rules::default()
            },
            limits: Limits { secret: Some(Secret::new([7; 32])), ..Limits::default() },
        };
        let oracle = Oracle::new(&config);
        let count = u8::try_from(2 + rng.below(2)).expect("it is 2 or 3");
        let servers = (0..count).map(|number| Server::new(&config, number, rng.below(3))).collect();
        let (hashes, users, roams) = (vec![oracle.hash()], Vec::new(), rng.one_in(3));
        Self {
            config,
            rng,
            now: Time::START,
            log: vec![],
            hashes,
            oracle,
            servers,
            users,
            roams,
            coverage: BTreeMap::new(),
        }
    }

    fn seen(&mut self, situation: &'static str) {
        *self.coverage.entry(situation).or_default() += 1;
    }

    fn step(&mut self) -> Lawful {
        let server = self.rng.below(self.servers.len());
        let few = self.rng.pick(&[1, 1, 2, 5, 100]);
        match self.rng.below(40) {
            0..3 => self.open(server),
            3..14 => self.ask(),
            14 => self.close(),
            15..18 => self.now = self.now + Duration::from_millis(self.rng.pick(&[1, 100, 1000, 3000])),
            18..21 => self.servers[server].look_at_time(self.now),
            21 => self.servers[server].look_at_clock(self.now, self.rng.number() >> 24),
            22..28 => self.append(server, few)?,
            28..36 => self.apply(server, few)?,
            36..38 => self.servers[server].write(self.now, &mut self.users),
            38 if self.rng.one_in(8) => self.lose(server),
            38 if self.rng.one_in(8) => self.servers[server].stop(self.now),
            _ if self.rng.one_in(4) => self.join(server)?,
            _ => {}
        }
        Ok(())
    }

    fn open(&mut self, server: usize) {
        if self.users.len() < USERS_MAX && self.servers[server].is_live() {
            let (user, form) = (self.users.len(), self.rng.pick(&[Form::Lines, Form::Web, Form::Irc]));
            self.servers[server].open(self.now, &self.config, user, form);
            self.users.push(User { server, form, told: Vec::new(), asked: Vec::new() });
            if form == Form::Irc {
                let name = if self.rng.one_in(3) { "Ann".to_owned() } else { format!("irc-{user}") };
                // Who asks for history by themselves is shown none of what was said before.
                let capabilities = ["batch", "server-time message-tags draft/chathistory", "extended-join away-notify"];
                let wanted = self.rng.pick(&capabilities);
                for line in [&format!("CAP REQ :{wanted} labeled-response"), "USER u 0 * :U", "CAP END"] {
                    self.hand_in(user, irc(line));
                }
                self.hand_in(user, irc(&format!("@label={user} NICK {name}")));
            }
        }
    }

    fn hand_in(&mut self, user: usize, request: Request) {
        let server = &mut self.servers[self.users[user].server];
        if server.is_live() && server.ask(self.now, &self.config, user, request) {
            self.seen("asked behind what is in flight");
        }
    }

    /// Returns what somebody asks for who comes by IRC.
    fn ask_by_irc(&mut self, user: usize, roams: bool) -> Request {
        let number = self.users[user].asked.len();
        let (room, name) = (self.rng.pick(&ROOMS), self.rng.pick(&NAMES));
        let kind = if roams { self.rng.pick(&[1, 1, 1, 2]) } else { self.rng.below(15) };
        let line = match kind {
            0 | 3 => format!("PRIVMSG #{room} :said-{user}-{number}"),
            1 => format!("JOIN #{room},#{}", self.rng.pick(&ROOMS)),
            2 => format!("PART #{room} :bye"),
            4 => {
                let words = format!("asked-{user}-{number}");
                self.users[user].asked.push(words.clone());
                format!("@label={number} PING {words}")
            }
            5 => format!("@label={number} NICK {name}"),
            6 => format!("TOPIC #{room} :{}", self.rng.pick(&["one", "two", "none"])),
            7 => format!("PRIVMSG {name} :told-{user}-{number}"),
            8 => format!("PRIVMSG #{room} :\x01ACTION does-{user}-{number}\x01"),
            9 => format!("NAMES #{room}"),
            10 => format!("MONITOR {} {name}", self.rng.pick(&["+", "+", "-"])),
            11 => self.rng.pick(&["AWAY :out", "AWAY"]).to_owned(),
            12 => self
                .rng
                .pick(&["CAP REQ :server-time draft/chathistory", "CAP REQ :-message-tags", "SETNAME :V"])
                .to_owned(),
            13 => format!("INVITE {name} #{room}"),
            _ if self.rng.one_in(8) => "QUIT :off".to_owned(),
            _ => format!("NOTICE #{room} :noted-{user}-{number}"),
        };
        irc(&line)
    }

    /// Lets somebody ask for a few things at once, each of another kind.
    fn ask(&mut self) {
        if self.users.is_empty() {
            return;
        }
        let user = self.rng.below(self.users.len());
        for _ in 0..1 + self.rng.below(4) {
            let number = self.users[user].asked.len();
            let roams = self.roams && !self.rng.one_in(4);
            if self.users[user].form == Form::Irc {
                let request = self.ask_by_irc(user, roams);
                self.hand_in(user, request);
                continue;
            }
            let kind = if roams { self.rng.pick(&[6, 6, 7, 8]) } else { self.rng.below(17) };
            let request = match kind {
                0..3 => {
                    let words = format!("said-{user}-{number}");
                    self.users[user].asked.push(words.clone());
                    Request::parse(&words)
                }
                3..5 => {
                    let words = format!("/asked-{user}-{number}");
                    self.users[user].asked.push(words.clone());
                    Request::parse(&words)
                }
                5 => Request::parse(&format!("/name {}", self.rng.pick(&NAMES))),
                6 => Request::parse(&format!("/join {}", self.rng.pick(&ROOMS))),
                7 => self.room().map(|room| Command::Enter(room).into()),
                8 => self.room().map(|room| Command::Part(room).into()),
                9 => Request::parse("/users"),
                10 => Request::parse(if self.rng.one_in(12) { "/quit" } else { "/rooms" }),
                11 => Request::parse(&format!("/me does-{user}-{number}")),
                12 => Request::parse(&format!("/msg {} told-{user}-{number}", self.rng.pick(&NAMES))),
                13 => Request::parse(&format!("/reply answered-{user}-{number}")),
                14 => Request::parse(self.rng.pick(&["/topic one", "/topic two", "/topic none"])),
                15 => Request::parse(&format!("/{} {}", self.rng.pick(&["ignore", "unignore"]), self.rng.pick(&NAMES))),
                _ => self.token().and_then(|token| Request::parse(&format!("/resume {token}"))),
            };
            if let Some(request) = request {
                self.hand_in(user, request);
            }
        }
    }

    /// Returns a room to go to besides others, or to leave of several: lines ask for neither.
    fn room(&mut self) -> Option<Name> {
        Name::parse(self.rng.pick(&ROOMS))
    }

    /// Returns by what anybody can be taken over.
    fn token(&mut self) -> Option<String> {
        let user = self.rng.below(self.users.len());
        let connection = self.servers[self.users[user].server].connection(user)?;
        Some(self.config.token(connection)?.to_string())
    }

    fn close(&mut self) {
        if !self.users.is_empty() {
            let user = self.rng.below(self.users.len());
            self.servers[self.users[user].server].close(self.now, user);
        }
    }

    /// Appends what a server has proposed: as bytes, as it is then read by all.
    fn append(&mut self, server: usize, few: usize) -> Lawful {
        for _ in 0..few {
            let Some(record) = self.servers[server].propose(self.now) else { break };
            self.append_record(&record)?;
        }
        Ok(())
    }

    fn append_record(&mut self, record: &Record) -> Lawful {
        let (mut entry, mut file) = (Vec::new(), Vec::new());
        Entry::Record(record.clone()).encode(&mut entry);
        push_frame(&entry, &mut file);
        let read = Frames::new(&file).next().map(Entry::decode);
        let Some(Ok(Entry::Record(read))) = read else { return Err(format!("{record:?} is read as {read:?}")) };
        self.oracle.apply(&read, &mut self.coverage);
        self.hashes.push(self.oracle.hash());
        self.log.push(read);
        Ok(())
    }

    /// Lets a server apply the next records, and compares what it is after each with what the others are there.
    fn apply(&mut self, server: usize, few: usize) -> Lawful {
        for _ in 0..few {
            let server = &mut self.servers[server];
            let Some(record) = self.log.get(server.applied()).filter(|_| server.is_live()) else { break };
            let Some(hash) = server.apply(record) else { continue };
            if hash != self.hashes[server.applied()] {
                return Err(format!(
                    "server {} differs after {record:?}, number {}",
                    server.number(),
                    server.applied()
                ));
            }
        }
        Ok(())
    }

    /// Lets a server be gone without a word. Another says so.
    fn lose(&mut self, server: usize) {
        let live = self.servers.iter().filter(|server| server.is_live()).count();
        if live > 1 && self.servers[server].is_live() {
            self.seen("a server was lost");
            let gone = self.servers[server].lose();
            if let Some(other) = self.servers.iter_mut().find(|server| server.is_live()) {
                other.propose_later(Event::ServerGone { server: gone });
            }
        }
    }

    /// Lets another server join from a snapshot of this one.
    fn join(&mut self, server: usize) -> Lawful {
        if self.servers.len() == SERVERS_MAX || !self.servers[server].is_live() {
            return Ok(());
        }
        let number = u8::try_from(self.servers.len()).expect("they are few");
        let mut bytes = Vec::new();
        Entry::Snapshot(self.servers[server].snapshot()).encode(&mut bytes);
        let Ok(Entry::Snapshot(snapshot)) = Entry::decode(&bytes) else {
            return Err("a snapshot is not read as it was written".to_owned());
        };
        let (applied, skew) = (self.servers[server].applied(), self.rng.below(3));
        let joined = Server::join(&self.config, number, skew, applied, snapshot)?;
        self.servers.push(joined);
        self.seen("joined from a snapshot");
        Ok(())
    }

    /// Lets everything come to its end.
    fn settle(&mut self) -> Lawful {
        loop {
            let before = self.log.len();
            for server in 0..self.servers.len() {
                self.append(server, usize::MAX)?;
            }
            for server in 0..self.servers.len() {
                self.apply(server, usize::MAX)?;
                self.servers[server].write(self.now, &mut self.users);
            }
            if self.log.len() == before {
                let due = self.servers.iter().filter_map(Server::poll_timeout).max();
                let Some(due) = due else { return Ok(()) };
                self.now = self.now.max(due) + Duration::from_secs(10);
                self.servers.iter_mut().for_each(|server| server.look_at_time(self.now));
            }
        }
    }

    /// Checks what everybody was told.
    fn check(&self) -> Lawful {
        for (index, user) in self.users.iter().enumerate() {
            let server = &self.servers[user.server];
            let Some(connection) = server.connection(index).filter(|_| server.is_live()) else { continue };
            let told = ear::heard(user.form, &user.told).map_err(|what| format!("user {index}: {what}"))?;
            if user.form == Form::Irc && self.config.rules.crowd_members > 2 {
                ear::check_quits(&user.told).map_err(|what| format!("user {index}: {what}"))?;
            }
            let shared: Vec<_> = told.iter().filter(|line| !oracle::is_local(line)).collect();
            let expected = self.oracle.told(connection, user.form);
            if !shared.iter().copied().eq(&expected) {
                let at = shared.iter().zip(&expected).take_while(|(told, expected)| *told == expected).count();
                let (told, expected) = (shared.get(at), expected.get(at));
                return Err(format!("user {index} is told {told:?}, not {expected:?}, as line {at}"));
            }
            // What was said before is shown again to who joins.
            let now = told.iter().filter(|line| !line.starts_with('['));
            let mut own = now.filter_map(|line| own_words(line, index));
            let asked = user.asked.iter().map(String::as_str);
            let is_in_order = own.all({
                let mut asked = asked.clone();
                move |words| asked.any(|asked| asked == words)
            });
            if !is_in_order {
                return Err(format!("user {index} is answered in another order than {:?}", user.asked));
            }
        }
        Ok(())
    }
}

fn irc(line: &str) -> Request {
    Request::Irc(IrcLine::new(line))
}

/// Returns what a line answers of what a user has said or asked for.
fn own_words(line: &str, user: usize) -> Option<&str> {
    let (_, said) = line.split_once(": ").unwrap_or(("", ""));
    let asked = line.strip_prefix("Unrecognized command ").and_then(|line| line.split_once(','));
    let words = asked.map_or(said, |(words, _)| words);
    let words = line.strip_prefix("PONG ").unwrap_or(words);
    let is_own = |start: &str| words.strip_prefix(start).is_some_and(|rest| rest.starts_with(&format!("{user}-")));
    (is_own("said-") || is_own("/asked-") || is_own("asked-")).then_some(words)
}

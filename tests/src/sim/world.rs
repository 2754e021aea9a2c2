//! Owns a whole simulated server: executes a plan step by step, as an adapter would, and checks after each step what
//! must hold.

mod seen;
mod settling;
mod store;
mod writers;

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use chinwag_core::log::{Accounts, Command, Record};
use chinwag_core::{Action, Config, ConnectionId, Message, Name, Notice, Query, Request, Time};

use crate::driver::Driver;
use crate::driver::link::accounts;
use crate::sim::user::{User, lines};
use crate::sim::{Device, Keeping, Laws, Model, Plan, Step};
use crate::store::Store;
use crate::tape::Tape;

/// Counts how often each interesting situation occurred.
pub type Coverage = BTreeMap<&'static str, u64>;

/// Says at which step of a plan what went wrong.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Failure {
    /// The step, or the number of all steps if it went wrong when everything was to settle.
    pub step: usize,
    /// What.
    pub what: String,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "step {}: {}", self.step, self.what)
    }
}

/// What is known of a run that went well.
#[derive(Debug)]
pub struct Run {
    /// What occurred.
    pub coverage: Coverage,
    /// All that people share, as the server's log has it.
    pub records: Vec<Record>,
    /// Tells runs apart in which something else was decided, or sent to anybody.
    pub digest: u64,
    /// All that the server was handed, if that was recorded.
    pub tape: Option<Tape>,
}

/// Runs a simulated server with the model beside it.
pub struct World {
    config: Config,
    driver: Driver<Socket>,
    laws: Laws,
    model: Model,
    users: Vec<User>,
    inputs: VecDeque<Input>,
    /// How many actions of the next batch were looked at.
    looked_at: usize,
    writers: Vec<Writer>,
    has_stopped: bool,
    /// The store answers only when a step says so.
    is_late: bool,
    /// Counts what was done, to tell when nothing is left.
    work: u64,
    coverage: Coverage,
}

/// The handle of a socket: the number of its user.
type Socket = Arc<usize>;

type Lawful<T = ()> = Result<T, String>;

enum Input {
    Entered(usize),
    Asked(usize, ConnectionId, Vec<Request>),
    Closed(usize, ConnectionId),
}

struct Writer {
    is_polled: bool,
    /// When it gives up on everyone, since the server stops.
    stops_at: Option<Time>,
    /// What was written under each number, by its hash.
    repeated: HashMap<u64, u64>,
}

impl World {
    /// Executes a plan, lets everything settle, and everyone leave.
    ///
    /// # Errors
    /// Says what went wrong first.
    pub fn run(plan: &Plan) -> Result<Coverage, Failure> {
        Self::record(plan).map(|run| run.coverage)
    }

    /// Does the same, and returns what is recorded of it.
    ///
    /// # Errors
    /// Says what went wrong first.
    pub fn record(plan: &Plan) -> Result<Run, Failure> {
        Self::run_on(plan, false, || Driver::new(&plan.config))
    }

    /// Executes a plan, and records all that the server is handed.
    ///
    /// # Errors
    /// Says what went wrong first.
    pub fn tape(plan: &Plan) -> Result<Run, Failure> {
        Self::run_on(plan, true, || Driver::new(&plan.config))
    }

    /// Executes a plan again, where all that people share is what was recorded.
    ///
    /// # Errors
    /// Says what went wrong first.
    pub fn repeat(plan: &Plan, records: &[Record]) -> Result<Run, Failure> {
        Self::run_on(plan, false, || Driver::repeating(&plan.config, records.to_vec()))
    }

    fn run_on(plan: &Plan, is_taped: bool, driver: impl FnOnce() -> Driver<Socket>) -> Result<Run, Failure> {
        let mut step = 0;
        let run = AssertUnwindSafe(|| {
            let mut world = Self::new(plan.config.clone(), driver());
            if let Some(Keeping { before, is_late }) = &plan.store {
                world.driver = world.driver.keeping(Store::new(before.clone()));
                world.model = world.model.keeping(before);
                world.is_late = *is_late;
            }
            if is_taped {
                world.driver = world.driver.recording();
            }
            for planned in &plan.steps {
                world.step(planned)?;
                step += 1;
            }
            world.end()
        });
        let what = match catch_unwind(run) {
            Ok(Ok(run)) => return Ok(run),
            Ok(Err(what)) => what,
            Err(panic) => {
                let text = panic.downcast_ref::<String>().cloned();
                let text = text.or_else(|| panic.downcast_ref::<&str>().map(|&text| text.to_owned()));
                format!("panic: {}", text.unwrap_or_default())
            }
        };
        Err(Failure { step, what })
    }

    fn new(config: Config, driver: Driver<Socket>) -> Self {
        let writer = |_| Writer { is_polled: true, stops_at: None, repeated: HashMap::new() };
        Self {
            laws: Laws::default(),
            model: with_accounts(&config),
            users: Vec::new(),
            inputs: VecDeque::new(),
            looked_at: 0,
            writers: (0..driver.writers()).map(writer).collect(),
            driver,
            has_stopped: false,
            is_late: false,
            work: 0,
            coverage: Coverage::new(),
            config,
        }
    }

    fn step(&mut self, step: &Step) -> Lawful {
        match *step {
            Step::Connect { by } => return self.connect(by),
            Step::Return { user, by } => {
                let line = format!("/resume {}\n", self.token(user));
                self.connect(by)?;
                self.type_bytes(self.users.len() - 1, line.as_bytes());
            }
            Step::Type { user, ref what } => self.type_bytes(user, &what.bytes()),
            Step::Read { user, bytes } => return self.read(user, bytes),
            Step::Ask { user } => return self.ask(user),
            Step::HangUp { user } => self.with_user(user, User::hang_up),
            Step::Vanish { user } => self.with_user(user, User::vanish),
            Step::Take { user, bytes } => self.with_user(user, |user| user.takes = bytes),
            Step::Writable { user } => self.writable(user),
            Step::Handle { inputs } => return self.handle(inputs),
            Step::Answer { answers } => return self.answer(answers),
            Step::Wake => return self.wake(),
            Step::Publish => return self.publish(),
            Step::Follow { writer } => return self.follow(writer),
            Step::Poll { writer, outputs } => {
                for _ in 0..outputs {
                    if !self.poll(writer)? {
                        break;
                    }
                }
            }
            Step::TimeOut { writer } => return self.time_out(writer),
            Step::Pass { millis } => self.driver.set_now(self.now() + Duration::from_millis(millis)),
            Step::Clock { unix_ms } => return self.set_clock(unix_ms),
            Step::Accounts { ref made, ref gone } => return self.change_accounts(made, gone),
            Step::Stop => return self.stop(),
        }
        Ok(())
    }

    fn seen(&mut self, situation: &'static str) {
        *self.coverage.entry(situation).or_default() += 1;
    }

    fn with_user(&mut self, user: usize, change: impl FnOnce(&mut User)) {
        if let Some(user) = self.users.get_mut(user) {
            change(user);
        }
    }

    fn now(&self) -> Time {
        self.driver.now()
    }

    fn type_bytes(&mut self, user: usize, bytes: &[u8]) {
        if self.users.get_mut(user).is_some_and(|user| user.types(bytes)) {
            self.seen("a message in parts");
        }
    }

    fn connect(&mut self, by: Device) -> Lawful {
        let user = self.users.len();
        self.users.push(User::new(user, by, &self.config, self.now()));
        self.model.add_user(by.form());
        if self.has_stopped {
            self.users[user].stop();
        }
        self.ask(user)
    }

    /// Returns by what a user can be taken over, or what is no token if they have not come.
    fn token(&self, user: usize) -> String {
        let connection = self.users.get(user).and_then(User::connection);
        let token = connection.and_then(|connection| self.config.token(connection));
        token.map_or_else(|| "none".to_owned(), |token| token.to_string())
    }

    fn read(&mut self, user: usize, bytes: usize) -> Lawful {
        let now = self.now();
        let Some(reader) = self.users.get_mut(user) else { return Ok(()) };
        self.work += u64::from(reader.is_readable());
        let requests = reader.read(now, bytes, &mut self.model)?;
        self.request(user, requests)
    }

    fn ask(&mut self, user: usize) -> Lawful {
        let now = self.now();
        let Some(reader) = self.users.get_mut(user) else { return Ok(()) };
        let requests = reader.ask(now)?;
        self.request(user, requests)
    }

    /// Hands on what a read task has asked for, or that it is at its end.
    fn request(&mut self, user: usize, requests: Vec<Vec<Request>>) -> Lawful {
        if self.users[user].enters() {
            self.inputs.push_back(Input::Entered(user));
            self.work += 1;
        }
        if self.users[user].leaves_early() {
            self.work += 1;
            self.seen("turned away");
            self.turn_away(user)?;
        }
        let Some(connection) = self.users[user].connection() else { return Ok(()) };
        // The end is sent later than what came before: others can be faster.
        let ends = requests.is_empty() && self.users[user].ends_reading();
        self.work += requests.len() as u64;
        self.inputs.extend(requests.into_iter().map(|requests| Input::Asked(user, connection, requests)));
        if self.users[user].is_held_back() {
            self.seen("held back above the rate");
        }
        if ends {
            self.inputs.push_back(Input::Closed(user, connection));
            self.work += 1;
        }
        Ok(())
    }

    fn turn_away(&mut self, user: usize) -> Lawful {
        if self.users[user].device == Device::Browser {
            return self.users[user].check_browser_turned_away(self.now(), self.has_stopped);
        }
        let words = self.model.turn_away(user, self.users[user].has_hung_up())?;
        self.users[user].check_turned_away(&words)
    }

    /// Hands in inputs, as many at once as can be.
    fn handle(&mut self, inputs: usize) -> Lawful {
        let mut left = inputs.min(self.inputs.len());
        while left > 0 {
            if !self.driver.has_room() {
                self.seen("batch full");
                self.publish()?;
            }
            let is_news = |input: &&Input| !matches!(input, Input::Entered(_));
            if self.inputs.front().is_some_and(may_draw) {
                let names = self.next_names();
                self.model.draw_next(names);
            }
            // Which names are drawn has to be known before each.
            let most = if self.config.limits.has_accounts { 1 } else { left };
            let together = self.inputs.iter().take(most).take_while(is_news).count();
            self.work += together.max(1) as u64;
            if together > 1 {
                self.seen("handled at once");
                self.handle_at_once(together)?;
            } else {
                match self.inputs.pop_front() {
                    Some(Input::Entered(user)) => self.on_entered(user)?,
                    Some(Input::Asked(user, connection, requests)) => {
                        requests.iter().try_for_each(|request| self.expect(user, connection, Some(request)))?;
                        self.driver.ask(connection, requests);
                    }
                    Some(Input::Closed(user, connection)) => {
                        self.expect(user, connection, None)?;
                        self.driver.close(connection);
                    }
                    None => {}
                }
            }
            self.look()?;
            self.check()?;
            if !self.is_late {
                self.answer(usize::MAX)?;
            }
            left -= together.max(1);
        }
        Ok(())
    }

    fn handle_at_once(&mut self, inputs: usize) -> Lawful {
        let mut news = Vec::new();
        for input in self.inputs.drain(..inputs) {
            match input {
                Input::Entered(_) => {}
                Input::Asked(user, connection, requests) => {
                    news.extend(requests.into_iter().map(|request| (user, connection, Some(request))));
                }
                Input::Closed(user, connection) => news.push((user, connection, None)),
            }
        }
        for (user, connection, request) in &news {
            self.expect(*user, *connection, request.as_ref())?;
        }
        self.driver.handle_all(news.into_iter().map(|(_, connection, request)| (connection, request)).collect());
        Ok(())
    }

    fn on_entered(&mut self, user: usize) -> Lawful {
        let now = self.now();
        self.users[user].check_accepted()?;
        let socket = Arc::new(user);
        self.users[user].handle = Arc::downgrade(&socket);
        self.expect_due();
        let names = self.next_names();
        let connection = match self.driver.open(&mut self.users[user].link, socket) {
            Ok(connection) => connection,
            Err(words) => {
                self.seen("came too late");
                self.users[user].is_refused(&words);
                return self.turn_away(user);
            }
        };
        self.model.set_slot(user, connection.slot());
        if self.users[user].device == Device::Irc {
            self.model.open_irc(now, user);
            let requests = self.users[user].is_let_in(now, 0)?;
            return self.request(user, requests);
        }
        // The first is given to whoever comes.
        self.model.draw_next(names.into_iter().skip(1).collect());
        let name = self.driver.decided().skip(self.looked_at).find_map(|action| {
            let Action::Reply { connection: to, message: Message::YouAre { name } } = action else { return None };
            (*to == connection).then(|| name.to_string())
        });
        let token = self.token(user);
        self.model.open(now, user, &name.ok_or("the newcomer was given no name")?, &token)?;
        let early = self.users[user].heard_early(&self.config, now, self.model.asks(user))?;
        let metered = self.model.metered(user, early);
        for _ in 0..early {
            self.seen("heard with the greeting");
            self.model.ask(now, user)?;
        }
        let requests = self.users[user].is_let_in(now, metered)?;
        self.request(user, requests)
    }

    /// Has the model do what the hub does by itself before it takes anything.
    fn expect_due(&mut self) {
        let now = self.now();
        if self.model.next_told().is_some_and(|due| due <= now) {
            let silent = self.model.silent();
            self.model.let_due(now);
            self.seen("due before something else");
            if self.model.silent() < silent {
                self.seen("asked for nothing for long");
            }
        }
    }

    /// Has the model take what the hub is about to be told: that somebody asks for something, or has gone.
    fn expect(&mut self, user: usize, connection: ConnectionId, request: Option<&Request>) -> Lawful {
        let now = self.now();
        if !self.has_stopped {
            self.expect_due();
        }
        self.see_stale(user, connection);
        if let Some(request) = request {
            if *request == Request::Notice(Notice::Fence) && self.model.is_here(user) {
                self.users[user].marks += 1;
            }
            if *request == Request::Query(Query::More) && self.model.is_here(user) {
                if self.users[user].device == Device::Irc {
                    self.seen("answered in part by IRC");
                }
                self.model.ask_more(now, user);
            }
            return (0..lines(request)).try_for_each(|_| self.model.ask(now, user));
        }
        if !self.users[user].has_ended() && self.model.asks(user) > 0 {
            return Err(format!("what user {user} asked for was lost"));
        }
        if self.model.is_silent(user) {
            self.seen("left before anybody knew");
        }
        self.model.close(now, user);
        Ok(())
    }

    fn see_stale(&mut self, user: usize, connection: ConnectionId) {
        if self.model.is_here(user) {
            return;
        }
        self.seen("news of someone who is gone");
        let is_taken = |(other, next): (usize, &User)| {
            self.model.is_here(other) && next.connection().is_some_and(|next| next.slot() == connection.slot())
        };
        if self.users.iter().enumerate().any(is_taken) {
            self.seen("news of someone whose slot is another's");
        }
    }

    fn wake(&mut self) -> Lawful {
        let silent = self.model.silent();
        self.model.wake(self.now());
        if self.model.silent() < silent {
            self.seen("asked for nothing for long");
        }
        self.driver.wake();
        self.look()?;
        self.check()
    }

    /// Returns which names the server draws next, where that can make a difference.
    pub(super) fn next_names(&self) -> Vec<String> {
        if self.config.limits.has_accounts && !self.has_stopped { self.driver.next_names(6) } else { Vec::new() }
    }

    fn change_accounts(&mut self, made: &[String], gone: &[String]) -> Lawful {
        if self.has_stopped || !self.config.limits.has_accounts {
            return Ok(());
        }
        self.expect_due();
        let names = self.next_names();
        self.model.draw_next(names);
        self.model.change_accounts(self.now(), made, gone);
        let names = |names: &[String]| names.iter().map(|name| Name::parse(name).expect("it is a name")).collect();
        self.driver.change_accounts(Accounts { gone: names(gone), made: names(made), ..Accounts::default() });
        self.look()?;
        self.check()
    }

    fn set_clock(&mut self, unix_ms: u64) -> Lawful {
        if !self.has_stopped && self.model.is_clock_off(self.now(), unix_ms) {
            self.expect_due();
            self.model.set_clock(self.now(), unix_ms);
        }
        self.driver.set_clock(unix_ms);
        self.look()?;
        self.check()
    }

    fn stop(&mut self) -> Lawful {
        if !self.has_stopped {
            self.expect_due();
        }
        self.has_stopped = true;
        self.model.stop();
        self.driver.stop();
        self.users.iter_mut().for_each(User::stop);
        self.look()
    }

    /// Looks at what the hub has decided since it was last looked at.
    fn look(&mut self) -> Lawful {
        let decided: Vec<_> = self.driver.decided().skip(self.looked_at).cloned().collect();
        self.looked_at += decided.len();
        for action in decided {
            self.laws.follow(&action)?;
            self.check_time(&action)?;
            self.see_action(&action);
        }
        Ok(())
    }

    /// Checks that what is said has the time of the wall clock.
    fn check_time(&self, action: &Action) -> Lawful {
        let Action::Broadcast { message: Message::Said { time_ms, .. }, .. } = action else { return Ok(()) };
        let expected = self.model.time_of_day(self.now());
        if u128::from(*time_ms) == expected { Ok(()) } else { Err(format!("said at {time_ms}, not at {expected}")) }
    }

    /// Checks the chat against the model and the laws.
    fn check(&self) -> Lawful {
        if self.has_stopped {
            return Ok(());
        }
        let (people, rooms) = self.driver.counts();
        if (people, rooms) != (self.model.people(), self.model.rooms()) {
            let (model_people, model_rooms) = (self.model.people(), self.model.rooms());
            return Err(format!("{people} people in {rooms} rooms, where there are {model_people} in {model_rooms}"));
        }
        if self.driver.hub_timeout() != self.model.next_due() {
            return Err(format!("wakes at {:?}, not {:?}", self.driver.hub_timeout(), self.model.next_due()));
        }
        if self.driver.asked() != self.model.asked() {
            let (asked, of_model) = (self.driver.asked(), self.model.asked());
            return Err(format!("{asked} answers of the store are awaited, not {of_model}"));
        }
        self.laws.check(people + self.model.silent() + self.model.arriving(), rooms)
    }

    fn publish(&mut self) -> Lawful {
        let decided = std::mem::take(&mut self.looked_at);
        if decided == 0 {
            return Ok(());
        }
        self.work += 1;
        if self.model.has_mixed_room() {
            self.seen("a room of all encodings");
        }
        self.driver.publish();
        let published = self.driver.published().len();
        if published == decided { Ok(()) } else { Err(format!("{published} of {decided} actions are handed on")) }
    }
}

/// Tells whether what somebody asks for may have the server draw a name for anybody.
fn may_draw(input: &Input) -> bool {
    let Input::Asked(_, _, requests) = input else { return false };
    requests.iter().any(|request| match request {
        Request::Command(command) => matches!(command, Command::LogOut | Command::Rename(_)),
        Request::Notice(notice) => matches!(notice, Notice::LogIn(_)),
        Request::Irc(line) => !line.as_str().starts_with("PRIVMSG"),
        Request::Query(_) | Request::Resume(_) => false,
    })
}

/// Makes the model of a server, with its accounts if it has any.
fn with_accounts(config: &Config) -> Model {
    let names = accounts().into_iter().filter(|_| config.limits.has_accounts);
    Model::new(config).with_accounts(names.map(|name| name.to_string()))
}

//! Owns a whole simulated server: executes a plan step by step, as an adapter would, and checks after each step what must hold.

mod settling;
mod writers;

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::time::Duration;

use chinwag_core::{
    Action, Batch, Chat, Config, ConnectionId, Dialect, Event, Fanout, Form, Message, Request, Share, Time,
};

use crate::sim::user::{User, lines};
use crate::sim::{Laws, Model, Plan, Step};

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

/// Runs a simulated server with the model beside it.
pub struct World {
    config: Config,
    now: Time,
    chat: Chat,
    /// When the wall clock was set last, and to what.
    clock: (Time, u64),
    laws: Laws,
    model: Model,
    users: Vec<User>,
    inputs: VecDeque<Input>,
    /// What is to be handed on.
    actions: VecDeque<(Action, Option<Socket>)>,
    log: Vec<Batch<Socket>>,
    writers: Vec<Writer>,
    has_stopped: bool,
    /// Counts what was done, to tell when nothing is left.
    work: u64,
    coverage: Coverage,
}

/// The handle of a socket: the number of its user.
type Socket = Rc<usize>;

type Lawful<T = ()> = Result<T, String>;

enum Input {
    Connected(usize),
    Requested(usize, ConnectionId, Request),
    Closed(usize, ConnectionId),
}

/// The most actions of a batch; a hub hands them on before they are too many.
const BATCH_ACTIONS_MAX: usize = 2000;

struct Writer {
    fanout: Fanout<Socket>,
    followed: usize,
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
        let mut step = 0;
        let run = AssertUnwindSafe(|| {
            let mut world = Self::new(plan.config.clone());
            for planned in &plan.steps {
                world.step(planned)?;
                step += 1;
            }
            world.end()
        });
        let what = match catch_unwind(run) {
            Ok(Ok(coverage)) => return Ok(coverage),
            Ok(Err(what)) => what,
            Err(panic) => {
                let text = panic.downcast_ref::<String>().cloned();
                let text = text.or_else(|| panic.downcast_ref::<&str>().map(|&text| text.to_owned()));
                format!("panic: {}", text.unwrap_or_default())
            }
        };
        Err(Failure { step, what })
    }

    fn new(config: Config) -> Self {
        let writer = |share| {
            let fanout = Fanout::new(&config, share);
            Writer { fanout, followed: 0, is_polled: true, stops_at: None, repeated: HashMap::new() }
        };
        Self {
            now: Time::START,
            chat: Chat::new(config.clone()),
            clock: (Time::START, 0),
            laws: Laws::default(),
            model: Model::new(&config),
            users: Vec::new(),
            inputs: VecDeque::new(),
            actions: VecDeque::new(),
            log: Vec::new(),
            writers: Share::split(config.threads).map(writer).collect(),
            has_stopped: false,
            work: 0,
            coverage: Coverage::new(),
            config,
        }
    }

    fn step(&mut self, step: &Step) -> Lawful {
        match *step {
            Step::Connect => self.connect(),
            Step::Return { user } => {
                let line = format!("/resume {}\n", self.token(user));
                self.connect();
                self.with_user(self.users.len() - 1, |user| user.types(line.as_bytes()));
            }
            Step::Type { user, ref what } => self.with_user(user, |user| user.types(&what.bytes())),
            Step::Read { user, bytes } => return self.read(user, bytes),
            Step::Ask { user } => return self.ask(user),
            Step::HangUp { user } => self.with_user(user, User::hang_up),
            Step::Vanish { user } => self.with_user(user, User::vanish),
            Step::Take { user, bytes } => self.with_user(user, |user| user.takes = bytes),
            Step::Writable { user } => self.writable(user),
            Step::Handle { inputs } => {
                for _ in 0..inputs {
                    self.handle()?;
                }
            }
            Step::Wake => return self.wake(),
            Step::Publish { actions } => self.publish(actions),
            Step::Follow { writer } => return self.follow(writer),
            Step::Poll { writer, outputs } => {
                for _ in 0..outputs {
                    if !self.poll(writer)? {
                        break;
                    }
                }
            }
            Step::TimeOut { writer } => return self.time_out(writer),
            Step::Pass { millis } => self.now = self.now + Duration::from_millis(millis),
            Step::Clock { unix_ms } => {
                self.clock = (self.now, unix_ms);
                self.chat.handle(self.now, Event::Clock { unix_ms });
            }
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

    fn connect(&mut self) {
        let user = self.users.len();
        self.users.push(User::new(user, &self.config));
        self.model.add_user();
        self.inputs.push_back(Input::Connected(user));
    }

    /// Returns by what a user can be taken over, or what is no token if they have not come.
    fn token(&self, user: usize) -> String {
        let connection = self.users.get(user).and_then(|user| user.connection);
        let token = connection.and_then(|connection| self.config.token(connection));
        token.map_or_else(|| "none".to_owned(), |token| token.to_string())
    }

    fn read(&mut self, user: usize, bytes: usize) -> Lawful {
        let Some(reader) = self.users.get_mut(user) else { return Ok(()) };
        self.work += u64::from(reader.is_readable());
        let requests = reader.read(self.now, bytes, &mut self.model)?;
        self.request(user, requests);
        Ok(())
    }

    fn ask(&mut self, user: usize) -> Lawful {
        let Some(reader) = self.users.get_mut(user) else { return Ok(()) };
        let requests = reader.ask(self.now)?;
        self.request(user, requests);
        Ok(())
    }

    /// Hands on what a read task has asked for.
    fn request(&mut self, user: usize, requests: Vec<Request>) {
        let Some(connection) = self.users[user].connection else { return };
        // The end is sent later than what came before: others can be faster.
        let ends = requests.is_empty() && self.users[user].ends_reading();
        self.work += requests.len() as u64;
        self.inputs.extend(requests.into_iter().map(|request| Input::Requested(user, connection, request)));
        if self.users[user].poll_timeout().is_some_and(|at| at > self.now) {
            self.seen("held back above the rate");
        }
        if ends {
            self.inputs.push_back(Input::Closed(user, connection));
            self.work += 1;
        }
    }

    fn handle(&mut self) -> Lawful {
        let Some(input) = self.inputs.pop_front() else { return Ok(()) };
        self.work += 1;
        match input {
            Input::Connected(user) => self.on_connected(user),
            Input::Requested(user, connection, request) => self.on_requested(user, connection, request),
            Input::Closed(user, connection) => self.on_closed(user, connection),
        }
    }

    fn on_connected(&mut self, user: usize) -> Lawful {
        if self.has_stopped {
            return Ok(());
        }
        let connection = self.chat.next_connection();
        let socket = Rc::new(user);
        self.users[user].connection = Some(connection);
        self.users[user].handle = Rc::downgrade(&socket);
        self.chat.handle(self.now, Event::Opened { connection, form: Form::Lines, dialect: Dialect::Lf });
        let name = self.collect(Some(socket))?.ok_or("the newcomer was given no name")?;
        let token = self.token(user);
        self.model.open(self.now, user, &name, &token)?;
        self.check()
    }

    fn on_requested(&mut self, user: usize, connection: ConnectionId, request: Request) -> Lawful {
        let is_mark = request == Request::Mark;
        self.see_stale(user, connection);
        if is_mark && self.model.is_here(user) {
            self.users[user].marks += 1;
        }
        for _ in 0..lines(&request) {
            self.model.ask(self.now, user)?;
        }
        self.chat.handle(self.now, Event::Requested { connection, request });
        self.collect(None)?;
        self.check()
    }

    fn on_closed(&mut self, user: usize, connection: ConnectionId) -> Lawful {
        if !self.users[user].was_abandoned() && self.model.asks(user) > 0 {
            return Err(format!("what user {user} asked for was lost"));
        }
        self.see_stale(user, connection);
        if self.model.is_silent(user) {
            self.seen("left before anybody knew");
        }
        self.model.close(self.now, user);
        self.chat.handle(self.now, Event::Closed { connection });
        self.collect(None)?;
        self.check()
    }

    fn see_stale(&mut self, user: usize, connection: ConnectionId) {
        if self.model.is_here(user) {
            return;
        }
        self.seen("news of someone who is gone");
        let is_taken = |(other, next): (usize, &User)| {
            self.model.is_here(other) && next.connection.is_some_and(|next| next.slot() == connection.slot())
        };
        if self.users.iter().enumerate().any(is_taken) {
            self.seen("news of someone whose slot is another's");
        }
    }

    fn wake(&mut self) -> Lawful {
        let silent = self.model.silent();
        self.model.wake(self.now);
        if self.model.silent() < silent {
            self.seen("asked for nothing for long");
        }
        self.chat.handle(self.now, Event::Woke);
        self.collect(None)?;
        self.check()
    }

    fn stop(&mut self) -> Lawful {
        self.has_stopped = true;
        self.model.stop();
        self.chat.handle(self.now, Event::Stopped);
        self.collect(None)?;
        Ok(())
    }

    /// Takes the actions of the chat. Returns the first name that somebody is told to have.
    fn collect(&mut self, mut socket: Option<Socket>) -> Lawful<Option<String>> {
        let mut name = None;
        while let Some(action) = self.chat.poll_action() {
            self.laws.follow(&action)?;
            self.check_time(&action)?;
            self.see_action(&action);
            if let Action::Reply { message: Message::YouAre { name: told }, .. } = &action {
                name.get_or_insert_with(|| told.to_string());
            }
            let opens = matches!(action, Action::Open { .. });
            self.actions.push_back((action, socket.take_if(|_| opens)));
        }
        Ok(name)
    }

    /// Checks that what is said has the time of the wall clock.
    fn check_time(&self, action: &Action) -> Lawful {
        let Action::Broadcast { message: Message::Said { time_ms, .. }, .. } = action else { return Ok(()) };
        let (set_at, unix_ms) = self.clock;
        let since = self.now.since_start().as_millis() - set_at.since_start().as_millis();
        let expected = u128::from(unix_ms) + since;
        if u128::from(*time_ms) == expected { Ok(()) } else { Err(format!("said at {time_ms}, not at {expected}")) }
    }

    fn see_action(&mut self, action: &Action) {
        let (Action::Reply { message, .. } | Action::Broadcast { message, .. }) = action else { return };
        let situation = match message {
            Message::Joined { .. } => "joined",
            Message::Left { .. } => "left",
            Message::Crowd { .. } => "crowd told",
            Message::Renamed { .. } => "renamed",
            Message::Taken { .. } => "taken",
            Message::NameInvalid | Message::RoomInvalid => "invalid",
            Message::YouAreIn { .. } => "in the room already",
            Message::Resumable { .. } => "told of the token",
            Message::Stale => "nothing to resume",
            Message::Rooms { .. } => "rooms listed",
            Message::Users { .. } => "users listed",
            Message::Unrecognized { .. } => "unrecognized",
            Message::TooLong { .. } => "too long",
            Message::NotUtf8 => "not UTF-8",
            Message::WrongProtocol { .. } => "of another protocol",
            Message::Refuse { .. } => "a wish of telnet refused",
            Message::Here => "is there",
            Message::Said { texts, .. } if texts.count() > 1 => "said in a row",
            Message::Said { .. } => "said",
            Message::Help
            | Message::YouAre { .. }
            | Message::YouJoined { .. }
            | Message::Dropped { .. }
            | Message::Stopping
            | Message::Hello { .. }
            | Message::Ping
            | Message::Pong { .. }
            | Message::Bye { .. } => return,
        };
        self.seen(situation);
    }

    /// Checks the chat against the model and the laws.
    fn check(&self) -> Lawful {
        if self.has_stopped {
            return Ok(());
        }
        let (people, rooms) = (self.chat.people(), self.chat.rooms());
        if (people, rooms) != (self.model.people(), self.model.rooms()) {
            let (model_people, model_rooms) = (self.model.people(), self.model.rooms());
            return Err(format!("{people} people in {rooms} rooms, where there are {model_people} in {model_rooms}"));
        }
        if self.chat.silent() != self.model.silent() {
            return Err(format!("nobody knows of {} people, not of {}", self.chat.silent(), self.model.silent()));
        }
        if self.chat.poll_timeout() != self.model.next_due() {
            return Err(format!("wakes at {:?}, not {:?}", self.chat.poll_timeout(), self.model.next_due()));
        }
        self.laws.check(people + self.chat.silent(), rooms)
    }

    fn publish(&mut self, actions: usize) {
        let mut batch = Batch::new();
        for _ in 0..actions.min(BATCH_ACTIONS_MAX) {
            let Some((action, socket)) = self.actions.pop_front() else { break };
            if let (Action::Open { connection, .. }, Some(socket)) = (&action, socket) {
                batch.push_socket(*connection, socket);
            }
            batch.push(action);
        }
        if batch.is_empty() {
            return;
        }
        self.work += 1;
        self.log.push(batch);
        if !self.actions.is_empty() {
            self.seen("batch cut short");
        }
    }
}

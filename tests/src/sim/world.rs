//! Owns a whole simulated server: executes a plan step by step, as an adapter would, and checks after each step what must hold.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::time::Duration;

use chinwag_core::{
    Action, Batch, Chat, Config, ConnectionId, Event, Fanout, Message, Output, Request, Share, Signal, Time, Written,
};

use crate::sim::user::User;
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
        let writer =
            |share| Writer { fanout: Fanout::new(&config, share), followed: 0, is_polled: true, stops_at: None };
        Self {
            now: Time::START,
            chat: Chat::new(config.clone()),
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
        self.chat.handle(self.now, Event::Opened { connection });
        let name = self.collect(Some(socket))?.ok_or("the newcomer was given no name")?;
        self.model.open(self.now, user, &name)?;
        self.check()
    }

    fn on_requested(&mut self, user: usize, connection: ConnectionId, request: Request) -> Lawful {
        let is_mark = request == Request::Mark;
        self.see_stale(user, connection);
        if is_mark && self.model.is_here(user) {
            self.users[user].marks += 1;
        }
        if !is_mark {
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
            self.model.is_here(other) && next.connection.is_some_and(|next| next.key() == connection.key())
        };
        if self.users.iter().enumerate().any(is_taken) {
            self.seen("news of someone whose slot is another's");
        }
    }

    fn wake(&mut self) -> Lawful {
        self.model.wake(self.now);
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
            self.see_action(&action);
            if let Action::Reply { message: Message::YouAre { name: told }, .. } = &action {
                name.get_or_insert_with(|| told.to_string());
            }
            let opens = matches!(action, Action::Open { .. });
            self.actions.push_back((action, socket.take_if(|_| opens)));
        }
        Ok(name)
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
            Message::Rooms { .. } => "rooms listed",
            Message::Users { .. } => "users listed",
            Message::Unrecognized { .. } => "unrecognized",
            Message::TooLong { .. } => "too long",
            Message::NotUtf8 => "not UTF-8",
            Message::Said { .. } => "said",
            Message::Help
            | Message::YouAre { .. }
            | Message::YouJoined { .. }
            | Message::Dropped { .. }
            | Message::Stopping => return,
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
        if self.chat.poll_timeout() != self.model.next_due() {
            return Err(format!("wakes at {:?}, not {:?}", self.chat.poll_timeout(), self.model.next_due()));
        }
        self.laws.check(people, rooms)
    }

    fn publish(&mut self, actions: usize) {
        let mut batch = Batch::new();
        for _ in 0..actions.min(BATCH_ACTIONS_MAX) {
            let Some((action, socket)) = self.actions.pop_front() else { break };
            batch.push(action);
            socket.into_iter().for_each(|socket| batch.push_socket(socket));
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

    fn follow(&mut self, index: usize) -> Lawful {
        let index = index % self.writers.len();
        let Writer { fanout, followed, is_polled, stops_at } = &mut self.writers[index];
        let Some(batch) = self.log.get(*followed) else { return Ok(()) };
        let half = self.config.queue_bytes_max / 2;
        let waits = |action: &Action| matches!(action, Action::Answer { connection } if fanout.queued_bytes(*connection) > half);
        let mark_waits = batch.actions().iter().any(waits);
        let (lags, was_polled) = (self.log.len() - *followed > 3, std::mem::replace(is_polled, false));
        fanout.follow(self.now, batch);
        if batch.actions().iter().any(|action| matches!(action, Action::Stop { .. })) {
            *stops_at = Some(self.now + self.config.drain);
        }
        *followed += 1;
        self.work += 1;
        let opened: Vec<_> = batch
            .actions()
            .iter()
            .filter_map(|action| if let Action::Open { connection } = action { Some(*connection) } else { None })
            .collect();
        let is_reused = |user: &User| {
            let closing = user.connection.filter(|&connection| fanout.queued_bytes(connection) > 0);
            closing.is_some_and(|old| opened.iter().any(|new| new.key() == old.key() && *new != old))
        };
        let reused = self.users.iter().any(is_reused);
        for (situation, occurs) in [
            ("mark waits", mark_waits),
            ("writer lags", lags),
            ("followed before all was polled", !was_polled),
            ("slot taken while its last owner is sent the rest", reused),
        ] {
            if occurs {
                self.seen(situation);
            }
        }
        self.check_queues(index)
    }

    /// Does one thing that a writer has to do. Tells whether there was any.
    fn poll(&mut self, index: usize) -> Lawful<bool> {
        let index = index % self.writers.len();
        let Self { writers, users, model, now, .. } = self;
        let Writer { fanout, is_polled, stops_at, .. } = &mut writers[index];
        let Some(output) = fanout.poll_output() else {
            *is_polled = true;
            self.check_rest(index)?;
            return Ok(false);
        };
        self.work += 1;
        let situation = match output {
            Output::Write { socket, bytes } => {
                let (number, len) = (**socket, bytes.len());
                let (written, missing) = users[number].write(*now, bytes, model.lines(number))?;
                fanout.handle_written(*now, written);
                let queued = queued(fanout, &users[number]);
                users[number].is_queued(queued, if let Written::Bytes(taken) = written { taken } else { 0 });
                self.check_queues(index)?;
                if missing > 0 {
                    self.seen("dropped");
                }
                match written {
                    Written::Failed => "failed",
                    Written::Bytes(0) => "refused",
                    Written::Bytes(taken) if taken < len => "partly written",
                    Written::Bytes(_) => "written",
                }
            }
            Output::AwaitWritable { connection, socket } => {
                let user = &mut users[**socket];
                if user.connection != Some(connection) {
                    return Err(format!("{connection} is not user {socket}"));
                }
                user.await_writable()?;
                "awaited"
            }
            Output::Signal { socket, signal: Signal::Pause } => {
                let number = **socket;
                let queued = queued(fanout, &users[number]);
                users[number].pause(queued)?;
                "paused"
            }
            Output::Signal { socket, signal: Signal::Resume } => {
                users[**socket].resume()?;
                "resumed"
            }
            Output::Signal { socket, signal: Signal::Answer } => {
                users[**socket].answer()?;
                "answered"
            }
            Output::Finish { socket } => {
                users[*socket].finish(model)?;
                "finished"
            }
            Output::Abandon { socket } => {
                let has_given_up = stops_at.is_some_and(|at| at <= *now);
                users[*socket].abandon(model, has_given_up, self.has_stopped)?
            }
        };
        self.seen(situation);
        Ok(true)
    }

    fn time_out(&mut self, index: usize) -> Lawful {
        let index = index % self.writers.len();
        self.writers[index].fanout.handle_timeout(self.now);
        for number in 0..self.users.len() {
            let is_due = self.is_writer_of(index, &self.users[number]) && self.users[number].time_out(self.now);
            if is_due && queued(&self.writers[index].fanout, &self.users[number]) > 0 {
                return Err(format!("user {number} takes nothing, and is not given up"));
            }
        }
        Ok(())
    }

    fn writable(&mut self, user: usize) {
        let Some(writer) = self.users.get(user).and_then(|user| self.writer_of(user)) else { return };
        let user = &mut self.users[user];
        if user.becomes_writable() {
            self.work += 1;
            self.writers[writer].fanout.handle_writable(user.connection.expect("it has a writer"));
            if user.takes == 0 {
                self.seen("writable, but takes nothing");
            }
        }
    }

    fn writer_of(&self, user: &User) -> Option<usize> {
        user.connection.map(|connection| connection.key() as usize % self.writers.len())
    }

    fn is_writer_of(&self, index: usize, user: &User) -> bool {
        self.writer_of(user) == Some(index)
    }

    fn check_queues(&self, index: usize) -> Lawful {
        let over = |user: &&User| queued(&self.writers[index].fanout, user) > self.config.queue_bytes_max;
        match self.users.iter().find(over) {
            Some(user) => Err(format!("more than the limit is queued for {:?}", user.connection)),
            None => Ok(()),
        }
    }

    /// Checks what holds when a writer has nothing more to do.
    fn check_rest(&self, index: usize) -> Lawful {
        let fanout = &self.writers[index].fanout;
        let mut is_empty = true;
        for user in self.users.iter().filter(|user| self.is_writer_of(index, user)) {
            let queued = queued(fanout, user);
            is_empty &= queued == 0;
            user.check_rest(queued)?;
            let stalls_until = user.stalls_until().filter(|_| queued > 0);
            if stalls_until.is_some_and(|until| fanout.poll_timeout().is_none_or(|at| at > until)) {
                return Err(format!("nobody will look after {:?} in time", user.connection));
            }
        }
        if fanout.is_drained() != is_empty {
            return Err(format!("is_drained is {} while the queues are empty: {is_empty}", fanout.is_drained()));
        }
        Ok(())
    }

    /// Lets everything settle, everyone leave, and looks whether anything is left.
    fn end(mut self) -> Lawful<Coverage> {
        self.users.iter_mut().for_each(|user| user.takes = usize::MAX);
        self.settle()?;
        for user in &self.users {
            user.check_settled(&self.model)?;
        }
        self.users.iter_mut().for_each(User::hang_up);
        self.settle()?;
        for user in &self.users {
            if user.connection.is_some() && !user.has_ended() {
                return Err(format!("{:?} is never ended", user.connection));
            }
        }
        if !self.has_stopped && self.chat.people() > 0 {
            return Err("somebody stays for ever".to_owned());
        }
        if self.writers.iter().any(|writer| writer.fanout.is_finished() != self.has_stopped) {
            return Err("a writer is not finished, or too early".to_owned());
        }
        self.log.clear();
        if self.users.iter().any(|user| user.handle.strong_count() > 0) {
            return Err("a socket is kept for ever".to_owned());
        }
        Ok(self.coverage)
    }

    /// Does everything there is to do until nothing is left, with as much time as it takes.
    fn settle(&mut self) -> Lawful {
        loop {
            let before = self.work;
            for user in 0..self.users.len() {
                self.ask(user)?;
                self.read(user, usize::MAX)?;
                // What ends the input is seen by a read of its own.
                self.read(user, 0)?;
                self.writable(user);
            }
            while !self.inputs.is_empty() {
                self.handle()?;
            }
            while !self.actions.is_empty() {
                self.publish(usize::MAX);
            }
            for writer in 0..self.writers.len() {
                while self.writers[writer].followed < self.log.len() {
                    self.follow(writer)?;
                }
                while self.poll(writer)? {}
            }
            if self.work > before {
                continue;
            }
            let timeouts = self.users.iter().filter_map(User::poll_timeout).chain(self.chat.poll_timeout());
            let Some(next) = timeouts.min() else { return Ok(()) };
            self.now = self.now.max(next);
            self.wake()?;
        }
    }
}

fn queued(fanout: &Fanout<Socket>, user: &User) -> usize {
    user.connection.map_or(0, |connection| fanout.queued_bytes(connection))
}

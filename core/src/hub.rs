//! Owns a chat and what it has decided and not been handed on yet: turns events into batches of actions.

use std::mem;

use bytes::Bytes;

use crate::connections::Connections;
use crate::{
    Action, Batch, Chat, Config, ConnectionId, Event, Histogram, Next, Request, Session, Signals, Stats, Time,
};

/// Holds a [`Chat`], and gathers its actions for the writers.
///
/// Let somebody in with [`open`](Self::open), hand in what they ask for with [`handle_requests`](Self::handle_requests), that they have gone
/// with [`Event::Closed`] and all other events with [`handle`](Self::handle), as many as are there while it [`has_room`](Self::has_room), and
/// then hand on what [`take_batch`](Self::take_batch) gives to every writer. Come back with [`Event::Woke`] at
/// [`poll_timeout`](Self::poll_timeout).
#[derive(Debug)]
pub struct Hub<S> {
    /// With the actions of the next batch.
    chat: Chat,
    connections: Connections,
    /// The next batch, without its actions.
    batch: Batch<S>,
    /// How many of them it has counted.
    weighed: usize,
    batch_bytes_max: usize,
    /// How many actions each batch had.
    sizes: Histogram,
}

impl<S> Hub<S> {
    /// Starts with nobody here.
    #[must_use]
    pub fn new(config: Config) -> Self {
        let batch_bytes_max = config.batch_bytes_max;
        let (chat, batch) = (Chat::new(config), Batch::new());
        Self { chat, connections: Connections::new(0), batch, weighed: 0, batch_bytes_max, sizes: Histogram::default() }
    }

    /// Lets somebody in, who is reached by `socket`, and returns what their connection is called from now on. What `session` asks for
    /// already is heard at once, so that the answer goes with the greeting; the rest is to be polled from it as ever.
    ///
    /// # Errors
    /// The server stops: nobody is let in any more, and the socket was let go. Returns what is to be written to it before it is closed.
    pub fn open(&mut self, now: Time, session: &mut Session, socket: S) -> Result<ConnectionId, Bytes> {
        if self.is_stopped() {
            return Err(session.encoding().farewell());
        }
        let (form, dialect) = (session.form(), session.take_dialect());
        let connection = self.connections.open();
        self.batch.push_socket(connection, socket);
        self.hear(now, Event::Opened { connection, form, dialect });
        self.weigh(now);
        if let Next::Ask(requests) = session.poll_next(now, Signals::default()) {
            self.handle_requests(now, connection, requests);
        }
        Ok(connection)
    }

    /// Takes notice of what has happened. What is due by now comes first, so that no rush of events can keep it waiting.
    ///
    /// [`Event::Opened`] is ignored: only [`open`](Self::open) has a socket for whoever comes.
    pub fn handle(&mut self, now: Time, event: Event) {
        if !matches!(event, Event::Opened { .. }) {
            self.hear(now, event);
        }
        self.weigh(now);
    }

    /// Takes notice of what the wall clock says, in milliseconds since 1970. It is an [`Event::Clock`] only where that does not follow from what
    /// it said before: whoever drives the hub looks at the clock before each batch, which is soon enough for what people are told by it.
    pub fn handle_clock(&mut self, now: Time, unix_ms: u64) {
        if self.chat.clock().is_off(now, unix_ms) {
            self.handle(now, Event::Clock { unix_ms });
        }
    }

    /// Takes notice of what somebody has asked for, in this order.
    ///
    /// How long a line is, how fast they come and how many replies are under way is bounded by the [`Session`] that a request comes from.
    /// Whoever makes requests by themselves has to keep to that: what is asked here is done.
    pub fn handle_requests(&mut self, now: Time, connection: ConnectionId, requests: Vec<Request>) {
        for request in requests {
            self.hear(now, Event::Requested { connection, request });
        }
        self.weigh(now);
    }

    /// Takes notice of several things that have happened, in this order: with the same result as one by one, but with very many people in
    /// less time, since what is known of all of them is fetched from memory at once. Of a million, it is less than half. Here, too,
    /// [`Event::Opened`] is ignored.
    pub fn handle_all(&mut self, now: Time, events: Vec<Event>) {
        self.chat.prefetch(&events);
        for event in events.into_iter().filter(|event| !matches!(event, Event::Opened { .. })) {
            self.hear(now, event);
        }
        self.weigh(now);
    }

    /// Tells whether more events may go into this batch.
    #[must_use]
    pub const fn has_room(&self) -> bool {
        self.batch.bytes() < self.batch_bytes_max
    }

    /// Returns what is to be done so far, in this order: what [`take_batch`](Self::take_batch) would give.
    pub fn actions(&self) -> impl Iterator<Item = &Action> {
        self.chat.actions().iter()
    }

    /// Returns what is to be done, if it is anything.
    pub fn take_batch(&mut self) -> Option<Batch<S>> {
        if self.weighed == 0 {
            return None;
        }
        self.sizes.add(self.weighed as u64);
        self.weighed = 0;
        let mut batch = mem::take(&mut self.batch);
        batch.actions = self.chat.take_actions();
        Some(batch)
    }

    /// Adds what the chat counts, and how large batches were, to `stats`.
    pub fn count(&self, stats: &mut Stats) {
        self.chat.count(stats);
        stats.batch_actions.merge(&self.sizes);
    }

    /// Tells whether the server stops, so that nothing more is to be handed in.
    #[must_use]
    pub const fn is_stopped(&self) -> bool {
        self.chat.is_stopped()
    }

    /// Returns when to come back with [`Event::Woke`], if nothing else happens before.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Time> {
        self.chat.poll_timeout()
    }

    /// Hands in what has happened, and before it what is due.
    fn hear(&mut self, now: Time, event: Event) {
        if self.poll_timeout().is_some_and(|due| due <= now) {
            self.chat.handle(now, Event::Woke);
        }
        self.chat.handle(now, event);
    }

    /// Counts what is to be done since it was last asked.
    fn weigh(&mut self, now: Time) {
        if self.weighed == 0 {
            self.batch.begun_at = now;
        }
        let actions = self.chat.actions();
        for action in actions.range(self.weighed..) {
            self.batch.account(action);
            if let Action::Close { connection } | Action::Cut { connection } = action {
                self.connections.close(*connection);
            }
        }
        self.weighed = actions.len();
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::{Dialect, Form, Message, Name, Secret, Text};

    fn open(hub: &mut Hub<()>) -> ConnectionId {
        hub.open(Time::START, &mut Session::new(&Config::default()), ()).expect("the server runs")
    }

    fn say(hub: &mut Hub<()>, now: Time, connection: ConnectionId) {
        hub.handle(now, Event::Requested { connection, request: Request::Say(Text::clean("hello").into()) });
    }

    fn messages(batch: Option<Batch<()>>) -> Vec<String> {
        let batch = batch.expect("something was said");
        let said = |action: &Action| match action {
            Action::Reply { message, .. } | Action::Deliver { message, .. } | Action::Broadcast { message, .. } => {
                Some(message.to_string())
            }
            Action::Open { .. }
            | Action::Speak { .. }
            | Action::Enter { .. }
            | Action::Leave { .. }
            | Action::Answer { .. }
            | Action::Alive { .. }
            | Action::Close { .. }
            | Action::Cut { .. }
            | Action::Stop { .. } => None,
        };
        batch.actions().iter().filter_map(said).collect()
    }

    #[test]
    fn what_somebody_brings_is_answered_with_the_greeting_and_what_comes_later_is_not_forgotten() {
        let config = Config::default();
        let (mut hub, mut session) = (Hub::new(config.clone()), Session::new(&config));
        session.handle_bytes(b"/name Ann\nhello\nmore");
        let ann = hub.open(Time::START, &mut session, ()).expect("the server runs");
        let told = messages(hub.take_batch());
        assert_eq!(told.last().map(String::as_str), Some("Ann: hello"), "{told:?}");
        assert!(hub.take_batch().is_none());
        assert_eq!(session.poll_next(Time::START, Signals::default()), Next::Read);
        session.handle_bytes(b" later\n");
        let Next::Ask(requests) = session.poll_next(Time::START, Signals::default()) else { panic!("a line is there") };
        for request in requests {
            hub.handle(Time::START, Event::Requested { connection: ann, request });
        }
        assert_eq!(messages(hub.take_batch()), ["Ann: more later"]);
    }

    #[test]
    fn what_is_known_of_a_program_before_the_greeting_counts_for_the_greeting_and_is_not_told_again() {
        for (bytes, dialect) in [(&b""[..], Dialect::Lf), (b"\r\n", Dialect::CrLf), (b"\xff\xfb\x1f", Dialect::Telnet)]
        {
            let config = Config::default();
            let (mut hub, mut session) = (Hub::new(config.clone()), Session::new(&config));
            session.handle_bytes(bytes);
            let connection = hub.open(Time::START, &mut session, ()).expect("the server runs");
            let batch = hub.take_batch().expect("they are greeted");
            assert_eq!(batch.actions()[0], Action::Open { connection, form: Form::Lines, dialect });
            assert!(!batch.actions().iter().any(|action| matches!(action, Action::Speak { .. })), "{dialect:?}");
            assert_eq!(session.poll_next(Time::START, Signals::default()), Next::Read);
        }
    }

    #[test]
    fn nobody_is_let_in_once_it_stops_but_told_so() {
        let config = Config::default();
        let mut hub = Hub::new(config.clone());
        let socket = std::rc::Rc::new(());
        hub.handle(Time::START, Event::Stopped);
        let words = hub.open(Time::START, &mut Session::new(&config), std::rc::Rc::clone(&socket));
        assert_eq!(words, Err("Server is shutting down\n".into()));
        let words = hub.open(Time::START, &mut Session::with_form(&config, Form::Web), std::rc::Rc::clone(&socket));
        assert!(words.is_err_and(|words| words.ends_with(b"\x88\x02\x03\xe9")), "the last is a close frame with 1001");
        assert_eq!(std::rc::Rc::strong_count(&socket), 1, "what it was given is let go");
        assert!(hub.take_batch().is_some_and(|batch| matches!(batch.actions(), [Action::Stop { .. }])));
    }

    #[test]
    fn a_slot_is_free_as_soon_as_its_connection_is_closed_or_taken_over() {
        let config = Config { secret: Some(Secret::new([7; 32])), ..Config::default() };
        let mut hub = Hub::new(config.clone());
        let [ann, bob, cid] = [(); 3].map(|()| open(&mut hub));
        assert_eq!([ann, bob, cid], [0, 1, 2].map(|number| ConnectionId::new(0, number, number)));
        hub.handle(Time::START, Event::Closed { connection: bob });
        hub.handle(Time::START, Event::Closed { connection: bob });
        assert_eq!(open(&mut hub), ConnectionId::new(0, 1, 3));
        let token = config.token(ann).expect("there is a secret");
        hub.handle_requests(Time::START, cid, vec![Request::Resume(token)]);
        assert_eq!(open(&mut hub), ConnectionId::new(0, 0, 4));
        assert_eq!(open(&mut hub), ConnectionId::new(0, 3, 5));
    }

    #[test]
    fn somebody_without_a_socket_is_not_let_in() {
        let mut hub = Hub::<()>::new(Config::default());
        let opened = Event::Opened { connection: ConnectionId::new(0, 0, 0), form: Form::Lines, dialect: Dialect::Lf };
        hub.handle(Time::START, opened.clone());
        hub.handle_all(Time::START, vec![opened]);
        assert!(hub.take_batch().is_none());
        assert_eq!(open(&mut hub), ConnectionId::new(0, 0, 0));
    }

    #[test]
    fn what_is_due_is_told_before_what_has_just_happened_and_not_earlier() {
        let second = Time::after(Duration::from_secs(1));
        let mut hub = Hub::new(Config { crowd_members: 0, ..Config::default() });
        let ann = open(&mut hub);
        hub.handle(Time::START, Event::Requested { connection: ann, request: Request::Help });
        assert_eq!(hub.poll_timeout(), Some(second));
        hub.take_batch();
        say(&mut hub, Time::after(Duration::from_millis(999)), ann);
        assert_eq!(messages(hub.take_batch()).len(), 1);
        say(&mut hub, second, ann);
        let told = messages(hub.take_batch());
        assert_eq!((told.len(), told[0].as_str()), (2, "1 joined, 0 left"));
        assert!(told[1].ends_with(": hello"), "{told:?}");
        assert_eq!(hub.poll_timeout(), None);
    }

    #[test]
    fn several_events_at_once_lead_to_what_they_lead_to_one_by_one() {
        // What is told of a crowd is due at once, and comes between them.
        let config = Config { crowd_members: 0, crowd_interval: Duration::ZERO, ..Config::default() };
        let mut hubs = [(); 2].map(|()| Hub::new(config.clone()));
        let [ann, bob, _] = [(); 3].map(|()| hubs.each_mut().map(open)[0]);
        let gone = ConnectionId::new(0, 7, 3);
        let asks = |connection, request| Event::Requested { connection, request };
        let said = |connection, text| asks(connection, Request::Say(Text::clean(text).into()));
        let pizza = Request::Join(Name::parse("pizza").expect("it is a name"));
        let events = vec![
            said(ann, "a"),
            asks(bob, pizza),
            said(gone, "b"),
            said(bob, "c"),
            Event::Woke,
            Event::Closed { connection: ann },
            said(ann, "d"),
        ];
        let [one_by_one, at_once] = &mut hubs;
        for event in events.clone() {
            one_by_one.handle(Time::START, event);
        }
        at_once.handle_all(Time::START, events);
        let [one_by_one, at_once] = hubs.map(|mut hub| hub.take_batch().expect("something was said"));
        assert_eq!(at_once.actions(), one_by_one.actions());
        assert_eq!(at_once.bytes(), one_by_one.bytes());
    }

    #[test]
    fn what_is_said_has_the_time_of_the_wall_clock_however_it_is_set() {
        let (hour, at) = (3_600_000, |seconds| Time::after(Duration::from_secs(seconds)));
        let mut hub = Hub::new(Config::default());
        let ann = open(&mut hub);
        let mut said_at = |now, unix_ms| {
            hub.handle_clock(now, unix_ms);
            say(&mut hub, now, ann);
            let batch = hub.take_batch().expect("something was said");
            let Some(Action::Broadcast { message: Message::Said { time_ms, .. }, .. }) = batch.actions().last() else {
                panic!("it comes last: {batch:?}")
            };
            *time_ms
        };
        assert_eq!(said_at(at(1), 5 * hour), 5 * hour);
        assert_eq!(said_at(at(2), 5 * hour + 1500), 5 * hour + 1000, "what is less than a second is no news");
        assert_eq!(said_at(at(3), 6 * hour), 6 * hour);
        assert_eq!(said_at(at(4), 2 * hour), 2 * hour, "it is set back");
        assert_eq!(said_at(at(5), 2 * hour + 1000), 2 * hour + 1000);
    }

    #[test]
    fn it_counts_what_the_chat_counts() {
        let mut hub = Hub::new(Config::default());
        let ann = open(&mut hub);
        say(&mut hub, Time::START, ann);
        let mut stats = Stats::default();
        hub.count(&mut stats);
        assert_eq!((stats.people, stats.rooms, stats.messages_in), (1, 1, 1));
    }

    #[test]
    fn it_counts_each_batch_by_its_actions_and_knows_when_it_began() {
        let mut hub = Hub::new(Config::default());
        let ann = open(&mut hub);
        let opened = hub.take_batch().expect("she is let in");
        let [second, later] = [1, 2].map(|seconds| Time::after(Duration::from_secs(seconds)));
        say(&mut hub, second, ann);
        say(&mut hub, later, ann);
        let said = hub.take_batch().expect("something was said");
        assert_eq!((opened.begun_at, said.begun_at), (Time::START, second));
        assert!(hub.take_batch().is_none());
        let mut stats = Stats::default();
        hub.count(&mut stats);
        assert_eq!(stats.batch_actions.count(), 2, "no batch is no empty one");
        assert_eq!(stats.batch_actions.sum(), (opened.actions().len() + said.actions().len()) as u64);
    }

    #[test]
    fn a_batch_has_room_until_its_lines_have_the_bytes_they_may_have() {
        let mut hub = Hub::new(Config::default());
        let ann = open(&mut hub);
        hub.take_batch();
        say(&mut hub, Time::START, ann);
        let line = hub.take_batch().expect("something was said").bytes();
        hub.batch_bytes_max = 3 * line;
        for _ in 0..2 {
            say(&mut hub, Time::START, ann);
            assert!(hub.has_room());
        }
        say(&mut hub, Time::START, ann);
        assert!(!hub.has_room());
        assert_eq!(messages(hub.take_batch()).len(), 3);
        assert!(hub.has_room(), "the next batch is empty");
        assert!(hub.take_batch().is_none());
    }

    #[test]
    fn a_hub_stops_when_it_is_told_to() {
        let mut hub = Hub::new(Config::default());
        let ann = open(&mut hub);
        assert!(!hub.is_stopped());
        hub.take_batch();
        hub.handle(Time::START, Event::Stopped);
        assert!(hub.is_stopped());
        say(&mut hub, Time::START, ann);
        let batch = hub.take_batch().expect("everyone is to be told");
        assert_eq!(batch.actions(), [Action::Stop { message: Message::Stopping }]);
    }
}

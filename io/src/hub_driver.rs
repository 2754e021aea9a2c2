//! Drives the hub of the core: hands it what was read, and gives out what it decides, in batches.

use std::sync::Arc;

use chinwag_core::{Config, ConnectionId, Effect, Hub, Name, Session, Stats, Time};
use tracing::debug;

use crate::admission::Admission;
use crate::clock::Clock;
use crate::handle::Answers;
use crate::history::History;
use crate::input::Input;
use crate::link::Port;
use crate::recorder::Recorder;
use crate::worker::{Driver, SharedBatch, Worker};

/// Holds the hub, and the workers that follow its log.
pub struct HubDriver<D: Driver> {
    hub: Hub<Arc<D::Port>>,
    config: Arc<Config>,
    admission: Admission,
    clock: Clock,
    workers: Vec<Arc<Worker<D>>>,
    history: Option<History>,
    answers: Answers,
    recorder: Option<Recorder>,
}

impl<D: Driver> HubDriver<D> {
    /// Starts with nobody here. What a store answers is given back by `answers`.
    #[must_use]
    pub fn new(config: Arc<Config>, admission: Admission, workers: Vec<Arc<Worker<D>>>, answers: Answers) -> Self {
        let (clock, history, recorder) = (admission.clock(), admission.history(), admission.recorder());
        let mut hub = Hub::new(Config::clone(&config));
        if recorder.is_some() {
            hub.record();
        }
        if let Some(history) = &history {
            hub.keep_history(history.store().identity());
            hub.handle_clock(clock.now(), clock.unix_ms());
            hub.recall_main(clock.now(), history.past(Name::MAIN, clock.unix_ms()));
        }
        Self { hub, config, admission, clock, workers, history, answers, recorder }
    }

    /// Tells whether the server stops, so that nothing more is to be handed in.
    #[must_use]
    pub const fn is_stopped(&self) -> bool {
        self.hub.is_stopped()
    }

    /// Returns when [`Input::Woke`] is due, if nothing else happens before.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Time> {
        self.hub.poll_timeout()
    }

    /// Hands in what has come, and as much of what else is there, by `more`, as fits into one batch. Returns that, if
    /// there is anything to do. It is to be put into the log, and then [the workers notified](Self::notify_workers).
    /// Each connection that was let in is given to `opened`, to be read.
    pub fn gather(
        &mut self,
        first: Input<D::Port>,
        mut more: impl FnMut() -> Option<Input<D::Port>>,
        mut opened: impl FnMut(ConnectionId, Arc<D::Port>, Session),
    ) -> Option<SharedBatch<D::Port>> {
        // 1. The time of day: a batch is told by one.
        self.hub.handle_clock(self.clock.now(), self.clock.unix_ms());
        // 2. What has woken the hub, with the effects that it asks for.
        self.handle(first, &mut opened);
        // 3. What else is there, as long as it goes into the same batch.
        while self.hub.has_room()
            && let Some(input) = more()
        {
            self.handle(input, &mut opened);
        }
        self.take_batch()
    }

    /// Stops the chat, if it was not before. Returns what that comes to.
    pub fn stop(&mut self) -> Option<SharedBatch<D::Port>> {
        self.hub.handle_stop(self.clock.now());
        self.take_batch()
    }

    /// Takes what is to be done, once the log of it is kept, and what was said.
    fn take_batch(&mut self) -> Option<SharedBatch<D::Port>> {
        self.keep();
        if let Some(recorder) = &self.recorder {
            recorder.keep(self.hub.take_records());
        }
        self.hub.take_batch().map(Arc::new)
    }

    /// Has a batch followed that is in the log: a small one is written on the spot, for more the workers' threads are
    /// woken.
    pub fn notify_workers(&self, batch: &SharedBatch<D::Port>) {
        let is_small = batch.is_small(&self.config);
        self.workers.iter().for_each(if is_small { Worker::follow_now } else { Worker::notify });
    }

    /// Returns the workers.
    #[must_use]
    pub fn workers(&self) -> &[Arc<Worker<D>>] {
        &self.workers
    }

    fn handle(&mut self, input: Input<D::Port>, opened: impl FnMut(ConnectionId, Arc<D::Port>, Session)) {
        let now = self.clock.now();
        match input {
            Input::Opened(socket, session) => self.open(now, socket, *session, opened),
            Input::Asked(connection, requests) => self.hub.handle_requests(now, connection, requests),
            Input::Closed(connection) => self.hub.handle_closed(now, connection),
            Input::Woke => self.hub.handle_timeout(now),
            Input::Stopped => self.hub.handle_stop(now),
            Input::Answered(answer) => self.hub.handle_answer(now, *answer),
            Input::Report => self.admission.report(&self.stats()),
            Input::Measure(answer) => answer.give(self.stats()),
            Input::Reload(wanted, answer) => answer.give(self.reload(&wanted)),
        }
        while let Some(effect) = self.hub.poll_effect() {
            match effect.perform(&self.config) {
                Ok(answer) => self.hub.handle_answer(self.clock.now(), answer),
                Err(effect) => self.ask(effect),
            }
        }
    }

    /// Asks the store, which has all that was said before.
    fn ask(&mut self, effect: Effect) {
        self.keep();
        if let Some(history) = &self.history {
            history.ask(effect, self.clock.unix_ms(), &self.answers);
        }
    }

    fn keep(&mut self) {
        let Some(history) = &self.history else { return };
        let kept = self.hub.take_kept();
        if !kept.is_empty() {
            history.store().keep(kept);
        }
    }

    fn open(
        &mut self,
        now: Time,
        socket: Arc<D::Port>,
        mut session: Session,
        mut opened: impl FnMut(ConnectionId, Arc<D::Port>, Session),
    ) {
        match self.hub.open(now, &mut session, Arc::clone(&socket)) {
            Ok(connection) => {
                debug!(%connection, address = %socket.link().admitted().address(), "opened");
                opened(connection, socket, session);
            }
            // They are few, and the first: a socket takes them at once, or never.
            Err(words) => drop(socket.write(&words)),
        }
    }

    /// Takes over what can change. Returns the names of what can't.
    fn reload(&mut self, wanted: &Config) -> Vec<&'static str> {
        let mut config = Config::clone(&self.config);
        let fixed = config.reload(wanted);
        self.config = Arc::new(config);
        self.admission.reload(&self.config);
        self.workers.iter().for_each(|worker| worker.reload(&self.config));
        fixed
    }

    fn stats(&self) -> Stats {
        let mut stats = Stats { uptime: self.clock.now().since_start(), ..Stats::default() };
        self.hub.count(&mut stats);
        self.admission.count(&mut stats);
        self.workers.iter().for_each(|worker| worker.count(&mut stats));
        stats
    }
}

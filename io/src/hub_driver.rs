//! Drives the hub of the core: hands it what was read, and gives out what it decides, in batches.

mod following;
mod sources;
mod turn;

use std::future::poll_fn;
use std::mem;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;

use chinwag_core::admission::{Pass, Passphrase, Verdict};
use chinwag_core::log::Decided;
use chinwag_core::ops::{Handed, Input as Recorded};
use chinwag_core::{Answer, Config, ConnectionId, Effect, Hub, Name, Session, Stats, Time};
use tracing::{debug, info};

use self::following::Following;
use self::sources::Sources;
use self::turn::Turn;
use crate::admission::{AUDIT, Admission};
use crate::clock::Clock;
use crate::handle::Answers;
use crate::history::History;
use crate::input::Input;
use crate::link::Port;
use crate::members::Members;
use crate::recorder::Recorder;
use crate::recording::Recording;
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
    recording: Option<Recording>,
    members: Option<Members>,
    sources: Sources,
    following: Option<Following>,
}

impl<D: Driver> HubDriver<D> {
    /// Starts with nobody here. What a store answers is given back by `answers`.
    #[must_use]
    pub fn new(config: Arc<Config>, admission: Admission, workers: Vec<Arc<Worker<D>>>, answers: Answers) -> Self {
        let (clock, history, recorder) = (admission.clock(), admission.history(), admission.recorder());
        let (mut hub, following) = following::hub(&config, admission.cluster(), clock);
        hub.keep_deeds();
        if recorder.is_some() {
            hub.record();
        }
        if let Some(history) = &history {
            hub.keep_history(history.store().identity(), history.store().keeps_private());
            if following.is_none() {
                hub.handle_clock(clock.now(), clock.unix_ms());
            }
            if following.as_ref().is_none_or(Following::is_first) {
                hub.recall_main(clock.now(), history.past(Name::MAIN, clock.unix_ms()));
            }
        }
        let members = admission.members();
        if let Some(members) = &members {
            take_decided(&mut hub, &admission, members, answers.clone());
            let told = answers.clone();
            let accounts = members.roll().accounts(Box::new(move |accounts| told.tell_accounts(accounts)));
            hub.handle_accounts(clock.now(), accounts);
        }
        let recording = admission.recording();
        if let Some(recording) = &recording {
            hub.keep_state();
            recording.with(|keep| keep.begin(hub.state()));
        }
        let sources = Sources::new(&config);
        Self {
            hub,
            config,
            admission,
            clock,
            workers,
            history,
            answers,
            recorder,
            recording,
            members,
            sources,
            following,
        }
    }

    /// Tells whether the server stops, so that nothing more is to be handed in.
    #[must_use]
    pub const fn is_stopped(&self) -> bool {
        self.hub.is_stopped()
    }

    /// Returns when [`Input::Woke`] is due, if nothing else happens before.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Time> {
        let following = self.following.as_ref().and_then(Following::poll_timeout);
        [self.hub.poll_timeout(), following].into_iter().flatten().min()
    }

    /// Waits for what is to be done: for what has come of the log that this server shares with others, if it does, and
    /// for `input`, unless too much waits for that log already.
    pub async fn next(&self, input: impl Future<Output = Input<D::Port>>) -> Input<D::Port> {
        let Some(following) = &self.following else { return input.await };
        let mut input = pin!(input);
        poll_fn(|cx| match following.poll(cx) {
            Poll::Ready(()) => Poll::Ready(Input::Followed),
            Poll::Pending if following.is_full() => Poll::Pending,
            Poll::Pending => input.as_mut().poll(cx),
        })
        .await
    }

    fn is_full(&self) -> bool {
        self.following.as_ref().is_some_and(Following::is_full)
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
        if let Some(recording) = self.recording.clone() {
            self.gather_recorded(&recording, first, &mut more, &mut opened);
            return self.take_batch();
        }
        // 1. The time of day: a batch is told by one. Servers that share a log have it from there.
        if self.following.is_none() {
            self.hub.handle_clock(self.clock.now(), self.clock.unix_ms());
        }
        // 2. What has woken the hub, with the effects that it asks for.
        self.handle(first, &mut opened);
        // 3. What else is there, as long as it goes into the same batch.
        while self.hub.has_room()
            && !self.is_full()
            && let Some(input) = more()
        {
            self.handle(input, &mut opened);
        }
        // 4. What goes into the log that others share, and what has come of it.
        self.follow();
        self.take_batch()
    }

    /// Stops the chat, if it was not before. Returns what that comes to.
    pub fn stop(&mut self) -> Option<SharedBatch<D::Port>> {
        let now = self.clock.now();
        if let Some(recording) = &self.recording {
            keep_one(recording, &Recorded { at: now, handed: Handed::Stopped });
        }
        self.hub.handle_stop(now);
        if let Some(following) = &mut self.following {
            following.stop_at_once();
            self.follow();
        }
        self.take_batch()
    }

    /// Takes what is to be done, once the log of it is kept, and what was said.
    fn take_batch(&mut self) -> Option<SharedBatch<D::Port>> {
        self.keep();
        for deed in self.hub.take_deeds() {
            info!(target: AUDIT, "{deed}");
            deed.bar.into_iter().for_each(|bar| self.admission.bar(bar));
            if let (Some(members), Some((address, bar))) = (&self.members, deed.kept_bar()) {
                members.roll().keep_bar(address, bar);
            }
        }
        if let Some(members) = &self.members {
            for (room, owned) in self.hub.take_kept_rooms() {
                members.roll().keep_room(room, owned);
            }
        }
        if let Some(recorder) = &self.recorder {
            recorder.keep(self.hub.take_records());
        }
        let batch = self.hub.take_batch()?;
        if let Some(recording) = &self.recording {
            recording.with(|keep| keep.end_batch(batch.tally(), &|| self.hub.state()));
        }
        Some(Arc::new(batch))
    }

    /// Gathers as ever, and has what the hub is handed kept before: as much at once as is there and goes into the
    /// batch.
    fn gather_recorded(
        &mut self,
        recording: &Recording,
        first: Input<D::Port>,
        more: &mut impl FnMut() -> Option<Input<D::Port>>,
        opened: &mut impl FnMut(ConnectionId, Arc<D::Port>, Session),
    ) {
        let (now, unix_ms) = (self.clock.now(), self.clock.unix_ms());
        let mut next = Some(first);
        let mut turn = Vec::new();
        if self.hub.is_clock_off(now, unix_ms) {
            turn.push(Turn::Handed(Recorded { at: now, handed: Handed::Clock { unix_ms } }));
        }
        while let Some(input) = next {
            // 1. What is there, as plain data. About as much goes out of it as comes in.
            let (room, mut bytes) = (self.hub.room(), 0);
            let mut input = Some(input);
            while let Some(one) = input {
                let one = Turn::of(one, self.clock.now());
                bytes += one.bytes();
                turn.push(one);
                input = if bytes < room { more() } else { None };
            }
            // 2. It is kept, in one piece.
            recording.with(|keep| {
                turn.iter().filter_map(Turn::recorded).for_each(|input| keep.push(input));
                keep.write();
            });
            // 3. It is handled.
            for one in mem::take(&mut turn) {
                self.handle_turn(one, opened);
            }
            // 4. So are the effects of that, which come behind it. What a store is asked comes back as an input.
            while let Some(effect) = self.hub.poll_effect() {
                match self.perform(effect) {
                    Ok(answer) => {
                        let handed = Handed::Answered(Box::new(answer));
                        let answer = Recorded { at: self.clock.now(), handed };
                        keep_one(recording, &answer);
                        self.hub.handle(answer, |_| unreachable!("nobody is let in by an answer"));
                    }
                    Err(effect) => effect.into_iter().for_each(|effect| self.ask(effect)),
                }
            }
            next = if self.hub.has_room() { more() } else { None };
        }
    }

    fn handle_turn(&mut self, turn: Turn<D::Port>, opened: &mut impl FnMut(ConnectionId, Arc<D::Port>, Session)) {
        match turn {
            Turn::Handed(input) => self.hub.handle(input, |_| unreachable!("who is let in has a socket")),
            Turn::Opened(input, socket, session) => {
                let mut connection = None;
                self.hub.handle(input, |id| {
                    connection = Some(id);
                    Arc::clone(&socket)
                });
                match connection {
                    Some(connection) => self.tell_opened(connection, socket, *session, opened),
                    None => turn_away(&*socket, &session.farewell()),
                }
            }
            Turn::Other(input) => self.handle(input, opened),
        }
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
            Input::Woke => self.handle_timeout(now),
            Input::Followed => {}
            Input::Stopped => match &mut self.following {
                None => self.hub.handle_stop(now),
                Some(following) => following.leave(),
            },
            Input::Answered(answer) => self.hub.handle_answer(now, *answer),
            Input::Accounts(accounts) => self.hub.handle_accounts(now, accounts),
            Input::Report => self.admission.report(&self.stats()),
            Input::Measure(answer) => answer.give(self.stats()),
            Input::Reload(wanted, answer) => answer.give(self.reload(&wanted)),
        }
        self.perform_all();
    }

    fn handle_timeout(&mut self, now: Time) {
        // What else is due is a matter of the log.
        if self.following.is_none() || self.hub.poll_timeout().is_some_and(|due| due <= now) {
            self.hub.handle_timeout(now);
        }
    }

    /// Performs the effects that the hub asks for.
    fn perform_all(&mut self) {
        while let Some(effect) = self.hub.poll_effect() {
            match self.perform(effect) {
                Ok(answer) => self.hub.handle_answer(self.clock.now(), answer),
                Err(effect) => effect.into_iter().for_each(|effect| self.ask(effect)),
            }
        }
    }

    /// Does what the hub asks for, unless it takes a store, or somebody who knows members: they answer by themselves.
    fn perform(&self, effect: Effect) -> Result<Answer, Option<Effect>> {
        match effect {
            Effect::LogIn { connection, account, given } => {
                self.log_in(connection, account.as_ref(), &given);
                Err(None)
            }
            Effect::VerifyToken { .. } | Effect::Recall { .. } | Effect::Read { .. } | Effect::Search { .. } => {
                effect.perform(&self.config).map_err(Some)
            }
        }
    }

    fn log_in(&self, connection: ConnectionId, account: Option<&Name>, given: &Passphrase) {
        let (source, now) = (self.sources.of(connection), self.clock.now());
        let (admission, answers) = (self.admission.clone(), self.answers.clone());
        self.admission.check(now, source, account, given, Pass::Useless, move |verdict| {
            if let Verdict::Denied(denial) = verdict {
                admission.note(now, denial.incident(), None, source.address);
            }
            answers.give(Answer::LoggedIn { connection, verdict: verdict.without_secrets() });
        });
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
        if self.following.as_ref().is_some_and(Following::is_cut_off) {
            return turn_away(&*socket, &session.farewell());
        }
        match self.hub.open(now, &mut session, Arc::clone(&socket)) {
            Ok(connection) => self.tell_opened(connection, socket, session, &mut opened),
            Err(words) => turn_away(&*socket, &words),
        }
    }

    /// Takes over what can change. Returns the names of what can't.
    /// Has a connection be read that was let in.
    fn tell_opened(
        &mut self,
        connection: ConnectionId,
        socket: Arc<D::Port>,
        session: Session,
        opened: &mut impl FnMut(ConnectionId, Arc<D::Port>, Session),
    ) {
        let address = || socket.link().admitted().address();
        debug!(%connection, address = %address(), "opened");
        self.sources.note(connection, || socket.link().source());
        opened(connection, socket, session);
    }

    fn reload(&mut self, wanted: &Config) -> Vec<&'static str> {
        let mut config = Config::clone(&self.config);
        let fixed = config.reload(wanted);
        self.config = Arc::new(config);
        self.admission.reload(&self.config);
        self.workers.iter().for_each(|worker| worker.reload(&self.config));
        fixed
    }

    fn stats(&self) -> Stats {
        let mut stats = Stats { uptime: self.clock.uptime(), ..Stats::default() };
        self.hub.count(&mut stats);
        self.admission.count(&mut stats);
        self.workers.iter().for_each(|worker| worker.count(&mut stats));
        stats
    }
}

/// Has that hold which was decided before the server was started, of which the audit log has told; and hands on what is
/// decided outside of it from now on.
fn take_decided<S>(hub: &mut Hub<S>, admission: &Admission, members: &Members, answers: Answers) {
    let clock = admission.clock();
    hub.handle_clock(clock.now(), clock.unix_ms());
    let decided = members.roll().decided(Box::new(move |decided| answers.give(Answer::Decided(Box::new(decided)))));
    if decided != Decided::default() {
        hub.handle_answer(clock.now(), Answer::Decided(Box::new(decided)));
    }
    hub.keep_rooms();
    hub.take_deeds().into_iter().filter_map(|deed| deed.bar).for_each(|bar| admission.bar(bar));
}

/// Has one thing kept before it is handled.
fn keep_one(recording: &Recording, input: &Recorded) {
    recording.with(|keep| {
        keep.push(input);
        keep.write();
    });
}

fn turn_away(socket: &impl Port, words: &[u8]) {
    let _ = socket.write(words);
}

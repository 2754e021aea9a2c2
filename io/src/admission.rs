//! Owns what all listeners and connections of a server report to: the gate, which decides who may connect, and the
//! incident log, which decides what is logged.

use std::io;
use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use chinwag_core::log::cluster::Touch;
use chinwag_core::ops::Bar;
use chinwag_core::{
    Config, Denial, Form, Gate, Incident, IncidentLog, Name, NewAccount, Pass, Passphrase, Permit, Refusal, Share,
    Stats, Time, Verdict,
};
use tracing::field::display;
use tracing::{info, warn};

use crate::certificate::Certificate;
use crate::clock::Clock;
use crate::cluster::Cluster;
use crate::guard::{Guard, Purpose};
use crate::history::History;
use crate::keeper::{Keeper, Source};
use crate::members::Members;
use crate::metrics::{self, KeptCounts, TlsCounts};
use crate::recorder::Recorder;
use crate::recording::Recording;
use crate::setup::Setup;

/// Under which name is logged what an operator is told whatever `RUST_LOG` says: the counts that they ask for by a
/// signal, and that there is no web page.
pub const REPORT: &str = "chinwag_report";

/// Under which name is logged what operators have done, whatever `RUST_LOG` says: who, what to whom, where and why.
pub const AUDIT: &str = "audit";

/// Watches over the connections of one server. Its clones are the same admission.
#[derive(Clone, Debug)]
pub struct Admission(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    clock: Clock,
    door: Mutex<Door>,
    incidents: Mutex<IncidentLog>,
    /// The server stops.
    stopping: AtomicBool,
    guard: Option<Guard>,
    history: Option<History>,
    recorder: Option<Recorder>,
    recording: Option<Recording>,
    cluster: Option<Cluster>,
    certificate: Option<Certificate>,
    members: Option<Members>,
    /// Knows who may come in, if a password is asked for.
    keeper: Option<Keeper>,
    /// How many TLS handshakes there were that did not fail.
    secured: AtomicU64,
}

/// The gate, and what those run with who come in by it: both by the same limits.
#[derive(Debug)]
struct Door {
    gate: Gate,
    config: Arc<Config>,
}

/// Stands for one connection that was let in, as long as its socket is open.
#[derive(Debug)]
pub struct Admitted {
    admission: Admission,
    /// There until the end.
    permit: Option<Permit>,
}

impl Admission {
    /// Starts with no connections.
    #[must_use]
    pub fn new(setup: &Setup, clock: Clock) -> Self {
        Self(Arc::new(Shared {
            clock,
            door: Mutex::new(Door { gate: Gate::new(&setup.config), config: Arc::new(setup.config.clone()) }),
            incidents: Mutex::default(),
            stopping: AtomicBool::new(false),
            guard: setup.guard.clone(),
            history: setup.history.clone(),
            recorder: setup.recorder.clone(),
            recording: setup.recording.clone(),
            cluster: setup.cluster.clone(),
            certificate: setup.certificate.clone(),
            members: setup.members.clone(),
            keeper: Keeper::new(setup),
            secured: AtomicU64::new(0),
        }))
    }

    /// Returns what those run with who come now.
    #[must_use]
    pub fn config(&self) -> Arc<Config> {
        Arc::clone(&self.door().config)
    }

    /// Has those run with it who come from now on, and the gate.
    pub(crate) fn reload(&self, config: &Arc<Config>) {
        let mut door = self.door();
        door.gate.reload(config);
        door.config = Arc::clone(config);
    }

    /// Refuses whoever comes from an address from now on, or does so no more, as an operator has decided.
    pub(crate) fn bar(&self, bar: Bar) {
        self.door().gate.bar(self.0.clock.now(), bar);
    }

    /// Returns the clock of the server.
    #[must_use]
    pub fn clock(&self) -> Clock {
        self.0.clock
    }

    /// Handles that the server is about to stop: to be called before anybody else is told.
    pub fn stop(&self) {
        self.0.stopping.store(true, Ordering::Release);
    }

    /// Tells whether the server stops, so that it has no answers any more but that.
    #[must_use]
    pub fn is_stopping(&self) -> bool {
        self.0.stopping.load(Ordering::Acquire)
    }

    /// Decides on a connection, as [`Gate::admit`] does. An address of IPv4 may be written as one of IPv6, as a
    /// listener for both gets it. Returns what it runs with, too.
    ///
    /// # Errors
    /// Returns why it may not come.
    pub fn admit(&self, now: Time, address: IpAddr, form: Form) -> Result<(Admitted, Time, Arc<Config>), Refusal> {
        let address = address.to_canonical();
        // A proxy says later for whom it comes.
        let is_proxy = || self.config().limits.proxies.iter().any(|subnet| subnet.contains(address));
        let is_asked = self.0.guard.is_some() && !is_proxy();
        let welcome = if is_asked { self.ask_guard(address, Purpose::of(form)) } else { Ok(()) };
        let admitted = welcome.and_then(|()| {
            let mut door = self.door();
            let (permit, from) = door.gate.admit(now, address, form)?;
            Ok((permit, from, Arc::clone(&door.config)))
        });
        match admitted {
            Ok((permit, from, config)) => {
                if from > now {
                    self.note(now, Incident::Throttled, None, address);
                }
                Ok((Admitted { admission: self.clone(), permit: Some(permit) }, from, config))
            }
            Err(refusal) => {
                self.note(now, refusal.incident(), None, address);
                Err(refusal)
            }
        }
    }

    /// Returns what keeps the log, if anything does.
    pub(crate) fn history(&self) -> Option<History> {
        self.0.history.clone()
    }

    /// Returns what knows the members, if anything does.
    pub(crate) fn members(&self) -> Option<Members> {
        self.0.members.clone()
    }

    pub(crate) fn recorder(&self) -> Option<Recorder> {
        self.0.recorder.clone()
    }

    /// Returns what keeps what the server is handed, if anything does.
    pub(crate) fn recording(&self) -> Option<Recording> {
        self.0.recording.clone()
    }

    /// Returns how it is with the way to the servers with which this one shares a log.
    pub(crate) fn touch(&self) -> Touch {
        self.0.cluster.as_ref().map_or(Touch::Kept, |cluster| cluster.lock().touch)
    }

    /// Returns the shares of the connections of the server, one for each of its threads.
    pub fn shares(&self) -> impl Iterator<Item = Share> + use<> {
        let number = self.0.cluster.as_ref().map_or(0, Cluster::number);
        Share::split(self.config().limits.threads).map(move |share| share.of_server(number))
    }

    /// Returns the log that the server shares with others, if it does.
    pub(crate) fn cluster(&self) -> Option<Cluster> {
        self.0.cluster.clone()
    }

    /// Returns what is shown to those who speak TLS, if anything is.
    pub(crate) fn certificate(&self) -> Option<&Certificate> {
        self.0.certificate.as_ref()
    }

    /// Has `answer` be told, now or later and from any thread, what comes of a password that was given at an address.
    pub(crate) fn check(
        &self,
        now: Time,
        source: Source,
        account: Option<&Name>,
        given: &Passphrase,
        pass: Pass,
        answer: impl FnOnce(Verdict) + Send + 'static,
    ) {
        match &self.0.keeper {
            Some(keeper) => keeper.check(now, source, account, given, pass, answer),
            None => answer(Verdict::Welcome),
        }
    }

    /// Has `answer` be told, now or later and from any thread, what comes of an account that somebody wants to make who
    /// was invited.
    pub(crate) fn make_account(
        &self,
        now: Time,
        source: Source,
        new: NewAccount,
        answer: impl FnOnce(Verdict) + Send + 'static,
    ) {
        match &self.0.keeper {
            Some(keeper) => keeper.make_account(now, source, new, answer),
            None => answer(Verdict::Denied(Denial::Wrong)),
        }
    }

    /// Counts a TLS handshake that is over.
    pub(crate) fn count_secured(&self) {
        self.0.secured.fetch_add(1, Ordering::Relaxed);
    }

    /// Asks the program that embeds the server, if it has something to say.
    fn ask_guard(&self, address: IpAddr, purpose: Purpose) -> Result<(), Refusal> {
        let Some(guard) = &self.0.guard else { return Ok(()) };
        guard.ask(address, purpose).inspect_err(|_| self.door().gate.count_refused())
    }

    /// Counts a connection that was refused without being asked for, since there was no descriptor for it.
    pub(crate) fn refuse(&self, now: Time, refusal: Refusal, address: Option<IpAddr>) {
        self.door().gate.count_refused();
        if let Some(more) = self.incidents().note(now, refusal.incident()) {
            let address = address.map(|address| display(address.to_canonical()));
            warn!(address, more, "{}: there are no more descriptors", refusal.incident());
        }
    }

    /// Counts a connection that could not even be told that it is refused.
    pub(crate) fn note_trouble(&self, now: Time, error: &io::Error) {
        if let Some(more) = self.incidents().note(now, Incident::NotAccepted) {
            warn!(%error, more, "{}", Incident::NotAccepted);
        }
    }

    /// Adds how many connections there are, and were refused, to `stats`.
    pub fn count(&self, stats: &mut Stats) {
        self.door().gate.count(stats);
        let incidents = self.incidents();
        let refused = Incident::ALL.into_iter().filter(|incident| incident.is_refusal_in_handshake());
        stats.refused += refused.map(|incident| incidents.count(incident)).sum::<u64>();
    }

    /// Logs the counts that an operator has asked for, whatever else is logged.
    pub fn report(&self, stats: &Stats) {
        info!(target: REPORT, "{stats}");
    }

    /// Returns what the metrics of the server say: these counts, and what has happened to connections.
    #[must_use]
    pub fn metrics(&self, stats: Stats) -> String {
        let incidents = {
            let incidents = self.incidents();
            Incident::ALL.map(|incident| (incident.key(), incidents.count(incident)))
        };
        let tls = self.0.certificate.as_ref().map(|certificate| TlsCounts {
            secured: self.0.secured.load(Ordering::Relaxed),
            renewals: certificate.renewals(),
            expires: certificate.expires(),
        });
        let history = self.0.history.as_ref().map(|history| history.store().counts());
        let recording = self.0.recording.as_ref().map(Recording::counts);
        let kept = KeptCounts { history, recording };
        let cluster = self.0.cluster.as_ref().map(Cluster::status);
        metrics::encode(stats, incidents.into(), tls, kept, cluster)
    }

    /// Counts what has happened to a connection, and logs it, at most once a minute for each cause: `more` says how
    /// many of its kind there were since the last that was logged. The core has made `detail` fit for a log.
    pub(crate) fn note(&self, now: Time, incident: Incident, detail: Option<&str>, address: IpAddr) {
        let Some(more) = self.incidents().note(now, incident) else { return };
        let (colon, detail) = detail.map_or(("", ""), |detail| (": ", detail));
        if incident.is_trouble() {
            warn!(%address, more, "{incident}{colon}{detail}");
        } else {
            info!(%address, more, "{incident}{colon}{detail}");
        }
    }

    fn door(&self) -> MutexGuard<'_, Door> {
        self.0.door.lock().expect("nobody panics while holding it")
    }

    fn incidents(&self) -> MutexGuard<'_, IncidentLog> {
        self.0.incidents.lock().expect("nobody panics while holding it")
    }
}

impl Admitted {
    /// Returns where the connection comes from, or another address that counts as the same.
    ///
    /// # Panics
    /// Never: it has its permit as long as it is there.
    #[must_use]
    pub fn address(&self) -> IpAddr {
        self.admission.door().gate.address(self.permit())
    }

    /// Decides on one for whom a proxy has come, as [`Gate::announce`] does. From then on this is [their
    /// address](Self::address).
    ///
    /// # Errors
    /// Returns why they may not come.
    ///
    /// # Panics
    /// Never: it has its permit as long as it is there.
    pub fn announce(&mut self, now: Time, address: IpAddr, form: Form) -> Result<Time, Refusal> {
        let address = address.to_canonical();
        let permit = self.permit.as_mut().expect("it is taken at the end only");
        let welcome = self.admission.ask_guard(address, Purpose::of(form));
        let announced = welcome.and_then(|()| self.admission.door().gate.announce(now, permit, address, form));
        match announced {
            Ok(from) if from > now => self.admission.note(now, Incident::Throttled, None, address),
            Ok(_) => {}
            Err(refusal) => self.admission.note(now, refusal.incident(), None, address),
        }
        announced
    }

    /// Decides on a visitor who asks to chat, as [`Gate::admit`] does.
    ///
    /// # Errors
    /// Returns why they may not.
    ///
    /// # Panics
    /// Never: it has its permit as long as it is there.
    pub fn admit(&mut self, now: Time) -> Result<Time, Refusal> {
        let address = self.address();
        let permit = self.permit.as_mut().expect("it is taken at the end only");
        let welcome = self.admission.ask_guard(address, Purpose::Chat);
        let admission = welcome.and_then(|()| self.admission.door().gate.admit_to_chat(now, permit));
        match admission {
            Ok(from) if from > now => self.note(now, Incident::Throttled, None),
            Ok(_) => {}
            Err(refusal) => self.note(now, refusal.incident(), None),
        }
        admission
    }

    /// Counts what has happened to this connection, and logs it if it is time, with what else the core has to tell of
    /// it.
    pub(crate) fn note(&self, now: Time, incident: Incident, detail: Option<&str>) {
        self.admission.note(now, incident, detail, self.address());
    }

    /// Returns what has admitted it.
    pub(crate) const fn admission(&self) -> &Admission {
        &self.admission
    }

    const fn permit(&self) -> &Permit {
        self.permit.as_ref().expect("it is taken at the end only")
    }
}

impl Drop for Admitted {
    fn drop(&mut self) {
        if let Some(permit) = self.permit.take() {
            self.admission.door().gate.leave(permit);
        }
    }
}

#[cfg(test)]
mod tests {
    use chinwag_core::Limits;

    use super::*;

    #[test]
    fn an_address_is_told_as_people_write_it() {
        let admission = Admission::new(&Setup::default(), Clock::start());
        for (from, told) in
            [("::ffff:192.0.2.1", "192.0.2.1"), ("192.0.2.2", "192.0.2.2"), ("2001:db8::1", "2001:db8::1")]
        {
            let from = from.parse().expect("the case is an address");
            let (permit, ..) = admission.admit(Time::START, from, Form::Lines).expect("there is room");
            assert_eq!(permit.address().to_string(), told);
        }
    }

    #[test]
    fn limits_that_are_taken_anew_are_those_of_whoever_comes_then() {
        let config =
            |connections_max| Config { limits: Limits { connections_max, ..Limits::default() }, ..Config::default() };
        let admission = Admission::new(&config(1).into(), Clock::start());
        let admit = || admission.admit(Time::START, [192, 0, 2, 1].into(), Form::Lines);
        let (_first, _, with) = admit().expect("there is room");
        assert_eq!((with.limits.connections_max, admit().err()), (1, Some(Refusal::ServerFull)));
        admission.reload(&Arc::new(config(2)));
        let (_second, _, with) = admit().expect("there is room now");
        assert_eq!((with.limits.connections_max, admission.config().limits.connections_max), (2, 2));
        assert_eq!(admit().err(), Some(Refusal::ServerFull));
    }

    #[test]
    fn a_guard_is_asked_for_each_address_and_purpose_and_what_it_refuses_counts() {
        let guard = Guard::new(|address: IpAddr, purpose| {
            let is_welcome = address.is_ipv4() && (purpose == Purpose::Http || address != IpAddr::from([192, 0, 2, 1]));
            if is_welcome { Ok(()) } else { Err(Refusal::AddressFull) }
        });
        let config = Config {
            limits: Limits { proxies: ["2001:db8::/32".parse().expect("a network")].into(), ..Limits::default() },
            ..Config::default()
        };
        let admission = Admission::new(&Setup { config, guard: Some(guard), ..Setup::default() }, Clock::start());
        let (banned, other) = ([192, 0, 2, 1].into(), [192, 0, 2, 2].into());
        let admit = |address, form| admission.admit(Time::START, address, form);
        assert!(admit(banned, Form::Lines).is_err() && admit(other, Form::Lines).is_ok());
        let (mut visitor, ..) = admit(banned, Form::Web).expect("it may look");
        assert_eq!(visitor.admit(Time::START), Err(Refusal::AddressFull));
        let proxy = "2001:db8::1".parse().expect("an address");
        let (mut proxied, ..) = admit(proxy, Form::Lines).expect("a proxy is not asked for itself");
        assert!(proxied.announce(Time::START, banned, Form::Lines).is_err());
        assert!(proxied.announce(Time::START, other, Form::Lines).is_ok());
        let mut stats = Stats::default();
        admission.count(&mut stats);
        assert_eq!(stats.refused, 3);
    }
}

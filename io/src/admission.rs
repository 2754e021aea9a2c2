//! Owns what all listeners and connections of a server report to: the gate, which decides who may connect, and the incident log, which
//! decides what is logged.

use std::io;
use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use chinwag_core::{Config, Form, Gate, Incident, IncidentLog, Permit, Refusal, Stats, Time};
use tracing::field::display;
use tracing::{info, warn};

use crate::metrics;

/// Under which name is logged what an operator is told whatever `RUST_LOG` says: the counts that they ask for by a signal, and that
/// there is no web page.
pub const REPORT: &str = "chinwag_report";

/// Watches over the connections of one server. Its clones are the same admission.
#[derive(Clone, Debug)]
pub struct Admission(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    gate: Mutex<Gate>,
    incidents: Mutex<IncidentLog>,
    /// The server stops.
    stopping: AtomicBool,
}

/// Stands for one connection that was let in, as long as its socket is open.
#[derive(Debug)]
pub struct Admitted {
    admission: Admission,
    /// There until the end.
    permit: Option<Permit>,
    /// How the connection has ended is counted.
    ended: AtomicBool,
}

impl Admission {
    /// Starts with no connections.
    #[must_use]
    pub fn new(config: &Config) -> Self {
        let gate = Mutex::new(Gate::new(config));
        Self(Arc::new(Shared { gate, incidents: Mutex::default(), stopping: AtomicBool::new(false) }))
    }

    /// Takes notice that the server is about to stop: to be called before anybody else is told.
    pub fn stop(&self) {
        self.0.stopping.store(true, Ordering::Release);
    }

    /// Tells whether the server stops, so that it has no answers any more but that.
    #[must_use]
    pub fn is_stopping(&self) -> bool {
        self.0.stopping.load(Ordering::Acquire)
    }

    /// Decides on a connection, as [`Gate::admit`] does. An address of IPv4 may be written as one of IPv6, as a listener for both gets it.
    ///
    /// # Errors
    /// Returns why it may not come.
    pub fn admit(&self, now: Time, address: IpAddr, form: Form) -> Result<(Admitted, Time), Refusal> {
        let address = address.to_canonical();
        let admitted = self.gate().admit(now, address, form);
        match admitted {
            Ok((permit, from)) => {
                if from > now {
                    self.note(now, Incident::Throttled, address);
                }
                Ok((Admitted { admission: self.clone(), permit: Some(permit), ended: AtomicBool::new(false) }, from))
            }
            Err(refusal) => {
                self.note(now, refusal.incident(), address);
                Err(refusal)
            }
        }
    }

    /// Counts a connection that was refused without being asked for, since there was no descriptor for it.
    pub(crate) fn refuse(&self, now: Time, refusal: Refusal, address: Option<IpAddr>) {
        self.gate().count_refused();
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
        self.gate().count(stats);
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
        metrics::encode(stats, incidents.into())
    }

    /// Counts what has happened to a connection, and logs it, at most once a minute for each cause: `more` says how many of its
    /// kind there were since the last that was logged.
    fn note(&self, now: Time, incident: Incident, address: IpAddr) {
        self.note_detail(now, incident, None, address);
    }

    /// The same, with more to tell of it, which the core has made fit for a log.
    fn note_detail(&self, now: Time, incident: Incident, detail: Option<&str>, address: IpAddr) {
        let Some(more) = self.incidents().note(now, incident) else { return };
        let (colon, detail) = detail.map_or(("", ""), |detail| (": ", detail));
        if incident.is_trouble() {
            warn!(%address, more, "{incident}{colon}{detail}");
        } else {
            info!(%address, more, "{incident}{colon}{detail}");
        }
    }

    fn gate(&self) -> MutexGuard<'_, Gate> {
        self.0.gate.lock().expect("nobody panics while holding it")
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
        self.admission.gate().address(self.permit())
    }

    /// Decides on one for whom a proxy has come, as [`Gate::announce`] does. From then on this is [their address](Self::address).
    ///
    /// # Errors
    /// Returns why they may not come.
    ///
    /// # Panics
    /// Never: it has its permit as long as it is there.
    pub fn announce(&mut self, now: Time, address: IpAddr, form: Form) -> Result<Time, Refusal> {
        let address = address.to_canonical();
        let permit = self.permit.as_mut().expect("it is taken at the end only");
        let announced = self.admission.gate().announce(now, permit, address, form);
        match announced {
            Ok(from) if from > now => self.admission.note(now, Incident::Throttled, address),
            Ok(_) => {}
            Err(refusal) => self.admission.note(now, refusal.incident(), address),
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
        let permit = self.permit.as_mut().expect("it is taken at the end only");
        let admission = self.admission.gate().admit_to_chat(now, permit);
        match admission {
            Ok(from) if from > now => self.note(now, Incident::Throttled),
            Ok(_) => {}
            Err(refusal) => self.note(now, refusal.incident()),
        }
        admission
    }

    /// Counts what has happened to this connection, and logs it if it is time.
    pub fn note(&self, now: Time, incident: Incident) {
        self.admission.note(now, incident, self.address());
    }

    /// Counts what has happened to this connection, and logs it if it is time, with what else the core has to tell of it.
    pub fn note_detail(&self, now: Time, incident: Incident, detail: Option<&str>) {
        self.admission.note_detail(now, incident, detail, self.address());
    }

    /// Counts how this connection has ended, and logs it if it is time: only the first time, since whoever reads it and whoever writes to it
    /// may both find out that it has.
    pub fn note_end(&self, now: Time, incident: Incident) {
        if !self.ended.swap(true, Ordering::Relaxed) {
            self.note(now, incident);
        }
    }

    const fn permit(&self) -> &Permit {
        self.permit.as_ref().expect("it is taken at the end only")
    }
}

impl Drop for Admitted {
    fn drop(&mut self) {
        if let Some(permit) = self.permit.take() {
            self.admission.gate().leave(permit);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_told_as_people_write_it() {
        let admission = Admission::new(&Config::default());
        for (from, told) in
            [("::ffff:192.0.2.1", "192.0.2.1"), ("192.0.2.2", "192.0.2.2"), ("2001:db8::1", "2001:db8::1")]
        {
            let from = from.parse().expect("the case is an address");
            let (admitted, _) = admission.admit(Time::START, from, Form::Lines).expect("there is room");
            assert_eq!(admitted.address().to_string(), told);
        }
    }

    #[test]
    fn however_many_find_out_that_a_connection_has_ended_it_counts_once() {
        let admission = Admission::new(&Config::default());
        let come = || admission.admit(Time::START, [192, 0, 2, 1].into(), Form::Lines).expect("there is room").0;
        let counted = |incident| admission.incidents().count(incident);
        let admitted = [come(), come()];
        for _ in 0..3 {
            admitted[0].note_end(Time::START, Incident::Failed);
            admitted[0].note_end(Time::START, Incident::HungUp);
        }
        assert_eq!((counted(Incident::Failed), counted(Incident::HungUp)), (1, 0), "what was found out first");
        admitted[1].note_end(Time::START, Incident::Failed);
        assert_eq!(counted(Incident::Failed), 2, "each for itself");
    }
}

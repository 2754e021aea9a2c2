//! Owns what the reader and the writer of a connection share: its admission, what the writer has told the reader, how
//! it has ended.

use std::hint::black_box;
use std::io::{self, IoSlice};
use std::net::Shutdown;
use std::os::fd::{AsRawFd as _, BorrowedFd};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};

use chinwag_core::{Incident, Signal, Signals, TlsFailure, Written};
use parking_lot::Mutex;

use crate::admission::Admitted;
use crate::certificate::Certificate;
use crate::clock::Clock;
use crate::keeper::Source;
use crate::listening::NO_ADDRESS;
use crate::send::{has_unread, send, send_slices, shutdown, written};
use crate::tee::Tee;
use crate::tls::Tls;

/// What the reader and the writer of a connection share.
#[derive(Debug)]
pub struct Link {
    admitted: Admitted,
    signals: AtomicU8,
    /// How the connection has ended is counted.
    ended: AtomicBool,
    /// What seals and opens, if it speaks TLS. Its reader and its writer hardly ever meet here.
    tls: Option<Box<Mutex<Tls>>>,
}

impl Link {
    /// Begins with no signals.
    #[must_use]
    pub const fn new(admitted: Admitted) -> Self {
        Self { admitted, signals: AtomicU8::new(0), ended: AtomicBool::new(false), tls: None }
    }

    /// Returns what lets the connection be here.
    #[must_use]
    pub const fn admitted(&self) -> &Admitted {
        &self.admitted
    }

    /// The same, to be changed.
    pub const fn admitted_mut(&mut self) -> &mut Admitted {
        &mut self.admitted
    }

    /// Returns the clock of its server.
    #[must_use]
    pub fn clock(&self) -> Clock {
        self.admitted.admission().clock()
    }

    /// Returns what the writer has told the reader so far.
    #[must_use]
    pub fn signals(&self) -> Signals {
        Signals::from_bits(self.signals.load(Ordering::Acquire))
    }

    /// Begins TLS with what was read of it. What there is to answer is sent by the next write, be it of nothing.
    pub(crate) fn secure(&mut self, certificate: &Certificate, sealed: &[u8]) {
        let Ok(mut tls) = Tls::new(certificate.config()) else { return };
        // If it fails, that is what is told when it is asked for.
        let _ = tls.receive(sealed, |_| Err(io::ErrorKind::WouldBlock.into()), |_| {});
        self.tls = Some(Box::new(Mutex::new(tls)));
    }

    /// Returns how the handshake of TLS went, once it is over.
    pub(crate) fn secured(&self) -> Option<Result<(), TlsFailure>> {
        self.tls.as_ref()?.lock().secured()
    }

    /// Returns from where its owner comes, and whether others could read what they send.
    pub(crate) fn source(&self) -> Source {
        let address = self.admitted.address();
        Source { address, is_private: self.tls.is_some() || address.is_loopback() || address == NO_ADDRESS }
    }

    /// Counts what has happened to the connection, and logs it if it is time, with what else the core has to tell of
    /// it.
    pub fn note(&self, incident: Incident, detail: Option<&str>) {
        self.admitted.note(self.clock().now(), incident, detail);
    }

    /// Counts how the connection has ended, and logs it if it is time: only the first time, since its reader and its
    /// writer may both find out that it has.
    pub fn note_end(&self, incident: Incident) {
        if !self.ended.swap(true, Ordering::Relaxed) {
            self.note(incident, None);
        }
    }
}

/// The socket of a connection, as its writer sees it. Nothing here waits for the peer.
pub trait Port: Send + Sync + 'static {
    /// Returns what it shares with its reader.
    fn link(&self) -> &Link;

    /// Returns the descriptor.
    fn descriptor(&self) -> BorrowedFd<'_>;

    /// Has the reader look at [`Link::signals`].
    fn wake_reader(&self);

    /// Hands bytes to the operating system as they are, as far as the socket takes them at once.
    ///
    /// # Errors
    /// As [`send`](crate::send()).
    fn send(&self, bytes: &[u8]) -> io::Result<usize> {
        send(self.descriptor(), bytes)
    }

    /// Hands over several pieces in the same way.
    ///
    /// # Errors
    /// As [`send`](crate::send()).
    fn send_slices(&self, slices: &[IoSlice<'_>]) -> io::Result<usize> {
        send_slices(self.descriptor(), slices)
    }

    /// Writes what the socket takes at once: sealed, if it speaks TLS. With no bytes it writes what is held.
    fn write(&self, bytes: &[u8]) -> Written {
        match &self.link().tls {
            None => written(self.send(bytes)),
            Some(tls) => tls.lock().write(bytes, |sealed| self.send_slices(sealed)),
        }
    }

    /// Writes what it takes at once of what many are given. Returns `None` if that has to be done in the ordinary way.
    fn write_repeated(&self, tee: &mut Tee, number: u64, bytes: &[u8]) -> Option<usize> {
        // What is sealed is so for one.
        if self.link().tls.is_some() { None } else { tee.write(number, bytes, self.descriptor()) }
    }

    /// Takes what was read from the socket, and hands on what it holds: the same, unless it speaks TLS. Returns how
    /// much was read.
    ///
    /// # Errors
    /// If what came is no TLS, or the end came without having been said.
    fn receive(&self, read: &[u8], mut take: impl FnMut(&[u8])) -> io::Result<usize> {
        match &self.link().tls {
            None => take(read),
            Some(tls) => tls.lock().receive(read, |sealed| self.send_slices(sealed), take)?,
        }
        Ok(read.len())
    }

    /// Tells whether there is something to be read, or the end, whatever the runtime knows of that yet: where it has
    /// had no time to look, nobody was silent.
    fn has_unread(&self) -> bool {
        has_unread(self.descriptor())
    }

    /// Tells whether the other side has said that no more will come, so that there is nothing to be read for.
    fn has_ended(&self) -> bool {
        self.link().tls.as_ref().is_some_and(|tls| tls.lock().has_ended())
    }

    /// Says that nothing more is written to it, or nothing more read from it either: in the words of TLS, too, if it
    /// speaks that, so that the other side knows that nobody has cut the end off.
    fn close(&self, how: Shutdown) {
        if let Some(tls) = &self.link().tls {
            tls.lock().finish(|sealed| self.send_slices(sealed));
        }
        self.shutdown(how);
    }

    /// Tells the operating system that nothing more is written, or nothing more read either.
    fn shutdown(&self, how: Shutdown) {
        shutdown(self.descriptor(), how);
    }
}

/// Looks at sockets that will be written to, so that all are fetched from memory at once.
pub(crate) fn prefetch<'a, P: Port>(sockets: impl Iterator<Item = &'a Arc<P>>) {
    black_box(sockets.fold(0, |all, socket| all ^ socket.descriptor().as_raw_fd()));
}

/// Ends the connection both ways, and its reader with it; an incident may be why.
pub(crate) fn abandon(socket: &impl Port, incident: Option<Incident>) {
    if let Some(incident) = incident {
        socket.link().note_end(incident);
    }
    set(socket, Signals::ABANDONED);
    socket.close(Shutdown::Both);
}

/// Says that no more will come, and lets the reader come to its end, if it has not.
pub(crate) fn finish(socket: &impl Port) {
    socket.close(Shutdown::Write);
    set(socket, Signals::FINISHED);
}

/// Tells the reader something.
pub(crate) fn signal(socket: &impl Port, signal: Signal) {
    if signal == Signal::Pause {
        socket.link().note(Incident::Dropped, None);
    }
    set(socket, socket.link().signals().after(signal));
}

/// Only the writer does this, so that nothing that was told gets lost.
fn set(socket: &impl Port, signals: Signals) {
    socket.link().signals.store(signals.to_bits(), Ordering::Release);
    socket.wake_reader();
}

#[cfg(test)]
mod tests {
    use chinwag_core::{Form, Stats, Time};

    use super::*;
    use crate::admission::Admission;
    use crate::setup::Setup;

    #[test]
    fn however_many_find_out_that_a_connection_has_ended_it_counts_once() {
        let admission = Admission::new(&Setup::default(), Clock::start());
        let come = || {
            let admitted = admission.admit(Time::START, [192, 0, 2, 1].into(), Form::Lines);
            Link::new(admitted.expect("there is room").0)
        };
        let count = |key| {
            let metrics = admission.metrics(Stats::default());
            let label = format!("chinwag_incidents_total{{kind=\"{key}\"}} ");
            metrics.lines().find_map(|line| line.strip_prefix(&label).map(str::to_owned)).expect("it is counted")
        };
        let links = [come(), come()];
        for _ in 0..3 {
            links[0].note_end(Incident::Failed);
            links[0].note_end(Incident::HungUp);
        }
        let counted = [Incident::Failed, Incident::HungUp].map(|incident| count(incident.key()));
        assert_eq!(counted, ["1", "0"], "what was found out first");
        links[1].note_end(Incident::Failed);
        assert_eq!(count(Incident::Failed.key()), "2", "each for itself");
    }
}

//! Owns whether an attack goes on, and what attackers do while it does.

use std::io::{ErrorKind, Write as _};
use std::net::TcpStream;
use std::sync::{Condvar, Mutex};
use std::time::Duration;

/// How long a write may wait until its attacker looks whether the attack is over.
const WRITE_WAIT: Duration = Duration::from_millis(20);

/// Tells attackers whether to go on.
#[derive(Debug)]
pub struct Fire {
    has_ceased: Mutex<bool>,
    ceased: Condvar,
}

/// Ends an attack when it is dropped.
#[derive(Debug)]
pub(super) struct Cease<'a>(&'a Fire);

impl Drop for Cease<'_> {
    fn drop(&mut self) {
        *self.0.has_ceased.lock().expect("nobody panics while holding it") = true;
        self.0.ceased.notify_all();
    }
}

impl Fire {
    pub(super) fn new() -> Self {
        Self { has_ceased: Mutex::new(false), ceased: Condvar::new() }
    }

    /// Returns what ends the attack when it is dropped, also by a panic: who attacks is waited for.
    pub(super) const fn cease_when_dropped(&self) -> Cease<'_> {
        Cease(self)
    }

    /// Tells whether the attack goes on.
    #[must_use]
    pub fn is_on(&self) -> bool {
        !*self.has_ceased.lock().expect("nobody panics while holding it")
    }

    /// Does nothing for so long, unless the attack is over before, and tells whether it goes on.
    #[must_use]
    pub fn goes_on_after(&self, pause: Duration) -> bool {
        let has_ceased = self.has_ceased.lock().expect("nobody panics while holding it");
        let waited = self.ceased.wait_timeout_while(has_ceased, pause, |has_ceased| !*has_ceased);
        !*waited.expect("nobody panics while holding it").0
    }

    /// Does nothing for so long, also after the attack is over: the pace of one that has to be finished.
    pub fn pause(&self, pause: Duration) {
        let has_ceased = self.has_ceased.lock().expect("nobody panics while holding it");
        let waited = self.ceased.wait_timeout_while(has_ceased, pause, |_| true);
        drop(waited.expect("nobody panics while holding it"));
    }

    /// Writes as much as the server takes while the attack goes on, and returns how much that was. It is less than all
    /// if the attack is over, or the connection.
    ///
    /// # Panics
    /// If the socket takes no options.
    pub fn write(&self, mut stream: &TcpStream, bytes: &[u8]) -> usize {
        stream.set_write_timeout(Some(WRITE_WAIT)).expect("an open socket takes options");
        let mut taken = 0;
        while taken < bytes.len() && self.is_on() {
            match stream.write(&bytes[taken..]) {
                Ok(len) => taken += len,
                Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => {}
                Err(_) => break,
            }
        }
        taken
    }
}

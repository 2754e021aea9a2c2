//! Owns the signals of a server's process, from before its log is open until the process ends: what each means, and who
//! is told.
//!
//! Invariant: none of them ends the process by itself, but the second of those that stop it.

use std::fmt;
use std::fs::File;
use std::io;
use std::process::exit;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use chinwag_io::{Certificate, Handle, REPORT};
use rustix::process::Signal;
use signal_hook::iterator::Signals as Caught;

use crate::logging::Reopening;
use crate::reload::Reloading;
use crate::systemd::Manager;

/// The signals of this process; clones are the same.
#[derive(Clone, Debug)]
pub(super) struct Signals(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    on_hangup: OnHangup,
    manager: Manager,
    heard: Mutex<Heard>,
    stopped: Condvar,
}

/// What came of the signals so far, and whom the next is for.
#[derive(Default)]
struct Heard {
    is_stopping: bool,
    /// The configuration is to be read again as soon as there is a server.
    is_to_reload: bool,
    server: Option<Handle>,
    log_files: Option<Reopening>,
    config: Option<Reloading>,
    certificate: Option<Certificate>,
}

/// What SIGHUP means.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum OnHangup {
    /// The terminal that the server was started at is gone.
    Stop,
    /// There is none, or the server was told to outlive it (`nohup`): it is what operators and logrotate send.
    Anew,
}

impl Signals {
    /// Catches them from now on. The service manager is told what comes of them.
    pub(super) fn catch(manager: Manager) -> io::Result<Self> {
        // As it is before SIGHUP is caught, which whoever started this may have ignored.
        let on_hangup = OnHangup::of_this_process();
        // A file that has reached its limit of size (SIGXFSZ) is an error of whoever writes to it, and no reason to
        // end.
        let signals = [Signal::INT, Signal::TERM, Signal::HUP, Signal::USR1, Signal::XFSZ];
        let mut caught = Caught::new(signals.map(Signal::as_raw))?;
        let these = Self(Arc::new(Shared { on_hangup, manager, heard: Mutex::default(), stopped: Condvar::new() }));
        let told = these.clone();
        thread::Builder::new().name("chinwag-signals".to_owned()).spawn(move || {
            for signal in caught.forever() {
                told.on_signal(signal);
            }
        })?;
        Ok(these)
    }

    /// Has SIGHUP open these files anew, where it does not stop the server.
    pub(super) fn reopen(&self, log_files: Option<Reopening>) {
        self.heard().log_files = log_files;
    }

    /// Has SIGHUP read this configuration again, where it does not stop the server.
    pub(super) fn reload(&self, config: Option<Reloading>) {
        self.heard().config = config;
    }

    /// Has SIGHUP look whether this certificate was renewed, where it does not stop the server.
    pub(super) fn renew(&self, certificate: Option<Certificate>) {
        self.heard().certificate = certificate;
    }

    /// Tells a server from now on what is asked for, and what was asked for before it was there.
    pub(super) fn steer(&self, server: Handle) {
        let mut heard = self.heard();
        if heard.is_stopping {
            drop(server.stop());
        }
        heard.server = Some(server);
        if heard.is_to_reload {
            heard.reload(&self.0.manager);
        }
    }

    /// Waits so long, or until the server is to stop; returns whether it is.
    pub(super) fn wait_for_stop(&self, patience: Duration) -> bool {
        let waited = self.0.stopped.wait_timeout_while(self.heard(), patience, |heard| !heard.is_stopping);
        waited.unwrap_or_else(PoisonError::into_inner).0.is_stopping
    }

    fn on_signal(&self, signal: i32) {
        let is = |other: Signal| other.as_raw() == signal;
        let stops = is(Signal::INT) || is(Signal::TERM) || is(Signal::HUP) && self.0.on_hangup == OnHangup::Stop;
        let mut heard = self.heard();
        if stops && std::mem::replace(&mut heard.is_stopping, true) {
            // Whoever signals twice does not want to wait for anything.
            exit(1);
        } else if stops {
            self.0.manager.stopping();
            if let Some(server) = &heard.server {
                drop(server.stop());
            }
            self.0.stopped.notify_all();
        } else if is(Signal::HUP) {
            self.0.manager.reloading();
            if heard.log_files.is_none() && heard.config.is_none() && heard.certificate.is_none() {
                let files = "SIGHUP: without --log-dir, --config and a certificate there is no file to look at again";
                tracing::info!(target: REPORT, "{files}");
            }
            heard.log_files.iter().for_each(Reopening::reopen);
            heard.certificate.iter().for_each(Certificate::look);
            heard.reload(&self.0.manager);
        } else if is(Signal::USR1)
            && let Some(server) = &heard.server
        {
            server.report();
        }
    }

    fn heard(&self) -> MutexGuard<'_, Heard> {
        self.0.heard.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Heard {
    /// Reads the configuration again, if there is one, now or when there is a server. The service manager is told when
    /// that is done.
    fn reload(&mut self, manager: &Manager) {
        self.is_to_reload = self.server.is_none();
        match (&self.config, &self.server) {
            (Some(config), Some(server)) => config.start(server.clone(), manager.clone()),
            _ => manager.reloaded(),
        }
    }
}

impl fmt::Debug for Heard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Heard").field("is_stopping", &self.is_stopping).finish_non_exhaustive()
    }
}

impl OnHangup {
    fn of_this_process() -> Self {
        let has_terminal = File::open("/dev/tty").is_ok();
        if has_terminal && !ignores_hangup() { Self::Stop } else { Self::Anew }
    }
}

/// Tells whether whoever started this process had it ignore SIGHUP, as `nohup` does.
#[cfg(target_os = "linux")]
fn ignores_hangup() -> bool {
    std::fs::read_to_string("/proc/self/status").is_ok_and(|status| ignores(&status, Signal::HUP))
}

/// The same, as far as one can see: what `nohup` starts has nothing to do with its terminal.
#[cfg(not(target_os = "linux"))]
fn ignores_hangup() -> bool {
    use io::IsTerminal as _;
    !(io::stdin().is_terminal() || io::stdout().is_terminal() || io::stderr().is_terminal())
}

/// Reads what Linux tells of a process: a bit for each signal that it ignores, the first for signal 1.
#[cfg(target_os = "linux")]
fn ignores(status: &str, signal: Signal) -> bool {
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    mask.is_some_and(|mask| mask & 1 << (signal.as_raw() - 1) != 0)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn which_signals_are_ignored_is_read_from_the_mask() {
        let status =
            |mask| format!("Name:\tx\nSigBlk:\tffffffffffffffff\nSigIgn:\t{mask}\nSigCgt:\tffffffffffffffff\n");
        assert!(ignores(&status("0000000000000001"), Signal::HUP));
        assert!(ignores(&status("0000000000001005"), Signal::HUP));
        assert!(!ignores(&status("0000000000001004"), Signal::HUP));
        assert!(ignores(&status("0000000001000000"), Signal::XFSZ));
        assert!(!ignores(&status("?"), Signal::HUP) && !ignores("", Signal::HUP));
    }
}

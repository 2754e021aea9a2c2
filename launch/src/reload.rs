//! Owns what a server that runs is configured with, and reads the configuration again when it is asked for.
//!
//! Invariant: a configuration with a mistake changes nothing.

use std::ffi::OsString;
use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use chinwag_core::Config;
use chinwag_io::{Handle, REPORT};
use futures_lite::future;
use tracing::{error, info, warn};

use crate::flags::{Flags, Key, Parsed};
use crate::systemd::Manager;

/// Reads the configuration of a server again. Its clones are the same.
#[derive(Clone)]
pub(super) struct Reloading(Arc<Mutex<Running>>);

struct Running {
    program: &'static str,
    /// The command line, which names the file.
    args: Vec<OsString>,
    file: PathBuf,
    /// What no flag sets.
    base: Config,
    /// What the server runs with.
    keys: Vec<Key>,
}

impl Reloading {
    /// Begins with what a server was started with: from a command line, which came to these flags, and with what else
    /// it runs with. Without `--config` there is nothing to be read again.
    pub(super) fn new(program: &'static str, args: Vec<OsString>, flags: &Flags, base: Config) -> Option<Self> {
        let file = flags.config.clone()?;
        Some(Self(Arc::new(Mutex::new(Running { program, args, file, base, keys: flags.keys() }))))
    }

    /// Reads the configuration again, has the server take over what can change, and says what has changed, and what
    /// can't. Then the service manager is told that this is done. A thread of its own does it: the file may be where it
    /// takes long to read.
    pub(super) fn start(&self, server: Handle, manager: Manager) {
        let (running, told) = (Arc::clone(&self.0), manager.clone());
        let reload = move || {
            running.lock().unwrap_or_else(PoisonError::into_inner).reload(&server);
            told.reloaded();
        };
        if let Err(error) = thread::Builder::new().name("chinwag-reload".to_owned()).spawn(reload) {
            stays(&error);
            manager.reloaded();
        }
    }
}

impl Running {
    fn reload(&mut self, server: &Handle) {
        let flags = match Flags::parse(self.program, self.args.iter().cloned()) {
            Parsed::Flags(flags) => flags,
            Parsed::Answer(line) | Parsed::Wrong(line) => return stays(&line),
        };
        let answered = match server.reload(flags.config(self.base.clone())) {
            Ok(answered) => answered,
            Err(error) => return stays(&error),
        };
        // There is no answer when the server stops, to which all this is nothing.
        if future::block_on(answered).is_some() {
            self.tell(flags.keys());
        }
    }

    /// Says what has changed, and what has not although the file has it otherwise.
    fn tell(&mut self, keys: Vec<Key>) {
        let [changed, fixed] = self.take_over(keys);
        let file = self.file.display();
        if changed.is_empty() {
            info!(target: REPORT, "SIGHUP: {file} was read again; nothing has changed");
        } else {
            info!(target: REPORT, "SIGHUP: {file} was read again; changed: {}", changed.join(", "));
        }
        if !fixed.is_empty() {
            warn!(
                target: REPORT,
                "SIGHUP: these keys are otherwise now, and count when the server is started again: {}",
                fixed.join(", ")
            );
        }
    }

    /// Takes over those keys that can change. Returns which of them have, and which can't although they are otherwise.
    fn take_over(&mut self, keys: Vec<Key>) -> [Vec<String>; 2] {
        let [mut changed, mut fixed] = [const { Vec::new() }; 2];
        for (running, key) in self.keys.iter_mut().zip(keys) {
            if *running != key {
                if key.is_live { &mut changed } else { &mut fixed }.push(key.name.clone());
                if key.is_live {
                    *running = key;
                }
            }
        }
        [changed, fixed]
    }
}

fn stays(error: &impl fmt::Display) {
    error!(target: REPORT, "SIGHUP: the configuration stays as it is: {error}");
}

impl fmt::Debug for Reloading {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reloading").finish_non_exhaustive()
    }
}

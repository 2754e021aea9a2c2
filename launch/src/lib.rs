//! What the servers' binaries share: the flags, the configuration file, the log, the listening sockets, the signals,
//! the service manager, the ready lines, the exit codes.
//!
//! [`Change`] is a flag of theirs for who runs again what they recorded.
//!
//! Exit codes: 0 after a stop that was asked for, 1 where the machine says no (an address in use, a folder that can't
//! be written), 2 where a flag or the file says something that can't be.

mod cluster;
mod flags;
mod history;
mod listen;
mod logging;
mod members;
mod password;
mod recording;
mod reload;
mod run;
mod signals;
mod systemd;
mod taken;
mod unix;

pub use self::flags::{Change, read_bytes};
pub use self::run::{Listeners, Program, Ready, run};

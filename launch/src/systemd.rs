//! Owns what a server and the service manager that started it have to do with each other, as systemd has laid it down:
//! sockets that are handed over, what the manager is told, and how the log is written for the journal.
//!
//! What tells of them stands in the environment, which a server's children would have from it. There are none: a server
//! starts no program.

mod handed_over;
mod journal;
mod manager;

pub(super) use self::handed_over::HandedOver;
pub(super) use self::journal::{Journal, is_read_by_journal, priority};
pub(super) use self::manager::Manager;

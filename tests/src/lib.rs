//! What the tests of chinwag share: scripts of who does what, the bare core and real servers to play them on, and what
//! everyone received.
//!
//! ```text
//! transcript → Script → Acts → BareCore → Received → transcript
//!                            ↘ Server, over sockets → the same bytes, or a Mismatch
//! ```
//!
//! - A [`Script`] is a transcript that was read: one rule of the protocol, and the [`Act`]s that show it.
//! - [`BareCore`] plays acts on the core alone, in virtual time. What it gives is what a transcript records.
//! - [`Server`] runs one of the real servers; [`replay`] plays acts on it over sockets and holds it to the same bytes.
//! - A [`Driver`] hands what happens to the parts of the core, for whoever plays or simulates a server.
//! - A [`Store`] keeps what is said in rooms, where a driver has one.
//! - A [`Person`] types and reads lines at a socket, where there is no script, and a [`Browser`] what a page does.
//! - A [`Relay`] stands between clients and a server, and freezes, delays or cuts what goes through.
//! - [`fuzzing`] holds what is fuzzed, and replayed.
//! - [`sim`] is a world made from a seed, with a model of the protocol beside it.
//! - A [`Program`] is the binary of a server, in a process of its own. An [`Engine`] keeps the log of several.
//! - A [`Siege`] is such a program under one of the [`attacks`], with people in it who want to chat in peace.
//! - With the feature `real-clients`, a `Terminal` is somebody who runs a program of the system, such as telnet, an
//!   `IrcClient` somebody with one for IRC, such as irssi, and a `Proxy` one that stands before a server, such as
//!   nginx.

mod act;
pub mod attacks;
mod bare_core;
mod binary;
mod browser;
mod cluster;
mod diff;
mod driver;
mod engine;
mod escape;
mod followers;
pub mod fuzzing;
mod given;
#[cfg(feature = "real-clients")]
mod irc_bot;
#[cfg(feature = "real-clients")]
mod irc_client;
mod peer;
mod person;
mod program;
#[cfg(feature = "real-clients")]
mod proxy;
mod received;
mod relay;
mod replayed;
mod script;
mod sealed;
mod server;
mod siege;
pub mod sim;
mod sockets;
mod store;
mod tape;
#[cfg(feature = "real-clients")]
mod terminal;

pub use act::Act;
pub use bare_core::{BareCore, Batching};
pub use browser::{Browser, fetch};
pub use cluster::Cluster;
pub use diff::diff;
pub use driver::{Driver, Link, Todo};
pub use engine::{Engine, Forgets};
pub use escape::{EscapeError, escape, unescape};
pub use followers::Followers;
#[cfg(feature = "real-clients")]
pub use irc_bot::{BOT_PATIENCE, BotProgram, Bouncer, IrcBot, read_up_to_end};
#[cfg(feature = "real-clients")]
pub use irc_client::{IrcClient, IrcProgram, Shown};
pub use peer::Peer;
pub use person::Person;
pub use program::{Ended, Program};
#[cfg(feature = "real-clients")]
pub use proxy::{Proxy, Tls};
pub use received::{HelpText, Received};
pub use relay::{Relay, Way};
pub use replayed::{goes_on_when_restored, sent_by, through_bytes};
pub use script::{Script, ScriptError};
pub use sealed::{Sealed, Trust};
pub use server::{Adapter, Server};
pub use siege::{Delays, Fire, Heard, Siege, Vitals};
pub use sim::HELP;
pub use sockets::{DEADLINE, Mismatch, connect, connect_from, replay, replay_up_to_stop};
pub use store::Store;
pub use tape::{Again, Tape};
#[cfg(feature = "real-clients")]
pub use terminal::Terminal;

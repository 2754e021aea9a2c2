//! The sans-IO heart of the chinwag chat server: what people send goes in, what they are to be sent comes out, and nothing here
//! knows of sockets, clocks, threads or randomness.
//!
//! ```text
//! socket bytes → Session → Event → Chat → Action → Fanout → socket bytes
//!              one per         one per           one per
//!              connection      server            writer
//! ```
//!
//! - [`Handshake`] decides who a new connection is: by lines or by a browser, or of another protocol.
//! - [`Session`] turns the bytes of one connection into [`Request`]s: lines, without telnet's bytes, or the messages of a
//!   `WebSocket`, checked, cleaned, and no faster than the connection may make them.
//! - [`Chat`] turns [`Event`]s into [`Action`]s: it knows who is here, under which name, and in which room.
//! - [`Fanout`] turns batches of actions into bytes for each of its connections: it knows what each still has to be sent, and who
//!   is too slow.
//! - [`Hub`] holds the chat of a server, and gathers its actions to batches.
//! - [`Gate`] decides who may come, of all that connect, and how fast. [`IncidentLog`] decides which incidents are worth a line in a log.
//!   [`Config`] has all limits, and checks them; [`Stats`] what is counted.
//!
//! They meet only through events and actions, which are plain data, and are told the [`Time`]. So the same run always gives the
//! same bytes.
//!
//! # Examples
//! A server without a network. Ann connects and says hello:
//!
//! ```
//! use chinwag_core::{Config, Fanout, Hub, Next, Output, Session, Share, Signals, Time, Written};
//!
//! let (config, now) = (Config::default(), Time::START);
//! let mut hub = Hub::new(config.clone());
//! let mut session = Session::new(&config);
//! let mut fanout = Fanout::new(&config, Share::ALL);
//!
//! // What an adapter does when somebody connects,
//! let ann = hub.open(now, &mut session, "Ann's socket").expect("the server runs");
//!
//! // when a socket can be read,
//! session.handle_bytes(b"/name Ann\nhello\n");
//! while let Next::Ask(requests) = session.poll_next(now, Signals::default()) {
//!     hub.handle_requests(now, ann, requests);
//! }
//!
//! // and after each of these.
//! let batch = hub.take_batch().expect("something was said");
//! fanout.follow(now, &batch);
//! let mut sent = Vec::new();
//! while let Some(output) = fanout.poll_output() {
//!     match output {
//!         // Each write is reported before the next output is polled.
//!         Output::Write { socket, bytes, .. } => {
//!             assert_eq!(*socket, "Ann's socket");
//!             sent.extend_from_slice(bytes);
//!             let written = Written::Bytes(bytes.len());
//!             fanout.handle_written(now, written);
//!         }
//!         // Others may have their turn, if there are any.
//!         Output::Yield => {}
//!         other => unreachable!("nobody is slow here, or leaves: {other:?}"),
//!     }
//! }
//! assert!(sent.ends_with(b" is now Ann\nAnn: hello\n"));
//! ```
//!
//! # Stopping
//! Call [`Hub::handle_stop`], [`Handshake::handle_stop`] to all who have not entered yet, and the batch that comes of it to every
//! writer. From then on [`Hub::open`] lets nobody in. Go on polling each fan-out, also at [`Fanout::poll_timeout`], until it
//! [is finished](Fanout::is_finished): everybody has been told, or had [`Config::drain`] to take it.

mod action;
mod asked;
mod asset;
mod batch;
mod chat;
mod clock;
mod close_code;
mod commands;
mod config;
mod connections;
mod dialect;
mod effect;
mod fanout;
mod gate;
mod handshake;
mod histogram;
mod hub;
mod ids;
mod incidents;
pub mod log;
mod message;
mod meter;
mod name;
mod origin;
mod other_protocol;
mod refusal;
mod request;
mod session;
mod signal;
mod stats;
mod subnet;
mod text;
mod texts;
mod time;
mod token;
mod wire;

pub use action::Action;
pub use asset::Asset;
pub use batch::Batch;
pub use chat::Chat;
pub use close_code::CloseCode;
pub use commands::{COMMANDS, Usage};
pub use config::{Config, ConfigError};
pub use dialect::Dialect;
pub use effect::{Answer, Effect};
pub use fanout::{Fanout, Output, Share, Upcoming, Written};
pub use gate::{Gate, Permit};
pub use handshake::Handshake;
pub use histogram::Histogram;
pub use hub::Hub;
pub use ids::{ConnectionId, RoomId};
pub use incidents::{Incident, IncidentLog};
pub use message::Message;
pub use name::{Name, NameKey};
pub use origin::{Origin, OriginError};
pub use other_protocol::OtherProtocol;
pub use refusal::Refusal;
pub use request::{Notice, Query, Request};
pub use session::{Next, Session};
pub use signal::{Signal, Signals};
pub use stats::Stats;
pub use subnet::{Subnet, SubnetError};
pub use text::Text;
pub use texts::Texts;
pub use time::Time;
pub use token::{Secret, Token};
pub use wire::Form;
pub use wire::step::Step;

//! The sans-IO heart of the chinwag chat server: what people send goes in, what they are to be sent comes out, and nothing here
//! knows of sockets, clocks, threads or randomness.
//!
//! ```text
//! socket bytes → Session → Event → Chat → Action → Fanout → socket bytes
//!              one per         one per           one per
//!              connection      server            writer
//! ```
//!
//! - [`Session`] turns the bytes of one connection into [`Request`]s: lines, without telnet's bytes, checked, cleaned, and no faster
//!   than the connection may make them.
//! - [`Chat`] turns [`Event`]s into [`Action`]s: it knows who is here, under which name, and in which room.
//! - [`Fanout`] turns batches of actions into bytes for each of its connections: it knows what each still has to be sent, and who
//!   is too slow.
//!
//! The three meet only through events and actions, which are plain data, and are told the [`Time`]. So the same run always gives the
//! same bytes.
//!
//! # Examples
//! A server without a network. Ann connects and says hello:
//!
//! ```
//! use chinwag_core::{Batch, Chat, Config, Event, Fanout, Output, Session, Share, Time, Written};
//!
//! let (config, now) = (Config::default(), Time::START);
//! let mut chat = Chat::new(config.clone());
//! let mut session = Session::new(&config);
//! let mut fanout = Fanout::new(&config, Share::ALL);
//! let mut batch = Batch::new();
//!
//! // What an adapter does when somebody connects,
//! let ann = chat.next_connection();
//! batch.push_socket("Ann's socket");
//! chat.handle(now, Event::Opened { connection: ann });
//!
//! // when a socket can be read,
//! session.handle_bytes(b"/name Ann\r\nhello\r\n");
//! while let Some(request) = session.poll_request(now) {
//!     chat.handle(now, Event::Requested { connection: ann, request });
//! }
//!
//! // and after each of these.
//! while let Some(action) = chat.poll_action() {
//!     batch.push(action);
//! }
//! fanout.follow(&batch);
//! let mut sent = Vec::new();
//! while let Some(output) = fanout.poll_output() {
//!     if let Output::Write { socket: &"Ann's socket", bytes } = output {
//!         sent.extend_from_slice(bytes);
//!         let written = Written::Bytes(bytes.len());
//!         fanout.handle_written(now, written);
//!     }
//! }
//! assert!(sent.ends_with(b" is now Ann\nAnn: hello\n"));
//! ```

mod action;
mod batch;
mod chat;
mod command;
mod config;
mod event;
mod fanout;
mod id;
mod message;
mod name;
mod request;
mod session;
mod text;
mod time;

pub use action::Action;
pub use batch::Batch;
pub use chat::Chat;
pub use command::{COMMANDS, Command};
pub use config::{Config, ConfigError};
pub use event::Event;
pub use fanout::{Fanout, Output, Share, Written};
pub use id::{ConnectionId, RoomId};
pub use message::Message;
pub use name::{Name, NameKey};
pub use request::Request;
pub use session::Session;
pub use text::Text;
pub use time::Time;

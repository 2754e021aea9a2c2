//! The sans-IO heart of the chinwag chat server: what people send goes in, what they are to be sent comes out. Nothing
//! here knows of sockets, clocks, threads or randomness. So the same run always gives the same bytes.
//!
//! ```text
//! socket bytes → Handshake → Session → Request → Hub → Batch → Fanout → socket bytes
//!                one per     one per             one per       one per
//!                connection  connection          server        writer
//! ```
//!
//! - [`Handshake`] lets a new connection in, or turns it away. It may be skipped where everybody is welcome.
//! - [`Session`] turns the bytes of one connection into [requests](words::Request): checked, cleaned, and no faster
//!   than the connection may make them.
//! - [`Hub`] holds the chat. It gathers what comes of the requests to batches of [actions](words::Action).
//! - [`Fanout`] turns batches into bytes for each of its connections. It knows what each still has to be sent.
//! - [`admission`] has the gate that says who may connect. [`ops`] has counts and incidents. [`log`] is what several
//!   servers share, and what a run is replayed from. [`words`] is what all of it is said in.
//!
//! # The loop
//! A server without a network. Ann connects, says hello, and hears it; then the server stops:
//!
//! ```
//! use chinwag_core::{Config, Fanout, Hub, Next, Output, Session, Share, Signals, Time, Written};
//!
//! /// Does what a fan-out says, with sockets that take all that is written to them.
//! fn write(fanout: &mut Fanout<&str>, now: Time, sent: &mut Vec<u8>) {
//!     while let Some(output) = fanout.poll_output() {
//!         match output {
//!             // Each write is reported before the next output is polled.
//!             Output::Write { bytes, .. } => {
//!                 sent.extend_from_slice(bytes);
//!                 let written = Written::Bytes(bytes.len());
//!                 fanout.handle_written(now, written);
//!             }
//!             // Others may have their turn here, if there are any.
//!             Output::Yield => {}
//!             // Only a socket that did not take all of a write is waited for.
//!             Output::AwaitWritable { .. } => unreachable!("these sockets take everything"),
//!             // The next `poll_next` of that session is told `signals.after(signal)`.
//!             Output::Signal { .. } => {}
//!             Output::Finish { .. } | Output::Abandon { .. } => {}
//!         }
//!     }
//! }
//!
//! let (config, mut now, mut sent) = (Config::default(), Time::START, Vec::new());
//! let mut hub = Hub::new(config.clone());
//! let mut fanout = Fanout::new(&config, Share::ALL);
//!
//! // 1. Connect. `S`, here a text, is the adapter's handle of the socket.
//! let mut session = Session::new(&config);
//! let ann = hub.open(now, &mut session, "Ann's socket").expect("the server runs");
//!
//! // 2. Read: hand in what came, and hand on what is asked for.
//! session.handle_bytes(b"/name Ann\nhello\n");
//! while let Next::Ask(requests) = session.poll_next(now, Signals::default()) {
//!     hub.handle_requests(now, ann, requests);
//! }
//! while let Some(effect) = hub.poll_effect() {
//!     let answer = effect.perform(&config).expect("without a store it asks for nothing else");
//!     hub.handle_answer(now, answer);
//! }
//!
//! // 3. Publish: every fan-out follows the same batches, in the same order.
//! let batch = hub.take_batch().expect("something was said");
//! fanout.follow(now, &batch);
//!
//! // 4. Write.
//! write(&mut fanout, now, &mut sent);
//! assert!(sent.ends_with(b" is now Ann\nAnn: hello\n"));
//!
//! // 5. Time: come back at the first timeout, or whenever something happens before.
//! while let Some(due) = [hub.poll_timeout(), fanout.poll_timeout()].into_iter().flatten().min() {
//!     now = due;
//!     hub.handle_timeout(now);
//!     if let Some(batch) = hub.take_batch() {
//!         fanout.follow(now, &batch);
//!     }
//!     fanout.handle_timeout(now);
//!     write(&mut fanout, now, &mut sent);
//! }
//!
//! // 6. Stop: the hub lets nobody in any more, and each fan-out is polled until it is finished.
//! hub.handle_stop(now);
//! fanout.follow(now, &hub.take_batch().expect("the last word"));
//! write(&mut fanout, now, &mut sent);
//! assert!(fanout.is_finished() && sent.ends_with(b"Server is shutting down\n"));
//! ```
//!
//! `examples/blocking.rs` is the same loop with the sockets, threads and clocks of the standard library.
//!
//! # You get, you do, you report
//! Three questions drive everything. Each has an answer for every moment, and each answer says what comes next.
//!
//! | [`Step`] of a [`Handshake`] | you do | you report |
//! |---|---|---|
//! | `Read { until }` | read, until then | `handle_bytes`, `handle_end`, or nothing |
//! | `Write { bytes, until }` | write, until then | `handle_failure` if not all was taken |
//! | `Announce { address }` | ask the [gate](admission::Gate) with `announce` | `handle_admission` |
//! | `Admit` | ask the gate with `admit_to_chat` | `handle_admission` |
//! | `MakeAccount(new)` | ask who knows the members | `handle_verdict` |
//! | `Check { given }` | ask a [door](admission::Door), or whoever else knows | `handle_verdict` |
//! | `Measure` | gather the [counts](ops::Stats) as text | `handle_metrics` |
//! | `Enter` | go on with `into_session` | [`Hub::open`] |
//! | `End { incident, detail }` | shut down, linger, close | the [incident log](ops::IncidentLog) |
//!
//! | [`Next`] of a [`Session`] | you do | you report |
//! |---|---|---|
//! | `Ask(requests)` | hand them on, in order | [`Hub::handle_requests`] |
//! | `Read` | read from the socket | `handle_bytes`, `handle_end` or `handle_failure` |
//! | `AwaitSignal` | wait until the [`Signals`] differ from those handed in | nothing |
//! | `AwaitTime(time)` | wait until then; a signal changes nothing | nothing |
//! | `Yield` | let others have their turn | nothing |
//! | `End` | read no more | [`Hub::handle_closed`] |
//!
//! | [`Output`] of a [`Fanout`] | you do | you report |
//! |---|---|---|
//! | `Write { socket, bytes, .. }` | write once, without waiting | `handle_written`, before anything else |
//! | `AwaitWritable { connection, .. }` | watch the socket | `handle_writable`, once it takes bytes |
//! | `Signal { socket, signal }` | add it to the session's [`Signals`], and wake its reader | nothing |
//! | `Finish { socket }` | shut down writing, linger, close; the session's signals are `FINISHED` | nothing |
//! | `Abandon { socket, incident }` | close at once; the session's signals are `ABANDONED` | the incident log |
//! | `Yield` | let others have their turn, and come back | `handle_through`, if time has passed |
//!
//! An answer may be asked for too early or too often, and a timeout may come early or late: it does no harm. Only a
//! write has to be reported exactly.
//!
//! # Timers
//! There are three, and a handshake's own. None needs more than one moment at a time.
//!
//! | timer | when it is due | what it is for |
//! |---|---|---|
//! | the session's | [`Next::AwaitTime`] | the rate at which one connection may ask |
//! | the hub's | [`Hub::poll_timeout`] → [`Hub::handle_timeout`] | joins in a crowd, newcomers who say nothing |
//! | the fan-out's | [`Fanout::poll_timeout`] → [`Fanout::handle_timeout`] | stalled readers, pings, the end of a drain |
//! | the handshake's | the `until` of [`Step::Read`] and [`Step::Write`] | who says nothing, or reads nothing |
//!
//! Each part has a time of its own that must not go backwards. Two parts need not agree: a session may be at an earlier
//! time than the hub.
//!
//! # Threads
//! Nothing here locks or waits. A handshake and a session live with whatever reads the connection. There is one hub.
//! There is a fan-out for each thread that writes, with a [`Share`] of the connections; all follow the same batches. A
//! server on one thread has one of each, and calls them in turn. [`Fanout::follow`] takes a batch that was just made;
//! [`Fanout::follow_log`] takes them from a queue, and knows when it is better to wait.
//!
//! # The end of a connection
//! 1. The session comes to [`Next::End`]: the peer has left, was lost, or was given up. Say so: [`Hub::handle_closed`].
//!    Or the hub closes the connection of somebody who has not said who they are by IRC.
//! 2. The fan-out sends what is still queued, then says [`Output::Finish`], or [`Output::Abandon`] if that is in vain.
//!    Both end the session, if it was not at its end.
//! 3. After `Finish`, shut down writing and *linger*: read on and throw away, up to [`Limits::LINGER`] and
//!    [`Limits::LINGER_BYTES_MAX`]. A close with unread input resets the connection, and the last words are lost.
//!
//! # Stopping
//! Call [`Hub::handle_stop`], and [`Handshake::handle_stop`] for all who have not entered yet. Give the batch that
//! comes of it to every fan-out. Poll each, also at [`Fanout::poll_timeout`], until it [is
//! finished](Fanout::is_finished): everybody has been told, or had [`Limits::drain`] to take it. [`Hub::open`] lets
//! nobody in meanwhile.
//!
//! # What is promised
//! Enums are exhaustive on purpose. A new kind of message, output or incident is a breaking change: it has to be seen
//! by whoever drives the core, and must not fall into a wildcard arm.

mod action;
mod address_key;
pub mod admission;
mod asked;
mod asset;
mod batch;
mod chat;
mod clock;
mod close_code;
mod commands;
mod config;
mod config_error;
mod connections;
mod deed;
mod dialect;
mod door;
mod effect;
mod fanout;
mod gate;
mod handshake;
mod histogram;
mod hub;
mod ids;
mod incidents;
mod irc;
mod kept;
mod limits;
mod listen_addresses;
pub mod log;
mod mask;
mod message;
mod meter;
mod name;
pub mod ops;
mod origin;
mod other_protocol;
mod pacer;
mod password;
#[doc(hidden)]
pub mod raw;
mod recording;
mod refusal;
mod reload;
mod request;
mod rules;
mod session;
mod signal;
mod stats;
mod subnet;
mod text;
mod texts;
mod time;
mod tls;
mod token;
mod topic;
mod vacant;
mod window;
mod wire;
pub mod words;

pub use batch::Batch;
pub use config::Config;
pub use fanout::{Fanout, Output, Share, Written};
pub use handshake::Handshake;
pub use hub::Hub;
pub use ids::ConnectionId;
pub use limits::Limits;
pub use rules::Rules;
pub use session::{Next, Session};
pub use signal::{Signal, Signals};
pub use time::Time;
pub use wire::Form;
pub use wire::step::Step;
#[doc(hidden)]
pub use {admission::*, ops::*, raw::*, words::*};

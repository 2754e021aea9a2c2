//! What the runtimes' adapters share and the core must not know: how connections come in and are written to, what is
//! told of a server, and what it gives to browsers. All of it is synchronous: nothing here waits for a peer, or knows
//! of a runtime.

mod admission;
mod certificate;
mod clock;
mod cluster;
mod descriptors;
mod guard;
mod handle;
mod history;
mod hub_driver;
mod input;
mod keeper;
mod link;
mod listener;
mod listening;
mod members;
mod metrics;
mod oneshot;
mod page;
mod pending;
mod recorder;
mod recording;
mod secret;
mod send;
mod setup;
#[cfg(target_os = "linux")]
mod tee;
#[cfg(not(target_os = "linux"))]
#[path = "tee_elsewhere.rs"]
mod tee;
mod thread;
mod tls;
mod worker;

pub use self::admission::{AUDIT, Admission, Admitted, REPORT};
pub use self::certificate::{Certificate, CertificateError};
pub use self::clock::Clock;
pub use self::cluster::{Cluster, ClusterStatus, Engine, JoinError, Replies};
pub use self::guard::{Guard, Purpose};
pub use self::handle::{Answers, Controls, Ended, Ending, Handle, handle};
pub use self::history::{Asked, History, HistoryCounts, Store};
pub use self::hub_driver::HubDriver;
pub use self::input::{INPUTS_MAX, Input, LOG_BATCHES_MAX};
pub use self::link::{Link, Port};
pub use self::listener::{Listener, TURN_ACCEPTS, set_options};
pub use self::listening::{Listeners, Listening, NO_ADDRESS};
pub use self::members::{Members, Roll};
pub use self::oneshot::{Answer, Answered, oneshot};
pub use self::page::PAGE;
pub use self::pending::{Need, Pending};
pub use self::recorder::Recorder;
pub use self::recording::{Keep, Recording, RecordingCounts, ShadowCounts};
pub use self::send::{send, send_slices};
pub use self::setup::{Setup, cores};
pub use self::tee::Tee;
pub use self::thread::WorkerThread;
pub use self::worker::{Driver, SharedBatch, Wake, Worker};

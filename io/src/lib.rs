//! What the runtimes' adapters share and the core must not know: how connections come in and are written to, what is told of a
//! server, and what it gives to browsers. All of it is synchronous: nothing here waits for a peer, or knows of a runtime.

mod admission;
mod descriptors;
mod listener;
mod metrics;
mod page;
mod secret;
mod send;
#[cfg(target_os = "linux")]
mod tee;
#[cfg(not(target_os = "linux"))]
#[path = "tee_elsewhere.rs"]
mod tee;

pub use self::admission::{Admission, Admitted, REPORT};
pub use self::descriptors::raise_limit;
pub use self::listener::{Listener, Recovery, set_options};
pub use self::page::PAGE;
pub use self::secret::with_secret;
pub use self::send::{send, written};
pub use self::tee::Tee;

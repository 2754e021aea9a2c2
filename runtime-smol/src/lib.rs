//! The chinwag chat server on smol: moves bytes between sockets and [`chinwag_core`], which decides everything.
//!
//! [`serve()`] takes [`Listeners`] and a [`Setup`], and returns a [`Handle`] and the server. [`Setup::for_server`] has
//! what the program has: a thread for each core, as many connections as there are descriptors, a seed and a secret of
//! its own, and the page for browsers. All of it may be changed before it is handed over, and so may who comes in, by a
//! [`Guard`]. By the [`Handle`] the server says whether it is ready and what it counts, takes limits
//! anew, and is told to stop.
//!
//! What is logged goes to [`tracing`]; a program that has no subscriber logs nothing. A panic in a task of the server
//! is a bug, and goes on in whoever awaits the server. The chinwag-smol program is built so that it aborts.
//! `examples/beside_http_smol.rs` has a chat beside a service of another kind.
//!
//! # Examples
//! A server inside of another program, which stops it:
//!
//! ```
//! use chinwag_smol::{Setup, core::Form};
//! use std::net::{TcpListener, TcpStream};
//!
//! # fn main() -> std::io::Result<()> {
//! let listener = TcpListener::bind("127.0.0.1:0")?;
//! let address = listener.local_addr()?;
//! let (handle, serving) = chinwag_smol::serve(vec![(listener, Form::Lines)], Setup::for_server()?);
//! let server = smol::spawn(serving);
//! let _client = TcpStream::connect(address)?;
//! smol::block_on(async {
//!     let stats = handle.stats().await.expect("the server runs");
//!     assert!(handle.is_ready() && stats.people <= 1);
//!     handle.stop().await;
//!     server.await
//! })
//! # }
//! ```

mod acceptor;
mod clock;
mod hub;
mod reader;
mod serve;
mod socket;
#[cfg(target_os = "linux")]
mod sockets;
#[cfg(not(target_os = "linux"))]
#[path = "sockets_elsewhere.rs"]
mod sockets;
mod worker;

pub use chinwag_core as core;
pub use chinwag_io::{
    Answered, Certificate, CertificateError, Ended, Guard, Handle, Listeners, Listening, PAGE, Purpose, Recorder,
    Recording, Setup,
};

pub use self::serve::serve;

//! The chinwag chat server on smol: moves bytes between sockets and [`chinwag_core`], which decides everything.
//!
//! [`Setup::for_server`] has what the program has; all of it may be changed. What is logged goes to `tracing`, where the program that embeds the
//! server may subscribe. A panic in a task of the server is a bug, and goes on in whoever awaits the server; the program aborts.
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
pub use chinwag_io::{Answered, Ended, Guard, Handle, Listeners, PAGE, Purpose, Recorder, Setup};

pub use self::serve::serve;

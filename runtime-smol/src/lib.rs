//! The chinwag chat server on smol: moves bytes between sockets and [`chinwag_core`], which decides everything.
//!
//! - The hub (`hub.rs`) owns the chat. It takes what was read, and hands what is to be done, in batches, to the writers.
//! - Each connection (`connection.rs`) has a task that reads it and hands its requests to the hub.
//! - Each writer (`writer.rs`) owns the queues of its share of the connections, and writes to their sockets without waiting.
//!
//! # Examples
//! A server inside of another program, which stops it:
//!
//! ```
//! use std::net::{TcpListener, TcpStream};
//!
//! # fn main() -> std::io::Result<()> {
//! let listener = TcpListener::bind("127.0.0.1:0")?;
//! let address = listener.local_addr()?;
//! let (stop, stopped) = async_channel::bounded::<()>(1);
//! let shutdown = async move { let _ = stopped.recv().await; };
//! let server = std::thread::spawn(|| {
//!     async_io::block_on(chinwag_smol::serve(listener, chinwag_core::Config::default(), shutdown))
//! });
//! TcpStream::connect(address)?;
//! drop(stop);
//! server.join().expect("the server does not panic")
//! # }
//! ```

mod clock;
mod connection;
mod crew;
mod hub;
mod serve;
mod writer;

pub use serve::serve;

//! The chinwag chat server on smol: moves bytes between sockets and [`chinwag_core`], which decides everything.
//!
//! - The hub (`hub.rs`) owns the chat. It takes what was read, and hands what is to be done, in batches, to the workers.
//! - Whoever connects is first heard out (`acceptor.rs`): who speaks something else than chat is not let in, and who comes to the web
//!   listener is given the page before they are.
//! - Each connection (`connection.rs`) has a task that reads it and hands its requests to the hub.
//! - What they wait for, they are told by one epoll instance, for which the thread waits that runs all of them (`sockets.rs`).
//! - Each worker (`worker.rs`) owns the queues of its share of the connections, and writes to their sockets without waiting.
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
//! let (operator, orders) = async_channel::unbounded();
//! let server = std::thread::spawn(|| {
//!     let listeners = [(listener, chinwag_core::Form::Lines)];
//!     async_io::block_on(chinwag_smol::serve(listeners, chinwag_core::Config::default(), orders))
//! });
//! TcpStream::connect(address)?;
//! operator.try_send(chinwag_core::Order::Stop).expect("the server runs");
//! server.join().expect("the server does not panic")
//! # }
//! ```

mod acceptor;
mod clock;
mod connection;
mod hub;
mod serve;
#[cfg(target_os = "linux")]
mod sockets;
#[cfg(not(target_os = "linux"))]
#[path = "sockets_elsewhere.rs"]
mod sockets;
mod worker;
mod workers;

pub use serve::serve;

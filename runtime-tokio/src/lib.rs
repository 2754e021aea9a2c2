//! The chinwag chat server on tokio: moves bytes between sockets and [`chinwag_core`], which decides everything.
//!
//! - The hub (`hub.rs`) owns the chat. It takes what was read, and hands what is to be done, in batches, to the workers.
//! - Whoever connects is first heard out (`acceptor.rs`): who speaks something else than chat is not let in, and who comes to the web
//!   listener is given the page before they are.
//! - Each connection (`connection.rs`) has a task that reads it and hands its requests to the hub.
//! - Each worker (`worker.rs`) owns the queues of its share of the connections, and writes to their sockets without waiting.
//! - All of that is done by the runtime's threads, of which it needs no more than one. When there is much to do, the server's own crew
//!   (`workers.rs`) writes, too.
//!
//! # Examples
//! A server inside of another program, which stops it:
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> std::io::Result<()> {
//! let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
//! let address = listener.local_addr()?;
//! let (operator, orders) = tokio::sync::mpsc::channel(1);
//! let listeners = [(listener, chinwag_core::Form::Lines)];
//! let server = tokio::spawn(chinwag_tokio::serve(listeners, chinwag_core::Config::default(), orders));
//! tokio::net::TcpStream::connect(address).await?;
//! operator.send(chinwag_core::Order::Stop).await.expect("the server runs");
//! server.await.expect("the server does not panic")
//! # }
//! ```

mod acceptor;
mod clock;
mod connection;
mod hub;
mod serve;
mod worker;
mod workers;

pub use serve::serve;

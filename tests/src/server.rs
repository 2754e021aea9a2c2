//! Owns a real server on a free port of this machine, from its start until it has ended as it should.

use std::any::Any;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use async_channel::Receiver;
use chinwag_core::{Config, Order};
use socket2::SockRef;

/// Names what moves a server's bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Adapter {
    /// `chinwag_smol`.
    Smol,
    /// `chinwag_tokio`.
    Tokio,
}

impl Adapter {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Smol, Self::Tokio];

    /// Returns what its binary is called.
    #[must_use]
    pub const fn program(self) -> &'static str {
        match self {
            Self::Smol => "chinwag-smol",
            Self::Tokio => "chinwag-tokio",
        }
    }
}

/// How much the server's end of a socket holds: as little as there can be, so that it takes little to make a reader slow.
const SOCKET_BYTES: usize = 4096;

/// Runs a server in a thread of its own.
#[derive(Debug)]
pub struct Server {
    addr: SocketAddr,
    /// The sender of orders: its server stops when this is dropped.
    running: Option<Box<dyn Any + Send>>,
    thread: JoinHandle<io::Result<()>>,
}

impl Server {
    /// Starts a server; it can be reached at once.
    ///
    /// # Panics
    /// If the machine has no free port.
    #[must_use]
    pub fn start(adapter: Adapter, config: Config) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
        SockRef::from(&listener).set_send_buffer_size(SOCKET_BYTES).expect("an open socket takes options");
        let addr = listener.local_addr().expect("the listener is bound");
        // Whoever connects is heard at once: the scripts have their own order.
        let config = Config { door_wait: Duration::ZERO, ..config };
        let (running, thread): (Box<dyn Any + Send>, _) = match adapter {
            Adapter::Smol => {
                let (operator, orders) = async_channel::bounded(1);
                (Box::new(operator), thread::spawn(|| serve_on_smol(listener, config, orders)))
            }
            Adapter::Tokio => {
                let (operator, orders) = tokio::sync::mpsc::channel(1);
                (Box::new(operator), thread::spawn(|| serve_on_tokio(listener, config, orders)))
            }
        };
        Self { addr, running: Some(running), thread }
    }

    /// Returns where the server can be reached.
    #[must_use]
    pub const fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Tells the server to stop, if it was not told before.
    pub fn stop(&mut self) {
        self.running = None;
    }

    /// Stops the server and waits until it has ended.
    ///
    /// # Panics
    /// If the server ended with an error or a panic.
    pub fn join(mut self) {
        self.stop();
        let ended = self.thread.join().expect("the server does not panic");
        ended.expect("the server ends without an error");
    }
}

fn serve_on_smol(listener: TcpListener, config: Config, orders: Receiver<Order>) -> io::Result<()> {
    async_io::block_on(chinwag_smol::serve(listener, config, orders))
}

fn serve_on_tokio(listener: TcpListener, config: Config, orders: tokio::sync::mpsc::Receiver<Order>) -> io::Result<()> {
    let threads = config.threads as usize;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(threads).enable_all().build()?;
    let served = runtime.spawn(chinwag_tokio::serve(listener, config, orders));
    runtime.block_on(served)?
}

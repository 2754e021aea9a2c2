//! Owns a real server on a free port of this machine, from its start until it has ended as it should.

use std::any::Any;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use async_channel::Receiver;
use chinwag_core::{Config, Form, Order};
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

type Door = (TcpListener, Form);

/// Runs a server in a thread of its own.
#[derive(Debug)]
pub struct Server {
    addr: SocketAddr,
    web_addr: SocketAddr,
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
        let ((door, addr), (web_door, web_addr)) = (listen(Form::Lines), listen(Form::Web));
        let doors = [door, web_door];
        // Whoever connects is heard at once: the scripts have their own order.
        let config = Config { handshake_wait: Duration::ZERO, ..config };
        let (running, thread): (Box<dyn Any + Send>, _) = match adapter {
            Adapter::Smol => {
                let (operator, orders) = async_channel::bounded(1);
                (Box::new(operator), thread::spawn(|| serve_on_smol(doors, config, orders)))
            }
            Adapter::Tokio => {
                let (operator, orders) = tokio::sync::mpsc::channel(1);
                (Box::new(operator), thread::spawn(|| serve_on_tokio(doors, config, orders)))
            }
        };
        Self { addr, web_addr, running: Some(running), thread }
    }

    /// Returns where the server can be reached.
    #[must_use]
    pub const fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Returns where browsers can reach it.
    #[must_use]
    pub const fn web_addr(&self) -> SocketAddr {
        self.web_addr
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

/// Takes a free port for a door.
fn listen(form: Form) -> (Door, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
    SockRef::from(&listener).set_send_buffer_size(SOCKET_BYTES).expect("an open socket takes options");
    let addr = listener.local_addr().expect("the listener is bound");
    ((listener, form), addr)
}

fn serve_on_smol(doors: [Door; 2], config: Config, orders: Receiver<Order>) -> io::Result<()> {
    async_io::block_on(chinwag_smol::serve(doors, config, orders))
}

fn serve_on_tokio(doors: [Door; 2], config: Config, orders: tokio::sync::mpsc::Receiver<Order>) -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let served = runtime.spawn(chinwag_tokio::serve(doors, config, orders));
    runtime.block_on(served)?
}

//! Owns a real server on a free port of this machine, from its start until it has ended as it should.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use chinwag_cluster::Options;
use chinwag_core::admission::{Passphrase, Tls};
use chinwag_core::{Config, Form, Limits};
use chinwag_io::Cluster;
use chinwag_smol::{Handle, Recorder, Setup};
use futures_lite::future;
use socket2::SockRef;

use crate::driver::link::PASSWORD;
use crate::{DEADLINE, Engine, Trust};

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

/// How much the server's end of a socket holds: as little as there can be, so that it takes little to make a reader
/// slow.
const SOCKET_BYTES: usize = 4096;

type Listening = (TcpListener, Form);

/// Runs a server in a thread of its own.
#[derive(Debug)]
pub struct Server {
    addr: SocketAddr,
    web_addr: SocketAddr,
    irc_addr: SocketAddr,
    handle: Handle,
    thread: JoinHandle<io::Result<()>>,
    cluster: Option<Cluster>,
}

impl Server {
    /// Starts a server; it can be reached at once.
    ///
    /// # Panics
    /// If the machine has no free port.
    #[must_use]
    pub fn start(adapter: Adapter, config: Config) -> Self {
        Self::start_recorded(adapter, config, None)
    }

    /// Starts one whose log is kept.
    ///
    /// # Panics
    /// If the machine has no free port.
    #[must_use]
    pub fn start_recorded(adapter: Adapter, config: Config, recorder: Option<Recorder>) -> Self {
        Self::start_with(adapter, Setup { recorder, ..config.into() })
    }

    /// Starts one that lets nobody in who does not speak TLS.
    ///
    /// # Panics
    /// If the machine has no free port.
    #[must_use]
    pub fn start_secured(adapter: Adapter, config: Config, trust: &Trust) -> Self {
        let config = Config { limits: Limits { tls: Tls::Only, ..config.limits }, ..config };
        Self::start_with(adapter, Setup { certificate: Some(trust.certificate()), ..config.into() })
    }

    /// Starts one that is one chat with those that have the same name at an engine.
    ///
    /// # Panics
    /// If the machine has no free port, or the engine can't be used.
    #[must_use]
    pub fn start_in_cluster(adapter: Adapter, config: Config, engine: &Engine, name: &str) -> Self {
        let options = Options { address: engine.url().parse().expect("it is one"), name: name.to_owned() };
        let joined = chinwag_cluster::join(&options, &config.rules).expect("it is one of them");
        Self::start_with(adapter, Setup { cluster: Some(joined.cluster), ..config.into() })
    }

    /// Waits until each of several servers that are one chat has applied what any of them has by now. What shows
    /// nothing to anybody may still be on its way to the log: then it is waited until that has gone on.
    ///
    /// # Panics
    /// If they don't in time.
    pub fn settle(servers: &[Self], is_silent: bool) {
        let positions = || servers.iter().flat_map(|server| &server.cluster).map(|cluster| cluster.status().position);
        let until = Instant::now() + DEADLINE;
        let before = positions().max();
        // At the latest a heartbeat comes.
        while is_silent && positions().max() == before {
            assert!(Instant::now() < until, "the log does not go on");
            thread::yield_now();
        }
        let Some(last) = positions().max() else { return };
        while positions().any(|position| position < last) {
            assert!(Instant::now() < until, "a server does not follow the log");
            thread::yield_now();
        }
    }

    fn start_with(adapter: Adapter, setup: Setup) -> Self {
        let [(lines, addr), (web, web_addr), (irc, irc_addr)] = [Form::Lines, Form::Web, Form::Irc].map(listen);
        let listeners = [lines, web, irc];
        let config = heard_at_once(setup.config);
        let password = config.limits.asks_password.then(|| Passphrase::new(PASSWORD));
        let cluster = setup.cluster.clone();
        let (handle, thread) = serve(adapter, listeners.into(), Setup { config, password, ..setup });
        Self { addr, web_addr, irc_addr, handle, thread, cluster }
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

    /// Returns where the server can be reached in a form.
    #[must_use]
    pub const fn addr_of(&self, form: Form) -> SocketAddr {
        match form {
            Form::Lines => self.addr,
            Form::Web => self.web_addr,
            Form::Irc => self.irc_addr,
        }
    }

    /// Has the server take over what of a configuration can change. Returns the names of the fields that can't.
    ///
    /// # Panics
    /// If the configuration can't be, or the server has stopped.
    pub fn reload(&self, config: Config) -> Vec<&'static str> {
        let answered = self.handle.reload(heard_at_once(config)).expect("it can be");
        future::block_on(answered).expect("the server runs")
    }

    /// Tells the server to stop, if it was not told before.
    pub fn stop(&self) {
        drop(self.handle.stop());
    }

    /// Stops the server and waits until it has ended.
    ///
    /// # Panics
    /// If the server ended with an error or a panic.
    pub fn join(self) {
        self.stop();
        let ended = self.thread.join().expect("the server does not panic");
        ended.expect("the server ends without an error");
    }
}

/// Has whoever connects heard at once: the scripts have their own order.
fn heard_at_once(config: Config) -> Config {
    Config { limits: Limits { handshake_wait: Duration::ZERO, ..config.limits }, ..config }
}

/// Takes a free port to listen on.
fn listen(form: Form) -> (Listening, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
    SockRef::from(&listener).set_send_buffer_size(SOCKET_BYTES).expect("an open socket takes options");
    let addr = listener.local_addr().expect("the listener is bound");
    ((listener, form), addr)
}

/// Serves in a thread of its own.
fn serve(adapter: Adapter, listeners: Vec<Listening>, setup: Setup) -> (Handle, JoinHandle<io::Result<()>>) {
    match adapter {
        Adapter::Smol => {
            let (handle, serving) = chinwag_smol::serve(listeners, setup);
            (handle, thread::spawn(|| async_io::block_on(serving)))
        }
        Adapter::Tokio => {
            let (handle, serving) = chinwag_tokio::serve(listeners, setup);
            let thread = thread::spawn(|| {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
                let served = runtime.spawn(serving);
                runtime.block_on(served)?
            });
            (handle, thread)
        }
    }
}

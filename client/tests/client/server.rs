//! A real server of either kind, on a free port of this machine.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::thread::{self, JoinHandle};

use chinwag_core::{Config, Form, Limits, Tls};
use chinwag_io::Certificate;
use chinwag_smol::{Handle, Setup};

/// Names what moves a server's bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Adapter {
    /// `chinwag_smol`.
    Smol,
    /// `chinwag_tokio`.
    Tokio,
}

impl Adapter {
    /// Lists all adapters.
    pub(crate) const BOTH: [Self; 2] = [Self::Smol, Self::Tokio];
}

/// Runs a server in a thread of its own, until it is dropped.
#[derive(Debug)]
pub(crate) struct Server {
    adapter: Adapter,
    form: Form,
    security: Option<Security>,
    address: SocketAddr,
    running: Option<Running>,
}

/// By what a server speaks TLS, and whether it insists on that.
#[derive(Clone, Debug)]
pub(crate) struct Security {
    pub(crate) certificate: Certificate,
    pub(crate) tls: Tls,
}

/// A server, and its thread.
type Running = (Handle, JoinHandle<io::Result<()>>);

impl Server {
    /// Starts a server; it can be reached at once.
    pub(crate) fn start(adapter: Adapter) -> Self {
        Self::start_in(adapter, Form::Lines)
    }

    /// Starts a server that speaks in another form.
    pub(crate) fn start_in(adapter: Adapter, form: Form) -> Self {
        Self::start_with(adapter, form, None)
    }

    /// Starts a server that speaks TLS, too, or alone.
    pub(crate) fn start_secured(adapter: Adapter, form: Form, security: Security) -> Self {
        Self::start_with(adapter, form, Some(security))
    }

    fn start_with(adapter: Adapter, form: Form, security: Option<Security>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
        let address = listener.local_addr().expect("it is bound");
        let running = Some(run(adapter, form, security.clone(), listener));
        Self { adapter, form, security, address, running }
    }

    /// Returns where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns the port that it listens on, as a flag takes it.
    pub(crate) fn port(&self) -> String {
        self.address.port().to_string()
    }

    /// Starts a server again where this one was.
    pub(crate) fn restart(&mut self) {
        let listener = TcpListener::bind(self.address).expect("nobody has taken the port");
        self.running = Some(run(self.adapter, self.form, self.security.clone(), listener));
    }

    /// Stops the server, and waits until it has ended.
    pub(crate) fn stop(&mut self) {
        if let Some((server, thread)) = self.running.take() {
            drop(server.stop());
            thread.join().expect("it does not panic").expect("it ends without an error");
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if !thread::panicking() {
            self.stop();
        }
    }
}

/// Returns an address that nobody listens on.
pub(crate) fn free_address() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
    listener.local_addr().expect("it is bound")
}

fn run(adapter: Adapter, form: Form, security: Option<Security>, listener: TcpListener) -> Running {
    let tls = security.as_ref().map_or(Tls::Off, |security| security.tls);
    let limits = Limits { flood_lines_per_second: 0, tls, ..Limits::default() };
    let (listeners, setup) = (vec![(listener, form)], Setup::from(Config { limits, ..Config::default() }));
    let setup = Setup { certificate: security.map(|security| security.certificate), ..setup };
    match adapter {
        Adapter::Smol => {
            let (handle, serving) = chinwag_smol::serve(listeners, setup);
            (handle, thread::spawn(|| async_io::block_on(serving)))
        }
        Adapter::Tokio => {
            let (handle, serving) = chinwag_tokio::serve(listeners, setup);
            let serve = || tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(serving);
            (handle, thread::spawn(serve))
        }
    }
}

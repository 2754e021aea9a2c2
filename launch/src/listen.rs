//! Owns the listening sockets, and what is said when one can't be had.

use std::env;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use chinwag_core::Config;
use chinwag_io::{REPORT, set_options};
use socket2::{Domain, Protocol, SockRef, Socket, Type};
use tracing::warn;

use crate::taken::{Holder, holder};

/// How many connections the operating system keeps until they are accepted: Linux allows this many unless told
/// otherwise (`net.core.somaxconn`), and a crowd that comes at once fits in.
pub(super) const BACKLOG: i32 = 4096;

/// Names the flags that choose an address and a port.
#[derive(Clone, Copy, Debug)]
pub(super) struct Chosen {
    address: &'static str,
    port: &'static str,
}

/// How the address for lines is chosen.
pub(super) const LINES: Chosen = Chosen { address: "--ip", port: "--port" };

/// How the address for browsers is chosen.
pub(super) const WEB: Chosen = Chosen { address: "--web", port: "--web" };

/// How the address for IRC clients is chosen.
pub(super) const IRC: Chosen = Chosen { address: "--irc", port: "--irc" };

/// How long an address is waited for that nobody listens on: as long as Linux keeps what is left of a connection, which
/// is a minute, and what it may take longer.
const PATIENCE: Duration = Duration::from_secs(62);

/// How often it is tried again meanwhile.
const PAUSE: Duration = Duration::from_millis(250);

/// A socket that has its address, and does not listen yet: whoever connects is refused, instead of being kept waiting.
#[derive(Debug)]
pub(super) struct Bound {
    socket: Socket,
    address: SocketAddr,
    chosen: Chosen,
}

/// Takes `address`; port 0 is a free one. Where nobody listens there, but a connection has it, that is said, and the
/// address waited for. `wait` waits for so long or until the server is to stop, and returns whether it is; then there
/// is no socket.
pub(super) fn bind(
    address: SocketAddr,
    chosen: Chosen,
    wait: impl Fn(Duration) -> bool,
) -> anyhow::Result<Option<Bound>> {
    let until = Instant::now() + PATIENCE;
    let mut is_told = false;
    loop {
        let error = match take(address) {
            Ok(socket) => return Ok(Some(Bound { socket, address, chosen })),
            Err(error) => error,
        };
        let is_in_use = error.kind() == io::ErrorKind::AddrInUse;
        let holder = if is_in_use { holder(address) } else { Holder::Program };
        if holder == Holder::Program || Instant::now() >= until {
            return Err(explain(error, holder, chosen)).with_context(|| format!("can't listen on {address}"));
        }
        if !std::mem::replace(&mut is_told, true) {
            let has = match holder {
                Holder::Connection => "a connection that was made from this address",
                Holder::Remains | Holder::Program => "what is left of a connection that was made from this address",
            };
            warn!(target: REPORT, "can't listen on {address} yet: nobody listens there, but {has} is still there; waiting for up to a minute");
        }
        if wait(PAUSE) {
            return Ok(None);
        }
    }
}

fn take(address: SocketAddr) -> io::Result<Socket> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    // On Unix this lets a server start again while connections of the last one are still being forgotten; elsewhere it
    // would let two servers have one address.
    #[cfg(unix)]
    socket.set_reuse_address(true)?;
    if address.is_ipv6() {
        socket.set_only_v6(false)?;
    }
    socket.bind(&address.into())?;
    Ok(socket)
}

impl Bound {
    /// Returns its address, with the port that it has got.
    pub(super) fn local_addr(&self) -> io::Result<SocketAddr> {
        self.socket.local_addr().map(|address| address.as_socket().unwrap_or(self.address))
    }

    /// Listens. The options that connections need are set before the first can be made, since those that wait to be
    /// accepted have what the listening socket had when they were made.
    pub(super) fn listen(self, config: &Config) -> anyhow::Result<TcpListener> {
        let Self { socket, address, chosen } = self;
        let listening =
            set_options(SockRef::from(&socket), config.limits.dead_after).and_then(|()| socket.listen(BACKLOG));
        // Somebody else may have taken the same address, and was faster.
        listening
            .map_err(|error| explain(error, Holder::Program, chosen))
            .with_context(|| format!("can't listen on {address}"))?;
        Ok(socket.into())
    }
}

/// What a service manager sets that listens in the place of its services, and hands them its sockets. What is handed
/// over to this process is taken out of the environment before.
const HANDED_OVER: &str = "LISTEN_FDS";

fn explain(error: io::Error, holder: Holder, Chosen { address, port }: Chosen) -> anyhow::Error {
    let hint = match (error.kind(), holder) {
        (io::ErrorKind::AddrInUse, Holder::Program) if env::var_os(HANDED_OVER).is_some() => {
            format!(
                "a listening socket was handed over ({HANDED_OVER}), but to another process (LISTEN_PID); start this server without a \
                 program in between, or choose a free one with {port}"
            )
        }
        (io::ErrorKind::AddrInUse, Holder::Program) => {
            format!("another program has this address; choose a free one with {port}, or stop that program")
        }
        (io::ErrorKind::AddrInUse, Holder::Connection | Holder::Remains) => {
            format!(
                "nobody listens there, but a connection was made from this address; choose another with {port}, or try again later"
            )
        }
        (io::ErrorKind::AddrNotAvailable, _) => {
            format!("this machine does not have this address; choose one of its own with {address}")
        }
        (io::ErrorKind::PermissionDenied, _) => {
            format!("ports below 1024 need special rights; choose a higher one with {port}")
        }
        _ => return error.into(),
    };
    anyhow::Error::msg(hint)
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, TcpStream};

    use super::*;

    #[test]
    #[cfg(target_os = "linux")]
    fn who_connects_before_the_server_serves_has_all_that_later_ones_have() {
        let bound = bind((Ipv4Addr::LOCALHOST, 0).into(), LINES, |_| true).expect("there is a free port");
        let listener =
            bound.expect("it need not be waited for").listen(&Config::default()).expect("it is nobody else's");
        let address = listener.local_addr().expect("it is bound");
        let _first = TcpStream::connect(address).expect("it listens");
        let (accepted, _) = listener.accept().expect("somebody has connected");
        let accepted = SockRef::from(&accepted);
        let options = (accepted.tcp_nodelay(), accepted.keepalive(), accepted.tcp_user_timeout());
        let [is_undelayed, is_kept_alive] = [options.0, options.1].map(|option| option.expect("it is a socket"));
        assert!(is_undelayed && is_kept_alive);
        assert_eq!(options.2.expect("it is a socket"), Some(Config::default().limits.dead_after / 2));
    }
}

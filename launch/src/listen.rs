//! Owns the listening sockets, and what is said when one can't be had.

use std::io;
use std::net::{SocketAddr, TcpListener};

use anyhow::Context as _;
use chinwag_core::Config;
use socket2::{Domain, Protocol, SockRef, Socket, Type};

use crate::door::set_options;

/// How many connections the operating system keeps until they are accepted: Linux allows this many unless told otherwise
/// (`net.core.somaxconn`), and a crowd that comes at once fits in.
const BACKLOG: i32 = 4096;

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

/// Listens on `address`; port 0 takes a free one. The options that connections need are set before the first can be made, since those
/// that wait to be accepted have what the listening socket had when they were made.
pub(super) fn bind(address: SocketAddr, chosen: Chosen, config: &Config) -> anyhow::Result<TcpListener> {
    listen(address, chosen, config).with_context(|| format!("can't listen on {address}"))
}

fn listen(address: SocketAddr, chosen: Chosen, config: &Config) -> anyhow::Result<TcpListener> {
    let explain = |error| explain(error, chosen);
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    // On Unix this lets a server start again while connections of the last one are still being forgotten; elsewhere it would
    // let two servers have one address.
    #[cfg(unix)]
    socket.set_reuse_address(true)?;
    if address.is_ipv6() {
        socket.set_only_v6(false)?;
    }
    socket.bind(&address.into()).map_err(explain)?;
    set_options(SockRef::from(&socket), config.dead_after)?;
    socket.listen(BACKLOG).map_err(explain)?;
    Ok(socket.into())
}

fn explain(error: io::Error, Chosen { address, port }: Chosen) -> anyhow::Error {
    let hint = if error.kind() == io::ErrorKind::AddrInUse {
        format!("another program has this address; choose a free one with {port}, or stop that program")
    } else if error.kind() == io::ErrorKind::AddrNotAvailable {
        format!("this machine does not have this address; choose one of its own with {address}")
    } else if error.kind() == io::ErrorKind::PermissionDenied {
        format!("ports below 1024 need special rights; choose a higher one with {port}")
    } else {
        return error.into();
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
        let listener = bind((Ipv4Addr::LOCALHOST, 0).into(), LINES, &Config::default()).expect("there is a free port");
        let address = listener.local_addr().expect("it is bound");
        let _first = TcpStream::connect(address).expect("it listens");
        let (accepted, _) = listener.accept().expect("somebody has connected");
        let accepted = SockRef::from(&accepted);
        let options = (accepted.tcp_nodelay(), accepted.keepalive(), accepted.tcp_user_timeout());
        let [is_undelayed, is_kept_alive] = [options.0, options.1].map(|option| option.expect("it is a socket"));
        assert!(is_undelayed && is_kept_alive);
        assert_eq!(options.2.expect("it is a socket"), Some(Config::default().dead_after / 2));
    }
}

//! How to reach a server, and what is said when there is none.

use std::io::{self, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use anyhow::{Result, anyhow};
use async_io::{Async, Timer};
use futures_lite::FutureExt as _;
use socket2::{SockRef, TcpKeepalive};

/// How long a server may take to answer. Three seconds are two lost packets and a slow network; who waits longer thinks that the
/// program hangs.
const PATIENCE: Duration = Duration::from_secs(3);

/// How long a server that was reached may take to let one in. It may be busy with all of those who come back at the same time; who
/// waits longer waits for something that is no chat server.
pub(crate) const ADMISSION: Duration = Duration::from_secs(30);

/// A network that is gone does not say so, and a system asks after hours by itself. Where nothing has come for 20 seconds the server is
/// probed, and found gone when it has answered none of three probes: a network that is away for half a minute is waited for. While
/// something that was typed is on its way there are no probes, and the system gives up after its own time, a quarter of an hour on Linux. A
/// limit on that (`TCP_USER_TIMEOUT`) would also end connections whose server takes nothing for so long since much was sent at once.
const PROBES: TcpKeepalive =
    TcpKeepalive::new().with_time(Duration::from_secs(20)).with_interval(Duration::from_secs(10)).with_retries(3);

/// Says that this time is over.
pub(crate) fn no_answer() -> String {
    format!("no answer within {} seconds", ADMISSION.as_secs())
}

/// Connects to the server at `address`.
///
/// # Errors
///
/// One line that says why there is no connection, and what to do about it.
pub(crate) async fn dial(address: SocketAddr) -> Result<Async<TcpStream>> {
    let connect = Async::<TcpStream>::connect(address);
    let too_late = async {
        Timer::after(PATIENCE).await;
        Err(io::ErrorKind::TimedOut.into())
    };
    let stream = connect.or(too_late).await.and_then(refuse_oneself).map_err(|error| explain(address, &error))?;
    // Without these it can be talked, too, only less well.
    let _ = set_options(SockRef::from(stream.get_ref()));
    // A server that has heard a line, be it blank, need not wait whether it is a browser that has come.
    let _ = stream.get_ref().write(b"\n");
    Ok(stream)
}

/// Has a line leave when it is typed, not when the next one is, and a server that is gone without a word found out within a minute, where
/// nothing is on its way to it.
fn set_options(socket: SockRef<'_>) -> io::Result<()> {
    socket.set_tcp_nodelay(true)?;
    socket.set_tcp_keepalive(&PROBES)
}

/// Trying again and again to reach a port of one's own machine that nobody listens on, a program can come to be given that very port,
/// and then it reaches itself.
fn refuse_oneself(stream: Async<TcpStream>) -> io::Result<Async<TcpStream>> {
    let socket = stream.get_ref();
    if socket.local_addr()? == socket.peer_addr()? { Err(io::ErrorKind::ConnectionRefused.into()) } else { Ok(stream) }
}

fn explain(address: SocketAddr, error: &io::Error) -> anyhow::Error {
    let port = if address.port() == crate::flags::PORT { String::new() } else { format!(" --port {}", address.port()) };
    if error.kind() == io::ErrorKind::ConnectionRefused && address.ip().is_loopback() {
        anyhow!("no server at {address}; start one with: cargo server{port}")
    } else if error.kind() == io::ErrorKind::ConnectionRefused {
        anyhow!("no server at {address}; start one there, or choose another with --ip and --port")
    } else if error.kind() == io::ErrorKind::TimedOut {
        anyhow!("no answer from {address} within {} seconds", PATIENCE.as_secs())
    } else {
        anyhow!("can't reach {address}: {error}")
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::net::TcpListener;

    use super::*;

    /// Returns both ends of a connection, the client's first.
    pub(crate) fn connected() -> (TcpStream, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
        let client = TcpStream::connect(listener.local_addr().expect("it is bound")).expect("it listens");
        let (server, _) = listener.accept().expect("somebody connects");
        (client, server)
    }

    #[test]
    fn a_server_is_probed_but_one_that_takes_nothing_is_waited_for() {
        let listener = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
        let address = listener.local_addr().expect("it is bound");
        let stream = async_io::block_on(dial(address)).expect("it listens");
        let socket = SockRef::from(stream.get_ref());
        assert!(socket.keepalive().expect("it is told") && socket.tcp_nodelay().expect("it is told"));
        let probes = (
            socket.tcp_keepalive_time().expect("it is told"),
            socket.tcp_keepalive_interval().expect("it is told"),
            socket.tcp_keepalive_retries().expect("it is told"),
        );
        assert_eq!(probes, (Duration::from_secs(20), Duration::from_secs(10), 3));
        #[cfg(target_os = "linux")]
        assert_eq!(socket.tcp_user_timeout().expect("it is told"), None);
    }

    #[test]
    fn a_failure_says_what_to_do() {
        let cases = [
            (
                "127.0.0.1:42069",
                io::ErrorKind::ConnectionRefused,
                "no server at 127.0.0.1:42069; start one with: cargo server",
            ),
            (
                "[::1]:7000",
                io::ErrorKind::ConnectionRefused,
                "no server at [::1]:7000; start one with: cargo server --port 7000",
            ),
            (
                "10.0.0.1:42069",
                io::ErrorKind::ConnectionRefused,
                "no server at 10.0.0.1:42069; start one there, or choose another with --ip and --port",
            ),
            ("10.0.0.1:42069", io::ErrorKind::TimedOut, "no answer from 10.0.0.1:42069 within 3 seconds"),
            ("10.0.0.1:42069", io::ErrorKind::HostUnreachable, "can't reach 10.0.0.1:42069: host unreachable"),
        ];
        for (address, kind, says) in cases {
            let address = address.parse().expect("the case is an address");
            assert_eq!(explain(address, &kind.into()).to_string(), says);
        }
    }
}

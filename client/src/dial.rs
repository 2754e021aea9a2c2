//! How to reach a server, and what is said when there is none.

use std::io;
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use anyhow::{Result, anyhow, bail};
use async_io::{Async, Timer};
use futures_lite::FutureExt as _;
use socket2::{SockRef, TcpKeepalive};

use crate::address::Address;
use crate::line::{ASKED, denial};
use crate::password::Password;
use crate::stream::Stream;
use crate::tls::{self, Security};

/// How long a server may take to answer. Three seconds are two lost packets and a slow network; who waits longer thinks
/// that the program hangs.
const PATIENCE: Duration = Duration::from_secs(3);

/// How long a server that was reached may take to let one in. It may be busy with all of those who come back at the
/// same time; who waits longer waits for something that is no chat server.
pub(crate) const ADMISSION: Duration = Duration::from_secs(30);

/// A network that is gone does not say so, and a system asks after hours by itself. Where nothing has come for 20
/// seconds the server is probed, and found gone when it has answered none of three probes: a network that is away for
/// half a minute is waited for. While something that was typed is on its way there are no probes, and the system gives
/// up after its own time, a quarter of an hour on Linux. A limit on that (`TCP_USER_TIMEOUT`) would also end
/// connections whose server takes nothing for so long since much was sent at once.
const PROBES: TcpKeepalive =
    TcpKeepalive::new().with_time(Duration::from_secs(20)).with_interval(Duration::from_secs(10)).with_retries(3);

/// Says that this time is over.
pub(crate) fn no_answer() -> String {
    format!("no answer within {} seconds", ADMISSION.as_secs())
}

/// A server, and how it is spoken to.
#[derive(Debug, Clone)]
pub(crate) struct Server {
    pub(crate) address: Address,
    /// By what it is accepted, if by TLS.
    pub(crate) security: Option<Security>,
    /// What is given where the server asks for a password, if one has it.
    pub(crate) password: Option<Password>,
}

impl Server {
    /// Connects to the first of its addresses that lets one connect, and sends the first line, which may be blank.
    ///
    /// # Errors
    ///
    /// One line that says why there is no connection, and what to do about it.
    pub(crate) async fn dial(&self, first_line: &str) -> Result<Stream> {
        let socket = connect(&self.address, &self.address.resolve().await?).await?;
        // Without these it can be talked, too, only less well.
        let _ = set_options(SockRef::from(socket.get_ref()));
        let stream = self.secure(socket, ADMISSION).await?;
        // A server that has heard a line, be it blank, need not wait whether it is a browser that has come.
        let _ = stream.write_all(format!("{first_line}\n").as_bytes()).await;
        Ok(stream)
    }

    /// Connects in the same way. Who has a password waits for the first line of the server: where that asks for it, it
    /// is given.
    ///
    /// # Errors
    ///
    /// The same, or the password does not let one in.
    pub(crate) async fn dial_in(&self) -> Result<Stream> {
        let stream = self.dial("").await?;
        let Some(password) = &self.password else { return Ok(stream) };
        let too_late = async {
            Timer::after(ADMISSION).await;
            Err(anyhow!("{} does not let you in: {}", self.address, no_answer()))
        };
        self.give_password(password, &stream).or(too_late).await?;
        Ok(stream)
    }

    async fn give_password(&self, password: &Password, stream: &Stream) -> Result<()> {
        // What comes in place of a line, such as the end, is for whoever reads on.
        let first = first_line(stream).await;
        if first != format!("{ASKED}\n").as_bytes() {
            stream.unread(&first);
            return Ok(());
        }
        stream.write_all(format!("{}\n", password.line()).as_bytes()).await?;
        let answer = first_line(stream).await;
        if let Some(denial) = denial(&String::from_utf8_lossy(&answer)) {
            bail!("{} does not let you in: {denial}", self.address);
        }
        stream.unread(&answer);
        Ok(())
    }

    /// Goes through the handshake of TLS, if it is to be spoken, for which the server may take so long.
    async fn secure(&self, socket: Async<TcpStream>, patience: Duration) -> Result<Stream> {
        let Self { address, security: Some(security), .. } = self else {
            return Ok(Stream::plain(socket));
        };
        let session = security.begin(&address.host)?;
        let handshake = async {
            Stream::secure(socket, session).await.map_err(|(session, error)| tls::explain(&session, address, &error))
        };
        let too_late = async {
            Timer::after(patience).await;
            Err(tls::silent(address, patience.as_secs()))
        };
        handshake.or(too_late).await
    }
}

/// Reads a line with its end, or what there is before something else.
async fn first_line(stream: &Stream) -> Vec<u8> {
    let mut line = Vec::new();
    while line.last() != Some(&b'\n') {
        let mut byte = [0];
        match stream.read(&mut byte).await {
            Ok(1) => line.push(byte[0]),
            Ok(_) | Err(_) => break,
        }
    }
    line
}

/// Tries each of the addresses in turn, each for no longer than one waits for it.
async fn connect(address: &Address, found: &[SocketAddr]) -> Result<Async<TcpStream>> {
    let mut failures = Vec::new();
    for each in found {
        let connect = Async::<TcpStream>::connect(*each);
        let too_late = async {
            Timer::after(PATIENCE).await;
            Err(io::ErrorKind::TimedOut.into())
        };
        match connect.or(too_late).await.and_then(refuse_oneself) {
            Ok(stream) => return Ok(stream),
            Err(error) => failures.push((*each, error)),
        }
    }
    Err(explain(address, &failures))
}

/// Has a line leave when it is typed, not when the next one is, and a server that is gone without a word found out
/// within a minute, where nothing is on its way to it.
fn set_options(socket: SockRef<'_>) -> io::Result<()> {
    socket.set_tcp_nodelay(true)?;
    socket.set_tcp_keepalive(&PROBES)
}

/// Trying again and again to reach a port of one's own machine that nobody listens on, a program can come to be given
/// that very port, and then it reaches itself.
fn refuse_oneself(stream: Async<TcpStream>) -> io::Result<Async<TcpStream>> {
    let socket = stream.get_ref();
    if socket.local_addr()? == socket.peer_addr()? { Err(io::ErrorKind::ConnectionRefused.into()) } else { Ok(stream) }
}

/// Says of the failures, one for each address, what tells most.
fn explain(address: &Address, failures: &[(SocketAddr, io::Error)]) -> anyhow::Error {
    let port = if address.port == crate::flags::PORT { String::new() } else { format!(" --port {}", address.port) };
    let is = |kind| move |(_, error): &(SocketAddr, io::Error)| error.kind() == kind;
    let refused: Vec<_> = failures.iter().filter(|failure| is(io::ErrorKind::ConnectionRefused)(failure)).collect();
    if !refused.is_empty() && refused.iter().all(|(tried, _)| tried.ip().is_loopback()) {
        anyhow!("no server at {address}; start one with: cargo server{port}")
    } else if !refused.is_empty() {
        anyhow!("no server at {address}; start one there, or choose another with --ip and --port")
    } else {
        match failures.iter().find(|failure| !is(io::ErrorKind::TimedOut)(failure)) {
            Some((_, error)) => anyhow!("can't reach {address}: {error}"),
            None => anyhow!("no answer from {address} within {} seconds", PATIENCE.as_secs()),
        }
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
        let port = listener.local_addr().expect("it is bound").port();
        let address = Address { host: "127.0.0.1".to_owned(), port };
        let server = Server { address, security: None, password: None };
        let stream = async_io::block_on(server.dial("")).expect("it listens");
        let socket = SockRef::from(stream.socket());
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
    fn a_server_that_does_not_answer_to_tls_is_given_up() {
        let (near, _far) = connected();
        let address = Address { host: "127.0.0.1".to_owned(), port: 7000 };
        let server = Server { address, security: Some(tls::tests::server().1), password: None };
        let near = Async::new(near).expect("it can be waited for");
        let said = async_io::block_on(server.secure(near, Duration::ZERO)).expect_err("nobody answers").to_string();
        let expected = "127.0.0.1:7000 has not answered to TLS within 0 seconds; if it has none at this port, try \
                        without --tls";
        assert_eq!(said, expected);
    }

    #[test]
    fn addresses_are_tried_in_turn() {
        let listener = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
        let open = listener.local_addr().expect("it is bound");
        let shut = TcpListener::bind("127.0.0.1:0").and_then(|gone| gone.local_addr()).expect("there is a free port");
        let address = Address { host: "chat.example".to_owned(), port: open.port() };
        let reached = |found: &[SocketAddr]| {
            let connected = async_io::block_on(connect(&address, found));
            connected
                .map(|stream| stream.get_ref().peer_addr().expect("it is connected"))
                .map_err(|error| error.to_string())
        };
        assert_eq!(reached(&[shut, open]), Ok(open));
        assert_eq!(reached(&[open, shut]), Ok(open));
        assert!(reached(&[shut, shut]).expect_err("nobody listens").starts_with("no server at chat.example"));
    }

    #[test]
    fn a_failure_says_what_to_do() {
        use io::ErrorKind::{ConnectionRefused, HostUnreachable, TimedOut};
        type Case = (&'static str, u16, &'static [(&'static str, io::ErrorKind)], &'static str);
        let cases: [Case; 9] = [
            (
                "127.0.0.1",
                42069,
                &[("127.0.0.1", ConnectionRefused)],
                "no server at 127.0.0.1:42069; start one with: cargo server",
            ),
            (
                "::1",
                7000,
                &[("::1", ConnectionRefused)],
                "no server at [::1]:7000; start one with: cargo server --port 7000",
            ),
            (
                "10.0.0.1",
                42069,
                &[("10.0.0.1", ConnectionRefused)],
                "no server at 10.0.0.1:42069; start one there, or choose another with --ip and --port",
            ),
            ("10.0.0.1", 42069, &[("10.0.0.1", TimedOut)], "no answer from 10.0.0.1:42069 within 3 seconds"),
            ("10.0.0.1", 42069, &[("10.0.0.1", HostUnreachable)], "can't reach 10.0.0.1:42069: host unreachable"),
            (
                "localhost",
                7000,
                &[("::1", HostUnreachable), ("127.0.0.1", ConnectionRefused)],
                "no server at localhost:7000; start one with: cargo server --port 7000",
            ),
            (
                "chat.example",
                42069,
                &[("2001:db8::1", TimedOut), ("10.0.0.1", ConnectionRefused)],
                "no server at chat.example:42069; start one there, or choose another with --ip and --port",
            ),
            (
                "chat.example",
                42069,
                &[("2001:db8::1", TimedOut), ("10.0.0.1", HostUnreachable)],
                "can't reach chat.example:42069: host unreachable",
            ),
            (
                "chat.example",
                42069,
                &[("2001:db8::1", TimedOut), ("10.0.0.1", TimedOut)],
                "no answer from chat.example:42069 within 3 seconds",
            ),
        ];
        for (host, port, failures, says) in cases {
            let failures: Vec<_> = failures
                .iter()
                .map(|(ip, kind)| (SocketAddr::new(ip.parse().expect("the case is an address"), port), (*kind).into()))
                .collect();
            assert_eq!(explain(&Address { host: host.to_owned(), port }, &failures).to_string(), says);
        }
    }
}

//! Owns people who reach a server over sockets: does what they do, and holds the server to the bytes that the bare core
//! gave.
//!
//! Nothing is ever waited for but bytes that are expected, and each of them only until a deadline. That nobody receives
//! more than that is seen when the server has stopped: then everything there is can be read to its end.

use std::error::Error;
use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr, TcpStream};
use std::time::Duration;

use chinwag_core::Form;
use socket2::{Domain, Protocol, SockRef, Socket, Type};

use crate::{Act, HelpText, Peer, Received, diff};

/// How long anything that is expected may take: far longer than it takes on a busy machine, short enough to be waited
/// for.
pub const DEADLINE: Duration = Duration::from_secs(10);

/// Tells where what somebody received is not what was expected.
#[derive(Debug)]
pub struct Mismatch {
    /// The number of the act.
    pub act: usize,
    /// The number of the person.
    pub person: usize,
    expected: Received,
    got: Received,
    /// What ended the reading before all was there.
    error: Option<io::Error>,
}

/// Plays acts on the server that `connect` reaches, and after each reads what each person is `expected` to receive
/// then. At the end, and wherever an act says so, calls `stop`.
///
/// # Errors
/// Returns the first difference.
///
/// # Panics
/// If the server can't be reached, and on acts that can't be played over sockets.
pub fn replay<P: Peer>(
    connect: impl Fn(Form) -> P,
    acts: &[Act],
    expected: &[Vec<Received>],
    stop: impl FnMut(),
) -> Result<(), Box<Mismatch>> {
    let people = play(connect, acts.iter().chain(&[Act::Stop]), expected, stop, |_| ())?;
    assert!(
        people.iter().all(Option::is_none),
        "the bare core closed all connections, so that all were read to their end"
    );
    Ok(())
}

/// Plays acts in the same way up to where the server stops, and stops nothing. `connect` may reach several servers that
/// are one chat: of these each ends for itself, and the others' people hear of it. After each act `settle` waits until
/// all of them know what has come of it. It is told whether that act shows nothing to anybody.
///
/// # Errors
/// Returns the first difference.
///
/// # Panics
/// If a server can't be reached, and on acts that can't be played over sockets.
pub fn replay_up_to_stop<P: Peer>(
    connect: impl Fn(Form) -> P,
    acts: &[Act],
    expected: &[Vec<Received>],
    settle: impl FnMut(bool),
) -> Result<(), Box<Mismatch>> {
    let before = acts.iter().take_while(|act| !matches!(act, Act::Stop));
    play(connect, before, expected, || (), settle).map(drop)
}

/// Does what acts say, and returns who is still connected then.
fn play<'a, P: Peer>(
    connect: impl Fn(Form) -> P,
    acts: impl Iterator<Item = &'a Act>,
    expected: &[Vec<Received>],
    mut stop: impl FnMut(),
    mut settle: impl FnMut(bool),
) -> Result<Vec<Option<P>>, Box<Mismatch>> {
    let mut people: Vec<Option<P>> = Vec::new();
    for (number, act) in acts.enumerate() {
        match act {
            Act::Connect { form } => people.push(Some(connect(*form))),
            Act::Stop => stop(),
            // The server takes its own time; what is expected of it is waited for below.
            Act::Pass { .. } => {}
            Act::Lose { person } => lose(people[*person].take()),
            Act::Send { person, bytes } => send(people[*person].as_mut(), bytes),
            Act::End { person } => end(people[*person].as_mut()),
            Act::StopReading { .. } | Act::Read { .. } => panic!("only the bare core plays {act:?}"),
        }
        for (person, expected) in expected[number].iter().enumerate() {
            let got = receive(&mut people[person], expected);
            got.map_err(|(got, error)| {
                Box::new(Mismatch { act: number, person, expected: expected.clone(), got, error })
            })?;
        }
        let shows_nothing = expected[number].iter().all(|expected| *expected == Received::default());
        settle(matches!(act, Act::Send { .. }) && shows_nothing);
    }
    Ok(people)
}

/// Opens a connection on which nothing waits for long.
///
/// # Panics
/// If the server can't be reached.
#[must_use]
pub fn connect(addr: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect_timeout(&addr, DEADLINE).expect("the server listens");
    stream.set_nodelay(true).expect("a new socket takes options");
    stream.set_read_timeout(Some(DEADLINE)).expect("a new socket takes options");
    stream.set_write_timeout(Some(DEADLINE)).expect("a new socket takes options");
    stream
}

/// Opens such a connection from another address of this machine.
///
/// # Panics
/// If the machine does not have it, or the server can't be reached.
#[must_use]
pub fn connect_from(source: IpAddr, addr: SocketAddr) -> TcpStream {
    let domain = Domain::for_address(addr);
    let socket = Socket::new(domain, Type::STREAM, Some(Protocol::TCP)).expect("there are descriptors");
    socket.bind(&SocketAddr::from((source, 0)).into()).expect("it is an address of this machine");
    socket.connect_timeout(&addr.into(), DEADLINE).expect("the server listens");
    let stream = TcpStream::from(socket);
    stream.set_nodelay(true).expect("a new socket takes options");
    stream.set_read_timeout(Some(DEADLINE)).expect("a new socket takes options");
    stream.set_write_timeout(Some(DEADLINE)).expect("a new socket takes options");
    stream
}

fn send(stream: Option<&mut impl Peer>, bytes: &[u8]) {
    let stream = stream.expect("only people who are connected send");
    stream.write_all(bytes).and_then(|()| stream.flush()).expect("the server reads what is sent");
}

fn end(stream: Option<&mut impl Peer>) {
    let stream = stream.expect("only people who are connected disconnect");
    stream.end().expect("the connection is open");
}

/// Breaks a connection, so that the server sees a reset and not an end.
fn lose(stream: Option<impl Peer>) {
    let stream = stream.expect("only people who are connected lose their connection");
    SockRef::from(stream.socket()).set_linger(Some(Duration::ZERO)).expect("an open socket takes options");
}

/// Reads as much as is expected, and no more, but for the end of what is to be closed.
fn receive(stream: &mut Option<impl Peer>, expected: &Received) -> Result<(), (Received, Option<io::Error>)> {
    let mut got = Received::default();
    while let Some(open) = stream.as_mut().filter(|_| got != *expected) {
        let mut buffer = [0; 4096];
        let missing = expected.bytes.len().saturating_sub(got.bytes.len()).clamp(1, buffer.len());
        match open.read(&mut buffer[..missing]) {
            Ok(0) => {
                got.is_closed = true;
                *stream = None;
            }
            Ok(len) => got.bytes.extend_from_slice(&buffer[..len]),
            Err(error) => return Err((got, Some(error))),
        }
        if !expected.bytes.starts_with(&got.bytes) {
            break;
        }
    }
    if got == *expected { Ok(()) } else { Err((got, None)) }
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [expected, got] = [&self.expected, &self.got].map(|received| received.show(HelpText::InFull).join("\n"));
        let shown = diff(&expected, &got).unwrap_or(got);
        write!(f, "{shown}")?;
        self.error.as_ref().map_or(Ok(()), |error| write!(f, "! {error}"))
    }
}

impl Error for Mismatch {}

#[cfg(test)]
mod tests {
    use std::io::Write as _;
    use std::net::TcpListener;
    use std::thread;

    use super::*;

    /// Plays somebody who connects to a server that says `said`, and expects `expected` from it.
    fn hear(said: &'static str, expected: [Received; 2]) -> Result<(), String> {
        let listener = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
        let addr = listener.local_addr().expect("it is bound");
        let server = thread::spawn(move || {
            let (mut stream, _) = listener.accept().expect("somebody connects");
            stream.write_all(said.as_bytes()).expect("it is read");
        });
        let played = replay(
            |_| connect(addr),
            &[Act::Connect { form: Form::Lines }],
            &expected.map(|received| vec![received]),
            || (),
        );
        server.join().expect("the server has said all");
        played.map_err(|mismatch| mismatch.to_string())
    }

    #[test]
    fn a_byte_that_is_missing_or_too_many_or_another_is_a_mismatch() {
        let expected = |last: &str| [Received::lines(["Hi"]), Received { bytes: last.into(), is_closed: true }];
        assert_eq!(hear("Hi\nBye\n", expected("Bye\n")), Ok(()));
        assert_eq!(hear("Hi\n", expected("")), Ok(()));
        for said in ["Hi\nBye", "Hi\nBye\n\n", "Hi\nbye\n", "Hi\r\nBye\n", "Hi", ""] {
            assert!(hear(said, expected("Bye\n")).is_err(), "{said:?}");
        }
        let shown = hear("Hi\nbye\n", expected("Bye\n")).expect_err("the case differs");
        assert_eq!(shown, "-| Bye\n-* the connection is closed\n+| bye\n");
    }
}

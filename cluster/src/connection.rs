//! Owns one connection to an engine, over which one thing is asked after the other.

use std::error::Error;
use std::fmt;
use std::io::{self, BufReader, Read, Write};
use std::net::{Shutdown, TcpStream, ToSocketAddrs as _};
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use crate::address::{Address, Place};
use crate::resp::{Value, push_command, read_value};

/// How long an engine may take to accept a connection, and to answer whatever need not wait. A server that can't reach
/// it lets its people go after eight seconds; until then two others can be tried.
const ANSWER_WAIT: Duration = Duration::from_secs(2);

/// Says why an engine can't be used.
#[derive(Debug)]
pub enum ConnectError {
    /// None of its addresses could be reached: the last with this error.
    Unreachable(io::Error),
    /// What is there does not take what is appended, or can't keep a log.
    Refused(String),
}

impl fmt::Display for ConnectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreachable(error) => write!(f, "can't reach it: {error}"),
            Self::Refused(why) => f.write_str(why),
        }
    }
}

impl Error for ConnectError {}

impl From<io::Error> for ConnectError {
    fn from(error: io::Error) -> Self {
        Self::Unreachable(error)
    }
}

/// How engines are reached.
#[derive(Clone)]
pub(crate) struct Dial {
    address: Address,
    tls: Option<Arc<ClientConfig>>,
}

enum Stream {
    Plain(TcpStream),
    Sealed(Box<StreamOwned<ClientConnection, TcpStream>>),
}

/// Is asked, and answers.
pub(crate) struct Connection {
    stream: BufReader<Stream>,
    out: Vec<u8>,
}

impl Dial {
    /// Learns whom to trust, if it is to be spoken by TLS.
    pub(crate) fn new(address: Address) -> io::Result<Self> {
        let tls = address.is_sealed.then(client_config).transpose()?;
        Ok(Self { address, tls })
    }

    /// Returns an engine that takes what is appended: the first of the addresses that does, from one on.
    pub(crate) fn connect(&self, from: usize) -> Result<(usize, Connection), ConnectError> {
        let places = &self.address.places;
        let mut last = None;
        for number in (0..places.len()).map(|number| (from + number) % places.len()) {
            match self.connect_to(&places[number]) {
                Ok(connection) => return Ok((number, connection)),
                // That an engine refuses tells more than that another is not there.
                Err(error) if matches!(last, Some(ConnectError::Refused(_))) => drop(error),
                Err(error) => last = Some(error),
            }
        }
        Err(last.unwrap_or_else(|| ConnectError::Refused("there is no address".to_owned())))
    }

    /// Returns another connection to an engine.
    pub(crate) fn connect_again(&self, number: usize) -> Result<Connection, ConnectError> {
        self.connect_to(&self.address.places[number])
    }

    fn connect_to(&self, place: &Place) -> Result<Connection, ConnectError> {
        let mut connection = Connection::new(open(place)?, place, self.tls.as_ref())?;
        let Address { user, password, database, .. } = &self.address;
        if let Some(password) = password {
            let words: Vec<&[u8]> =
                [Some("AUTH"), user.as_deref(), Some(password)].into_iter().flatten().map(str::as_bytes).collect();
            connection.ask_surely(&words)?;
        }
        if *database != 0 {
            connection.ask_surely(&[b"SELECT", database.to_string().as_bytes()])?;
        }
        let role = connection.ask_surely(&[b"ROLE"])?;
        let role = role.list().and_then(|role| role.first()).and_then(Value::text).unwrap_or_default();
        if role != b"master" {
            let role = String::from_utf8_lossy(role);
            return Err(ConnectError::Refused(format!("{place} takes nothing: it is a {role}, not a master")));
        }
        Ok(connection)
    }
}

fn open(place: &Place) -> io::Result<TcpStream> {
    let mut last = io::Error::new(io::ErrorKind::NotFound, format!("{place} has no address"));
    for address in (place.host.as_str(), place.port).to_socket_addrs()? {
        match TcpStream::connect_timeout(&address, ANSWER_WAIT) {
            Ok(socket) => {
                socket.set_nodelay(true)?;
                socket.set_read_timeout(Some(ANSWER_WAIT))?;
                socket.set_write_timeout(Some(ANSWER_WAIT))?;
                return Ok(socket);
            }
            Err(error) => last = io::Error::new(error.kind(), format!("{place}: {error}")),
        }
    }
    Err(last)
}

/// Trusts whom the system trusts.
fn client_config() -> io::Result<Arc<ClientConfig>> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let versions = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let versions = versions.map_err(io::Error::other)?;
    Ok(Arc::new(versions.with_root_certificates(roots).with_no_client_auth()))
}

impl Connection {
    fn new(socket: TcpStream, place: &Place, tls: Option<&Arc<ClientConfig>>) -> io::Result<Self> {
        let stream = match tls {
            None => Stream::Plain(socket),
            Some(config) => {
                let name = ServerName::try_from(place.host.clone()).map_err(io::Error::other)?;
                let client = ClientConnection::new(Arc::clone(config), name).map_err(io::Error::other)?;
                Stream::Sealed(Box::new(StreamOwned::new(client, socket)))
            }
        };
        Ok(Self { stream: BufReader::with_capacity(64 * 1024, stream), out: Vec::new() })
    }

    /// Has the answer to what is asked from now on take so much longer, since it waits for something.
    pub(crate) fn wait_for(&self, longer: Duration) -> io::Result<()> {
        self.socket().set_read_timeout(Some(ANSWER_WAIT + longer))
    }

    /// Returns by what it can be ended, also while it is waited for an answer.
    pub(crate) fn ender(&self) -> io::Result<TcpStream> {
        self.socket().try_clone()
    }

    fn socket(&self) -> &TcpStream {
        match self.stream.get_ref() {
            Stream::Plain(socket) => socket,
            Stream::Sealed(stream) => stream.get_ref(),
        }
    }

    /// Asks, and waits for the answer.
    pub(crate) fn ask(&mut self, words: &[&[u8]]) -> io::Result<Value> {
        self.ask_all(&[words])?.pop().ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
    }

    /// Asks for several things at once, and waits for all answers.
    pub(crate) fn ask_all(&mut self, commands: &[&[&[u8]]]) -> io::Result<Vec<Value>> {
        self.out.clear();
        for words in commands {
            push_command(words, &mut self.out);
        }
        let stream = self.stream.get_mut();
        stream.write_all(&self.out)?;
        stream.flush()?;
        commands.iter().map(|_| read_value(&mut self.stream).map_err(in_words)).collect()
    }

    /// Asks for what can only fail for a reason that an operator has to know.
    pub(crate) fn ask_surely(&mut self, words: &[&[u8]]) -> Result<Value, ConnectError> {
        let answer = self.ask(words)?;
        if let Value::Error(why) = &answer {
            let word = String::from_utf8_lossy(words[0]);
            return Err(ConnectError::Refused(format!("it refuses {word}: {why}")));
        }
        Ok(answer)
    }
}

/// Says in words that an answer was waited for in vain.
fn in_words(error: io::Error) -> io::Error {
    let kind = error.kind();
    if matches!(kind, io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut) {
        return io::Error::new(io::ErrorKind::TimedOut, "the engine does not answer");
    }
    if kind == io::ErrorKind::UnexpectedEof {
        return io::Error::new(kind, "the engine has ended the connection");
    }
    error
}

/// Ends a connection, also one that is being waited for.
pub(crate) fn end(ender: &TcpStream) {
    let _ = ender.shutdown(Shutdown::Both);
}

impl Read for Stream {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(socket) => socket.read(into),
            Self::Sealed(stream) => stream.read(into),
        }
    }
}

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(socket) => socket.write(bytes),
            Self::Sealed(stream) => stream.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(socket) => socket.flush(),
            Self::Sealed(stream) => stream.flush(),
        }
    }
}

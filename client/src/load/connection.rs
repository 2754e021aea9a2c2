//! One connection of a run: a socket that is never waited for once it is open, and TLS on it, if there is to be any.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::os::fd::{AsFd, BorrowedFd};
use std::time::Duration;

use anyhow::{Context, Result};

use crate::dial::Server;
use crate::tls::{self, Session};

/// Bytes that a read by TLS may bring more than it takes from the socket: the record that was there in part.
pub(super) const SPARE_BYTES: usize = 32 * 1024;

/// A connection.
pub(super) struct Connection {
    socket: TcpStream,
    tls: Option<Box<Session>>,
    /// What came together with the end of the handshake.
    early: Vec<u8>,
}

impl Connection {
    /// Connects to the first of the addresses that lets one connect, and sends the first bytes. TLS may take as long as
    /// `patience` for each of its steps.
    ///
    /// # Errors
    ///
    /// Nobody listens there, or it is not spoken as it should be.
    pub(super) fn open(server: &Server, addresses: &[SocketAddr], first: &[u8], patience: Duration) -> Result<Self> {
        let socket = TcpStream::connect(addresses).with_context(|| {
            let tried: Vec<_> = addresses.iter().map(ToString::to_string).collect();
            format!("cannot connect to {}, is a chinwag server running there?", tried.join(" or "))
        })?;
        // A paced message must leave at once, not when the one before it is acknowledged.
        socket.set_nodelay(true)?;
        let mut this = Self { socket, tls: None, early: Vec::new() };
        if let Some(security) = &server.security {
            let mut session = security.begin(&server.address.host)?;
            this.socket.set_read_timeout(Some(patience))?;
            this.shake_hands(&mut session).map_err(|error| {
                if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) {
                    tls::silent(&server.address, patience.as_secs())
                } else {
                    tls::explain(&session, &server.address, &error)
                }
            })?;
            this.tls = Some(Box::new(session));
        }
        this.write_all(first)?;
        this.socket.set_nonblocking(true)?;
        Ok(this)
    }

    /// Goes through the handshake while the socket still waits.
    fn shake_hands(&mut self, session: &mut Session) -> io::Result<()> {
        let Self { socket, early, .. } = self;
        let mut sealed = [0; 4 * 1024];
        loop {
            session.flush(|sealed| (&*socket).write(sealed))?;
            if session.is_ready() {
                return Ok(());
            }
            let read = (&*socket).read(&mut sealed)?;
            session.receive(
                &sealed[..read],
                |sealed| (&*socket).write(sealed),
                |plain| early.extend_from_slice(plain),
            )?;
        }
    }

    /// Writes all of this, as long as the socket waits, or has place for it.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::WriteZero`] if the socket does not take it all at once; what the socket says.
    pub(super) fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        if self.write(bytes)? == bytes.len() { Ok(()) } else { Err(ErrorKind::WriteZero.into()) }
    }

    /// Reads no more than `most` bytes of the socket, and returns how many bytes they brought; none are the end.
    /// `bytes` has place for them and, by TLS, for [`SPARE_BYTES`] more; `sealed` has place for them, by TLS.
    ///
    /// # Errors
    ///
    /// What the socket says, such as that there is nothing; by TLS also that the connection ended without a word.
    pub(super) fn read(&mut self, bytes: &mut [u8], most: usize, sealed: &mut [u8]) -> io::Result<usize> {
        let Self { socket, tls, early } = self;
        let Some(session) = tls else {
            return socket.read(&mut bytes[..most]);
        };
        let mut filled = early.len();
        bytes[..filled].copy_from_slice(early);
        *early = Vec::new();
        loop {
            let read = match socket.read(&mut sealed[..most]) {
                Err(_) if filled > 0 => return Ok(filled),
                read => read?,
            };
            session.receive(
                &sealed[..read],
                |sealed| (&*socket).write(sealed),
                |plain| {
                    bytes[filled..][..plain.len()].copy_from_slice(plain);
                    filled += plain.len();
                },
            )?;
            // What TLS has to say for itself brings nothing, and is no end.
            if filled > 0 || session.has_ended() {
                return Ok(filled);
            }
        }
    }

    /// Writes as much as is taken, and returns how much that was.
    ///
    /// # Errors
    ///
    /// What the socket says, such as that it takes nothing.
    pub(super) fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let Self { socket, tls, .. } = self;
        match tls {
            Some(session) => session.write(bytes, |sealed| (&*socket).write(sealed)),
            None => socket.write(bytes),
        }
    }

    /// Tells whether something that was taken is not out yet, after writing what the socket takes of it.
    ///
    /// # Errors
    ///
    /// What the socket says.
    pub(super) fn is_held(&mut self) -> io::Result<bool> {
        let Self { socket, tls: Some(session), .. } = self else { return Ok(false) };
        match session.flush(|sealed| (&*socket).write(sealed)) {
            Ok(()) => Ok(false),
            Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(true),
            Err(error) => Err(error),
        }
    }
}

/// Says that no more will come, where there is a way to say so.
impl Drop for Connection {
    fn drop(&mut self) {
        if let Self { socket, tls: Some(session), .. } = self {
            session.finish(|sealed| (&*socket).write(sealed));
        }
    }
}

impl AsFd for Connection {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;
    use crate::address::Address;

    #[test]
    fn a_server_that_does_not_answer_to_tls_is_given_up() {
        let listener = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
        let at = listener.local_addr().expect("it is bound");
        let address = Address { host: "127.0.0.1".to_owned(), port: at.port() };
        let server = Server { address, security: Some(tls::tests::server().1), password: None };
        let opened = Connection::open(&server, &[at], b"hello\n", Duration::from_millis(10));
        let said = opened.err().expect("nobody answers").to_string();
        assert!(said.starts_with(&format!("{at} has not answered to TLS within 0 seconds; ")), "{said}");
    }
}

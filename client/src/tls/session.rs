//! Owns the TLS of one connection, as its client: opens what is read from its socket, and seals what is written.
//!
//! Invariant: what was sealed goes out whole and in order.

use std::fmt;
use std::io::{self, BufRead as _, ErrorKind, Write};

use chinwag_core::Text;
use rustls::{ClientConnection, Error};

/// How much is sealed at once: what a record holds (RFC 8446, section 5.1). No more has to be kept if the socket takes
/// nothing.
const RECORD_BYTES_MAX: usize = 16 << 10;

/// How much is shown of what a server says in place of TLS: enough for what any server says to such a client.
const SAID_CHARS_MAX: usize = 200;

/// The TLS of one connection.
pub(crate) struct Session {
    connection: ClientConnection,
    /// The server has said that no more will come.
    has_ended: bool,
    /// What it has said in place of TLS.
    said: Option<String>,
}

impl Session {
    pub(super) fn new(connection: ClientConnection) -> Self {
        Self { connection, has_ended: false, said: None }
    }

    /// Tells whether the handshake is over, as far as the server's part goes.
    pub(crate) fn is_ready(&self) -> bool {
        !self.connection.is_handshaking()
    }

    /// Returns the line that the server has said in place of TLS, which is empty if it was none.
    pub(super) fn said(&self) -> Option<&str> {
        self.said.as_deref()
    }

    /// Tells whether the server has said that no more will come.
    pub(crate) const fn has_ended(&self) -> bool {
        self.has_ended
    }

    /// Opens what was read from the socket, and hands on what was in it. Nothing read means that no more will come.
    /// What TLS itself has to say to that is sent, as far as the socket takes it.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::UnexpectedEof`] if no more comes though that was not said; [`ErrorKind::InvalidData`] with what the
    /// library says if what came is not what a server may send, or its certificate is not accepted.
    pub(crate) fn receive(
        &mut self,
        mut sealed: &[u8],
        send: impl Fn(&[u8]) -> io::Result<usize>,
        take: impl FnMut(&[u8]),
    ) -> io::Result<()> {
        if sealed.is_empty() && !self.has_ended {
            return Err(io::Error::new(ErrorKind::UnexpectedEof, "the connection was cut"));
        }
        let came = sealed;
        let opened = self.open(&mut sealed, take);
        // An alert says what was wrong. What the socket does not take goes out with what is written next.
        let _ = self.flush(send);
        opened.map_err(|error| {
            if self.connection.protocol_version().is_none() && matches!(error, Error::InvalidMessage(_)) {
                self.said = Some(first_line(came));
            }
            io::Error::new(ErrorKind::InvalidData, error)
        })
    }

    fn open(&mut self, sealed: &mut &[u8], mut take: impl FnMut(&[u8])) -> Result<(), Error> {
        // After the end was said it reads nothing more, whatever comes.
        while let Ok(1..) = self.connection.read_tls(sealed) {
            let state = self.connection.process_new_packets()?;
            self.has_ended |= state.peer_has_closed();
            let mut reader = self.connection.reader();
            while let Ok(plain @ [_, ..]) = reader.fill_buf() {
                take(plain);
                let len = plain.len();
                reader.consume(len);
            }
        }
        Ok(())
    }

    /// Seals bytes, and sends them as far as the socket takes them. Returns how many were sealed, which go out before
    /// all others; the rest is to be written when the socket takes more.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::WouldBlock`] if the socket has not yet taken what was sealed before; what the socket says.
    pub(crate) fn write(&mut self, bytes: &[u8], send: impl Fn(&[u8]) -> io::Result<usize>) -> io::Result<usize> {
        self.flush(&send)?;
        let mut taken = 0;
        while taken < bytes.len() {
            let piece = &bytes[taken..bytes.len().min(taken + RECORD_BYTES_MAX)];
            taken += self.connection.writer().write(piece)?;
            match self.flush(&send) {
                Ok(()) => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) => return Err(error),
            }
        }
        Ok(taken)
    }

    /// Sends what is sealed.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::WouldBlock`] if the socket does not take all of it; what the socket says.
    pub(crate) fn flush(&mut self, send: impl Fn(&[u8]) -> io::Result<usize>) -> io::Result<()> {
        let mut out = Out(send);
        while self.connection.wants_write() {
            match self.connection.write_tls(&mut out) {
                Ok(_) => {}
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Says that no more will come, as far as the socket takes it.
    pub(crate) fn finish(&mut self, send: impl Fn(&[u8]) -> io::Result<usize>) {
        self.connection.send_close_notify();
        let _ = self.flush(send);
    }
}

/// Returns the first line of what came, to be shown; nothing if it is no text.
fn first_line(came: &[u8]) -> String {
    let line = came.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let text = std::str::from_utf8(line).unwrap_or_default();
    Text::clean(text.trim_end()).as_str().chars().take(SAID_CHARS_MAX).collect()
}

/// Writes by what sends.
struct Out<F>(F);

impl<F: Fn(&[u8]) -> io::Result<usize>> Write for Out<F> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        (self.0)(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// It hides what is said.
impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Session(ready: {}, ended: {})", self.is_ready(), self.has_ended)
    }
}

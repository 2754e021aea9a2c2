//! Owns TLS between a connection's socket and all that knows only what is said: seals what is written, and opens what
//! is read.
//!
//! Invariant: what was sealed goes out whole and in order. Of one connection no more than 64 KiB are sealed that its
//! socket does not take.

use std::fmt;
use std::io::{self, BufRead as _, ErrorKind, IoSlice, Write};
use std::sync::Arc;

use chinwag_core::{TlsFailure, Written};
use rustls::{Error, ServerConfig, ServerConnection};

/// How much is sealed before it is sent: four records, and as much as a batch has. With less there would be more system
/// calls; more would have to be kept of each who takes nothing.
const SEALED_BYTES_MAX: usize = 64 << 10;

/// The TLS of one connection, as its server.
pub(crate) struct Tls {
    connection: ServerConnection,
    /// About how many bytes that were sealed have not gone out.
    unsent: usize,
    /// The other side has said that no more will come.
    has_ended: bool,
    failure: Option<TlsFailure>,
}

impl Tls {
    /// Begins, with nothing read.
    ///
    /// # Errors
    /// If the configuration can't be used.
    pub(crate) fn new(config: Arc<ServerConfig>) -> Result<Self, Error> {
        Ok(Self { connection: ServerConnection::new(config)?, unsent: 0, has_ended: false, failure: None })
    }

    /// Returns how the handshake went, once it is over.
    pub(crate) fn secured(&self) -> Option<Result<(), TlsFailure>> {
        match self.failure {
            Some(failure) => Some(Err(failure)),
            None => (!self.connection.is_handshaking()).then_some(Ok(())),
        }
    }

    /// Tells whether the other side has said that no more will come.
    pub(crate) const fn has_ended(&self) -> bool {
        self.has_ended
    }

    /// Opens what was read from the socket, and hands on what was in it. Nothing read means that no more will come.
    /// What TLS itself has to say to that is sent, as far as the socket takes it.
    ///
    /// # Errors
    /// [`ErrorKind::UnexpectedEof`] if nothing more comes, and that was not said; [`ErrorKind::InvalidData`] if what
    /// came is not what the other side may send.
    pub(crate) fn receive(
        &mut self,
        mut sealed: &[u8],
        send: impl Fn(&[IoSlice<'_>]) -> io::Result<usize>,
        take: impl FnMut(&[u8]),
    ) -> io::Result<()> {
        if sealed.is_empty() && !self.has_ended {
            self.fail(TlsFailure::Cut);
            return Err(ErrorKind::UnexpectedEof.into());
        }
        let opened = self.open(&mut sealed, take);
        // An alert says what was wrong.
        let _ = self.flush(send);
        opened.map_err(|error| {
            self.fail(failure(&error));
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

    /// Remembers why it has failed, if that was in the handshake.
    fn fail(&mut self, failure: TlsFailure) {
        if self.connection.is_handshaking() {
            self.failure.get_or_insert(failure);
        }
    }

    /// Seals bytes and sends them, until the socket takes no more. With none it only sends what is held.
    pub(crate) fn write(&mut self, bytes: &[u8], send: impl Fn(&[IoSlice<'_>]) -> io::Result<usize>) -> Written {
        let mut taken = 0;
        loop {
            match self.flush(&send) {
                Ok(true) => {}
                Ok(false) => return Written::Held { taken, left: self.unsent.max(1) },
                Err(_) => return Written::Failed,
            }
            let piece = &bytes[taken..bytes.len().min(taken + SEALED_BYTES_MAX)];
            if piece.is_empty() {
                return Written::Bytes(taken);
            }
            match self.connection.writer().write(piece) {
                Ok(len @ 1..) => (taken, self.unsent) = (taken + len, self.unsent + len),
                Ok(0) | Err(_) => return Written::Failed,
            }
        }
    }

    /// Says that no more will come, as far as the socket takes it.
    pub(crate) fn finish(&mut self, send: impl Fn(&[IoSlice<'_>]) -> io::Result<usize>) {
        self.connection.send_close_notify();
        let _ = self.flush(send);
    }

    /// Sends what is sealed. Tells whether that was all.
    fn flush(&mut self, send: impl Fn(&[IoSlice<'_>]) -> io::Result<usize>) -> io::Result<bool> {
        let mut out = Out(send);
        while self.connection.wants_write() {
            match self.connection.write_tls(&mut out) {
                Ok(len) => self.unsent = self.unsent.saturating_sub(len),
                Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => {
                    return Ok(false);
                }
                Err(error) => return Err(error),
            }
        }
        self.unsent = 0;
        Ok(true)
    }
}

/// Tells which kind of failure this is.
fn failure(error: &Error) -> TlsFailure {
    if matches!(error, Error::PeerIncompatible(_) | Error::NoApplicationProtocol) {
        TlsFailure::Mismatch
    } else if matches!(error, Error::AlertReceived(_)) {
        TlsFailure::Refused
    } else {
        TlsFailure::Malformed
    }
}

/// Writes by what sends.
struct Out<F>(F);

impl<F: Fn(&[IoSlice<'_>]) -> io::Result<usize>> Write for Out<F> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        (self.0)(&[IoSlice::new(bytes)])
    }

    fn write_vectored(&mut self, slices: &[IoSlice<'_>]) -> io::Result<usize> {
        (self.0)(slices)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// It hides what is said.
impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Tls({:?}, {} bytes unsent)", self.secured(), self.unsent)
    }
}

#[cfg(test)]
mod tests;

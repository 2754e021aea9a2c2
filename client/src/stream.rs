//! Owns a connection to a server that is waited for: what is said on it is sent as it is, or by TLS.
//!
//! Invariant: what was taken to be written goes out, whole and in order, as long as somebody writes or flushes. No
//! future that is dropped loses anything.

use std::io::{self, ErrorKind, Read as _, Write as _};
use std::net::TcpStream;
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_io::Async;

use crate::tls::Session;

/// As much as is read from the socket at once: what a record of TLS holds.
const READ_BYTES: usize = 16 << 10;

/// A connection. One thread may read from it while another writes to it.
#[derive(Debug)]
pub(crate) struct Stream {
    socket: Async<TcpStream>,
    tls: Option<Mutex<Secured>>,
    /// What was read and given back.
    early: Mutex<Vec<u8>>,
}

/// TLS, and what was opened and not yet read.
#[derive(Debug)]
struct Secured {
    session: Session,
    opened: Vec<u8>,
    /// Bytes at its start that were read.
    taken: usize,
}

impl Stream {
    /// Takes a connection on which all is sent as it is.
    pub(crate) const fn plain(socket: Async<TcpStream>) -> Self {
        Self { socket, tls: None, early: Mutex::new(Vec::new()) }
    }

    /// Takes a connection, and goes through the handshake of TLS.
    ///
    /// # Errors
    ///
    /// It fails; the session is returned, too.
    pub(crate) async fn secure(socket: Async<TcpStream>, session: Session) -> Result<Self, (Session, io::Error)> {
        let mut secured = Secured { session, opened: Vec::new(), taken: 0 };
        match secured.shake_hands(&socket).await {
            Ok(()) => Ok(Self { socket, tls: Some(Mutex::new(secured)), early: Mutex::default() }),
            Err(error) => Err((secured.session, error)),
        }
    }

    /// Returns the socket, for its options.
    pub(crate) fn socket(&self) -> &TcpStream {
        self.socket.get_ref()
    }

    /// Waits for bytes, and reads some of them; none are the end.
    ///
    /// # Errors
    ///
    /// The connection is lost; by TLS, also if it ended before the server said so.
    pub(crate) async fn read(&self, bytes: &mut [u8]) -> io::Result<usize> {
        let early = self.take_early(bytes);
        if early > 0 {
            return Ok(early);
        }
        let Some(tls) = &self.tls else {
            return self.socket.read_with(|mut socket| socket.read(bytes)).await;
        };
        self.socket.read_with(|socket| lock(tls).read(socket, bytes)).await
    }

    fn take_early(&self, bytes: &mut [u8]) -> usize {
        let mut early = self.early.lock().unwrap_or_else(PoisonError::into_inner);
        let len = early.len().min(bytes.len());
        bytes[..len].copy_from_slice(&early[..len]);
        early.drain(..len);
        len
    }

    /// Gives back what was read, to be read again.
    pub(crate) fn unread(&self, bytes: &[u8]) {
        self.early.lock().unwrap_or_else(PoisonError::into_inner).splice(..0, bytes.iter().copied());
    }

    /// Waits until some of the bytes are taken, and returns how many.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub(crate) async fn write(&self, bytes: &[u8]) -> io::Result<usize> {
        let Some(tls) = &self.tls else {
            return self.socket.write_with(|mut socket| socket.write(bytes)).await;
        };
        self.socket.write_with(|socket| lock(tls).session.write(bytes, |sealed| send(socket, sealed))).await
    }

    /// Waits until all that was taken is out.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub(crate) async fn flush(&self) -> io::Result<()> {
        let Some(tls) = &self.tls else { return Ok(()) };
        self.socket.write_with(|socket| lock(tls).session.flush(|sealed| send(socket, sealed))).await
    }

    /// Waits until all of the bytes are out.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub(crate) async fn write_all(&self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            match self.write(bytes).await? {
                0 => return Err(ErrorKind::WriteZero.into()),
                taken => bytes = &bytes[taken..],
            }
        }
        self.flush().await
    }
}

/// Says that no more will come, where there is a way to say so.
impl Drop for Stream {
    fn drop(&mut self) {
        if let Some(tls) = &self.tls {
            lock(tls).session.finish(|sealed| send(self.socket(), sealed));
        }
    }
}

impl Secured {
    async fn shake_hands(&mut self, socket: &Async<TcpStream>) -> io::Result<()> {
        loop {
            socket.write_with(|socket| self.session.flush(|sealed| send(socket, sealed))).await?;
            if self.session.is_ready() {
                return Ok(());
            }
            socket.read_with(|socket| self.receive(socket)).await?;
        }
    }

    /// Reads from the socket once, and opens that.
    fn receive(&mut self, mut socket: &TcpStream) -> io::Result<()> {
        let mut sealed = [0; READ_BYTES];
        let read = socket.read(&mut sealed)?;
        let Self { session, opened, .. } = self;
        session.receive(&sealed[..read], |sealed| send(socket, sealed), |plain| opened.extend_from_slice(plain))
    }

    fn read(&mut self, socket: &TcpStream, bytes: &mut [u8]) -> io::Result<usize> {
        while self.taken == self.opened.len() && !self.session.has_ended() {
            self.opened.clear();
            self.taken = 0;
            self.receive(socket)?;
        }
        let rest = &self.opened[self.taken..];
        let len = rest.len().min(bytes.len());
        bytes[..len].copy_from_slice(&rest[..len]);
        self.taken += len;
        Ok(len)
    }
}

fn send(mut socket: &TcpStream, sealed: &[u8]) -> io::Result<usize> {
    socket.write(sealed)
}

/// A thread that panicked has left nothing half done that another would have to know of: it ends with the program.
fn lock(tls: &Mutex<Secured>) -> MutexGuard<'_, Secured> {
    tls.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;

//! Owns what a connection has to be able to do that a script is played over.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};

/// A connection that a script is played over.
pub trait Peer: Read + Write {
    /// Says that no more will come.
    ///
    /// # Errors
    /// If the connection has failed.
    fn end(&mut self) -> io::Result<()>;

    /// Returns the socket.
    fn socket(&self) -> &TcpStream;
}

impl Peer for TcpStream {
    fn end(&mut self) -> io::Result<()> {
        self.shutdown(Shutdown::Write)
    }

    fn socket(&self) -> &TcpStream {
        self
    }
}

//! Owns how bytes are written to a socket, and what became of them.

use std::io::{self, ErrorKind, IoSlice};
use std::net::Shutdown;
use std::os::fd::AsFd;

use chinwag_core::Written;
use rustix::io::Errno;
use rustix::net::{RecvFlags, SendAncillaryBuffer, SendFlags, recv, sendmsg};
use socket2::SockRef;

/// Without it whoever writes to one who has gone gets a SIGPIPE, unless the program ignores that, as those in Rust do.
/// Apple's systems have none.
#[cfg(not(target_vendor = "apple"))]
const FLAGS: SendFlags = SendFlags::NOSIGNAL;
#[cfg(target_vendor = "apple")]
const FLAGS: SendFlags = SendFlags::empty();

/// Writes what the socket takes of the bytes, and returns how many those are.
///
/// # Errors
/// [`ErrorKind::WouldBlock`] if a socket that must not block takes none now, and whatever the operating system says of
/// one that never will again.
pub fn send(socket: impl AsFd, bytes: &[u8]) -> io::Result<usize> {
    // The standard library's goes through the C library, which first prepares for the thread to be cancelled meanwhile.
    Ok(rustix::net::send(socket, bytes, FLAGS)?)
}

/// Writes what the socket takes of several pieces, in their order, and returns how many bytes those are.
///
/// # Errors
/// As [`send`].
pub fn send_slices(socket: impl AsFd, slices: &[IoSlice<'_>]) -> io::Result<usize> {
    Ok(sendmsg(socket, slices, &mut SendAncillaryBuffer::default(), FLAGS)?)
}

/// Tells whether there is something to be read from a socket, or its end, whatever a runtime knows of that yet.
pub(crate) fn has_unread(socket: impl AsFd) -> bool {
    let mut byte = [0; 1];
    !matches!(recv(socket, &mut byte, RecvFlags::PEEK | RecvFlags::DONTWAIT), Err(Errno::AGAIN))
}

/// Says that no more is written to a socket, or that nothing more is read from it either.
pub(crate) fn shutdown(socket: impl AsFd, how: Shutdown) {
    // A connection that the other side has closed meanwhile has nothing to be told.
    let _ = SockRef::from(&socket).shutdown(how);
}

/// Puts what became of a write into the fan-out's words.
pub(crate) fn written(sent: io::Result<usize>) -> Written {
    match sent {
        Ok(taken) => Written::Bytes(taken),
        Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => Written::Bytes(0),
        Err(_) => Written::Failed,
    }
}

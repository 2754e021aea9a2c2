//! Owns a way to write the same bytes to many sockets that copies them once.
//!
//! They are copied into a pipe. For each socket Linux duplicates what is in it into a second one (`tee`), and moves it
//! from there to the socket (`splice`). What it passes on are references to pages, where `send` copies each byte for
//! each socket.

use std::fs::File;
use std::io;
use std::mem;
use std::os::fd::{AsFd, OwnedFd};

use rustix::pipe::{PipeFlags, SpliceFlags, fcntl_getpipe_size, fcntl_setpipe_size, pipe_with, splice, tee};

/// How much may be written at once: more than a batch has, unless its lines are very short.
const BYTES_MAX: usize = 256 << 10;

/// Where what is thrown away goes.
const NOWHERE: &str = "/dev/null";

/// Writes the same bytes to many sockets. It has five descriptors, if they are to be had.
#[derive(Debug)]
pub struct Tee {
    pipes: Option<Pipes>,
    /// The number of what could not be written so, which is not tried again for each socket.
    failed: Option<u64>,
}

#[derive(Debug)]
struct Pipes {
    held: Pipe,
    /// What is on its way to a socket; empty between two writes.
    passed: Pipe,
    nowhere: File,
    /// The number of what is held.
    number: Option<u64>,
    len: usize,
    /// How many bytes fit into each.
    room: usize,
}

#[derive(Debug)]
struct Pipe {
    read: OwnedFd,
    write: OwnedFd,
}

impl Tee {
    /// Makes its pipes.
    #[must_use]
    pub fn open() -> Self {
        Self { pipes: Pipes::new().ok(), failed: None }
    }

    /// Writes what the socket, which must not block, takes at once of `bytes`, which are the same whenever the number
    /// is. Returns how many bytes that is.
    ///
    /// Returns `None` if nothing was written, and should be in the ordinary way: the socket is full or has failed,
    /// there are too many bytes, or no descriptors or `/dev/null` to be had. A program that does not ignore SIGPIPE, as
    /// those in Rust do, gets one where the other side has gone.
    pub fn write(&mut self, number: u64, bytes: &[u8], socket: impl AsFd) -> Option<usize> {
        if self.failed == Some(number) {
            return None;
        }
        let written = self.try_write(number, bytes, socket);
        if written.is_err() {
            // What is in the pipes is not known.
            *self = Self { pipes: None, failed: Some(number) };
        }
        written.ok().flatten()
    }

    fn try_write(&mut self, number: u64, bytes: &[u8], socket: impl AsFd) -> io::Result<Option<usize>> {
        let pipes = match &mut self.pipes {
            Some(pipes) => pipes,
            none => none.insert(Pipes::new()?),
        };
        if bytes.len() > pipes.room {
            return Ok(None);
        }
        if pipes.number != Some(number) {
            pipes.hold(number, bytes)?;
        }
        let taken = pipes.pass(socket)?;
        if pipes.passed.discard(pipes.len - taken.unwrap_or_default(), &pipes.nowhere).is_err() {
            self.pipes = None;
        }
        Ok(taken)
    }
}

impl Pipes {
    fn new() -> io::Result<Self> {
        let (held, passed) = (Pipe::new()?, Pipe::new()?);
        let room = held.room()?.min(passed.room()?);
        let nowhere = File::options().write(true).open(NOWHERE)?;
        Ok(Self { held, passed, nowhere, number: None, len: 0, room })
    }

    fn hold(&mut self, number: u64, bytes: &[u8]) -> io::Result<()> {
        self.held.discard(mem::take(&mut self.len), &self.nowhere)?;
        self.len = rustix::io::write(&self.held.write, bytes)?;
        self.number = Some(number);
        is_all(self.len, bytes.len())
    }

    /// Passes on what the socket takes; the rest stays in the second pipe.
    fn pass(&self, socket: impl AsFd) -> io::Result<Option<usize>> {
        let duplicated = tee(&self.held.read, &self.passed.write, self.len, SpliceFlags::NONBLOCK)?;
        is_all(duplicated, self.len)?;
        Ok(splice(&self.passed.read, None, socket, None, self.len, SpliceFlags::NONBLOCK).ok())
    }
}

fn is_all(len: usize, wanted: usize) -> io::Result<()> {
    if len < wanted { Err(io::ErrorKind::StorageFull.into()) } else { Ok(()) }
}

impl Pipe {
    fn new() -> io::Result<Self> {
        let (read, write) = pipe_with(PipeFlags::CLOEXEC | PipeFlags::NONBLOCK)?;
        // It may not be as large if there are very many on this machine.
        let _ = fcntl_setpipe_size(&write, BYTES_MAX);
        Ok(Self { read, write })
    }

    fn room(&self) -> io::Result<usize> {
        Ok(fcntl_getpipe_size(&self.write)?)
    }

    /// Throws away so many bytes that are in it, without a copy.
    fn discard(&self, mut len: usize, nowhere: &File) -> io::Result<()> {
        while len > 0 {
            len -= splice(&self.read, None, nowhere, None, len, SpliceFlags::NONBLOCK)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};
    use std::net::{Ipv4Addr, TcpListener, TcpStream};

    use super::*;

    /// Returns both ends of a connection, of which the first does not block.
    fn connection() -> (TcpStream, TcpStream) {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("there is a free port");
        let there = TcpStream::connect(listener.local_addr().expect("it is bound")).expect("it listens");
        let (here, _) = listener.accept().expect("somebody has come");
        here.set_nonblocking(true).expect("it can be set");
        (here, there)
    }

    /// So many bytes, in which each place is told from those around it.
    fn bytes(first: u8, len: usize) -> Vec<u8> {
        (0..len).map(|place| first.wrapping_add((place % 251) as u8)).collect()
    }

    fn read(there: &mut TcpStream, len: usize) -> Vec<u8> {
        let mut bytes = vec![0; len];
        there.read_exact(&mut bytes).expect("so much was written");
        bytes
    }

    #[test]
    fn each_socket_is_given_the_same_and_then_what_is_next() {
        let mut tee = Tee::open();
        let mut connections: Vec<_> = (0..3).map(|_| connection()).collect();
        for (number, len) in [(1, 20_000), (2, 1), (3, 60_000), (7, 4096)] {
            let bytes = bytes(number as u8, len);
            for (here, there) in &mut connections {
                assert_eq!(tee.write(number, &bytes, &*here), Some(len));
                assert!(read(there, len) == bytes, "{number}");
            }
        }
    }

    #[test]
    fn who_takes_only_a_part_leaves_nothing_of_it_to_others() {
        let (mut tee, (full, mut slow), (here, mut there)) = (Tee::open(), connection(), connection());
        let bytes = bytes(9, 50_000);
        let (mut taken, mut number) = (0, 0);
        let part = loop {
            number += 1;
            match tee.write(number, &bytes, &full) {
                Some(len) if len == bytes.len() => taken += len,
                part => break part,
            }
        };
        assert_eq!(tee.write(number, &bytes, &full), None, "it was full");
        assert_eq!(tee.write(number, &bytes, &here), Some(bytes.len()));
        assert!(read(&mut there, bytes.len()) == bytes);
        assert!(read(&mut slow, taken) == bytes.repeat(taken / bytes.len()));
        let part = part.unwrap_or(0);
        assert!(read(&mut slow, part) == bytes[..part]);
        (&full).write_all(b"end").expect("there is room again");
        assert_eq!(read(&mut slow, 3), b"end");
    }

    #[test]
    fn too_much_is_left_to_be_written_in_the_ordinary_way() {
        let (mut tee, (here, mut there)) = (Tee::open(), connection());
        assert_eq!(tee.write(1, &bytes(1, (1 << 20) + 1), &here), None);
        assert_eq!(tee.write(2, b"hello", &here), Some(5));
        assert_eq!(read(&mut there, 5), b"hello");
    }

    #[test]
    fn a_socket_that_has_failed_takes_nothing_and_harms_nobody() {
        let (mut tee, (gone, there), (here, mut other)) = (Tee::open(), connection(), connection());
        gone.shutdown(std::net::Shutdown::Both).expect("it is open");
        drop(there);
        assert_eq!(tee.write(1, b"hello", &gone), None);
        assert_eq!(tee.write(1, b"hello", &here), Some(5));
        assert_eq!(read(&mut other, 5), b"hello");
    }
}

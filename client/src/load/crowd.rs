//! The connections of a run: every one is read whenever it has something, into one buffer that all share.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::ops::Range;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};

use super::clock::Clock;
use super::dialect::Dialect;
use super::inbox::{Inbox, Receipt};
use super::poller::{Interest, Poller};
use crate::address::Address;

/// Bytes that one read can bring: a few thousand lines, so that a busy member costs few system calls, and small enough
/// to stay in the cache.
const READ_BYTES: usize = 256 * 1024;

/// Connections opened before the server must have put them into their rooms; under the listen backlog of any server,
/// and few enough that those who pass through the first room together do not flood each other.
const JOINING_MAX: usize = 64;

/// How long a server may take to let the next member into its room.
const JOIN_PATIENCE: Duration = Duration::from_secs(10);

/// A set of members in their rooms.
pub(super) struct Crowd {
    clock: Clock,
    poller: Poller,
    members: Vec<Member>,
    buffer: Box<[u8]>,
}

struct Member {
    socket: TcpStream,
    inbox: Inbox,
    /// It has sent messages, and may be in the middle of one.
    sends: bool,
    pong: &'static [u8],
    /// What is sent once the server has welcomed them.
    enter: Vec<u8>,
}

/// What came to pass on one connection.
#[derive(Debug, Clone, Copy)]
pub(super) enum Happening {
    /// Bytes came.
    Received(Receipt),
    /// There is place for bytes again, after [`Crowd::write`] did not take all.
    Writable,
}

impl Crowd {
    /// Creates an empty crowd that lives by `clock`.
    ///
    /// # Errors
    ///
    /// The process may have no descriptors left.
    pub(super) fn new(clock: Clock) -> Result<Self> {
        let poller = Poller::new().context("cannot set up epoll")?;
        Ok(Self { clock, poller, members: Vec::new(), buffer: vec![0; READ_BYTES].into_boxed_slice() })
    }

    /// Returns the clock that deadlines are measured by.
    pub(super) fn clock(&self) -> Clock {
        self.clock
    }

    /// Returns the inboxes of all members, in the order of their joining.
    pub(super) fn inboxes(&self) -> impl ExactSizeIterator<Item = &Inbox> {
        self.members.iter().map(|member| &member.inbox)
    }

    /// Returns how far the slowest of these members has come.
    pub(super) fn slowest(&self, members: Range<usize>) -> u64 {
        let members = &self.members[members];
        members.iter().map(|member| member.inbox.progress()).min().unwrap_or(0)
    }

    /// Connects one member per name in `rooms` and waits until each is in its room.
    ///
    /// Load messages there have texts of `chars` characters.
    ///
    /// # Errors
    ///
    /// Nobody listens at `address`, the server closes a connection, or it lets nobody in for ten seconds.
    pub(super) fn join(
        &mut self,
        address: &Address,
        dialect: Dialect,
        rooms: impl ExactSizeIterator<Item = String>,
        chars: usize,
    ) -> Result<()> {
        let wanted = self.members.len() + rooms.len();
        let addresses = async_io::block_on(address.resolve())?;
        let mut joining = 0;
        for room in rooms {
            self.connect(&addresses, dialect, &room, chars)?;
            joining += 1;
            if joining >= JOINING_MAX {
                joining -= self.await_join(wanted)?;
            }
        }
        while joining > 0 {
            joining -= self.await_join(wanted)?;
        }
        Ok(())
    }

    /// From now on reads nothing for these members.
    ///
    /// # Errors
    ///
    /// None that a caller could mend.
    pub(super) fn stall(&mut self, members: Range<usize>) -> Result<()> {
        for member in &self.members[members] {
            self.poller.remove(&member.socket).context("cannot stop to read")?;
        }
        Ok(())
    }

    fn connect(&mut self, addresses: &[SocketAddr], dialect: Dialect, room: &str, chars: usize) -> Result<()> {
        let socket = TcpStream::connect(addresses).with_context(|| {
            let tried: Vec<_> = addresses.iter().map(ToString::to_string).collect();
            format!("cannot connect to {}, is a chinwag server running there?", tried.join(" or "))
        })?;
        let key = self.members.len();
        // A paced message must leave at once, not when the one before it is acknowledged.
        let ready = socket
            .set_nodelay(true)
            .and_then(|()| (&socket).write_all(&dialect.join(room, key)))
            .and_then(|()| socket.set_nonblocking(true))
            .and_then(|()| self.poller.add(&socket, key, Interest::Read));
        ready.with_context(|| format!("cannot set up connection {}", key + 1))?;
        self.members.push(Member {
            socket,
            inbox: Inbox::new(dialect, room, chars),
            sends: false,
            pong: dialect.pong(),
            enter: dialect.enter(room),
        });
        Ok(())
    }

    /// Waits until the server has put a member into its room; returns how many it did.
    fn await_join(&mut self, wanted: usize) -> Result<usize> {
        let deadline_ns = self.clock.after_ns(JOIN_PATIENCE);
        let mut joined = 0;
        while joined == 0 {
            ensure!(
                self.clock.now_ns() < deadline_ns,
                "the server let nobody into a room for {JOIN_PATIENCE:?}, after {} of {wanted} connections",
                self.members.len()
            );
            self.turn(deadline_ns, |_, _, happening| {
                if let Happening::Received(receipt) = happening {
                    joined += usize::from(receipt.joined);
                }
            })?;
        }
        Ok(joined)
    }

    /// Waits until a member has something or `deadline_ns` has come, reads it, and tells `on` the member's index with
    /// it, and the number of the message that comes next.
    ///
    /// # Errors
    ///
    /// The server has closed a connection.
    pub(super) fn turn(&mut self, deadline_ns: u64, mut on: impl FnMut(usize, u64, Happening)) -> Result<()> {
        self.poller.wait(self.clock.now_ns(), deadline_ns).context("cannot wait for sockets")?;
        for index in 0..self.poller.ready_count() {
            let Some(ready) = self.poller.ready(index) else {
                continue;
            };
            if ready.readable
                && let Some(receipt) = self.read(ready.key)?
            {
                on(ready.key, self.members[ready.key].inbox.next_seq(), Happening::Received(receipt));
            }
            if ready.writable {
                self.poller.modify(&self.members[ready.key].socket, ready.key, Interest::Read)?;
                on(ready.key, self.members[ready.key].inbox.next_seq(), Happening::Writable);
            }
        }
        Ok(())
    }

    fn read(&mut self, key: usize) -> Result<Option<Receipt>> {
        let member = &mut self.members[key];
        let start = member.inbox.restore(&mut self.buffer);
        match member.socket.read(&mut self.buffer[start..]) {
            Ok(0) => bail!("the server closed connection {}", key + 1),
            Ok(bytes) => {
                let receipt = member.inbox.accept(&self.buffer[..start + bytes]);
                if receipt.welcomed {
                    member.socket.write_all(&member.enter).context("cannot enter a room")?;
                }
                // Whoever sends shows by that that somebody is there. If the socket takes no answer, the next ping
                // comes soon.
                if receipt.pinged && !member.sends {
                    let _ = member.socket.write(member.pong);
                }
                Ok(Some(receipt))
            }
            Err(error) if is_passing(&error) => {
                member.inbox.accept(&self.buffer[..start]);
                Ok(None)
            }
            Err(error) => Err(error).with_context(|| format!("cannot read from connection {}", key + 1)),
        }
    }

    /// Writes as much of `bytes` as the socket of member `key` takes, and returns how much that was.
    ///
    /// If it was not all, [`Happening::Writable`] follows.
    ///
    /// # Errors
    ///
    /// The server has closed the connection.
    pub(super) fn write(&mut self, key: usize, bytes: &[u8]) -> Result<usize> {
        let Member { socket, sends, .. } = &mut self.members[key];
        *sends = true;
        let written = match socket.write(bytes) {
            Ok(written) => written,
            Err(error) if is_passing(&error) => 0,
            Err(error) => {
                return Err(error).with_context(|| format!("cannot write to connection {}", key + 1));
            }
        };
        if written < bytes.len() {
            self.poller.modify(&*socket, key, Interest::ReadWrite)?;
        }
        Ok(written)
    }
}

fn is_passing(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted)
}

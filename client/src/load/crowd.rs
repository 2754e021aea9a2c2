//! The connections of a run: every one is read whenever it has something, into one buffer that all share.

use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::ops::Range;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};

use super::clock::Clock;
use super::connection::{Connection, SPARE_BYTES};
use super::dialect::Dialect;
use super::flags::Place;
use super::inbox::{Inbox, Receipt};
use super::poller::{Interest, Poller};
use crate::dial::Server;

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
    /// What a read by TLS takes from a socket.
    sealed: Box<[u8]>,
}

struct Member {
    connection: Connection,
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
        let [buffer, sealed] = [READ_BYTES + SPARE_BYTES, READ_BYTES].map(|bytes| vec![0; bytes].into_boxed_slice());
        Ok(Self { clock, poller, members: Vec::new(), buffer, sealed })
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

    /// Connects one member for each of the `places`, by one of the `servers`, and waits until each is in its room.
    ///
    /// Load messages there have texts of `chars` characters.
    ///
    /// # Errors
    ///
    /// Nobody listens there, the server can't be trusted, it closes a connection, or it lets nobody in for ten seconds.
    pub(super) fn join(
        &mut self,
        servers: &[Server],
        dialect: Dialect,
        places: impl ExactSizeIterator<Item = Place>,
        chars: usize,
    ) -> Result<()> {
        let wanted = self.members.len() + places.len();
        let resolved = |server: &Server| async_io::block_on(server.address.resolve());
        let addresses = servers.iter().map(resolved).collect::<Result<Vec<_>>>()?;
        let mut joining = 0;
        for Place { server, room } in places {
            self.connect(&servers[server], &addresses[server], dialect, &room, chars)?;
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
            self.poller.remove(&member.connection).context("cannot stop to read")?;
        }
        Ok(())
    }

    fn connect(
        &mut self,
        server: &Server,
        addresses: &[SocketAddr],
        dialect: Dialect,
        room: &str,
        chars: usize,
    ) -> Result<()> {
        let key = self.members.len();
        let connection = Connection::open(server, addresses, &dialect.join(room, key), JOIN_PATIENCE)?;
        let added = self.poller.add(&connection, key, Interest::Read);
        added.with_context(|| format!("cannot set up connection {}", key + 1))?;
        self.members.push(Member {
            connection,
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
            if ready.writable && !self.members[ready.key].connection.is_held()? {
                self.poller.modify(&self.members[ready.key].connection, ready.key, Interest::Read)?;
                on(ready.key, self.members[ready.key].inbox.next_seq(), Happening::Writable);
            }
        }
        Ok(())
    }

    fn read(&mut self, key: usize) -> Result<Option<Receipt>> {
        let member = &mut self.members[key];
        let start = member.inbox.restore(&mut self.buffer);
        let most = READ_BYTES.saturating_sub(start);
        let receipt = match member.connection.read(&mut self.buffer[start..], most, &mut self.sealed) {
            Ok(0) => bail!("the server closed connection {}", key + 1),
            Ok(bytes) => member.inbox.accept(&self.buffer[..start + bytes]),
            Err(error) if is_passing(&error) => {
                member.inbox.accept(&self.buffer[..start]);
                return Ok(None);
            }
            Err(error) => return Err(error).with_context(|| format!("cannot read from connection {}", key + 1)),
        };
        let (pong, sends) = (member.pong, member.sends);
        if receipt.welcomed {
            let enter = std::mem::take(&mut member.enter);
            ensure!(self.send(key, &enter)? == enter.len(), "cannot enter a room on connection {}", key + 1);
        }
        // Whoever sends shows by that that somebody is there. If the socket takes no answer, the next ping comes soon.
        if receipt.pinged && !sends {
            self.send(key, pong)?;
        }
        Ok(Some(receipt))
    }

    /// Writes as much of `bytes` as the socket of member `key` takes, and returns how much that was.
    ///
    /// If it was not all, [`Happening::Writable`] follows.
    ///
    /// # Errors
    ///
    /// The server has closed the connection.
    pub(super) fn write(&mut self, key: usize, bytes: &[u8]) -> Result<usize> {
        self.members[key].sends = true;
        self.send(key, bytes)
    }

    fn send(&mut self, key: usize, bytes: &[u8]) -> Result<usize> {
        let connection = &mut self.members[key].connection;
        let written = match connection.write(bytes) {
            Err(error) if is_passing(&error) => Ok(0),
            written => written,
        };
        let sent = written.and_then(|written| Ok((written, written < bytes.len() || connection.is_held()?)));
        let (written, is_waiting) = sent.with_context(|| format!("cannot write to connection {}", key + 1))?;
        if is_waiting {
            self.poller.modify(&*connection, key, Interest::ReadWrite)?;
        }
        Ok(written)
    }
}

fn is_passing(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted)
}

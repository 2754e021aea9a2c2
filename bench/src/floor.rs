//! The least that the work of a chat server can cost: one thread, epoll, and one `send` per member and read.
//!
//! It speaks just enough of the line protocol for `chinwag load`: `/join`, and every other line to the whole room. It
//! has no names, no limits and no checks, answers nothing, and keeps whatever a socket does not take, however much that
//! is.

use std::collections::HashMap;
use std::io;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::os::fd::OwnedFd;

use rustix::buffer::spare_capacity;
use rustix::event::epoll::{self, EventFlags};
use rustix::net::{RecvFlags, SendFlags};

/// What the listener is called among the sockets.
const LISTENER: usize = usize::MAX;

/// As much as chinwag hands to its writers at once: the more, the fewer writes.
const READ_BYTES: usize = 64 << 10;

/// Connections that wait to be accepted, as many as chinwag lets wait.
const BACKLOG: i32 = 4096;

struct Floor {
    epoll: OwnedFd,
    listener: TcpListener,
    members: Vec<Option<Member>>,
    /// Keys of members who are gone.
    vacant: Vec<usize>,
    rooms: Vec<Vec<usize>>,
    rooms_by_name: HashMap<Vec<u8>, usize>,
    buffer: Vec<u8>,
    /// The lines of one read, as they are written.
    lines: Vec<u8>,
}

struct Member {
    socket: TcpStream,
    /// Number of the room, and place among its members.
    membership: Option<(usize, usize)>,
    /// What stands before each of their lines.
    head: Vec<u8>,
    unfinished: Vec<u8>,
    unsent: Vec<u8>,
    /// How much at the start of it is sent.
    sent: usize,
}

/// Serves on a port of this machine, for ever.
///
/// # Errors
/// The port is taken, or the system has no descriptors left.
pub(crate) fn serve(port: u16) -> io::Result<()> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
    // Again, for a longer backlog than the standard library's.
    rustix::net::listen(&listener, BACKLOG)?;
    listener.set_nonblocking(true)?;
    let epoll = epoll::create(epoll::CreateFlags::CLOEXEC)?;
    epoll::add(&epoll, &listener, epoll::EventData::new_u64(LISTENER as u64), EventFlags::IN)?;
    let mut floor = Floor {
        epoll,
        listener,
        members: Vec::new(),
        vacant: Vec::new(),
        rooms: Vec::new(),
        rooms_by_name: HashMap::new(),
        buffer: vec![0; READ_BYTES],
        lines: Vec::new(),
    };
    let mut events = Vec::with_capacity(1024);
    loop {
        events.clear();
        match epoll::wait(&floor.epoll, spare_capacity(&mut events), None) {
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
        for event in &events {
            let (key, flags) = (event.data.u64() as usize, event.flags);
            if key == LISTENER {
                floor.accept()?;
                continue;
            }
            if flags.contains(EventFlags::OUT) {
                floor.flush(key)?;
            }
            if flags.intersects(EventFlags::IN | EventFlags::HUP | EventFlags::ERR) {
                floor.read(key)?;
            }
        }
    }
}

impl Floor {
    fn accept(&mut self) -> io::Result<()> {
        while let Ok((socket, _)) = self.listener.accept() {
            socket.set_nonblocking(true)?;
            socket.set_nodelay(true)?;
            let key = self.vacant.pop().unwrap_or(self.members.len());
            epoll::add(&self.epoll, &socket, epoll::EventData::new_u64(key as u64), EventFlags::IN)?;
            let head = format!("Floor{key}: ").into_bytes();
            let member = Member { socket, membership: None, head, unfinished: Vec::new(), unsent: Vec::new(), sent: 0 };
            if key == self.members.len() {
                self.members.push(None);
            }
            self.members[key] = Some(member);
        }
        Ok(())
    }

    fn read(&mut self, key: usize) -> io::Result<()> {
        let Some(member) = &mut self.members[key] else { return Ok(()) };
        let bytes = match rustix::net::recv(&member.socket, &mut self.buffer[..], RecvFlags::DONTWAIT) {
            Ok((1.., bytes)) => bytes,
            Err(rustix::io::Errno::AGAIN | rustix::io::Errno::INTR) => return Ok(()),
            Ok((0, _)) | Err(_) => {
                self.remove(key);
                return Ok(());
            }
        };
        self.lines.clear();
        let (mut start, mut joins) = (0, Vec::new());
        for end in memchr::memchr_iter(b'\n', &self.buffer[..bytes]) {
            member.unfinished.extend_from_slice(&self.buffer[start..end]);
            start = end + 1;
            match member.unfinished.strip_prefix(b"/join ") {
                Some(room) => joins.push(room.to_vec()),
                None => {
                    self.lines.extend_from_slice(&member.head);
                    self.lines.append(&mut member.unfinished);
                    self.lines.push(b'\n');
                }
            }
            member.unfinished.clear();
        }
        member.unfinished.extend_from_slice(&self.buffer[start..bytes]);
        joins.into_iter().try_for_each(|room| self.join(key, room))?;
        self.broadcast(key)
    }

    fn join(&mut self, key: usize, name: Vec<u8>) -> io::Result<()> {
        self.leave(key);
        let mut line = b"You joined ".to_vec();
        line.extend_from_slice(&name);
        line.push(b'\n');
        let room = *self.rooms_by_name.entry(name).or_insert_with(|| {
            self.rooms.push(Vec::new());
            self.rooms.len() - 1
        });
        let Some(member) = &mut self.members[key] else { return Ok(()) };
        member.membership = Some((room, self.rooms[room].len()));
        self.rooms[room].push(key);
        member.deliver(&self.epoll, key, &line)
    }

    fn broadcast(&mut self, key: usize) -> io::Result<()> {
        let Some(Member { membership: Some((room, _)), .. }) = self.members[key] else { return Ok(()) };
        if self.lines.is_empty() {
            return Ok(());
        }
        for &key in &self.rooms[room] {
            if let Some(member) = &mut self.members[key] {
                member.deliver(&self.epoll, key, &self.lines)?;
            }
        }
        Ok(())
    }

    fn flush(&mut self, key: usize) -> io::Result<()> {
        let Some(member) = &mut self.members[key] else { return Ok(()) };
        member.sent += member.send(&member.unsent[member.sent..]);
        if member.sent == member.unsent.len() {
            (member.unsent, member.sent) = (Vec::new(), 0);
            epoll::modify(&self.epoll, &member.socket, epoll::EventData::new_u64(key as u64), EventFlags::IN)?;
        }
        Ok(())
    }

    fn remove(&mut self, key: usize) {
        self.leave(key);
        self.members[key] = None;
        self.vacant.push(key);
    }

    fn leave(&mut self, key: usize) {
        let Some((room, place)) = self.members[key].as_mut().and_then(|member| member.membership.take()) else {
            return;
        };
        self.rooms[room].swap_remove(place);
        if let Some(&moved) = self.rooms[room].get(place)
            && let Some(member) = &mut self.members[moved]
        {
            member.membership = Some((room, place));
        }
    }
}

impl Member {
    fn deliver(&mut self, epoll: &OwnedFd, key: usize, bytes: &[u8]) -> io::Result<()> {
        if !self.unsent.is_empty() {
            self.unsent.extend_from_slice(bytes);
            return Ok(());
        }
        let sent = self.send(bytes);
        if sent < bytes.len() {
            self.unsent.extend_from_slice(&bytes[sent..]);
            let flags = EventFlags::IN | EventFlags::OUT;
            epoll::modify(epoll, &self.socket, epoll::EventData::new_u64(key as u64), flags)?;
        }
        Ok(())
    }

    /// Returns how much the socket took. If it has failed, the next read tells.
    fn send(&self, bytes: &[u8]) -> usize {
        rustix::net::send(&self.socket, bytes, SendFlags::NOSIGNAL | SendFlags::DONTWAIT).unwrap_or(0)
    }
}

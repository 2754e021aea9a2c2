//! Owns who waits for which of the members' sockets, and what the operating system has said of each.
//!
//! Every socket is registered once, edge-triggered, with an epoll instance of the server's own, which async-io watches as if it were
//! one more socket. async-io would register each of them anew, with a system call, whenever it is waited for, and keep
//! 200 bytes for it. It still does all other waiting: for listeners, timers and signals.

use std::future::poll_fn;
use std::io::{self, ErrorKind, Read as _};
use std::mem::{self, MaybeUninit};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use async_io::Async;
use futures_lite::future;
use rustix::event::Timespec;
use rustix::event::epoll::{self, CreateFlags, EventData, EventFlags};
use rustix::io::Errno;
use slab::Slab;

use crate::clock;

/// How many sockets are woken for at once: no more than can tell the hub something before it has its turn.
const EVENTS_MAX: usize = 128;

/// How often all others have their turn before the next look, if that does not take long: enough for a dozen who come at once to
/// be let in together, and next to nothing if there is nothing to do.
const TURNS: u32 = 32;

/// How long others may have their turn before the next look, so that whoever is next is not kept waiting by a crowd.
const GIVE_WAY: Duration = Duration::from_micros(500);

/// What is always waited for. Urgent bytes are, too: what comes behind them is not read with what comes before.
const READING: EventFlags = EventFlags::IN.union(EventFlags::PRI).union(EventFlags::RDHUP).union(EventFlags::ET);

/// Holds the sockets of one server.
#[derive(Debug)]
pub(crate) struct Sockets {
    epoll: Async<OwnedFd>,
    /// By the key that each is registered with. Nobody is woken, and nothing that was awaited is dropped, while this is locked:
    /// it may be locked again then.
    waiting: Mutex<Slab<Waiting>>,
}

/// Who waits for a socket. There is one for each connection, so what is rare is boxed.
#[derive(Default, Debug)]
struct Waiting {
    unread: Unread,
    reader: Option<Waker>,
    writer: Option<Box<Waker>>,
}

/// What is known to be there to be read.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Unread {
    /// Nothing, until the operating system says so.
    #[default]
    Nothing,
    /// Something; a read of less than there was room for is all of it.
    Bytes,
    /// Something that a read may stop before: urgent bytes, the end, or a failure.
    Stops,
}

impl Sockets {
    pub(crate) fn new() -> io::Result<Arc<Self>> {
        let epoll = Async::new_nonblocking(epoll::create(CreateFlags::CLOEXEC)?)?;
        Ok(Arc::new(Self { epoll, waiting: Mutex::default() }))
    }

    /// Wakes those whose sockets are ready, for ever.
    pub(crate) async fn watch(self: Arc<Self>) {
        let mut wakers = Vec::new();
        loop {
            self.look(&mut wakers);
            if wakers.is_empty() {
                self.epoll.readable().await.expect("epoll can be watched");
                continue;
            }
            wakers.drain(..).for_each(Waker::wake);
            give_way().await;
        }
    }

    /// Wakes those whose sockets are ready now.
    pub(crate) fn wake_ready(&self) {
        let mut wakers = Vec::new();
        self.look(&mut wakers);
        wakers.into_iter().for_each(Waker::wake);
    }

    /// Takes notice of what the operating system has to say by now, and takes the wakers of those who waited for it.
    fn look(&self, wakers: &mut Vec<Waker>) {
        let mut events = [const { MaybeUninit::uninit() }; EVENTS_MAX];
        let (events, _) = match epoll::wait(&self.epoll, &mut events, Some(&Timespec::default())) {
            Err(Errno::INTR) => return,
            events => events.expect("epoll can be asked"),
        };
        let mut waiting = self.lock();
        events.iter().for_each(|event| note(&mut waiting, event, wakers));
    }

    /// Waits for whoever comes next.
    pub(crate) async fn accept(self: &Arc<Self>, listener: &Async<TcpListener>) -> io::Result<(Stream, SocketAddr)> {
        let (socket, peer) = listener.read_with(TcpListener::accept).await?;
        socket.set_nonblocking(true)?;
        let key = self.lock().insert(Waiting::default());
        let stream = Stream { socket, key, sockets: Arc::clone(self) };
        epoll::add(&self.epoll, &stream.socket, stream.data(), READING)?;
        Ok((stream, peer))
    }

    fn lock(&self) -> MutexGuard<'_, Slab<Waiting>> {
        self.waiting.lock().expect("nobody panics while holding it")
    }
}

/// Lets those who were woken have their turn, then the hub, and whoever has something to do then. The later the next look, the more
/// it finds: async-io, whose turn is dear, is not needed then, and the hub has more to hand on at once.
async fn give_way() {
    let until = clock::now() + GIVE_WAY;
    for _ in 0..TURNS {
        future::yield_now().await;
        if until <= clock::now() {
            break;
        }
    }
}

/// Takes notice of an event. It may have been for a socket that had this key before: then somebody is woken in vain.
fn note(waiting: &mut Slab<Waiting>, event: &epoll::Event, wakers: &mut Vec<Waker>) {
    let Some(waiting) = waiting.get_mut(event.data.u64() as usize) else { return };
    let (flags, over) = (event.flags, EventFlags::HUP | EventFlags::ERR);
    if flags.intersects(EventFlags::PRI | EventFlags::RDHUP | over) {
        waiting.unread = Unread::Stops;
    } else if flags.contains(EventFlags::IN) {
        waiting.unread = waiting.unread.max(Unread::Bytes);
    }
    if waiting.unread != Unread::Nothing {
        wakers.extend(waiting.reader.take());
    }
    if flags.intersects(EventFlags::OUT | over) {
        wakers.extend(waiting.writer.take().map(|writer| *writer));
    }
}

/// A member's socket. One task may wait to read it, and one to write to it.
#[derive(Debug)]
pub(crate) struct Stream {
    socket: TcpStream,
    key: usize,
    sockets: Arc<Sockets>,
}

impl Stream {
    pub(crate) const fn get_ref(&self) -> &TcpStream {
        &self.socket
    }

    /// Reads what is there, as soon as something is.
    pub(crate) fn poll_read(&self, cx: &mut Context<'_>, buffer: &mut [u8]) -> Poll<io::Result<usize>> {
        loop {
            // It is taken before the read, so that what the system says meanwhile is not lost.
            let unread = match self.take_unread(cx) {
                Unread::Nothing => return Poll::Pending,
                unread @ (Unread::Bytes | Unread::Stops) => unread,
            };
            match self.get_ref().read(buffer) {
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                Err(error) if error.kind() == ErrorKind::Interrupted => self.put_back(unread),
                read => {
                    if unread == Unread::Stops || read.as_ref().is_ok_and(|&len| len == buffer.len()) {
                        self.put_back(unread);
                    }
                    return Poll::Ready(read);
                }
            }
        }
    }

    /// Waits until more can be written.
    pub(crate) async fn writable(&self) {
        let mut registered = false;
        poll_fn(|cx| {
            let writer = Some(Box::new(cx.waker().clone()));
            let mut waiting = self.sockets.lock();
            let woken = registered && waiting[self.key].writer.is_none();
            let before = mem::replace(&mut waiting[self.key].writer, if woken { None } else { writer });
            drop(waiting);
            drop(before);
            if woken {
                return Poll::Ready(());
            }
            // To register it again makes the system look once more: so this is told of what was written out meanwhile.
            if !mem::replace(&mut registered, true)
                && epoll::modify(&self.sockets.epoll, &self.socket, self.data(), READING | EventFlags::OUT).is_err()
            {
                // The next write shows what it is.
                return Poll::Ready(());
            }
            Poll::Pending
        })
        .await;
    }

    /// Returns what is known to be there, and forgets it. If that is nothing, this task is woken when something is.
    fn take_unread(&self, cx: &Context<'_>) -> Unread {
        let mut all = self.sockets.lock();
        let waiting = &mut all[self.key];
        let unread = mem::take(&mut waiting.unread);
        let waits = waiting.reader.as_ref().is_some_and(|reader| reader.will_wake(cx.waker()));
        let before =
            if unread == Unread::Nothing && !waits { waiting.reader.replace(cx.waker().clone()) } else { None };
        drop(all);
        drop(before);
        unread
    }

    fn put_back(&self, unread: Unread) {
        let mut all = self.sockets.lock();
        let waiting = &mut all[self.key];
        waiting.unread = waiting.unread.max(unread);
    }

    fn data(&self) -> EventData {
        EventData::new_u64(self.key as u64)
    }
}

impl AsFd for Stream {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        // The operating system forgets it when it is closed, which is next.
        let waiting = self.sockets.lock().remove(self.key);
        drop(waiting);
    }
}

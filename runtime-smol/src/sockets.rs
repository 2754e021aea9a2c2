//! Owns who waits for which of the sockets, what the operating system has said of each, and the thread that asks it.
//!
//! Every socket is registered once, edge-triggered, with an epoll instance of the server's own, for which a thread of
//! the server's own waits. With async-io each of them would be registered anew, with a system call, whenever it is
//! waited for. It would keep 200 bytes for each, and hand each event from one thread to another. It still does all
//! other waiting: for timers and signals.

use std::future::poll_fn;
use std::io::{self, ErrorKind};
use std::mem::{self, MaybeUninit};
use std::net::{IpAddr, SocketAddr};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::pin::pin;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{Context, Poll, Wake, Waker};
use std::time::{Duration, Instant};

use chinwag_io::{Listening, NO_ADDRESS};
use rustix::event::epoll::{self, CreateFlags, EventData, EventFlags};
use rustix::event::{EventfdFlags, Timespec, eventfd};
use rustix::io::Errno;
use rustix::net::{self, SocketFlags};
use slab::Slab;
use smol::Executor;

/// How many sockets are woken for at once: no more than can tell the hub something before it has its turn.
const EVENTS_MAX: usize = 128;

/// How long others may have their turn before the next look, so that whoever is next is not kept waiting by a crowd, or
/// by a flood.
const GIVE_WAY: Duration = Duration::from_micros(500);

/// How a connection is accepted.
const ACCEPTED: SocketFlags = SocketFlags::NONBLOCK.union(SocketFlags::CLOEXEC);

/// What the notifier is registered with; no socket ever has this key.
const NOTIFIER: u64 = u64::MAX;

/// What is always waited for. Urgent bytes are, too: what comes behind them is not read with what comes before.
const READING: EventFlags = EventFlags::IN.union(EventFlags::PRI).union(EventFlags::RDHUP).union(EventFlags::ET);

/// Holds the sockets of one server.
#[derive(Debug)]
pub(crate) struct Sockets {
    epoll: OwnedFd,
    notifier: Arc<Notifier>,
    /// By the key that each is registered with. Nobody is woken, and nothing that was awaited is dropped, while this is
    /// locked: it may be locked again then.
    waiting: Mutex<Slab<Waiting>>,
}

/// Wakes the thread that waits for the sockets, if it does.
#[derive(Debug)]
struct Notifier {
    /// It is never read: edge-triggered, each write to it is an event.
    eventfd: OwnedFd,
    state: AtomicU8,
}

impl Notifier {
    const BUSY: u8 = 0;
    const WAITING: u8 = 1;
    const NOTIFIED: u8 = 2;

    /// Tells whether nobody has notified since the last [`answer`](Self::answer), so that there is something to wait
    /// for.
    fn may_wait(&self) -> bool {
        self.state.compare_exchange(Self::BUSY, Self::WAITING, Ordering::AcqRel, Ordering::Acquire).is_ok()
    }

    /// Handles all who have notified. What they did before is seen afterwards, and whoever rings later is not missed: a
    /// mere store could come after a ring that it hides.
    fn answer(&self) {
        self.state.swap(Self::BUSY, Ordering::AcqRel);
    }
}

impl Wake for Notifier {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        if self.state.swap(Self::NOTIFIED, Ordering::AcqRel) == Self::WAITING {
            // It fails only when it was written to 2^64 times.
            let _ = rustix::io::write(&self.eventfd, &1u64.to_ne_bytes());
        }
    }
}

/// Who waits for a socket. There is one for each connection, so what is rare is boxed.
#[derive(Default, Debug)]
struct Waiting {
    unread: Unread,
    reader: Option<Waker>,
    worker: Option<Box<Waker>>,
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
        let epoll = epoll::create(CreateFlags::CLOEXEC)?;
        let eventfd = eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?;
        epoll::add(&epoll, &eventfd, EventData::new_u64(NOTIFIER), EventFlags::IN | EventFlags::ET)?;
        let notifier = Arc::new(Notifier { eventfd, state: AtomicU8::new(Notifier::BUSY) });
        Ok(Arc::new(Self { epoll, notifier, waiting: Mutex::default() }))
    }

    /// Runs the tasks of an executor on this thread, until a future comes to its end. Whenever nobody has anything to
    /// do, or has had something to do for a while, those are woken whose sockets are ready. The later that is, the more
    /// there are of them, and the more the hub has to hand on at once.
    pub(crate) fn run<T>(&self, executor: &Executor<'_>, future: impl Future<Output = T>) -> T {
        let (mut future, mut wakers) = (pin!(future), Vec::new());
        let waker = Waker::from(Arc::clone(&self.notifier));
        let mut cx = Context::from_waker(&waker);
        loop {
            if let Poll::Ready(output) = future.as_mut().poll(&mut cx) {
                return output;
            }
            let until = Instant::now() + GIVE_WAY;
            loop {
                let mut tick = pin!(executor.tick());
                let is_idle = tick.as_mut().poll(&mut cx).is_pending();
                if is_idle || until <= Instant::now() {
                    // The tick is kept meanwhile: so this thread is woken for the next task.
                    let patience = if is_idle && self.notifier.may_wait() { None } else { Some(Timespec::default()) };
                    self.look(patience.as_ref(), &mut wakers);
                    break;
                }
            }
            self.notifier.answer();
            wakers.drain(..).for_each(Waker::wake);
        }
    }

    /// Wakes those whose sockets are ready now.
    pub(crate) fn wake_ready(&self) {
        let mut wakers = Vec::new();
        self.look(Some(&Timespec::default()), &mut wakers);
        wakers.into_iter().for_each(Waker::wake);
    }

    /// Handles what the operating system has to say by then, and takes the wakers of those who waited for it.
    fn look(&self, patience: Option<&Timespec>, wakers: &mut Vec<Waker>) {
        let mut events = [const { MaybeUninit::uninit() }; EVENTS_MAX];
        let (events, _) = match epoll::wait(&self.epoll, &mut events, patience) {
            Err(Errno::INTR) => return,
            events => events.expect("epoll can be asked"),
        };
        let mut waiting = self.lock();
        events.iter().for_each(|event| note(&mut waiting, event, wakers));
    }

    /// Takes in a listening socket, which does not block.
    pub(crate) fn listen(self: &Arc<Self>, listening: Listening) -> io::Result<Incoming> {
        self.register(listening).map(Incoming)
    }

    fn register<T: AsFd>(self: &Arc<Self>, socket: T) -> io::Result<Registered<T>> {
        // It may have come with something, and need not wait for the system to say so.
        let key = self.lock().insert(Waiting { unread: Unread::Bytes, ..Waiting::default() });
        let registered = Registered { socket, key, sockets: Arc::clone(self) };
        epoll::add(&self.epoll, &registered.socket, registered.data(), READING)?;
        Ok(registered)
    }

    fn lock(&self) -> MutexGuard<'_, Slab<Waiting>> {
        self.waiting.lock().expect("nobody panics while holding it")
    }
}

/// Handles an event. It may have been for a socket that had this key before: then somebody is woken in vain.
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
        wakers.extend(waiting.worker.take().map(|worker| *worker));
    }
}

/// A socket that is waited for: one task may do so to read it, and one to write to it.
#[derive(Debug)]
struct Registered<T> {
    socket: T,
    key: usize,
    sockets: Arc<Sockets>,
}

impl<T> Registered<T> {
    /// Does what takes something that is there, as soon as something is. `is_all` tells of what was taken whether it
    /// was all.
    fn poll_take<R>(
        &self,
        cx: &Context<'_>,
        mut take: impl FnMut(&T) -> io::Result<R>,
        is_all: impl Fn(&R) -> bool,
    ) -> Poll<io::Result<R>> {
        loop {
            // It is noted before, so that what the system says meanwhile is not lost.
            let unread = match self.take_unread(cx) {
                Unread::Nothing => return Poll::Pending,
                unread @ (Unread::Bytes | Unread::Stops) => unread,
            };
            match take(&self.socket) {
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                Err(error) if error.kind() == ErrorKind::Interrupted => self.put_back(unread),
                taken => {
                    if unread == Unread::Stops || !taken.as_ref().is_ok_and(&is_all) {
                        self.put_back(unread);
                    }
                    return Poll::Ready(taken);
                }
            }
        }
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

impl<T> Drop for Registered<T> {
    fn drop(&mut self) {
        // The operating system forgets it when it is closed, which is next.
        let waiting = self.sockets.lock().remove(self.key);
        drop(waiting);
    }
}

/// A listening socket.
#[derive(Debug)]
pub(crate) struct Incoming(Registered<Listening>);

impl Incoming {
    /// Waits for whoever comes next.
    pub(crate) async fn accept(&self) -> io::Result<(Stream, IpAddr)> {
        // How many wait is not known before there is nobody.
        let accept = |listening: &Listening| Ok(net::acceptfrom_with(listening, ACCEPTED)?);
        let (socket, peer) = poll_fn(|cx| self.0.poll_take(cx, accept, |_| false)).await?;
        let peer = match &self.0.socket {
            Listening::Tcp(_) => peer.map(SocketAddr::try_from).transpose()?.ok_or(ErrorKind::ConnectionAborted)?.ip(),
            Listening::Unix(_) => NO_ADDRESS,
        };
        Ok((Stream(self.0.sockets.register(socket)?), peer))
    }
}

impl AsFd for Incoming {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.socket.as_fd()
    }
}

/// A member's socket.
#[derive(Debug)]
pub(crate) struct Stream(Registered<OwnedFd>);

impl Stream {
    /// Reads what is there, as soon as something is.
    pub(crate) fn poll_read(&self, cx: &mut Context<'_>, buffer: &mut [u8]) -> Poll<io::Result<usize>> {
        let room = buffer.len();
        self.0.poll_take(cx, |socket| Ok(rustix::io::read(socket, &mut *buffer)?), |&len| len < room)
    }

    /// Waits until more can be written.
    pub(crate) async fn writable(&self) {
        let Registered { socket, key, sockets } = &self.0;
        let mut registered = false;
        poll_fn(|cx| {
            let worker = Some(Box::new(cx.waker().clone()));
            let mut waiting = sockets.lock();
            let woken = registered && waiting[*key].worker.is_none();
            let before = mem::replace(&mut waiting[*key].worker, if woken { None } else { worker });
            drop(waiting);
            drop(before);
            if woken {
                return Poll::Ready(());
            }
            // To register it again makes the system look once more: so this is told of what was written out meanwhile.
            if !mem::replace(&mut registered, true)
                && epoll::modify(&sockets.epoll, socket, self.0.data(), READING | EventFlags::OUT).is_err()
            {
                // The next write shows what it is.
                return Poll::Ready(());
            }
            Poll::Pending
        })
        .await;
    }
}

impl AsFd for Stream {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.socket.as_fd()
    }
}

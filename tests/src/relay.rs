//! Owns a relay between clients and a server: what goes through it can be held, delayed and cut, in either direction.
//!
//! Invariant: what a direction is given comes out whole and in order, unless the direction was cut. The relay reads on
//! while it holds, so to the systems at both ends all is well: they have acknowledgements, and no answers.

use std::collections::VecDeque;
use std::io::{Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// As much is held in each direction of a connection: more than any test has said in vain. After that nothing is read.
const HELD_MAX: usize = 16 << 20;

/// As much as is read at once.
const READ_BYTES: usize = 16 << 10;

/// Names a direction.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Way {
    /// From clients to the server.
    ToServer,
    /// From the server to clients.
    ToClient,
}

impl Way {
    /// Both of them.
    pub const BOTH: [Self; 2] = [Self::ToServer, Self::ToClient];
}

/// Takes connections on a free port of this machine, and hands on to a server what comes.
#[derive(Debug)]
pub struct Relay {
    addr: SocketAddr,
    shared: Arc<Shared>,
    accepting: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct Shared {
    server: SocketAddr,
    stopping: AtomicBool,
    pipes: Mutex<Pipes>,
}

/// The directions of all connections, and how much later what comes is handed on in each.
#[derive(Debug, Default)]
struct Pipes {
    pipes: Vec<(Way, Arc<Pipe>)>,
    delays: [Duration; 2],
    idle_max: Option<Duration>,
}

/// When something went through a connection last, and how many bytes have gone through in each direction.
#[derive(Debug)]
struct Traffic {
    last: Instant,
    bytes: [usize; 2],
}

/// One direction of one connection.
#[derive(Debug)]
struct Pipe {
    way: Way,
    from: TcpStream,
    to: TcpStream,
    traffic: Arc<(Mutex<Traffic>, Condvar)>,
    flow: Mutex<Flow>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Flow {
    /// What has come, with the moment from which on it may go; nothing is the end.
    held: VecDeque<(Instant, Vec<u8>)>,
    held_len: usize,
    is_frozen: bool,
    is_cut: bool,
    delay: Duration,
    idle_max: Option<Duration>,
}

impl Relay {
    /// Starts a relay to `server`, which hands everything on at once.
    ///
    /// # Panics
    /// If the machine has no free port.
    #[must_use]
    pub fn start(server: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
        let addr = listener.local_addr().expect("the listener is bound");
        let shared = Arc::new(Shared { server, stopping: AtomicBool::new(false), pipes: Mutex::default() });
        let accepting = Some(thread::spawn({
            let shared = Arc::clone(&shared);
            move || shared.accept(&listener)
        }));
        Self { addr, shared, accepting }
    }

    /// Returns where clients are to connect.
    #[must_use]
    pub const fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Hands nothing on in this direction of the connections that there are, and keeps what comes. Those made later are
    /// free.
    pub fn freeze(&self, way: Way) {
        self.each(way, |flow| flow.is_frozen = true);
    }

    /// Hands on what was kept, and all that comes from now on.
    pub fn thaw(&self, way: Way) {
        self.each(way, |flow| flow.is_frozen = false);
    }

    /// Has everything arrive later by so much that comes from now on in this direction, of all connections, also of
    /// those made later.
    pub fn delay(&self, way: Way, delay: Duration) {
        self.shared.pipes().delays[way as usize] = delay;
        self.each(way, |flow| flow.delay = delay);
    }

    /// Ends this direction of the connections that there are: whoever reads there finds the end, and what was kept is
    /// lost. Both directions cut are a connection that has ended.
    pub fn cut(&self, way: Way) {
        self.each(way, |flow| flow.is_cut = true);
    }

    /// Cuts connections through which nothing goes for so long, in either direction, as proxies do; also those made
    /// later.
    pub fn cut_idle(&self, idle_max: Duration) {
        self.shared.pipes().idle_max = Some(idle_max);
        Way::BOTH.into_iter().for_each(|way| self.each(way, |flow| flow.idle_max = Some(idle_max)));
    }

    /// Waits until so many more bytes have gone through the connection that was made last in this direction; returns
    /// whether they have before `patience` was over, or it was cut.
    #[must_use]
    pub fn wait_for_bytes(&self, way: Way, count: usize, patience: Duration) -> bool {
        let Some((_, last)) = self.shared.pipes().pipes.last().cloned() else { return false };
        let (traffic, passed) = &*last.traffic;
        let guard = traffic.lock().unwrap_or_else(PoisonError::into_inner);
        let wanted = guard.bytes[way as usize] + count;
        let is_missing = |traffic: &mut Traffic| traffic.bytes[way as usize] < wanted;
        let waited = passed.wait_timeout_while(guard, patience, is_missing).unwrap_or_else(PoisonError::into_inner);
        waited.0.bytes[way as usize] >= wanted
    }

    /// Returns how many connections were made through it so far.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.shared.pipes().pipes.len() / Way::BOTH.len()
    }

    fn each(&self, way: Way, change: impl Fn(&mut Flow)) {
        for (_, pipe) in self.shared.pipes().pipes.iter().filter(|(of, _)| *of == way) {
            change(&mut pipe.flow());
            pipe.changed.notify_all();
        }
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.shared.stopping.store(true, Ordering::Release);
        // Whoever accepts is woken by one more connection.
        let woken = TcpStream::connect(self.addr);
        if let Some(accepting) = self.accepting.take().filter(|_| woken.is_ok()) {
            let _ = accepting.join();
        }
        for way in Way::BOTH {
            self.cut(way);
        }
    }
}

impl Shared {
    fn accept(&self, listener: &TcpListener) {
        while let Ok((client, _)) = listener.accept() {
            if self.stopping.load(Ordering::Acquire) {
                return;
            }
            // As soon as the server knows of a connection it is one of those that there are.
            let mut pipes = self.pipes();
            // Where there is no server, a client finds that the connection ends.
            let Ok(server) = TcpStream::connect(self.server) else { continue };
            let (delays, idle_max) = (pipes.delays, pipes.idle_max);
            let traffic = Traffic { last: Instant::now(), bytes: [0; 2] };
            let traffic = Arc::new((Mutex::new(traffic), Condvar::new()));
            for (way, [from, to]) in [(Way::ToServer, [&client, &server]), (Way::ToClient, [&server, &client])] {
                let [Ok(from), Ok(to)] = [from.try_clone(), to.try_clone()] else { continue };
                let flow = Mutex::new(Flow { delay: delays[way as usize], idle_max, ..Flow::default() });
                let pipe =
                    Arc::new(Pipe { way, from, to, traffic: Arc::clone(&traffic), flow, changed: Condvar::new() });
                pipes.pipes.push((way, Arc::clone(&pipe)));
                thread::spawn({
                    let pipe = Arc::clone(&pipe);
                    move || pipe.fill()
                });
                thread::spawn(move || pipe.empty());
            }
        }
    }

    fn pipes(&self) -> MutexGuard<'_, Pipes> {
        self.pipes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pipe {
    fn flow(&self) -> MutexGuard<'_, Flow> {
        self.flow.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// When something went through the connection last.
    fn last(&self) -> Instant {
        self.traffic.0.lock().unwrap_or_else(PoisonError::into_inner).last
    }

    /// Reads what comes, up to its end.
    fn fill(&self) {
        let mut bytes = vec![0; READ_BYTES];
        loop {
            // A connection that was reset has an end, too.
            let read = (&self.from).read(&mut bytes).unwrap_or(0);
            let is_full = |flow: &mut Flow| flow.held_len >= HELD_MAX && !flow.is_cut;
            let mut flow = self.changed.wait_while(self.flow(), is_full).unwrap_or_else(PoisonError::into_inner);
            let due = Instant::now() + flow.delay;
            flow.held.push_back((due, bytes[..read].to_vec()));
            flow.held_len += read;
            let is_over = read == 0 || flow.is_cut;
            drop(flow);
            self.changed.notify_all();
            if is_over {
                return;
            }
        }
    }

    /// Writes what has come, when it may go, up to the end.
    fn empty(&self) {
        while let Some(bytes) = self.wait_for_some() {
            // Whoever does not take it any more finds the end by themselves.
            if bytes.is_empty() || (&self.to).write_all(&bytes).is_err() {
                break;
            }
            let (traffic, passed) = &*self.traffic;
            let mut traffic = traffic.lock().unwrap_or_else(PoisonError::into_inner);
            traffic.last = Instant::now();
            traffic.bytes[self.way as usize] += bytes.len();
            passed.notify_all();
        }
        let _ = self.to.shutdown(Shutdown::Write);
        // On Linux this ends the reading, if it has not ended; whoever sends more is told that nobody takes it.
        let _ = self.from.shutdown(Shutdown::Read);
    }

    /// Waits for the next that may go; nothing if the direction is cut.
    fn wait_for_some(&self) -> Option<Vec<u8>> {
        let mut flow = self.flow();
        loop {
            if flow.is_cut {
                return None;
            }
            let idle_until = flow.idle_max.map(|idle_max| self.last() + idle_max);
            let due = flow.held.front().filter(|_| !flow.is_frozen).map(|(due, _)| *due);
            let now = Instant::now();
            flow = match due {
                Some(due) if due <= now => break,
                Some(due) => self.changed.wait_timeout(flow, due - now).unwrap_or_else(PoisonError::into_inner).0,
                None => match idle_until {
                    Some(until) if until <= now => return None,
                    Some(until) => {
                        self.changed.wait_timeout(flow, until - now).unwrap_or_else(PoisonError::into_inner).0
                    }
                    None => self.changed.wait(flow).unwrap_or_else(PoisonError::into_inner),
                },
            };
        }
        let (_, bytes) = flow.held.pop_front()?;
        flow.held_len -= bytes.len();
        drop(flow);
        self.changed.notify_all();
        Some(bytes)
    }
}

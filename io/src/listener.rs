//! Owns the mechanism of a listening socket: the options that its connections need, what those who are refused are
//! told, and that want of descriptors leaves nobody waiting without a word.

use std::fs::File;
use std::io::{self, ErrorKind};
use std::net::{IpAddr, SocketAddr};
use std::os::fd::{AsFd, OwnedFd};
use std::time::Duration;

use chinwag_core::{Config, Form, Refusal, Time};
use rustix::io::Errno;
use rustix::net::{RecvFlags, SendFlags, Shutdown, acceptfrom, recv, send, shutdown};
use socket2::{SockRef, TcpKeepalive};

use crate::admission::Admission;
use crate::link::Link;
use crate::listening::Listening;
use crate::pending::Pending;

/// How many probes a quiet peer is sent before it counts as dead, all in the second half of the time that it has for
/// them.
const PROBES: u32 = 5;

/// How much the operating system takes of a connection before it is read: far more than people type, and no more than a
/// flood may have waiting. Otherwise it would be megabytes, for each.
const UNREAD_BYTES_MAX: usize = 64 << 10;

/// How much the operating system takes for a connection beyond what is on its way: a batch or two. What comes after is
/// queued by the core, which counts it and has a limit. Otherwise it would be megabytes, for each who reads nothing.
#[cfg(target_os = "linux")]
const UNSENT_BYTES_MAX: u32 = 128 << 10;

/// What `accept` fails with for want of something that closing a descriptor gives back, rather than because of the
/// connection that it was to be.
const WANTS: [Errno; 4] = [Errno::MFILE, Errno::NFILE, Errno::NOBUFS, Errno::NOMEM];

/// How soon after a failure of another kind the next is a reason to wait. A connection may have failed before it was
/// accepted, and the next one not. But where all do, trying at once would take a core.
const REPEATS_WITHIN: Duration = Duration::from_secs(1);

/// Apple's systems have no flag against the signal; a Rust program ignores it anyhow.
#[cfg(target_vendor = "apple")]
const QUIETLY: SendFlags = SendFlags::DONTWAIT;
#[cfg(not(target_vendor = "apple"))]
const QUIETLY: SendFlags = SendFlags::NOSIGNAL.union(SendFlags::DONTWAIT);

/// Guards one listening socket.
#[derive(Debug)]
pub struct Listener {
    form: Form,
    /// Where it listens, as people write it.
    address: String,
    admission: Admission,
    /// A descriptor to give up when there is no other, so that whoever comes then can still be told. Afterwards it is
    /// the connection of whoever was told: to close that, and to open something else, would be to lose it to another
    /// thread.
    spare: Option<OwnedFd>,
    /// When `accept` last failed for another reason than the want of one.
    failed_at: Option<Time>,
    /// What the socket says of dead peers to all that connects, if that can be out of reach.
    dead_after: Option<Duration>,
}

/// How many may come in before others have their turn: a crowd must neither keep those from talking who are here, nor
/// wait a turn for each who comes.
pub const TURN_ACCEPTS: u32 = 16;

/// How long to wait when nobody can be let in for want of memory or descriptors: long enough not to spin, short enough
/// not to be noticed by who is let in then.
const PAUSE: Duration = Duration::from_millis(100);

impl Listener {
    /// Prepares a listening socket of this kind, which will not block. What connects from now on gives up on dead peers
    /// after [`Limits::dead_after`](chinwag_core::Limits::dead_after). It sends at once what it is given, since the
    /// core has gathered that. It lets the operating system buffer no more than is useful.
    ///
    /// What connects by a file is never out of reach, and has no such options.
    ///
    /// # Errors
    /// Returns an error if the socket does not take these options.
    pub fn new(listening: &Listening, form: Form, config: &Config, admission: Admission) -> io::Result<Self> {
        listening.set_nonblocking()?;
        let dead_after = match listening {
            Listening::Tcp(listener) => {
                // On Linux an accepted socket has these from the listening one.
                set_options(SockRef::from(listener), config.limits.dead_after)?;
                Some(config.limits.dead_after)
            }
            Listening::Unix(_) => None,
        };
        Ok(Self { form, address: listening.to_string(), admission, spare: spare(), failed_at: None, dead_after })
    }

    /// Returns how those who come in here are spoken to.
    #[must_use]
    pub const fn form(&self) -> Form {
        self.form
    }

    /// Returns where it listens, as people write it.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Handles what `accept` returned for this socket, with the address that a connection was made from, be it
    /// [none](crate::NO_ADDRESS). Returns the connection, what its reader and its writer share, and what is to be found
    /// out of it.
    ///
    /// # Errors
    /// There is none, and the next try is to wait so long, if at all.
    pub fn handle<S: AsFd>(
        &mut self,
        listener: impl AsFd,
        accepted: io::Result<(S, IpAddr)>,
    ) -> Result<(S, Link, Pending), Option<Duration>> {
        let now = self.admission.clock().now();
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => return Err(self.recover(now, listener, &error)),
        };
        match self.admission.admit(now, peer, self.form) {
            Ok((admitted, from, config)) => {
                self.set_patience(&stream, &config);
                let pending = Pending::new(config, self.admission.clone(), self.form, peer, from);
                Ok((stream, Link::new(admitted), pending))
            }
            Err(refusal) => {
                self.turn_away(&stream, refusal);
                Err(None)
            }
        }
    }

    /// Has a connection give up on a dead peer as the server was told last. What it has from the listening socket is
    /// what the server was started with, and may be older than that.
    fn set_patience(&self, stream: impl AsFd, config: &Config) {
        if self.dead_after.is_some_and(|dead_after| dead_after != config.limits.dead_after) {
            // If it fails, the connection has ended already.
            let _ = set_options(SockRef::from(&stream.as_fd()), config.limits.dead_after);
        }
    }

    /// Handles that `accept` has failed. If that was for want of a descriptor, or of memory, whoever is next is told
    /// that the server is full; otherwise the next one may well be let in. Returns how long to wait before the next
    /// try: there is nobody, or nobody can be let in.
    fn recover(&mut self, now: Time, listener: impl AsFd, error: &io::Error) -> Option<Duration> {
        if matches!(error.kind(), ErrorKind::Interrupted | ErrorKind::ConnectionAborted) {
            return None;
        }
        if Errno::from_io_error(error).is_some_and(|errno| WANTS.contains(&errno)) {
            return self.refuse_next(now, listener, error);
        }
        self.admission.note_trouble(now, error);
        let repeats = self.failed_at.replace(now).is_some_and(|failed_at| now.since(failed_at) < REPEATS_WITHIN);
        repeats.then_some(PAUSE)
    }

    /// Tells whoever is next that the server is full, by the spare descriptor.
    fn refuse_next(&mut self, now: Time, listener: impl AsFd, error: &io::Error) -> Option<Duration> {
        let had_spare = self.spare.take().is_some();
        let next = if had_spare { acceptfrom(listener).map_err(io::Error::from) } else { Err(error.kind().into()) };
        match next {
            Ok((stream, peer)) => {
                let address = peer.and_then(|peer| SocketAddr::try_from(peer).ok()).map(|peer| peer.ip());
                self.admission.refuse(now, Refusal::ServerFull, address);
                self.turn_away(&stream, Refusal::ServerFull);
                self.spare = Some(stream);
                None
            }
            Err(next) => {
                // The system looks for a descriptor before it looks for a connection: so there may be none.
                if next.kind() != ErrorKind::WouldBlock {
                    self.admission.note_trouble(now, error);
                }
                self.spare = spare();
                Some(PAUSE)
            }
        }
    }

    /// Says why, and that no more will come. What they have sent already is read, or else the operating system would
    /// reset the connection, and they might not see the answer.
    fn turn_away(&self, stream: impl AsFd, refusal: Refusal) {
        let _ = send(&stream, &self.form.refuse(refusal), QUIETLY);
        let _ = shutdown(&stream, Shutdown::Write);
        let _ = recv(&stream, &mut [0; 4096], RecvFlags::DONTWAIT);
    }
}

fn spare() -> Option<OwnedFd> {
    File::open("/dev/null").ok().map(OwnedFd::from)
}

/// How long a peer is silent until it is found dead.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Patience {
    /// How long it may be silent before it is probed.
    idle: Duration,
    /// How long after a probe the next is due.
    interval: Duration,
    /// How long it may leave probes unanswered, or what it was sent unacknowledged.
    pub(crate) silence_max: Duration,
}

impl Patience {
    /// Finds peers dead after `dead_after` at the latest.
    ///
    /// A peer is probed only while nothing is on its way to it. What is sent in the last moment before the probes have
    /// found it dead begins a silence of its own. So each of the two may be half of the time, in whole seconds, as the
    /// system has no shorter ones for probes. The last probe is due at the end of its half: Linux compares the silence
    /// with the limit only then.
    pub(crate) fn new(dead_after: Duration) -> Self {
        let half = (dead_after.as_secs() / 2).max(1);
        let interval = (half / 2 / u64::from(PROBES)).max(1);
        let idle = half.saturating_sub(interval * u64::from(PROBES)).max(1);
        let [idle, interval, silence_max] = [idle, interval, half].map(Duration::from_secs);
        Self { idle, interval, silence_max }
    }
}

/// Sets on a listening socket what its connections need: that they send at once, give up on dead peers, and buffer no
/// more than is useful.
///
/// # Errors
/// Returns an error if the socket does not take these options.
pub fn set_options(socket: SockRef<'_>, dead_after: Duration) -> io::Result<()> {
    let patience = Patience::new(dead_after);
    let keepalive = TcpKeepalive::new().with_time(patience.idle).with_interval(patience.interval).with_retries(PROBES);
    socket.set_tcp_nodelay(true)?;
    socket.set_recv_buffer_size(UNREAD_BYTES_MAX)?;
    socket.set_tcp_keepalive(&keepalive)?;
    #[cfg(target_os = "linux")]
    {
        // It is for what was sent and is never acknowledged, and where it is set, for probes instead of their number.
        socket.set_tcp_user_timeout(Some(patience.silence_max))?;
        socket.set_tcp_notsent_lowat(UNSENT_BYTES_MAX)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;
    use std::net::{Ipv4Addr, TcpListener, TcpStream};
    use std::sync::Arc;

    use chinwag_core::{Limits, Stats};

    use super::*;
    use crate::clock::Clock;

    /// Returns a listener with a connection that waits before it.
    fn waited_at() -> (Listener, Listening, TcpStream) {
        let socket = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("there is a free port");
        let config = Config::default();
        let address = socket.local_addr().expect("it is bound");
        let socket = Listening::from(socket);
        let listener =
            Listener::new(&socket, Form::Lines, &config, Admission::new(&config.clone().into(), Clock::start()))
                .expect("it takes the options");
        let client = TcpStream::connect(address).expect("it listens");
        (listener, socket, client)
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn who_connects_gives_up_on_dead_peers_as_the_server_was_told_last() {
        let (mut listener, socket, client) = waited_at();
        let address = client.peer_addr().expect("it is connected");
        let come = |listener: &mut Listener| {
            let (stream, _link, _pending) = listener.handle(&socket, accept(&socket)).expect("it may come");
            let options = SockRef::from(&stream);
            let patience = options.tcp_user_timeout().expect("it is a socket").expect("it is set");
            (patience, options.tcp_keepalive_time().expect("it is a socket"))
        };
        let patience = |dead_after| (Patience::new(dead_after).silence_max, Patience::new(dead_after).idle);
        // They connected before, and are accepted afterwards.
        let _second = TcpStream::connect(address).expect("it listens");
        let [before, after] = [100, 10].map(Duration::from_secs);
        assert_eq!(come(&mut listener), patience(before));
        let limits = Limits { dead_after: after, ..Limits::default() };
        listener.admission.reload(&Arc::new(Config { limits, ..Config::default() }));
        assert_eq!(come(&mut listener), patience(after));
    }

    fn accept(socket: &Listening) -> io::Result<(TcpStream, IpAddr)> {
        let Listening::Tcp(listener) = socket else { panic!("it is for TCP") };
        listener.accept().map(|(stream, peer)| (stream, peer.ip()))
    }

    fn refused(listener: &Listener) -> u64 {
        let mut stats = Stats::default();
        listener.admission.count(&mut stats);
        stats.refused
    }

    #[test]
    fn for_want_of_a_descriptor_or_memory_whoever_waits_is_told_that_the_server_is_full() {
        for want in WANTS {
            let (mut listener, socket, mut client) = waited_at();
            assert_eq!(listener.recover(Time::START, &socket, &want.into()), None);
            let mut told = String::new();
            client.read_to_string(&mut told).expect("it is told, and closed");
            assert_eq!(told, "Server is full, try again later\n");
            assert_eq!(refused(&listener), 1);
            assert!(listener.spare.is_some(), "it is kept for the next");
            assert_eq!(listener.recover(Time::START, &socket, &want.into()), Some(PAUSE), "nobody waits any more");
        }
    }

    #[test]
    fn whoever_waits_while_another_connection_fails_is_let_in() {
        for errno in [Errno::CONNABORTED, Errno::INTR, Errno::PERM, Errno::PROTO, Errno::NETDOWN, Errno::HOSTUNREACH] {
            let (mut listener, socket, _client) = waited_at();
            assert_eq!(listener.recover(Time::START, &socket, &errno.into()), None, "{errno}");
            assert_eq!(refused(&listener), 0);
            accept(&socket).expect("they still wait");
        }
    }

    #[test]
    fn where_all_connections_fail_a_listener_waits_and_where_some_do_it_need_not() {
        let (mut listener, socket, _client) = waited_at();
        let mut after = |ms| listener.recover(Time::after(Duration::from_millis(ms)), &socket, &Errno::PERM.into());
        let recovered = [0, 0, 100, 1099, 2099].map(&mut after);
        let waits = Some(PAUSE);
        assert_eq!(recovered, [None, waits, waits, waits, None]);
    }

    /// Returns after how many seconds probes alone find a silent peer dead on Linux: when one is due, and the limit has
    /// passed.
    fn probed(patience: Patience) -> u64 {
        let (idle, interval) = (patience.idle.as_secs(), patience.interval.as_secs());
        let mut due = idle + interval;
        while due < patience.silence_max.as_secs() {
            due += interval;
        }
        due
    }

    #[test]
    fn what_is_sent_in_the_last_moment_before_the_probes_have_failed_still_fails_in_time() {
        for seconds in (3..1000).chain([3600, 86_399, 86_400]) {
            let patience = Patience::new(Duration::from_secs(seconds));
            let latest = probed(patience) + patience.silence_max.as_secs();
            assert!(latest <= seconds, "{seconds}: {latest} with {patience:?}");
            assert!(latest + 1 >= seconds, "{seconds}: no more is given away than the odd second, not {latest}");
        }
    }

    #[test]
    fn a_quiet_peer_is_left_alone_for_half_of_its_time_and_then_has_several_chances() {
        let seconds = |dead_after| {
            let patience = Patience::new(Duration::from_secs(dead_after));
            [patience.idle, patience.interval, patience.silence_max].map(|time| time.as_secs())
        };
        assert_eq!(seconds(100), [25, 5, 50]);
        assert_eq!(seconds(10), [1, 1, 5]);
        assert_eq!(seconds(3), [1, 1, 1]);
        assert_eq!(seconds(86_400), [21_600, 4320, 43_200]);
    }
}

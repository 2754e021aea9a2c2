//! Owns the mechanism of a listening socket: the options that its connections need, what those who are refused are told, and that
//! want of descriptors leaves nobody waiting without a word.

use std::fs::File;
use std::io::{self, ErrorKind};
use std::net::TcpListener;
use std::os::fd::AsFd;
use std::time::Duration;

use chinwag_core::{Config, Form, Refusal, Time};
use rustix::net::{RecvFlags, SendFlags, Shutdown, accept, recv, send, shutdown};
use socket2::{SockRef, TcpKeepalive};

use crate::watch::Watch;

/// How many probes a quiet peer is sent before it counts as dead, all in the second half of the time that it has for them.
const PROBES: u32 = 5;

/// How much the operating system takes of a connection before it is read: far more than people type, and no more than a flood may
/// have waiting. Otherwise it would be megabytes, for each.
const UNREAD_BYTES_MAX: usize = 64 << 10;

/// How much the operating system takes for a connection beyond what is on its way: a batch or two. What comes after is queued by
/// the core, which counts it and has a limit. Otherwise it would be megabytes, for each who reads nothing.
#[cfg(target_os = "linux")]
const UNSENT_BYTES_MAX: u32 = 128 << 10;

/// Apple's systems have no flag against the signal; a Rust program ignores it anyhow.
#[cfg(target_vendor = "apple")]
const QUIETLY: SendFlags = SendFlags::DONTWAIT;
#[cfg(not(target_vendor = "apple"))]
const QUIETLY: SendFlags = SendFlags::NOSIGNAL.union(SendFlags::DONTWAIT);

/// Guards one listening socket.
#[derive(Debug)]
pub struct Door {
    form: Form,
    watch: Watch,
    /// A descriptor to give up when there is no other, so that whoever comes then can still be told.
    spare: Option<File>,
}

/// Tells what to do after `accept` has failed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Recovery {
    /// Go on accepting.
    GoOn,
    /// Wait a little before the next try: there is nobody, or nobody can be let in.
    Pause,
}

impl Door {
    /// Prepares a listening socket of this kind: it will not block, and what connects from now on gives up on dead peers after
    /// [`Config::dead_after`], sends at once what it is given, which the core has gathered, and lets the operating system buffer no
    /// more than is useful.
    ///
    /// # Errors
    /// Returns an error if the socket does not take these options.
    pub fn new(listener: &TcpListener, form: Form, config: &Config, watch: Watch) -> io::Result<Self> {
        listener.set_nonblocking(true)?;
        // On Linux an accepted socket has these from the listening one.
        set_options(SockRef::from(listener), config.dead_after)?;
        Ok(Self { form, watch, spare: spare() })
    }

    /// Returns how those who come in here are spoken to.
    #[must_use]
    pub const fn form(&self) -> Form {
        self.form
    }

    /// Takes notice that `accept` has failed. If that was for want of a descriptor, whoever is next is told that the server is full.
    pub fn recover(&mut self, now: Time, listener: impl AsFd, error: &io::Error) -> Recovery {
        if matches!(error.kind(), ErrorKind::Interrupted | ErrorKind::ConnectionAborted) {
            return Recovery::GoOn;
        }
        let had_spare = self.spare.take().is_some();
        let next = if had_spare { accept(listener).map_err(io::Error::from) } else { Err(error.kind().into()) };
        let recovery = match &next {
            Ok(stream) => {
                self.watch.refuse(now, Refusal::ServerFull);
                self.turn_away(stream, Refusal::ServerFull);
                Recovery::GoOn
            }
            // The system looks for a descriptor before it looks for a connection: so there may be none.
            Err(error) if error.kind() == ErrorKind::WouldBlock => Recovery::Pause,
            Err(_) => {
                self.watch.note_trouble(now, error);
                Recovery::Pause
            }
        };
        drop(next);
        self.spare = spare();
        recovery
    }

    /// Says why, and that no more will come. What they have sent already is read, or else the operating system would reset the
    /// connection, and they might not see the answer.
    pub fn turn_away(&self, stream: impl AsFd, refusal: Refusal) {
        let _ = send(&stream, &refusal.answer(self.form), QUIETLY);
        let _ = shutdown(&stream, Shutdown::Write);
        let _ = recv(&stream, &mut [0; 4096], RecvFlags::DONTWAIT);
    }
}

fn spare() -> Option<File> {
    File::open("/dev/null").ok()
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
    /// A peer is probed only while nothing is on its way to it. What is sent in the last moment before the probes have found it dead
    /// begins a silence of its own. So each of the two may be half of the time, in whole seconds, as the system has no shorter
    /// ones for probes. The last probe is due at the end of its half: Linux compares the silence with the limit only then.
    pub(crate) fn new(dead_after: Duration) -> Self {
        let half = (dead_after.as_secs() / 2).max(1);
        let interval = (half / 2 / u64::from(PROBES)).max(1);
        let idle = half.saturating_sub(interval * u64::from(PROBES)).max(1);
        let [idle, interval, silence_max] = [idle, interval, half].map(Duration::from_secs);
        Self { idle, interval, silence_max }
    }
}

pub(crate) fn set_options(socket: SockRef<'_>, dead_after: Duration) -> io::Result<()> {
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
    use super::*;

    /// Returns after how many seconds probes alone find a silent peer dead on Linux: when one is due, and the limit has passed.
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

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

/// How many probes a quiet peer is sent before it counts as dead, all in the second half of the time that it has.
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

pub(crate) fn set_options(socket: SockRef<'_>, dead_after: Duration) -> io::Result<()> {
    let half = dead_after / 2;
    let second = Duration::from_secs(1);
    let keepalive =
        TcpKeepalive::new().with_time(half.max(second)).with_interval((half / PROBES).max(second)).with_retries(PROBES);
    socket.set_tcp_nodelay(true)?;
    socket.set_recv_buffer_size(UNREAD_BYTES_MAX)?;
    socket.set_tcp_keepalive(&keepalive)?;
    #[cfg(target_os = "linux")]
    {
        // What was sent and is never acknowledged is given up after the same time.
        socket.set_tcp_user_timeout(Some(dead_after))?;
        socket.set_tcp_notsent_lowat(UNSENT_BYTES_MAX)?;
    }
    Ok(())
}

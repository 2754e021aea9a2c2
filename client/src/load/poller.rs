//! Which sockets are ready, or whether a deadline has passed: one epoll instance with one timer in it.
//!
//! A wait is one system call; the timer is only touched when the deadline changes. `polling` is not used because adding
//! a source there is `unsafe`, and each wait costs it four system calls more.

use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::time::Duration;

use rustix::buffer::spare_capacity;
use rustix::event::{Timespec, epoll};
use rustix::time::{Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, timerfd_create, timerfd_settime};

/// Sockets told of by one wait. More wait for the next.
const EVENTS_MAX: usize = 1_024;

/// Marks the timer among the keys of the sockets.
const TIMER_KEY: u64 = u64::MAX;

/// Waits for sockets and for one deadline.
pub(super) struct Poller {
    epoll: OwnedFd,
    timer: OwnedFd,
    armed_ns: Option<u64>,
    events: Vec<epoll::Event>,
}

/// What a socket is ready for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ready {
    /// The key that it was added with.
    pub(super) key: usize,
    /// A read gives bytes, the end, or an error.
    pub(super) readable: bool,
    /// A write is taken, which is told only to those who asked.
    pub(super) writable: bool,
}

/// What a socket is watched for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Interest {
    /// Bytes to read.
    Read,
    /// Bytes to read, and place to write.
    ReadWrite,
}

impl Interest {
    fn flags(self) -> epoll::EventFlags {
        match self {
            Self::Read => epoll::EventFlags::IN,
            Self::ReadWrite => epoll::EventFlags::IN | epoll::EventFlags::OUT,
        }
    }
}

impl Poller {
    /// Creates a poller without sockets.
    ///
    /// # Errors
    ///
    /// The process may have no descriptors left.
    pub(super) fn new() -> io::Result<Self> {
        let epoll = epoll::create(epoll::CreateFlags::CLOEXEC)?;
        let timer = timerfd_create(TimerfdClockId::Monotonic, TimerfdFlags::CLOEXEC | TimerfdFlags::NONBLOCK)?;
        // Edge-triggered, an expiry is told once and needs no read.
        let flags = epoll::EventFlags::IN | epoll::EventFlags::ET;
        epoll::add(&epoll, &timer, epoll::EventData::new_u64(TIMER_KEY), flags)?;
        Ok(Self { epoll, timer, armed_ns: None, events: Vec::with_capacity(EVENTS_MAX) })
    }

    /// Starts to watch `socket`, to be told of as `key`.
    ///
    /// # Errors
    ///
    /// The system may have no memory for it.
    pub(super) fn add(&self, socket: impl AsFd, key: usize, interest: Interest) -> io::Result<()> {
        Ok(epoll::add(&self.epoll, socket, epoll::EventData::new_u64(key as u64), interest.flags())?)
    }

    /// Watches `socket` no more.
    ///
    /// # Errors
    ///
    /// The socket was never added.
    pub(super) fn remove(&self, socket: impl AsFd) -> io::Result<()> {
        Ok(epoll::delete(&self.epoll, socket)?)
    }

    /// Changes what `socket` is watched for.
    ///
    /// # Errors
    ///
    /// The socket was never added.
    pub(super) fn modify(&self, socket: impl AsFd, key: usize, interest: Interest) -> io::Result<()> {
        Ok(epoll::modify(&self.epoll, socket, epoll::EventData::new_u64(key as u64), interest.flags())?)
    }

    /// Waits until a socket is ready or `deadline_ns` has come; both times are of one clock.
    ///
    /// # Errors
    ///
    /// None that a caller could mend; a signal only ends the wait early.
    pub(super) fn wait(&mut self, now_ns: u64, deadline_ns: u64) -> io::Result<()> {
        self.events.clear();
        let left_ns = deadline_ns.saturating_sub(now_ns);
        if left_ns > 0 && self.armed_ns != Some(deadline_ns) {
            self.arm(Duration::from_nanos(left_ns))?;
            self.armed_ns = Some(deadline_ns);
        }
        let at_once = Timespec { tv_sec: 0, tv_nsec: 0 };
        let timeout = (left_ns == 0).then_some(&at_once);
        match epoll::wait(&self.epoll, spare_capacity(&mut self.events), timeout) {
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
        if self.events.iter().any(|event| event.data.u64() == TIMER_KEY) {
            self.armed_ns = None;
        }
        Ok(())
    }

    fn arm(&self, after: Duration) -> io::Result<()> {
        let value = Timespec { tv_sec: after.as_secs() as i64, tv_nsec: after.subsec_nanos().into() };
        let once = Itimerspec { it_interval: Timespec { tv_sec: 0, tv_nsec: 0 }, it_value: value };
        timerfd_settime(&self.timer, TimerfdTimerFlags::empty(), &once)?;
        Ok(())
    }

    /// Returns how many sockets the last wait told of.
    pub(super) fn ready_count(&self) -> usize {
        self.events.len()
    }

    /// Returns what the last wait told at `index`; `None` for the timer.
    pub(super) fn ready(&self, index: usize) -> Option<Ready> {
        let event = self.events[index];
        let key = event.data.u64();
        if key == TIMER_KEY {
            return None;
        }
        let flags = event.flags;
        let broken = epoll::EventFlags::HUP | epoll::EventFlags::ERR;
        Some(Ready {
            key: key as usize,
            readable: flags.intersects(epoll::EventFlags::IN | broken),
            writable: flags.contains(epoll::EventFlags::OUT),
        })
    }
}

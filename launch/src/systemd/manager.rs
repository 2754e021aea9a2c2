//! Owns what the service manager is told of this server (`sd_notify`): that it is ready, how many people there are,
//! that it is alive, that it reads something again, and that it stops.
//!
//! Invariant: that it is ready, and alive, is said only after the hub has answered.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use chinwag_core::Stats;
use chinwag_io::{Handle, REPORT};
use futures_lite::future::block_on;
use sd_notify::NotifyState;
use tracing::warn;

/// How often it is looked at how many people there are, unless the watchdog is to be fed sooner: as soon as somebody
/// who looks on would look again.
const PAUSE: Duration = Duration::from_secs(5);

/// The service manager, if there is one that listens; clones are the same.
#[derive(Clone, Default, Debug)]
pub(crate) struct Manager(Arc<Told>);

/// What it was told.
#[derive(Default, Debug)]
struct Told {
    is_ready: AtomicBool,
    is_lost: AtomicBool,
}

impl Manager {
    /// Tells the manager as soon as the server serves, and from then on of it, by a thread of its own.
    ///
    /// # Errors
    /// If there is no thread to be had.
    pub(crate) fn watch(&self, server: Handle) -> io::Result<()> {
        if std::env::var_os("NOTIFY_SOCKET").is_none() {
            return Ok(());
        }
        let watchdog = sd_notify::watchdog_enabled();
        let manager = self.clone();
        let told = move |state: &[NotifyState<'_>]| {
            // Before it is said, since whoever hears it may ask for more at once.
            manager.0.is_ready.store(true, Ordering::Release);
            manager.tell(state);
        };
        thread::Builder::new()
            .name("chinwag-manager".to_owned())
            .spawn(move || watch(&server, watchdog, told, thread::sleep))?;
        Ok(())
    }

    /// Tells it that something is read again, which a [later call](Self::reloaded) says to be over.
    pub(crate) fn reloading(&self) {
        if self.0.is_ready.load(Ordering::Acquire)
            && let Ok(now) = NotifyState::monotonic_usec_now()
        {
            self.tell(&[NotifyState::Reloading, now]);
        }
    }

    /// Tells it that what was to be read again was.
    pub(crate) fn reloaded(&self) {
        if self.0.is_ready.load(Ordering::Acquire) {
            self.tell(&[NotifyState::Ready]);
        }
    }

    /// Tells it that the server stops.
    pub(crate) fn stopping(&self) {
        self.tell(&[NotifyState::Stopping, NotifyState::Status("stopping")]);
    }

    fn tell(&self, state: &[NotifyState<'_>]) {
        if let Err(error) = sd_notify::notify(state)
            && !self.0.is_lost.swap(true, Ordering::AcqRel)
        {
            warn!(target: REPORT, "can't tell the service manager how it stands (NOTIFY_SOCKET): {error}");
        }
    }
}

/// Tells of the server until it stops. The watchdog, where there is one, is fed twice in its time, and only with what
/// the hub has answered since: a hub that hangs starves it.
fn watch(server: &Handle, watchdog: Option<Duration>, tell: impl Fn(&[NotifyState<'_>]), sleep: impl Fn(Duration)) {
    let watchdog = watchdog.filter(|time| !time.is_zero());
    let pause = watchdog.map_or(PAUSE, |time| (time / 2).min(PAUSE));
    let mut last = None;
    while let Some(stats) = block_on(server.stats()) {
        let status = status(&stats);
        let mut states = Vec::new();
        if last.is_none() {
            states.push(NotifyState::Ready);
        }
        if watchdog.is_some() {
            states.push(NotifyState::Watchdog);
        }
        if last.as_ref() != Some(&status) {
            states.push(NotifyState::Status(&status));
        }
        if !states.is_empty() {
            tell(&states);
        }
        last = Some(status);
        sleep(pause);
    }
}

/// Says how many people there are, for `systemctl status`.
fn status(&Stats { people, rooms, .. }: &Stats) -> String {
    let people = if people == 1 { "1 person".to_owned() } else { format!("{people} people") };
    let rooms = if rooms == 1 { "1 room".to_owned() } else { format!("{rooms} rooms") };
    format!("{people} in {rooms}")
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;
    use std::sync::mpsc;

    use chinwag_io::{Controls, Input, handle};

    use super::*;

    /// Answers as a hub does, once.
    fn answer(controls: &mut Controls, people: u64) {
        let Some(Input::Measure(answer)) = block_on(poll_fn(|cx| controls.poll_input::<()>(cx))) else {
            panic!("it is asked for nothing else")
        };
        answer.give(Stats { people, rooms: 2, ..Stats::default() });
    }

    /// Returns what a manager is told by a server whose hub answers these, and then hangs until it ends.
    fn told(watchdog: Option<Duration>, answers: &[u64]) -> Vec<String> {
        let (server, mut controls, ending) = handle();
        controls.serve();
        let (told, all) = mpsc::channel();
        let tell = move |states: &[NotifyState<'_>]| {
            let words: Vec<_> = states.iter().map(ToString::to_string).collect();
            told.send(words.join(" ")).expect("the test listens");
        };
        let watching = thread::spawn(move || watch(&server, watchdog, tell, |_| ()));
        answers.iter().for_each(|&people| answer(&mut controls, people));
        drop(ending);
        watching.join().expect("it ends with the server");
        all.iter().collect()
    }

    #[test]
    fn it_is_ready_when_the_hub_answers_and_the_status_is_told_when_it_changes() {
        assert_eq!(told(None, &[]), [""; 0], "a hub that never answers is not ready");
        let all = ["READY=1 STATUS=0 people in 2 rooms", "STATUS=1 person in 2 rooms", "STATUS=2 people in 2 rooms"];
        assert_eq!(told(None, &[0, 0, 1, 1, 1, 2]), all);
        assert_eq!(status(&Stats { people: 3, rooms: 1, ..Stats::default() }), "3 people in 1 room");
    }

    #[test]
    fn the_watchdog_is_fed_once_for_each_answer_of_the_hub_and_starves_without() {
        let fed = |answers: &[u64]| told(Some(Duration::from_secs(30)), answers);
        assert_eq!(fed(&[]), [""; 0]);
        assert_eq!(fed(&[7; 3]), ["READY=1 WATCHDOG=1 STATUS=7 people in 2 rooms", "WATCHDOG=1", "WATCHDOG=1"]);
        assert_eq!(told(Some(Duration::ZERO), &[7; 3]), ["READY=1 STATUS=7 people in 2 rooms"], "there is none");
    }

    #[test]
    fn it_is_asked_how_it_stands_twice_in_the_time_of_the_watchdog() {
        let pause = |watchdog| {
            let (server, mut controls, ending) = handle();
            controls.serve();
            let (slept, pauses) = mpsc::channel();
            let sleep = move |pause| slept.send(pause).expect("the test listens");
            let watching = thread::spawn(move || watch(&server, watchdog, |_| (), sleep));
            answer(&mut controls, 1);
            drop(ending);
            watching.join().expect("it ends with the server");
            pauses.recv().expect("it sleeps once")
        };
        let seconds = [None, Some(4), Some(60)].map(|watchdog| pause(watchdog.map(Duration::from_secs)).as_secs());
        assert_eq!(seconds, [5, 2, 5]);
    }
}

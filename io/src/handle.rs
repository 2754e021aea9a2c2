//! Owns how a running server is steered from outside, on any runtime.

use std::collections::VecDeque;
use std::mem;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use chinwag_core::log::Accounts;
use chinwag_core::{Config, ConfigError, Stats};

use crate::input::Input;
use crate::oneshot::{Answer, Answered, oneshot};

/// Steers a server, from before it runs until it has ended. Its clones steer the same one. The server goes on when all
/// are dropped.
#[derive(Clone, Debug)]
pub struct Handle(Arc<Mutex<State>>);

/// The server's end: what it is told by its handles.
#[derive(Debug)]
pub struct Controls(Arc<Mutex<State>>);

/// Stands for the server until it has ended, which is when this is dropped.
#[derive(Debug)]
pub struct Ending(Arc<Mutex<State>>);

/// Tells a running server to do something.
#[derive(Debug)]
enum Control {
    /// Log one line of what there is and what was done so far.
    Report,
    /// Tell what there is and what was done so far.
    Measure(Answer<Stats>),
    /// Take an answer to what the hub has asked for.
    Answered(Box<chinwag_core::Answer>),
    /// Take over which accounts were made, and which are gone.
    Accounts(Accounts),
    /// Take over what of this can change.
    Reload(Box<Config>, Answer<Vec<&'static str>>),
    /// Tell everyone, send what is queued, and end.
    Stop,
}

#[derive(Default, Debug)]
struct State {
    phase: Phase,
    /// What the server was not told yet, but to stop.
    told: VecDeque<Control>,
    is_to_stop: bool,
    server: Option<Waker>,
    waiting: Vec<Waker>,
}

#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
enum Phase {
    #[default]
    Starting,
    Serving,
    Stopping,
    Ended,
}

/// Makes a handle, and what a server takes.
#[must_use]
pub fn handle() -> (Handle, Controls, Ending) {
    let state = Arc::<Mutex<State>>::default();
    (Handle(Arc::clone(&state)), Controls(Arc::clone(&state)), Ending(state))
}

impl Handle {
    /// Tells whether the server serves: it accepts connections, and was not told to stop.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        let state = lock(&self.0);
        state.phase == Phase::Serving && !state.is_to_stop
    }

    /// Asks for what there is and what was done so far, as it is in the metrics. There is none when the server stops,
    /// or has ended.
    pub fn stats(&self) -> Answered<Stats> {
        let (answer, answered) = oneshot();
        self.tell(Control::Measure(answer));
        answered
    }

    /// Has the server take over what of a configuration can change while it runs, as [`Config::reload`] lists it. What
    /// decides who may connect, and how long a server that stops goes on, counts at once. The rest counts for those who
    /// connect from then on. Nobody is disconnected, even if there are more than there may be now.
    ///
    /// Answers with the names of the fields that are not as they are asked for, since they can't change. There is no
    /// answer when the server stops, or has ended.
    ///
    /// # Errors
    /// If the configuration does not pass [`Config::check`]. Then all stays as it was.
    pub fn reload(&self, config: Config) -> Result<Answered<Vec<&'static str>>, ConfigError> {
        config.check()?;
        let (answer, answered) = oneshot();
        self.tell(Control::Reload(Box::new(config), answer));
        Ok(answered)
    }

    /// Has the server log one line of what there is and what was done so far.
    pub fn report(&self) {
        self.tell(Control::Report);
    }

    /// Tells the server to stop: to tell everyone, to send what is queued, and to end. What is returned waits for that,
    /// and need not be waited for.
    pub fn stop(&self) -> Ended {
        let mut state = lock(&self.0);
        state.is_to_stop = true;
        let server = state.server.take();
        drop(state);
        server.into_iter().for_each(Waker::wake);
        self.ended()
    }

    /// Waits until the server has ended, whoever has told it to.
    pub fn ended(&self) -> Ended {
        Ended(Arc::clone(&self.0))
    }

    fn tell(&self, control: Control) {
        tell(&self.0, control);
    }
}

/// Gives a running server what its hub has asked for, and what else it is to know.
#[derive(Clone, Debug)]
pub struct Answers(Arc<Mutex<State>>);

impl Answers {
    /// Gives an answer. A server that stops wants none any more.
    pub(crate) fn give(&self, answer: chinwag_core::Answer) {
        tell(&self.0, Control::Answered(Box::new(answer)));
    }

    /// Tells a running server which accounts were made, and which are gone.
    pub(crate) fn tell_accounts(&self, accounts: Accounts) {
        tell(&self.0, Control::Accounts(accounts));
    }
}

/// Tells a server something, unless it stops.
fn tell(state: &Mutex<State>, control: Control) {
    let mut state = lock(state);
    if matches!(state.phase, Phase::Starting | Phase::Serving) {
        state.told.push_back(control);
        let server = state.server.take();
        drop(state);
        server.into_iter().for_each(Waker::wake);
    }
}

impl Controls {
    /// Says that the server accepts connections from now on.
    pub fn serve(&self) {
        lock(&self.0).phase = Phase::Serving;
    }

    /// Returns how the server is given what its hub has asked for.
    #[must_use]
    pub fn answers(&self) -> Answers {
        Answers(Arc::clone(&self.0))
    }

    /// Returns what the hub is to be told next, or nothing when the server is to stop.
    pub fn poll_input<P>(&mut self, cx: &Context<'_>) -> Poll<Option<Input<P>>> {
        self.poll_next(cx).map(|control| match control {
            Control::Report => Some(Input::Report),
            Control::Measure(answer) => Some(Input::Measure(answer)),
            Control::Answered(answer) => Some(Input::Answered(answer)),
            Control::Accounts(accounts) => Some(Input::Accounts(accounts)),
            Control::Reload(config, answer) => Some(Input::Reload(config, answer)),
            Control::Stop => None,
        })
    }

    /// Returns what the server is told next: to stop only after all else, and nothing after that.
    fn poll_next(&mut self, cx: &Context<'_>) -> Poll<Control> {
        let mut state = lock(&self.0);
        if let Some(control) = state.told.pop_front() {
            return Poll::Ready(control);
        }
        if mem::take(&mut state.is_to_stop) {
            state.phase = Phase::Stopping;
            return Poll::Ready(Control::Stop);
        }
        let before = state.server.replace(cx.waker().clone());
        drop(state);
        drop(before);
        Poll::Pending
    }
}

impl Drop for Ending {
    fn drop(&mut self) {
        let mut state = lock(&self.0);
        state.phase = Phase::Ended;
        let (told, waiting) = (mem::take(&mut state.told), mem::take(&mut state.waiting));
        drop(state);
        drop(told);
        waiting.into_iter().for_each(Waker::wake);
    }
}

/// Waits until a server has ended.
#[derive(Debug)]
pub struct Ended(Arc<Mutex<State>>);

impl Future for Ended {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let mut state = lock(&self.0);
        if state.phase == Phase::Ended {
            return Poll::Ready(());
        }
        if !state.waiting.iter().any(|waker| waker.will_wake(cx.waker())) {
            state.waiting.push(cx.waker().clone());
        }
        Poll::Pending
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::pin::pin;

    use chinwag_core::Limits;

    use super::*;

    #[test]
    fn a_server_is_told_to_stop_after_all_else_and_once() {
        let mut cx = Context::from_waker(Waker::noop());
        let (handle, mut controls, ending) = handle();
        assert!(!handle.is_ready());
        controls.serve();
        assert!(handle.is_ready());
        let mut ended = pin!(handle.stop());
        assert!(!handle.is_ready() && ended.as_mut().poll(&mut cx).is_pending());
        let mut stats = pin!(handle.clone().stats());
        let Poll::Ready(Control::Measure(answer)) = controls.poll_next(&cx) else { panic!("it was asked for") };
        answer.give(Stats { people: 3, ..Stats::default() });
        assert!(matches!(stats.as_mut().poll(&mut cx), Poll::Ready(Some(Stats { people: 3, .. }))));
        assert!(matches!(controls.poll_next(&cx), Poll::Ready(Control::Stop)));
        assert!(controls.poll_next(&cx).is_pending());
        assert_eq!(pin!(handle.stats()).poll(&mut cx), Poll::Ready(None), "it stops");
        drop(ending);
        assert!(ended.poll(&mut cx).is_ready() && pin!(handle.ended()).poll(&mut cx).is_ready());
    }

    #[test]
    fn what_can_not_be_is_refused_before_a_server_hears_of_it() {
        let mut cx = Context::from_waker(Waker::noop());
        let (handle, mut controls, _ending) = handle();
        let threads = |threads| Config { limits: Limits { threads, ..Limits::default() }, ..Config::default() };
        assert_eq!(handle.reload(threads(0)).expect_err("it needs one").field, "threads");
        assert!(controls.poll_next(&cx).is_pending());
        let mut answered = pin!(handle.reload(threads(2)).expect("it can be"));
        let Poll::Ready(Control::Reload(config, answer)) = controls.poll_next(&cx) else { panic!("it was asked for") };
        assert_eq!(*config, threads(2));
        answer.give(vec!["threads"]);
        assert_eq!(answered.as_mut().poll(&mut cx), Poll::Ready(Some(vec!["threads"])));
    }

    #[test]
    fn whoever_asks_a_server_that_ends_unheard_is_told_nothing() {
        let mut cx = Context::from_waker(Waker::noop());
        let (handle, _controls, ending) = handle();
        let mut stats = pin!(handle.stats());
        assert!(stats.as_mut().poll(&mut cx).is_pending());
        drop(ending);
        assert_eq!(stats.poll(&mut cx), Poll::Ready(None));
        assert_eq!(pin!(handle.stats()).poll(&mut cx), Poll::Ready(None));
        assert!(!handle.is_ready());
    }
}

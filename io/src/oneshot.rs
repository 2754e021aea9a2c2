//! Owns how one part of a server asks another for something, on any runtime.

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

/// Makes both ends of an answer to be given.
#[must_use]
pub fn oneshot<T>() -> (Answer<T>, Answered<T>) {
    let shared = Arc::new(Mutex::new(State::Waiting(None)));
    (Answer(Arc::clone(&shared)), Answered(shared))
}

/// Takes the answer. If it is dropped there is none.
#[derive(Debug)]
pub struct Answer<T>(Arc<Mutex<State<T>>>);

/// Waits for the answer, or for there to be none.
#[derive(Debug)]
pub struct Answered<T>(Arc<Mutex<State<T>>>);

#[derive(Debug)]
enum State<T> {
    Waiting(Option<Waker>),
    Done(Option<T>),
}

impl<T> Answer<T> {
    /// Gives it.
    pub fn give(self, answer: T) {
        done(&self.0, Some(answer));
    }
}

impl<T> Drop for Answer<T> {
    fn drop(&mut self) {
        done(&self.0, None);
    }
}

/// Only what comes first counts.
fn done<T>(shared: &Mutex<State<T>>, answer: Option<T>) {
    let mut state = lock(shared);
    if let State::Waiting(waker) = &mut *state {
        let waker = waker.take();
        *state = State::Done(answer);
        drop(state);
        waker.into_iter().for_each(Waker::wake);
    }
}

fn lock<T>(shared: &Mutex<State<T>>) -> MutexGuard<'_, State<T>> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<T> Future for Answered<T> {
    type Output = Option<T>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<T>> {
        let mut state = lock(&self.0);
        match &mut *state {
            State::Waiting(waker) => {
                let before = waker.replace(cx.waker().clone());
                drop(state);
                drop(before);
                Poll::Pending
            }
            State::Done(answer) => Poll::Ready(answer.take()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;

    use super::*;

    #[test]
    fn it_is_told_what_was_given_and_nothing_where_nobody_will() {
        let mut cx = Context::from_waker(Waker::noop());
        let (answer, answered) = oneshot();
        let mut answered = pin!(answered);
        assert_eq!(answered.as_mut().poll(&mut cx), Poll::Pending);
        answer.give(7);
        assert_eq!(answered.as_mut().poll(&mut cx), Poll::Ready(Some(7)));
        let (answer, answered) = oneshot::<u8>();
        drop(answer);
        assert_eq!(pin!(answered).poll(&mut cx), Poll::Ready(None));
    }
}

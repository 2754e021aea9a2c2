//! Owns which kind of input a session has. All kinds are handed bytes, and have found the next thing that was sent, or wait for more.

use std::ops::ControlFlow;

use super::lines::decode::{Lines, Opening};
use super::web::decode::Frames;
use crate::request::Asked;
use crate::texts::Saying;
use crate::{Dialect, Form, Time};

#[derive(Debug)]
pub(crate) enum Input {
    Lines(Lines),
    /// Apart, so that lines, which most have, need no more for it.
    Web(Box<Frames>),
}

impl Input {
    /// Takes bytes that have come. Tells whether more may come: else the last was a wish to leave.
    pub(crate) fn handle_bytes(&mut self, bytes: &[u8]) -> ControlFlow<()> {
        match self {
            Self::Lines(lines) => lines.handle_bytes(bytes),
            Self::Web(frames) => {
                frames.handle_bytes(bytes);
                ControlFlow::Continue(())
            }
        }
    }

    pub(crate) const fn has_found(&self) -> bool {
        match self {
            Self::Lines(lines) => lines.has_found(),
            Self::Web(frames) => frames.has_found(),
        }
    }

    /// Takes what was found and what follows it, as far as it says something, can be taken together, and may pass. It is added to `saying`.
    /// Returns how many messages there are.
    pub(crate) fn say_plain(&mut self, saying: &mut Saying, may_pass: impl FnMut() -> bool) -> usize {
        match self {
            Self::Lines(lines) => lines.say_plain(saying, may_pass),
            Self::Web(_) => 0,
        }
    }

    /// Takes what was found for what it asks for; what it says is added to `saying`.
    pub(crate) fn ask(&self, saying: &mut Saying) -> Asked {
        match self {
            Self::Lines(lines) => lines.ask(saying),
            Self::Web(frames) => frames.ask(saying),
        }
    }

    /// Tells whether what was found costs nothing.
    pub(crate) const fn is_free(&self) -> bool {
        match self {
            Self::Lines(lines) => lines.is_free(),
            Self::Web(_) => false,
        }
    }

    /// Goes past what was found, and was blank or not.
    pub(crate) fn pass(&mut self, is_blank: bool) {
        match self {
            Self::Lines(lines) => lines.pass(is_blank),
            Self::Web(frames) => frames.pass(),
        }
    }

    pub(crate) fn forget_passed(&mut self) {
        match self {
            Self::Lines(lines) => lines.forget_passed(),
            Self::Web(frames) => frames.forget_passed(),
        }
    }

    /// Tells whether something has come that shows that somebody is there, and it is time to say so.
    pub(crate) fn shows_life(&mut self, now: Time) -> bool {
        match self {
            Self::Lines(_) => false,
            Self::Web(frames) => frames.shows_life(now),
        }
    }

    pub(crate) fn held_bytes(&self) -> usize {
        match self {
            Self::Lines(lines) => lines.held_bytes(),
            Self::Web(frames) => frames.held_bytes(),
        }
    }

    pub(crate) const fn opening(&self) -> Opening {
        match self {
            Self::Lines(lines) => lines.opening(),
            Self::Web(_) => Opening::Line,
        }
    }

    /// Returns what is known of the program that it comes from.
    pub(crate) const fn dialect(&self) -> Dialect {
        match self {
            Self::Lines(lines) => lines.dialect(),
            Self::Web(_) => Dialect::Lf,
        }
    }

    /// Returns the same, and asks for it no more.
    pub(crate) fn take_dialect(&mut self) -> Dialect {
        match self {
            Self::Lines(lines) => lines.take_dialect(),
            Self::Web(_) => Dialect::Lf,
        }
    }

    pub(crate) const fn form(&self) -> Form {
        match self {
            Self::Lines(_) => Form::Lines,
            Self::Web(_) => Form::Web,
        }
    }
}

#[cfg(test)]
impl Input {
    /// Returns what is held of what was handed in.
    pub(crate) fn held(&self) -> &[u8] {
        match self {
            Self::Lines(lines) => lines.held(),
            Self::Web(frames) => frames.held(),
        }
    }
}

//! Owns which kind of input a session has. All kinds are handed bytes, and have found the next thing that was sent, or wait for more.

use super::frames::Frames;
use super::lines::{Lines, Opening, Plain};
use super::telnet::Stripped;
use crate::{Form, Request};

#[derive(Debug)]
pub(super) enum Input {
    Lines(Lines),
    /// Apart, so that lines, which most have, need no more for it.
    Web(Box<Frames>),
}

impl Input {
    pub(super) fn handle_bytes(&mut self, bytes: &[u8]) -> Stripped {
        match self {
            Self::Lines(lines) => lines.handle_bytes(bytes),
            Self::Web(frames) => {
                frames.handle_bytes(bytes);
                Stripped::Text
            }
        }
    }

    pub(super) const fn has_found(&self) -> bool {
        match self {
            Self::Lines(lines) => lines.has_found(),
            Self::Web(frames) => frames.has_found(),
        }
    }

    /// Takes together what is held, if that is much, and can be.
    pub(super) fn plain(&self) -> Option<Plain> {
        match self {
            Self::Lines(lines) => lines.plain(),
            Self::Web(_) => None,
        }
    }

    /// Returns what is asked for by what was found, if it is anything; it may be taken from what was taken together.
    pub(super) fn request(&self, plain: Option<&Plain>) -> Option<Request> {
        match self {
            Self::Lines(lines) => lines.request(plain),
            Self::Web(frames) => frames.request(),
        }
    }

    /// Goes past what was found and asked for this.
    pub(super) fn pass(&mut self, request: Option<&Request>) {
        match self {
            Self::Lines(lines) => lines.pass(request),
            Self::Web(frames) => frames.pass(),
        }
    }

    pub(super) fn forget_passed(&mut self) {
        match self {
            Self::Lines(lines) => lines.forget_passed(),
            Self::Web(frames) => frames.forget_passed(),
        }
    }

    pub(super) const fn held_bytes(&self) -> usize {
        match self {
            Self::Lines(lines) => lines.held_bytes(),
            Self::Web(frames) => frames.held_bytes(),
        }
    }

    pub(super) const fn opening(&self) -> Opening {
        match self {
            Self::Lines(lines) => lines.opening(),
            Self::Web(_) => Opening::Line,
        }
    }

    pub(super) const fn form(&self) -> Form {
        match self {
            Self::Lines(_) => Form::Lines,
            Self::Web(_) => Form::Web,
        }
    }
}

#[cfg(test)]
impl Input {
    /// Returns what is held of what was handed in.
    pub(super) fn held(&self) -> &[u8] {
        match self {
            Self::Lines(lines) => lines.held(),
            Self::Web(frames) => frames.held(),
        }
    }
}

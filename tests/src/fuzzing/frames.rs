//! Owns what frames of a browser ask for, by a second reading of the rules.

use chinwag_core::log::Command;
use chinwag_core::{Notice, Request};

use super::input::Input;
use crate::sim::{Framed, Frames, masked};

/// The most bytes before what a frame carries.
pub(super) const FRAME_HEAD_MAX: usize = 14;

/// What of a request can be foretold: what is asked for, or the code that somebody leaves with.
#[derive(PartialEq, Eq, Debug)]
pub(super) enum Heard {
    Asked(Request),
    Left(u16),
}

/// Returns how many bytes a message may have.
pub(super) const fn message_bytes_max(line_chars_max: u32) -> usize {
    16 * line_chars_max as usize
}

/// Takes a request for what can be foretold of it; marks come when the window of replies says.
pub(super) fn heard(request: &Request) -> Option<Heard> {
    match request {
        Request::Notice(Notice::Fence | Notice::Alive) => None,
        Request::Command(Command::Leave(code)) | Request::Notice(Notice::Fail(code)) => {
            Some(Heard::Left(code.number()))
        }
        Request::Command(_) | Request::Resume(_) | Request::Query(_) | Request::Irc(_) | Request::Notice(_) => {
            Some(Heard::Asked(request.clone()))
        }
    }
}

/// Makes frames that are masked and as long as they say: each of its first byte, its length, and what it carries.
pub(super) fn well_formed(input: &mut Input<'_>) -> Vec<u8> {
    let mut frames = Vec::new();
    while !input.is_empty() {
        let (first, len) = (input.byte(), usize::from(input.byte()));
        frames.extend(masked(first, input.take(len), [1, 0, 255, 128]));
    }
    frames
}

/// Returns what bytes after a handshake have to be heard as.
pub(super) fn expected(bytes: &[u8], line_chars_max: u32) -> Vec<Heard> {
    let mut frames = Frames::new(true, message_bytes_max(line_chars_max));
    frames.receive(bytes);
    let mut all = Vec::new();
    while let Some(framed) = frames.read() {
        let asked = match framed {
            Framed::Text(text) if text.chars().count() > line_chars_max as usize => Some(Notice::TooLong.into()),
            Framed::Text(text) => Request::parse(&text),
            Framed::Ping(payload) => Some(Notice::Ping(payload.into()).into()),
            Framed::Pong(_) => None,
            Framed::Close(code) | Framed::Fault(code) => {
                all.push(Heard::Left(code));
                break;
            }
        };
        all.extend(asked.as_ref().and_then(heard));
        if matches!(all.last(), Some(Heard::Left(_))) {
            break;
        }
    }
    all
}

//! Owns a second reading of RFC 6455: what frames of a browser ask for, told without the library that the core leaves it to.

use chinwag_core::log::Command;
use chinwag_core::{Notice, Request};

use super::input::Input;

/// The most bytes before what a frame carries.
pub(super) const FRAME_HEAD_MAX: usize = 14;

/// What of a request can be foretold: what is asked for, or the code that somebody leaves with.
#[derive(PartialEq, Eq, Debug)]
pub(super) enum Heard {
    Asked(Request),
    Left(u16),
}

/// A frame that has come as a whole.
struct Frame {
    first: u8,
    is_masked: bool,
    payload: Vec<u8>,
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
        Request::Command(_) | Request::Resume(_) | Request::Query(_) | Request::Notice(_) => {
            Some(Heard::Asked(request.clone()))
        }
    }
}

/// Makes frames that are masked and as long as they say: each of its first byte, its length, and what it carries.
pub(super) fn well_formed(input: &mut Input<'_>) -> Vec<u8> {
    let mut frames = Vec::new();
    while !input.is_empty() {
        let (first, len) = (input.byte(), usize::from(input.byte()));
        let payload = input.take(len);
        let mask = [1, 0, 255, 128];
        frames.push(first);
        match payload.len() {
            len @ 0..126 => frames.push(0x80 | len.to_le_bytes()[0]),
            len => frames.extend([0xfe, 0, len.to_le_bytes()[0]]),
        }
        frames.extend(mask);
        frames.extend(payload.iter().zip(mask.iter().cycle()).map(|(byte, mask)| byte ^ mask));
    }
    frames
}

/// Returns what bytes after a handshake have to be heard as.
pub(super) fn expected(mut bytes: &[u8], line_chars_max: u32) -> Vec<Heard> {
    let bytes_max = message_bytes_max(line_chars_max);
    let (mut all, mut message) = (Vec::new(), None);
    loop {
        let heard = match next_frame(&mut bytes, bytes_max) {
            Ok(Some(frame)) => hear(&frame, &mut message, bytes_max, line_chars_max),
            Ok(None) => return all,
            Err(code) => Err(code),
        };
        match heard {
            Ok(None) => {}
            Ok(Some(Request::Command(Command::Leave(code)))) => {
                all.push(Heard::Left(code.number()));
                return all;
            }
            Ok(Some(request)) => all.push(Heard::Asked(request)),
            Err(code) => {
                all.push(Heard::Left(code));
                return all;
            }
        }
    }
}

/// Takes the next frame, if it is here, or the code for one that is not waited for.
fn next_frame(bytes: &mut &[u8], bytes_max: usize) -> Result<Option<Frame>, u16> {
    let &[first, second, ref rest @ ..] = *bytes else { return Ok(None) };
    let is_masked = second & 0x80 != 0;
    let (len_bytes, least) = match second & 0x7f {
        126 => (2, 126),
        127 => (8, 1 << 16),
        _ => (0, 0),
    };
    let mask_bytes = if is_masked { 4 } else { 0 };
    if rest.len() < len_bytes + mask_bytes {
        return Ok(None);
    }
    let (len, rest) = rest.split_at(len_bytes);
    let (mask, rest) = rest.split_at(mask_bytes);
    let big_endian = len.iter().fold(0, |sum, &byte| sum << 8 | u64::from(byte));
    let len = if len_bytes == 0 { u64::from(second & 0x7f) } else { big_endian };
    if len < least || !matches!(first & 0xf, 0..=2 | 8..=10) || first & 8 != 0 && len > 125 {
        return Err(1002);
    }
    let Some(len) = usize::try_from(len).ok().filter(|&len| len <= bytes_max) else { return Err(1009) };
    let Some((payload, rest)) = rest.split_at_checked(len) else { return Ok(None) };
    *bytes = rest;
    let mask = if is_masked { mask } else { &[0; 4] };
    let payload = payload.iter().zip(mask.iter().cycle()).map(|(byte, mask)| byte ^ mask).collect();
    Ok(Some(Frame { first, is_masked, payload }))
}

/// Takes a frame for what it asks for, or for the code to leave with. What has come of a message, and whether it is text, is kept.
fn hear(
    frame: &Frame,
    message: &mut Option<(bool, Vec<u8>)>,
    bytes_max: usize,
    line_chars_max: u32,
) -> Result<Option<Request>, u16> {
    let (is_final, kind) = (frame.first & 0x80 != 0, frame.first & 0xf);
    if !frame.is_masked || frame.first & 0x70 != 0 || kind >= 8 && !is_final {
        return Err(1002);
    }
    match (kind, &message) {
        (8, _) => return Err(leave(&frame.payload)),
        (9, _) => return Ok(Some(Notice::Ping(frame.payload.clone().into()).into())),
        (10, _) => return Ok(None),
        (0, Some(_)) => {}
        (1 | 2, None) => *message = Some((kind == 1, Vec::new())),
        _ => return Err(1002),
    }
    let (is_text, mut payload) = message.take().ok_or(1002_u16)?;
    payload.extend(&frame.payload);
    if payload.len() > bytes_max {
        return Err(1009);
    }
    match (str::from_utf8(&payload), is_text, is_final) {
        (_, false, true) => Err(1003),
        (Ok(text), true, true) if text.chars().count() > line_chars_max as usize => Ok(Some(Notice::TooLong.into())),
        (Ok(text), true, true) => Ok(Request::parse(text)),
        (Err(error), true, _) if is_final || error.error_len().is_some() => Err(1007),
        _ => {
            *message = Some((is_text, payload));
            Ok(None)
        }
    }
}

/// Returns the code that a close frame leads to.
fn leave(payload: &[u8]) -> u16 {
    match payload {
        [] => 1005,
        [_] => 1002,
        [_, _, reason @ ..] if str::from_utf8(reason).is_err() => 1007,
        [high, low, ..] => match u16::from_be_bytes([*high, *low]) {
            code @ (1000..=1003 | 1007..=1013 | 3000..=4999) => code,
            _ => 1002,
        },
    }
}

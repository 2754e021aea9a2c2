//! Owns `WebSocket` frames: finds them among the bytes of a connection, and takes each message for what it asks for.
//!
//! tungstenite decides what is a message and what breaks the rules. It is only ever given whole frames, and kept only
//! between the parts of a message that comes in several. So a connection at rest holds no buffer, and nobody can make
//! it reserve more than a message may have. What nearly all frames are, a whole message of text, goes without it: it is
//! unmasked where it is.

use std::fmt;
use std::io::{self, Cursor, ErrorKind, Read, Write};
use std::ops::ControlFlow;
use std::time::Duration;

use bytes::Bytes;
use tungstenite::protocol::frame::FrameHeader;
use tungstenite::protocol::frame::coding::{Control, Data, OpCode};
use tungstenite::protocol::{Role, WebSocketConfig, WebSocketContext};
use tungstenite::{Error, Message, Utf8Bytes};

use crate::asked::Asked;
use crate::close_code::CloseCode;
use crate::config::Config;
use crate::log::Command;
use crate::request::Notice;
use crate::texts::Saying;
use crate::time::Time;
use crate::wire::asking::Given;
use crate::wire::decode::Decode;

/// How many times the bytes of the longest line a message may have before it is no mistake any more, but an attack:
/// what a person pastes by mistake is answered, and costs no connection.
const LINES_MAX: usize = 4;

/// The most bytes of a frame that is no part of a message (RFC 6455, section 5.5).
const CONTROL_BYTES_MAX: usize = 125;

/// How many times between two pings it is told at the most that something has come. So of those who say much not each
/// message is told of twice. An answer that is not told of, since another was just before, is made up for by the next.
const LIFE_SIGNS: u32 = 5;

/// Holds what was handed in of a `WebSocket`, up to the next message.
pub(crate) struct FrameDecoder {
    input: Vec<u8>,
    /// Where in `input` the next frame begins.
    start: usize,
    found: Option<Found>,
    /// A frame has come since that was last told, or was to be.
    has_come: bool,
    /// When that was; or the first frame.
    told_at: Option<Time>,
    life_pause: Duration,
    line_chars_max: u32,
    /// There between the parts of a message.
    context: Option<Box<WebSocketContext>>,
}

/// What was found, and not passed yet.
enum Found {
    /// A message in one frame, which is in the input: behind its head, unmasked.
    Whole(Frame),
    /// A message that came in parts.
    Line(Utf8Bytes),
    Ping(Bytes),
    /// What asks for nothing: an answer to a ping, which only shows that somebody is there, or a part of a message that
    /// has more of them.
    Nothing,
    /// A wish to close, to be answered with this code.
    Close(CloseCode),
    /// What breaks the rules, so that nothing after it can be read.
    Fault(CloseCode),
}

/// Where a frame is, that begins at `start` in the input.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Frame {
    head_len: usize,
    len: usize,
    /// The key of a whole message of text.
    text_mask: Option<[u8; 4]>,
    /// It is a whole answer to a ping, of which nothing is to be known.
    is_pong: bool,
}

/// A whole frame, as a stream that ends there.
struct Whole<'a>(&'a [u8]);

impl FrameDecoder {
    pub(crate) fn new(config: &Config) -> Self {
        Self {
            input: Vec::new(),
            start: 0,
            found: None,
            has_come: false,
            told_at: None,
            life_pause: config.limits.ping_interval / LIFE_SIGNS,
            line_chars_max: config.rules.line_chars_max,
            context: None,
        }
    }

    fn ask_line(&self, line: &str, saying: &mut Saying) -> Asked {
        let is_too_long = line.chars().count() > self.line_chars_max as usize;
        if is_too_long { Asked::For(Notice::TooLong.into()) } else { Asked::of(line, saying) }
    }

    /// Reads the next frame, unless it is not whole yet, or the one before is not passed.
    fn find(&mut self) {
        if self.found.is_some() {
            return;
        }
        self.found = match find_frame(&self.input[self.start..], self.message_bytes_max()) {
            Ok(frame) => frame.map(|frame| self.take(frame)),
            Err(code) => Some(Found::Fault(code)),
        };
        self.has_come |= self.found.is_some();
    }

    /// Takes the next frame for what it is.
    fn take(&mut self, frame: Frame) -> Found {
        if frame.is_pong && self.context.is_none() {
            self.start += frame.len;
            return Found::Nothing;
        }
        let Some(mask) = frame.text_mask.filter(|_| self.context.is_none()) else { return self.read(frame.len) };
        for four in self.input[self.start..][frame.head_len..frame.len].chunks_mut(mask.len()) {
            four.iter_mut().zip(mask).for_each(|(byte, key)| *byte ^= key);
        }
        Found::Whole(frame)
    }

    /// Reads the next frame, which has this length, and goes past it.
    fn read(&mut self, len: usize) -> Found {
        let is_within = self.context.is_some();
        let mut context = self.context.take().unwrap_or_else(|| new_context(len, self.message_bytes_max()));
        let read = context.read(&mut Whole(&self.input[self.start..self.start + len]));
        self.start += len;
        let is_control = matches!(read, Ok(Message::Ping(_) | Message::Pong(_)));
        let is_part = matches!(&read, Err(Error::Io(error)) if error.kind() == ErrorKind::WouldBlock);
        if is_part || is_control && is_within {
            self.context = Some(context);
        }
        match read {
            Err(_) if is_part => Found::Nothing,
            Err(error) => Found::Fault(code_of(&error)),
            Ok(Message::Text(line)) => Found::Line(line),
            Ok(Message::Binary(_)) => Found::Fault(CloseCode::UNSUPPORTED),
            Ok(Message::Ping(payload)) => Found::Ping(payload),
            Ok(Message::Pong(_)) => Found::Nothing,
            Ok(Message::Close(Some(frame))) => Found::Close(CloseCode::new(frame.code.into())),
            Ok(Message::Close(None)) => Found::Close(CloseCode::NONE),
            Ok(Message::Frame(_)) => Found::Fault(CloseCode::PROTOCOL),
        }
    }

    const fn message_bytes_max(&self) -> usize {
        LINES_MAX * 4 * self.line_chars_max as usize
    }
}

/// Returns the next frame, if all of it is here, or why there can be none.
fn find_frame(held: &[u8], message_bytes_max: usize) -> Result<Option<Frame>, CloseCode> {
    let mut head = Cursor::new(held);
    let Ok(parsed) = FrameHeader::parse(&mut head) else { return Err(CloseCode::PROTOCOL) };
    let Some((header, payload_len)) = parsed else { return Ok(None) };
    if matches!(header.opcode, OpCode::Control(_)) && payload_len > CONTROL_BYTES_MAX as u64 {
        return Err(CloseCode::PROTOCOL);
    }
    // tungstenite takes a length in more bytes than it needs, which RFC 6455, section 5.2, forbids.
    let least = match held[1] & 0x7f {
        126 => 126,
        127 => 1 << 16,
        _ => 0,
    };
    if payload_len < least {
        return Err(CloseCode::PROTOCOL);
    }
    if payload_len > message_bytes_max as u64 {
        return Err(CloseCode::TOO_BIG);
    }
    let head_len = head.position();
    let (Ok(head_len), Ok(len)) = (usize::try_from(head_len), usize::try_from(head_len.saturating_add(payload_len)))
    else {
        return Ok(None);
    };
    let is_plain = header.is_final && !(header.rsv1 || header.rsv2 || header.rsv3);
    let text_mask = header.mask.filter(|_| is_plain && header.opcode == OpCode::Data(Data::Text));
    let is_pong = is_plain && header.mask.is_some() && header.opcode == OpCode::Control(Control::Pong);
    Ok((len <= held.len()).then_some(Frame { head_len, len, text_mask, is_pong }))
}

/// Makes what reads a message whose first frame has this length.
fn new_context(len: usize, message_bytes_max: usize) -> Box<WebSocketContext> {
    let config = WebSocketConfig::default()
        .read_buffer_size(len)
        .write_buffer_size(0)
        .max_write_buffer_size(2 * CONTROL_BYTES_MAX)
        .max_frame_size(Some(message_bytes_max))
        .max_message_size(Some(message_bytes_max));
    Box::new(WebSocketContext::new(Role::Server, Some(config)))
}

fn code_of(error: &Error) -> CloseCode {
    match error {
        Error::Utf8(_) => CloseCode::NOT_UTF8,
        Error::Capacity(_) => CloseCode::TOO_BIG,
        Error::Protocol(_)
        | Error::Io(_)
        | Error::ConnectionClosed
        | Error::AlreadyClosed
        | Error::WriteBufferFull(_)
        | Error::AttackAttempt
        | Error::Url(_)
        | Error::Tls(_)
        | Error::Http(_)
        | Error::HttpFormat(_) => CloseCode::PROTOCOL,
    }
}

impl Read for Whole<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.0.is_empty() { Err(ErrorKind::WouldBlock.into()) } else { self.0.read(buffer) }
    }
}

/// What tungstenite would answer goes nowhere: whoever sends answers in the order of all that is sent.
impl Write for Whole<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Decode for FrameDecoder {
    fn handle_bytes(&mut self, bytes: &[u8]) -> ControlFlow<()> {
        self.input.extend_from_slice(bytes);
        self.find();
        ControlFlow::Continue(())
    }

    fn has_found(&self) -> bool {
        self.found.is_some()
    }

    /// Tells whether a frame has come, and it is time to say so. With the first one nobody waits for that yet.
    fn shows_life(&mut self, now: Time) -> bool {
        if !std::mem::take(&mut self.has_come) {
            return false;
        }
        let told_at = *self.told_at.get_or_insert(now);
        let is_time = now.since(told_at) >= self.life_pause;
        if is_time {
            self.told_at = Some(now);
        }
        is_time
    }

    fn held_bytes(&self) -> usize {
        self.input.capacity()
    }

    /// Takes what was found for what it asks for; what it says is added to `saying`.
    fn ask(&self, saying: &mut Saying) -> Asked {
        match self.found.as_ref() {
            None | Some(Found::Nothing) => Asked::Nothing,
            Some(Found::Whole(frame)) => {
                match std::str::from_utf8(&self.input[self.start..][frame.head_len..frame.len]) {
                    Ok(line) => self.ask_line(line, saying),
                    Err(_) => Asked::For(Notice::Fail(CloseCode::NOT_UTF8).into()),
                }
            }
            Some(Found::Line(line)) => self.ask_line(line, saying),
            Some(Found::Ping(payload)) => Asked::For(Notice::Ping(payload.clone()).into()),
            Some(Found::Close(code)) => Asked::For(Command::Leave(*code).into()),
            Some(Found::Fault(code)) => Asked::For(Notice::Fail(*code).into()),
        }
    }

    /// Takes what was found for a password: a message is one, whatever it says.
    fn given(&self) -> Given {
        match self.found.as_ref() {
            Some(Found::Whole(frame)) => {
                let given = String::from_utf8_lossy(&self.input[self.start..][frame.head_len..frame.len]);
                Given::of_page(&given)
            }
            Some(Found::Line(line)) => Given::of_page(line),
            Some(Found::Ping(_) | Found::Nothing) | None => Given::Nothing,
            Some(Found::Close(_) | Found::Fault(_)) => Given::Leave,
        }
    }

    /// Goes past what was found, to what is next.
    fn pass(&mut self, _: bool) {
        if let Some(Found::Whole(frame)) = self.found.take() {
            self.start += frame.len;
        }
        self.find();
    }

    /// Lets go of the memory of what was passed, once it is half: so each byte is moved once at most on average.
    fn forget_passed(&mut self) {
        if self.start > 0 && 2 * self.start >= self.input.len() {
            self.input = self.input[self.start..].to_vec();
            self.start = 0;
        }
    }

    #[cfg(test)]
    fn held(&self) -> &[u8] {
        &self.input
    }
}

/// It hides what was sent.
impl fmt::Debug for FrameDecoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FrameDecoder({} bytes)", self.input.len())
    }
}

#[cfg(test)]
mod tests;

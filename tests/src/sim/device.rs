//! Owns what programs people chat with, and what each of them makes of what is typed.

use chinwag_core::{Config, Form};

use super::frames::masked;

/// Names a kind of program.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Device {
    /// It sends what is typed as it is, as nc does.
    Plain,
    /// It ends lines with CR LF.
    CrLf,
    /// It is a telnet that asks to have each key for itself, and ends lines with CR NUL.
    Telnet,
    /// It sends a message for each line, in parts if it is typed so.
    Browser,
    /// It speaks IRC, and sends what is typed as it is.
    Irc,
}

/// What a telnet says before anything else: that we are to echo, and send no "go ahead"; and that it can tell the kind
/// of its terminal.
const NEGOTIATION: &[u8] = b"\xff\xfd\x01\xff\xfd\x03\xff\xfb\x18";

/// What a browser asks for, and what of the answer tells that it was understood (RFC 6455, section 1.3).
const UPGRADE: &[u8] = b"GET /socket HTTP/1.1\r\nHost: chat.example\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
const ACCEPTED: &[u8] = b"s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

/// Kinds of frames, which are the last of their message, or not.
const LAST: u8 = 0x80;
const TEXT: u8 = 1;
const CLOSE: u8 = 8;
const PING: u8 = 9;
const PONG: u8 = 10;

impl Device {
    /// Returns the form of the listener that it connects to.
    #[must_use]
    pub const fn form(self) -> Form {
        match self {
            Self::Plain | Self::CrLf | Self::Telnet => Form::Lines,
            Self::Browser => Form::Web,
            Self::Irc => Form::Irc,
        }
    }

    /// Returns what it sends when it has connected.
    #[must_use]
    pub const fn opening(self) -> &'static [u8] {
        match self {
            Self::Plain | Self::CrLf | Self::Irc => b"",
            Self::Telnet => NEGOTIATION,
            Self::Browser => UPGRADE,
        }
    }

    /// Returns what it sends for one line that is typed, with its line feed.
    #[must_use]
    pub fn send(self, line: &str) -> Vec<u8> {
        Keyboard::new(self).send(line.as_bytes())
    }

    /// Returns about how many bytes more may be dropped at once.
    #[must_use]
    pub fn line_bytes_max(self, config: &Config) -> usize {
        let line = 4 * config.rules.line_chars_max as usize + 100;
        match self {
            Self::Plain | Self::CrLf | Self::Telnet => line,
            // What is said in a row is in one frame up to here, and a quote may be escaped.
            Self::Browser => (8 << 10) + 2 * line,
            // What is long is in several lines, each with whom it is from, and tags; or it has tags of other clients.
            Self::Irc => 2 * line + (8 << 10),
        }
    }

    /// Tells whether an answer lets a browser in, and returns what comes behind it.
    #[must_use]
    pub fn accepted(answer: &[u8]) -> Option<&[u8]> {
        let head = answer.windows(4).position(|end| end == b"\r\n\r\n")? + 4;
        let has = |part: &[u8]| answer[..head].windows(part.len()).any(|window| window == part);
        let is_right = answer.starts_with(b"HTTP/1.1 101 ") && has(ACCEPTED) && has(b"\r\nUpgrade: websocket\r\n");
        is_right.then(|| &answer[head..])
    }
}

/// Makes bytes of what is typed.
#[derive(Clone, Debug)]
pub(super) struct Keyboard {
    device: Device,
    /// The beginning of a message was sent.
    pub(super) is_in_parts: bool,
    frames: u8,
}

impl Keyboard {
    pub(super) const fn new(device: Device) -> Self {
        Self { device, is_in_parts: false, frames: 0 }
    }

    /// Returns what is sent for what is typed, which has line feeds at the ends of its lines.
    pub(super) fn send(&mut self, typed: &[u8]) -> Vec<u8> {
        match self.device {
            Device::Plain | Device::Irc => typed.to_vec(),
            Device::CrLf => end_lines(typed, b"\r\n"),
            Device::Telnet => end_lines(typed, b"\r\0"),
            Device::Browser => self.frame_all(typed),
        }
    }

    /// Returns what answers a question whether somebody is there, if it is for that.
    pub(super) fn pong(&mut self) -> Vec<u8> {
        match self.device {
            Device::Plain | Device::CrLf | Device::Telnet => Vec::new(),
            Device::Browser => self.frame(LAST | PONG, b""),
            Device::Irc => b"PONG chinwag\r\n".to_vec(),
        }
    }

    /// Takes what is telnet's for what a browser sends besides messages: a question, an answer nobody asked for, a wish
    /// to close, or a frame that nobody may send.
    fn frame_all(&mut self, typed: &[u8]) -> Vec<u8> {
        match typed {
            [4] => self.frame(LAST | CLOSE, &1000_u16.to_be_bytes()),
            [255, 246, ..] => self.frame(LAST | PONG, typed),
            [255, 237, ..] => self.frame(LAST | CLOSE, b""),
            [255, ..] => self.frame(LAST | PING, &typed[..typed.len().min(125)]),
            _ if typed.ends_with(b"\xff\xfd\x06") => vec![LAST | TEXT, 1, b'x'],
            _ => {
                let lines = typed.split_inclusive(|&byte| byte == b'\n');
                lines.flat_map(|line| self.frame_line(line)).collect()
            }
        }
    }

    fn frame_line(&mut self, line: &[u8]) -> Vec<u8> {
        let (payload, is_whole) = line.strip_suffix(b"\n").map_or((line, false), |line| (line, true));
        let payload = payload.strip_suffix(b"\r").unwrap_or(payload);
        let kind = if self.is_in_parts { 0 } else { TEXT };
        self.is_in_parts = !is_whole;
        self.frame(if is_whole { LAST | kind } else { kind }, payload)
    }

    fn frame(&mut self, first: u8, payload: &[u8]) -> Vec<u8> {
        self.frames = self.frames.wrapping_add(1);
        masked(first, payload, [self.frames, 0, 255, !self.frames])
    }
}

/// Ends lines in another way. Those that end in a carriage return already have it no more.
fn end_lines(typed: &[u8], end: &[u8]) -> Vec<u8> {
    let mut sent = Vec::new();
    for line in typed.split_inclusive(|&byte| byte == b'\n') {
        match line.strip_suffix(b"\n") {
            Some(line) => {
                sent.extend(line.strip_suffix(b"\r").unwrap_or(line));
                sent.extend(end);
            }
            None => sent.extend(line),
        }
    }
    sent
}

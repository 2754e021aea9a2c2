//! Owns what a client of IRC has sent: byte by byte, its lines, and what is none.

use super::{Ask, other_protocol};
use crate::sim::irc::Parsed;

/// The most bytes of a line without its end, and of its tags with their sign and the blank behind them.
const LINE_BYTES_MAX: usize = 510;
const TAGS_BYTES_MAX: usize = 4096;

#[derive(Clone, Debug)]
pub(super) struct Irc {
    line: Vec<u8>,
    /// What is left of the line does not count.
    is_over: bool,
    /// The last byte was a carriage return.
    returned: bool,
    /// Nothing has come yet that asks for anything.
    opens: bool,
}

impl Default for Irc {
    fn default() -> Self {
        Self { line: Vec::new(), is_over: false, returned: false, opens: true }
    }
}

impl Irc {
    /// Takes a byte. Returns what is asked for with it.
    pub(super) fn take(&mut self, byte: u8) -> Option<Ask> {
        if std::mem::take(&mut self.returned) && byte == b'\n' {
            return None;
        }
        self.returned = byte == b'\r';
        let ask = if byte == b'\r' || byte == b'\n' { self.end_line() } else { self.add(byte) };
        self.opens &= ask.is_none();
        ask
    }

    fn add(&mut self, byte: u8) -> Option<Ask> {
        if self.is_over {
            return None;
        }
        self.line.push(byte);
        if self.opens {
            let endless = || other_protocol::starts_like_http(&self.line).filter(|_| self.line.len() > 512);
            if let Some(told) = other_protocol::begins(&self.line, 0).or_else(endless).and_then(told) {
                return Some(told);
            }
        }
        self.is_over = self.line.len() > TAGS_BYTES_MAX + LINE_BYTES_MAX + 2;
        self.is_over.then_some(Ask::TooLong)
    }

    fn end_line(&mut self) -> Option<Ask> {
        let line = std::mem::take(&mut self.line);
        if std::mem::take(&mut self.is_over) {
            return None;
        }
        if self.opens
            && let Some(told) = other_protocol::is_line(&line).and_then(told)
        {
            return Some(told);
        }
        let is_tagged = line.first() == Some(&b'@');
        let blank = line.iter().position(|&byte| byte == b' ').map_or(line.len(), |blank| blank + 1);
        let tags = if is_tagged { blank } else { 0 };
        if tags > TAGS_BYTES_MAX || line.len() - tags > LINE_BYTES_MAX {
            return Some(Ask::TooLong);
        }
        let Ok(text) = std::str::from_utf8(&line) else {
            return Some(Ask::IrcNotUtf8(String::from_utf8_lossy(&line).replace('\0', "")));
        };
        (!Parsed::new(text).command.is_empty()).then(|| Ask::Irc(text.replace('\0', "")))
    }
}

/// Tells whether nothing counts that comes behind this.
pub(super) fn is_last(ask: &Ask) -> bool {
    if let Ask::Irc(line) = ask { Parsed::new(line).is("QUIT") } else { matches!(ask, Ask::WrongProtocol(_)) }
}

/// Returns what is told whoever speaks one of the protocols that can be told from IRC.
fn told(answer: Vec<u8>) -> Option<Ask> {
    let answer = String::from_utf8_lossy(&answer);
    let name = ["HTTP", "TLS", "SSH"].into_iter().find(|name| answer.contains(&format!("not for {name}")))?;
    Some(Ask::WrongProtocol(format!("NOTICE * :This port is for IRC, not for {name}").into_bytes()))
}

//! Owns how messages read as lines.

use std::fmt::Write as _;

use bytes::{BufMut as _, BytesMut};

use super::telnet::{ECHO, IAC, WILL, WONT};
use crate::dialect::LineEnd;
use crate::message::{LoggingIn, Message};
use crate::name::Name;

/// What telnet takes for nothing (RFC 854): IAC NOP. It keeps a connection from being forgotten by what stands between.
const NOP: [u8; 2] = [255, 241];

/// Appends the lines of a message, with such ends, and tells of each message in it where in `out` it ends.
pub(super) fn encode(message: &Message, end: LineEnd, out: &mut BytesMut, mut ended: impl FnMut(usize)) {
    if let Message::Said { name, texts, .. } = message {
        // What nearly all traffic is made of goes without the formatting machinery.
        let mut head = [0; Name::CHARS_MAX + 2];
        let head = &mut head[..name.as_str().len() + 2];
        head[..name.as_str().len()].copy_from_slice(name.as_str().as_bytes());
        head[name.as_str().len()..].copy_from_slice(b": ");
        out.reserve(message.encoded_len_hint() + end.more_bytes() * texts.count() as usize);
        for line in texts.lines() {
            out.put_slice(head);
            match end {
                LineEnd::Lf => out.put_slice(line.as_bytes()),
                LineEnd::CrLf => {
                    out.put_slice(&line.as_bytes()[..line.len() - 1]);
                    out.put_slice(b"\r\n");
                }
            }
            ended(out.len());
        }
        return;
    }
    let before = out.len();
    if let Message::Ping = message {
        out.put_slice(&NOP);
    } else if let Message::Refuse { option } = message {
        out.put_slice(&[IAC, WONT, *option]);
    } else if let Message::LoggingIn(LoggingIn::Shown) = message {
        // What ended the line of a password that was not shown was not shown either.
        out.put_slice(match end {
            LineEnd::Lf => &b"\n"[..],
            LineEnd::CrLf => b"\r\n",
        });
        out.put_slice(&[IAC, WONT, ECHO]);
    } else if let Message::WrongProtocol { protocol, port } = message {
        protocol.encode_late(*port, end, out);
    } else if message.has_line() {
        match end {
            LineEnd::Lf => writeln!(out, "{message}").expect("a buffer in memory takes all that is written to it"),
            LineEnd::CrLf => out.put_slice(format!("{message}\n").replace('\n', "\r\n").as_bytes()),
        }
        if let Message::LoggingIn(LoggingIn::Asked { is_hidden: true }) = message {
            out.put_slice(&[IAC, WILL, ECHO]);
        }
    }
    if out.len() > before {
        ended(out.len());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoded(message: &Message, end: LineEnd) -> (BytesMut, Vec<usize>) {
        let (mut out, mut ends) = (BytesMut::from("before"), Vec::new());
        encode(message, end, &mut out, |end| ends.push(end));
        (out, ends)
    }

    #[test]
    fn each_line_of_a_message_has_an_end() {
        for message in [Message::said("Ann", "hi"), Message::said_in_a_row(["hi", "", "naïve"]), Message::Help] {
            let text = format!("before{message}\n");
            assert_eq!(encoded(&message, LineEnd::Lf).0, text);
            assert_eq!(encoded(&message, LineEnd::CrLf).0, text.replace('\n', "\r\n"));
        }
    }

    #[test]
    fn each_message_of_those_said_in_a_row_has_an_end() {
        let ends = |message: &Message| encoded(message, LineEnd::Lf).1;
        assert_eq!(ends(&Message::said_in_a_row(["hi", "", "naïve"])), [14, 20, 32]);
        assert_eq!(ends(&Message::Stopping), ["beforeServer is shutting down\n".len()]);
    }
}

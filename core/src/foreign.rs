//! Owns how to tell that whoever connects speaks another protocol than chat, and what they are told.
//!
//! It is told by the first line that is not blank, and by nothing later. A web page can make a browser send an HTTP request anywhere,
//! with any body; so what begins like one is never taken for chat.

use std::fmt;

use memchr::memchr;

/// Begins every record of a TLS handshake, with the major version after it.
const TLS_HANDSHAKE: [u8; 2] = [0x16, 0x03];

/// The longest word that is taken for the method of a request whose line has not ended: the longest that is registered has 17. A
/// longer one is told by the end of its line.
const METHOD_BYTES_MAX: usize = 20;

/// How many bytes at the end of a line, without its end, tell a request.
const VERSION_BYTES: usize = b" HTTP/1.1".len();

/// Names what was spoken instead of chat.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Foreign {
    /// An HTTP request: a browser, a health check, a scanner.
    Http,
    /// A TLS handshake.
    Tls,
    /// Something else that is no text: it begins with a zero byte, as STUN does, which browsers can be made to send.
    Binary,
}

impl Foreign {
    /// Takes the first bytes of a connection for another protocol's, whose first bytes give it away.
    pub(crate) fn from_start(bytes: &[u8]) -> Option<Self> {
        match bytes {
            [0, ..] => Some(Self::Binary),
            _ if bytes.starts_with(&TLS_HANDSHAKE) => Some(Self::Tls),
            _ => None,
        }
    }

    /// Takes a first line, without its end, for another protocol's: `METHOD target HTTP/1.1`.
    pub(crate) fn from_line(line: &[u8]) -> Option<Self> {
        let mut words = line.split(|&byte| byte == b' ');
        let (method, target, version) = (words.next()?, words.next()?, words.next()?);
        let is_target = target == b"*" || target.iter().any(|byte| b"/:".contains(byte));
        let is_http = !method.is_empty() && is_target && is_version(version) && words.next().is_none();
        is_http.then_some(Self::Http)
    }

    /// How many bytes of a line have to be kept, its carriage return included, so that [`from_end`](Self::from_end) can tell.
    pub(crate) const END_BYTES: usize = VERSION_BYTES + 1;

    /// Takes the end of a first line that is longer than any line of chat for another protocol's, whatever it begins with.
    pub(crate) fn from_end(line: &[u8]) -> Option<Self> {
        let (_, end) = line.split_last_chunk::<VERSION_BYTES>()?;
        let is_http = end.strip_prefix(b" ").is_some_and(is_version);
        is_http.then_some(Self::Http)
    }

    /// Takes the beginning of a first line that is longer than any line of chat for another protocol's: `METHOD /` or
    /// `METHOD http`. So most are answered before they end.
    pub(crate) fn from_endless(held: &[u8]) -> Option<Self> {
        let word = memchr(b' ', held).filter(|len| (1..=METHOD_BYTES_MAX).contains(len))?;
        let (method, target) = (&held[..word], &held[word + 1..]);
        let is_http =
            method.iter().all(u8::is_ascii_uppercase) && (target.starts_with(b"/") || target.starts_with(b"http"));
        is_http.then_some(Self::Http)
    }

    /// Returns what to send to one who was not let in: in the words of their protocol, where it has some for this.
    pub(crate) fn answer(self) -> String {
        let body = format!("{self}\n");
        match self {
            Self::Http => {
                let len = body.len();
                format!(
                    "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: {len}\r\nConnection: \
                     close\r\n\r\n{body}"
                )
            }
            Self::Tls | Self::Binary => body,
        }
    }
}

fn is_version(word: &[u8]) -> bool {
    matches!(word, [b'H', b'T', b'T', b'P', b'/', b'0'..=b'9', b'.', b'0'..=b'9'])
}

impl fmt::Display for Foreign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("This port is for chat by telnet or nc")?;
        match self {
            Self::Http => f.write_str(", not for HTTP"),
            Self::Tls => f.write_str(", not for TLS"),
            Self::Binary => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_line_is_http_whatever_its_method_and_chat_is_not() {
        let requests = [
            "GET / HTTP/1.1",
            "POST /a/b?c=%20 HTTP/1.0",
            "PRI * HTTP/2.0",
            "odd-method http://x/ HTTP/1.1",
            "CONNECT a:443 HTTP/1.1",
        ];
        for line in requests {
            assert_eq!(Foreign::from_line(line.as_bytes()), Some(Foreign::Http), "{line}");
        }
        let chat = [
            "",
            "GET",
            "GET /",
            "GET out of here",
            "is HTTP/1.1 good",
            "I like HTTP/2",
            "I like HTTP/1.1",
            " / HTTP/1.1",
            "/name HTTP/1",
        ];
        for line in chat {
            assert_eq!(Foreign::from_line(line.as_bytes()), None, "{line}");
        }
    }

    #[test]
    fn a_request_line_is_told_by_its_end_whatever_it_begins_with() {
        for (line, foreign) in [
            ("get /aaaa HTTP/1.1", Some(Foreign::Http)),
            ("AAAAAAAAAAAAAAAAAAAAA / HTTP/1.0", Some(Foreign::Http)),
            (" HTTP/1.1", Some(Foreign::Http)),
            ("HTTP/1.1", None),
            ("aHTTP/1.1", None),
            ("get /aaaa HTTP/1.1 ", None),
            ("get /aaaa HTTP/1.x", None),
            ("get /aaaa HTTP/11", None),
        ] {
            assert_eq!(Foreign::from_end(line.as_bytes()), foreign, "{line}");
        }
    }

    #[test]
    fn a_request_line_without_an_end_is_told_by_its_beginning() {
        for (held, foreign) in [
            ("GET /aaaa", Some(Foreign::Http)),
            ("CONNECT http", Some(Foreign::Http)),
            ("GET it", None),
            ("get /aaaa", None),
            ("/join aaaa", None),
            (" /aaaa", None),
            ("AAAAAAAAAAAAAAAAAAAAA /", None),
            ("GET", None),
        ] {
            assert_eq!(Foreign::from_endless(held.as_bytes()), foreign, "{held}");
        }
    }

    #[test]
    fn what_is_no_text_is_told_by_its_first_bytes() {
        for (bytes, foreign) in [
            (&[0x16, 0x03, 0x01, 0x02][..], Some(Foreign::Tls)),
            (&[0x16], None),
            (&[0x16, b'a'], None),
            (&[0, 1], Some(Foreign::Binary)),
            (&[], None),
            (b"hello", None),
        ] {
            assert_eq!(Foreign::from_start(bytes), foreign, "{bytes:?}");
        }
    }

    #[test]
    fn an_answer_is_proper_http_or_a_line() {
        assert_eq!(
            Foreign::Http.answer(),
            "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 52\r\nConnection: close\r\n\r\n\
             This port is for chat by telnet or nc, not for HTTP\n"
        );
        assert_eq!(Foreign::Tls.answer(), "This port is for chat by telnet or nc, not for TLS\n");
        assert_eq!(Foreign::Binary.answer(), "This port is for chat by telnet or nc\n");
    }
}

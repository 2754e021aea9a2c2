//! The kinds of line that a receiver under load tells apart.

use super::dialect::Dialect;
use super::message::Stamp;
use super::web;

/// One line of the server, without its line end, or the payload of a frame.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line<'a> {
    /// A load message.
    Message(Stamp),
    /// The notice that so many messages could not be sent to this receiver, here.
    Dropped(u64),
    /// Anything else.
    Other(&'a [u8]),
}

impl<'a> Line<'a> {
    /// Reads a line in which load messages have texts of `chars` characters.
    pub(super) fn parse(dialect: Dialect, line: &'a [u8], chars: usize) -> Self {
        let text = match dialect {
            Dialect::Chat | Dialect::Web => line,
            Dialect::Irc | Dialect::Redis | Dialect::Nats => line.strip_suffix(b"\r").unwrap_or(line),
        };
        if let Some(stamp) = dialect.read(text, chars) {
            return Self::Message(stamp);
        }
        let dropped = match dialect {
            Dialect::Web => web::dropped(line),
            Dialect::Irc => text.strip_prefix(b"NOTICE * :").and_then(dropped),
            Dialect::Chat | Dialect::Redis | Dialect::Nats => dropped(line),
        };
        match dropped {
            Some(count) => Self::Dropped(count),
            None => Self::Other(line),
        }
    }
}

fn dropped(line: &[u8]) -> Option<u64> {
    std::str::from_utf8(line)
        .ok()?
        .strip_prefix("Server is very busy and dropped ")?
        .strip_suffix(" messages, sorry!")?
        .parse()
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_exact_notice_is_one() {
        let cases: [(&[u8], Option<u64>); 6] = [
            (b"Server is very busy and dropped 7 messages, sorry!", Some(7)),
            (b"Server is very busy and dropped 18446744073709551615 messages, sorry!", Some(u64::MAX)),
            (b"Server is very busy and dropped  messages, sorry!", None),
            (b"Server is very busy and dropped 7 messages, sorry! ", None),
            (b"Ann: Server is very busy and dropped 7 messages, sorry!", None),
            (b"\xff", None),
        ];
        for (line, count) in cases {
            let expected = count.map_or(Line::Other(line), Line::Dropped);
            assert_eq!(Line::parse(Dialect::Chat, line, 64), expected, "{}", line.escape_ascii());
        }
    }
}

//! Owns how much of a head that is still coming is known to be in order, so that each of its bytes is looked at a few
//! times at the most, however they come.
//!
//! Invariant: a head is partial here whenever it is for [`Head::parse`](super::Head::parse).

use super::head::{FIELDS_MAX, HEAD_BYTES_MAX, Head, HeadError};

/// Knows of a head, of which more and more comes, what was found out so far.
#[derive(Clone, Default, Debug)]
pub(crate) struct Progress {
    /// Where the line begins that was not whole yet.
    line: usize,
    /// How many fields came before it; none is known before the request's line has come.
    fields: Option<usize>,
    /// How much was there then.
    seen: usize,
    /// Where in its line the last of that was.
    place: Place,
    /// How many bytes were parsed.
    #[cfg(test)]
    parsed: usize,
}

/// Tells which bytes can't end a partial line, nor break a rule.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
enum Place {
    /// Whatever comes has to be looked at.
    #[default]
    Edge,
    /// In a method, or the name of a field.
    Token,
    Target,
    Value,
}

impl Place {
    const fn takes(self, byte: u8) -> bool {
        match self {
            Self::Edge => false,
            Self::Token => {
                byte.is_ascii_alphanumeric()
                    || matches!(byte, b'!' | b'#'..=b'\'' | b'*' | b'+' | b'-' | b'.' | b'^'..=b'`' | b'|' | b'~')
            }
            Self::Target => byte > b' ' && byte != 0x7f,
            Self::Value => byte >= b' ' && byte != 0x7f || byte == b'\t',
        }
    }
}

impl Progress {
    /// Takes the first head of what has come. All of it is looked at once only, when it is known that this is no longer
    /// the beginning of one: many long heads that come, or end, at once would hold up others.
    pub(crate) fn head<'a>(&mut self, bytes: &'a [u8]) -> Result<Head<'a>, HeadError> {
        if bytes.len() <= HEAD_BYTES_MAX && self.is_partial(bytes) {
            return Err(HeadError::Partial);
        }
        Head::parse(bytes)
    }

    /// Tells whether what has come is the beginning of a head, of which it was told before that it was that.
    fn is_partial(&mut self, bytes: &[u8]) -> bool {
        let place = self.place;
        if place == Place::Edge || !bytes[self.seen..].iter().all(|&byte| place.takes(byte)) {
            let rest = &bytes[self.line..];
            if !self.is_partial_line(rest) {
                return false;
            }
            let whole = rest.iter().rposition(|&byte| byte == b'\n').map_or(0, |end| end + 1);
            self.pass(&rest[..whole]);
            self.place = self.place_in(&rest[whole..]);
        }
        self.seen = bytes.len();
        true
    }

    /// Parses from where a line begins.
    fn is_partial_line(&mut self, rest: &[u8]) -> bool {
        #[cfg(test)]
        {
            self.parsed += rest.len();
        }
        let mut fields = [httparse::EMPTY_HEADER; FIELDS_MAX];
        match self.fields {
            None => matches!(httparse::Request::new(&mut fields).parse(rest), Ok(httparse::Status::Partial)),
            Some(count) => matches!(httparse::parse_headers(rest, &mut fields[count..]), Ok(httparse::Status::Partial)),
        }
    }

    /// Leaves whole lines behind.
    fn pass(&mut self, lines: &[u8]) {
        for line in lines.split_inclusive(|&byte| byte == b'\n') {
            self.line += line.len();
            self.fields = match self.fields {
                None if line.trim_ascii().is_empty() => None,
                None => Some(0),
                Some(count) => Some(count + 1),
            };
        }
    }

    /// Tells where a line ends that is in order as far as it has come.
    fn place_in(&self, line: &[u8]) -> Place {
        let count = |sought| line.iter().filter(|&&byte| byte == sought).count();
        match (line.last(), self.fields) {
            (None | Some(b'\r'), _) => Place::Edge,
            (_, None) => match count(b' ') {
                0 => Place::Token,
                1 => Place::Target,
                _ => Place::Edge,
            },
            (_, Some(_)) if line.contains(&b':') => Place::Value,
            (_, Some(_)) => Place::Token,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Draws numbers, the same ones each time.
    fn draw(state: &mut u64, below: usize) -> usize {
        *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((*state >> 33) % below as u64).expect("it is below")
    }

    #[test]
    fn a_head_is_partial_whenever_it_is_for_one_who_looks_at_all_of_it() {
        const PARTS: [&[u8]; 24] = [
            b"GET",
            b" ",
            b"/",
            b"/x?\xc3\xa9",
            b" HTTP/1.1",
            b"\r\n",
            b"\r\n",
            b"\r\n",
            b"\n",
            b"\r",
            b"Host",
            b"X-y!~",
            b":",
            b": ",
            b"a",
            b"\t",
            b"\0",
            b"\x7f",
            b"\xff",
            b"(",
            b"b c",
            b"\x0b",
            b"GET / HTTP/1.1\r\nHost: a\r\n",
            b"X: y\r\nX: y\r\n",
        ];
        let (mut state, mut partial, mut other) = (1, 0, 0);
        for _ in 0..20_000 {
            let mut head = Vec::new();
            if draw(&mut state, 2) == 0 {
                head.extend_from_slice(b"GET / HTTP/1.1\r\n");
            }
            for _ in 0..draw(&mut state, 12) {
                head.extend_from_slice(PARTS[draw(&mut state, PARTS.len())]);
            }
            let (mut progress, mut len) = (Progress::default(), 0);
            loop {
                let is_partial = Head::parse(&head[..len]).err() == Some(HeadError::Partial);
                assert_eq!(progress.is_partial(&head[..len]), is_partial, "{:?}", head[..len].escape_ascii());
                *(if is_partial { &mut partial } else { &mut other }) += 1;
                if len == head.len() || !is_partial {
                    break;
                }
                len = head.len().min(len + 1 + draw(&mut state, 4));
            }
        }
        assert!(partial > 50_000 && other > 5_000, "{partial} {other}");
    }

    #[test]
    fn every_byte_that_is_passed_over_is_one_that_may_be_there() {
        for (place, start) in [
            (Place::Token, "G"),
            (Place::Target, "GET /"),
            (Place::Token, "GET / HTTP/1.1\r\nX"),
            (Place::Value, "GET / HTTP/1.1\r\nX:"),
            (Place::Value, "GET / HTTP/1.1\r\nX: y"),
        ] {
            let mut progress = Progress::default();
            assert!(progress.is_partial(start.as_bytes()) && progress.place == place, "{start:?}: {progress:?}");
            for byte in 0..=255 {
                let bytes = [start.as_bytes(), &[byte]].concat();
                let is_partial = Head::parse(&bytes).err() == Some(HeadError::Partial);
                assert!(is_partial || !place.takes(byte), "{start:?} and {byte:?}");
                assert_eq!(progress.clone().is_partial(&bytes), is_partial, "{start:?} and {byte:?}");
            }
        }
    }

    #[test]
    fn fields_are_counted_from_the_first() {
        for (fields, is_partial) in [(128, true), (129, false)] {
            let head = format!("GET / HTTP/1.1\r\n{}", "X: y\r\n".repeat(fields));
            for piece in [1, 7, 6 * 100] {
                let mut progress = Progress::default();
                let all = (piece..head.len()).step_by(piece).chain([head.len()]);
                assert_eq!(
                    all.into_iter().all(|len| progress.is_partial(&head.as_bytes()[..len])),
                    is_partial,
                    "{fields}"
                );
            }
        }
    }

    #[test]
    fn however_a_long_head_comes_each_byte_is_parsed_a_few_times_at_the_most() {
        let long =
            |start: &str, part: &str| start.to_owned() + &part.repeat((HEAD_BYTES_MAX - start.len()) / part.len());
        for head in [
            long("GET / HTTP/1.1\r\nCookie: ", "x"),
            long("GET / HTTP/1.1\r\n", "x"),
            long("GET / HTTP/1.1\r\n", &format!("{}: {}\r\n", "x".repeat(300), "y".repeat(300))),
            long("GET /", "x"),
            long("", "x"),
            long("", "\r\n"),
        ] {
            for piece in [1, 100, 1448] {
                let mut progress = Progress::default();
                for len in (0..head.len()).step_by(piece).chain([head.len(), head.len()]) {
                    assert!(progress.is_partial(&head.as_bytes()[..len]), "{}", &head[..40]);
                }
                assert!(progress.parsed <= 4 * head.len(), "{} of {:?} by {piece}", progress.parsed, &head[..40]);
            }
        }
    }
}

//! Owns the protocol that engines speak: RESP2, as it is written and read over a connection that waits.

use std::io::{self, BufRead, Read as _};

/// The longest string that is read: a snapshot, which is bounded by what an entry of the log can be.
const STRING_BYTES_MAX: usize = 1 << 30;

/// The longest line: an error, or the length of something.
const LINE_BYTES_MAX: u64 = 64 * 1024;

/// The most elements of one list.
const ELEMENTS_MAX: usize = 1 << 20;

/// How deep lists can be within lists: what is asked here is answered with four at the most.
const DEPTH_MAX: usize = 8;

/// What an engine answers.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Value {
    Nothing,
    Number(i64),
    Text(Vec<u8>),
    List(Vec<Value>),
    /// It could not be done.
    Error(String),
}

impl Value {
    /// Returns the text, if it is one.
    pub(crate) fn text(&self) -> Option<&[u8]> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    /// Returns the elements, if it is a list.
    pub(crate) fn list(&self) -> Option<&[Self]> {
        if let Self::List(list) = self { Some(list) } else { None }
    }
}

/// Appends a command to what is to be sent.
pub(crate) fn push_command(words: &[&[u8]], out: &mut Vec<u8>) {
    out.extend_from_slice(format!("*{}\r\n", words.len()).as_bytes());
    for word in words {
        out.extend_from_slice(format!("${}\r\n", word.len()).as_bytes());
        out.extend_from_slice(word);
        out.extend_from_slice(b"\r\n");
    }
}

/// Reads the next answer.
///
/// # Errors
/// The connection has failed, or what came is none.
pub(crate) fn read_value(from: &mut impl BufRead) -> io::Result<Value> {
    read_at(from, 0)
}

fn read_at(from: &mut impl BufRead, depth: usize) -> io::Result<Value> {
    let line = read_line(from)?;
    let (&kind, rest) = line.split_first().ok_or_else(|| broken("an empty line"))?;
    match kind {
        b'+' => Ok(Value::Text(rest.to_vec())),
        b'-' => Ok(Value::Error(String::from_utf8_lossy(rest).into_owned())),
        b':' => Ok(Value::Number(number(rest)?)),
        b'$' => {
            let Some(len) = length(rest, STRING_BYTES_MAX)? else { return Ok(Value::Nothing) };
            // It grows as it comes: a length by itself takes no memory.
            let mut text = Vec::new();
            from.take(len as u64 + 2).read_to_end(&mut text)?;
            if text.len() != len + 2 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            if !text.ends_with(b"\r\n") {
                return Err(broken("a string that goes on behind its end"));
            }
            text.truncate(len);
            Ok(Value::Text(text))
        }
        b'*' => {
            let Some(len) = length(rest, ELEMENTS_MAX)? else { return Ok(Value::Nothing) };
            if depth == DEPTH_MAX {
                return Err(broken("lists too deep within lists"));
            }
            (0..len).map(|_| read_at(from, depth + 1)).collect::<io::Result<_>>().map(Value::List)
        }
        _ => Err(broken("something of no kind")),
    }
}

fn read_line(from: &mut impl BufRead) -> io::Result<Vec<u8>> {
    let mut line = Vec::new();
    from.take(LINE_BYTES_MAX).read_until(b'\n', &mut line)?;
    if let Some(line) = line.strip_suffix(b"\r\n") {
        return Ok(line.to_vec());
    }
    let is_cut = !line.ends_with(b"\n") && (line.len() as u64) < LINE_BYTES_MAX;
    Err(if is_cut { io::ErrorKind::UnexpectedEof.into() } else { broken("a line without its end") })
}

fn number(digits: &[u8]) -> io::Result<i64> {
    let digits = str::from_utf8(digits).map_err(|_| broken("a number that is none"))?;
    digits.parse().map_err(|_| broken("a number that is none"))
}

/// Reads a length, or that there is nothing.
fn length(digits: &[u8], max: usize) -> io::Result<Option<usize>> {
    match number(digits)? {
        -1 => Ok(None),
        len => {
            let len = usize::try_from(len).ok().filter(|len| *len <= max);
            len.map(Some).ok_or_else(|| broken("a length that nothing has"))
        }
    }
}

fn broken(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("the engine has answered with {what}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Result<Value, io::ErrorKind> {
        read_value(&mut &*bytes).map_err(|error| error.kind())
    }

    fn text(text: &str) -> Value {
        Value::Text(text.as_bytes().to_vec())
    }

    #[test]
    fn a_command_is_a_list_of_strings() {
        let mut out = Vec::new();
        push_command(&[b"XADD", b"", b"a\r\nb"], &mut out);
        assert_eq!(out, b"*3\r\n$4\r\nXADD\r\n$0\r\n\r\n$4\r\na\r\nb\r\n");
    }

    #[test]
    fn what_an_engine_answers_is_read_and_cut_anywhere_it_is_not() {
        let cases: [(&[u8], Value); 8] = [
            (b"+OK\r\n", text("OK")),
            (b"-ERR no\r\n", Value::Error("ERR no".to_owned())),
            (b":-7\r\n", Value::Number(-7)),
            (b"$-1\r\n", Value::Nothing),
            (b"*-1\r\n", Value::Nothing),
            (b"$4\r\na\r\nb\r\n", text("a\r\nb")),
            (b"*0\r\n", Value::List(vec![])),
            (b"*2\r\n*1\r\n$1\r\nx\r\n:1\r\n", Value::List(vec![Value::List(vec![text("x")]), Value::Number(1)])),
        ];
        for (bytes, value) in cases {
            assert_eq!(read(bytes), Ok(value), "{}", bytes.escape_ascii());
            for len in 0..bytes.len() {
                let cut = read(&bytes[..len]);
                assert_eq!(cut, Err(io::ErrorKind::UnexpectedEof), "{}", bytes[..len].escape_ascii());
            }
        }
    }

    #[test]
    fn what_no_engine_answers_is_an_error_and_takes_no_memory() {
        let deep = b"*1\r\n".repeat(DEPTH_MAX + 2);
        let long = vec![b'+'; 2 * 64 * 1024];
        let cases: [&[u8]; 12] = [
            b"\r\n",
            b"?\r\n",
            b":x\r\n",
            b":\r\n",
            b"$-2\r\n",
            b"$99999999999\r\n",
            b"*99999999999\r\n",
            b"+a\n",
            b"$1\r\nabc\r\n",
            b":99999999999999999999\r\n",
            &deep,
            &long,
        ];
        for bytes in cases {
            assert_eq!(read(bytes), Err(io::ErrorKind::InvalidData), "{}", bytes[..bytes.len().min(40)].escape_ascii());
        }
        assert_eq!(read(b"$1000000000\r\nabc"), Err(io::ErrorKind::UnexpectedEof));
    }

    #[test]
    fn whatever_bytes_come_nothing_panics() {
        let mut state = 1_u64;
        for _ in 0..20_000 {
            let bytes: Vec<u8> = (0..40)
                .map(|_| {
                    state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                    b"+-:$*0123456789\r\n\r\n\r\nab"[(state >> 33) as usize % 23]
                })
                .collect();
            let _ = read(&bytes);
        }
    }
}

//! Owns how bytes are written in a transcript: so that each can be seen, and none is lost.
//!
//! Invariant: two different strings of bytes are never written the same, and what was written is read as what it was.

use std::error::Error;
use std::fmt::{self, Write as _};

/// From how many on the same characters are written as one and their number.
const RUN_MIN: usize = 32;

/// Tells what is wrong with an escape.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct EscapeError(String);

/// Writes bytes as text: `\n`, `\r`, `\t` and `\\`; `\x1b` for bytes and `\u{85}` for characters that can't be seen;
/// `\{x * 400}` for one character many times; and a space at the end as `\x20`, so that no editor removes it.
#[must_use]
pub fn escape(bytes: &[u8]) -> String {
    let mut out = String::new();
    for chunk in bytes.utf8_chunks() {
        escape_text(chunk.valid(), &mut out);
        for byte in chunk.invalid() {
            push(&mut out, format_args!("\\x{byte:02x}"));
        }
    }
    if out.ends_with(' ') {
        out.pop();
        out.push_str("\\x20");
    }
    out
}

/// Reads what [`escape`] writes. In a repetition any text can stand, with escapes and further repetitions.
///
/// # Errors
/// Returns what is wrong with an escape that can't be read.
pub fn unescape(text: &str) -> Result<Vec<u8>, EscapeError> {
    let mut bytes = Vec::new();
    let mut rest = text;
    while let Some((plain, escaped)) = rest.split_once('\\') {
        bytes.extend_from_slice(plain.as_bytes());
        rest = unescape_one(escaped, &mut bytes)?;
    }
    bytes.extend_from_slice(rest.as_bytes());
    Ok(bytes)
}

fn escape_text(text: &str, out: &mut String) {
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let after = rest.trim_start_matches(first);
        let count = (rest.len() - after.len()) / first.len_utf8();
        if count < RUN_MIN || matches!(first, '{' | '}') {
            (0..count).for_each(|_| escape_char(first, out));
        } else {
            out.push_str("\\{");
            escape_char(first, out);
            push(out, format_args!(" * {count}}}"));
        }
        rest = after;
    }
}

fn escape_char(c: char, out: &mut String) {
    match c {
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        '\\' => out.push_str("\\\\"),
        '\0'..='\x1f' | '\x7f' => push(out, format_args!("\\x{:02x}", c as u32)),
        '\u{80}'..='\u{a0}'
        | '\u{ad}'
        | '\u{61c}'
        | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2066}'..='\u{2069}'
        | '\u{feff}' => push(out, format_args!("\\u{{{:x}}}", c as u32)),
        _ => out.push(c),
    }
}

fn push(out: &mut String, args: fmt::Arguments<'_>) {
    out.write_fmt(args).expect("a string takes all that is written to it");
}

/// Reads the escape after a backslash, and returns what comes after it.
fn unescape_one<'a>(text: &'a str, bytes: &mut Vec<u8>) -> Result<&'a str, EscapeError> {
    let error = || EscapeError(format!("\\{}", text.chars().take(12).collect::<String>()));
    let kind = text.chars().next().ok_or_else(error)?;
    let rest = &text[kind.len_utf8()..];
    match kind {
        'n' => bytes.push(b'\n'),
        'r' => bytes.push(b'\r'),
        't' => bytes.push(b'\t'),
        '\\' => bytes.push(b'\\'),
        'x' => {
            let (digits, rest) = rest.split_at_checked(2).ok_or_else(error)?;
            bytes.push(u8::from_str_radix(digits, 16).map_err(|_| error())?);
            return Ok(rest);
        }
        'u' => {
            let (digits, rest) = braced(rest.strip_prefix('{').ok_or_else(error)?).ok_or_else(error)?;
            let code = u32::from_str_radix(digits, 16).map_err(|_| error())?;
            let c = char::from_u32(code).ok_or_else(error)?;
            bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
            return Ok(rest);
        }
        '{' => {
            let (inside, rest) = braced(rest).ok_or_else(error)?;
            let (repeated, count) = inside.rsplit_once(" * ").ok_or_else(error)?;
            let count = count.parse().map_err(|_| error())?;
            bytes.extend_from_slice(&unescape(repeated)?.repeat(count));
            return Ok(rest);
        }
        _ => return Err(error()),
    }
    Ok(rest)
}

/// Splits at the brace that closes one which is open already.
fn braced(text: &str) -> Option<(&str, &str)> {
    let mut open = 1;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'{' => open += 1,
            b'}' => open -= 1,
            _ => {}
        }
        if open == 0 {
            return Some((&text[..at], &text[at + 1..]));
        }
    }
    None
}

impl fmt::Display for EscapeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no such escape: {}", self.0)
    }
}

impl Error for EscapeError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_read_as_what_it_was() {
        let cases: [(&[u8], &str); 13] = [
            (&[b'}'; 32], "}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}"),
            (b"", ""),
            (b"plain {text} * 3", "plain {text} * 3"),
            (b"a\\b\r\n", "a\\\\b\\r\\n"),
            (b"\x1b[2J\x7f\0", "\\x1b[2J\\x7f\\x00"),
            (b"\xff\xf4caf\xe9", "\\xff\\xf4caf\\xe9"),
            ("é 日本 👩‍🚀".as_bytes(), "é 日本 👩\\u{200d}🚀"),
            ("\u{85}\u{202e}".as_bytes(), "\\u{85}\\u{202e}"),
            (b"end ", "end\\x20"),
            (b"  ", " \\x20"),
            (&[b'x'; 31], "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"),
            (&[b'x'; 32], "\\{x * 32}"),
            (&[b'\\'; 32], "\\{\\\\ * 32}"),
        ];
        for (bytes, text) in cases {
            assert_eq!(escape(bytes), text);
            assert_eq!(unescape(text).as_deref(), Ok(bytes), "{text}");
        }
    }

    #[test]
    fn repetitions_nest() {
        assert_eq!(unescape("\\{a\\{b * 2}\\n * 2}c").as_deref(), Ok(&b"abb\nabb\nc"[..]));
    }

    #[test]
    fn what_is_no_escape_is_an_error() {
        for text in ["\\", "\\q", "\\x1", "\\xzz", "\\u{110000}", "\\u12", "\\{x", "\\{x}", "\\{x * y}"] {
            assert!(unescape(text).is_err(), "{text}");
        }
    }
}

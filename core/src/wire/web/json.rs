//! Owns how objects of JSON are written.

use std::fmt::Write as _;

use bytes::{BufMut as _, BytesMut};
use memchr::memchr2;

use crate::name::Name;

/// The most digits of a number.
const U64_DIGITS_MAX: usize = 20;

/// Writes an object. Keys, kinds and names need no escapes; a text has no controls, so that these are all it can need.
pub(crate) struct Object<'a> {
    pub(crate) out: &'a mut BytesMut,
    /// Nothing is in it yet.
    is_empty: bool,
}

impl<'a> Object<'a> {
    pub(crate) fn begin(out: &'a mut BytesMut, kind: &str) -> Self {
        out.put_slice(br#"{"kind":""#);
        out.put_slice(kind.as_bytes());
        out.put_u8(b'"');
        Self { out, is_empty: false }
    }

    /// Begins an object of no kind, for a list.
    pub(crate) fn bare(out: &'a mut BytesMut) -> Self {
        out.put_u8(b'{');
        Self { out, is_empty: true }
    }

    pub(crate) fn name(mut self, key: &str, name: &Name) -> Self {
        self.key(key);
        self.out.put_u8(b'"');
        self.out.put_slice(name.as_str().as_bytes());
        self.out.put_u8(b'"');
        self
    }

    pub(crate) fn text(mut self, key: &str, text: &str) -> Self {
        self.key(key);
        put_text(self.out, text);
        self
    }

    pub(crate) fn number(mut self, key: &str, number: u64) -> Self {
        self.key(key);
        let (mut digits, mut rest) = ([0; U64_DIGITS_MAX], number);
        let mut start = digits.len();
        // Without the formatting machinery: two numbers are in everything that is said.
        while start == digits.len() || rest > 0 {
            start -= 1;
            digits[start] = b'0' + (rest % 10) as u8;
            rest /= 10;
        }
        self.out.put_slice(&digits[start..]);
        self
    }

    /// Writes a text, or that there is none.
    pub(crate) fn text_or_null(mut self, key: &str, text: Option<&str>) -> Self {
        if let Some(text) = text {
            return self.text(key, text);
        }
        self.key(key);
        self.out.put_slice(b"null");
        self
    }

    pub(crate) fn truth(mut self, key: &str, is_true: bool) -> Self {
        self.key(key);
        self.out.put_slice(if is_true { b"true" } else { b"false" });
        self
    }

    pub(crate) fn list<T>(&mut self, key: &str, items: &[T], mut item: impl FnMut(&mut BytesMut, &T)) {
        self.key(key);
        for (index, each) in items.iter().enumerate() {
            self.out.put_u8(if index == 0 { b'[' } else { b',' });
            item(self.out, each);
        }
        self.out.put_slice(if items.is_empty() { b"[]" } else { b"]" });
    }

    pub(crate) fn key(&mut self, key: &str) {
        self.out.put_slice(if self.is_empty { b"\"" } else { b",\"" });
        self.is_empty = false;
        self.out.put_slice(key.as_bytes());
        self.out.put_slice(b"\":");
    }

    pub(crate) fn end(self) {
        self.out.put_u8(b'}');
    }
}

/// Appends a text by itself.
pub(crate) fn put_text(out: &mut BytesMut, text: &str) {
    out.put_u8(b'"');
    let mut rest = text.as_bytes();
    while let Some(at) = next_escaped(rest) {
        out.put_slice(&rest[..at]);
        out.put_slice(&[b'\\', rest[at]]);
        rest = &rest[at + 1..];
    }
    out.put_slice(rest);
    out.put_u8(b'"');
}

pub(crate) fn put(out: &mut BytesMut, text: std::fmt::Arguments<'_>) {
    out.write_fmt(text).expect("a buffer in memory takes all that is written to it");
}

fn next_escaped(text: &[u8]) -> Option<usize> {
    memchr2(b'"', b'\\', text)
}

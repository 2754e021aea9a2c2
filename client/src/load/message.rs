//! The load message: text of a fixed length that carries its sequence number and the time it was meant to be sent.
//!
//! The text is `~{sequence}.{nanoseconds}.xxx…`, both numbers in hex of a fixed width. [`MARK`] stands in it exactly
//! once and in no line that a server says by itself, so counting marks counts load messages. Lines of what was said
//! before may have it, but come only right after joining a room.

/// Opens the text of every load message.
///
/// `~` is in no name, no room and none of the server's own lines.
pub(super) const MARK: u8 = b'~';

/// Twelve hex digits last for 2⁴⁸ messages, years at any rate that a socket takes.
const SEQ_DIGITS: usize = 12;

/// All of a `u64`, so that no run is too long.
const TIME_DIGITS: usize = 16;

const SEQ_AT: usize = 1;
const TIME_AT: usize = SEQ_AT + SEQ_DIGITS + 1;
const HEADER_CHARS: usize = TIME_AT + TIME_DIGITS + 1;

/// The shortest text that has place for both numbers, rounded up to a power of two.
pub(super) const CHARS_MIN: usize = 32;

/// The longest text that a chinwag server takes as one message.
pub(super) const CHARS_MAX: usize = 400;

/// What one load message tells its receiver.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stamp {
    /// Number of the message in its room, from 0 on without a gap.
    pub(super) seq: u64,
    /// When it was meant to be sent, in nanoseconds of the run's clock.
    pub(super) sent_ns: u64,
}

/// Writes load messages of one length.
#[derive(Debug)]
pub(super) struct Composer {
    line: Vec<u8>,
}

impl Composer {
    /// Prepares messages of `chars` characters, at least [`CHARS_MIN`], and what ends them.
    pub(super) fn new(ending: &str, chars: usize) -> Self {
        let mut line = vec![b'x'; chars.max(CHARS_MIN)];
        line[0] = MARK;
        line[TIME_AT - 1] = b'.';
        line[HEADER_CHARS - 1] = b'.';
        line.extend_from_slice(ending.as_bytes());
        Self { line }
    }

    /// Returns the bytes of one text, what ends it included.
    pub(super) fn text_bytes(&self) -> usize {
        self.line.len()
    }

    /// Appends one text to `out`.
    pub(super) fn compose(&mut self, stamp: Stamp, out: &mut Vec<u8>) {
        write_hex(stamp.seq, &mut self.line[SEQ_AT..][..SEQ_DIGITS]);
        write_hex(stamp.sent_ns, &mut self.line[TIME_AT..][..TIME_DIGITS]);
        out.extend_from_slice(&self.line);
    }
}

/// Reads the text of a load message.
pub(super) fn read_text(text: &[u8]) -> Option<Stamp> {
    if text.len() < HEADER_CHARS || text[0] != MARK {
        return None;
    }
    let seq = read_hex(&text[SEQ_AT..][..SEQ_DIGITS])?;
    let sent_ns = read_hex(&text[TIME_AT..][..TIME_DIGITS])?;
    Some(Stamp { seq, sent_ns })
}

fn write_hex(mut number: u64, digits: &mut [u8]) {
    for digit in digits.iter_mut().rev() {
        *digit = b"0123456789abcdef"[(number & 15) as usize];
        number >>= 4;
    }
}

fn read_hex(digits: &[u8]) -> Option<u64> {
    let mut number = 0;
    for digit in digits {
        let value = match digit {
            b'0'..=b'9' => digit - b'0',
            b'a'..=b'f' => digit - b'a' + 10,
            _ => return None,
        };
        number = number << 4 | u64::from(value);
    }
    Some(number)
}

#[cfg(test)]
mod tests {
    use super::super::dialect::Dialect;
    use super::*;

    fn delivered(stamp: Stamp, chars: usize) -> Vec<u8> {
        let mut line = b"BraveOtter: ".to_vec();
        Composer::new(Dialect::Chat.ending(), chars).compose(stamp, &mut line);
        assert_eq!(line.pop(), Some(b'\n'));
        line
    }

    #[test]
    fn what_is_written_is_read_at_every_length() {
        for chars in CHARS_MIN..=CHARS_MAX {
            let stamp = Stamp { seq: (1 << 48) - 1 - chars as u64, sent_ns: u64::MAX - chars as u64 };
            let line = delivered(stamp, chars);
            assert_eq!(line.len(), "BraveOtter: ".len() + chars);
            assert_eq!(Dialect::Chat.read(&line, chars), Some(stamp));
        }
    }

    #[test]
    fn a_message_holds_one_mark() {
        let line = delivered(Stamp { seq: 0x00ab_cdef, sent_ns: u64::MAX }, 64);
        assert_eq!(line.iter().filter(|byte| **byte == MARK).count(), 1);
    }

    #[test]
    fn other_lines_are_no_load_message() {
        let whole = delivered(Stamp { seq: 1, sent_ns: 2 }, 64);
        let mut bad_digit = whole.clone();
        bad_digit["BraveOtter: ~".len()] = b'g';
        let before = [b"[5 min ago] ", &*whole].concat();
        let cases: [&[u8]; 8] = [
            &before,
            b"",
            b"Ann joined",
            b"You joined load-0",
            b"Ann: ~hello",
            &whole[..whole.len() - 1],
            &whole["BraveOtter: ".len()..],
            &bad_digit,
        ];
        for line in cases {
            assert_eq!(Dialect::Chat.read(line, 64), None, "{}", line.escape_ascii());
        }
    }
}

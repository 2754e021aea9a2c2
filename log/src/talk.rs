//! Owns the short way for what is most of any recording: one request of one connection that says something. Its bytes
//! are written and read by hand, the same as by all others' way, in a fourth of the time.
//!
//! Invariant: what is not read here may be an entry nevertheless, and what is read here is no other.

use chinwag_core::log::Command;
use chinwag_core::ops::{Handed, Input};
use chinwag_core::{ConnectionId, Request, Texts};

use crate::FORMAT;
use crate::common::{nanos, time};

/// The first bytes of such an entry: its format, and the key of its kind.
const HEAD: [u8; 3] = [0x08, FORMAT.to_le_bytes()[0], INPUT];

// The keys of the fields on the way, each of the message that the one before has.
const INPUT: u8 = 7 << 3 | LEN;
const AT: u8 = 1 << 3;
const ASKED: u8 = 2 << 3 | LEN;
const CONNECTION: u8 = 1 << 3 | LEN;
const SERVER: u8 = 1 << 3;
const SLOT: u8 = 2 << 3;
const GENERATION: u8 = 3 << 3;
const REQUEST: u8 = 2 << 3 | LEN;
const COMMAND: u8 = 1 << 3 | LEN;
const SAY: u8 = 2 << 3 | LEN;

/// The type of a field that has a length.
const LEN: u8 = 2;

/// Appends the bytes of an input, if it is one of these.
pub(crate) fn encode(input: &Input, out: &mut Vec<u8>) -> bool {
    let Handed::Asked { connection, requests } = &input.handed else { return false };
    let [Request::Command(Command::Say(texts))] = &requests[..] else { return false };
    let (at, text) = (nanos(input.at), texts.as_lines());
    let id = [
        (SERVER, connection.server().into()),
        (SLOT, connection.slot().into()),
        (GENERATION, connection.generation().into()),
    ];
    let id_len: usize = id.iter().map(|&(_, value)| number_len(value)).sum();
    let command_len = field_len(text.len());
    let request_len = field_len(command_len);
    let asked_len = field_len(id_len) + field_len(request_len);
    let input_len = number_len(at) + field_len(asked_len);
    out.reserve(HEAD.len() + 10 + input_len);
    out.extend_from_slice(&HEAD);
    put_varint(input_len as u64, out);
    put_number(AT, at, out);
    put_len(ASKED, asked_len, out);
    put_len(CONNECTION, id_len, out);
    id.iter().for_each(|&(key, value)| put_number(key, value, out));
    put_len(REQUEST, request_len, out);
    put_len(COMMAND, command_len, out);
    put_len(SAY, text.len(), out);
    out.extend_from_slice(text.as_bytes());
    true
}

/// Reads such an input, if it is one, and written as it has to be.
pub(crate) fn decode(bytes: &[u8]) -> Option<Input> {
    let mut input = Cursor(bytes.strip_prefix(&HEAD)?).only()?;
    let at = input.number(AT)?;
    let mut asked = input.field(ASKED)?;
    let mut id = asked.field(CONNECTION)?;
    let [server, slot, generation] = [id.number(SERVER)?, id.number(SLOT)?, id.number(GENERATION)?];
    let mut request = asked.field(REQUEST)?;
    let mut command = request.field(COMMAND)?;
    let text = command.field(SAY)?;
    let is_all = [input, asked, id, request, command].iter().all(|rest| rest.0.is_empty());
    let slot = u32::try_from(slot).ok().filter(|&slot| is_all && slot < ConnectionId::SLOTS)?;
    let connection = ConnectionId::new(u8::try_from(server).ok()?, slot, u32::try_from(generation).ok()?);
    let texts = Texts::parse_lines(str::from_utf8(text.0).ok()?)?;
    let requests = vec![Request::Command(Command::Say(texts))];
    Some(Input { at: time(at), handed: Handed::Asked { connection, requests } })
}

/// Returns how many bytes a field takes that has a length, with its key.
const fn field_len(len: usize) -> usize {
    1 + varint_len(len as u64) + len
}

/// Returns how many bytes a number takes with its key: a zero is left out.
const fn number_len(value: u64) -> usize {
    if value == 0 { 0 } else { 1 + varint_len(value) }
}

const fn varint_len(value: u64) -> usize {
    (64 - (value | 1).leading_zeros() as usize).div_ceil(7)
}

fn put_len(key: u8, len: usize, out: &mut Vec<u8>) {
    out.push(key);
    put_varint(len as u64, out);
}

fn put_number(key: u8, value: u64, out: &mut Vec<u8>) {
    if value != 0 {
        out.push(key);
        put_varint(value, out);
    }
}

fn put_varint(mut value: u64, out: &mut Vec<u8>) {
    while value >= 0x80 {
        out.push(value.to_le_bytes()[0] | 0x80);
        value >>= 7;
    }
    out.push(value.to_le_bytes()[0]);
}

/// Reads from the first of its bytes on.
#[derive(Clone, Copy)]
struct Cursor<'a>(&'a [u8]);

impl<'a> Cursor<'a> {
    /// Reads a number that is written in as few bytes as it can be.
    fn varint(&mut self) -> Option<u64> {
        let (mut value, mut shift) = (0_u64, 0);
        loop {
            let (&byte, rest) = self.0.split_first()?;
            self.0 = rest;
            let bits = u64::from(byte & 0x7f);
            if shift == 63 && bits > 1 {
                return None;
            }
            value |= bits << shift;
            if byte < 0x80 {
                return (byte != 0 || shift == 0).then_some(value);
            }
            shift += 7;
            if shift > 63 {
                return None;
            }
        }
    }

    /// Reads a length, and as many bytes.
    fn sized(&mut self) -> Option<Self> {
        let len = usize::try_from(self.varint()?).ok()?;
        let (field, rest) = self.0.split_at_checked(len)?;
        self.0 = rest;
        Some(Self(field))
    }

    /// Reads the same, if nothing follows.
    fn only(mut self) -> Option<Self> {
        self.sized().filter(|_| self.0.is_empty())
    }

    /// Reads a field that has a length.
    fn field(&mut self, key: u8) -> Option<Self> {
        self.key(key).then(|| self.sized())?
    }

    /// Reads a number: zero, if it is not there.
    fn number(&mut self, key: u8) -> Option<u64> {
        if self.key(key) { self.varint().filter(|&value| value != 0) } else { Some(0) }
    }

    fn key(&mut self, key: u8) -> bool {
        let Some((&first, rest)) = self.0.split_first() else { return false };
        if first == key {
            self.0 = rest;
        }
        first == key
    }
}

#[cfg(test)]
mod tests {
    use prost::Message as _;

    use super::*;
    use crate::proto;

    fn inputs() -> Vec<Input> {
        let ids = [(0, 0, 0), (0, 5, 200), (255, 0xff_ffff, u32::MAX), (3, 0, 1)];
        let texts = ["hi\n", "na\u{ef}ve \u{1f600}\nand more\n", &format!("{}\n", "long ".repeat(60))]
            .map(|lines| Texts::parse_lines(lines).expect("they are clean"));
        let input = |at, (server, slot, generation), texts: &Texts| {
            let requests = vec![Request::Command(Command::Say(texts.clone()))];
            let connection = ConnectionId::new(server, slot, generation);
            Input { at: time(at), handed: Handed::Asked { connection, requests } }
        };
        let times = [0, 1, 127, 128, 1 << 40, u64::MAX];
        let at = |&at| ids.iter().flat_map(move |&id| [(at, id)]);
        times.iter().flat_map(at).flat_map(|(at, id)| texts.iter().map(move |text| input(at, id, text))).collect()
    }

    /// Returns what the other way writes.
    fn long_way(input: &Input) -> Vec<u8> {
        proto::Entry { format: FORMAT, kind: Some(proto::Kind::Input(input.into())) }.encode_to_vec()
    }

    #[test]
    fn both_ways_write_the_same_and_what_is_written_is_read() {
        for input in inputs() {
            let mut bytes = Vec::new();
            assert!(encode(&input, &mut bytes));
            assert_eq!(bytes, long_way(&input), "{input:?}");
            assert_eq!(decode(&bytes), Some(input));
        }
    }

    #[test]
    fn what_is_changed_anywhere_is_read_as_it_would_be_written_or_not_here() {
        for input in inputs() {
            let bytes = long_way(&input);
            for bit in 0..8 * bytes.len() {
                let mut changed = bytes.clone();
                changed[bit / 8] ^= 1 << (bit % 8);
                if let Some(read) = decode(&changed) {
                    assert_eq!(long_way(&read), changed, "{input:?}, bit {bit}");
                }
            }
            for len in 0..bytes.len() {
                assert_eq!(decode(&bytes[..len]), None);
            }
        }
    }

    #[test]
    fn a_number_that_is_written_too_long_is_not_read_here() {
        let input = Input { at: time(1), ..inputs()[0].clone() };
        let bytes = long_way(&input);
        let at = HEAD.len() + 1;
        assert_eq!(bytes[at..at + 2], [AT, 1]);
        let mut longer = bytes.clone();
        (longer[at + 1], longer[at - 1]) = (0x81, longer[at - 1] + 1);
        longer.insert(at + 2, 0);
        assert_eq!((decode(&longer), decode(&bytes)), (None, Some(input)));
    }
}

//! Owns the frames in which entries follow each other in a file: the length, the checksum (CRC-32C), and the entry.
//!
//! A crash can cut the last frame off, and a disk can change any. So reading stops at the first bad frame and says how
//! much it has left.

use std::ops::RangeInclusive;

use crc32c::crc32c;

/// The longest entry: a snapshot of ten million people.
pub const ENTRY_BYTES_MAX: usize = 1 << 30;

/// How long an entry can be. None is empty: else the zeros that a crash leaves would be frames of nothing.
const LENS: RangeInclusive<usize> = 1..=ENTRY_BYTES_MAX;

/// The longest entry that is looked for behind a bad frame, wherever it stands: what looks like a longer one is nearly
/// always none, and would take long to be told from one.
const SOUGHT_BYTES_MAX: u32 = 64 << 10;

/// Appends an entry as a frame.
///
/// # Panics
/// If the entry is empty, or longer than [`ENTRY_BYTES_MAX`].
pub fn push_frame(entry: &[u8], out: &mut Vec<u8>) {
    assert!(LENS.contains(&entry.len()), "no entry has {} bytes", entry.len());
    let len = u32::try_from(entry.len()).expect("the longest entry has fewer than 2^32");
    out.reserve(Frames::HEAD_BYTES + entry.len());
    out.extend_from_slice(&len.to_le_bytes());
    out.extend_from_slice(&crc32c(entry).to_le_bytes());
    out.extend_from_slice(entry);
}

/// Reads the entries of bytes that frames were appended to.
///
/// # Examples
/// ```
/// use chinwag_log::{Frames, push_frame};
///
/// let mut file = Vec::new();
/// push_frame(b"one", &mut file);
/// push_frame(b"two", &mut file);
/// file.pop();
/// let mut frames = Frames::new(&file);
/// assert!(frames.by_ref().eq([b"one"]));
/// assert_eq!(frames.left(), 10);
/// ```
#[derive(Clone, Debug)]
pub struct Frames<'a> {
    rest: &'a [u8],
    has_failed: bool,
}

impl<'a> Frames<'a> {
    /// How many bytes go before each entry: its length and its checksum, each as four bytes, the lowest first.
    pub const HEAD_BYTES: usize = 8;

    /// Reads from the first of these bytes.
    #[must_use]
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes, has_failed: false }
    }

    /// Returns how many bytes were not read. Once there is no next frame, it is those from the first bad frame on.
    #[must_use]
    pub const fn left(&self) -> usize {
        self.rest.len()
    }

    /// Tells whether a whole frame stands somewhere in what is left, behind a bad one. A crash cuts off the end and
    /// leaves none; so something has changed the bytes since.
    ///
    /// Frames of more than 64 KiB are looked for only right behind the bad one, by its length.
    #[must_use]
    pub fn is_damaged(&self) -> bool {
        let rest = match self.frame() {
            Some(_) => return false,
            None => self.rest,
        };
        let len = rest.first_chunk().and_then(|len| usize::try_from(u32::from_le_bytes(*len)).ok());
        let behind = len.and_then(|len| rest.get(Self::HEAD_BYTES.checked_add(len)?..));
        let is_whole = |rest| Self::new(rest).frame().is_some();
        behind.is_some_and(is_whole)
            || (1..rest.len()).map(|at| &rest[at..]).any(|rest| {
                let len = rest.first_chunk().map_or(0, |len| u32::from_le_bytes(*len));
                (1..=SOUGHT_BYTES_MAX).contains(&len) && is_whole(rest)
            })
    }

    fn frame(&self) -> Option<(&'a [u8], &'a [u8])> {
        let (len, rest) = self.rest.split_first_chunk()?;
        let (crc, rest) = rest.split_first_chunk()?;
        let len = usize::try_from(u32::from_le_bytes(*len)).ok().filter(|len| LENS.contains(len))?;
        let (entry, rest) = rest.split_at_checked(len)?;
        (crc32c(entry) == u32::from_le_bytes(*crc)).then_some((entry, rest))
    }
}

impl<'a> Iterator for Frames<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        if self.has_failed {
            return None;
        }
        let frame = self.frame();
        self.has_failed = frame.is_none();
        let (entry, rest) = frame?;
        self.rest = rest;
        Some(entry)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(entries: &[&[u8]]) -> Vec<u8> {
        let mut file = Vec::new();
        entries.iter().for_each(|entry| push_frame(entry, &mut file));
        file
    }

    #[test]
    fn a_frame_is_a_length_a_checksum_and_the_entry() {
        assert_eq!(file(&[b"123456789"]), b"\x09\0\0\0\x83\x92\x06\xe3123456789");
    }

    #[test]
    fn what_is_cut_off_anywhere_is_read_up_to_the_last_whole_frame() {
        let entries: [&[u8]; 3] = [b"one", b"2", b"three"];
        let file = file(&entries);
        let ends = [0, 11, 20, 33];
        for len in 0..=file.len() {
            let mut frames = Frames::new(&file[..len]);
            let whole = ends.iter().filter(|&&end| end <= len).count() - 1;
            assert!(frames.by_ref().eq(entries[..whole].iter().copied()), "{len}");
            assert_eq!(frames.left(), len - ends[whole], "{len}");
            assert_eq!(frames.next(), None);
        }
    }

    #[test]
    fn what_was_changed_is_told_from_what_was_cut_off() {
        let whole = file(&[b"one", b"2", b"three"]);
        let is_damaged = |bytes: &[u8]| {
            let mut frames = Frames::new(bytes);
            frames.by_ref().for_each(drop);
            frames.is_damaged()
        };
        for len in 0..=whole.len() {
            assert!(!is_damaged(&whole[..len]), "{len}");
            assert!(!is_damaged(&[&whole[..len], &[0; 4096]].concat()), "{len}");
        }
        // Of the last frame nobody can tell.
        for at in 0..20 {
            for bit in 0..8 {
                let mut changed = whole.clone();
                changed[at] ^= 1 << bit;
                assert!(is_damaged(&changed), "bit {bit} of {at}");
            }
        }
    }

    #[test]
    fn zeros_behind_the_last_frame_are_none() {
        let file = [file(&[b"one"]), vec![0; 4096]].concat();
        let mut frames = Frames::new(&file);
        assert!(frames.by_ref().eq([b"one"]));
        assert_eq!(frames.left(), 4096);
    }

    #[test]
    fn a_changed_bit_anywhere_ends_it_before_the_frame_that_has_it() {
        let file = file(&[b"one", b"two"]);
        for bit in 0..8 * file.len() {
            let mut changed = file.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            let mut frames = Frames::new(&changed);
            assert_eq!(frames.by_ref().count(), bit / 8 / 11, "bit {bit}");
            assert_eq!(frames.left(), file.len() - 11 * (bit / 8 / 11), "bit {bit}");
        }
    }
}

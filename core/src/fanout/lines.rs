//! Owns what the rooms are told in a batch, as lines: made once for all shares, each of which has some of the members.

use std::fmt;

use bytes::BytesMut;

use super::rooms::offset;
use crate::Action;

/// Holds the lines of all broadcasts of a batch.
#[derive(Default)]
pub(crate) struct Lines {
    bytes: BytesMut,
    /// Where each message ends.
    ends: Vec<u32>,
    /// Up to where in both each broadcast goes.
    broadcasts: Vec<(u32, u32)>,
}

/// Lends the lines of one broadcast.
pub(crate) struct Told<'a> {
    bytes: &'a [u8],
    /// Where each message ends, counted from `start`.
    ends: &'a [u32],
    start: u32,
}

impl Lines {
    /// Makes them of all broadcasts among the actions, which have about so many bytes.
    pub(crate) fn of(actions: &[Action], bytes: usize) -> Self {
        let mut lines = Self { bytes: BytesMut::with_capacity(bytes), ..Self::default() };
        for action in actions {
            if let Action::Broadcast { message, .. } = action {
                let Self { bytes, ends, broadcasts } = &mut lines;
                message.encode_lines(bytes, |end| ends.push(offset(end)));
                broadcasts.push((offset(bytes.len()), offset(ends.len())));
            }
        }
        lines
    }

    /// Returns those of one of the broadcasts: the first has the number 0.
    pub(crate) fn told(&self, number: usize) -> Told<'_> {
        let (start, first) = number.checked_sub(1).map_or((0, 0), |before| self.broadcasts[before]);
        let (end, last) = self.broadcasts[number];
        Told {
            bytes: &self.bytes[start as usize..end as usize],
            ends: &self.ends[first as usize..last as usize],
            start,
        }
    }
}

impl Told<'_> {
    /// Appends them, and where in `out` each message ends.
    pub(super) fn append(&self, out: &mut BytesMut, ends: &mut Vec<u32>) {
        let start = offset(out.len());
        out.extend_from_slice(self.bytes);
        ends.extend(self.ends.iter().map(|end| end - self.start + start));
    }
}

/// It hides what was said.
impl fmt::Debug for Lines {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Lines({} of {} bytes)", self.ends.len(), self.bytes.len())
    }
}

#[cfg(test)]
impl fmt::Display for Told<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(std::str::from_utf8(self.bytes).expect("all lines are UTF-8"))
    }
}

//! Owns how far a chunk has been given to the members of an audience.

use super::Audience;
use super::membership::{AudienceId, Member};
use crate::fanout::chunk::Chunk;

/// How many members are fetched from memory at once: about as many as a processor waits for at once, and few enough
/// that the last are still near when they are written to.
const GROUP_MEMBERS: usize = 16;

/// Holds a chunk that is being given to the members of an audience.
#[derive(Debug)]
pub(in crate::fanout) struct Flushing {
    pub(in crate::fanout) chunk: Chunk,
    pub(super) audience: AudienceId,
    /// The chunk is worth being handed to the operating system once for all members, under this number.
    pub(super) repeated: Option<u64>,
    /// The members before this one were given the chunk.
    pub(super) next: usize,
}

impl Flushing {
    /// Goes on to the next member who needs something of the chunk: its place, and from where on.
    pub(super) fn next_member(&mut self, audiences: &mut [Vec<Audience>]) -> Option<(usize, usize)> {
        let AudienceId { room, encoding } = self.audience;
        let members = &mut audiences[encoding.index()][room.key() as usize].members;
        let len = self.chunk.bytes().len();
        loop {
            let member = members.get_mut(self.next)?;
            self.next += 1;
            let from = std::mem::take(&mut member.cursor) as usize;
            if from < len {
                return Some((member.place as usize, from));
            }
        }
    }

    /// Returns the number under which all members are given what is to be given from an offset on, if they are.
    pub(in crate::fanout) const fn repeated(&self, from: usize) -> Option<u64> {
        if from == 0 { self.repeated } else { None }
    }

    /// Returns the members that are fetched together with the one that was gone on to: none, unless that is the first
    /// of its group.
    pub(super) fn next_of_group<'a>(&self, audiences: &'a [Vec<Audience>]) -> &'a [Member] {
        let AudienceId { room, encoding } = self.audience;
        let (group, members) = (self.next - 1, &audiences[encoding.index()][room.key() as usize].members);
        if group % GROUP_MEMBERS != 0 {
            return &[];
        }
        members.get(self.next..members.len().min(group + GROUP_MEMBERS)).unwrap_or_default()
    }
}

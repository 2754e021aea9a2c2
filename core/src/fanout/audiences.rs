//! Owns who of this share is in which room, and what has been said there and not been given to all of them yet.
//!
//! A room has an audience for each encoding in which somebody there is spoken to. What is said in the room is kept in a chunk for each of its audiences
//! that is not empty; when the batch is through, the chunk is frozen and its bytes are given to one member after the other. A member who
//! came, left or was told something in the middle of it has an offset up to which it has seen the chunk.

use std::collections::VecDeque;

use super::chunk::{Chunk, OpenChunk};
use crate::batch::lines::{BroadcastLines, offset};
use crate::wire::Encoding;
use crate::{Config, Message, RoomId};

/// How many bytes of buffers are kept to be used again: enough for two batches as large as they become, since what was in the cache when it
/// was written to last is so still. The worst moment is not kept for ever.
const SPARE_BYTES_MAX: usize = 256 << 10;

/// From how many bytes and members on it is worth an adapter's while to hand a chunk to the operating system once for all of them, and not
/// once for each; measured on Linux, see docs/performance.md.
const REPEATED_BYTES_MIN: usize = 6 << 10;
const REPEATED_MEMBERS_MIN: usize = 12;

/// How many members are fetched from memory at once: about as many as a processor waits for at once, and few enough that the last are still
/// near when they are written to.
const GROUP_MEMBERS: usize = 16;

#[derive(Debug)]
pub(super) struct Audiences {
    /// By encoding, and by the rooms' keys: up to the last room in which somebody with that encoding was.
    audiences: [Vec<Audience>; Encoding::COUNT],
    /// The audiences with an open chunk, in the order in which somebody spoke there first, by how long they take.
    touched: [VecDeque<AudienceId>; Length::COUNT],
    slice_writes: usize,
    /// What is being given to the members of an audience, by how long it takes: while it is given to those of a long one others may be given
    /// something, and then that goes on where it was.
    flushing: [Option<Flushing>; Length::COUNT],
    /// Others were, or may have been.
    interrupted: bool,
    /// Buffers to be used again.
    spare: Vec<OpenChunk>,
    spare_bytes: usize,
    /// How many chunks were worth to be handed to the operating system once for many members.
    repeated: u64,
}

/// Says how long it takes to give something to all members of an audience. Long ones come last, so that nobody else has to wait for them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Length {
    /// A turn at most.
    Short,
    /// More than a turn.
    Long,
}

impl Length {
    const COUNT: usize = 2;
}

/// Names those in a room who are spoken to in one encoding.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct AudienceId {
    room: RoomId,
    encoding: Encoding,
}

#[derive(Debug, Default)]
struct Audience {
    /// The members' places in the share.
    members: Vec<u32>,
    chunk: Option<Box<OpenChunk>>,
}

impl Audience {
    const fn length(&self, slice_writes: usize) -> Length {
        if self.members.len() > slice_writes { Length::Long } else { Length::Short }
    }
}

/// Holds a chunk that is being given to the members of an audience.
#[derive(Debug)]
pub(super) struct Flushing {
    pub(super) chunk: Chunk,
    audience: AudienceId,
    /// It is worth to be handed to the operating system once for all members, under this number.
    repeated: Option<u64>,
    next: usize,
}

impl Flushing {
    /// Goes on to the next member: its place, and how much there is to give.
    fn next_member(&mut self, audiences: &[Vec<Audience>]) -> Option<(usize, usize)> {
        let AudienceId { room, encoding } = self.audience;
        let place = *audiences[encoding.index()][room.key() as usize].members.get(self.next)?;
        self.next += 1;
        Some((place as usize, self.chunk.bytes().len()))
    }

    /// Returns the number under which all members are given what is to be given from an offset on, if they are.
    pub(super) const fn repeated(&self, from: usize) -> Option<u64> {
        if from == 0 { self.repeated } else { None }
    }

    /// Returns who comes next of those who are fetched together with the one it has gone on to: nobody, unless that is the first of them.
    fn next_of_group<'a>(&self, audiences: &'a [Vec<Audience>]) -> &'a [u32] {
        let AudienceId { room, encoding } = self.audience;
        let (group, members) = (self.next - 1, &audiences[encoding.index()][room.key() as usize].members);
        if group % GROUP_MEMBERS != 0 {
            return &[];
        }
        members.get(self.next..members.len().min(group + GROUP_MEMBERS)).unwrap_or_default()
    }
}

/// Where somebody sits: in which audience, and how much of its open chunk they have seen.
#[derive(Debug)]
pub(super) struct Membership {
    pub(super) audience: AudienceId,
    /// Among the members.
    pub(super) index: u32,
    cursor: u32,
}

impl Membership {
    /// Moves on to having seen `len` bytes of the open chunk. Returns how many were seen before.
    pub(super) fn move_to(&mut self, len: usize) -> usize {
        std::mem::replace(&mut self.cursor, offset(len)) as usize
    }

    /// Takes notice that the chunk was frozen: nothing of the next one was seen. Returns how much of this one was.
    pub(super) fn take_cursor(&mut self) -> usize {
        self.move_to(0)
    }
}

impl AudienceId {
    pub(super) const fn room(self) -> RoomId {
        self.room
    }
}

impl Audiences {
    pub(super) fn new(config: &Config) -> Self {
        let slice_writes = config.turn_writes as usize;
        Self {
            audiences: Default::default(),
            touched: Default::default(),
            slice_writes,
            flushing: Default::default(),
            interrupted: false,
            spare: Vec::new(),
            spare_bytes: 0,
            repeated: 0,
        }
    }

    pub(super) fn enter(&mut self, room: RoomId, encoding: Encoding, place: usize) -> Membership {
        let (id, key) = (AudienceId { room, encoding }, room.key() as usize);
        let audiences = &mut self.audiences[encoding.index()];
        if audiences.len() <= key {
            audiences.resize_with(key + 1, Audience::default);
        }
        let audience = &mut audiences[key];
        let index = offset(audience.members.len());
        audience.members.push(offset(place));
        let open = audience.chunk.as_mut().map_or(0, |chunk| {
            chunk.seal();
            chunk.len()
        });
        let mut membership = Membership { audience: id, index, cursor: offset(open) };
        // Nothing of what was said before is for them.
        if let Some(len) = self.len_to_come(&membership) {
            membership.move_to(len);
        }
        membership
    }

    /// Takes the owner of a membership out of its room. Returns the place of the member who sits there now, if another does.
    pub(super) fn leave(&mut self, membership: &Membership) -> Option<usize> {
        let members = &mut self.audience_mut(membership.audience)?.members;
        members.swap_remove(membership.index as usize);
        if members.is_empty() {
            *members = Vec::new();
        }
        members.get(membership.index as usize).map(|&place| place as usize)
    }

    /// Keeps a message for the members of a room, if there are any. `lines` returns it as its batch has it in an encoding.
    pub(super) fn broadcast<'a>(
        &mut self,
        room: RoomId,
        message: &Message,
        lines: impl Fn(Encoding) -> BroadcastLines<'a>,
    ) {
        for encoding in Encoding::ALL {
            let audience = self.audiences[encoding.index()].get_mut(room.key() as usize);
            let Some(audience) = audience.filter(|audience| !audience.members.is_empty()) else { continue };
            let length = audience.length(self.slice_writes);
            let chunk = audience.chunk.get_or_insert_with(|| {
                self.touched[length as usize].push_back(AudienceId { room, encoding });
                let spare = self.spare.pop();
                self.spare_bytes -= spare.as_ref().map_or(0, OpenChunk::bytes_held);
                Box::new(spare.unwrap_or_default())
            });
            if encoding.joins() {
                chunk.join(encoding, message);
            } else {
                chunk.push(&lines(encoding));
            }
        }
    }

    /// Returns what has been said in an audience since the last batch was through, in whole frames.
    pub(super) fn open_chunk(&mut self, id: AudienceId) -> Option<&OpenChunk> {
        let chunk = self.audience_mut(id)?.chunk.as_deref_mut()?;
        chunk.seal();
        Some(chunk)
    }

    /// Returns what is being given to an audience.
    pub(super) const fn flushing(&self, length: Length) -> Option<&Flushing> {
        self.flushing[length as usize].as_ref()
    }

    /// Returns the chunk that is being given to an audience.
    pub(super) fn chunk_mut(&mut self, length: Length) -> Option<&mut Chunk> {
        self.flushing[length as usize].as_mut().map(|flushing| &mut flushing.chunk)
    }

    /// Takes notice that something else comes before the rest of what is being given to a long audience.
    pub(super) fn interrupt(&mut self) {
        self.interrupted = self.flushing(Length::Long).is_some();
    }

    /// Tells whether something was said in a long audience, of which nobody was given anything.
    pub(super) fn has_long_to_begin(&self) -> bool {
        !self.touched[Length::Long as usize].is_empty()
    }

    /// Tells whether something came before the rest of what is being given to a long audience.
    pub(super) const fn is_interrupted(&self) -> bool {
        self.interrupted
    }

    /// Returns the length of the chunk of a long audience that the owner of a membership will be given.
    pub(super) fn len_to_come(&self, membership: &Membership) -> Option<usize> {
        let is_to_come =
            |chunk: &&Flushing| chunk.audience == membership.audience && membership.index as usize >= chunk.next;
        self.flushing(Length::Long).filter(is_to_come).map(|flushing| flushing.chunk.bytes().len())
    }

    /// Tells whether the owner of a membership was given the chunk that others in their audience will be given.
    pub(super) fn is_given(&self, membership: &Membership) -> bool {
        self.flushing(Length::Long).is_some_and(|chunk| chunk.audience == membership.audience)
            && self.len_to_come(membership).is_none()
    }

    /// Returns how many members of a long audience are still to be given a chunk.
    pub(super) fn long_to_go(&self) -> usize {
        let to_go = |chunk: &Flushing| Some(self.audience(chunk.audience)?.members.len().saturating_sub(chunk.next));
        self.flushing(Length::Long).and_then(to_go).unwrap_or_default()
    }

    /// Returns the room whose members are given something, if it is a long one.
    pub(super) fn late_room(&self) -> Option<RoomId> {
        self.flushing(Length::Long).map(|chunk| chunk.audience.room)
    }

    /// Tells whether it takes more than a turn to give something to the members of a room.
    pub(super) fn is_long(&self, room: RoomId) -> bool {
        let is_long = |encoding| {
            self.audience(AudienceId { room, encoding })
                .is_some_and(|audience| audience.length(self.slice_writes) == Length::Long)
        };
        Encoding::ALL.into_iter().any(is_long)
    }

    /// Tells whether something was said in a room that nobody was given yet.
    pub(super) fn has_open_chunk(&self, room: RoomId) -> bool {
        let is_open =
            |encoding| self.audience(AudienceId { room, encoding }).is_some_and(|audience| audience.chunk.is_some());
        Encoding::ALL.into_iter().any(is_open)
    }

    /// Tells whether nothing is to be given to anyone but the members of long audiences.
    pub(super) fn is_short_flushed(&self) -> bool {
        self.is_length_flushed(Length::Short)
    }

    pub(super) fn is_flushed(&self) -> bool {
        self.is_short_flushed() && self.is_length_flushed(Length::Long)
    }

    /// Goes on to the next member of an audience of this length with a chunk: its place, and the chunk's length. Each is returned once for each
    /// chunk.
    pub(super) fn next_member(&mut self, length: Length) -> Option<(usize, usize)> {
        loop {
            if let Some(next) = self.next_of_begun(length) {
                return Some(next);
            }
            let id = self.touched[length as usize].pop_front()?;
            self.flushing[length as usize] = self.freeze(id);
        }
    }

    /// Goes on to the next member of the audience of this length whose members are being given a chunk; until it has none left.
    pub(super) fn next_of_begun(&mut self, length: Length) -> Option<(usize, usize)> {
        let flushing = &mut self.flushing[length as usize];
        let next = flushing.as_mut()?.next_member(&self.audiences);
        if next.is_none() {
            self.interrupted &= length == Length::Short;
            let Flushing { chunk, .. } = flushing.take()?;
            self.recycle(chunk);
        }
        next
    }

    /// Returns the places of those who come after the member that it has gone on to, and are to be fetched from memory with them.
    pub(super) fn next_of_group(&self, length: Length) -> &[u32] {
        self.flushing(length).map_or(&[], |chunk| chunk.next_of_group(&self.audiences))
    }

    fn is_length_flushed(&self, length: Length) -> bool {
        self.flushing(length).is_none() && self.touched[length as usize].is_empty()
    }

    /// Takes what was said in an audience, to be given to its members.
    fn freeze(&mut self, id: AudienceId) -> Option<Flushing> {
        let audience = self.audience_mut(id)?;
        let (chunk, members) = (audience.chunk.take()?.freeze(), audience.members.len());
        let is_repeated = chunk.bytes().len() >= REPEATED_BYTES_MIN && members >= REPEATED_MEMBERS_MIN;
        self.repeated += u64::from(is_repeated);
        let repeated = is_repeated.then_some(self.repeated);
        Some(Flushing { chunk, audience: id, repeated, next: 0 })
    }

    fn audience(&self, id: AudienceId) -> Option<&Audience> {
        self.audiences[id.encoding.index()].get(id.room.key() as usize)
    }

    fn audience_mut(&mut self, id: AudienceId) -> Option<&mut Audience> {
        self.audiences[id.encoding.index()].get_mut(id.room.key() as usize)
    }

    /// Keeps the buffers of a chunk that everybody was given.
    fn recycle(&mut self, chunk: Chunk) {
        let emptied = chunk.reclaim().filter(|emptied| self.spare_bytes + emptied.bytes_held() <= SPARE_BYTES_MAX);
        self.spare_bytes += emptied.as_ref().map_or(0, OpenChunk::bytes_held);
        self.spare.extend(emptied);
    }
}

#[cfg(test)]
impl Audiences {
    /// Returns how many buffers are kept, and how many bytes they have.
    pub(super) fn spares(&self) -> (usize, usize) {
        (self.spare.len(), self.spare.iter().map(OpenChunk::capacity).sum())
    }

    /// Asserts that nobody is in any room, nothing is to be said there, and few buffers are kept.
    pub(super) fn assert_empty(&self) {
        assert!(
            self.audiences
                .iter()
                .flatten()
                .all(|audience| audience.members.capacity() == 0 && audience.chunk.is_none())
        );
        assert!(self.is_flushed());
        let spare_bytes = self.spare.iter().map(OpenChunk::bytes_held).sum::<usize>();
        assert_eq!(self.spare_bytes, spare_bytes);
        assert!(spare_bytes <= SPARE_BYTES_MAX);
    }
}

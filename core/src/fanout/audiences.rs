//! Owns which connections of this share are in which room, and what was said there that some have not been given yet.
//!
//! A room has an *audience* for each encoding that is spoken there. What is said in the room is kept in a chunk for
//! each audience. When the batch is through, the chunk is frozen, and its bytes are given to one *direct* member after
//! the other. A direct member who came, left or was sent something in the middle of the batch has a *cursor* into the
//! chunk.
//!
//! A connection in several rooms is a *queued* member of each: what is said there goes into its own queue at once, so
//! that it is sent in the order of the actions.

mod flushing;
mod membership;

use std::collections::VecDeque;

pub(super) use self::flushing::Flushing;
pub(super) use self::membership::Member;
use self::membership::{AudienceId, Membership, Memberships, Queued, Several};
use super::chunk::{Chunk, OpenChunk};
use super::send_queue::Part;
use crate::batch::lines::{BroadcastLines, offset};
use crate::wire::Encoding;
use crate::{Config, Message, RoomId};

/// How many bytes of buffers are kept to be used again: enough for two batches as large as they become, since what was
/// in the cache when it was written to last is so still. The worst moment is not kept for ever.
const SPARE_BYTES_MAX: usize = 256 << 10;

/// From how many bytes and members on a chunk is worth being handed to the operating system once for all members, and
/// not once for each; measured on Linux, see docs/performance.md.
const REPEATED_BYTES_MIN: usize = 6 << 10;
const REPEATED_MEMBERS_MIN: usize = 12;

#[derive(Debug)]
pub(super) struct Audiences {
    /// By encoding, and by the rooms' keys: up to the last room in which somebody with that encoding was.
    audiences: [Vec<Audience>; Encoding::COUNT],
    /// By the connections' places.
    memberships: Vec<Memberships>,
    /// The audiences with an open chunk, in the order in which somebody spoke there first, by how long they take.
    touched: [VecDeque<AudienceId>; Length::COUNT],
    slice_writes: usize,
    /// What is being given to the members of an audience, by how long it takes. A long one may be interrupted for
    /// others, and then goes on where it was.
    flushing: [Option<Flushing>; Length::COUNT],
    /// Something else came before the rest of what is being given to a long audience, or may have.
    interrupted: bool,
    /// Buffers to be used again.
    spare: Vec<OpenChunk>,
    spare_bytes: usize,
    /// How many chunks were worth being handed to the operating system once for many members.
    repeated: u64,
}

/// Says how long it takes to give something to all members of an audience. Long ones come last, so that nobody else has
/// to wait for them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Length {
    /// A slice at most.
    Short,
    /// More than a slice.
    Long,
}

impl Length {
    const COUNT: usize = 2;
}

#[derive(Debug, Default)]
struct Audience {
    /// The direct members.
    members: Vec<Member>,
    chunk: Option<Box<OpenChunk>>,
    /// The queued members, if there are any.
    queued: Option<Box<Queued>>,
}

/// What a direct member has not been given of what was said.
#[derive(Clone, Copy)]
enum Rest {
    /// The chunk that is being given to its long audience, from here on.
    Flushing(usize),
    /// The open chunk of its audience, from here on.
    Open(AudienceId, usize),
}

impl Audience {
    const fn length(&self, slice_writes: usize) -> Length {
        if self.members.len() > slice_writes { Length::Long } else { Length::Short }
    }
}

impl Audiences {
    pub(super) fn new(config: &Config) -> Self {
        let slice_writes = config.limits.turn_writes as usize;
        Self {
            audiences: Default::default(),
            memberships: Vec::new(),
            touched: Default::default(),
            slice_writes,
            flushing: Default::default(),
            interrupted: false,
            spare: Vec::new(),
            spare_bytes: 0,
            repeated: 0,
        }
    }

    /// Puts the connection in a place into a room in which it is not. Returns what it is to be sent by its queue first:
    /// with its second room it becomes a queued member.
    pub(super) fn enter(&mut self, place: usize, room: RoomId, encoding: Encoding) -> Option<Part<'_>> {
        let id = AudienceId { room, encoding };
        if self.memberships.len() <= place {
            self.memberships.resize_with(place + 1, Memberships::default);
        }
        match std::mem::take(&mut self.memberships[place]) {
            Memberships::None => {
                self.add_direct(id, place);
                None
            }
            Memberships::One(first) => {
                let rest = self.take_rest(first);
                self.remove_direct(first);
                let memberships = [first.audience, id].map(|audience| self.add_queued(audience, place)).to_vec();
                self.memberships[place] = Memberships::Several(Box::new(Several { memberships }));
                rest.and_then(|rest| self.part(rest))
            }
            Memberships::Several(mut several) => {
                several.memberships.push(self.add_queued(id, place));
                self.memberships[place] = Memberships::Several(several);
                None
            }
        }
    }

    /// Takes the connection in a place out of a room, if it is there. Returns what it is still to be sent of what was
    /// said there.
    pub(super) fn leave(&mut self, place: usize, room: RoomId) -> Option<Part<'_>> {
        let memberships = self.memberships.get_mut(place)?;
        match memberships {
            Memberships::One(membership) if membership.audience.room == room => {
                let membership = *membership;
                *memberships = Memberships::None;
                let rest = self.take_rest(membership);
                self.remove_direct(membership);
                self.part(rest?)
            }
            Memberships::Several(several) => {
                let index = several.memberships.iter().position(|membership| membership.audience.room == room)?;
                let left = several.memberships.swap_remove(index);
                let last = if let [last] = several.memberships[..] { Some(last) } else { None };
                self.remove_queued(left);
                if let Some(last) = last {
                    // The other room is its only one again.
                    self.remove_queued(last);
                    self.add_direct(last.audience, place);
                }
                None
            }
            Memberships::None | Memberships::One(_) => None,
        }
    }

    /// Returns the rooms in which the connection in a place is.
    pub(super) fn rooms(&self, place: usize) -> Vec<RoomId> {
        self.memberships
            .get(place)
            .map_or(&[][..], Memberships::all)
            .iter()
            .map(|membership| membership.audience.room)
            .collect()
    }

    /// Tells whether the connection in a place is in a room.
    pub(super) fn is_in(&self, place: usize, room: RoomId) -> bool {
        self.memberships
            .get(place)
            .map_or(&[][..], Memberships::all)
            .iter()
            .any(|membership| membership.audience.room == room)
    }

    /// Returns what a connection has to be sent by its queue before anything else goes into it.
    pub(super) fn catch_up(&mut self, place: usize) -> Option<Part<'_>> {
        let membership = self.memberships.get(place)?.one()?;
        let rest = self.take_rest(membership)?;
        self.part(rest)
    }

    /// Lets a direct member, who has caught up before, miss what was said since.
    pub(super) fn skip(&mut self, place: usize) {
        if let Some(membership) = self.memberships.get(place).and_then(Memberships::one) {
            self.take_rest(membership);
        }
    }

    /// Keeps a message for the members of a room, if there are any. `lines` returns it as its batch has it in an
    /// encoding. `queue` takes what goes into the queue of the connection in a place: of all in several rooms but
    /// those that are left out, in order.
    pub(super) fn broadcast<'a>(
        &mut self,
        room: RoomId,
        left_out: &[usize],
        message: &Message,
        lines: impl Fn(Encoding) -> BroadcastLines<'a>,
        mut queue: impl FnMut(usize, Part<'_>),
    ) {
        for encoding in Encoding::ALL {
            let audience = self.audiences[encoding.index()].get_mut(room.key() as usize);
            let Some(audience) = audience else { continue };
            if let Some(queued) = &audience.queued {
                let alone;
                let part = if encoding.joins() {
                    alone = OpenChunk::alone(message, encoding);
                    alone.part(0)
                } else {
                    lines(encoding).into()
                };
                let places = queued.places.iter().map(|&place| place as usize);
                places.filter(|place| left_out.binary_search(place).is_err()).for_each(|place| queue(place, part));
            }
            if audience.members.is_empty() {
                continue;
            }
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

    /// Returns what is being given to an audience.
    pub(super) const fn flushing(&self, length: Length) -> Option<&Flushing> {
        self.flushing[length as usize].as_ref()
    }

    /// Returns the chunk that is being given to an audience.
    pub(super) fn chunk_mut(&mut self, length: Length) -> Option<&mut Chunk> {
        self.flushing[length as usize].as_mut().map(|flushing| &mut flushing.chunk)
    }

    /// Handles that something else comes before the rest of what is being given to a long audience.
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

    /// Returns how many members of a long audience are still to be given a chunk.
    pub(super) fn long_to_go(&self) -> usize {
        let to_go = |chunk: &Flushing| Some(self.audience(chunk.audience)?.members.len().saturating_sub(chunk.next));
        self.flushing(Length::Long).and_then(to_go).unwrap_or_default()
    }

    /// Returns the room whose members are given something, if it is a long one.
    pub(super) fn late_room(&self) -> Option<RoomId> {
        self.flushing(Length::Long).map(|chunk| chunk.audience.room)
    }

    /// Tells whether it takes more than a slice to give something to the members of a room.
    pub(super) fn is_long(&self, room: RoomId) -> bool {
        let is_long = |encoding| {
            let audience = self.audience(AudienceId { room, encoding });
            audience.is_some_and(|audience| audience.length(self.slice_writes) == Length::Long)
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

    /// Goes on to the next direct member of an audience of this length who needs something of a chunk: its place, and
    /// from where on. Each is returned once for each chunk.
    pub(super) fn next_member(&mut self, length: Length) -> Option<(usize, usize)> {
        loop {
            if let Some(next) = self.next_of_begun(length) {
                return Some(next);
            }
            let id = self.touched[length as usize].pop_front()?;
            self.flushing[length as usize] = self.freeze(id);
        }
    }

    /// Goes on in the same way, but only in the audience that is being given a chunk.
    pub(super) fn next_of_begun(&mut self, length: Length) -> Option<(usize, usize)> {
        let flushing = &mut self.flushing[length as usize];
        let next = flushing.as_mut()?.next_member(&mut self.audiences);
        if next.is_none() {
            self.interrupted &= length == Length::Short;
            let Flushing { chunk, .. } = flushing.take()?;
            self.recycle(chunk);
        }
        next
    }

    /// Returns the members that come after the one that was gone on to, and are to be fetched from memory with it.
    pub(super) fn next_of_group(&self, length: Length) -> &[Member] {
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

    /// Returns an audience, which is made if it is new.
    fn audience_or_new(&mut self, AudienceId { room, encoding }: AudienceId) -> &mut Audience {
        let (audiences, key) = (&mut self.audiences[encoding.index()], room.key() as usize);
        if audiences.len() <= key {
            audiences.resize_with(key + 1, Audience::default);
        }
        &mut audiences[key]
    }

    /// Returns the length of the chunk that is being given to a long audience, if a member of it will be given that.
    fn len_to_come(&self, Membership { audience, index }: Membership) -> Option<usize> {
        let is_to_come = |chunk: &&Flushing| chunk.audience == audience && index as usize >= chunk.next;
        self.flushing(Length::Long).filter(is_to_come).map(|flushing| flushing.chunk.bytes().len())
    }

    /// Takes what a direct member has not been given.
    fn take_rest(&mut self, membership: Membership) -> Option<Rest> {
        let Membership { audience: id, index } = membership;
        let to_come = self.len_to_come(membership);
        let audience = self.audience_mut(id)?;
        let len = match (to_come, &mut audience.chunk) {
            (Some(len), _) => len,
            (None, Some(chunk)) => {
                chunk.seal();
                chunk.len()
            }
            (None, None) => return None,
        };
        let from = std::mem::replace(&mut audience.members[index as usize].cursor, offset(len)) as usize;
        let rest = if to_come.is_some() { Rest::Flushing(from) } else { Rest::Open(id, from) };
        (from < len).then_some(rest)
    }

    fn part(&mut self, rest: Rest) -> Option<Part<'_>> {
        match rest {
            Rest::Flushing(from) => Some(self.chunk_mut(Length::Long)?.part(from)),
            Rest::Open(id, from) => Some(self.audience(id)?.chunk.as_ref()?.part(from)),
        }
    }

    /// Makes a connection, which is in no audience, a direct member of one. What was said there before is not for it.
    fn add_direct(&mut self, id: AudienceId, place: usize) {
        let members = &mut self.audience_or_new(id).members;
        let index = offset(members.len());
        members.push(Member { place: offset(place), cursor: 0 });
        let membership = Membership { audience: id, index };
        self.memberships[place] = Memberships::One(membership);
        self.take_rest(membership);
    }

    /// Takes a direct member out. Another takes its index, one that was given the same of a chunk that is being given.
    fn remove_direct(&mut self, Membership { audience: id, index }: Membership) {
        let AudienceId { room, encoding } = id;
        let members = &mut self.audiences[encoding.index()][room.key() as usize].members;
        let mut hole = index as usize;
        let flushing = self.flushing[Length::Long as usize].as_mut();
        if let Some(flushing) = flushing.filter(|flushing| flushing.audience == id && hole < flushing.next) {
            flushing.next -= 1;
            members[hole] = members[flushing.next];
            self.memberships[members[hole].place as usize].move_to(id, hole);
            hole = flushing.next;
        }
        members.swap_remove(hole);
        if let Some(&member) = members.get(hole) {
            self.memberships[member.place as usize].move_to(id, hole);
        }
        if members.is_empty() {
            *members = Vec::new();
        }
    }

    fn add_queued(&mut self, id: AudienceId, place: usize) -> Membership {
        let places = &mut self.audience_or_new(id).queued.get_or_insert_default().places;
        places.push(offset(place));
        Membership { audience: id, index: offset(places.len() - 1) }
    }

    fn remove_queued(&mut self, Membership { audience: id, index }: Membership) {
        let Some(audience) = self.audience_mut(id) else { return };
        let Some(queued) = &mut audience.queued else { return };
        queued.places.swap_remove(index as usize);
        let mover = queued.places.get(index as usize).copied();
        if queued.places.is_empty() {
            audience.queued = None;
        }
        if let Some(mover) = mover {
            self.memberships[mover as usize].move_to(id, index as usize);
        }
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
        let is_empty = |audience: &Audience| {
            audience.members.capacity() == 0 && audience.chunk.is_none() && audience.queued.is_none()
        };
        assert!(self.audiences.iter().flatten().all(is_empty));
        assert!(self.memberships.iter().all(|memberships| matches!(memberships, Memberships::None)));
        assert!(self.is_flushed());
        let spare_bytes = self.spare.iter().map(OpenChunk::bytes_held).sum::<usize>();
        assert_eq!(self.spare_bytes, spare_bytes);
        assert!(spare_bytes <= SPARE_BYTES_MAX);
    }
}

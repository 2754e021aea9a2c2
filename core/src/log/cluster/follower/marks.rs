//! Owns how each server stands by what it says of itself: how far it is behind, what its clock shows, and whether its
//! chat is the same.
//!
//! Invariant: which chat is the right one is decided by what stands in the log, so by all servers alike.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::super::entry::{Mark, WriterId};
use super::super::members::State;
use super::super::order::{Moment, Order};
use super::Follower;

/// Tells how a server stood by its last heartbeat.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Peer {
    /// Which.
    pub server: u8,
    /// How many entries it had not applied that stood before the heartbeat.
    pub behind: u64,
    /// By how many milliseconds its clock is before this server's, less what the heartbeat took to come here.
    pub skew_ms: i64,
}

/// Holds what the chats of all servers were at a mark.
#[derive(Debug)]
pub(super) struct Votes {
    /// After how many entries.
    applied: u64,
    /// Of each server that was there, as soon as it has said it: its number, and a digest.
    digests: BTreeMap<WriterId, (u8, Option<u64>)>,
}

impl Votes {
    /// Begins at a mark.
    pub(super) fn new(state: &State) -> Self {
        let digests = state.members.iter().map(|(&writer, member)| (writer, (member.server, None))).collect();
        Self { applied: state.applied, digests }
    }

    pub(super) fn handle_departed(&mut self, writer: WriterId) {
        self.digests.remove(&writer);
    }

    /// Handles what a server was. Returns the digest of most once all have said theirs. Of several that as many have,
    /// it is that of the server with the smallest number.
    fn handle(&mut self, writer: WriterId, mark: Mark) -> Option<u64> {
        let (_, digest) = self.digests.get_mut(&writer).filter(|_| mark.applied == self.applied)?;
        *digest = Some(mark.digest);
        let mut counts: BTreeMap<u64, (usize, Reverse<u8>)> = BTreeMap::new();
        for (server, digest) in self.digests.values() {
            let (count, first) = counts.entry((*digest)?).or_insert((0, Reverse(*server)));
            (*count, *first) = (*count + 1, (*first).max(Reverse(*server)));
        }
        counts.into_iter().max_by_key(|(_, count)| *count).map(|(digest, _)| digest)
    }
}

impl<E: Clone> Follower<E> {
    /// Returns how each server stood by the last heartbeat that was read of it.
    pub fn peers(&self) -> impl Iterator<Item = Peer> {
        self.peers.values().copied()
    }

    pub(super) fn note_peer(&mut self, moment: Moment, writer: WriterId, sent_ms: u64, applied: Option<u64>) {
        if let (Some(member), Some(applied)) = (self.state.members.get(&writer), applied) {
            // The heartbeat itself is counted here.
            let behind = self.state.applied.saturating_sub(applied.saturating_add(1));
            let skew_ms = sent_ms.cast_signed().wrapping_sub(moment.unix_ms.cast_signed());
            self.peers.insert(writer, Peer { server: member.server, behind, skew_ms });
        }
    }

    /// Compares what a server was at the last mark with what this one was. Whoever is another chat than most is to
    /// stop.
    pub(super) fn compare(&mut self, writer: WriterId, theirs: Option<Mark>) {
        let Some(theirs) = theirs else { return };
        if let (Some(ours), Some(member)) = (self.mark, self.state.members.get(&writer))
            && theirs.applied == ours.applied
            && theirs.digest != ours.digest
        {
            self.orders.push_back(Order::Differ { server: member.server, applied: ours.applied });
        }
        let right = self.votes.as_mut().and_then(|votes| votes.handle(writer, theirs));
        if let (Some(right), Some(ours)) = (right, self.mark)
            && ours.applied == theirs.applied
            && ours.digest != right
        {
            self.end(Order::Rejoin("it was not the same chat any more as the others, which is a bug"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::entry::{Content, Entry, EntryId};
    use super::*;

    const WRITERS: [WriterId; 3] = [WriterId::new(9), WriterId::new(8), WriterId::new(7)];

    /// Three servers that have come by a mark.
    fn votes() -> Votes {
        let mut state = State::default();
        for (server, writer) in (0..).zip(WRITERS) {
            let content = Content::<u64>::Joined { server, rules: 1 };
            state.count(&Entry { id: EntryId { writer, seq: 1 }, sent_ms: 1, content });
        }
        Votes::new(&state)
    }

    #[test]
    fn most_are_right_and_of_as_many_the_one_with_the_smallest_number() {
        let [zero, one, two] = WRITERS;
        let mark = |digest| Mark { applied: 3, digest };
        let cases = [
            (&[(zero, mark(5)), (one, mark(5))][..], None),
            (&[(zero, mark(5)), (one, mark(5)), (two, mark(5))], Some(5)),
            (&[(zero, mark(6)), (one, mark(5)), (two, mark(5))], Some(5)),
            (&[(two, mark(6)), (one, mark(5)), (zero, mark(7))], Some(7)),
            (&[(zero, mark(5)), (one, mark(5)), (two, Mark { applied: 2, digest: 5 })], None),
            (&[(zero, mark(5)), (one, mark(5)), (WriterId::new(1), mark(5))], None),
        ];
        for (said, right) in cases {
            let mut votes = votes();
            let last = said.iter().map(|(writer, mark)| votes.handle(*writer, *mark)).last();
            assert_eq!(last, Some(right), "{said:?}");
        }
        let mut votes = votes();
        votes.handle_departed(zero);
        assert_eq!(votes.handle(two, mark(6)), None);
        assert_eq!(votes.handle(one, mark(5)), Some(5));
    }
}

//! Owns what all servers agree on at a place in the log: who they are, and what they have heard of each.
//!
//! Invariant: whoever has applied the same entries has the same state.

use std::collections::{BTreeMap, VecDeque};

use super::entry::{Content, Entry, EntryId, WriterId};

/// Holds what a server knows of another, from the log.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Member {
    /// Its number: that of its connections.
    pub server: u8,
    /// Its last entry.
    pub seq: u64,
}

/// Holds what has come of a log. It is part of a snapshot.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct State {
    /// The servers that are there.
    pub members: BTreeMap<WriterId, Member>,
    /// Those that are not any more, the last at the end: what they said may come by once more.
    pub departed: VecDeque<WriterId>,
    /// How many entries were applied.
    pub applied: u64,
    /// A digest of their names in their order.
    pub chain: u64,
    /// A digest of the rules of all servers: of the first that joined.
    pub rules: Option<u64>,
    /// The process of the engine that the epoch belongs to.
    pub engine: Option<u64>,
}

/// How many servers are remembered that are gone. An engine gives back what it took in a few seconds: so many do not
/// come and go in that time.
const DEPARTED_MAX: usize = 1024;

/// What became of an entry.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Counted {
    /// It is new, and says what it says.
    Yes,
    /// It is new, and this server is none of them any more.
    Departed(WriterId, u8),
    /// It is new. What it says does not hold, or is only for the one who said it.
    Void,
    /// It was there before, or is of nobody who is there.
    No,
}

impl State {
    /// Counts an entry that does not concern an epoch only.
    pub(super) fn count<E>(&mut self, entry: &Entry<E>) -> Counted {
        let EntryId { writer, seq } = entry.id;
        if let Content::Joined { server, rules } = entry.content {
            let is_free = !self.members.values().any(|member| member.server == server);
            let fits = self.rules.is_none_or(|ours| ours == rules);
            let is_known = self.members.contains_key(&writer) || self.departed.contains(&writer);
            if is_known || !is_free || !fits {
                return Counted::No;
            }
            self.rules = Some(rules);
            self.members.insert(writer, Member { server, seq: seq.saturating_sub(1) });
        }
        let Some(member) = self.members.get_mut(&writer) else { return Counted::No };
        // A writer sends the next only after the engine took the one before: there are no gaps.
        if seq != member.seq + 1 {
            return Counted::No;
        }
        member.seq = seq;
        self.applied += 1;
        self.chain = chained(self.chain, entry.id);
        match entry.content {
            Content::Gone { writer: gone, seq } => {
                let is_silent = self.members.get(&gone).is_some_and(|member| member.seq == seq);
                if is_silent && gone != writer { self.departed(gone) } else { Counted::Void }
            }
            Content::Left => self.departed(writer),
            Content::Joined { .. } | Content::Events(_) | Content::Heartbeat { .. } | Content::Mark => Counted::Yes,
            Content::Open { .. }
            | Content::Report { .. }
            | Content::Close { .. }
            | Content::Again(_)
            | Content::Ready { .. } => Counted::Void,
        }
    }

    fn departed(&mut self, writer: WriterId) -> Counted {
        let Some(member) = self.members.remove(&writer) else { return Counted::Void };
        if self.departed.len() == DEPARTED_MAX {
            self.departed.pop_front();
        }
        self.departed.push_back(writer);
        Counted::Departed(writer, member.server)
    }

    /// Counts an entry as whoever does who only reads the log. What is said again counts if it did not before.
    pub fn read<E>(&mut self, entry: &Entry<E>) {
        if let Content::Again(entries) = &entry.content {
            entries.iter().for_each(|entry| self.read(entry));
        } else if !entry.content.is_of_epoch() {
            self.count(entry);
        }
    }

    /// Returns a number that no server has.
    pub(super) fn free_server(&self) -> Option<u8> {
        (0..=u8::MAX).find(|&server| self.members.values().all(|member| member.server != server))
    }
}

/// Adds a name to a digest of those before it: `SplitMix64`'s mixing (Steele, Lea, Flood 2014) of each half.
fn chained(chain: u64, id: EntryId) -> u64 {
    [id.writer.0, id.seq].into_iter().fold(chain, |chain, part| {
        let x = chain.rotate_left(23).wrapping_add(part).wrapping_add(0x9e37_79b9_7f4a_7c15);
        let x = (x ^ x >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let x = (x ^ x >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        x ^ x >> 31
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANN: WriterId = WriterId::new(1);
    const BOB: WriterId = WriterId::new(2);
    const CID: WriterId = WriterId::new(3);

    fn entry(writer: WriterId, seq: u64, content: Content<u64>) -> Entry<u64> {
        Entry { id: EntryId { writer, seq }, sent_ms: 1, content }
    }

    #[test]
    fn an_entry_counts_once_and_only_of_somebody_who_is_there() {
        let joined = |server, rules| Content::Joined { server, rules };
        let gone = |writer, seq| Content::Gone { writer, seq };
        let events = || Content::Events(vec![7]);
        let cases = [
            (ANN, 1, events(), Counted::No),
            (ANN, 1, joined(0, 5), Counted::Yes),
            (ANN, 1, joined(1, 5), Counted::No),
            (BOB, 1, joined(0, 5), Counted::No),
            (BOB, 2, joined(1, 6), Counted::No),
            (BOB, 2, joined(1, 5), Counted::Yes),
            (ANN, 2, events(), Counted::Yes),
            (ANN, 2, events(), Counted::No),
            (ANN, 4, events(), Counted::No),
            (BOB, 3, events(), Counted::Yes),
            // Bob has said something since.
            (ANN, 3, gone(BOB, 2), Counted::Void),
            (ANN, 4, gone(BOB, 3), Counted::Departed(BOB, 1)),
            (BOB, 4, events(), Counted::No),
            (ANN, 5, gone(ANN, 5), Counted::Void),
            (BOB, 4, joined(1, 5), Counted::No),
            (CID, 1, joined(1, 5), Counted::Yes),
            (CID, 2, gone(ANN, 5), Counted::Departed(ANN, 0)),
            (CID, 3, Content::Left, Counted::Departed(CID, 1)),
        ];
        let mut state = State::default();
        for (number, (writer, seq, content, counted)) in cases.into_iter().enumerate() {
            let before = state.applied;
            assert_eq!(state.count(&entry(writer, seq, content)), counted, "case {number}");
            assert_eq!(state.applied - before, u64::from(counted != Counted::No), "case {number}");
        }
        assert_eq!((state.members.len(), state.rules), (0, Some(5)));
    }
}

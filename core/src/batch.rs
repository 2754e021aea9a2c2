//! Owns the actions that are handed on together, and how much work they are.

pub(crate) mod lines;

use std::mem;
use std::sync::OnceLock;

use self::lines::{BroadcastLines, EncodedLines};
use crate::recording::Tally;
use crate::wire::Encoding;
use crate::{Action, Config, ConnectionId, RoomId, Time};

/// Holds actions in their order, with the sockets of the connections that they open. All writers follow the same
/// batches in the same order.
///
/// `S` is the adapter's handle of a connection's socket. Each [`Action::Open`] of a connection of this server goes with
/// one of them.
#[derive(Debug)]
pub struct Batch<S> {
    pub(crate) actions: Vec<Action>,
    sockets: Vec<(ConnectionId, S)>,
    bytes: usize,
    /// How many writes it leads to, about: one for each member of a room in which something is said, however much it
    /// is.
    writes: usize,
    /// Where something is said, and about how many bytes of it, as long as it is in one room.
    said: Vec<(RoomId, usize)>,
    /// Not all that there is to do is to tell rooms what is said there.
    has_other: bool,
    /// What rooms are told in it, in each encoding: made by the first writer that needs it. Others wait for it
    /// meanwhile, which is hardly ever longer than to make it themselves.
    lines: [OnceLock<EncodedLines>; Encoding::COUNT],
    /// When what its first action is about was handed in.
    pub(crate) begun_at: Time,
}

impl<S> Batch<S> {
    /// Starts an empty batch.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            actions: Vec::new(),
            sockets: Vec::new(),
            bytes: 0,
            writes: 0,
            said: Vec::new(),
            has_other: false,
            lines: [const { OnceLock::new() }; Encoding::COUNT],
            begun_at: Time::START,
        }
    }

    /// Appends an action.
    pub fn push(&mut self, action: Action) {
        // What was made of fewer is not all any more.
        self.lines = Default::default();
        self.account(&action);
        self.actions.push(action);
    }

    /// Counts an action that will be in it.
    #[inline]
    pub(crate) fn account(&mut self, action: &Action) {
        if let Action::Broadcast { room, audience, message, .. } = action {
            return self.say(*room, *audience, message.encoded_len_hint());
        }
        let (bytes, writes) = match action {
            Action::Reply { message, .. } | Action::Deliver { message, .. } => (message.encoded_len_hint(), 1),
            Action::Touch { .. } | Action::Stop { .. } => (0, usize::MAX),
            Action::Broadcast { .. }
            | Action::Open { .. }
            | Action::Speak { .. }
            | Action::Enter { .. }
            | Action::Leave { .. }
            | Action::Credit { .. }
            | Action::Alive { .. }
            | Action::Close { .. }
            | Action::Cut { .. } => (0, 0),
        };
        self.has_other = true;
        self.bytes += bytes;
        self.writes = self.writes.saturating_add(writes);
    }

    /// Counts what is said in a room.
    #[inline]
    fn say(&mut self, room: RoomId, audience: u32, bytes: usize) {
        self.bytes += bytes;
        match self.said.last_mut() {
            Some((last, said)) if *last == room => *said += bytes,
            Some(_) | None => {
                self.said.push((room, bytes));
                self.writes = self.writes.saturating_add(audience as usize);
            }
        }
    }

    /// Takes all that is in it. The next is likely to be about as large.
    pub(crate) fn take(&mut self) -> Self {
        let said = Vec::with_capacity(self.said.len());
        mem::replace(self, Self { said, ..Self::new() })
    }

    /// Adds the socket of a connection that an action of this batch opens.
    pub fn push_socket(&mut self, connection: ConnectionId, socket: S) {
        self.sockets.push((connection, socket));
    }

    /// Returns the socket of a connection that an action of this batch opens, if it is one of this server: there are
    /// few of them.
    pub(crate) fn socket(&self, connection: ConnectionId) -> Option<&S> {
        self.sockets.iter().find(|(id, _)| *id == connection).map(|(_, socket)| socket)
    }

    /// Tells whether there is nothing to do.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.actions.is_empty()
    }

    /// Returns about how many bytes the lines in it have.
    pub(crate) const fn bytes(&self) -> usize {
        self.bytes
    }

    /// Returns where something is said, in this order, and about how many bytes of it, as long as it is in one room.
    pub(crate) fn said(&self) -> &[(RoomId, usize)] {
        &self.said
    }

    /// Returns what is told in one of its broadcasts, in an encoding: the first has the number 0.
    pub(crate) fn lines(&self, encoding: Encoding, number: usize) -> BroadcastLines<'_> {
        let lines = &self.lines[encoding.index()];
        let bytes = || self.said.iter().map(|(_, bytes)| bytes).sum();
        lines.get_or_init(|| EncodedLines::of(&self.actions, encoding, bytes())).broadcast(number)
    }

    /// Tells whether there is more to do than to tell rooms what is said there.
    pub(crate) const fn has_other(&self) -> bool {
        self.has_other
    }

    /// Tells whether anybody is given anything.
    pub(crate) const fn has_deliveries(&self) -> bool {
        self.writes > 0
    }

    /// Tells whether it is cheaper to write out what is in it on the spot than to wake another thread for it.
    #[must_use]
    pub const fn is_small(&self, config: &Config) -> bool {
        let is_for_one_room = self.said.len() == 1 && !self.has_other;
        self.writes <= if is_for_one_room { config.limits.small_room_writes } else { config.limits.small_batch_writes }
    }

    /// Returns about how much it is.
    #[must_use]
    pub const fn tally(&self) -> Tally {
        Tally { actions: self.actions.len() as u64, bytes: self.bytes as u64 }
    }

    /// Returns the actions, in their order.
    #[must_use]
    pub fn actions(&self) -> &[Action] {
        &self.actions
    }
}

impl<S> Default for Batch<S> {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Limits;
    use crate::Message;

    const LF: Encoding = Encoding::ALL[0];
    const CRLF: Encoding = Encoding::ALL[1];
    const ANN: ConnectionId = ConnectionId::new(0, 0, 0);

    const MAIN: RoomId = RoomId::new(0);

    fn leave() -> Action {
        Action::Leave { connection: ANN, room: MAIN }
    }

    fn said() -> Message {
        Message::said("Ann", "hello")
    }

    fn broadcast(audience: u32) -> Action {
        Action::Broadcast { room: MAIN, audience, except: None, message: said() }
    }

    fn batch(actions: impl IntoIterator<Item = Action>) -> Batch<()> {
        let mut batch = Batch::new();
        actions.into_iter().for_each(|action| batch.push(action));
        batch
    }

    #[test]
    fn a_batch_is_small_up_to_a_number_of_writes() {
        let config = Config {
            limits: Limits { small_batch_writes: 10, small_room_writes: 20, ..Limits::default() },
            ..Config::default()
        };
        let elsewhere = |audience| Action::Broadcast { room: RoomId::new(1), audience, except: None, message: said() };
        let reply = || Action::Reply { connection: ANN, message: said() };
        let deliver = || Action::Deliver { connection: ANN, message: said() };
        let cases = [
            (batch([]), true),
            (batch([broadcast(20)]), true),
            (batch([broadcast(21)]), false),
            (batch([broadcast(20), broadcast(20), broadcast(20)]), true),
            (batch([broadcast(10), elsewhere(0)]), true),
            (batch([broadcast(10), elsewhere(1)]), false),
            (batch([broadcast(11), leave()]), false),
            (batch([broadcast(4), elsewhere(5), reply()]), true),
            (batch([broadcast(4), elsewhere(5), reply(), reply()]), false),
            (batch([broadcast(4), elsewhere(5), deliver()]), true),
            (batch([broadcast(4), elsewhere(5), deliver(), deliver()]), false),
            (batch([broadcast(4), elsewhere(5), broadcast(4)]), false),
            (batch([broadcast(10), leave(), Action::Close { connection: ANN, code: None }]), true),
            (batch([Action::Stop { message: Message::Stopping }]), false),
            (batch([broadcast(1), Action::Stop { message: Message::Stopping }, broadcast(1)]), false),
        ];
        for (batch, is_small) in cases {
            assert_eq!(batch.is_small(&config), is_small, "{batch:?}");
        }
    }

    #[test]
    fn a_socket_is_found_by_its_connection() {
        let [ann, bob, stranger] =
            [(0, 1), (1, 2), (1, 3)].map(|(slot, generation)| ConnectionId::new(0, slot, generation));
        let mut batch = Batch::new();
        batch.push_socket(bob, "Bob's");
        batch.push_socket(ann, "Ann's");
        assert_eq!([ann, bob, stranger].map(|id| batch.socket(id)), [Some(&"Ann's"), Some(&"Bob's"), None]);
    }

    #[test]
    fn the_bytes_of_a_batch_are_those_of_its_lines_each_counted_once() {
        let line = "Ann: hello\n".len();
        assert_eq!(batch([]).bytes(), 0);
        assert_eq!(batch([broadcast(10)]).bytes(), line);
        let reply = Action::Reply { connection: ANN, message: said() };
        assert_eq!(batch([broadcast(10), leave(), reply]).bytes(), 2 * line);
    }

    #[test]
    fn what_is_told_is_what_was_pushed_until_then() {
        let mut batch = batch([broadcast(1), leave(), broadcast(1)]);
        for number in 0..2 {
            assert_eq!(batch.lines(LF, number).to_string(), "Ann: hello\n");
            assert_eq!(batch.lines(CRLF, number).to_string(), "Ann: hello\r\n");
        }
        batch.push(Action::Broadcast { room: MAIN, audience: 1, except: None, message: Message::said("Bob", "and I") });
        assert_eq!(batch.lines(LF, 2).to_string(), "Bob: and I\n");
        assert_eq!(batch.lines(CRLF, 2).to_string(), "Bob: and I\r\n");
        assert!(!format!("{batch:?}").contains("hello"), "{batch:?}");
    }
}

//! Owns what stands for what a hub was.

use chinwag_core::log::{
    IgnoredState, IrcState, PersonState, RoomState, RunState, Snapshot, TopicState, WasState, WriterState,
};
use chinwag_core::ops::{
    AnswerPart, ArrivingState, AskedState, ConnectionState, HubState, MemoryState, PendingState, Piece, Waiting,
};
use chinwag_core::{Earlier, Identity, Name};

use super::disguise::{Disguise, masked};
use super::irc;

impl Disguise {
    pub(super) fn state(&mut self, state: HubState) -> HubState {
        let connections = state.connections.into_iter().map(|connection| self.connection(connection)).collect();
        let arriving = |arriving: ArrivingState| ArrivingState {
            name: arriving.name.as_ref().map(|name| self.name(name)),
            identity: arriving.identity.as_ref().map(|identity| self.identity(identity, None)),
            account: arriving.account.as_ref().map(|account| self.name(account)),
            address: arriving.address.map(|address| self.address(address)),
            ..arriving
        };
        let arriving = state.arriving.into_iter().map(arriving).collect();
        let memory = state.memory.map(|memory| self.memory(memory));
        HubState { chat: self.chat(state.chat), connections, arriving, memory, ..state }
    }

    fn memory(&mut self, MemoryState { identity, keeps_private, asked }: MemoryState) -> MemoryState {
        let asked = asked.into_iter().map(|asked| AskedState { room: self.name(&asked.room), ..asked });
        let mut asked: Vec<_> = asked.collect();
        asked.sort_by_key(|asked| asked.room.key());
        MemoryState { identity, keeps_private, asked }
    }

    fn waiting(&mut self, waiting: &Waiting) -> Waiting {
        Waiting {
            requests: self.requests(&waiting.requests),
            is_closed: waiting.is_closed,
            answer: waiting.answer.as_ref().map(|answer| self.pending(answer)),
            given_by: waiting.given_by,
            next: waiting.next.as_ref().map(|next| self.page(next)),
            pasts: waiting.pasts.iter().map(|past| self.past(past)).collect(),
        }
    }

    fn pending(&mut self, pending: &PendingState) -> PendingState {
        let part = |part: &AnswerPart| match part {
            AnswerPart::Line(line) => AnswerPart::Line(masked(line)),
            AnswerPart::Own(line) => AnswerPart::Own(masked(line)),
            AnswerPart::Said(venue, said) => AnswerPart::Said(self.venue(venue), self.earlier(said)),
        };
        let parts = pending.parts.iter().map(part).collect();
        PendingState {
            label: pending.label.as_deref().map(|label| masked(label).into()),
            batch: pending.batch.as_deref().map(|batch| irc::batch(self, batch)),
            parts,
            ..pending.clone()
        }
    }

    fn connection(&mut self, connection: ConnectionState) -> ConnectionState {
        let waiting = connection.waiting.as_ref().map(|waiting| self.waiting(waiting));
        let piece = |piece: Piece| match piece {
            Piece::History { room, said, more } => Piece::History {
                room: self.name(&room),
                said: said.iter().map(|one| self.earlier(one)).collect(),
                more,
            },
            Piece::Found { found, more } => Piece::Found {
                found: found.iter().map(|(room, said)| (self.name(room), self.earlier(said))).collect(),
                more,
            },
            Piece::Lines(lines) => Piece::Lines(irc::told(&lines).into()),
        };
        let pieces = connection.pieces.into_iter().map(piece).collect();
        ConnectionState { waiting, pieces, ..connection }
    }

    fn earlier(&mut self, earlier: &Earlier) -> Earlier {
        let (name, text) = (self.name(&earlier.name), Self::text(&earlier.text));
        Earlier { name, text, event: self.event(earlier.event.as_deref()), ..earlier.clone() }
    }

    fn chat(&mut self, chat: Snapshot) -> Snapshot {
        Snapshot {
            rooms: chat.rooms.into_iter().map(|room| self.room(room)).collect(),
            people: chat.people.into_iter().map(|person| self.person(person)).collect(),
            bars: self.bars(chat.bars),
            owned: {
                let mut owned: Vec<_> = chat.owned.iter().map(|owned| self.owned(owned)).collect();
                owned.sort_by_key(|owned| owned.room.key());
                owned
            },
            was: chat.was.into_iter().map(|was| self.was(was)).collect(),
            accounts: self.accounts(&chat.accounts),
            ..chat
        }
    }

    pub(super) fn topic_state(&mut self, TopicState { topic, name, time_ms }: &TopicState) -> TopicState {
        TopicState { topic: Self::topic(topic), name: self.name(name), time_ms: *time_ms }
    }

    fn room(&mut self, room: RoomState) -> RoomState {
        let topic = room.topic.as_ref().map(|topic| self.topic_state(topic));
        let run = |run: RunState| RunState { name: self.name(&run.name), texts: Self::texts(&run.texts), ..run };
        let history = room.history.into_iter().map(run).collect();
        let events = room.events.iter().map(|event| self.message(event)).collect();
        RoomState { name: self.name(&room.name), topic, history, events, order: self.order(room.order), ..room }
    }

    fn person(&mut self, person: PersonState) -> PersonState {
        let mut ignored: Vec<_> = person
            .ignored
            .into_iter()
            .map(|IgnoredState { name, origin }| IgnoredState { name: self.name(&name), origin })
            .collect();
        ignored.sort_by_key(|ignored| ignored.name.key());
        let writer = person.writer.map(|writer| WriterState { name: self.name(&writer.name), ..writer });
        let irc = person.irc.map(|irc| self.irc(irc, &person.name));
        let address = person.address.map(|address| self.address(address));
        let account = person.account.as_ref().map(|account| self.name(account));
        PersonState { name: self.name(&person.name), ignored, writer, irc, address, account, ..person }
    }

    fn irc(&mut self, irc: IrcState, name: &Name) -> IrcState {
        let mut monitored = self.names(&irc.monitored);
        monitored.sort_by_key(Name::key);
        IrcState {
            identity: self.identity(&irc.identity, Some(name)),
            away: irc.away.as_ref().map(Self::text),
            monitored: monitored.into(),
            ..irc
        }
    }

    fn was(&mut self, was: WasState) -> WasState {
        let is_known = was.identity != Identity::default();
        let identity = if is_known { self.identity(&was.identity, Some(&was.name)) } else { was.identity };
        WasState { name: self.name(&was.name), identity, ..was }
    }

    /// Returns the names that stand for those of accounts, in order.
    fn accounts(&mut self, accounts: &[Name]) -> Vec<Name> {
        let mut accounts = self.names(accounts);
        accounts.sort_by_key(Name::key);
        accounts
    }

    /// Returns who stands for somebody who came by IRC: they have a real name of their own, whatever they are called.
    fn identity(&mut self, identity: &Identity, name: Option<&Name>) -> Identity {
        let nobody = Name::parse("nobody").expect("it is a name");
        let real_name = identity.real_name(name.unwrap_or(&nobody));
        let account = identity.account().map(|account| self.name(account));
        if !identity.is_named() {
            return Identity::of_account(account.as_ref());
        }
        let other = Identity::new(&masked(identity.user()), &masked(real_name), identity.is_bot());
        other.with_account(account.as_ref())
    }
}

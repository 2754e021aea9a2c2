//! Owns what stands for what somebody asks for.

use chinwag_core::admission::{Account, Verdict};
use chinwag_core::log::{Accounts, Command, IrcCommand, RoomKey, Target};
use chinwag_core::ops::{Arrival, Handed, Input};
use chinwag_core::{
    Answer, Found, Happened, KeptEvent, KeptMessage, LogIn, Name, Notice, Page, Past, Query, Request, Text, Told, Venue,
};

use super::disguise::Disguise;
use super::irc;

impl Disguise {
    /// Returns what stands for what a hub was handed.
    pub(super) fn input(&mut self, input: &Input) -> Input {
        let handed = match &input.handed {
            Handed::Opened(arrival) => {
                let address = arrival.address.map(|address| self.address(address));
                let account = arrival.account.as_ref().map(|account| self.name(account));
                let requests = self.requests(&arrival.requests);
                Handed::Opened(Arrival { requests, address, account, ..arrival.clone() })
            }
            Handed::Asked { connection, requests } => {
                Handed::Asked { connection: *connection, requests: self.requests(requests) }
            }
            Handed::Accounts(Accounts { gone, made, demoted }) => {
                let [gone, made, demoted] = [gone, made, demoted].map(|names| self.names(names));
                Handed::Accounts(Accounts { gone, made, demoted })
            }
            Handed::Answered(answer) => Handed::Answered(Box::new(self.answer(answer))),
            other @ (Handed::Closed { .. } | Handed::Woke | Handed::Clock { .. } | Handed::Stopped) => other.clone(),
        };
        Input { at: input.at, handed }
    }

    /// Returns what stands for what an effect was answered.
    fn answer(&mut self, answer: &Answer) -> Answer {
        match answer {
            Answer::Verified { .. } => answer.clone(),
            Answer::LoggedIn { connection, verdict } => {
                let mut of = |account: &Account| Account { name: self.name(&account.name), role: account.role };
                let verdict = match verdict {
                    Verdict::Member(account) => Verdict::Member(of(account)),
                    Verdict::LoggedIn(account, pass) => Verdict::LoggedIn(of(account), pass.clone()),
                    Verdict::Welcome | Verdict::Invited(_) | Verdict::Denied(_) => verdict.clone(),
                };
                Answer::LoggedIn { connection: *connection, verdict }
            }
            Answer::Recalled(past) => Answer::Recalled(self.past(past)),
            Answer::Decided(decided) => Answer::Decided(Box::new(self.decided(decided))),
            Answer::Read { connection, venue, messages } => Answer::Read {
                connection: *connection,
                venue: self.venue(venue),
                messages: messages.iter().map(|message| self.message(message)).collect(),
            },
            Answer::Found { connection, found } => {
                let found = found
                    .iter()
                    .map(|Found { room, message }| Found { room: self.name(room), message: self.message(message) });
                Answer::Found { connection: *connection, found: found.collect() }
            }
        }
    }

    /// Returns what stands for what is known of a room.
    pub(super) fn past(&mut self, past: &Past) -> Past {
        Past {
            room: self.name(&past.room),
            said: past.said,
            hidden: past.hidden,
            topic: past.topic.as_ref().map(|topic| self.topic_state(topic)),
            messages: past.messages.iter().map(|message| self.message(message)).collect(),
        }
    }

    pub(super) fn message(&mut self, message: &KeptMessage) -> KeptMessage {
        let (name, text) = (self.name(&message.name), Self::text(&message.text));
        KeptMessage { name, text, event: self.event(message.event.as_deref()), ..message.clone() }
    }

    /// Returns what stands for what happened.
    pub(super) fn event(&mut self, event: Option<&KeptEvent>) -> Option<Box<KeptEvent>> {
        let KeptEvent { number, what } = event?;
        let what = match what {
            Happened::Topic(topic) => Happened::Topic(topic.as_ref().map(Self::topic)),
            Happened::Tags(tags) => Happened::Tags(irc::passed_tags(tags)),
            Happened::Told(told) => {
                let (to, text, tags) = (self.name(&told.to), Self::text(&told.text), told.tags.as_ref());
                Happened::Told(Box::new(Told { to, how: told.how, text, tags: tags.map(irc::passed_tags) }))
            }
        };
        Some(Box::new(KeptEvent { number: *number, what }))
    }

    /// Returns what stands for messages that are asked for.
    pub(super) fn page(&mut self, page: &Page) -> Page {
        Page { venue: self.venue(&page.venue), ..page.clone() }
    }

    /// Returns what stands for where something was said.
    pub(super) fn venue(&mut self, venue: &Venue) -> Venue {
        match venue {
            Venue::Room(room) => Venue::Room(self.name(room)),
            Venue::Private(between) => Venue::private(self.name(&between.account), self.name(&between.with)),
            Venue::AllPrivate(account) => Venue::AllPrivate(self.name(account)),
        }
    }

    pub(super) fn requests(&mut self, requests: &[Request]) -> Vec<Request> {
        let request = |request: &Request| match request {
            Request::Command(command) => self.command(command).into(),
            Request::Irc(line) => Request::Irc(irc::line(self, line)),
            Request::Notice(Notice::Unrecognized(word)) => Notice::Unrecognized(Self::text(word)).into(),
            Request::Notice(Notice::Ping(payload)) => Notice::Ping(vec![b'x'; payload.len()].into()).into(),
            Request::Notice(Notice::LogIn(log_in)) => {
                let account = self.name(&log_in.account);
                Notice::LogIn(Box::new(LogIn { account, ..LogIn::clone(log_in) })).into()
            }
            Request::Query(Query::Search(words)) => Query::Search(Self::text(words)).into(),
            Request::Query(Query::Page(page)) => Query::Page(self.page(page)).into(),
            other @ (Request::Resume(_) | Request::Query(_) | Request::Notice(_)) => other.clone(),
        };
        requests.iter().map(request).collect()
    }

    fn command(&mut self, command: &Command) -> Command {
        match command {
            Command::Say(texts) => Command::Say(Self::texts(texts)),
            Command::Act(text) => Command::Act(Self::text(text)),
            Command::Tell { to, text } => Command::Tell { to: self.name(to), text: Self::text(text) },
            Command::Answer(text) => Command::Answer(Self::text(text)),
            Command::SetTopic(topic) => Command::SetTopic(topic.as_ref().map(Self::topic)),
            Command::Ignore(name) => Command::Ignore(self.name(name)),
            Command::Unignore(name) => Command::Unignore(self.name(name)),
            Command::Rename(name) => Command::Rename(self.name(name)),
            Command::Join(room) => Command::Join(self.name(room)),
            Command::Enter(room) => Command::Enter(self.name(room)),
            Command::Part(room) => Command::Part(self.name(room)),
            Command::JoinWithKey { room, key, leaves } => {
                Command::JoinWithKey { room: self.name(room), key: self.key(key), leaves: *leaves }
            }
            Command::Moderate(moderation) => Command::Moderate(Box::new(self.moderation(moderation))),
            Command::Irc(command) => Command::Irc(Box::new(self.irc_command(command))),
            Command::LogIn(account) => Command::LogIn(self.name(account)),
            Command::Empower(account) => Command::Empower(account.as_ref().map(|account| self.name(account))),
            other @ (Command::Resume(_) | Command::LogOut | Command::Appear | Command::Leave(_)) => other.clone(),
        }
    }

    /// Returns what stands for a command of IRC, where one waits that was made of a line.
    fn irc_command(&mut self, command: &IrcCommand) -> IrcCommand {
        let text = |text: &Option<Text>| text.as_ref().map(Self::text);
        match command {
            IrcCommand::Talk { room, texts } => IrcCommand::Talk { room: self.name(room), texts: Self::texts(texts) },
            IrcCommand::Say { targets, how, text, tags, answered } => IrcCommand::Say {
                targets: self.targets(targets),
                how: *how,
                text: Self::text(text),
                tags: tags.as_ref().map(irc::passed_tags),
                answered: *answered,
            },
            IrcCommand::Tag { targets, tags, answered } => {
                IrcCommand::Tag { targets: self.targets(targets), tags: irc::passed_tags(tags), answered: *answered }
            }
            IrcCommand::Join(rooms) => IrcCommand::Join(self.names(rooms)),
            IrcCommand::JoinWithKey(rooms) => {
                let other =
                    |(room, key): &(Name, Option<RoomKey>)| (self.name(room), key.as_ref().map(|key| self.key(key)));
                IrcCommand::JoinWithKey(rooms.iter().map(other).collect())
            }
            IrcCommand::Part { rooms, reason } => IrcCommand::Part { rooms: self.names(rooms), reason: text(reason) },
            IrcCommand::SetTopic { room, topic } => {
                IrcCommand::SetTopic { room: self.name(room), topic: topic.as_ref().map(Self::topic) }
            }
            IrcCommand::Invite { name, room } => IrcCommand::Invite { name: self.name(name), room: self.name(room) },
            IrcCommand::Away(why) => IrcCommand::Away(text(why)),
            IrcCommand::SetRealName(name) => IrcCommand::SetRealName(Self::text(name)),
            IrcCommand::Monitor { clear, add, remove } => {
                IrcCommand::Monitor { clear: *clear, add: self.names(add), remove: self.names(remove) }
            }
            IrcCommand::Quit(why) => IrcCommand::Quit(text(why)),
            other @ (IrcCommand::PartAll | IrcCommand::SetModes { .. } | IrcCommand::SetCapabilities(_)) => {
                other.clone()
            }
        }
    }

    fn targets(&mut self, targets: &[Target]) -> Vec<Target> {
        let target = |target: &Target| match target {
            Target::Room(room) => Target::Room(self.name(room)),
            Target::Person(person) => Target::Person(self.name(person)),
        };
        targets.iter().map(target).collect()
    }
}

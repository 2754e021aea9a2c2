//! Owns which letters stand for which, and which name for which: the same each time.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher as _, RandomState};

use chinwag_core::log::{Command, IrcCommand, Target};
use chinwag_core::recording::{Arrival, Handed, Input};
use chinwag_core::{Limits, Name, Notice, Request, Text, Texts, Topic};

use super::irc;

/// Gives all that people have said and are called other letters.
pub(super) struct Disguise {
    /// Draws names: nobody finds out by trial which name became which.
    drawn: RandomState,
    /// By their keys.
    names: HashMap<String, String>,
    taken: HashSet<String>,
}

impl Disguise {
    /// Starts with names that stay as they are.
    pub(super) fn new(kept: Vec<Name>) -> Self {
        let mut disguise = Self { drawn: RandomState::new(), names: HashMap::new(), taken: HashSet::new() };
        for name in kept {
            disguise.keep(name.as_str());
        }
        disguise.keep("main");
        disguise
    }

    fn keep(&mut self, name: &str) {
        let key = name.to_ascii_lowercase();
        self.taken.insert(key.clone());
        self.names.insert(key.clone(), key);
    }

    /// Returns the name that stands for this one, with capitals where that has them.
    pub(super) fn name(&mut self, name: &Name) -> Name {
        if name.is_reserved() {
            return name.clone();
        }
        let key = name.as_str().to_ascii_lowercase();
        let other = match self.names.get(&key) {
            Some(other) => other.clone(),
            None => self.draw(&key),
        };
        let other: String = name.as_str().chars().zip(other.chars()).map(as_large).collect();
        Name::parse(&other).expect("it has the letters of a name, and as many")
    }

    fn draw(&mut self, key: &str) -> String {
        for number in 0_u32.. {
            let draw = |(place, c): (usize, char)| {
                let mut drawn = self.drawn.hash_one((key, place, number));
                let mut one_of = |letters: &[u8]| {
                    let letter = letters[usize::try_from(drawn % letters.len() as u64).unwrap_or(0)];
                    drawn /= letters.len() as u64;
                    char::from(letter)
                };
                match c {
                    'a'..='z' => one_of(b"abcdefghijklmnopqrstuvwxyz"),
                    '0'..='9' => one_of(b"0123456789"),
                    other => other,
                }
            };
            let other: String = key.chars().enumerate().map(draw).collect();
            let is_free = Name::parse(&other).is_some_and(|name| !name.is_reserved()) && !self.taken.contains(&other);
            // A name without a letter stands for itself.
            if is_free || other == key {
                self.taken.insert(other.clone());
                self.names.insert(key.to_owned(), other.clone());
                return other;
            }
        }
        unreachable!("there are more names than numbers were tried")
    }

    pub(super) fn names(&mut self, names: &[Name]) -> Vec<Name> {
        names.iter().map(|name| self.name(name)).collect()
    }

    pub(super) fn text(text: &Text) -> Text {
        Text::clean(&masked(text.as_str()))
    }

    pub(super) fn texts(texts: &Texts) -> Texts {
        Texts::parse_lines(&masked(texts.as_lines())).expect("they are clean as before")
    }

    pub(super) fn topic(topic: &Topic) -> Topic {
        Topic::of(&masked(topic.as_str())).expect("it is as long as before, and shows as much")
    }

    /// Returns limits without what tells whose server it is: what it is called, and where it listens.
    pub(super) fn limits(&mut self, limits: &Limits) -> Limits {
        let mut limits = limits.clone();
        if limits.server_name != Limits::default().server_name {
            limits.server_name = masked(&limits.server_name).into();
        }
        let addresses = &mut limits.listen_addresses;
        for address in [&mut addresses.lines, &mut addresses.web, &mut addresses.irc].into_iter().flatten() {
            if !address.ip().is_unspecified() && !address.ip().is_loopback() {
                address.set_ip([192, 0, 2, 1].into());
            }
        }
        limits
    }

    /// Returns what stands for what a hub was handed.
    pub(super) fn input(&mut self, input: &Input) -> Input {
        let handed = match &input.handed {
            Handed::Opened(arrival) => {
                Handed::Opened(Arrival { requests: self.requests(&arrival.requests), ..arrival.clone() })
            }
            Handed::Asked { connection, requests } => {
                Handed::Asked { connection: *connection, requests: self.requests(requests) }
            }
            other @ (Handed::Closed { .. }
            | Handed::Woke
            | Handed::Clock { .. }
            | Handed::Answered(_)
            | Handed::Stopped) => other.clone(),
        };
        Input { at: input.at, handed }
    }

    pub(super) fn requests(&mut self, requests: &[Request]) -> Vec<Request> {
        let request = |request: &Request| match request {
            Request::Command(command) => self.command(command).into(),
            Request::Irc(line) => Request::Irc(irc::line(self, line)),
            Request::Notice(Notice::Unrecognized(word)) => Notice::Unrecognized(Self::text(word)).into(),
            Request::Notice(Notice::Ping(payload)) => Notice::Ping(vec![b'x'; payload.len()].into()).into(),
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
            Command::Irc(command) => Command::Irc(Box::new(self.irc_command(command))),
            other @ (Command::Resume(_) | Command::Appear | Command::Leave(_)) => other.clone(),
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
                tags: tags.clone(),
                answered: *answered,
            },
            IrcCommand::Tag { targets, tags, answered } => {
                IrcCommand::Tag { targets: self.targets(targets), tags: tags.clone(), answered: *answered }
            }
            IrcCommand::Join(rooms) => IrcCommand::Join(self.names(rooms)),
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

/// Returns a text with other letters and digits: as long in bytes, of the same kinds, and with all signs where they
/// were.
pub(super) fn masked(text: &str) -> String {
    text.chars().map(mask).collect()
}

fn mask(c: char) -> char {
    match c {
        'a'..='z' => 'x',
        'A'..='Z' => 'X',
        '0'..='9' => '0',
        c if c.is_ascii() || !c.is_alphanumeric() => c,
        c => match c.len_utf8() {
            2 => '\u{df}',
            3 => '\u{6587}',
            _ => '\u{1d431}',
        },
    }
}

fn as_large((like, c): (char, char)) -> char {
    if like.is_ascii_uppercase() { c.to_ascii_uppercase() } else { c }
}

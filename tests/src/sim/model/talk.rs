//! Owns what people say to each other, as the model has it: to a room, to one person alone, and what is kept of it.

use chinwag_core::Time;

use super::irc::{How, IrcLine, Manner, Told};
use super::{Line, Model, Person, Speech, Topic, is_name, typist};

/// How much is kept of what was said in a room.
const HISTORY_MAX: usize = 100;
const HISTORY_BYTES_MAX: usize = 64 << 10;

/// How many bytes of that are shown at once: 100 around all and each, and quotes and backslashes count twice.
const SHOWN_BYTES_MAX: usize = 8192;

const TOPIC_BYTES_MAX: usize = 390;
const IGNORED_MAX: usize = 100;
const CORRESPONDENTS_MAX: usize = 32;

/// Whom somebody ignores: what they are called, and as which user they came, if they were here.
#[derive(Clone, Debug)]
pub(super) struct Ignored {
    pub(super) name: String,
    pub(super) origin: Option<usize>,
}

/// What was said in a room: by whom, what, whether it was done, when, when by the wall clock, and as which message.
#[derive(Clone, Debug)]
pub(super) struct Earlier {
    pub(super) name: String,
    /// As which user they came, if it was said since the room was opened.
    pub(super) origin: Option<usize>,
    pub(super) text: String,
    pub(super) is_act: bool,
    pub(super) at: Time,
    pub(super) time: u128,
    pub(super) seq: u64,
}

/// Forgets what is over the limits.
pub(super) fn bound(history: &mut Vec<Earlier>) {
    let bytes = |history: &[Earlier]| history.iter().map(|said| said.name.len() + said.text.len() + 1).sum::<usize>();
    while history.len() > HISTORY_MAX || bytes(history) > HISTORY_BYTES_MAX {
        history.remove(0);
    }
}

impl Earlier {
    /// How much room it takes.
    pub(super) fn bytes(&self) -> usize {
        100 + self.name.len() + self.text.len() + self.text.matches(['"', '\\']).count()
    }

    /// Returns how it reads.
    pub(super) fn line(&self) -> String {
        let Self { name, text, .. } = self;
        if self.is_act { format!("* {name} {text}") } else { format!("{name}: {text}") }
    }

    /// Returns it as it is known to who was not there.
    pub(super) fn by_name(self) -> Self {
        Self { origin: None, ..self }
    }
}

impl Model {
    /// Lets somebody say something to a room where they are.
    pub(super) fn say_in(&mut self, now: Time, person: &Person, room: &str, text: &str, manner: &Manner) {
        let time = self.time_of_day(now);
        self.said += 1;
        let state = self.room_mut(room);
        state.said += 1;
        let seq = state.said;
        let (name, text, is_act) = (person.name.clone(), text.to_owned(), manner.how == How::Act);
        let line = if is_act { format!("* {name} {text}") } else { format!("{name}: {text}") };
        let id = format!("{time:x}-{seq:x}-{}", state.name);
        let irc = manner.lines(person, &format!("#{}", state.name), &text, time, &id);
        let told = Told { line, facts: format!(" [{} {seq} {time}]", state.name), irc };
        let origin = Some(person.origin);
        state.history.push(Earlier { name, origin, text: text.clone(), is_act, at: now, time, seq });
        bound(&mut state.history);
        self.keep_said(room, &person.name, time, (&text, is_act), seq);
        if manner.is_heard_apart() {
            self.echo_apart(person, &told);
        }
        let hears_own = !person.is_by_irc() || manner.is_heard_with_others();
        self.tell(room, &told, |other| !other.ignores(&person.name) && (other.user != person.user || hears_own));
    }

    pub(super) fn write(&mut self, now: Time, person: &Person, name: &str, text: &str) {
        if !is_name(name) {
            return self.reply(person.user, "Name must be 2 - 20 letters, digits, - or _");
        }
        if typist::shows_nothing(text) {
            return self.reply(person.user, "Try /msg {name} {text}");
        }
        let is_meant = |other: &&Person| other.name.eq_ignore_ascii_case(name) && other.silent_until.is_none();
        match self.people.iter().find(is_meant).cloned() {
            Some(other) => self.tell_alone(now, person, &other, text, &Manner::default()),
            None => self.reply(person.user, &format!("There is nobody called {name}")),
        }
    }

    pub(super) fn write_back(&mut self, now: Time, person: &Person, text: &str) {
        let Some((user, origin, name)) = person.writer.clone() else {
            return self.reply(person.user, "Nobody has written to you");
        };
        let is_same = |other: &&Person| other.user == user;
        let is_again = |other: &&Person| other.origin == origin;
        let other = self.people.iter().find(is_same).or_else(|| self.people.iter().find(is_again));
        match other.cloned() {
            Some(other) => self.tell_alone(now, person, &other, text, &Manner::default()),
            None => self.reply(person.user, &format!("There is nobody called {name}")),
        }
    }

    pub(super) fn tell_alone(&mut self, now: Time, person: &Person, other: &Person, text: &str, manner: &Manner) {
        let time = self.time_of_day(now);
        let (facts, id) = (format!(" [{time}]"), format!("{time:x}-{:x}", self.said));
        self.said += 1;
        let irc = manner.lines(person, &other.name, text, time, &id);
        if person.is_by_irc() {
            self.echo_alone(person, irc.clone());
        } else {
            let sent = self.text(person.user, &format!("You (to {}): {text}", other.name), &facts);
            self.send(person.user, sent);
        }
        if other.ignores(&person.name) || manner.how.is_for_clients() && !other.is_by_irc() {
            return;
        }
        for each in self.people.iter_mut().filter(|each| each.user == other.user && !manner.how.is_for_clients()) {
            each.writer = Some((person.user, person.origin, person.name.clone()));
        }
        let is_other = other.user != person.user && !manner.how.is_for_clients();
        for (of, with) in [(person, other), (other, person)].into_iter().filter(|_| is_other) {
            for each in self.people.iter_mut().filter(|each| each.user == of.user) {
                each.correspondents.retain(|origin| *origin != with.origin);
                each.correspondents.push(with.origin);
                let over = each.correspondents.len().saturating_sub(CORRESPONDENTS_MAX);
                each.correspondents.drain(..over);
            }
        }
        let acted = typist::clean(&format!("* {} {text}", person.name));
        let text = if manner.how == How::Act { &acted } else { text };
        let line = format!("{} (to you): {text}", person.name);
        self.tell_one(other.user, &Told { line, facts, irc });
    }

    /// Tells those of a new name with whom its owner has written and who are in none of their rooms.
    pub(super) fn tell_correspondents(&mut self, person: &Person, new: &str, told: &Told) {
        for origin in &person.correspondents {
            let Some(other) = self.people.iter().find(|other| other.origin == *origin) else { continue };
            let is_apart = !person.rooms.iter().any(|room| other.is_in(room));
            if is_apart && !other.ignores(new) && !person.ignores(&other.name) {
                let user = other.user;
                self.tell_one(user, told);
            }
        }
    }

    pub(super) fn set_topic(&mut self, now: Time, person: &Person, topic: &str) {
        if Self::as_topic(topic).is_some_and(|topic| topic.len() > TOPIC_BYTES_MAX) {
            return self.reply(person.user, "Topics can only be 390 bytes long");
        }
        if self.may_set_topic(now, person, person.room()) {
            self.set_topic_of(now, person, person.room(), topic);
        }
    }

    /// Lets a room be about something, or nothing.
    pub(super) fn set_topic_of(&mut self, now: Time, person: &Person, room: &str, topic: &str) {
        let (topic, time) = (Self::as_topic(topic), self.time_of_day(now));
        let set = topic.map(|text| Topic { text: text.to_owned(), by: person.name.clone(), time });
        let state = self.room_mut(room);
        state.topic = set;
        let name = state.name.clone();
        self.keep_topic(room, &person.name, time, topic);
        let line = format!("{} set the topic: {}", person.name, topic.unwrap_or("none"));
        let text = format!("TOPIC #{name} :{}", topic.unwrap_or_default());
        let id = self.event_id(now, room);
        let irc = vec![self.own_line(now, &person.source(), &text).tagged(format!("msgid={id}"))];
        let told = Told { line, facts: format!(" [{name}]"), irc };
        if person.is_by_irc() {
            self.answer_with(person.user, told.irc.clone());
        }
        self.tell(room, &told, |other| !person.is_by_irc() || other.user != person.user);
        self.note_decided(now, room);
    }

    /// Returns what tells something that has happened in a room from all others.
    pub(super) fn event_id(&mut self, now: Time, room: &str) -> String {
        self.happened += 1;
        let (time, number) = (self.time_of_day(now), self.happened);
        let room = self.room_mut(room);
        format!("{time:x}-{:x}.{number:x}-{}", room.said, room.name)
    }

    pub(super) fn ignore(&mut self, person: &Person, name: &str) {
        let Some(name) = self.as_called(person, name) else { return };
        if name.eq_ignore_ascii_case(&person.name) {
            return self.reply(person.user, "You can't ignore yourself");
        }
        if !person.ignores(&name) && person.ignored.len() == IGNORED_MAX {
            return self.reply(person.user, "You can only ignore 100 people");
        }
        let known = self.people.iter().find(|other| other.name.eq_ignore_ascii_case(&name));
        let origin = known.filter(|other| other.silent_until.is_none()).map(|other| other.origin);
        for other in self.people.iter_mut().filter(|other| other.user == person.user) {
            let old = other.ignored.iter_mut().find(|ignored| ignored.name.eq_ignore_ascii_case(&name));
            match old {
                Some(old) => old.origin = origin.or(old.origin),
                None => other.ignored.push(Ignored { name: name.clone(), origin }),
            }
            other.ignored.sort_by_key(|ignored| ignored.name.to_lowercase());
        }
        self.reply(person.user, &format!("You ignore {name}"));
    }

    pub(super) fn unignore(&mut self, person: &Person, name: &str) {
        let Some(name) = self.as_called(person, name) else { return };
        for other in self.people.iter_mut().filter(|other| other.user == person.user) {
            other.ignored.retain(|ignored| !ignored.name.eq_ignore_ascii_case(&name));
        }
        self.reply(person.user, &format!("You hear {name} again"));
    }

    /// Returns a name as its owner has it, if somebody does of whom the others know.
    fn as_called(&mut self, person: &Person, name: &str) -> Option<String> {
        if !is_name(name) {
            self.reply(person.user, "Name must be 2 - 20 letters, digits, - or _");
            return None;
        }
        let is_meant = |other: &&Person| other.name.eq_ignore_ascii_case(name) && other.silent_until.is_none();
        Some(self.people.iter().find(is_meant).map_or(name, |other| &other.name).to_owned())
    }

    pub(super) fn show_topic(&mut self, user: usize, room: &str, topic: Option<String>) {
        let line = format!("Topic - {}", topic.unwrap_or_else(|| "none".to_owned()));
        let facts = format!(" [{}]", self.room_mut(room).name);
        let text = self.text(user, &line, &facts);
        self.send(user, text);
    }

    /// Shows who has joined a room what it is about, and what was said there before.
    pub(super) fn show_before(&mut self, now: Time, user: usize, room: &str) {
        let topic = self.room_mut(room).topic.clone().map(|topic| topic.text);
        if topic.is_some() {
            self.show_topic(user, room, topic);
        }
        let shown = self.shown_on_joining(user, room);
        let shown = self.show_earlier(now, user, room, &shown).concat();
        self.lines[user].extend(shown);
    }

    /// Returns what is shown to who joins a room.
    fn shown_on_joining(&mut self, user: usize, room: &str) -> Vec<Earlier> {
        let history = self.heard(user, room);
        let mut bytes = 100;
        let fits = |said: &&Earlier| {
            bytes += said.bytes();
            bytes <= SHOWN_BYTES_MAX
        };
        let short = |said: &&Earlier| said.bytes() <= SHOWN_BYTES_MAX / 2;
        let latest = history.iter().rev().take(self.history_on_join);
        let mut shown: Vec<_> = latest.filter(short).take_while(fits).cloned().collect();
        shown.reverse();
        shown
    }

    /// Returns the same as a client of IRC is told it: nobody knows any more who has said it, but by which name.
    pub(super) fn earlier_by_irc(&mut self, user: usize, room: &str) -> Vec<IrcLine> {
        let shown = self.shown_on_joining(user, room);
        let room = self.room_mut(room).name.clone();
        let line = |Earlier { name, text, is_act, time, seq, .. }| {
            let by = Person { name, irc: None, ..self.person(user).clone() };
            let manner = if is_act { Manner::act() } else { Manner::default() };
            manner.lines(&by, &format!("#{room}"), &text, time, &format!("{time:x}-{seq:x}-{room}"))
        };
        shown.into_iter().flat_map(line).collect()
    }

    /// Returns what was said in a room by those whom somebody does not ignore.
    fn heard(&mut self, user: usize, room: &str) -> Vec<Earlier> {
        let hidden = self.hidden_from(user, room);
        let mut history = self.room_mut(room).history.clone();
        history.retain(|said| said.seq > hidden);
        let person = self.people.iter().find(|person| person.user == user);
        let is_unheard = |person: &Person, said: &Earlier| {
            person.ignores(&said.name)
                || said.origin.is_some() && person.ignored.iter().any(|ignored| ignored.origin == said.origin)
        };
        history.retain(|said| !person.is_some_and(|person| is_unheard(person, said)));
        history
    }

    /// Shows somebody the next piece of what was said before, if there is one.
    pub(super) fn show_more(&mut self, user: usize) {
        let piece = self.pieces[user].pop_front();
        self.lines[user].extend(piece.into_iter().flatten());
    }

    /// Returns the last messages of a room as somebody is shown them, in pieces.
    pub(super) fn earlier(&mut self, now: Time, user: usize, room: &str, count: usize) -> Vec<Vec<Line>> {
        let history = self.heard(user, room);
        self.shown_or_nothing(now, user, room, &history[history.len().saturating_sub(count)..])
    }

    /// Returns messages of a room as somebody is shown them, in pieces, or that there are none.
    pub(super) fn shown_or_nothing(&mut self, now: Time, user: usize, room: &str, said: &[Earlier]) -> Vec<Vec<Line>> {
        if said.is_empty() {
            let text = self.text(user, "Nothing was said here", "");
            return vec![vec![Line { text, may_be_dropped: false }]];
        }
        self.show_earlier(now, user, room, said)
    }

    /// Returns how long ago something was said, as it is told.
    pub(super) fn ago(&self, now: Time, said: &Earlier) -> String {
        let by_the_wall = || self.time_of_day(now).saturating_sub(said.time) / 1000;
        let seconds = said.origin.map_or_else(by_the_wall, |_| now.since(said.at).as_secs().into());
        match seconds {
            0..60 => "just now".to_owned(),
            60..3600 => format!("{} min ago", seconds / 60),
            3600..86_400 => format!("{} h ago", seconds / 3600),
            _ => format!("{} d ago", seconds / 86_400),
        }
    }

    fn show_earlier(&mut self, now: Time, user: usize, room: &str, shown: &[Earlier]) -> Vec<Vec<Line>> {
        let room = self.room_mut(room).name.clone();
        let (mut pieces, mut bytes) = (Vec::new(), usize::MAX);
        for earlier in shown {
            bytes = bytes.saturating_add(earlier.bytes());
            if bytes > SHOWN_BYTES_MAX {
                bytes = 100 + earlier.bytes();
                pieces.push(Vec::new());
            }
            let Earlier { time, seq, .. } = earlier;
            let (ago, said) = (self.ago(now, earlier), earlier.line());
            // A browser says by itself how long ago that was.
            let shown = match self.speech[user] {
                Speech::Lf | Speech::CrLf => self.text(user, &format!("[{ago}] {said}"), ""),
                Speech::Frames | Speech::Irc => {
                    self.text(user, &format!("earlier {said}"), &format!(" [{room} {seq} {time}]"))
                }
            };
            pieces.last_mut().expect("it has begun").push(Line { text: shown, may_be_dropped: false });
        }
        pieces
    }
}

impl Person {
    /// Returns the room that has the focus.
    pub(super) fn room(&self) -> &str {
        self.rooms.first().map_or("", String::as_str)
    }

    pub(super) fn is_in(&self, room: &str) -> bool {
        self.rooms.iter().any(|other| other.eq_ignore_ascii_case(room))
    }

    pub(super) fn ignores(&self, name: &str) -> bool {
        self.ignored.iter().any(|ignored| ignored.name.eq_ignore_ascii_case(name))
    }
}

//! Owns what is said by IRC: to whom, how, and what of it is for people.

use super::Line;
use super::answer::Answer;
use super::words::{TARGETS_MAX, room_name, unformatted, word};
use crate::irc::{Capabilities, How, Manner, Tags};
use crate::log::{IrcCommand, Target};
use crate::wire::irc::decode::LINE_BYTES_MAX;
use crate::wire::irc::encode::talk_around;
use crate::{ConnectionId, Hub, Name, Text, Time};

impl<S> Hub<S> {
    pub(super) fn obey_say(&mut self, now: Time, connection: ConnectionId, line: &Line<'_>, answer: &mut Answer) {
        let is_notice = line.is("NOTICE");
        let nick = || self.nick_or_star(connection);
        let Some(targets) = line.filled(0) else {
            return answer.unless(is_notice, format_args!("411 {} :No recipient given ({})", nick(), line.command));
        };
        let Some(raw) = line.filled(1) else {
            return answer.unless(is_notice, format_args!("412 {} :No text to send", nick()));
        };
        let (how, text) = how_of(raw, is_notice);
        let text = unformatted(text);
        let text = if how.is_for_clients() { Text::clean(&text) } else { Text::clean(text.trim_end()) };
        let targets = self.targets(connection, targets, is_notice, answer);
        if text.as_str().is_empty() && how != How::Act {
            return answer.unless(is_notice, format_args!("412 {} :No text to send", nick()));
        }
        let tags = self.tags_of(connection, line);
        let Some(seen) = self.chat.seen(connection) else { return };
        let manner = Manner { identity: seen.identity(), how, tags };
        let bytes_max = |target: &Target| {
            let (sign, to) = sign_of(target);
            text_bytes_max(seen.name(), manner.identity.user(), &manner, sign, to)
        };
        let bytes_max = targets.iter().map(bytes_max).min().unwrap_or_default();
        if !targets.is_empty() && text.as_str().len() > bytes_max {
            let why = format_args!("Message is over {bytes_max} bytes, too long to be passed on in a line");
            return answer.unless(is_notice, format_args!("417 {} :{why}", nick()));
        }
        if !targets.is_empty() {
            let (Manner { tags, .. }, answered) = (manner, line.label().is_some());
            self.command_irc(now, connection, IrcCommand::Say { targets, how, text, tags, answered });
        }
    }

    pub(super) fn obey_tag(&mut self, now: Time, connection: ConnectionId, line: &Line<'_>, answer: &mut Answer) {
        let nick = self.nick_or_star(connection);
        if !self.capabilities(connection).has(Capabilities::MESSAGE_TAGS) {
            return answer.numeric(format_args!("421 {nick} TAGMSG :Unknown command"));
        }
        let Some(targets) = line.filled(0) else { return self.needs_more(connection, "TAGMSG", answer) };
        let targets = self.targets(connection, targets, false, answer);
        if let Some(tags) = Tags::for_clients(line.tags)
            && !targets.is_empty()
        {
            self.command_irc(now, connection, IrcCommand::Tag { targets, tags, answered: line.label().is_some() });
        }
    }

    /// Returns to whom a line goes, and adds to the answer to whom it can't.
    fn targets(&self, connection: ConnectionId, named: &str, is_notice: bool, answer: &mut Answer) -> Vec<Target> {
        let nick = || self.nick_or_star(connection);
        let mut targets = Vec::new();
        for named in named.split(',').filter(|named| !named.is_empty()) {
            let target = match room_name(named) {
                Some(room) => Some(Target::Room(room)),
                None => Name::parse(named).map(Target::Person),
            };
            match target {
                Some(_) if targets.len() == TARGETS_MAX => {
                    answer.unless(is_notice, format_args!("407 {} {named} :Too many recipients", nick()));
                    break;
                }
                Some(target) if targets.contains(&target) => {}
                Some(target) => targets.push(target),
                None if named.starts_with('#') => {
                    answer.unless(is_notice, format_args!("403 {} {} :No such channel", nick(), word(named)));
                }
                None => answer.unless(is_notice, format_args!("401 {} {} :No such nick/channel", nick(), word(named))),
            }
        }
        targets
    }

    /// Returns the tags of a line that are for other clients, of whoever may send some.
    fn tags_of(&self, connection: ConnectionId, line: &Line<'_>) -> Option<Tags> {
        let may_send = !line.tags.is_empty() && self.capabilities(connection).has(Capabilities::MESSAGE_TAGS);
        if may_send { Tags::for_clients(line.tags) } else { None }
    }
}

impl Answer {
    /// Adds a line by the server, unless nothing may be answered.
    fn unless(&mut self, is_notice: bool, line: std::fmt::Arguments<'_>) {
        if !is_notice {
            self.numeric(line);
        }
    }
}

/// Returns the most bytes that somebody can say at once to a room or a person, so that it is one line to whoever hears
/// it.
pub(super) fn text_bytes_max(name: &Name, user: &str, manner: &Manner, sign: &str, to: &Name) -> usize {
    let command = if manner.how.is_notice() { "NOTICE" } else { "PRIVMSG" };
    let around = match manner.how {
        How::Act => "\x01ACTION \x01".len(),
        How::Ask | How::Answer => "\x01\x01".len(),
        How::Say | How::Notice => 0,
    };
    LINE_BYTES_MAX - around - talk_around(name, user, command, sign, to)
}

const fn sign_of(target: &Target) -> (&str, &Name) {
    match target {
        Target::Room(room) => ("#", room),
        Target::Person(name) => ("", name),
    }
}

/// Returns how something is said, and what, without what says how (<https://modern.ircdocs.horse/ctcp>).
pub(super) fn how_of(raw: &str, is_notice: bool) -> (How, &str) {
    let Some(asked) = raw.strip_prefix('\x01') else {
        return (if is_notice { How::Notice } else { How::Say }, raw);
    };
    let asked = asked.strip_suffix('\x01').unwrap_or(asked);
    match asked.split_once(' ') {
        Some((word, action)) if word.eq_ignore_ascii_case("ACTION") && !is_notice => (How::Act, action),
        None if asked.eq_ignore_ascii_case("ACTION") && !is_notice => (How::Act, ""),
        Some(_) | None => (if is_notice { How::Answer } else { How::Ask }, asked),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_action_is_told_from_what_clients_ask_each_other() {
        let cases = [
            ("hi", false, How::Say, "hi"),
            ("hi", true, How::Notice, "hi"),
            ("\x01ACTION waves\x01", false, How::Act, "waves"),
            ("\x01action waves", false, How::Act, "waves"),
            ("\x01ACTION\x01", false, How::Act, ""),
            ("\x01VERSION\x01", false, How::Ask, "VERSION"),
            ("\x01VERSION x 1\x01", true, How::Answer, "VERSION x 1"),
        ];
        for (raw, is_notice, how, text) in cases {
            assert_eq!(how_of(raw, is_notice), (how, text));
        }
    }
}

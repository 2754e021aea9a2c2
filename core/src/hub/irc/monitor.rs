//! Owns of whose coming and going somebody is told (<https://ircv3.net/specs/extensions/monitor>).

use super::Line;
use super::answer::Answer;
use crate::log::IrcCommand;
use crate::{ConnectionId, Hub, Name, Time};

/// How many names stand in one line of an answer: as many as fit, were all of them as long as names can be.
const NAMES_A_LINE: usize = 15;

impl<S> Hub<S> {
    pub(super) fn obey_monitor(&mut self, now: Time, connection: ConnectionId, line: &Line<'_>, answer: &mut Answer) {
        let names = || {
            let names = line.param(1).unwrap_or_default().split(',');
            names.filter_map(Name::parse).collect::<Vec<_>>()
        };
        let (clear, add, remove) = (false, Vec::new(), Vec::new());
        match line.filled(0) {
            Some("+") => self.command_irc(now, connection, IrcCommand::Monitor { clear, add: names(), remove }),
            Some("-") => self.command_irc(now, connection, IrcCommand::Monitor { clear, add, remove: names() }),
            Some("C" | "c") => self.command_irc(now, connection, IrcCommand::Monitor { clear: true, add, remove }),
            Some("L" | "l") => self.list_monitored(connection, answer),
            Some("S" | "s") => self.tell_monitored(connection, answer),
            Some(_) | None => self.needs_more(connection, "MONITOR", answer),
        }
    }

    fn list_monitored(&self, connection: ConnectionId, answer: &mut Answer) {
        let nick = self.nick_or_star(connection);
        for names in self.monitored(connection).chunks(NAMES_A_LINE) {
            answer.numeric(format_args!("732 {nick} :{}", joined(names.iter().map(Name::as_str))));
        }
        answer.numeric(format_args!("733 {nick} :End of MONITOR list"));
    }

    fn tell_monitored(&self, connection: ConnectionId, answer: &mut Answer) {
        let nick = self.nick_or_star(connection);
        for name in self.monitored(connection) {
            match self.chat.seen_as(name) {
                Some(seen) => {
                    answer.numeric(format_args!("730 {nick} :{}", seen.identity().source(seen.name())));
                }
                None => answer.numeric(format_args!("731 {nick} :{name}")),
            }
        }
    }

    fn monitored(&self, connection: ConnectionId) -> &[Name] {
        self.chat.seen(connection).and_then(|seen| seen.irc()).map_or(&[], |irc| &irc.monitored)
    }
}

fn joined<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.collect::<Vec<_>>().join(",")
}

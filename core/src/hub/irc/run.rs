//! Owns what is said by IRC to one room in a row: it goes on together, as lines do that come together. So many messages
//! at once cost little more than one.

use super::Line;
use super::talk::{how_of, text_bytes_max};
use super::words::{room_name, unformatted};
use crate::irc::{How, Manner};
use crate::log::{Command, IrcCommand};
use crate::text::{clean, is_blank};
use crate::texts::Saying;
use crate::{ConnectionId, Hub, Name, Request, Time};

/// Gathers what somebody says to one room.
#[derive(Default)]
struct Run {
    room: Option<Name>,
    saying: Saying,
}

impl<S> Hub<S> {
    /// Handles what a connection has asked for, in this order; what it says in a row together.
    pub(in crate::hub) fn handle_in_a_row(
        &mut self,
        now: Time,
        connection: ConnectionId,
        requests: impl IntoIterator<Item = Request>,
    ) {
        let mut run = Run::default();
        for request in requests {
            if self.gather(connection, &request, &mut run) {
                continue;
            }
            self.say_run(now, connection, &mut run);
            if !self.gather(connection, &request, &mut run) {
                self.handle_request(now, connection, request);
            }
        }
        self.say_run(now, connection, &mut run);
    }

    /// Adds a line to what is said in a row, if it says something to the same room, as people do, and nothing has to be
    /// answered.
    fn gather(&self, connection: ConnectionId, request: &Request, run: &mut Run) -> bool {
        let Request::Irc(line) = request else { return false };
        if !line.may_be_in_a_row() {
            return false;
        }
        let line = Line::parse(line.as_str());
        let (Some(to), Some(raw)) = (line.param(0), line.filled(1)) else { return false };
        let (How::Say, raw) = how_of(raw, false) else { return false };
        let is_same = |room: &Name| to.strip_prefix('#').is_some_and(|to| to.eq_ignore_ascii_case(room.as_str()));
        if run.room.as_ref().is_some_and(|room| !is_same(room)) {
            return false;
        }
        let Some(seen) = self.chat.seen(connection) else { return false };
        if run.room.is_none() {
            let room = room_name(to).filter(|name| self.chat.room(name).is_some_and(|room| seen.is_in(room)));
            let Some(room) = room else { return false };
            run.room = Some(room);
        }
        let raw = unformatted(raw);
        let text = clean(raw.trim_end());
        let fits = run.room.as_ref().is_some_and(|room| {
            text.len() <= text_bytes_max(seen.name(), seen.identity().user(), &Manner::default(), "#", room)
        });
        let is_said = fits && !is_blank(&text);
        if is_said {
            run.saying.push(&text);
        } else if run.saying.is_empty() {
            run.room = None;
        }
        is_said
    }

    fn say_run(&mut self, now: Time, connection: ConnectionId, run: &mut Run) {
        let Run { room, mut saying } = std::mem::take(run);
        if let (Some(room), Some(texts)) = (room, saying.take()) {
            let command = Command::Irc(Box::new(IrcCommand::Talk { room, texts }));
            self.handle_request(now, connection, Request::Command(command));
        }
    }
}

//! What happens: one function from the state and an event to another state and what is to be done.

use chinwag_core::log::Command;
use chinwag_core::{CloseCode, Request, Text};
use jiff::civil::DateTime;

use super::alive::Pulse;
use super::complete::{Completion, Turn};
use super::entry::Entry;
use super::event::{Effect, Ending, Event, Mouse, Size, Way};
use super::keys::{Edit, Stroke};
use super::link::Arrival;
use super::state::{Bell, Shell, State};
use crate::dial::no_answer;
use crate::line::Line;

/// Rows that a notch of the mouse wheel scrolls: as in most programs.
const WHEEL_ROWS: usize = 3;

/// Changes the state by what has happened at this local time, and returns what is to be done, in order.
pub(super) fn update(state: &mut State, now: DateTime, event: Event) -> Vec<Effect> {
    let mut turn = Turned { state, now, effects: Vec::new() };
    match event {
        Event::Pressed(key) => turn.on_key(Stroke::of(key)),
        Event::Pasted(text) => turn.on_paste(&text),
        Event::Turned(Way::Up) => turn.state.log.up(WHEEL_ROWS, turn.state.log_pane()),
        Event::Turned(Way::Down) => turn.state.log.down(WHEEL_ROWS, turn.state.log_pane()),
        Event::Resized(size) => turn.state.size = size,
        Event::Connected(address) => {
            turn.state.address = address;
            turn.state.link.on_connected();
        }
        Event::Lost(why) => turn.on_lost(&why),
        Event::Overdue => turn.on_overdue(),
        Event::Received(line) => turn.on_line(line),
        Event::Answered if turn.state.alive.on_answer() => turn.effects.push(Effect::Ask),
        Event::Answered => {}
        Event::Ticked => turn.on_second(),
        Event::Rested => turn.connect(),
        Event::Unrecorded(why) => {
            // Not through `show`, which would record it, and fail, and so on.
            turn.state.log.push(Entry::remarked(now.time(), why));
        }
        Event::Terminated => turn.leave(),
        // Where nobody could have it go on, the system would not stop it either.
        Event::Stopped if turn.state.shell == Shell::Above => turn.effects.push(Effect::Suspend),
        Event::Stopped => {}
        Event::Continued(size) => turn.on_continued(size),
    }
    turn.effects
}

/// One event being dealt with.
struct Turned<'a> {
    state: &'a mut State,
    now: DateTime,
    effects: Vec<Effect>,
}

impl Turned<'_> {
    fn on_key(&mut self, stroke: Option<Stroke>) {
        self.state.hint = None;
        let Some(stroke) = stroke else { return };
        if !matches!(stroke, Stroke::Complete | Stroke::CompleteBack) {
            self.state.completion = None;
        }
        if stroke != Stroke::Submit {
            self.state.insisting = false;
        }
        if !self.state.pasted.is_empty() && self.answers_about_paste(stroke) {
            return;
        }
        match stroke {
            Stroke::Insert(c) => self.state.input.insert(c.encode_utf8(&mut [0; 4])),
            Stroke::Edit(edit) => self.state.input.edit(edit),
            Stroke::Submit => self.submit(),
            Stroke::Complete => self.complete(Turn::Next),
            Stroke::CompleteBack => self.complete(Turn::Previous),
            Stroke::Older => self.state.input.older(),
            Stroke::Newer => self.state.input.newer(),
            Stroke::Scroll(scroll) => self.state.log.scroll(scroll, self.state.log_pane()),
            Stroke::Dismiss if self.state.log.is_at_bottom() => self.state.not_sent.clear(),
            Stroke::Dismiss => self.state.log.follow(),
            Stroke::Resend => self.resend(),
            Stroke::ToggleMouse => self.toggle_mouse(),
            Stroke::Redraw => self.effects.push(Effect::Redraw),
            Stroke::Suspend => self.suspend(),
            Stroke::Interrupt => self.leave(),
            Stroke::EndOfInput if self.state.input.text().is_empty() => self.leave(),
            Stroke::EndOfInput => self.state.input.edit(Edit::Delete),
        }
    }

    /// Takes a key for the answer to whether pasted lines are to be sent, if it can be one.
    fn answers_about_paste(&mut self, stroke: Stroke) -> bool {
        match stroke {
            Stroke::Submit | Stroke::Insert('y' | 'Y') => {
                self.submit_pasted();
                true
            }
            Stroke::Dismiss | Stroke::Insert('n' | 'N') => {
                self.state.pasted.clear();
                true
            }
            Stroke::Insert(_)
            | Stroke::Edit(_)
            | Stroke::Complete
            | Stroke::CompleteBack
            | Stroke::Older
            | Stroke::Newer
            | Stroke::Resend => true,
            Stroke::Scroll(_)
            | Stroke::ToggleMouse
            | Stroke::Redraw
            | Stroke::Suspend
            | Stroke::Interrupt
            | Stroke::EndOfInput => false,
        }
    }

    fn on_paste(&mut self, text: &str) {
        self.state.hint = None;
        self.state.completion = None;
        // Terminals paste the end of a line as they send the Enter key.
        let text = text.replace("\r\n", "\n").replace('\r', "\n");
        let lines: Vec<String> = text.lines().map(clean).filter(|line| !line.trim().is_empty()).collect();
        match &*lines {
            [] => {}
            [line] if self.state.pasted.is_empty() => self.state.input.insert(line),
            _ => self.state.pasted.extend(lines.into_iter().map(as_text)),
        }
    }

    fn submit_pasted(&mut self) {
        if self.can_send() {
            std::mem::take(&mut self.state.pasted).into_iter().for_each(|line| self.send(line));
        }
    }

    fn submit(&mut self) {
        if self.state.link.is_locked() {
            return self.unlock();
        }
        let state = &mut *self.state;
        let text = state.input.text();
        if text.trim().is_empty() {
            if state.link.is_resting() {
                self.connect();
            }
            return;
        }
        if is_quit(text) {
            return self.leave();
        }
        if state.excess() > 0 && !std::mem::replace(&mut state.insisting, true) {
            state.hint = Some(format!("{} characters too long; Enter again sends it all the same", state.excess()));
        } else if self.can_send() {
            let line = self.state.input.take();
            self.state.insisting = false;
            self.send(line);
        }
    }

    /// Sends the password that was typed. It is kept with no other line.
    fn unlock(&mut self) {
        let password = self.state.input.take_secret();
        self.effects.extend(self.state.link.unlock(password).into_iter().map(Effect::Send));
    }

    /// Tells whether there is somebody to send to; if not, says so.
    fn can_send(&mut self) -> bool {
        let online = self.state.link.is_online();
        if !online {
            self.state.hint = Some("not connected: nothing was sent".to_owned());
        }
        online
    }

    fn send(&mut self, line: String) {
        let asks = self.state.alive.on_sent(self.addressed(&line).as_deref().unwrap_or(&line));
        self.effects.push(Effect::Send(line));
        if asks {
            self.effects.push(Effect::Ask);
        }
        self.state.log.follow();
    }

    /// Says to whom an answer goes. If it is to be sent again, others may have written in between.
    fn addressed(&self, line: &str) -> Option<String> {
        let Some(Request::Command(Command::Answer(text))) = Request::parse(line) else { return None };
        let line = format!("/msg {} {}", self.state.seen.writer()?, text.as_str());
        (line.chars().count() <= self.state.chars_max).then_some(line)
    }

    /// Sends again what was not sent.
    fn resend(&mut self) {
        if self.state.not_sent.is_empty() {
            self.state.hint = Some("there is nothing that was not sent".to_owned());
        } else if self.can_send() {
            std::mem::take(&mut self.state.not_sent).into_iter().for_each(|line| self.send(line));
        }
    }

    /// Counts a second of a connection.
    fn on_second(&mut self) {
        if !self.state.link.is_online() {
            return;
        }
        match self.state.alive.on_second() {
            Pulse::Fine => {}
            Pulse::Ask => self.effects.push(Effect::Ask),
            Pulse::Gone => return self.on_lost(&format!("no answer for {} seconds", self.state.alive.silent())),
        }
        self.effects.extend(self.state.link.on_second().map(Effect::Send));
    }

    fn complete(&mut self, turn: Turn) {
        let state = &mut *self.state;
        if state.completion.is_none() {
            let me = state.link.name().map(|name| name.as_str());
            state.completion = Completion::of(state.input.before_cursor(), &state.seen, me);
        }
        if let Some(completion) = &mut state.completion {
            let start = completion.start;
            state.input.replace_from(start, completion.turn(turn));
        }
    }

    fn toggle_mouse(&mut self) {
        let (mouse, hint) = match self.state.mouse {
            Mouse::Scrolls => (Mouse::Selects, "the mouse selects text; F2: it scrolls"),
            Mouse::Selects => (Mouse::Scrolls, "the mouse wheel scrolls; F2: it selects text"),
        };
        self.state.mouse = mouse;
        self.state.hint = Some(hint.to_owned());
        self.effects.push(Effect::Mouse(mouse));
    }

    fn suspend(&mut self) {
        match self.state.shell {
            Shell::Above => self.effects.push(Effect::Stop),
            Shell::None => self.state.hint = Some("there is no shell to go back to".to_owned()),
        }
    }

    /// Takes the terminal again. It was the shell's, and may be larger or smaller now.
    fn on_continued(&mut self, size: Size) {
        self.state.size = size;
        self.effects.extend([Effect::TakeBack(self.state.mouse), Effect::Redraw]);
    }

    fn leave(&mut self) {
        if self.state.link.is_online() {
            self.effects.push(Effect::Send("/quit".to_owned()));
        }
        self.effects.push(Effect::Leave(Ending::Wished));
    }

    fn connect(&mut self) {
        let token = self.state.link.on_connecting();
        self.effects.push(Effect::Connect(token));
    }

    fn on_lost(&mut self, why: &str) {
        if !self.state.link.was_online() {
            let last = self.state.log.last().map_or("", Entry::text);
            let said = if !last.is_empty() && Line::parse(last) == Line::Notice { last } else { why };
            let failure = format!("{} does not let you in: {said}", self.state.address);
            return self.effects.push(Effect::Leave(Ending::Failed(failure)));
        }
        let was_online = self.state.link.is_online();
        let pause = self.state.link.on_lost();
        if was_online {
            self.show(Entry::remarked(self.now.time(), format!("Connection lost: {why}; trying again")));
            let lost = self.state.alive.on_lost();
            for line in &lost {
                self.show(Entry::remarked(self.now.time(), format!("Perhaps not sent: {line}")));
            }
            self.state.not_sent.extend(lost);
        }
        self.effects.push(Effect::Rest(pause));
    }

    fn on_overdue(&mut self) {
        if self.state.link.is_joining() {
            self.on_lost(&no_answer());
        }
    }

    fn on_line(&mut self, text: String) {
        let line = Line::parse(&text);
        self.state.seen.on_line(&line);
        if let Line::TooLong { chars_max } = line {
            self.state.chars_max = chars_max;
        }
        let heard = self.state.link.on_line(&line);
        self.effects.extend(self.state.link.take_kept().map(Effect::Keep));
        // On the way in, the server tells what was said before it is told whom one ignores.
        let is_ignored = matches!(&line, Line::Earlier(name) if self.state.seen.ignores(name));
        if !heard.hidden && (self.state.link.is_online() || !is_ignored) {
            let me = self.state.link.name();
            self.state.alive.on_line(&line, me);
            let entry = Entry::of(self.now.time(), line, text, me);
            // A server that refuses again and again says the same each time.
            let repeated = entry.is_new() && self.state.log.last().is_some_and(|last| entry.repeats(last));
            if self.state.link.is_online() || !repeated {
                self.ring_for(&entry);
                self.show(entry);
            }
        }
        if let Some(remark) = heard.remark {
            self.show(Entry::remarked(self.now.time(), remark.to_owned()));
        }
        if heard.is_new {
            self.effects.extend(self.state.seen.ignored().map(|name| Effect::Send(format!("/ignore {name}"))));
        }
        self.effects.extend(heard.send.into_iter().map(Effect::Send));
        if let Some(arrival) = heard.arrived {
            self.on_arrival(&arrival);
            if self.state.alive.asks() {
                self.effects.push(Effect::Ask);
            }
        }
    }

    fn on_arrival(&mut self, arrival: &Arrival) {
        self.state.hint = None;
        let [name, room] =
            [self.state.link.name(), self.state.link.room()].map(|name| name.map_or("?", |name| name.as_str()));
        let entry = match arrival {
            Arrival::First => Entry::told(self.now.time(), format!("You are {name}, in {room}")),
            Arrival::Again => Entry::remarked(self.now.time(), format!("Connected again: you are {name}, in {room}")),
        };
        self.show(entry);
        if let (Arrival::First, Some(encrypted)) = (arrival, &self.state.encrypted) {
            self.show(Entry::told(self.now.time(), encrypted.clone()));
        }
    }

    fn ring_for(&mut self, entry: &Entry) {
        if entry.mentions_me() && self.state.bell == Bell::Rings {
            self.effects.push(Effect::Ring);
        }
    }

    /// Adds to the log and to the transcript, under its day.
    fn show(&mut self, entry: Entry) {
        let today = self.now.date();
        if self.state.today.replace(today) != Some(today) {
            self.append(Entry::began(self.now.time(), today));
        }
        self.append(entry);
    }

    fn append(&mut self, entry: Entry) {
        self.effects.push(Effect::Record(entry.plain()));
        self.state.log.push(entry);
    }
}

fn is_quit(line: &str) -> bool {
    Request::parse(line) == Some(Command::Leave(CloseCode::NORMAL).into())
}

/// Makes a line of text one that says this text, even where it begins as a command does.
fn as_text(line: String) -> String {
    if line.starts_with('/') { format!("/{line}") } else { line }
}

fn clean(line: &str) -> String {
    // What marks the beginning of a file is no part of its first line.
    Text::clean(line.trim_start_matches('\u{feff}')).as_str().to_owned()
}

#[cfg(test)]
mod tests;

//! Whether the server still hears: what was sent and not answered yet, and for how long nothing shows that it was
//! heard.
//!
//! A connection can go silent while the systems at both ends see nothing wrong, behind a tunnel or a proxy. So the
//! server is asked, after what was sent and now and then, and answers in order: an answer says that all that came
//! before was dealt with. Time is counted in seconds in which the program ran, so a machine that slept, or a program
//! that was stopped, accuses nobody.

use std::collections::VecDeque;

use chinwag_core::log::Command;
use chinwag_core::{Name, Request};

use crate::line::Line;

/// After so many seconds without a question one is asked: often enough to find a dead path within half a minute, and
/// for a proxy that cuts what is idle for as long.
const QUIET_SECONDS: u32 = 8;

/// A server that is asked and shows for so many seconds in no way that it hears is gone. A network that is away for as
/// long as that is waited for.
const PATIENCE_SECONDS: u32 = 20;

/// From so many seconds on one is told that there is no answer.
pub(super) const TOLD_SECONDS: u32 = 5;

/// As many lines are kept for a server that has not answered yet, and perhaps never does: more than anybody types until
/// then.
const UNKNOWN_MAX: usize = 1_000;

/// What is known of one connection.
#[derive(Debug, Default)]
pub(super) struct Alive {
    /// What was sent and not answered yet, oldest first.
    open: VecDeque<Sent>,
    /// Whether the server has ever answered: not every server knows the question.
    knows: bool,
    /// For how long an answer is due and nothing has shown that the server hears, in seconds.
    silent: u32,
    /// How long ago the last question was answered.
    quiet: u32,
}

#[derive(Debug, PartialEq, Eq)]
enum Sent {
    Line(String),
    Question,
}

/// What is to be done after a second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pulse {
    Fine,
    /// The server is to be asked.
    Ask,
    /// It is gone.
    Gone,
}

impl Alive {
    /// Remembers a line that is sent; returns whether to ask after it.
    pub(super) fn on_sent(&mut self, line: &str) -> bool {
        if !self.knows && self.open.len() >= UNKNOWN_MAX {
            self.open.retain(|sent| *sent == Sent::Question);
        }
        self.open.push_back(Sent::Line(line.to_owned()));
        self.asks()
    }

    /// Begins to ask, if no answer is due: one question at a time.
    pub(super) fn asks(&mut self) -> bool {
        let is_asked = self.open.contains(&Sent::Question);
        if !is_asked {
            self.open.push_back(Sent::Question);
            self.silent = 0;
        }
        !is_asked
    }

    /// Learns that the server has dealt with all before the question; returns whether to ask again, since more was sent
    /// after it.
    pub(super) fn on_answer(&mut self) -> bool {
        (self.knows, self.silent, self.quiet) = (true, 0, 0);
        if let Some(question) = self.open.iter().position(|sent| *sent == Sent::Question) {
            self.open.drain(..=question);
        }
        !self.open.is_empty() && self.asks()
    }

    /// Learns from a line that comes of what the user of this name has said, done or written: it was sent, and so was
    /// all before.
    pub(super) fn on_line(&mut self, line: &Line, me: Option<&Name>) {
        let is_anothers = matches!(line, Line::Said { name, .. } | Line::Acted { name, .. } if Some(name) != me);
        let is_about_sending = matches!(
            line,
            Line::Said { .. } | Line::Acted { .. } | Line::Sent { .. } | Line::Nobody(_) | Line::NobodyWrote
        );
        if is_anothers || !is_about_sending {
            return;
        }
        self.silent = 0;
        if let Some(heard) = self.open.iter().position(|sent| sent.comes_back_as(line)) {
            let later = self.open.split_off(heard + 1);
            self.open.retain(|sent| *sent == Sent::Question);
            self.open.extend(later);
        }
    }

    /// Counts a second.
    pub(super) fn on_second(&mut self) -> Pulse {
        if self.open.contains(&Sent::Question) {
            self.silent += 1;
            return if self.knows && self.silent >= PATIENCE_SECONDS { Pulse::Gone } else { Pulse::Fine };
        }
        self.quiet += 1;
        if self.quiet >= QUIET_SECONDS && self.asks() { Pulse::Ask } else { Pulse::Fine }
    }

    /// Returns for how long there was no answer, in seconds, where one could be expected.
    pub(super) fn silent(&self) -> u32 {
        if self.knows { self.silent } else { 0 }
    }

    /// Begins anew, for another connection; returns the lines of which nothing says that they were heard, as far as
    /// this server says so.
    pub(super) fn on_lost(&mut self) -> Vec<String> {
        let Self { open, knows, .. } = std::mem::take(self);
        let line = |sent| match sent {
            Sent::Line(line) => Some(line),
            Sent::Question => None,
        };
        if knows { open.into_iter().filter_map(line).collect() } else { Vec::new() }
    }
}

impl Sent {
    /// Tells whether a line of the server can be what comes of this one.
    fn comes_back_as(&self, line: &Line) -> bool {
        let Self::Line(sent) = self else { return false };
        let Some(Request::Command(command)) = Request::parse(sent) else { return false };
        match (command, line) {
            (Command::Say(texts), Line::Said { text, .. }) => texts.iter().eq([text]),
            (Command::Act(done), Line::Acted { text, .. }) => done.as_str() == text,
            (Command::Tell { to, text: told }, Line::Sent { name, text }) => {
                to.key() == name.key() && told.as_str() == text
            }
            (Command::Tell { to, .. }, Line::Nobody(name)) => to.key() == name.key(),
            (Command::Answer(told), Line::Sent { text, .. }) => told.as_str() == text,
            (Command::Answer(_), Line::Nobody(_) | Line::NobodyWrote) => true,
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A server that has answered once, before anything was sent.
    fn known() -> Alive {
        let mut alive = Alive::default();
        assert!(alive.asks());
        assert!(!alive.on_answer());
        alive
    }

    /// Lets seconds pass, and returns what there was to do in each.
    fn pass(alive: &mut Alive, seconds: u32) -> Vec<Pulse> {
        (0..seconds).map(|_| alive.on_second()).collect()
    }

    #[test]
    fn a_path_that_is_dead_is_found_within_half_a_minute_whatever_was_sent() {
        for sent_at in [None, Some(0), Some(3), Some(7), Some(8), Some(9), Some(27)] {
            let mut alive = known();
            let gone = (0..60).position(|second| {
                if sent_at == Some(second) {
                    alive.on_sent("is this heard?");
                }
                alive.on_second() == Pulse::Gone
            });
            assert!(gone.is_some_and(|second| second < 29), "{sent_at:?}: {gone:?}");
        }
    }

    #[test]
    fn a_quiet_server_is_asked_every_eight_seconds_and_one_that_answers_is_never_gone() {
        let mut alive = known();
        for _ in 0..100 {
            assert_eq!(pass(&mut alive, 7), [Pulse::Fine; 7]);
            assert_eq!(alive.on_second(), Pulse::Ask);
            assert_eq!(pass(&mut alive, 19), [Pulse::Fine; 19], "one question at a time");
            assert_eq!(alive.silent(), 19);
            assert!(!alive.on_answer());
            assert_eq!(alive.silent(), 0);
        }
    }

    #[test]
    fn a_server_that_does_not_know_the_question_is_asked_once_and_never_gone() {
        let mut alive = Alive::default();
        assert!(alive.asks());
        for number in 0..3 * UNKNOWN_MAX {
            assert!(!alive.on_sent(&number.to_string()));
            assert_eq!(alive.on_second(), Pulse::Fine);
        }
        assert!(alive.open.len() <= UNKNOWN_MAX + 1 && alive.silent() == 0);
        assert_eq!(alive.on_lost(), [""; 0], "nothing is known of them");
    }

    /// Has Ann hear a line of the server.
    fn hear(alive: &mut Alive, line: &str) {
        alive.on_line(&Line::parse(line), Name::parse("Ann").as_ref());
    }

    #[test]
    fn what_was_sent_before_an_answered_question_or_something_that_is_heard_is_not_lost() {
        type Happens = fn(&mut Alive);
        let answer: Happens = |alive| {
            alive.on_answer();
        };
        let heard: Happens = |alive| hear(alive, "Ann: one");
        let cases: [(&[Happens], &[&str]); 7] = [
            (&[], &["/join pizza", "one", "//two", "one", "three"]),
            (&[answer], &["one", "//two", "one", "three"]),
            (&[answer, answer], &[]),
            (&[heard], &["//two", "one", "three"]),
            (&[heard, heard], &["three"]),
            (&[|alive| hear(alive, "Ann: /two"), answer], &["one", "three"]),
            (&[|alive| hear(alive, "Ann: something else")], &["/join pizza", "one", "//two", "one", "three"]),
        ];
        for (number, (happens, lost)) in cases.into_iter().enumerate() {
            let mut alive = known();
            assert!(alive.on_sent("/join pizza"), "the server is asked after the first");
            assert!(["one", "//two", "one", "three"].iter().all(|line| !alive.on_sent(line)));
            happens.iter().for_each(|happens| happens(&mut alive));
            assert_eq!(alive.on_lost(), lost, "case {number}");
            assert_eq!(alive.on_lost(), [""; 0]);
        }
    }

    #[test]
    fn each_way_to_say_something_is_confirmed_by_what_comes_of_it() {
        let cases: [(&str, &[&str], &[&str]); 6] = [
            (
                "hi",
                &["Ann: hi"],
                &["Bob: hi", "* Ann hi", "You (to Bob): hi", "[just now] Ann: hi", "Bob (to you): hi"],
            ),
            ("//me hi", &["Ann: /me hi"], &["* Ann hi", "Ann: //me hi"]),
            ("/me  hi ", &["* Ann hi"], &["* Bob hi", "Ann: hi", "[just now] * Ann hi", "* Ann hi "]),
            (
                "/msg bob hi",
                &["You (to Bob): hi", "There is nobody called bob"],
                &["You (to Cid): hi", "There is nobody called Cid", "Bob (to you): hi", "Ann: hi", "You (to Bob): ho"],
            ),
            (
                "/reply hi",
                &["You (to Bob): hi", "There is nobody called Bob", "Nobody has written to you"],
                &["You (to Bob): ho", "Bob (to you): hi", "Ann: hi"],
            ),
            ("/topic hi", &[], &["Topic - hi", "Bob set the topic: hi", "Ann: hi", "* Ann hi"]),
        ];
        for (sent, confirm, others) in cases {
            let lines = confirm.iter().map(|line| (line, true)).chain(others.iter().map(|line| (line, false)));
            for (line, confirms) in lines {
                let mut alive = known();
                alive.on_sent(sent);
                hear(&mut alive, line);
                assert_eq!(alive.on_lost().is_empty(), confirms, "{sent}, {line}");
            }
        }
    }

    #[test]
    fn a_long_paste_that_is_read_slowly_is_no_dead_path() {
        let mut alive = known();
        let asked = (0..500).filter(|number| alive.on_sent(&number.to_string())).count();
        assert_eq!(asked, 1);
        for number in 0..500 {
            assert_eq!(pass(&mut alive, 1), [Pulse::Fine], "{number}");
            hear(&mut alive, &format!("Ann: {number}"));
        }
        assert!(!alive.on_answer());
        assert_eq!(alive.on_lost(), [""; 0]);
    }
}

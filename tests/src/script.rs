//! Owns transcripts: how one is read, and how it is written with what people really received.
//!
//! A transcript is a text that shows one rule. Its first line states the rule. After it may stand `Config:` with
//! settings, `Core only:` with the reason why it can't be played over sockets, `Help: in full` and `History: kept`.
//! Then come steps, each on a line of its own, and below each, indented, what everyone received: whose names, then what
//! [`Received::show`] makes of it.
//!
//! Before a step may stand when it is done: `1250 ms: Ann types hello`. So a list of such steps is a run that was
//! recorded.

mod config;
mod step;

use std::error::Error;
use std::fmt;
use std::time::Duration;

use chinwag_core::{Config, Form, Limits, Rules, Secret};

use self::step::{Step, read_step};
use crate::given::Given;
use crate::{Act, HelpText, Received};

/// What stands before each line that tells what was received.
const INDENT: &str = "    ";

/// How long those are not told of who only connect, unless a transcript says otherwise: longer than any takes on a real
/// server, so that nobody is told of them in the middle of something else.
const ANNOUNCE_WAIT: Duration = Duration::from_secs(60);

/// How often those who negotiated telnet are sent a sign that somebody is there: never within a transcript. On a real
/// server its times only order what is done, and so no time passes.
const PING_INTERVAL: Duration = Duration::from_secs(3600);

/// Holds a transcript: what is done in it, and its lines.
#[derive(Debug)]
pub struct Script {
    config: Config,
    core_only: Option<String>,
    help: HelpText,
    keeps_history: bool,
    people: Vec<String>,
    lines: Vec<Line>,
    /// What is done, with the number of the line that says it.
    acts: Vec<(usize, Act)>,
}

/// Tells in which line of a transcript is what mistake.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ScriptError {
    line: usize,
    mistake: String,
}

#[derive(Debug)]
enum Line {
    /// Goes into the record as it is.
    Text(String),
    /// Is followed in the record by what people received while these acts were done.
    Shown { text: String, acts: usize },
    /// People are there, named and in their rooms; what they received is checked, but not shown.
    Given { text: String, given: Given },
}

impl Script {
    /// Reads a transcript. What it says that people received is not looked at.
    ///
    /// # Errors
    /// Returns the first mistake.
    pub fn read(text: &str) -> Result<Self, ScriptError> {
        let mut script = Self {
            config: Config {
                rules: Rules { announce_wait: ANNOUNCE_WAIT, ..Rules::default() },
                limits: Limits {
                    ping_interval: PING_INTERVAL,
                    pong_wait: PING_INTERVAL,
                    secret: Some(Secret::new([7; 32])),
                    ..Limits::default()
                },
            },
            core_only: None,
            help: HelpText::Named,
            keeps_history: false,
            people: Vec::new(),
            lines: Vec::new(),
            acts: Vec::new(),
        };
        let lines = text.lines().zip(1..).filter(|(line, _)| !line.starts_with(INDENT));
        for (line, number) in lines {
            script.read_line(line, number).map_err(|mistake| ScriptError { line: number, mistake })?;
        }
        Ok(script)
    }

    /// Returns the configuration that the transcript asks for.
    #[must_use]
    pub const fn config(&self) -> &Config {
        &self.config
    }

    /// Returns why the transcript is for the bare core only, if it is.
    #[must_use]
    pub fn core_only(&self) -> Option<&str> {
        self.core_only.as_deref()
    }

    /// Tells whether a store keeps what is said.
    #[must_use]
    pub const fn keeps_history(&self) -> bool {
        self.keeps_history
    }

    /// Returns what is done, in its order.
    #[must_use]
    pub fn acts(&self) -> Vec<Act> {
        self.acts.iter().map(|(_, act)| act.clone()).collect()
    }

    /// Returns the name in the transcript of the person with this number.
    #[must_use]
    pub fn person(&self, person: usize) -> &str {
        &self.people[person]
    }

    /// Returns the number of the line that says an act, by the act's number; the stop at the end counts to the last
    /// line.
    #[must_use]
    pub fn line_of(&self, act: usize) -> usize {
        self.acts.get(act).or(self.acts.last()).map_or(1, |(line, _)| *line)
    }

    /// Writes the transcript with what each person `received` during each act.
    ///
    /// # Errors
    /// Returns the line of people who are given, but did not receive exactly what they have to.
    pub fn record(&self, received: &[Vec<Received>]) -> Result<String, ScriptError> {
        let (mut text, mut at) = (String::new(), 0);
        let mut push = |line: &str| text.extend([line, "\n"]);
        for line in &self.lines {
            match line {
                Line::Text(text) => push(text),
                Line::Shown { text, acts } => {
                    push(text);
                    self.show(&received[at..at + acts]).iter().for_each(|line| push(line));
                    at += acts;
                }
                Line::Given { text, given } => {
                    push(text);
                    let acts = given.acts().len();
                    let check = given.check(&received[at..at + acts]);
                    check.map_err(|mistake| ScriptError { line: self.line_of(at), mistake })?;
                    at += acts;
                }
            }
        }
        Ok(text)
    }

    /// Tells whether somebody comes by IRC, where each line has a carriage return at its end.
    fn is_irc(&self, person: usize) -> bool {
        let mut forms =
            self.acts.iter().filter_map(|(_, act)| if let Act::Connect { form } = act { Some(*form) } else { None });
        forms.nth(person) == Some(Form::Irc)
    }

    /// Shows what people received during some acts; those who received the same stand together.
    fn show(&self, received: &[Vec<Received>]) -> Vec<String> {
        let mut groups: Vec<(String, Received)> = Vec::new();
        for (person, name) in self.people.iter().enumerate() {
            let mut all = Received::default();
            received.iter().filter_map(|act| act.get(person)).for_each(|part| all.append(part));
            if self.is_irc(person) {
                all.bytes = without_carriage_returns(&all.bytes);
            }
            match groups.iter_mut().find(|(_, other)| *other == all) {
                Some((names, _)) => names.extend([", ", name]),
                None => groups.push((name.clone(), all)),
            }
        }
        groups.retain(|(_, received)| !received.is_empty());
        if groups.is_empty() {
            return vec![format!("{INDENT}nobody sees anything")];
        }
        let width = groups.iter().map(|(names, _)| names.chars().count()).max().unwrap_or(0);
        let mut lines = Vec::new();
        for (names, received) in &groups {
            let first = [names.as_str()].into_iter().chain(std::iter::repeat(""));
            let shown = received.show(self.help);
            lines.extend(first.zip(shown).map(|(name, line)| format!("{INDENT}{name:width$} {}", line.trim_end())));
        }
        lines
    }

    fn read_line(&mut self, line: &str, number: usize) -> Result<(), String> {
        if line.trim_end() != line {
            return Err("a line ends in a space; write \\x20 if it is meant".to_owned());
        }
        if number == 1 && !line.ends_with('.') {
            return Err("the first line states the rule, and ends in a full stop".to_owned());
        }
        if number == 1 || line.is_empty() || self.read_header(line)? {
            self.lines.push(Line::Text(line.to_owned()));
            return Ok(());
        }
        let text = line.to_owned();
        let (time, step) = self.read_time(line)?;
        let (acts, line) = match read_step(step, &mut self.people)? {
            Step::Given(given) if self.acts.is_empty() => (given.acts(), Line::Given { text, given }),
            Step::Given(_) => return Err("who is given comes first".to_owned()),
            Step::Acts(acts) => {
                let acts: Vec<_> = time.map(|time| Act::Pass { time }).into_iter().chain(acts).collect();
                (acts.clone(), Line::Shown { text, acts: acts.len() })
            }
        };
        self.acts.extend(acts.into_iter().map(|act| (number, act)));
        self.lines.push(line);
        Ok(())
    }

    /// Reads how long it is until a step is done, if it says when, and what is done.
    fn read_time<'a>(&self, line: &'a str) -> Result<(Option<Duration>, &'a str), String> {
        let after_digits = line.trim_start_matches(|c: char| c.is_ascii_digit());
        let Some(step) = after_digits.strip_prefix(" ms: ") else { return Ok((None, line)) };
        let at = config::duration(&line[..line.len() - step.len() - ": ".len()])?;
        let passed = self.acts.iter().map(|(_, act)| if let Act::Pass { time } = act { *time } else { Duration::ZERO });
        let time = at.checked_sub(passed.sum()).ok_or("it is later than that")?;
        Ok((Some(time), step))
    }

    /// Takes a line that tells how the steps are to be played; says whether it was one.
    fn read_header(&mut self, line: &str) -> Result<bool, String> {
        if let Some(settings) = line.strip_prefix("Config: ") {
            config::set(&mut self.config, settings)?;
        } else if let Some(reason) = line.strip_prefix("Core only: ") {
            self.core_only = Some(reason.to_owned());
        } else if line == "History: kept" {
            self.keeps_history = true;
        } else if line == "Help: in full" {
            self.help = HelpText::InFull;
        } else {
            return Ok(line.starts_with('#'));
        }
        Ok(true)
    }
}

impl fmt::Display for ScriptError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.mistake)
    }
}

impl Error for ScriptError {}

/// Returns lines without the carriage return before each line feed.
fn without_carriage_returns(bytes: &[u8]) -> Vec<u8> {
    let lines = bytes.split_inclusive(|&byte| byte == b'\n');
    lines.flat_map(|line| line.strip_suffix(b"\r\n").map_or(line.to_vec(), |line| [line, b"\n"].concat())).collect()
}

#[cfg(test)]
mod tests;

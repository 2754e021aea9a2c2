//! Owns what one client of IRC is told, and reads it as a client does: each line is a line, and fits what came before.
//!
//! It is a second reading of the standards: none of it is taken from the core.

use std::collections::{BTreeSet, VecDeque};
use std::mem;

use chinwag_core::IrcLine;

/// The most bytes of the tags that a server sends, with their sign and the blank behind them.
const TAGS_BYTES_MAX: usize = 8191;

/// The most bytes of a line without its tags.
const LINE_BYTES_MAX: usize = 512;

/// The most bytes of a label.
const LABEL_BYTES_MAX: usize = 64;

/// What a client can ask for.
const CAPABILITIES: [&str; 18] = [
    "account-notify",
    "away-notify",
    "batch",
    "cap-notify",
    "chghost",
    "echo-message",
    "extended-join",
    "extended-monitor",
    "invite-notify",
    "labeled-response",
    "message-tags",
    "multi-prefix",
    "no-implicit-names",
    "server-time",
    "setname",
    "standard-replies",
    "userhost-in-names",
    "draft/chathistory",
];

type Granted = BTreeSet<&'static str>;

/// Holds what a client knows.
pub(super) struct Ear {
    /// Some of it is not told yet.
    granted: Granted,
    /// As far as is told.
    told_granted: Granted,
    /// What was told, up to where a line ends.
    told: Vec<u8>,
    nick: Option<String>,
    rooms: BTreeSet<String>,
    /// The labels that are to be answered, in this order.
    labels: VecDeque<String>,
    /// The batch that is open.
    batch: Option<String>,
    /// Whose going was told, or another name of theirs, and of whom nothing was told since.
    gone: BTreeSet<String>,
    /// It is not told of all who come.
    is_crowded: bool,
}

/// Holds a line that was taken apart.
struct Words<'a> {
    tags: Vec<(&'a str, &'a str)>,
    source: &'a str,
    command: &'a str,
    params: Vec<&'a str>,
}

impl<'a> Words<'a> {
    fn of(line: &'a str) -> Self {
        let mut rest = line.trim_start_matches(' ');
        let mut tags = Vec::new();
        if let Some(tagged) = rest.strip_prefix('@') {
            let (all, behind) = tagged.split_once(' ').unwrap_or((tagged, ""));
            tags = all.split(';').map(|tag| tag.split_once('=').unwrap_or((tag, ""))).collect();
            rest = behind.trim_start_matches(' ');
        }
        let mut source = "";
        if let Some(from) = rest.strip_prefix(':') {
            (source, rest) = from.split_once(' ').unwrap_or((from, ""));
        }
        let (middle, trailing) = match rest.split_once(" :") {
            Some((middle, trailing)) => (middle, Some(trailing)),
            None => (rest, None),
        };
        let mut words = middle.split(' ').filter(|word| !word.is_empty());
        let command = words.next().unwrap_or_default();
        Self { tags, source, command, params: words.chain(trailing).collect() }
    }

    fn param(&self, place: usize) -> &'a str {
        self.params.get(place).copied().unwrap_or_default()
    }

    fn tag(&self, key: &str) -> Option<&'a str> {
        self.tags.iter().find(|(other, _)| *other == key).map(|&(_, value)| value)
    }

    fn is_numeric(&self) -> bool {
        self.command.len() == 3 && self.command.bytes().all(|byte| byte.is_ascii_digit())
    }

    /// Returns who it is from, in small letters.
    fn by(&self) -> String {
        self.source.split('!').next().unwrap_or_default().to_ascii_lowercase()
    }
}

impl Ear {
    pub(super) const fn new(is_crowded: bool) -> Self {
        Self {
            granted: BTreeSet::new(),
            told_granted: BTreeSet::new(),
            told: Vec::new(),
            nick: None,
            rooms: BTreeSet::new(),
            labels: VecDeque::new(),
            batch: None,
            gone: BTreeSet::new(),
            is_crowded,
        }
    }

    /// Returns in how many rooms it knows itself to be.
    pub(super) fn rooms(&self) -> usize {
        self.rooms.len()
    }

    /// Takes what the client asks for, as the server has found it.
    pub(super) fn ask(&mut self, line: &IrcLine) {
        let words = Words::of(line.as_str());
        let label = words.tag("label").filter(|label| !label.is_empty() && label.len() <= LABEL_BYTES_MAX);
        if let Some(label) = label.filter(|_| self.granted.contains("labeled-response")) {
            self.labels.push_back(label.to_owned());
        }
        let is = |place: usize, word: &str| words.param(place).trim_start_matches(':').eq_ignore_ascii_case(word);
        if line.is_utf8() && words.command.eq_ignore_ascii_case("CAP") && is(0, "REQ") {
            let wanted = words.param(1).trim_start_matches(':');
            self.granted = granted(&self.granted, wanted).unwrap_or_else(|| mem::take(&mut self.granted));
        }
    }

    /// Takes what is sent to the client.
    ///
    /// # Panics
    /// If it is not what it has to be.
    pub(super) fn hear(&mut self, bytes: &[u8]) {
        self.told.extend(bytes);
        while let Some(end) = self.told.iter().position(|&byte| byte == b'\n') {
            let line: Vec<_> = self.told.drain(..=end).collect();
            let line = String::from_utf8(line).expect("it is told text");
            self.hear_line(&line);
        }
    }

    /// Checks that all was told that has to be.
    pub(super) fn check_all_told(&self) {
        assert!(self.told.is_empty(), "the last line has its end");
        assert_eq!(self.batch, None, "each batch has its end");
        assert!(self.labels.is_empty(), "not answered: {:?}", self.labels);
    }

    fn hear_line(&mut self, line: &str) {
        let text = line.strip_suffix("\r\n").unwrap_or_else(|| panic!("it ends in CR LF: {line:?}"));
        assert!(!text.contains(['\r', '\n', '\0']), "it is one line: {line:?}");
        let tags = if line.starts_with('@') { line.find(' ').expect("a command is behind tags") + 1 } else { 0 };
        assert!(tags <= TAGS_BYTES_MAX && line.len() - tags <= LINE_BYTES_MAX, "{} bytes: {line:?}", line.len());
        let words = Words::of(text);
        let is_word = !words.command.is_empty() && words.command.bytes().all(|byte| byte.is_ascii_alphabetic());
        assert!(is_word || words.is_numeric(), "it has a command: {line:?}");
        assert!(words.params.len() <= 15 && !text[tags..].trim_end().is_empty(), "it has parameters: {line:?}");
        self.check_tags(&words, line);
        if words.is_numeric() {
            self.hear_numeric(&words, line);
        } else {
            self.hear_command(&words, line);
        }
    }

    fn check_tags(&mut self, words: &Words<'_>, line: &str) {
        if words.command == "CAP" && words.param(1) == "ACK" {
            self.told_granted = granted(&self.told_granted, words.param(2)).expect("it is granted what there is");
        }
        let has = |name| self.told_granted.contains(name) || self.granted.contains(name);
        for (key, value) in &words.tags {
            let may = match *key {
                "label" => self.labels.pop_front().as_deref() == Some(*value),
                "batch" => self.batch.as_deref() == Some(*value),
                "time" => has("server-time"),
                "msgid" | "bot" => has("message-tags"),
                key => key.len() > 1 && key.starts_with('+') && has("message-tags"),
            };
            assert!(may, "{key} is no tag for it: {line:?}");
        }
        let is_own = !matches!(words.command, "730" | "731") && words.is_numeric();
        assert!(!is_own || self.batch.is_none() || words.tag("batch").is_some(), "it is of the batch: {line:?}");
        if words.command == "BATCH" {
            let (sign, name) = words.param(0).split_at(1);
            let (before, after) = if sign == "+" { (None, Some(name.to_owned())) } else { (Some(name), None) };
            assert_eq!(self.batch.as_deref(), before, "one batch at once: {line:?}");
            assert!(sign == "-" || (words.tag("label").is_some() && words.param(1) == "labeled-response"), "{line:?}");
            self.batch = after;
        }
    }

    fn hear_numeric(&mut self, words: &Words<'_>, line: &str) {
        let to = words.param(0);
        if words.command == "001" {
            assert_eq!(self.nick.replace(to.to_owned()), None, "it is welcome once");
        }
        if let Some(nick) = &self.nick {
            assert!(to == nick || to == "*", "it is for {nick}: {line:?}");
        }
        if words.command == "353" {
            for name in words.param(3).split(' ') {
                let name = name.trim_start_matches('@').split('!').next().unwrap_or_default();
                self.gone.remove(&name.to_ascii_lowercase());
            }
        }
    }

    fn hear_command(&mut self, words: &Words<'_>, line: &str) {
        let (by, nick) = (words.by(), self.nick.as_deref().unwrap_or_default().to_ascii_lowercase());
        let is_own = by == nick && !by.is_empty();
        let to = words.param(0).to_ascii_lowercase();
        match words.command {
            "JOIN" if is_own => {
                assert!(self.rooms.insert(to), "it is there already: {line:?}");
                self.gone.clear();
            }
            "PART" if is_own => assert!(self.rooms.remove(&to), "it is not there: {line:?}"),
            "JOIN" | "PART" | "TOPIC" => {
                assert!(self.rooms.contains(&to), "it is not there: {line:?}");
                assert!(words.command != "PART" || self.is_here(&by), "they are gone: {line:?}");
                self.gone.remove(&by);
            }
            "NICK" if is_own => self.nick = Some(words.param(0).to_owned()),
            "QUIT" | "NICK" => {
                assert!(!is_own && self.is_here(&by), "it comes once: {line:?}");
                self.gone.insert(by);
                self.gone.remove(&to);
            }
            // Some of what was told may be missing.
            "NOTICE" if to == "*" => self.gone.clear(),
            "PRIVMSG" | "NOTICE" | "TAGMSG" => {
                let is_echo = is_own && to != nick;
                assert!(!is_echo || self.told_granted.contains("echo-message"), "it says so itself: {line:?}");
                let may_hear = if to.starts_with('#') { self.rooms.contains(&to) } else { is_own || to == nick };
                assert!(may_hear, "it is not there: {line:?}");
                assert!(words.command != "TAGMSG" || !words.tags.is_empty(), "without tags: {line:?}");
                self.gone.remove(&by);
            }
            "CAP" | "BATCH" | "ACK" | "FAIL" | "MODE" | "PING" | "PONG" | "ERROR" | "AWAY" | "SETNAME" | "INVITE" => {}
            _ => panic!("no client knows it: {line:?}"),
        }
    }

    fn is_here(&self, name: &str) -> bool {
        self.is_crowded || !self.gone.contains(name)
    }
}

/// Returns what a client has that had this, and asks for that, or for some of it no more, if there is all of it.
fn granted(before: &Granted, wanted: &str) -> Option<Granted> {
    let mut granted = before.clone();
    for name in wanted.split(' ').filter(|name| !name.is_empty()) {
        let known = CAPABILITIES.iter().find(|known| **known == name.strip_prefix('-').unwrap_or(name))?;
        if name.starts_with('-') {
            granted.remove(known)
        } else {
            granted.insert(known)
        };
    }
    Some(granted)
}

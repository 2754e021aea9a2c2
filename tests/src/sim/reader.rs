//! Owns what one person was sent: compares it with what they must be sent, byte by byte as it comes.
//!
//! Invariant: what was received are the model's lines in their order, with gaps exactly where a notice stands that says
//! how many lines are missing there, and only of lines that may be dropped.

mod irc;
mod web;

use chinwag_core::Form;

use self::irc::IrcReader;
use self::web::WebReader;
use crate::sim::Line;

/// What telnet takes for nothing: it may come between any two lines.
const NOP: [u8; 2] = [255, 241];

const NOTICE_START: &str = "Server is very busy and dropped ";
const NOTICE_END: &str = " messages, sorry!";

/// What stands before it by IRC.
const IRC_NOTICE_START: &str = "NOTICE * :";

/// What a browser, or who comes by IRC, is told when it owes an answer for too long. The model does not know of that,
/// and nothing comes behind it.
const UNANSWERED: &[u8] = b"bye 4002\n";
const IRC_UNANSWERED: &[u8] = b"ERROR :Closing link: Ping timeout\n";

/// Reads what one person was sent.
#[derive(Clone, Debug)]
pub struct Reader {
    /// How many of the model's lines were received or told to be missing.
    passed: usize,
    /// The beginning of a line.
    held: Vec<u8>,
    ear: Ear,
    /// How often telnet was sent what it takes for nothing.
    nops: usize,
    is_unanswered: bool,
}

/// What makes lines of what is sent.
#[derive(Clone, Debug)]
enum Ear {
    Lines,
    Web(WebReader),
    Irc(IrcReader),
}

impl Reader {
    /// Starts to read what is sent in a form.
    #[must_use]
    pub fn new(form: Form) -> Self {
        let ear = match form {
            Form::Lines => Ear::Lines,
            Form::Web => Ear::Web(WebReader::new()),
            Form::Irc => Ear::Irc(IrcReader::new()),
        };
        Self { passed: 0, held: Vec::new(), ear, nops: 0, is_unanswered: false }
    }

    /// Returns how often it was asked whether somebody is there.
    #[must_use]
    pub const fn pings(&self) -> usize {
        match &self.ear {
            Ear::Lines => self.nops,
            Ear::Web(web) => web.pings,
            Ear::Irc(irc) => irc.pings,
        }
    }

    /// Returns how many frames had several messages in them.
    #[must_use]
    pub const fn runs(&self) -> usize {
        if let Ear::Web(web) = &self.ear { web.runs } else { 0 }
    }

    /// Tells whether it was told that it owes an answer for too long.
    #[must_use]
    pub const fn is_unanswered(&self) -> bool {
        self.is_unanswered
    }

    /// Takes what was received, and returns how many lines were told to be missing in it.
    ///
    /// # Errors
    /// If it is not what has to come.
    pub fn receive(&mut self, bytes: &[u8], lines: &[Line]) -> Result<usize, String> {
        let unanswered = match &mut self.ear {
            Ear::Lines => {
                self.held.extend_from_slice(bytes);
                None
            }
            Ear::Web(web) => {
                self.held.extend(web.receive(bytes)?);
                Some(UNANSWERED)
            }
            Ear::Irc(irc) => {
                self.held.extend(irc.receive(bytes)?);
                Some(IRC_UNANSWERED)
            }
        };
        let (mut at, mut missing) = (0, 0);
        while at < self.held.len() {
            let rest = &self.held[at..];
            let expected = lines.get(self.passed).map_or(&b""[..], |line| &line.text[..]);
            if !expected.is_empty() && rest.starts_with(expected) {
                at += expected.len();
                self.passed += 1;
            } else if let Some((len, count)) = notice(rest) {
                let gap = lines.get(self.passed..self.passed + count).unwrap_or_default();
                if gap.is_empty() || !gap.iter().all(|line| line.may_be_dropped) {
                    return Err(format!(
                        "a notice says that {count} are missing before {:?}, which are not",
                        excerpt(expected)
                    ));
                }
                at += len;
                self.passed += count;
                missing += count;
            } else if unanswered == Some(rest) {
                at += rest.len();
                self.is_unanswered = true;
            } else if unanswered.is_none() && rest.starts_with(&NOP) {
                at += NOP.len();
                self.nops += 1;
            } else if expected.starts_with(rest) || may_be_notice(rest) || NOP.starts_with(rest) {
                break;
            } else {
                let same = rest.iter().zip(expected).take_while(|(received, expected)| received == expected).count();
                let (received, expected) = (excerpt(&rest[same..]), excerpt(&expected[same..]));
                let behind = excerpt(&rest[..same]);
                return Err(format!("{received:?} was received where {expected:?} has to come, behind {behind:?}"));
            }
        }
        self.held.drain(..at);
        Ok(missing)
    }

    /// Tells whether all lines were received, or told to be missing.
    #[must_use]
    pub fn has_all(&self, lines: &[Line]) -> bool {
        let is_between = self.held.is_empty()
            && match &self.ear {
                Ear::Lines => true,
                Ear::Web(web) => web.is_empty(),
                Ear::Irc(irc) => irc.is_empty(),
            };
        self.passed == lines.len() && is_between
    }

    /// Returns the lines that have not come yet.
    #[must_use]
    pub fn rest<'a>(&self, lines: &'a [Line]) -> &'a [Line] {
        &lines[self.passed..]
    }

    /// Says what comes next, for a report.
    #[must_use]
    pub fn next(&self, lines: &[Line]) -> String {
        let line = lines.get(self.passed).map_or(&b"nothing"[..], |line| &line.text);
        format!("{} of {} lines, next {:?}", self.passed, lines.len(), excerpt(line))
    }
}

/// Returns the lines of all that somebody was sent in a form: of a browser as it shows them, and of IRC as they are
/// written down.
///
/// # Errors
/// If it is not what a server may send.
pub fn shown(form: Form, bytes: &[u8]) -> Result<String, String> {
    let lines = match form {
        Form::Lines => bytes.to_vec(),
        Form::Web => WebReader::new().receive(bytes)?,
        Form::Irc => IrcReader::new().receive(bytes)?,
    };
    String::from_utf8(lines).map_err(|_| "it is no text".to_owned())
}

/// Returns the length of the notice that the bytes begin with, and how many it says are missing.
fn notice(bytes: &[u8]) -> Option<(usize, usize)> {
    let line = bytes.strip_prefix(IRC_NOTICE_START.as_bytes()).unwrap_or(bytes);
    let rest = line.strip_prefix(NOTICE_START.as_bytes())?;
    let end = rest.iter().position(|&byte| byte == b'\n')?;
    let count = std::str::from_utf8(&rest[..end]).ok()?.trim_end_matches('\r').strip_suffix(NOTICE_END)?;
    Some((bytes.len() - rest.len() + end + 1, count.parse().ok()?))
}

fn may_be_notice(bytes: &[u8]) -> bool {
    let len = bytes.len().min(NOTICE_START.len());
    let no_end = !bytes.contains(&b'\n');
    no_end
        && bytes[..len] == NOTICE_START.as_bytes()[..len]
        && bytes.len() < NOTICE_START.len() + 20 + NOTICE_END.len() + 1
}

fn excerpt(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(&bytes[..bytes.len().min(80)]);
    if bytes.len() > 80 { format!("{text}… ({} bytes)", bytes.len()) } else { text.into_owned() }
}

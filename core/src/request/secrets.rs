//! Owns what of a request hides a secret, and is never kept: stars stand in its place.

use super::{IrcLine, Notice, Request};
use crate::irc::line::Line;
use crate::log::Command;
use crate::{Name, Text, Token};

/// The commands of IRC all of whose parameters are for nobody's eyes.
const SECRET: [&str; 10] =
    ["PASS", "AUTHENTICATE", "OPER", "IDENTIFY", "NICKSERV", "NS", "CHANSERV", "CS", "AUTHSERV", "REGISTER"];

/// The commands of IRC that say something to somebody.
const SAYING: [&str; 4] = ["PRIVMSG", "NOTICE", "SQUERY", "TAGMSG"];

impl Request {
    /// Returns the same without a secret, if there may be one in it.
    pub(crate) fn without_secrets(&self) -> Option<Self> {
        match self {
            Self::Resume(token) => (*token != Token::HIDDEN).then_some(Self::Resume(Token::HIDDEN)),
            Self::Command(Command::Tell { to, text }) if to.is_told_secrets() => {
                let hidden = Text::clean(&stars(text.as_str()));
                (hidden != *text).then(|| Command::Tell { to: to.clone(), text: hidden }.into())
            }
            Self::Irc(line) => line.without_secrets().map(Self::Irc),
            Self::Notice(Notice::LogIn(log_in)) => {
                log_in.without_secret().map(|hidden| Notice::LogIn(Box::new(hidden)).into())
            }
            Self::Command(_) | Self::Query(_) | Self::Notice(_) => None,
        }
    }
}

impl IrcLine {
    fn without_secrets(&self) -> Option<Self> {
        let line = self.as_str();
        let parsed = Line::parse(line);
        let is = |commands: &[&str]| commands.iter().any(|command| parsed.is(command));
        let tells_a_service = |targets: &str| {
            let names = targets.split(',').map(|target| target.split(['@', '!']).next().unwrap_or(target));
            names.filter_map(Name::parse).any(|name| name.is_told_secrets())
        };
        let first_hidden = if is(&SECRET) {
            0
        } else if is(&SAYING) && parsed.param(0).is_some_and(tells_a_service) {
            1
        } else {
            return None;
        };
        let hidden = parsed.param(first_hidden)?;
        let (open, secret) = line.split_at(line.len() - rest_len(line, hidden));
        let hidden = [open, &stars(secret)].concat();
        let hidden = if self.is_utf8() { Self::new(&hidden) } else { Self::not_utf8(&hidden) };
        (hidden != *self).then_some(hidden)
    }
}

/// Returns how many bytes of a line there are from a part of it on.
fn rest_len(line: &str, part: &str) -> usize {
    line.len() - (part.as_ptr() as usize - line.as_ptr() as usize)
}

/// Returns as many stars as a text has bytes, with its blanks.
fn stars(text: &str) -> String {
    text.bytes().map(|byte| if byte == b' ' { ' ' } else { '*' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_hides_a_secret_is_kept_as_stars_and_all_else_as_it_is() {
        let cases = [
            ("PASS secret", "PASS ******"),
            ("@label=1 pass :two words", "@label=1 pass :*** *****"),
            ("AUTHENTICATE c2VjcmV0", "AUTHENTICATE ********"),
            ("OPER ann s\u{e9}cret", "OPER *** *******"),
            ("PRIVMSG NickServ :identify secret", "PRIVMSG NickServ :******** ******"),
            ("privmsg ann,nickserv@services.x :s", "privmsg ann,nickserv@services.x :*"),
            ("NS identify secret", "NS ******** ******"),
            ("PASS", "PASS"),
            ("PASS ***", "PASS ***"),
            ("PRIVMSG #nickserv :hello", "PRIVMSG #nickserv :hello"),
            ("PRIVMSG ann :my pass", "PRIVMSG ann :my pass"),
            ("NICK pass", "NICK pass"),
        ];
        for (line, kept) in cases {
            for line in [IrcLine::new(line), IrcLine::not_utf8(line)] {
                let hidden = Request::Irc(line.clone()).without_secrets();
                assert_eq!(hidden.is_some(), line.as_str() != kept, "{kept}");
                let Request::Irc(hidden) = hidden.unwrap_or(Request::Irc(line.clone())) else { panic!("it is a line") };
                assert_eq!((hidden.as_str(), hidden.is_utf8()), (kept, line.is_utf8()));
            }
        }
    }

    #[test]
    fn nor_is_what_people_tell_to_services_and_by_what_token_they_come_back() {
        let hidden = |line: &str| Request::parse(line).expect("it is a request").without_secrets();
        let tell = |line: &str| Request::parse(line);
        assert_eq!(hidden("/msg NickServ identify x"), tell("/msg NickServ ******** *"));
        assert_eq!(hidden("/msg NickServ ******** *"), None);
        assert_eq!(hidden("/msg ann identify x"), None);
        let token = "b".repeat(32);
        assert_eq!(hidden(&format!("/resume {token}")), Some(Request::Resume(Token::HIDDEN)));
        assert_eq!(hidden(&format!("/resume {token}x")), None, "it is known to be none, and not kept");
    }
}

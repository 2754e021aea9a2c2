//! Owns what of a request hides a secret, and is never kept: stars stand in its place.

use super::{IrcLine, Notice, Request};
use crate::irc::line::Line;
use crate::irc::sasl::{CHUNK, credentials, is_base64};
use crate::log::Command;
use crate::{Name, Text, Token};

/// The commands of IRC all of whose parameters are for nobody's eyes.
const SECRET: [&str; 10] =
    ["PASS", "AUTHENTICATE", "OPER", "IDENTIFY", "NICKSERV", "NS", "CHANSERV", "CS", "AUTHSERV", "REGISTER"];

/// What stands in place of an account and its password by SASL: those of nobody.
const HIDDEN: &str = "AGhpZGRlbgAq";

/// Base64 of stars, for what goes on with a password, or is none.
const STARS: &str = "Kioq";

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
        if is(&["AUTHENTICATE"]) {
            return self.without_credentials(parsed.param(0)?);
        }
        // Whose account it is decides how it goes on.
        let names_account = || parsed.param(1).is_some() && parsed.param(0).and_then(Name::parse).is_some();
        let first_hidden = if is(&["OPER"]) && names_account() {
            1
        } else if is(&SECRET) {
            0
        } else if is(&SAYING) && parsed.param(0).is_some_and(tells_a_service) {
            1
        } else {
            return None;
        };
        let hidden = parsed.param(first_hidden)?;
        let (open, secret) = line.split_at(line.len() - rest_len(line, hidden));
        let mut stars = stars(secret);
        // So does whether there is an account before the password.
        if is(&["PASS"])
            && let Some(colon) = hidden.find(':')
        {
            stars.replace_range(colon..=colon, ":");
        }
        let hidden = [open, &stars].concat();
        self.unless_same(&hidden)
    }

    /// Returns the same without what shows who somebody is, by SASL. It leads to the same as before: what could be an
    /// account and its password still could, also in several chunks, and what could not can't. Only a password that is
    /// not what it seems to be in its first chunk leads elsewhere.
    fn without_credentials(&self, said: &str) -> Option<Self> {
        let line = self.as_str();
        let (open, rest) = line.split_at(line.len() - rest_len(line, said));
        if ["PLAIN", "*", "+"].iter().any(|known| said.eq_ignore_ascii_case(known)) {
            // Nothing belongs behind it, but some clients say all at once.
            return self.unless_same(&[open, said, &stars(&rest[said.len()..])].concat());
        }
        let (is_whole, rest_of_chunk) = (said.len() == CHUNK, CHUNK - HIDDEN.len());
        let hidden = match (credentials(said), is_base64(said)) {
            (Some(_), _) if said.len() < CHUNK => HIDDEN.to_owned(),
            (Some(_), _) if is_whole => [HIDDEN, &STARS.repeat(rest_of_chunk / STARS.len())].concat(),
            (None, true) if said.len() < CHUNK => STARS.to_owned(),
            (None, true) if is_whole => STARS.repeat(CHUNK / STARS.len()),
            // A star alone would call it off.
            _ if said.len() == 1 => "!".to_owned(),
            _ => "*".repeat(said.len()),
        };
        self.unless_same(&[open, &hidden].concat())
    }

    fn unless_same(&self, hidden: &str) -> Option<Self> {
        let hidden = if self.is_utf8() { Self::new(hidden) } else { Self::not_utf8(hidden) };
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
            ("PASS ann:secret:x", "PASS ***:********"),
            ("PASS :ann:secret", "PASS :***:******"),
            ("PASS ann:secret x y", "PASS ***:****** * *"),
            ("PASS x ann:secret", "PASS * **********"),
            ("AUTHENTICATE c2VjcmV0", "AUTHENTICATE Kioq"),
            ("AUTHENTICATE c2VjcmV0!", "AUTHENTICATE *********"),
            ("AUTHENTICATE x", "AUTHENTICATE !"),
            ("AUTHENTICATE PLAIN AGFubgBzd29yZGZpc2g=", "AUTHENTICATE PLAIN ********************"),
            ("AUTHENTICATE + :x y", "AUTHENTICATE + ** *"),
            ("AUTHENTICATE YW5uAGFubgBzZXNhbWU=", "AUTHENTICATE AGhpZGRlbgAq"),
            ("AUTHENTICATE AGhpZGRlbgAq", "AUTHENTICATE AGhpZGRlbgAq"),
            ("@label=1 authenticate :YW5uAGFubgBzZXNhbWU=", "@label=1 authenticate :AGhpZGRlbgAq"),
            ("AUTHENTICATE PLAIN", "AUTHENTICATE PLAIN"),
            ("AUTHENTICATE *", "AUTHENTICATE *"),
            ("OPER ann s\u{e9}cret", "OPER ann *******"),
            ("OPER secret", "OPER ******"),
            ("OPER s,cret x", "OPER ****** *"),
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
    fn a_password_in_several_chunks_is_still_one() {
        let hidden = |said: &str| {
            let hidden = IrcLine::new(&format!("AUTHENTICATE {said}")).without_secrets().expect("it is secret");
            hidden.as_str().trim_start_matches("AUTHENTICATE ").to_owned()
        };
        let first = format!("AGFubgBz{}", "ZXNh".repeat(98));
        let said = [first.as_str(), "bWU="].map(hidden);
        assert_eq!((said[0].len(), said[1].as_str()), (CHUNK, STARS));
        let of = credentials(&said.concat()).expect("it is one").0;
        assert_eq!(Some(&of), credentials(HIDDEN).map(|(name, _)| name).as_ref());
        assert!(!said.concat().contains("ZXNh"));
        // What is none stays none.
        let said = ["ZXNh".repeat(100).as_str(), "bWU="].map(hidden);
        assert_eq!((said[0].len(), credentials(&said.concat())), (CHUNK, None));
        assert!(!said.concat().contains("ZXNh"));
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

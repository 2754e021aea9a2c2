//! Owns masks, by which people are meant who are not named: `nick!user@host`, with stars and question marks.

use std::fmt;

use crate::irc::{HOST, Identity};
use crate::name::Name;

/// Means all people whose name, user and host are as it says, in any case: a star stands for anything, a question mark
/// for one character.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Mask(Box<str>);

impl Mask {
    /// The most bytes of a mask: more than anybody can be called.
    pub const BYTES_MAX: usize = 80;

    /// What stands behind a name in the mask that means everybody who is called so.
    const WHOEVER: &'static str = "!*@*";

    /// Takes a text for a mask, and adds what it lacks as IRC does: `Bob` means `Bob!*@*`, and `bob@host` means
    /// `*!bob@host`.
    ///
    /// # Examples
    /// ```
    /// use chinwag_core::log::Mask;
    ///
    /// let mask = Mask::parse("Bob").expect("it is one");
    /// assert_eq!(mask.as_str(), "Bob!*@*");
    /// assert!(Mask::parse("two words").is_none());
    /// ```
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let is_plain = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b',' | b':');
        if text.is_empty() || text.len() > Self::BYTES_MAX || !text.bytes().all(is_plain) {
            return None;
        }
        let whole = match (text.find('!'), text.find('@')) {
            (Some(sign), Some(at)) if sign < at => text.to_owned(),
            (Some(_), Some(_)) => return None,
            (Some(_), None) => format!("{text}@*"),
            (None, Some(_)) => format!("*!{text}"),
            (None, None) => format!("{text}{}", Self::WHOEVER),
        };
        (whole.len() <= Self::BYTES_MAX).then(|| Self(whole.into()))
    }

    /// Returns the mask of everybody who is called so.
    #[must_use]
    pub fn of(name: &Name) -> Self {
        Self(format!("{name}{}", Self::WHOEVER).into())
    }

    /// Returns the mask as it is written.
    #[must_use]
    pub const fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the only name that it means, if it means whoever has it, and nobody else.
    #[must_use]
    pub fn name(&self) -> Option<Name> {
        self.0.strip_suffix(Self::WHOEVER).and_then(Name::parse)
    }

    /// Tells whether both mean the same, in any case.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        self.0.eq_ignore_ascii_case(&other.0)
    }

    /// Tells whether it means somebody.
    pub(crate) fn means(&self, name: &Name, identity: &Identity) -> bool {
        let Some((nick, rest)) = self.0.split_once('!') else { return false };
        let Some((user, host)) = rest.split_once('@') else { return false };
        matches(nick, name.as_str()) && matches(user, identity.user()) && matches(host, HOST)
    }
}

/// Shows a name where it means one, else all of it.
impl fmt::Display for Mask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.strip_suffix(Self::WHOEVER).unwrap_or(&self.0))
    }
}

/// Tells whether a text is as a pattern says, in any case: a star stands for anything, a question mark for one
/// character. It takes as many steps as both are long, multiplied, at the most.
pub(crate) fn matches(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.as_bytes(), text.as_bytes());
    let (mut at, mut place, mut star) = (0, 0, None);
    while place < text.len() {
        match pattern.get(at) {
            Some(b'*') => {
                star = Some((at, place));
                at += 1;
            }
            Some(&byte) if byte == b'?' || byte.eq_ignore_ascii_case(&text[place]) => {
                at += 1;
                place += 1;
            }
            _ => {
                // What the last star stands for is one longer.
                let Some((star_at, star_place)) = star else { return false };
                star = Some((star_at, star_place + 1));
                (at, place) = (star_at + 1, star_place + 1);
            }
        }
    }
    pattern[at..].iter().all(|&byte| byte == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_stands_for_texts() {
        let cases = [
            ("*", "Ann", true),
            ("a*", "Ann", true),
            ("*n", "Ann", true),
            ("a?n", "Ann", true),
            ("a?", "Ann", false),
            ("*nn*", "Ann", true),
            ("*a*a*", "banana", true),
            ("*b", "Ann", false),
            ("ann", "Ann", true),
            ("", "Ann", false),
            ("**", "", true),
        ];
        for (pattern, text, is_match) in cases {
            assert_eq!(matches(pattern, text), is_match, "{pattern} {text}");
        }
    }

    #[test]
    fn what_a_mask_lacks_is_added_and_it_means_whom_it_says() {
        let cases = [
            ("Bob", Some("Bob!*@*"), true),
            ("bOb!*@*", Some("bOb!*@*"), true),
            ("b*", Some("b*!*@*"), true),
            ("?ob!rob", Some("?ob!rob@*"), true),
            ("rob@chinwag", Some("*!rob@chinwag"), true),
            ("*!*@elsewhere", Some("*!*@elsewhere"), false),
            ("Bobby", Some("Bobby!*@*"), false),
            ("*!bob@*", Some("*!bob@*"), false),
            ("a@b!c", None, false),
            ("", None, false),
            ("a b", None, false),
            ("a,b", None, false),
            (":a", None, false),
            ("zo\u{eb}", None, false),
        ];
        let (bob, identity) = (Name::parse("Bob").expect("a name"), Identity::new("rob", "Bob", false));
        for (text, whole, means_bob) in cases {
            let mask = Mask::parse(text);
            assert_eq!(mask.as_ref().map(Mask::as_str), whole, "{text}");
            assert_eq!(mask.is_some_and(|mask| mask.means(&bob, &identity)), means_bob, "{text}");
        }
        assert_eq!(Mask::of(&bob).to_string(), "Bob");
        assert_eq!(Mask::of(&bob).name(), Some(bob));
        assert_eq!(Mask::parse("b*").expect("a mask").name(), None);
        assert!(Mask::parse(&"*".repeat(Mask::BYTES_MAX)).is_none(), "with the rest it is too long");
    }

    #[test]
    fn a_mask_of_stars_takes_no_longer_than_it_is_long_times_the_name() {
        let pattern = "*a".repeat(40);
        assert!(!matches(&pattern, &"a".repeat(39)) && matches(&pattern, &"a".repeat(40)));
    }
}

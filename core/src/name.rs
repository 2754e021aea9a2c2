//! Owns the rule for names of people and rooms: 2–20 ASCII letters, digits, `-` and `_`, compared without regard to
//! case.

use std::fmt;

use compact_str::CompactString;

/// Names that nobody may have because clients and people tell them secrets: what the services of IRC networks are
/// called, to whom clients send passwords by themselves.
const SERVICES: [&str; 11] = [
    "nickserv", "chanserv", "memoserv", "operserv", "hostserv", "botserv", "saslserv", "userserv", "authserv",
    "global", "services",
];

/// Reserved names: lines of the server begin with these words.
const RESERVED: [&str; 24] = [
    "you",
    "server",
    "rooms",
    "users",
    "name",
    "room",
    "message",
    "messages",
    "unrecognized",
    "topic",
    "ignored",
    "nobody",
    "there",
    "topics",
    "history",
    "try",
    "nothing",
    "the",
    "only",
    "bans",
    "operators",
    "moderation",
    "announcement",
    "password",
];

/// The prefix of names that the server gives when all random ones are taken.
pub(crate) const GUEST: &str = "Guest-";

/// Holds the name of a person or a room, in the case it was given. It is short enough to be held in place.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Name(CompactString);

impl Name {
    /// The fewest characters of a name.
    pub const CHARS_MIN: usize = 2;

    /// The name of the room in which most people begin, and which is always there.
    pub const MAIN: Self = Self(CompactString::const_new("main"));

    /// What the server itself is called where it does something. Nobody else can be.
    pub const SERVER: Self = Self(CompactString::const_new("Server"));

    /// The most characters of a name.
    pub const CHARS_MAX: usize = 20;

    /// Parses a name, if `text` is one.
    ///
    /// # Examples
    /// ```
    /// use chinwag_core::Name;
    ///
    /// assert!(Name::parse("Ann-Marie_2").is_some());
    /// assert!(Name::parse("a").is_none());
    /// assert!(Name::parse("Zoë").is_none());
    /// ```
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let fits = (Self::CHARS_MIN..=Self::CHARS_MAX).contains(&text.len());
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        (fits && text.bytes().all(plain)).then(|| Self(text.into()))
    }

    /// Tells what it has to look like, where it is that of such a thing.
    pub(crate) fn fmt_rule(of: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (min, max) = (Self::CHARS_MIN, Self::CHARS_MAX);
        write!(f, "{of} must be {min} - {max} letters, digits, - or _")
    }

    /// Returns the name as it was given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns a key that is equal for names that differ in case only.
    #[must_use]
    pub fn key(&self) -> NameKey {
        NameKey(self.0.to_ascii_lowercase())
    }

    /// Tells whether nobody may take this name. It would make a line of the server read like something else, or be told
    /// secrets, or it is a guest's name, which only the server gives.
    #[must_use]
    pub fn is_reserved(&self) -> bool {
        let mut words = RESERVED.iter().chain(&SERVICES);
        words.any(|word| self.0.eq_ignore_ascii_case(word)) || self.is_guest()
    }

    /// Tells whether nobody can have this name since clients and people tell it secrets, as they do to the services of
    /// other networks.
    #[must_use]
    pub fn is_told_secrets(&self) -> bool {
        SERVICES.iter().any(|word| self.0.eq_ignore_ascii_case(word))
    }

    fn is_guest(&self) -> bool {
        let Some((start, number)) = self.0.split_at_checked(GUEST.len()) else {
            return false;
        };
        start.eq_ignore_ascii_case(GUEST) && number.bytes().all(|byte| byte.is_ascii_digit())
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Compares and orders names without regard to case.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct NameKey(CompactString);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_2_to_20_ascii_letters_digits_dashes_and_underscores() {
        let cases = [
            ("", false),
            ("a", false),
            ("ab", true),
            ("A-_9", true),
            ("12345678901234567890", true),
            ("123456789012345678901", false),
            ("with space", false),
            (" ab", false),
            ("ab\t", false),
            ("dot.ted", false),
            ("naïve", false),
            ("émile", false),
            ("日本", false),
            ("😀😀", false),
            ("a/b", false),
            ("a:b", false),
            ("a@b", false),
            ("a[b", false),
            ("a`b", false),
            ("a{b", false),
            ("ZZ", true),
            ("00", true),
            ("--", true),
            ("__", true),
        ];
        for (text, valid) in cases {
            assert_eq!(Name::parse(text).is_some(), valid, "{text:?}");
        }
    }

    #[test]
    fn names_that_read_like_the_server_are_reserved_in_any_case() {
        let cases = [
            ("You", true),
            ("SERVER", true),
            ("rooms", true),
            ("Users", true),
            ("unrecognized", true),
            ("Guest-7", true),
            ("gUEST-", true),
            ("NickServ", true),
            ("chanserv", true),
            ("Guest-7a", false),
            ("Guest", false),
            ("Your", false),
            ("Ann", false),
        ];
        for (text, reserved) in cases {
            let name = Name::parse(text).expect("the case is a name");
            assert_eq!(name.is_reserved(), reserved, "{text}");
        }
    }

    #[test]
    fn names_that_differ_only_in_case_have_one_key() {
        let key = |text| Name::parse(text).expect("the case is a name").key();
        assert_eq!(key("Ann_B-1"), key("aNN_b-1"));
        assert_ne!(key("Ann"), key("Anna"));
    }
}

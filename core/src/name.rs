//! Owns the rule for names: ASCII letters, digits, `-` and `_`, 2–20 for people and 2–32 for rooms, compared without
//! regard to case.

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

/// Holds the name of a person or a room, in the case it was given. Up to 24 characters are held in place: all that a
/// person's can have.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Name(CompactString);

impl Name {
    /// The fewest characters of a name.
    pub const CHARS_MIN: usize = 2;

    /// The name of the room in which most people begin, and which is always there.
    pub const MAIN: Self = Self(CompactString::const_new("main"));

    /// What the server itself is called where it does something. Nobody else can be.
    pub const SERVER: Self = Self(CompactString::const_new("Server"));

    /// The most characters of a person's name.
    pub const CHARS_MAX: usize = 20;

    /// The most characters of a room's name.
    pub const ROOM_CHARS_MAX: usize = 32;

    /// Parses the name of a person, if `text` is one.
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
        Self::within(text, Self::CHARS_MAX)
    }

    /// Parses the name of a room, if `text` is one.
    ///
    /// # Examples
    /// ```
    /// use chinwag_core::Name;
    ///
    /// assert!(Name::parse_room("everything_about_pizza_and_wine").is_some());
    /// assert!(Name::parse("everything_about_pizza_and_wine").is_none());
    /// ```
    #[must_use]
    pub fn parse_room(text: &str) -> Option<Self> {
        Self::within(text, Self::ROOM_CHARS_MAX)
    }

    fn within(text: &str, chars_max: usize) -> Option<Self> {
        let fits = (Self::CHARS_MIN..=chars_max).contains(&text.len());
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        (fits && text.bytes().all(plain)).then(|| Self(text.into()))
    }

    /// Tells what a person's has to look like.
    pub(crate) fn fmt_rule(f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Name must be {} - {} letters, digits, - or _", Self::CHARS_MIN, Self::CHARS_MAX)
    }

    /// Tells what a room's has to look like.
    pub(crate) fn fmt_room_rule(f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Room must be {} - {} letters, digits, - or _", Self::CHARS_MIN, Self::ROOM_CHARS_MAX)
    }

    /// Returns the name as it was given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns a key that is equal for names that differ in case only.
    #[must_use]
    pub fn key(&self) -> NameKey {
        let mut key = [0; Self::ROOM_CHARS_MAX];
        let key_of = &mut key[..self.0.len()];
        key_of.copy_from_slice(self.0.as_bytes());
        key_of.make_ascii_lowercase();
        NameKey(key)
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

/// Compares and orders names without regard to case. Behind the letters it has zeros, which no name has.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct NameKey([u8; Name::ROOM_CHARS_MAX]);

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
            assert!(!valid || Name::parse_room(text).is_some(), "{text:?}");
        }
    }

    #[test]
    fn a_room_has_up_to_32_of_the_same() {
        for (len, valid) in [(1, false), (2, true), (20, true), (21, true), (32, true), (33, false)] {
            assert_eq!(Name::parse_room(&"r".repeat(len)).is_some(), valid, "{len}");
        }
        assert!(Name::parse_room("#pizza").is_none());
    }

    #[test]
    fn keys_have_the_order_of_the_names_in_small_letters() {
        let mut names = ["pizza", "Pizza-2", "PIZZ", "pizz_", "zz", "everything_about_pizza_and_wine_"]
            .map(|text| Name::parse_room(text).expect("the case is a name"));
        names.sort_by_key(Name::key);
        assert!(names.map(|name| name.as_str().to_ascii_lowercase()).is_sorted());
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

//! Owns the rule for topics: one line of text that shows something, and fits into a line of IRC.

use crate::text::{Text, is_blank};

/// Holds what a room is about. A clone costs nothing.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Topic(Text);

/// Says why a text is no topic.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct TooLong;

impl Topic {
    /// The most bytes of a topic, in UTF-8. A line of IRC has 512 bytes, of which up to 107 say who set it and where.
    pub const BYTES_MAX: usize = 390;

    /// What a room without a topic is said to have. So who sets this removes it.
    pub(crate) const NONE: &str = "none";

    /// Takes a text for a topic: for none if it is blank, or says so.
    pub(crate) fn parse(text: &str) -> Result<Option<Self>, TooLong> {
        let text = Text::clean(text);
        if is_blank(text.as_str()) || text.as_str().eq_ignore_ascii_case(Self::NONE) {
            return Ok(None);
        }
        if text.as_str().len() > Self::BYTES_MAX { Err(TooLong) } else { Ok(Some(Self(text))) }
    }

    /// Takes a clean text for a topic, if it can be one: what [`as_str`](Self::as_str) returns.
    #[must_use]
    pub fn of(text: &str) -> Option<Self> {
        let is_clean = Text::clean(text).as_str() == text;
        Self::parse(text).ok().flatten().filter(|_| is_clean)
    }

    /// Returns the text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_topic_is_clean_shows_something_and_is_no_longer_than_a_line_of_irc() {
        let longest = "é".repeat(Topic::BYTES_MAX / 2);
        let cases = [
            ("pizza at eight", Ok(Some("pizza at eight"))),
            ("a\tb\u{1b}[2J", Ok(Some("a b"))),
            ("", Ok(None)),
            ("\u{200b} ", Ok(None)),
            ("none", Ok(None)),
            ("None", Ok(None)),
            ("none of it", Ok(Some("none of it"))),
            (&longest, Ok(Some(&longest))),
        ];
        for (text, topic) in cases {
            let parsed = Topic::parse(text);
            assert_eq!(
                parsed.as_ref().map(|topic| topic.as_ref().map(Topic::as_str)),
                topic.as_ref().map(|t| *t),
                "{text}"
            );
        }
        assert_eq!(Topic::parse(&format!("{longest}x")), Err(TooLong));
        assert_eq!(Topic::of("a\tb"), None);
        assert_eq!(Topic::of("none"), None);
        assert_eq!(Topic::of("pizza").as_ref().map(Topic::as_str), Some("pizza"));
    }

    #[test]
    fn debug_hides_what_a_room_is_about() {
        assert_eq!(format!("{:?}", Topic::of("secret")), "Some(Topic(Text(6 bytes)))");
    }
}

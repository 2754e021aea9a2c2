//! Owns how something is said by IRC, besides what it is.

use std::fmt;
use std::sync::Arc;

use super::identity::Identity;

/// Tells who says something by IRC, besides their name, and how. What comes by another door has none.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Manner {
    /// Who says it.
    pub identity: Identity,
    /// How.
    pub how: How,
    /// What stands before it for other clients.
    pub tags: Option<Tags>,
}

/// Tells how something is said.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum How {
    /// As people do.
    #[default]
    Say,
    /// As of a third person.
    Act,
    /// As programs do: nothing answers it.
    Notice,
    /// To a client, by the client-to-client protocol: it asks for something.
    Ask,
    /// By the same, as an answer.
    Answer,
}

impl How {
    /// Tells whether nothing may be answered to it, not even that it failed.
    #[must_use]
    pub const fn is_notice(self) -> bool {
        matches!(self, Self::Notice | Self::Answer)
    }

    /// Tells whether it is for a client rather than for people.
    #[must_use]
    pub const fn is_for_clients(self) -> bool {
        matches!(self, Self::Ask | Self::Answer)
    }
}

/// Holds the tags that clients send each other, as they came: those that begin with a plus sign.
///
/// Its `Debug` hides them, so that no log shows by accident what people say. A clone costs nothing.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tags(Arc<str>);

impl Tags {
    /// The most bytes of tags, as IRC's `message-tags` says.
    pub const BYTES_MAX: usize = 4094;

    /// Takes those of a line that are for other clients, if there are any.
    #[must_use]
    pub fn for_clients(tags: &str) -> Option<Self> {
        let is_kept = |tag: &&str| tag.len() > 1 && tag.starts_with('+') && !tag.contains(char::is_control);
        let kept: Vec<_> = tags.split(';').filter(is_kept).collect();
        (!kept.is_empty()).then(|| Self(kept.join(";").into()))
    }

    /// Tells whether they are to be kept (<https://ircv3.net/specs/client-tags/persist>).
    #[must_use]
    pub fn persist(&self) -> bool {
        self.0.split(';').any(|tag| tag == "+draft/persist" || tag.starts_with("+draft/persist="))
    }

    /// Returns them, with semicolons between them.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Tags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Tags({} bytes)", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_tags_for_clients_are_passed_on() {
        let cases = [
            ("+a=b;time=x;+draft/reply=1", Some("+a=b;+draft/reply=1")),
            ("time=x;label=2", None),
            ("", None),
            ("+", None),
            ("+a;;+b=", Some("+a;+b=")),
        ];
        for (tags, kept) in cases {
            assert_eq!(Tags::for_clients(tags).as_ref().map(Tags::as_str), kept);
        }
        assert_eq!(format!("{:?}", Tags::for_clients("+a=b")), "Some(Tags(4 bytes))");
    }
}

//! Owns the capabilities of IRC that the server has (<https://ircv3.net/registry>), and which of them a client wants.

use std::fmt;

macro_rules! capabilities {
    ($($(#[$about:meta])* $constant:ident = $name:literal;)*) => {
        /// Holds capabilities that a client has asked for, and was granted.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
        pub struct Capabilities(u32);

        /// Counts them.
        #[repr(u32)]
        #[allow(non_camel_case_types, clippy::upper_case_acronyms, reason = "they are named as their constants")]
        enum Place { $($constant,)* }

        impl Capabilities {
            $($(#[$about])* pub const $constant: Self = Self(1 << Place::$constant as u32);)*

            /// All that the server has, by the names by which they are asked for.
            pub(crate) const ALL: &[(&str, Self)] = &[$(($name, Self::$constant)),*];
        }
    };
}

capabilities! {
    /// Be told when somebody logs in.
    ACCOUNT_NOTIFY = "account-notify";
    /// Be told when somebody is away.
    AWAY_NOTIFY = "away-notify";
    /// Be told what belongs together.
    BATCH = "batch";
    /// Be told of new capabilities.
    CAP_NOTIFY = "cap-notify";
    /// Be told when somebody's user or host changes.
    CHGHOST = "chghost";
    /// Be sent what one says oneself.
    ECHO_MESSAGE = "echo-message";
    /// Be told more of who joins.
    EXTENDED_JOIN = "extended-join";
    /// Be told more of whose names are monitored.
    EXTENDED_MONITOR = "extended-monitor";
    /// Be told who is invited.
    INVITE_NOTIFY = "invite-notify";
    /// Be told to which line an answer belongs.
    LABELED_RESPONSE = "labeled-response";
    /// Be sent tags.
    MESSAGE_TAGS = "message-tags";
    /// See all signs of somebody's rank.
    MULTI_PREFIX = "multi-prefix";
    /// See no names on joining.
    NO_IMPLICIT_NAMES = "no-implicit-names";
    /// Be told when something was said.
    SERVER_TIME = "server-time";
    /// Be told when somebody's real name changes.
    SETNAME = "setname";
    /// Be told of faults in words for people.
    STANDARD_REPLIES = "standard-replies";
    /// See user and host in lists of names.
    USERHOST_IN_NAMES = "userhost-in-names";
    /// Ask what was said before one came.
    CHATHISTORY = "draft/chathistory";
    /// Be told with each line by which account its sender has logged in.
    ACCOUNT_TAG = "account-tag";
    /// Be told also what happened before one came, besides what was said.
    EVENT_PLAYBACK = "draft/event-playback";
}

impl Capabilities {
    /// Returns the one that has this name, if the server has it.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(other, _)| *other == name).map(|&(_, capability)| capability)
    }

    /// Tells whether all of these are among them.
    #[must_use]
    pub const fn has(self, others: Self) -> bool {
        self.0 & others.0 == others.0
    }

    /// Returns these and those.
    #[must_use]
    pub const fn with(self, others: Self) -> Self {
        Self(self.0 | others.0)
    }

    /// Returns these without those.
    #[must_use]
    pub const fn without(self, others: Self) -> Self {
        Self(self.0 & !others.0)
    }

    /// Returns them as one number, each a bit of it, in the order in which the server got them.
    #[must_use]
    pub const fn bits(self) -> u32 {
        self.0
    }

    /// Makes them of such a number, if it has no other bits.
    #[must_use]
    pub const fn from_bits(bits: u32) -> Option<Self> {
        if bits >> Self::ALL.len() == 0 { Some(Self(bits)) } else { None }
    }
}

/// Writes their names, with blanks between them.
impl fmt::Display for Capabilities {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = Self::ALL.iter().filter(|(_, capability)| self.has(*capability));
        names.enumerate().try_for_each(|(place, (name, _))| {
            let separator = if place == 0 { "" } else { " " };
            write!(f, "{separator}{name}")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_capability_has_a_bit_and_a_name() {
        for (place, &(name, capability)) in Capabilities::ALL.iter().enumerate() {
            assert_eq!(capability.bits(), 1 << place);
            assert_eq!(Capabilities::named(name), Some(capability));
            assert_eq!(capability.to_string(), name);
        }
        let both = Capabilities::BATCH.with(Capabilities::AWAY_NOTIFY);
        assert_eq!(both.to_string(), "away-notify batch");
        assert_eq!(both.without(Capabilities::BATCH), Capabilities::AWAY_NOTIFY);
        assert_eq!(Capabilities::from_bits(both.bits()), Some(both));
        assert_eq!(Capabilities::from_bits(u32::MAX), None);
        assert_eq!(Capabilities::named("sasl"), None);
    }
}

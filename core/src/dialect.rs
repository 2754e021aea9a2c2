//! Owns what is known of the program that somebody uses, and how its lines end.

use crate::irc::Capabilities;

/// Tells what is known of the program that somebody uses. Of those who send lines it is learned from what they send,
/// and only grows: each is greater than those before it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum Dialect {
    /// Nothing: lines end in a line feed, as those of nc do, and are answered so.
    #[default]
    Lf,
    /// It ends lines with a carriage return, alone or with something behind it, or has sent a command of telnet: its
    /// lines go out with CR LF.
    CrLf,
    /// It has negotiated an option of telnet: its lines go out with CR LF, and it understands telnet's commands (RFC
    /// 854).
    Telnet,
    /// It speaks IRC, and was granted what changes how it is told what many are told.
    Irc(IrcDialect),
}

/// Tells how a client of IRC is told what many are told.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct IrcDialect {
    /// Which tags it is sent.
    pub tags: IrcTags,
    /// It is told the real name of who joins.
    pub extends_joins: bool,
    /// It is told with each line by which account its sender has logged in.
    pub tags_accounts: bool,
}

/// Tells which tags a client of IRC is sent.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum IrcTags {
    /// None.
    #[default]
    None,
    /// When something was said.
    Time,
    /// What tells messages apart, and what clients send each other.
    Message,
    /// All of these.
    All,
}

impl IrcDialect {
    /// All of them, each in its place.
    pub(crate) const ALL: [Self; 16] = {
        let mut all = [Self { tags: IrcTags::None, extends_joins: false, tags_accounts: false }; 16];
        let mut place = 0;
        while place < all.len() {
            all[place].tags = [IrcTags::None, IrcTags::Time, IrcTags::Message, IrcTags::All][place / 2 % 4];
            all[place].extends_joins = place % 2 == 1;
            all[place].tags_accounts = place >= 8;
            place += 1;
        }
        all
    };

    /// Returns its place among all.
    pub(crate) const fn place(self) -> u8 {
        8 * self.tags_accounts as u8 + 2 * self.tags as u8 + self.extends_joins as u8
    }
}

impl IrcTags {
    /// Tells whether the time is among them.
    pub(crate) const fn has_time(self) -> bool {
        matches!(self, Self::Time | Self::All)
    }

    /// Tells whether others than the time are among them.
    pub(crate) const fn has_message(self) -> bool {
        matches!(self, Self::Message | Self::All)
    }
}

impl Capabilities {
    /// Returns how a client that has these is told what many are told.
    pub(crate) const fn dialect(self) -> Dialect {
        let tags = match (self.has(Self::SERVER_TIME), self.has(Self::MESSAGE_TAGS)) {
            (false, false) => IrcTags::None,
            (true, false) => IrcTags::Time,
            (false, true) => IrcTags::Message,
            (true, true) => IrcTags::All,
        };
        let (extends_joins, tags_accounts) = (self.has(Self::EXTENDED_JOIN), self.has(Self::ACCOUNT_TAG));
        Dialect::Irc(IrcDialect { tags, extends_joins, tags_accounts })
    }
}

/// Tells how the lines end that somebody is sent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum LineEnd {
    /// In a line feed.
    Lf,
    /// In a carriage return and a line feed.
    CrLf,
}

impl LineEnd {
    /// Returns the end that a program can do with of which this is known.
    pub(crate) const fn of(dialect: Dialect) -> Self {
        match dialect {
            Dialect::Lf => Self::Lf,
            Dialect::CrLf | Dialect::Telnet | Dialect::Irc(_) => Self::CrLf,
        }
    }

    /// Returns how many bytes it has more than a line feed.
    pub(crate) const fn more_bytes(self) -> usize {
        match self {
            Self::Lf => 0,
            Self::CrLf => 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_dialect_adds_to_the_one_before() {
        assert!(Dialect::Lf < Dialect::CrLf && Dialect::CrLf < Dialect::Telnet);
    }

    #[test]
    fn each_dialect_of_irc_is_in_its_place() {
        for (place, dialect) in (0..).zip(IrcDialect::ALL) {
            assert_eq!(dialect.place(), place);
        }
    }
}

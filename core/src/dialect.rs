//! Owns what is known of the program that somebody sends lines with, and how its lines end.

/// Tells what is known of the program that somebody sends lines with. It is learned from what they send, and only
/// grows: each is greater than those before it.
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
            Dialect::CrLf | Dialect::Telnet => Self::CrLf,
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
}

//! Owns the names of the forms in which a connection is spoken to, and of the encodings that come of them.

/// Tells how a connection speaks and is spoken to: by the kind of the listener it came to.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum Form {
    /// Lines of text, as telnet and nc have them.
    #[default]
    Lines,
    /// HTTP, and `WebSocket` messages with an object of JSON each, as a browser has them.
    Web,
}

impl Form {
    /// Both.
    #[cfg(test)]
    pub(crate) const ALL: [Self; 2] = [Self::Lines, Self::Web];
}

/// Tells what is known of the program that somebody sends lines with. It is learned from what they send, and only grows: each is greater
/// than those before it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum Dialect {
    /// Nothing: lines end in a line feed, as those of nc do, and are answered so.
    #[default]
    Lf,
    /// It ends lines with a carriage return, alone or with something behind it, or has sent a command of telnet: its lines go out with CR LF.
    CrLf,
    /// It has negotiated an option of telnet: its lines go out with CR LF, and it understands telnet's commands (RFC 854).
    Telnet,
}

/// Names what a message is made into for a connection: all of a room's members with the same encoding are given the same bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Encoding {
    /// Lines with such an end.
    Lines(LineEnd),
    /// Frames of a `WebSocket`.
    Frames,
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

impl Default for Encoding {
    fn default() -> Self {
        Self::Lines(LineEnd::Lf)
    }
}

impl Encoding {
    /// How many there are.
    pub(crate) const COUNT: usize = 3;

    /// All of them, each in the place that [`index`](Self::index) tells.
    pub(crate) const ALL: [Self; Self::COUNT] = [Self::Lines(LineEnd::Lf), Self::Lines(LineEnd::CrLf), Self::Frames];

    /// Returns what is spoken to a connection of this form and dialect. Browsers have no dialects.
    pub(crate) const fn of(form: Form, dialect: Dialect) -> Self {
        match (form, dialect) {
            (Form::Lines, dialect) => Self::Lines(LineEnd::of(dialect)),
            (Form::Web, _) => Self::Frames,
        }
    }

    /// Returns its place among all.
    pub(crate) const fn index(self) -> usize {
        match self {
            Self::Lines(LineEnd::Lf) => 0,
            Self::Lines(LineEnd::CrLf) => 1,
            Self::Frames => 2,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_encoding_is_in_its_place_and_each_dialect_adds_to_the_one_before() {
        for (index, encoding) in Encoding::ALL.into_iter().enumerate() {
            assert_eq!(encoding.index(), index);
        }
        assert!(Dialect::Lf < Dialect::CrLf && Dialect::CrLf < Dialect::Telnet);
    }
}

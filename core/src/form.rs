//! Owns the names of the forms in which a connection is spoken to.

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
    /// How many there are.
    pub(crate) const COUNT: usize = 2;

    /// All of them, each in the place that [`index`](Self::index) tells.
    pub(crate) const ALL: [Self; Self::COUNT] = [Self::Lines, Self::Web];

    /// Returns its place among all.
    pub(crate) const fn index(self) -> usize {
        self as usize
    }
}

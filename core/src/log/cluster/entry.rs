//! Owns the words that servers say to each other in the log.

/// Names one life of a server: another number each time it joins, drawn at random.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct WriterId(pub(super) u64);

impl WriterId {
    /// Makes the name of a life from a random number.
    #[must_use]
    pub const fn new(number: u64) -> Self {
        Self(number)
    }

    /// Returns the number.
    #[must_use]
    pub const fn number(self) -> u64 {
        self.0
    }
}

/// Names one entry, wherever it stands in the log.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct EntryId {
    /// Who wrote it.
    pub writer: WriterId,
    /// Which of its entries: the first is 1. Those that only concern an epoch have numbers of their own, from 2⁶³ on.
    pub seq: u64,
}

/// Holds what one server says in the log at once. `E` is what it says of its people, such as an
/// [`Event`](crate::log::Event).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Entry<E> {
    /// Which entry it is.
    pub id: EntryId,
    /// When it was made by its writer's clock, in milliseconds since 1970. It is shown, and decides nothing.
    pub sent_ms: u64,
    /// What it says.
    pub content: Content<E>,
}

/// Says what an entry is for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Content<E> {
    /// A server wants to be one of them. It counts if nobody has that number, and the rules are those of the others.
    Joined {
        /// Which number it wants to have: that of its connections.
        server: u8,
        /// A digest of its rules.
        rules: u64,
    },
    /// What has happened on a server, in this order.
    Events(Vec<E>),
    /// A server lives: it says so every second.
    Heartbeat {
        /// What it was at the mark that it came by last.
        mark: Option<Mark>,
        /// How many entries it had applied. Only logs of long ago lack it.
        applied: Option<u64>,
    },
    /// Every server is to look what it is at this place, and says so in its next heartbeat.
    Mark,
    /// Another server has been silent for too long. It counts if that has said nothing since.
    Gone {
        /// Which life.
        writer: WriterId,
        /// The last entry of it that was heard.
        seq: u64,
    },
    /// The server that says this is going.
    Left,
    /// An epoch begins.
    Open {
        /// Which process of the engine it belongs to.
        engine: u64,
    },
    /// How many entries a server has applied, of all epochs.
    Report {
        /// How many.
        applied: u64,
    },
    /// No more reports count. Whoever has reported most appends what the log lacks.
    Close {
        /// How many entries the server that says this has applied.
        applied: u64,
    },
    /// Entries that the log lacks, as they were, in their order.
    Again(Vec<Entry<E>>),
    /// Nothing is lacking any more.
    Ready {
        /// How many entries whoever refilled has applied.
        applied: u64,
        /// A digest of their names in their order.
        chain: u64,
    },
}

/// Says what the chat of a server is at a place of the log.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Mark {
    /// After how many entries.
    pub applied: u64,
    /// A digest of the chat.
    pub digest: u64,
}

impl<E> Content<E> {
    /// Tells whether it concerns its epoch only. It is not counted, nor repeated in another.
    pub(super) const fn is_of_epoch(&self) -> bool {
        match self {
            Self::Open { .. } | Self::Report { .. } | Self::Close { .. } | Self::Again(_) | Self::Ready { .. } => true,
            Self::Joined { .. }
            | Self::Events(_)
            | Self::Heartbeat { .. }
            | Self::Mark
            | Self::Gone { .. }
            | Self::Left => false,
        }
    }
}

//! Owns what is asked for without a line, in its place among the lines: by telnet, by what was over the limit, or by
//! what is no chat.

use std::collections::VecDeque;

use crate::{Dialect, Notice, OtherProtocol};

/// Names what is asked for without a line.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Mark {
    /// More is known of the program that the lines come from.
    Speak(Dialect),
    /// An option of telnet is to be refused.
    Refuse(u8),
    AreYouThere,
    /// A line was over the limit.
    TooLong,
    /// What comes first is no chat. Nothing comes after it.
    WrongProtocol(OtherProtocol),
}

/// Holds marks in their order, each with the place of the line that comes after it. As long as there are none, as
/// nearly always, it takes no more than a pointer.
#[derive(Debug, Default)]
#[expect(clippy::box_collection, reason = "who has none, as nearly all, keeps a pointer and no more")]
pub(crate) struct Marks(Option<Box<VecDeque<(u32, Mark)>>>);

impl Marks {
    pub(crate) fn push(&mut self, place: usize, mark: Mark) {
        let place = u32::try_from(place).expect("what is held of one connection is far less");
        self.0.get_or_insert_default().push_back((place, mark));
    }

    /// Returns the first, and the place of the line after it.
    pub(crate) fn first(&self) -> Option<(usize, Mark)> {
        self.0.as_ref()?.front().map(|&(place, mark)| (place as usize, mark))
    }

    /// Tells whether one stands for a line that was too long.
    pub(crate) fn has_too_long(&self) -> bool {
        self.0.as_ref().is_some_and(|marks| marks.iter().any(|(_, mark)| matches!(mark, Mark::TooLong)))
    }

    pub(crate) fn pop(&mut self) {
        self.retain(|marks| {
            marks.pop_front();
        });
    }

    /// Takes away what is known of the program that the lines come from.
    pub(crate) fn forget_dialects(&mut self) {
        self.retain(|marks| marks.retain(|(_, mark)| !matches!(mark, Mark::Speak(_))));
    }

    /// Moves all places so many bytes to the front.
    pub(crate) fn move_up(&mut self, bytes: usize) {
        for (place, _) in self.0.iter_mut().flat_map(|marks| marks.iter_mut()) {
            *place -= u32::try_from(bytes).expect("no place is less");
        }
    }

    pub(crate) fn held_bytes(&self) -> usize {
        self.0.as_ref().map_or(0, |marks| marks.capacity() * size_of::<(u32, Mark)>())
    }

    fn retain(&mut self, change: impl FnOnce(&mut VecDeque<(u32, Mark)>)) {
        let Some(marks) = self.0.as_mut() else { return };
        change(marks);
        if marks.is_empty() {
            self.0 = None;
        }
    }
}

impl Mark {
    pub(crate) const fn notice(self) -> Notice {
        match self {
            Self::Speak(dialect) => Notice::Speak(dialect),
            Self::Refuse(option) => Notice::Refuse(option),
            Self::AreYouThere => Notice::AreYouThere,
            Self::TooLong => Notice::TooLong,
            Self::WrongProtocol(protocol) => Notice::WrongProtocol(protocol),
        }
    }
}

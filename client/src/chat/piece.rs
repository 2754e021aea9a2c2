//! Pieces of text of one look, of which rows are made.

use std::borrow::Cow;

/// What a piece of text is, and so how it looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Stamp,
    /// Somebody's name, in this colour.
    Name(u8),
    MyName,
    Text,
    /// The user's name, in what somebody else says, or that it is said to the user alone.
    Mention,
    /// What was said before.
    Earlier,
    Told,
    Remark,
}

/// Text of one look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Piece<'a> {
    pub(super) role: Role,
    pub(super) text: Cow<'a, str>,
}

impl<'a> Piece<'a> {
    pub(super) fn new(role: Role, text: impl Into<Cow<'a, str>>) -> Self {
        Self { role, text: text.into() }
    }
}

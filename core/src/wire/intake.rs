//! Owns what has come from a connection until it is asked for, and whether more will come.

use super::decode::Decode;

#[derive(Debug)]
pub(crate) struct Intake<D> {
    pub(crate) decoder: D,
    /// No more comes.
    pub(crate) end: Option<End>,
    /// How many bytes have come since that was last set to 0.
    pub(crate) new_bytes: u32,
}

/// Tells how a connection has ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum End {
    /// What came last was a wish to leave.
    Quit,
    /// Nothing more was sent.
    Closed,
}

impl<D> Intake<D> {
    pub(crate) const fn new(decoder: D) -> Self {
        Self { decoder, end: None, new_bytes: 0 }
    }

    /// Handles that no more bytes will come.
    pub(crate) const fn handle_end(&mut self) {
        if self.end.is_none() {
            self.end = Some(End::Closed);
        }
    }

    pub(crate) fn map<E>(self, decoder: impl FnOnce(D) -> E) -> Intake<E> {
        Intake { decoder: decoder(self.decoder), end: self.end, new_bytes: self.new_bytes }
    }
}

impl<D: Decode> Intake<D> {
    /// Takes bytes that have come. What comes after the end is ignored.
    pub(crate) fn handle_bytes(&mut self, bytes: &[u8]) {
        if self.end.is_some() {
            return;
        }
        if self.decoder.handle_bytes(bytes).is_break() {
            self.end = Some(End::Quit);
        }
        self.new_bytes = self.new_bytes.saturating_add(u32::try_from(bytes.len()).unwrap_or(u32::MAX));
    }
}

//! Owns the law of replies: what comes of a request is no longer than was counted for it.

use bytes::BytesMut;

use super::Hub;
use crate::action::Action;
use crate::ids::ConnectionId;
use crate::message::Message;
use crate::wire::{Encoding, Form};

impl<S> Hub<S> {
    /// Does what a request asks for. In a build for debugging, what a connection of this server is answered is held
    /// against what was counted.
    pub(super) fn keep_within(&mut self, connection: ConnectionId, bytes_max: usize, act: impl FnOnce(&mut Self)) {
        let before = self.chat.actions().len();
        act(self);
        if cfg!(debug_assertions)
            && let Some(form) = self.connections.form(connection)
        {
            assert_within(bytes_max, connection, form, self.chat.actions().range(before..));
        }
    }
}

/// Holds what came of a request against what was counted for it.
///
/// # Panics
/// If the replies are longer, in any encoding of the form, with the notice that may go before them.
fn assert_within<'a>(
    bytes_max: usize,
    connection: ConnectionId,
    form: Form,
    actions: impl Iterator<Item = &'a Action> + Clone,
) {
    for encoding in Encoding::ALL.into_iter().filter(|encoding| encoding.form() == form) {
        let mut out = BytesMut::new();
        for action in actions.clone() {
            if let Action::Reply { connection: to, message } = action
                && *to == connection
            {
                encoding.encode(message, &mut out, |_| {});
            }
        }
        if !out.is_empty() {
            encoding.encode(&Message::Dropped { count: u64::from(u32::MAX) }, &mut out, |_| {});
        }
        assert!(out.len() <= bytes_max, "{} bytes of replies, {bytes_max} were counted: {out:?}", out.len());
    }
}

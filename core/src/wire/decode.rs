//! Owns what finds what a connection has sent has to be able to do, whatever its form. The defaults are what most do.

use std::ops::ControlFlow;

use super::asking::Given;
use crate::asked::Asked;
use crate::dialect::Dialect;
use crate::texts::Saying;
use crate::time::Time;

/// Finds what was sent among the bytes of a connection: it has found the next thing, or waits for more.
pub(crate) trait Decode {
    /// Takes bytes that have come. Tells whether more may come: else the last was a wish to leave.
    fn handle_bytes(&mut self, bytes: &[u8]) -> ControlFlow<()>;

    fn has_found(&self) -> bool;

    /// Takes what was found and what follows it, as far as it says something, can be taken together, and may pass. It
    /// is added to `saying`. Returns how many messages there are.
    fn say_plain(&mut self, _: &mut Saying, _: impl FnMut() -> bool) -> usize {
        0
    }

    /// Takes what was found for what it asks for; what it says is added to `saying`.
    fn ask(&self, saying: &mut Saying) -> Asked;

    /// Takes what was found for a password.
    fn given(&self) -> Given {
        Given::Nothing
    }

    /// Tells whether what was found costs nothing.
    fn is_free(&self) -> bool {
        false
    }

    /// Goes past what was found, and was blank or not.
    fn pass(&mut self, is_blank: bool);

    /// Lets go of the memory of what was passed.
    fn forget_passed(&mut self);

    /// Tells whether something has come that shows that somebody is there, and it is time to say so.
    fn shows_life(&mut self, _: Time) -> bool {
        false
    }

    fn held_bytes(&self) -> usize;

    /// Returns what is known of the program that it comes from.
    fn dialect(&self) -> Dialect {
        Dialect::default()
    }

    /// Returns the same, and asks for it no more.
    fn take_dialect(&mut self) -> Dialect {
        Dialect::default()
    }

    /// Returns what is held of what was handed in.
    #[cfg(test)]
    fn held(&self) -> &[u8];
}

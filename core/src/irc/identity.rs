//! Owns who somebody is, besides their name, to those who come by IRC.

use std::sync::Arc;

use super::HOST;
use crate::name::Name;
use crate::text::Text;

/// Tells who somebody is, besides their name: their user, their real name, and whether they are a program.
///
/// Whoever comes by another door has at most an account, and seems to be a user of their own name. A clone costs
/// nothing.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Identity(Option<Arc<Known>>);

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
struct Known {
    /// The user, and the real name behind it: everybody who comes by IRC has both.
    names: Box<str>,
    user_len: u8,
    is_bot: bool,
    /// By which account they have logged in.
    account: Option<Name>,
}

impl Known {
    fn new(user: &str, real_name: &str, is_bot: bool) -> Self {
        let user_len = u8::try_from(user.len()).expect("it is as long as it may be");
        Self { names: [user, real_name].concat().into(), user_len, is_bot, account: None }
    }

    /// Tells whether they have said what they are called.
    const fn is_named(&self) -> bool {
        self.user_len > 0
    }

    fn split(&self) -> (&str, &str) {
        self.names.split_at(self.user_len.into())
    }
}

impl Identity {
    /// The most characters of a user, as `USERLEN` says.
    pub const USER_CHARS_MAX: usize = 10;

    /// The most bytes of a real name, as `NAMELEN` says.
    pub const REAL_NAME_BYTES_MAX: usize = 150;

    /// What the user of those is called who have no identity, or none that could be shown.
    const NO_USER: &'static str = "user";

    /// Makes an identity. Of the user only so many ASCII letters, digits, `-`, `_` and `.` are kept as it may have; of
    /// the real name so many bytes, up to a character's end.
    #[must_use]
    pub fn new(user: &str, real_name: &str, is_bot: bool) -> Self {
        let is_kept = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        let kept: String = user.chars().filter(is_kept).take(Self::USER_CHARS_MAX).collect();
        let user = if kept.is_empty() { Self::NO_USER } else { &kept };
        let real_name = Text::clean(&real_name[..real_name.floor_char_boundary(Self::REAL_NAME_BYTES_MAX)]);
        Self(Some(Arc::new(Known::new(user, real_name.as_str(), is_bot))))
    }

    /// Returns who is known by their account alone.
    #[must_use]
    pub fn of_account(account: Option<&Name>) -> Self {
        let known = |account: &Name| Known { account: Some(account.clone()), ..Known::new("", "", false) };
        Self(account.map(known).map(Arc::new))
    }

    /// Tells whether they have said what their user and their real name are, as all do who come by IRC.
    #[must_use]
    pub fn is_named(&self) -> bool {
        self.named().is_some()
    }

    fn named(&self) -> Option<&Known> {
        self.0.as_deref().filter(|known| known.is_named())
    }

    /// Returns the user.
    #[must_use]
    pub fn user(&self) -> &str {
        self.named().map_or(Self::NO_USER, |known| known.split().0)
    }

    /// Returns the real name of who is called so.
    #[must_use]
    pub fn real_name<'a>(&'a self, name: &'a Name) -> &'a str {
        self.named().map_or(name.as_str(), |known| known.split().1)
    }

    /// Tells whether it is a program.
    #[must_use]
    pub fn is_bot(&self) -> bool {
        self.0.as_ref().is_some_and(|known| known.is_bot)
    }

    /// Returns by which account they have logged in, if they have.
    #[must_use]
    pub fn account(&self) -> Option<&Name> {
        self.0.as_ref()?.account.as_ref()
    }

    /// Returns the same with another real name.
    #[must_use]
    pub fn with_real_name(&self, real_name: &str) -> Self {
        Self::new(self.user(), real_name, self.is_bot()).with_account(self.account())
    }

    /// Returns the same, of a program or not.
    #[must_use]
    pub fn with_bot(&self, is_bot: bool, name: &Name) -> Self {
        Self::new(self.user(), self.real_name(name), is_bot).with_account(self.account())
    }

    /// Returns the same of somebody who has logged in by an account, or has not.
    #[must_use]
    pub fn with_account(&self, account: Option<&Name>) -> Self {
        match self.named() {
            Some(known) => Self(Some(Arc::new(Known { account: account.cloned(), ..known.clone() }))),
            None => Self::of_account(account),
        }
    }

    /// Returns what stands before what somebody does: their name, user and host.
    pub(crate) fn source(&self, name: &Name) -> String {
        format!("{name}!{}@{HOST}", self.user())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_user_and_a_real_name_only_what_can_be_shown_is_kept() {
        let ann = Name::parse("Ann").expect("it is a name");
        let cases = [("ann", "ann"), ("/root", "root"), ("😊", "user"), ("", "user"), ("abcdefghijklm", "abcdefghij")];
        for (user, kept) in cases {
            let identity = Identity::new(user, "Ann\x02 \u{202e}of B", false);
            assert_eq!((identity.user(), identity.real_name(&ann)), (kept, "Ann of B"));
            assert_eq!(identity.source(&ann), format!("Ann!{kept}@chinwag"));
        }
        let long = Identity::new("ann", &"ä".repeat(100), true);
        assert_eq!(long.real_name(&ann), "ä".repeat(75));
        assert!(long.is_bot() && !long.with_bot(false, &ann).is_bot());
        assert_eq!(long.with_real_name("Bob").real_name(&ann), "Bob");
        let none = Identity::default();
        assert_eq!((none.user(), none.real_name(&ann), none.is_bot()), ("user", "Ann", false));
    }
}

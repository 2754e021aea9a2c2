//! Owns what a line is taken for, whatever wire it came by.

use crate::commands;
use crate::log::Command;
use crate::request::Request;
use crate::text::{clean, is_blank};
use crate::texts::Saying;

/// Tells what one line, or frame, was taken for.
#[derive(Debug)]
pub(crate) enum Asked {
    /// It is blank.
    Nothing,
    /// It says something, which was added to what is said in a row.
    Said,
    /// It asks for something else.
    For(Request),
}

impl Asked {
    /// Takes a line, without its end; what it says is added to `saying`.
    pub(crate) fn of(line: &str, saying: &mut Saying) -> Self {
        let line = clean(line);
        if is_blank(&line) {
            return Self::Nothing;
        }
        match line.strip_prefix('/') {
            None => saying.push(&line),
            Some(escaped) if escaped.starts_with('/') => saying.push(escaped),
            Some(_) => return Self::For(commands::parse(&line)),
        }
        Self::Said
    }

    /// Tells whether it asks for nothing.
    pub(crate) const fn is_nothing(&self) -> bool {
        matches!(self, Self::Nothing)
    }
}

impl Request {
    /// Takes a line, without its end, for a request. An empty or blank line asks for nothing.
    ///
    /// # Examples
    /// ```
    /// use chinwag_core::log::Command;
    /// use chinwag_core::{Name, Request, Text};
    ///
    /// let pizza = Name::parse("pizza").expect("it is a name");
    /// assert_eq!(Request::parse("/join pizza"), Some(Command::Join(pizza).into()));
    /// assert_eq!(Request::parse("//shrug"), Some(Request::Command(Command::Say(Text::clean("/shrug").into()))));
    /// assert_eq!(Request::parse("  "), None);
    /// ```
    #[must_use]
    pub fn parse(line: &str) -> Option<Self> {
        let mut saying = Saying::default();
        match Asked::of(line, &mut saying) {
            Asked::Nothing => None,
            Asked::Said => saying.take().map(|texts| Self::Command(Command::Say(texts))),
            Asked::For(request) => Some(request),
        }
    }
}

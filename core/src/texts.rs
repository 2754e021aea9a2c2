//! Owns what somebody says in a row: many lines that come at once cost little more than one, as long as they are kept together.

use std::fmt;
use std::iter;
use std::sync::Arc;

use memchr::memchr;

use crate::Text;

/// Holds what one person says in a row: one [`Text`] or more, each a message of its own. To clone it costs nothing.
///
/// Whether what is said in a row comes together or one by one is up to how it is read; it makes no difference to anybody who hears it.
/// Its `Debug` hides what was said, so that no log shows it by accident.
///
/// # Examples
/// ```
/// use chinwag_core::{Text, Texts};
///
/// let texts = Texts::from(Text::clean("hello"));
/// assert_eq!((texts.iter().collect::<Vec<_>>(), texts.count()), (vec!["hello"], 1));
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Texts {
    /// Each with a line feed behind it. The string that they were gathered in is kept as it is: to copy them once more would cost more than to
    /// reach them by one pointer more.
    lines: Arc<String>,
    count: u32,
}

impl Texts {
    /// Returns how many there are; never none.
    #[must_use]
    pub const fn count(&self) -> u32 {
        self.count
    }

    /// Returns each, in the order in which they were said.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.lines().map(|line| &line[..line.len() - 1])
    }

    /// Returns each with a line feed behind it.
    pub(crate) fn lines(&self) -> impl Iterator<Item = &str> {
        let mut rest = self.lines.as_str();
        iter::from_fn(move || {
            let (line, behind) = rest.split_at(memchr(b'\n', rest.as_bytes())? + 1);
            rest = behind;
            Some(line)
        })
    }

    /// Returns how many bytes they have, with a line feed for each.
    pub(crate) fn bytes(&self) -> usize {
        self.lines.len()
    }
}

impl From<Text> for Texts {
    fn from(text: Text) -> Self {
        Self { lines: Arc::new(format!("{text}\n")), count: 1 }
    }
}

impl fmt::Debug for Texts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Texts({} of {} bytes)", self.count, self.lines.len())
    }
}

/// Gathers what somebody says in a row.
#[derive(Debug, Default)]
pub(crate) struct Saying {
    lines: String,
    count: u32,
}

impl Saying {
    /// Adds a text, which is clean.
    pub(crate) fn push(&mut self, text: &str) {
        debug_assert!(!text.contains('\n'), "it is one line");
        self.lines.push_str(text);
        self.lines.push('\n');
        self.count += 1;
    }

    /// Adds so many texts, which are clean, each with a line feed behind it.
    pub(crate) fn push_lines(&mut self, lines: &str, count: u32) {
        debug_assert!(lines.ends_with('\n') && lines.matches('\n').count() == count as usize, "they are {count} lines");
        self.lines.push_str(lines);
        self.count += count;
    }

    /// Takes all that was added, if anything was.
    pub(crate) fn take(&mut self) -> Option<Texts> {
        let Self { lines, count } = std::mem::take(self);
        (count > 0).then(|| Texts { lines: Arc::new(lines), count })
    }
}

#[cfg(test)]
impl Texts {
    pub(crate) fn clean<T: AsRef<str>>(raw: impl IntoIterator<Item = T>) -> Self {
        let mut saying = Saying::default();
        raw.into_iter().for_each(|raw| saying.push(Text::clean(raw.as_ref()).as_str()));
        saying.take().expect("something is said")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_gathered_is_all_there_in_its_order() {
        let mut saying = Saying::default();
        assert_eq!(saying.take(), None);
        for text in ["one", "", "naïve 👩‍🚀"] {
            saying.push(text);
        }
        saying.push_lines("a\nb\n", 2);
        let texts = saying.take().expect("something was added");
        assert_eq!(texts.iter().collect::<Vec<_>>(), ["one", "", "naïve 👩‍🚀", "a", "b"]);
        let lines = "one\n\nnaïve 👩‍🚀\na\nb\n";
        assert_eq!(texts.lines().collect::<String>(), lines);
        assert_eq!((texts.count(), texts.bytes()), (5, lines.len()));
        assert_eq!(saying.take(), None);
    }

    #[test]
    fn debug_hides_what_was_said() {
        assert_eq!(format!("{:?}", Texts::from(Text::clean("secret"))), "Texts(1 of 7 bytes)");
    }
}

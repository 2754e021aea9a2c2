//! Owns runs of messages: many lines that come at once cost little more than one, as long as they are kept together.

use std::fmt;
use std::iter;
use std::mem;
use std::sync::Arc;

use memchr::memchr;

use crate::Text;
use crate::text::clean;

/// Holds a run of messages by one person: one [`Text`] or more, each a message of its own. A clone costs nothing.
///
/// How many messages are in one run depends on how bytes were split on their way. It makes no difference to anybody who
/// hears them. Its `Debug` hides the texts, so that no log shows them by accident.
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
    /// Each with a line feed behind it.
    lines: Arc<str>,
    count: u32,
}

impl Texts {
    /// Returns the number of messages, at least one.
    #[must_use]
    pub const fn count(&self) -> u32 {
        self.count
    }

    /// Returns each text, in order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.lines().map(|line| &line[..line.len() - 1])
    }

    /// Returns all texts, each with a line feed behind it: what [`parse_lines`](Self::parse_lines) takes.
    #[must_use]
    pub fn as_lines(&self) -> &str {
        &self.lines
    }

    /// Takes texts, each with a line feed behind it, if there are any and all are clean.
    ///
    /// # Examples
    /// ```
    /// use chinwag_core::Texts;
    ///
    /// let texts = Texts::parse_lines("hello\nworld\n").expect("they are clean");
    /// assert_eq!((texts.count(), texts.as_lines()), (2, "hello\nworld\n"));
    /// assert_eq!(Texts::parse_lines("hello"), None);
    /// assert_eq!(Texts::parse_lines("\u{1b}[2J\n"), None);
    /// ```
    #[must_use]
    pub fn parse_lines(lines: &str) -> Option<Self> {
        let rows = lines.strip_suffix('\n')?;
        let is_clean = are_plain(rows.as_bytes()) || rows.split('\n').all(|row| clean(row) == row);
        let ends = lines.bytes().filter(|&byte| byte == b'\n').count();
        let count = u32::try_from(ends).ok().filter(|_| is_clean)?;
        Some(Self { lines: lines.into(), count })
    }

    /// Returns each text with a line feed behind it, in one piece.
    pub(crate) fn lines(&self) -> impl Iterator<Item = &str> {
        let mut rest = &*self.lines;
        iter::from_fn(move || {
            let (line, behind) = rest.split_at(memchr(b'\n', rest.as_bytes())? + 1);
            rest = behind;
            Some(line)
        })
    }

    /// Returns the first so many texts and the others, if there are any; nothing, if so many are none.
    pub(crate) fn split(&self, count: u32) -> Option<(Self, Option<Self>)> {
        let bytes = self.lines().take(usize::try_from(count).ok()?).map(str::len).sum();
        let first = Self { lines: self.lines[..bytes].into(), count: count.min(self.count) };
        (count > 0).then(|| (first, self.without_first(count, bytes)))
    }

    /// Returns all but the first so many texts, which have so many bytes, if any are left.
    pub(crate) fn without_first(&self, count: u32, bytes: usize) -> Option<Self> {
        let count = self.count.checked_sub(count).filter(|&count| count > 0)?;
        Some(Self { lines: self.lines[bytes..].into(), count })
    }

    /// Returns the number of bytes, with a line feed for each text.
    pub(crate) fn bytes(&self) -> usize {
        self.lines.len()
    }
}

/// Tells whether these are visible ASCII characters and line feeds, and nothing else: all of them are looked at, which
/// takes less time than to stop at the first that is not.
fn are_plain(bytes: &[u8]) -> bool {
    bytes.iter().fold(true, |all, byte| all & matches!(byte, b'\n' | 0x20..0x7f))
}

impl From<Text> for Texts {
    fn from(text: Text) -> Self {
        Self { lines: format!("{text}\n").into(), count: 1 }
    }
}

impl fmt::Debug for Texts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Texts({} of {} bytes)", self.count, self.lines.len())
    }
}

/// Gathers a run of messages.
#[derive(Default)]
pub(crate) struct Saying {
    /// The text that was added first, as long as it is the only one: it is copied once.
    first: Option<Texts>,
    /// All texts, once there are more.
    lines: String,
    count: u32,
}

impl Saying {
    /// Adds a text, which is clean.
    pub(crate) fn push(&mut self, text: &str) {
        debug_assert!(!text.contains('\n'), "it is one line");
        self.join_first();
        self.lines.reserve(text.len() + 1);
        self.lines.push_str(text);
        self.lines.push('\n');
        self.count += 1;
    }

    /// Adds so many texts, which are clean, each with a line feed behind it.
    pub(crate) fn push_lines(&mut self, lines: &str, count: u32) {
        debug_assert!(lines.ends_with('\n') && lines.matches('\n').count() == count as usize, "they are {count} lines");
        if self.count == 0 && self.first.is_none() {
            self.first = Some(Texts { lines: lines.into(), count });
            return;
        }
        self.join_first();
        self.lines.push_str(lines);
        self.count += count;
    }

    /// Tells whether nothing was added.
    pub(crate) const fn is_empty(&self) -> bool {
        self.first.is_none() && self.count == 0
    }

    /// Takes all that was added, if anything was.
    pub(crate) fn take(&mut self) -> Option<Texts> {
        let Self { first, lines, count } = mem::take(self);
        first.or_else(|| (count > 0).then(|| Texts { lines: lines.into(), count }))
    }

    fn join_first(&mut self) {
        if let Some(first) = self.first.take() {
            self.lines.push_str(&first.lines);
            self.count = first.count;
        }
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
        for _ in 0..2 {
            saying.push_lines("a\nb\n", 2);
            assert_eq!(saying.take(), Some(Texts::clean(["a", "b"])));
        }
        saying.push_lines("a\nb\n", 2);
        saying.push_lines("c\n", 1);
        saying.push("d");
        assert_eq!(saying.take(), Some(Texts::clean(["a", "b", "c", "d"])));
    }

    #[test]
    fn debug_hides_what_was_said() {
        assert_eq!(format!("{:?}", Texts::from(Text::clean("secret"))), "Texts(1 of 7 bytes)");
    }
}

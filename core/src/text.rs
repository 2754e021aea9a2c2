//! Owns what people say: text that can't do harm to a terminal, because all that could was removed when it was parsed.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Range;
use std::sync::Arc;

/// Holds the text of one message: one line, without controls, bidi controls and line separators. To clone it costs nothing: it shares
/// what it is in.
///
/// Its `Debug` hides what was said, so that no log shows it by accident.
#[derive(Clone)]
pub struct Text {
    /// The text itself, or more that came with it.
    whole: Arc<str>,
    start: u32,
    end: u32,
}

impl Text {
    /// Takes `raw` and removes what a terminal could obey; a tab becomes a space. Everything else passes untouched.
    ///
    /// # Examples
    /// ```
    /// use chinwag_core::Text;
    ///
    /// assert_eq!(Text::clean("a\tb\u{1b}[2J 👩‍🚀").as_str(), "a b[2J 👩‍🚀");
    /// ```
    #[must_use]
    pub fn clean(raw: &str) -> Self {
        if all_bytes(raw.as_bytes(), is_plain) {
            return Self::of(raw.into());
        }
        let kept = raw.chars().filter(|&c| c == '\t' || !is_harmful(c));
        Self::of(kept.map(|c| if c == '\t' { ' ' } else { c }).collect::<String>().into())
    }

    fn of(whole: Arc<str>) -> Self {
        let end = offset(whole.len());
        Self { whole, start: 0, end }
    }

    /// Returns the text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.whole[self.start as usize..self.end as usize]
    }

    /// Drops the first `bytes` bytes, which are whole characters.
    pub(crate) fn without_first(self, bytes: usize) -> Self {
        Self { start: self.start + offset(bytes), ..self }
    }

    /// Copies it out of what it is in.
    pub(crate) fn alone(&self) -> Self {
        Self::of(self.as_str().into())
    }
}

impl Default for Text {
    fn default() -> Self {
        Self::of(Arc::default())
    }
}

impl PartialEq for Text {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for Text {}

impl PartialOrd for Text {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Text {
    fn cmp(&self, other: &Self) -> Ordering {
        self.as_str().cmp(other.as_str())
    }
}

impl Hash for Text {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

/// Holds many lines that came at once, and are ASCII without controls: to check and to keep them together costs a fraction of what
/// it costs for one after the other.
#[derive(Debug)]
pub(crate) struct PlainLines(Arc<str>);

impl PlainLines {
    /// How many bytes there may be for each text that is taken from it, so that what is kept of it does not keep much more: twice an
    /// ordinary line.
    const BYTES_MAX_PER_TEXT: usize = 128;

    /// Takes lines that end in line feeds, if there is nothing in them that has to be looked at one by one.
    pub(crate) fn of(lines: &[u8]) -> Option<Self> {
        let lines = all_bytes(lines, |byte| is_plain(byte) || byte == b'\n').then_some(lines)?;
        std::str::from_utf8(lines).ok().map(|lines| Self(lines.into()))
    }

    /// Returns about how many lines there are: as many as ordinary ones would be.
    pub(crate) fn count(&self) -> usize {
        2 * self.0.len() / Self::BYTES_MAX_PER_TEXT
    }

    /// Returns one line, which has no line feed in it.
    pub(crate) fn line(&self, place: Range<usize>) -> Text {
        debug_assert!(!self.0[place.clone()].contains('\n'), "it is one line");
        Text { whole: Arc::clone(&self.0), start: offset(place.start), end: offset(place.end) }
    }

    /// Tells whether so few texts were taken from it that they are better copied than keep all of it.
    pub(crate) fn is_sparse(&self, texts: usize) -> bool {
        texts * Self::BYTES_MAX_PER_TEXT < self.0.len()
    }
}

/// Tells whether a byte is an ASCII character that is shown.
const fn is_plain(byte: u8) -> bool {
    matches!(byte, 0x20..0x7f)
}

fn all_bytes(bytes: &[u8], is_good: impl Fn(u8) -> bool) -> bool {
    // To look at some more bytes takes less time than to stop at the first that is not good: many are looked at at once.
    bytes.chunks(64).all(|bytes| bytes.iter().fold(true, |all, &byte| all & is_good(byte)))
}

/// Takes a place in a text for what it is kept as.
fn offset(place: usize) -> u32 {
    u32::try_from(place).expect("what is read at once is counted by 32 bits")
}

/// Tells whether a terminal or a line reader could take `c` for anything but a character to show.
const fn is_harmful(c: char) -> bool {
    matches!(c,
        '\0'..='\x1f'                                      // C0: escape, bell, carriage return …
        | '\x7f'..='\u{9f}'                                // DEL, and C1: among them the one-byte CSI
        | '\u{61c}' | '\u{200e}' | '\u{200f}'              // marks of direction
        | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' // embeddings, overrides and isolates
        | '\u{2028}' | '\u{2029}'                          // line and paragraph separators
    )
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Text({} bytes)", self.as_str().len())
    }
}

#[cfg(test)]
impl Text {
    /// Returns how much it keeps.
    pub(crate) fn whole_bytes(&self) -> usize {
        self.whole.len()
    }
}

#[cfg(test)]
mod tests {
    use std::hash::{BuildHasher as _, BuildHasherDefault, DefaultHasher};

    use super::*;

    #[test]
    fn what_a_terminal_could_obey_is_removed_and_the_rest_is_untouched() {
        let cases = [
            ("", ""),
            ("plain text, 100% ~", "plain text, 100% ~"),
            ("tab\there", "tab here"),
            ("\u{1b}[31mred\u{1b}[0m", "[31mred[0m"),
            ("\u{9b}31mred", "31mred"),
            ("bell\x07 null\0 del\x7f", "bell null del"),
            ("carriage\rreturn", "carriagereturn"),
            ("form\x0cfeed\x0bvertical", "formfeedvertical"),
            ("next\u{85}line", "nextline"),
            ("\u{202e}evil\u{202c}", "evil"),
            ("\u{2066}a\u{2069}\u{200e}\u{200f}\u{61c}", "a"),
            ("a\u{2028}b\u{2029}c", "abc"),
            ("👩‍🚀 👍🏽 🇸🇪", "👩‍🚀 👍🏽 🇸🇪"),
            ("日本語 العربية हिन्दी עברית", "日本語 العربية हिन्दी עברית"),
            ("e\u{301}\u{a0}\u{ad}", "e\u{301}\u{a0}\u{ad}"),
            ("\u{7e}\u{a0}", "\u{7e}\u{a0}"),
            ("\u{2027}\u{202f}\u{2065}\u{206a}", "\u{2027}\u{202f}\u{2065}\u{206a}"),
        ];
        for (raw, clean) in cases {
            assert_eq!(Text::clean(raw).as_str(), clean, "{raw:?}");
        }
    }

    #[test]
    fn only_lines_of_shown_ascii_are_taken_together() {
        let cases: [(&[u8], bool); 9] = [
            (b"", true),
            (b"one\ntwo\n", true),
            (b" ~\n\n", true),
            (b"one\r\n", false),
            (b"one\ttwo\n", false),
            (b"\x1b[2J\n", false),
            (b"\x7f\n", false),
            ("naïve\n".as_bytes(), false),
            (b"\xff\n", false),
        ];
        for (lines, are_plain) in cases {
            assert_eq!(PlainLines::of(lines).is_some(), are_plain, "{lines:?}");
            let behind = [&b"x".repeat(100), lines].concat();
            assert_eq!(PlainLines::of(&behind).is_some(), are_plain, "{behind:?}");
        }
    }

    #[test]
    fn a_text_is_what_it_says_whatever_it_is_in() {
        let lines = PlainLines::of(b"one\n/two\n").expect("they are plain");
        let [one, two] = [0..3, 4..8].map(|place| lines.line(place));
        assert_eq!([&one, &two], [&Text::clean("one"), &Text::clean("/two")]);
        assert_eq!((one.cmp(&two), two.clone().without_first(1)), (Ordering::Greater, Text::clean("two")));
        let hash = |text: &Text| BuildHasherDefault::<DefaultHasher>::default().hash_one(text);
        assert_eq!(hash(&one), hash(&Text::clean("one")));
        assert_eq!(Text::default().as_str(), "");
        let alone = two.alone();
        assert_eq!((alone.as_str(), alone.whole_bytes()), ("/two", 4));
    }

    #[test]
    fn few_texts_do_not_keep_much_more_than_themselves() {
        let lines = PlainLines::of(&b"x\n".repeat(128)).expect("they are plain");
        assert!(lines.is_sparse(1));
        assert!(!lines.is_sparse(2));
    }

    #[test]
    fn debug_hides_what_was_said() {
        assert_eq!(format!("{:?}", Text::clean("secret")), "Text(6 bytes)");
    }
}

//! Owns what people say: text that can't do harm to a terminal, because all that could was removed when it was parsed.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

/// Holds one line of text without controls, bidi controls and line separators. To clone it costs nothing.
///
/// Its `Debug` hides what was said, so that no log shows it by accident.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Text(Arc<str>);

impl Text {
    /// Takes `raw` and removes what a terminal could obey, line ends too, so that it is one line; a tab becomes a space. Everything else passes
    /// untouched, however long it is.
    ///
    /// # Examples
    /// ```
    /// use chinwag_core::Text;
    ///
    /// assert_eq!(Text::clean("a\tb\u{1b}[2J 👩‍🚀").as_str(), "a b[2J 👩‍🚀");
    /// ```
    #[must_use]
    pub fn clean(raw: &str) -> Self {
        Self(clean(raw).into())
    }

    /// Returns the text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Returns `raw` as [`Text::clean`] leaves it.
pub(crate) fn clean(raw: &str) -> Cow<'_, str> {
    if is_plain(raw.as_bytes()) {
        return raw.into();
    }
    let kept = raw.chars().filter(|&c| c == '\t' || !is_harmful(c));
    kept.map(|c| if c == '\t' { ' ' } else { c }).collect::<String>().into()
}

/// Tells whether these are ASCII characters that are shown, and nothing else.
pub(crate) fn is_plain(bytes: &[u8]) -> bool {
    // To look at some more bytes takes less time than to stop at the first that is not: many are looked at at once.
    bytes.chunks(64).all(|bytes| bytes.iter().fold(true, |all, byte| all & matches!(byte, 0x20..0x7f)))
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
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Text({} bytes)", self.0.len())
    }
}

#[cfg(test)]
mod tests {
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
    fn debug_hides_what_was_said() {
        assert_eq!(format!("{:?}", Text::clean("secret")), "Text(6 bytes)");
    }
}

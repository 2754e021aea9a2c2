//! Owns the text of messages. It can't harm a terminal, since all that could was removed when it was parsed.

use std::borrow::Cow;
use std::fmt;
use std::str::Chars;
use std::sync::Arc;

/// Holds one line of text without controls, signs of direction and line separators. A clone costs nothing.
///
/// Its `Debug` hides the text, so that no log shows it by accident.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Text(Arc<str>);

impl Text {
    /// Removes what a terminal could obey, whole sequences of it, so that `raw` becomes one line. Tabs, line ends and
    /// page ends become spaces, and a byte order mark at the start is dropped. Everything else passes untouched, at any
    /// length. Clean text stays as it is.
    ///
    /// # Examples
    /// ```
    /// use chinwag_core::Text;
    ///
    /// assert_eq!(Text::clean("a\tb\u{1b}[2J 👩‍🚀").as_str(), "a b 👩‍🚀");
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
    // A mark of the order of bytes stands before what was saved with one. An end of a line at the end parts nothing.
    let raw = raw.trim_start_matches(BYTE_ORDER_MARK).trim_end_matches(['\r', '\n']);
    if is_plain(raw.as_bytes()) || raw.chars().all(|c| Kind::of(c) == Kind::Shown) {
        return raw.into();
    }
    let (mut kept, mut chars) = (String::with_capacity(raw.len()), raw.chars());
    let ends_at = last_terminator(raw);
    let has_end = |rest: &Chars<'_>| ends_at.is_some_and(|at| raw.len() - rest.as_str().len() <= at);
    while let Some(c) = chars.next() {
        match Kind::of(c) {
            // What stood before it was dropped.
            Kind::Shown if c == BYTE_ORDER_MARK && kept.is_empty() => {}
            Kind::Shown => kept.push(c),
            Kind::Separator => {
                if c != '\r' || !chars.as_str().starts_with('\n') {
                    kept.push(' ');
                }
            }
            Kind::Harmful => {}
            Kind::Escape => skip_escape(&mut chars, has_end),
            Kind::Control => skip_control(&mut chars),
            Kind::Command => skip_command(&mut chars, has_end),
        }
    }
    kept.into()
}

/// Returns where the last terminator of a title or the like begins.
fn last_terminator(raw: &str) -> Option<usize> {
    raw.rfind(['\x07', '\u{9c}']).max(raw.rfind("\x1b\\"))
}

/// Tells whether these are visible ASCII characters and nothing else.
pub(crate) fn is_plain(bytes: &[u8]) -> bool {
    // To look at some more bytes takes less time than to stop at the first that is not: many are looked at at once.
    bytes.chunks(64).all(|bytes| bytes.iter().fold(true, |all, byte| all & matches!(byte, 0x20..0x7f)))
}

/// Tells whether a text shows nothing: it has only spaces, fillers, joiners, variation selectors, and marks of no
/// script without a letter.
pub(crate) fn is_blank(text: &str) -> bool {
    text.chars().all(|c| c.is_whitespace() || is_unseen(c))
}

const BYTE_ORDER_MARK: char = '\u{feff}';

/// Tells what becomes of a character.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// It is kept.
    Shown,
    /// It parts words, and becomes a space.
    Separator,
    /// A terminal or a line reader could take it for anything but a character to show: it is dropped.
    Harmful,
    /// It begins a sequence that a terminal obeys, of any kind (ECMA-48): the whole of it is dropped.
    Escape,
    /// It begins one with parameters.
    Control,
    /// It begins one that goes on up to a terminator: a title, a link, a picture. Where there is none it is a sign by
    /// itself, as some quotes become where another encoding was taken for Latin-1: then what is behind it is what
    /// people say.
    Command,
}

impl Kind {
    const fn of(c: char) -> Self {
        match c {
            '\t'..='\r' | '\u{85}' | '\u{2028}' | '\u{2029}' => Self::Separator,
            '\x1b' => Self::Escape,
            '\u{9b}' => Self::Control,
            '\u{90}' | '\u{98}' | '\u{9d}'..='\u{9f}' => Self::Command,
            '\0'..='\x1f'                                      // C0: bell, backspace …
            | '\x7f'..='\u{9f}'                                // DEL, and C1
            | '\u{61c}' | '\u{200e}' | '\u{200f}'              // marks of direction
            | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' // embeddings, overrides and isolates
            => Self::Harmful,
            _ => Self::Shown,
        }
    }
}

/// Goes past what belongs to an ESC. `has_end` tells whether a terminator comes later.
fn skip_escape(chars: &mut Chars<'_>, has_end: impl Fn(&Chars<'_>) -> bool) {
    match next_if(chars, |c| matches!(c, '\x20'..='\x7e')) {
        Some('[') => skip_control(chars),
        Some(']' | 'P' | 'X' | '^' | '_') => skip_command(chars, has_end),
        // One character of another set: so some terminals send their keys.
        Some('N' | 'O') => drop(next_if(chars, |c| matches!(c, '\x20'..='\x7e'))),
        // Whatever comes between is followed by the last.
        Some('\x20'..='\x2f') => {
            while next_if(chars, |c| matches!(c, '\x20'..='\x2f')).is_some() {}
            next_if(chars, |c| matches!(c, '\x30'..='\x7e'));
        }
        Some(_) | None => {}
    }
}

/// Goes past parameters and what ends them, as far as it is that.
fn skip_control(chars: &mut Chars<'_>) {
    while next_if(chars, |c| matches!(c, '\x20'..='\x3f')).is_some() {}
    next_if(chars, |c| matches!(c, '\x40'..='\x7e'));
}

/// Goes past all up to a terminator, if one comes.
fn skip_command(chars: &mut Chars<'_>, has_end: impl Fn(&Chars<'_>) -> bool) {
    if !has_end(chars) {
        return;
    }
    while let Some(c) = chars.next() {
        match c {
            '\x07' | '\u{9c}' => return,
            '\x1b' if next_if(chars, |c| c == '\\').is_some() => return,
            _ => {}
        }
    }
}

fn next_if(chars: &mut Chars<'_>, is: impl Fn(char) -> bool) -> Option<char> {
    let next = chars.as_str().chars().next().filter(|&c| is(c))?;
    chars.next();
    Some(next)
}

/// Tells whether nothing is to be seen of a character that stands alone.
const fn is_unseen(c: char) -> bool {
    matches!(c,
        '\u{ad}'                                            // soft hyphen
        | '\u{300}'..='\u{36f}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}' | '\u{20d0}'..='\u{20ff}'
        | '\u{fe20}'..='\u{fe2f}'                           // marks without a letter
        | '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{ffa0}' // fillers of Hangul
        | '\u{17b4}' | '\u{17b5}'                           // inherent vowels of Khmer
        | '\u{180b}'..='\u{180f}'                           // selectors of Mongolian
        | '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{206f}' // spaces without width, joiners, invisible operators
        | '\u{2800}'                                        // Braille without a dot
        | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'              // variation selectors
        | '\u{fff9}'..='\u{fffb}'                           // annotations
        | '\u{1d173}'..='\u{1d17a}'                         // musical beams
        | '\u{e0000}'..='\u{e0fff}'                         // tags, more variation selectors
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

/// Returns how many bytes a text has with the escapes that JSON needs.
pub(crate) fn escaped_len(text: &str) -> usize {
    text.len() + text.bytes().filter(|byte| b"\"\\".contains(byte)).count()
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
            ("\u{1b}[31mred\u{1b}[0m", "red"),
            ("hel\u{1b}[Dlo \u{1b}[1;5C\u{1b}OA\u{1b}[200~pasted\u{1b}[201~", "hello pasted"),
            ("\u{1b}(B\u{1b}7\u{1b}c\u{1b}# 8a\u{1b}", "a"),
            ("\u{1b}]0;title\u{7}a\u{1b}]8;;http://x/\u{1b}\\link\u{1b}]8;;\u{1b}\\", "alink"),
            ("a\u{1b}Pq#0\u{9c}b\u{1b}_x\u{1b}y\u{1b}\\c\u{9d}0;t\u{7}d\u{1b}]no end", "abcdno end"),
            // What quotes become where UTF-8 is read as Latin-1.
            ("â\u{80}\u{9c}quotedâ\u{80}\u{9d} and more", "âquotedâ and more"),
            ("\u{1b}]\u{1b}]\u{9d}no end \u{1b}[1mat all", "no end at all"),
            ("\u{9b}31mred\u{9b}", "red"),
            ("\u{1b}é\u{1b}[é\u{1b}[1é\u{1b}Oé", "éééé"),
            ("bell\x07 null\0 del\x7f", "bell null del"),
            ("carriage\rreturn\r\nboth\nfeed\r\n", "carriage return both feed"),
            ("form\x0cfeed\x0bvertical", "form feed vertical"),
            ("next\u{85}line", "next line"),
            ("\u{feff}mark \u{feff}within", "mark \u{feff}within"),
            ("\u{200e}\u{feff}\u{1b}[0m\u{feff}/behind what is dropped", "/behind what is dropped"),
            ("\u{202e}evil\u{202c}", "evil"),
            ("\u{2066}a\u{2069}\u{200e}\u{200f}\u{61c}", "a"),
            ("a\u{2028}b\u{2029}c", "a b c"),
            ("👩‍🚀 👍🏽 🇸🇪", "👩‍🚀 👍🏽 🇸🇪"),
            ("日本語 العربية हिन्दी עברית", "日本語 العربية हिन्दी עברית"),
            ("e\u{301}\u{a0}\u{ad}", "e\u{301}\u{a0}\u{ad}"),
            ("\u{7e}\u{a0}", "\u{7e}\u{a0}"),
            ("\u{2027}\u{202f}\u{2065}\u{206a}", "\u{2027}\u{202f}\u{2065}\u{206a}"),
        ];
        for (raw, clean) in cases {
            assert_eq!(Text::clean(raw).as_str(), clean, "{raw:?}");
            assert_eq!(Text::clean(clean).as_str(), clean, "what is clean stays so");
        }
    }

    #[test]
    fn what_shows_nothing_is_blank_and_what_shows_something_is_not() {
        let blank = [
            "",
            " ",
            "\u{a0}\u{3000}\u{2003}",
            "\u{200b}",
            "\u{feff}",
            "\u{3164}",
            "\u{2800}",
            "\u{115f}\u{1160}\u{ffa0}",
            "\u{ad}",
            "\u{fe0f}",
            "\u{e0041}\u{e007f}",
            "\u{e0100}",
            "\u{200d}\u{200c}",
            "\u{2063}",
            "\u{301}",
            " \u{20e3}",
            "\u{180e}",
        ];
        for text in blank {
            assert!(is_blank(text), "{text:?}");
        }
        let shown = [
            "a",
            "\u{200b}a",
            "e\u{301}",
            "❤\u{fe0f}",
            "👩\u{200d}🚀",
            "ᅟᅡ",
            "ा",
            "\u{2801}",
            "🏴\u{e0067}\u{e007f}",
            "-",
            "\u{fffd}",
        ];
        for text in shown {
            assert!(!is_blank(text), "{text:?}");
        }
    }

    #[test]
    fn debug_hides_what_was_said() {
        assert_eq!(format!("{:?}", Text::clean("secret")), "Text(6 bytes)");
    }
}

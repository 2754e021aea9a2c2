//! Owns the words of lines: which stand for rooms, what of them is shown, and what is told back.

use std::borrow::Cow;

use crate::name::Name;
use crate::text::Text;

/// How many channels or nicks one line can name that says something, as `TARGMAX` says.
pub(super) const TARGETS_MAX: usize = 4;

/// The most bytes of why somebody is away, or leaves, as `AWAYLEN` says.
pub(super) const AWAY_BYTES_MAX: usize = 200;

/// Returns a text of so many bytes at most, up to a character's end.
pub(super) fn bounded(text: &str, bytes_max: usize) -> Text {
    let text = unformatted(text);
    Text::clean(&text[..text.floor_char_boundary(bytes_max)])
}

/// Returns the name of a room that is called so on IRC.
pub(super) fn room_name(channel: &str) -> Option<Name> {
    channel.strip_prefix('#').and_then(Name::parse_room)
}

/// Returns what stands for a word in an answer: itself, without what would be another, and not too long.
pub(super) fn word(word: &str) -> &str {
    let word = word.split([' ', '\0', '\r']).next().unwrap_or_default();
    let word = &word[..word.floor_char_boundary(WORD_BYTES_MAX)];
    if word.is_empty() || word.starts_with(':') { "*" } else { word }
}

/// The most bytes of a word that is told back.
const WORD_BYTES_MAX: usize = 64;

/// Removes what tells clients how to show a text (<https://modern.ircdocs.horse/formatting>): colours go with their
/// digits.
pub(super) fn unformatted(text: &str) -> Cow<'_, str> {
    const COLOUR: char = '\x03';
    const HEX_COLOUR: char = '\x04';
    const OTHERS: [char; 7] = ['\x02', '\x0f', '\x11', '\x16', '\x1d', '\x1e', '\x1f'];
    let is_format = |c: char| c == COLOUR || c == HEX_COLOUR || OTHERS.contains(&c);
    if !text.contains(is_format) {
        return text.into();
    }
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(place) = rest.find(is_format) {
        kept.push_str(&rest[..place]);
        let format = rest[place..].chars().next().unwrap_or_default();
        rest = &rest[place + 1..];
        let (is_digit, max): (fn(char) -> bool, _) = match format {
            COLOUR => (|c| c.is_ascii_digit(), 2),
            HEX_COLOUR => (|c| c.is_ascii_hexdigit(), 6),
            _ => continue,
        };
        let digits = |text: &str| text.chars().take(max).take_while(|&c| is_digit(c)).count();
        let first = digits(rest);
        let behind = rest[first..].strip_prefix(',').map_or(0, digits);
        rest = &rest[first..];
        if first > 0 && behind > 0 {
            rest = &rest[1 + behind..];
        }
    }
    kept.push_str(rest);
    kept.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_tells_clients_how_to_show_a_text_goes_with_its_digits() {
        let cases = [
            ("plain", "plain"),
            ("\x02bold\x02 \x1ditalic\x0f", "bold italic"),
            ("\x0304,12text", "text"),
            ("\x03text", "text"),
            ("\x034, then", ", then"),
            ("\x0312345", "345"),
            ("\x04ff0000red", "red"),
            ("\x1fnaïve\x03", "naïve"),
        ];
        for (text, kept) in cases {
            assert_eq!(unformatted(text), kept);
        }
    }
}

//! Owns what the keys erase of a line that is being typed: what a person sees as one character, or as one word.

use unicode_segmentation::UnicodeSegmentation as _;

/// How many bytes at the end of a line are looked at for its last character. What people see as one has hardly ever so
/// many; of longer ones an end is erased, which is a few of their marks.
const CHARACTER_BYTES_MAX: usize = 128;

/// Returns how much of a line is left when its last character is erased: a letter with its marks, an emoji with all
/// that it is joined of. Of what is not UTF-8 it is the rest of one.
pub(crate) fn without_last_character(line: &[u8]) -> usize {
    let len = line.len();
    if let [.., before, last] = line
        && before.is_ascii()
        && last.is_ascii()
    {
        return len - 1;
    }
    let mut end = &line[len.saturating_sub(CHARACTER_BYTES_MAX)..];
    while end.first().is_some_and(|&byte| is_inside(byte)) && end.len() > CHARACTER_BYTES_MAX - 4 {
        end = &end[1..];
    }
    let last = end.utf8_chunks().last();
    let erased = match last {
        None => 0,
        Some(chunk) if !chunk.invalid().is_empty() => chunk.invalid().len(),
        Some(chunk) => chunk.valid().graphemes(true).next_back().map_or(0, str::len),
    };
    len - erased
}

/// Returns how much of a line is left when its last word is erased, with the spaces behind it, as a terminal does.
pub(crate) fn without_last_word(line: &[u8]) -> usize {
    let is_space = |byte: &u8| matches!(byte, b' ' | b'\t');
    let word = line.iter().rposition(|byte| !is_space(byte)).map_or(0, |last| last + 1);
    line[..word].iter().rposition(is_space).map_or(0, |space| space + 1)
}

/// Tells whether this byte goes on with a character of UTF-8.
const fn is_inside(byte: u8) -> bool {
    byte & 0xc0 == 0x80
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_character_is_what_a_person_sees_as_one() {
        let cases: [(&[u8], &[u8]); 16] = [
            (b"", b""),
            (b"a", b""),
            (b"ab", b"a"),
            (b"a ", b"a"),
            ("aé".as_bytes(), b"a"),
            ("ae\u{301}".as_bytes(), b"a"),
            ("日本".as_bytes(), "日".as_bytes()),
            ("a👩‍👩‍👧‍👦".as_bytes(), b"a"),
            ("👍🏽👍🏽".as_bytes(), "👍🏽".as_bytes()),
            ("🇸🇪🇳🇴".as_bytes(), "🇸🇪".as_bytes()),
            ("한국".as_bytes(), "한".as_bytes()),
            ("❤\u{fe0f}".as_bytes(), b""),
            (b"caf\xc3", b"caf"),
            (b"a\xf0\x9f\x98", b"a"),
            (b"a\xff", b"a"),
            ("\u{e9}a".as_bytes(), "\u{e9}".as_bytes()),
        ];
        for (line, left) in cases {
            assert_eq!(&line[..without_last_character(line)], left, "{:?}", String::from_utf8_lossy(line));
        }
    }

    #[test]
    fn of_a_very_long_character_an_end_is_erased_and_never_half_a_letter() {
        for marks in [40, 63, 64, 65, 200] {
            let line = format!("xe{}", "\u{301}".repeat(marks));
            let left = &line.as_bytes()[..without_last_character(line.as_bytes())];
            let left = std::str::from_utf8(left).expect("whole letters are left");
            assert_eq!(left == "x", marks < 64, "{marks} marks");
            assert!(left.len() < line.len());
        }
    }

    #[test]
    fn the_last_word_goes_with_the_spaces_behind_it() {
        let cases = [("", ""), ("one", ""), ("one two", "one "), ("one two  ", "one "), ("  ", ""), ("一 二", "一 ")];
        for (line, left) in cases {
            assert_eq!(&line[..without_last_word(line.as_bytes())], left, "{line:?}");
        }
    }
}

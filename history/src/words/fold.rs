//! Owns what makes no difference between words: case, accents, forms of the same character, and what is not seen.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization;
use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};

/// Returns the text without such differences.
pub(crate) fn fold(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        let is_folded = !text.bytes().any(|byte| byte.is_ascii_uppercase());
        return if is_folded { text.into() } else { text.to_ascii_lowercase().into() };
    }
    let mut folded = String::with_capacity(text.len());
    let mut base = '\0';
    for c in text.chars().filter(|&c| !is_unseen(c)).nfkd() {
        if c.is_ascii() {
            base = c.to_ascii_lowercase();
            folded.push(base);
        } else if is_mark(c) {
            if is_kept_mark(c, base) {
                folded.push(c);
            }
        } else {
            for c in c.to_lowercase().filter(|&c| !is_mark(c)) {
                base = c;
                push_plain(c, &mut folded);
            }
        }
    }
    // Syllables of Hangul become one character again, and letters whose marks were kept.
    folded.nfc().collect::<String>().into()
}

/// Tells whether nothing is seen of a character, or little: joiners, soft hyphens, selectors of variants, tones of
/// skin. They part no words. Signs of trade marks stand behind a word, and don't belong to it.
fn is_unseen(c: char) -> bool {
    if c.is_ascii() {
        return false;
    }
    matches!(c,
        '\u{34f}' | '\u{180b}'..='\u{180f}' | '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}'
        | '\u{1f3fb}'..='\u{1f3ff}' | '\u{640}' | '™' | '℠')
        || c.general_category() == GeneralCategory::Format
}

fn is_mark(c: char) -> bool {
    unicode_normalization::char::is_combining_mark(c)
}

/// Tells whether a mark makes another word. The accents of Latin, Greek and Cyrillic letters don't, nor the points of
/// Hebrew and Arabic, which most people leave out. The vowel signs of all other scripts do.
fn is_kept_mark(mark: char, base: char) -> bool {
    match (base, mark) {
        // Letters of their own: й, ў, ї.
        ('и' | 'у', '\u{306}') | ('і', '\u{308}') => true,
        (_, '\u{591}'..='\u{5c7}' | '\u{64b}'..='\u{652}' | '\u{670}') => false,
        (_, '\u{20d0}'..='\u{20ff}') => false,
        ('\0'..='\u{52f}' | '\u{1c80}'..='\u{1c8f}' | '\u{1d00}'..='\u{1dbf}' | '\u{1e00}'..='\u{206f}', _) => false,
        ('\u{2c60}'..='\u{2c7f}' | '\u{2de0}'..='\u{2dff}' | '\u{a640}'..='\u{a69f}' | '\u{a720}'..='\u{a7ff}', _) => {
            false
        }
        _ => true,
    }
}

/// Appends a small letter. Where people type another for it, since their keyboards have no such, it is that.
fn push_plain(c: char, out: &mut String) {
    match c {
        'ß' => out.push_str("ss"),
        'æ' => out.push_str("ae"),
        'œ' => out.push_str("oe"),
        'þ' => out.push_str("th"),
        'ø' => out.push('o'),
        'ł' => out.push('l'),
        'đ' | 'ð' => out.push('d'),
        'ħ' => out.push('h'),
        'ŧ' => out.push('t'),
        'ı' => out.push('i'),
        'ς' => out.push('σ'),
        _ => out.push(c),
    }
}

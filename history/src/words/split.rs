//! Owns where a word begins and ends in a folded text.

use unicode_properties::{GeneralCategory, GeneralCategoryGroup, UnicodeGeneralCategory};

/// A part of a text that is a token.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Piece<'a> {
    /// Letters and digits.
    Word(&'a str),
    /// One sign.
    Sign(char),
    /// Two characters of a script without blanks that follow each other.
    Pair(&'a str),
    /// The last of such characters in a row.
    Last {
        /// The character.
        token: &'a str,
        /// It is the first, too.
        is_alone: bool,
    },
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Letter,
    /// Of a script without blanks.
    Character,
    /// It belongs to what is before it.
    Mark,
    Sign,
    Between,
}

/// Hands out the pieces of a text in their order.
pub(crate) fn split<'a>(text: &'a str, mut found: impl FnMut(Piece<'a>)) {
    let mut word: Option<usize> = None;
    // Where the last character of a row begins, and the one before it.
    let mut row: Option<(Option<usize>, usize)> = None;
    for (at, c) in text.char_indices().map(|(at, c)| (at, Some(c))).chain([(text.len(), None)]) {
        let kind = c.map_or(Kind::Between, kind_of);
        if kind == Kind::Mark && (word.is_some() || row.is_some()) {
            continue;
        }
        if !matches!(kind, Kind::Letter | Kind::Mark)
            && let Some(start) = word.take()
        {
            found(Piece::Word(&text[start..at]));
        }
        if let Some((before, last)) = row {
            if let Some(before) = before {
                found(Piece::Pair(&text[before..at]));
            }
            if kind != Kind::Character {
                found(Piece::Last { token: &text[last..at], is_alone: before.is_none() });
                row = None;
            }
        }
        match (kind, c) {
            (Kind::Letter, _) => word = word.or(Some(at)),
            (Kind::Character, _) => row = Some((row.map(|(_, last)| last), at)),
            (Kind::Sign, Some(c)) => found(Piece::Sign(sign(c))),
            (Kind::Sign, None) | (Kind::Mark | Kind::Between, _) => {}
        }
    }
}

/// The index takes ASCII for a sign between words, so it is given the wide form, which no folded text has.
fn sign(c: char) -> char {
    if c.is_ascii() { char::from_u32(u32::from(c) + 0xfee0).unwrap_or(c) } else { c }
}

fn kind_of(c: char) -> Kind {
    if c.is_ascii() {
        return match c {
            'a'..='z' | '0'..='9' => Kind::Letter,
            // What people look for: C++, #room, @ann, 100 %, $5, R&D, <3, a=b.
            '+' | '#' | '@' | '$' | '%' | '&' | '=' | '<' | '>' => Kind::Sign,
            _ => Kind::Between,
        };
    }
    let category = c.general_category();
    if is_of_script_without_blanks(c) && category != GeneralCategory::OtherPunctuation {
        return if category.is_mark() { Kind::Mark } else { Kind::Character };
    }
    match c.general_category_group() {
        GeneralCategoryGroup::Letter | GeneralCategoryGroup::Number => Kind::Letter,
        GeneralCategoryGroup::Mark => Kind::Mark,
        GeneralCategoryGroup::Symbol if category != GeneralCategory::ModifierSymbol && c != '\u{2044}' => Kind::Sign,
        GeneralCategoryGroup::Symbol
        | GeneralCategoryGroup::Punctuation
        | GeneralCategoryGroup::Separator
        | GeneralCategoryGroup::Other => Kind::Between,
    }
}

trait IsMark {
    fn is_mark(&self) -> bool;
}

impl IsMark for GeneralCategory {
    fn is_mark(&self) -> bool {
        matches!(self, Self::NonspacingMark | Self::SpacingMark | Self::EnclosingMark)
    }
}

/// Tells whether people write words of this script one behind the other: Chinese, Japanese, Thai, Lao, Khmer, Burmese.
/// Korean has blanks, but between more than words.
fn is_of_script_without_blanks(c: char) -> bool {
    matches!(c,
        '\u{e00}'..='\u{eff}'                            // Thai, Lao
        | '\u{1000}'..='\u{109f}' | '\u{a9e0}'..='\u{a9ff}' | '\u{aa60}'..='\u{aa7f}' // Myanmar
        | '\u{1780}'..='\u{17ff}'                        // Khmer
        | '\u{1100}'..='\u{11ff}' | '\u{a960}'..='\u{a97f}' | '\u{ac00}'..='\u{d7ff}' // Hangul
        | '\u{3005}'..='\u{3007}' | '\u{3041}'..='\u{309f}' | '\u{30a1}'..='\u{30fa}' | '\u{30fc}'..='\u{30ff}'
        | '\u{3105}'..='\u{312f}' | '\u{31a0}'..='\u{31bf}' | '\u{31f0}'..='\u{31ff}' // kana, bopomofo
        | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}' // Han
    )
}

//! Owns what a word is: of what was said, and of what is asked for. Both are made into tokens by the same rules, so the
//! rules of the index never matter.
//!
//! A token has letters and digits, or is one sign. Where a script has no blanks between words, tokens are pairs of
//! characters that overlap, and the last character alone: so each part of a text is found, from one character on.

mod fold;
mod split;

use self::fold::fold;
use self::split::{Piece, split};

/// The first and the last of the characters that are signs of rooms: no text has them in a word.
const SIGNS: (u32, u32) = (0xe000, 0xf8ff);

/// How many words of a question count: more than anybody types.
const WORDS_MAX: usize = 32;

/// Appends the tokens of a text, with blanks between them. Each begins with the sign of the room: so what was said in
/// one room is found as fast as if there were no other.
pub(crate) fn push_tokens(text: &str, room: u64, out: &mut String) {
    split(&fold(text), |piece| push(piece, room, out));
}

fn push(piece: Piece<'_>, room: u64, out: &mut String) {
    if !out.is_empty() {
        out.push(' ');
    }
    push_sign(room, out);
    match piece {
        Piece::Word(token) | Piece::Pair(token) | Piece::Last { token, .. } => out.push_str(token),
        Piece::Sign(sign) => out.push(sign),
    }
}

/// The sign of a room is its number, by digits: one of the upper half is the last.
fn push_sign(mut room: u64, out: &mut String) {
    let half = (SIGNS.1 - SIGNS.0).div_ceil(2);
    loop {
        let digit = SIGNS.0 + u32::try_from(room % u64::from(half)).expect("it is less than the half");
        room /= u64::from(half);
        let digit = if room == 0 { digit + half } else { digit };
        out.push(char::from_u32(digit).expect("it is one of the signs"));
        if room == 0 {
            return;
        }
    }
}

/// What is asked for: messages that have all its words.
#[derive(Debug)]
pub(crate) struct Question {
    words: Vec<String>,
}

impl Question {
    /// Takes words as they were typed, if there are any.
    pub(crate) fn new(words: &str) -> Option<Self> {
        let mut words: Vec<_> = words.split_whitespace().map(|word| fold(word).into_owned()).collect();
        words.retain(|word| {
            let mut is_word = false;
            split(word, |_| is_word = true);
            is_word
        });
        words.sort_unstable();
        words.dedup();
        words.truncate(WORDS_MAX);
        (!words.is_empty()).then_some(Self { words })
    }

    /// Returns how the index is asked for those in a room.
    pub(crate) fn in_room(&self, room: u64) -> String {
        let phrases = self.words.iter().map(|word| {
            let Phrase { tokens, is_prefix } = Phrase::new(word, room);
            format!("\"{tokens}\"{}", if is_prefix { " *" } else { "" })
        });
        phrases.collect::<Vec<_>>().join(" AND ")
    }

    /// Tells whether a text has all the words, as the index would find it.
    pub(crate) fn is_in(&self, text: &str) -> bool {
        let mut tokens = String::new();
        push_tokens(text, 0, &mut tokens);
        let tokens: Vec<_> = tokens.split(' ').collect();
        self.words.iter().all(|word| Phrase::new(word, 0).is_in(&tokens))
    }
}

/// The tokens of one word, which have to follow each other.
struct Phrase {
    /// With blanks between them.
    tokens: String,
    /// The last one may go on.
    is_prefix: bool,
}

impl Phrase {
    fn new(word: &str, room: u64) -> Self {
        let mut pieces = Vec::new();
        split(word, |piece| pieces.push(piece));
        // What is asked for can go on in what was said.
        let is_prefix = matches!(pieces.last(), Some(Piece::Last { is_alone: true, .. }));
        if let Some(Piece::Last { is_alone: false, .. }) = pieces.last() {
            pieces.pop();
        }
        let mut tokens = String::new();
        pieces.into_iter().for_each(|piece| push(piece, room, &mut tokens));
        Self { tokens, is_prefix }
    }

    fn is_in(&self, said: &[&str]) -> bool {
        let wanted: Vec<_> = self.tokens.split(' ').collect();
        let last = wanted.len() - 1;
        let is_here = |said: &[&str]| {
            let is_last =
                if self.is_prefix { said[last].starts_with(wanted[last]) } else { said[last] == wanted[last] };
            is_last && said[..last] == wanted[..last]
        };
        said.windows(wanted.len()).any(is_here)
    }
}

#[cfg(test)]
mod tests;

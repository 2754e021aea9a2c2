//! Owns what a word is: of what was said, and of what is asked for. Both are made into tokens by the same rules, so the
//! rules of the index never matter.
//!
//! A token has letters and digits, or is one sign. Where a script has no blanks between words, tokens are pairs of
//! characters that overlap, and the last character alone: so each part of a text is found, from one character on.

mod fold;
mod split;

use std::fmt::Write;

use self::fold::fold;
use self::split::{Piece, split};

/// What is before the number of a room in its sign: no text has it in a word.
const ROOM: char = '\u{e000}';

/// Appends the tokens of a text, with blanks between them, and last the sign of the room.
pub(crate) fn push_tokens(text: &str, room: i64, out: &mut String) {
    split(&fold(text), |piece| {
        push(piece, out);
        out.push(' ');
    });
    write!(out, "{ROOM}{room}").expect("a string takes all");
}

fn push(piece: Piece<'_>, out: &mut String) {
    match piece {
        Piece::Word(token) | Piece::Pair(token) | Piece::Last { token, .. } => out.push_str(token),
        Piece::Sign(sign) => out.push(sign),
    }
}

/// Returns how the index is asked for all messages that have all words, if there are any words.
pub(crate) fn question(words: &str) -> Option<String> {
    let mut phrases: Vec<_> = words.split_whitespace().filter_map(phrase).collect();
    phrases.sort_unstable();
    phrases.dedup();
    (!phrases.is_empty()).then(|| phrases.join(" AND "))
}

/// Returns how it is asked for those in these rooms, of which there is at least one.
pub(crate) fn question_in(question: &str, rooms: &[i64]) -> String {
    let rooms: Vec<_> = rooms.iter().map(|room| format!("\"{ROOM}{room}\"")).collect();
    format!("({}) AND {question}", rooms.join(" OR "))
}

/// Returns the tokens of one word, which have to follow each other, if it has any.
fn phrase(word: &str) -> Option<String> {
    let word = fold(word);
    let mut pieces = Vec::new();
    split(&word, |piece| pieces.push(piece));
    // What is asked for can go on in what was said.
    let is_prefix = match pieces.last()? {
        Piece::Last { is_alone: true, .. } => true,
        Piece::Last { is_alone: false, .. } => {
            pieces.pop();
            false
        }
        Piece::Word(_) | Piece::Pair(_) | Piece::Sign(_) => false,
    };
    let mut phrase = String::from('"');
    for piece in pieces {
        push(piece, &mut phrase);
        phrase.push(' ');
    }
    phrase.pop();
    phrase.push_str(if is_prefix { "\" *" } else { "\"" });
    Some(phrase)
}

#[cfg(test)]
mod tests;

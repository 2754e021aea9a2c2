//! Owns what words are.

/// Appends the words of a text, with blanks between them, and last the sign of the room.
pub(crate) fn push_tokens(text: &str, room: i64, out: &mut String) {
    out.push_str(text);
    out.push_str(&format!(" \u{e000}{room}"));
}

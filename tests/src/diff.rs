//! Owns how a difference between two texts is shown: line by line, what was expected and what came instead.

use std::fmt::Write as _;

/// Shows where `got` differs from `expected`, with `-` before lines that are missing, `+` before lines that are too
/// many, and the lines around them; or nothing, if they are equal.
#[must_use]
pub fn diff(expected: &str, got: &str) -> Option<String> {
    if expected == got {
        return None;
    }
    let (old, new): (Vec<_>, Vec<_>) = (expected.split('\n').collect(), got.split('\n').collect());
    let common = common_lengths(&old, &new);
    let (mut at_old, mut at_new, mut out) = (0, 0, String::new());
    while at_old < old.len() || at_new < new.len() {
        let (sign, line) = if at_old < old.len() && at_new < new.len() && old[at_old] == new[at_new] {
            (at_old, at_new) = (at_old + 1, at_new + 1);
            (' ', old[at_old - 1])
        } else if at_old < old.len() && common[at_old + 1][at_new] >= common[at_old][at_new] {
            at_old += 1;
            ('-', old[at_old - 1])
        } else {
            at_new += 1;
            ('+', new[at_new - 1])
        };
        writeln!(out, "{sign}{line}").expect("a string takes all that is written to it");
    }
    Some(out)
}

/// Returns how many lines the ends of both texts have in common, from each pair of lines on.
fn common_lengths(old: &[&str], new: &[&str]) -> Vec<Vec<usize>> {
    let mut lengths = vec![vec![0; new.len() + 1]; old.len() + 1];
    for at_old in (0..old.len()).rev() {
        for at_new in (0..new.len()).rev() {
            lengths[at_old][at_new] = if old[at_old] == new[at_new] {
                lengths[at_old + 1][at_new + 1] + 1
            } else {
                lengths[at_old + 1][at_new].max(lengths[at_old][at_new + 1])
            };
        }
    }
    lengths
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_equal_is_not_shown() {
        assert_eq!(diff("a\nb\n", "a\nb\n"), None);
    }

    #[test]
    fn what_is_missing_and_what_is_too_many_is_marked() {
        assert_eq!(diff("a\nb\nc", "a\nx\nc").as_deref(), Some(" a\n-b\n+x\n c\n"));
        assert_eq!(diff("a\nb", "b\nc").as_deref(), Some("-a\n b\n+c\n"));
        assert_eq!(diff("a", "a\n").as_deref(), Some(" a\n+\n"));
    }
}

//! Where a text mentions somebody.

use std::ops::Range;

/// Finds a name in a text, in any case, where it is not part of a longer word.
pub(crate) fn mentions(text: &str, name: &str) -> Vec<Range<usize>> {
    let of_a_word = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
    let (name, lower) = (name.to_ascii_lowercase(), text.to_ascii_lowercase());
    let places = lower.match_indices(&name).map(|(start, _)| start..start + name.len());
    places.filter(|at| !text[..at.start].ends_with(of_a_word) && !text[at.end..].starts_with(of_a_word)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_mentioned_where_it_is_a_word_in_any_case() {
        let cases = [
            "[Ann]",
            "hi [ann]!",
            "[ANN], [ann]: [ann]",
            "日本Ann",
            "日本 [Ann]",
            "Anna and Joann",
            "Ann-Marie, ann_2",
            "nobody",
            "",
        ];
        for marked in cases {
            let text = marked.replace(['[', ']'], "");
            let mut found = text.clone();
            for at in mentions(&text, "Ann").into_iter().rev() {
                found.insert(at.end, ']');
                found.insert(at.start, '[');
            }
            assert_eq!(found, marked);
        }
    }
}

//! Takes Markdown apart, as far as laws about prose need it: what is running text, and which sentences it has.

/// Numbered lines of a file that are prose: no heading, no table, nothing between fences or indented as code.
pub(crate) fn prose_lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut fenced = false;
    let mut after_blank = true;
    let mut in_list = false;
    text.lines().enumerate().filter_map(move |(at, line)| {
        let trimmed = line.trim_start();
        let was_after_blank = std::mem::replace(&mut after_blank, trimmed.is_empty());
        if trimmed.starts_with("```") || trimmed.starts_with("~~~") {
            fenced = !fenced;
            return None;
        }
        if trimmed.is_empty() || fenced {
            return (!fenced).then_some((at + 1, ""));
        }
        in_list = item(trimmed).is_some() || in_list && line.starts_with(' ');
        let is_code = line.starts_with("    ") && was_after_blank && !in_list;
        after_blank |= is_code;
        (!is_code && !trimmed.starts_with(['#', '|', '<'])).then_some((at + 1, line))
    })
}

/// The text behind the mark of a list's item, if the line begins with one.
fn item(trimmed: &str) -> Option<&str> {
    let numbered = || trimmed.trim_start_matches(|c: char| c.is_ascii_digit()).strip_prefix(". ");
    let numbered = || numbered().filter(|_| trimmed.starts_with(|c: char| c.is_ascii_digit()));
    ["- ", "* ", "> "].iter().find_map(|mark| trimmed.strip_prefix(mark)).or_else(numbered)
}

/// The sentences of a file, each with the number of the line in which its paragraph begins. A paragraph or an item of a
/// list ends one; so does a full stop, a question mark or an exclamation mark that is followed by a space and by what
/// may begin another.
pub(crate) fn sentences(text: &str) -> Vec<(usize, String)> {
    let mut paragraphs: Vec<(usize, String)> = Vec::new();
    let mut is_open = false;
    let mut last = 0;
    for (at, line) in prose_lines(text) {
        let trimmed = line.trim();
        let begins = item(trimmed);
        if trimmed.is_empty() {
            is_open = false;
        } else if is_open && begins.is_none() && at == last + 1 {
            let (_, paragraph) = paragraphs.last_mut().expect("one is open");
            paragraph.push(' ');
            paragraph.push_str(trimmed);
        } else {
            paragraphs.push((at, begins.unwrap_or(trimmed).to_owned()));
            is_open = true;
        }
        last = at;
    }
    paragraphs.iter().flat_map(|(at, paragraph)| split(&plain(paragraph)).map(|sentence| (*at, sentence))).collect()
}

/// Makes one word of each piece of code, and takes the targets off links.
fn plain(paragraph: &str) -> String {
    let mut plain = String::new();
    for (at, piece) in paragraph.split('`').enumerate() {
        if at % 2 == 0 {
            plain.push_str(piece);
        } else {
            plain.push_str("`code`");
        }
    }
    while let Some(at) = plain.find("](") {
        let end = plain[at..].find(')').map_or(plain.len(), |end| at + end + 1);
        plain.replace_range(at..end, "");
    }
    plain.replace("![", "").replace('[', "").replace("**", "")
}

fn split(paragraph: &str) -> impl Iterator<Item = String> + use<> {
    let mut sentences = vec![String::new()];
    let words: Vec<&str> = paragraph.split_whitespace().collect();
    for (at, word) in words.iter().enumerate() {
        let sentence = sentences.last_mut().expect("there is always one");
        if !sentence.is_empty() {
            sentence.push(' ');
        }
        sentence.push_str(word);
        let ends = word.trim_end_matches([')', '"', '*', '_']).ends_with(['.', '?', '!']);
        let begins = |next: &&str| {
            let first = next.trim_start_matches(['(', '"', '*', '_']).chars().next();
            first.is_some_and(|first| first.is_uppercase() || first.is_numeric() || "`/<".contains(first))
        };
        if ends && words.get(at + 1).is_some_and(begins) {
            sentences.push(String::new());
        }
    }
    sentences.into_iter().filter(|sentence| words_of(sentence) > 0)
}

/// How many words a sentence has: what is between spaces and has a letter or a digit in it.
pub(crate) fn words_of(sentence: &str) -> usize {
    sentence.split_whitespace().filter(|word| word.contains(char::is_alphanumeric)).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_ends_where_another_begins() {
        let cases: [(&str, &[usize]); 12] = [
            ("One two. Three four five.", &[2, 3]),
            ("One\ntwo.\nThree.", &[2, 1]),
            ("It costs 0.5 ms, e.g. at rest. Or not?", &[7, 2]),
            ("One. two three", &[3]),
            ("One two:\n- three four\n- five\n\nSix.", &[2, 2, 1, 1]),
            ("1. One two.\n2. Three", &[2, 1]),
            ("- One two\n  three.\n  Four five.", &[3, 2]),
            ("See [the four words](docs/a.md#b) of `a b c`.", &[6]),
            ("# A heading\nOne.\n\n| a | table. Row |\n|---|---|\n\nTwo.", &[1, 1]),
            ("One.\n\n```sh\ncode. Code\n```\nTwo.\n\n    code. Code\n    code\n\nThree.", &[1, 1, 1]),
            ("One (two). (Three four.) `code` five.", &[2, 2, 2]),
            ("A – b, c; d: e.", &[5]),
        ];
        for (text, words) in cases {
            let found: Vec<_> = sentences(text).iter().map(|(_, sentence)| words_of(sentence)).collect();
            assert_eq!(found, words, "{text}");
        }
    }

    #[test]
    fn a_sentence_has_the_line_in_which_its_paragraph_begins() {
        let found = sentences("# A\n\nOne.\nTwo.\n\n- Three.\n- Four.");
        assert_eq!(found.iter().map(|(at, _)| *at).collect::<Vec<_>>(), [3, 3, 6, 7]);
    }
}

//! The prose: how long its sentences are.

use crate::markdown::{sentences, words_of};
use crate::source::{assert_none, files};

/// More than a reader holds in mind at once.
const WORDS_MAX: usize = 35;

/// What the sentences of a file may have on average: a file of sentences that are all just short enough is tiring, too.
const WORDS_MEAN: usize = 18;

#[test]
fn a_sentence_has_one_thought() {
    let mut broken = Vec::new();
    for source in files("md") {
        let sentences = sentences(&source.text);
        let words: usize = sentences.iter().map(|(_, sentence)| words_of(sentence)).sum();
        if words >= WORDS_MEAN * sentences.len().max(1) {
            broken.push(format!("{}: {words} words in {} sentences", source.path, sentences.len()));
        }
        for (at, sentence) in &sentences {
            let words = words_of(sentence);
            if words > WORDS_MAX {
                broken.push(format!("{}:{at}: {words} words: {sentence}", source.path));
            }
        }
    }
    assert_none("a sentence has at most 35 words, and those of a file fewer than 18 on average", &broken);
}

//! The line that is being typed: its text and the cursor, which always stands between two clusters.

use unicode_segmentation::UnicodeSegmentation as _;

use super::history::History;
use super::keys::Edit;

/// The text, the cursor, what was cut out last, and what was typed before.
#[derive(Debug, Default)]
pub(super) struct Input {
    text: String,
    /// In bytes.
    cursor: usize,
    cut: String,
    history: History,
}

impl Input {
    /// Returns what is typed.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Returns what is typed before the cursor.
    pub(super) fn before_cursor(&self) -> &str {
        &self.text[..self.cursor]
    }

    /// Returns how many characters there are, as the server counts them.
    pub(super) fn chars(&self) -> usize {
        self.text.chars().count()
    }

    /// Puts text where the cursor is.
    pub(super) fn insert(&mut self, text: &str) {
        self.text.insert_str(self.cursor, text);
        self.cursor += text.len();
        // What was inserted may have become one cluster with what follows.
        if !self.text.grapheme_indices(true).any(|(start, _)| start == self.cursor) {
            self.cursor = self.right();
        }
    }

    /// Puts `text` in place of what there is from `start` up to the cursor.
    pub(super) fn replace_from(&mut self, start: usize, text: &str) {
        self.text.replace_range(start..self.cursor, text);
        self.cursor = start + text.len();
    }

    /// Does what a key asks for.
    pub(super) fn edit(&mut self, edit: Edit) {
        match edit {
            Edit::Left => self.cursor = self.left(),
            Edit::Right => self.cursor = self.right(),
            Edit::WordLeft => self.cursor = self.word_left(),
            Edit::WordRight => self.cursor = self.word_right(),
            Edit::Home => self.cursor = 0,
            Edit::End => self.cursor = self.text.len(),
            Edit::Backspace => drop(self.cut_out(self.left(), self.cursor)),
            Edit::Delete => drop(self.cut_out(self.cursor, self.right())),
            Edit::KillWordLeft => self.kill(self.word_left(), self.cursor),
            Edit::KillWordRight => self.kill(self.cursor, self.word_right()),
            Edit::KillToHome => self.kill(0, self.cursor),
            Edit::KillToEnd => self.kill(self.cursor, self.text.len()),
            Edit::Yank => {
                let cut = self.cut.clone();
                self.insert(&cut);
            }
        }
    }

    /// Takes the line to send it, and remembers it.
    pub(super) fn take(&mut self) -> String {
        let text = std::mem::take(&mut self.text);
        self.cursor = 0;
        self.history.push(&text);
        text
    }

    /// Takes what is typed, and remembers nothing of it.
    pub(super) fn take_secret(&mut self) -> String {
        self.cursor = 0;
        std::mem::take(&mut self.text)
    }

    /// Fetches the line typed before, if there is one.
    pub(super) fn older(&mut self) {
        if let Some(text) = self.history.older(&self.text) {
            self.replace(text);
        }
    }

    /// Fetches the line typed after, if there is one.
    pub(super) fn newer(&mut self) {
        if let Some(text) = self.history.newer() {
            self.replace(text);
        }
    }

    fn replace(&mut self, text: String) {
        self.cursor = text.len();
        self.text = text;
    }

    fn kill(&mut self, start: usize, end: usize) {
        let cut = self.cut_out(start, end);
        if !cut.is_empty() {
            self.cut = cut;
        }
    }

    fn cut_out(&mut self, start: usize, end: usize) -> String {
        self.cursor = start;
        self.text.drain(start..end).collect()
    }

    fn left(&self) -> usize {
        self.before_cursor().grapheme_indices(true).next_back().map_or(0, |(start, _)| start)
    }

    fn right(&self) -> usize {
        let starts = self.text.grapheme_indices(true).map(|(start, _)| start);
        starts.chain([self.text.len()]).find(|start| *start > self.cursor).unwrap_or(self.text.len())
    }

    /// The start of the word that the cursor is in or behind.
    fn word_left(&self) -> usize {
        let before = self.before_cursor();
        let mut words = before.split_word_bound_indices().filter(|(_, word)| is_word(word));
        words.next_back().map_or(0, |(start, _)| start)
    }

    /// The end of the word that the cursor is in or before.
    fn word_right(&self) -> usize {
        let mut words = self.text[self.cursor..].split_word_bound_indices().filter(|(_, word)| is_word(word));
        words.next().map_or(self.text.len(), |(start, word)| self.cursor + start + word.len())
    }
}

fn is_word(text: &str) -> bool {
    text.chars().any(|c| !c.is_whitespace() && !c.is_ascii_punctuation())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Types what is before and after the `|`, and leaves the cursor there.
    fn typed(text: &str) -> Input {
        let (before, after) = text.split_once('|').expect("the case has a cursor");
        Input { text: format!("{before}{after}"), cursor: before.len(), ..Input::default() }
    }

    fn shown(input: &Input) -> String {
        format!("{}|{}", input.before_cursor(), &input.text[input.cursor..])
    }

    #[test]
    fn each_key_moves_or_cuts_whole_clusters_and_words() {
        let cases = [
            ("ab|c", Edit::Left, "a|bc"),
            ("|abc", Edit::Left, "|abc"),
            ("ab|c", Edit::Right, "abc|"),
            ("abc|", Edit::Right, "abc|"),
            ("a👩‍🚀|b", Edit::Left, "a|👩‍🚀b"),
            ("a|👩‍🚀b", Edit::Right, "a👩‍🚀|b"),
            ("a👩‍🚀|b", Edit::Backspace, "a|b"),
            ("e\u{301}|", Edit::Backspace, "|"),
            ("a|e\u{301}b", Edit::Delete, "a|b"),
            ("日本|語", Edit::Backspace, "日|語"),
            ("|", Edit::Backspace, "|"),
            ("|", Edit::Delete, "|"),
            ("one two|", Edit::WordLeft, "one |two"),
            ("one t|wo", Edit::WordLeft, "one |two"),
            ("one  |", Edit::WordLeft, "|one  "),
            ("one, |two", Edit::WordLeft, "|one, two"),
            ("|one two", Edit::WordRight, "one| two"),
            ("one| two", Edit::WordRight, "one two|"),
            ("one two| ", Edit::WordRight, "one two |"),
            ("a|b", Edit::Home, "|ab"),
            ("a|b", Edit::End, "ab|"),
            ("one two|", Edit::KillWordLeft, "one |"),
            ("don't| go", Edit::KillWordLeft, "| go"),
            ("|one two", Edit::KillWordRight, "| two"),
            ("one |two", Edit::KillToHome, "|two"),
            ("one |two", Edit::KillToEnd, "one |"),
            ("a|b", Edit::Yank, "a|b"),
        ];
        for (before, edit, after) in cases {
            let mut input = typed(before);
            input.edit(edit);
            assert_eq!(shown(&input), after, "{before} {edit:?}");
        }
    }

    #[test]
    fn what_was_cut_can_be_put_elsewhere() {
        let mut input = typed("one two|");
        input.edit(Edit::KillWordLeft);
        input.edit(Edit::Home);
        input.edit(Edit::Yank);
        assert_eq!(shown(&input), "two|one ");
    }

    #[test]
    fn typing_never_leaves_the_cursor_within_a_cluster() {
        let mut input = typed("|\u{301}x");
        input.insert("e");
        assert_eq!(shown(&input), "e\u{301}|x");
        input.insert("日本");
        assert_eq!(shown(&input), "e\u{301}日本|x");
    }

    #[test]
    fn arrows_go_through_what_was_typed_and_back_to_what_was_not_sent() {
        let mut input = Input::default();
        for line in ["one", "two"] {
            input.insert(line);
            assert_eq!(input.take(), line);
        }
        input.insert("draft");
        for (step, text) in [
            (Input::older as fn(&mut Input), "two"),
            (Input::older, "one"),
            (Input::older, "one"),
            (Input::newer, "two"),
            (Input::newer, "draft"),
            (Input::newer, "draft"),
        ] {
            step(&mut input);
            assert_eq!(shown(&input), format!("{text}|"));
        }
    }
}

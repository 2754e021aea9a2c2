//! The lines that were typed before, and the one among them that is being looked at.

/// More lines than anyone looks for with an arrow key.
const LINES_MAX: usize = 500;

/// Remembers lines, oldest first.
#[derive(Debug, Default)]
pub(super) struct History {
    lines: Vec<String>,
    /// The line that is being looked at; `None` is the one that is being typed.
    at: Option<usize>,
    /// What was being typed when the first older line was fetched.
    draft: String,
}

impl History {
    /// Remembers a line. One that is like the last is remembered once.
    pub(super) fn push(&mut self, line: &str) {
        self.at = None;
        if self.lines.last().is_some_and(|last| last == line) {
            return;
        }
        if self.lines.len() == LINES_MAX {
            self.lines.remove(0);
        }
        self.lines.push(line.to_owned());
    }

    /// Returns the line before; `current` is kept if it is what was being typed.
    pub(super) fn older(&mut self, current: &str) -> Option<String> {
        let at = self.at.unwrap_or(self.lines.len()).checked_sub(1)?;
        if self.at.is_none() {
            current.clone_into(&mut self.draft);
        }
        self.at = Some(at);
        Some(self.lines[at].clone())
    }

    /// Returns the line after, or what was being typed.
    pub(super) fn newer(&mut self) -> Option<String> {
        let at = self.at? + 1;
        self.at = (at < self.lines.len()).then_some(at);
        Some(self.lines.get(at).unwrap_or(&self.draft).clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repeated_line_is_remembered_once_and_the_oldest_is_forgotten() {
        let mut history = History::default();
        for line in 0..=LINES_MAX {
            history.push(&line.to_string());
            history.push(&line.to_string());
        }
        assert_eq!(history.lines.len(), LINES_MAX);
        assert_eq!(history.lines[0], "1");
    }

    #[test]
    fn without_lines_there_is_nothing_to_fetch() {
        let mut history = History::default();
        assert_eq!((history.older("x"), history.newer()), (None, None));
    }
}

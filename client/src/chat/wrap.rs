//! How an entry is cut into rows of a given width: at spaces where it can be, within a word where it must be.

use super::entry::Entry;
use super::piece::{Piece, Role};
use super::width::{Cluster, clusters};

/// Below this width, time stamps would take more place than they are worth.
const STAMPED_COLUMNS_MIN: usize = 40;

/// How far the rows after the first are indented where there are no stamps.
const INDENT: usize = 2;

/// One row of the screen, from the left.
pub(super) type Row = Vec<Piece<'static>>;

/// Returns the rows that an entry takes, at least one.
pub(super) fn rows(entry: &Entry, columns: usize) -> Vec<Row> {
    let stamp = (columns >= STAMPED_COLUMNS_MIN).then(|| format!("{} ", entry.stamp()));
    let indent = match &stamp {
        Some(stamp) => stamp.len(),
        None if columns >= 4 * INDENT => INDENT,
        None => 0,
    };
    let mut wrapper = Wrapper { columns, indent, rows: Vec::new(), row: Vec::new(), used: 0, break_at: None };
    let stamp = stamp.map(|stamp| Piece::new(Role::Stamp, stamp));
    if let Some(piece) = &stamp {
        clusters(&piece.text).for_each(|cluster| wrapper.place(piece.role, cluster));
    }
    wrapper.break_at = None;
    let pieces = entry.pieces();
    for piece in &pieces {
        clusters(&piece.text).for_each(|cluster| wrapper.push(piece.role, cluster));
    }
    wrapper.finish()
}

struct Wrapper<'a> {
    columns: usize,
    indent: usize,
    rows: Vec<Row>,
    row: Vec<(Role, Cluster<'a>)>,
    used: usize,
    /// Where in the row the last word begins, if another is before it.
    break_at: Option<usize>,
}

impl<'a> Wrapper<'a> {
    fn push(&mut self, role: Role, cluster: Cluster<'a>) {
        let is_space = cluster.text == " ";
        // Chinese and Japanese are written without spaces, and broken anywhere.
        let is_wide = cluster.cells > 1;
        if is_wide {
            self.break_at = Some(self.row.len());
        }
        if self.used + cluster.cells_max > self.columns && !self.row.is_empty() {
            if is_space {
                // The space that a row ends at is not shown.
                return self.end_row();
            }
            let word = self.break_at.map_or(Vec::new(), |at| self.row.split_off(at));
            self.end_row();
            word.into_iter().for_each(|(role, cluster)| self.place(role, cluster));
        }
        self.place(role, cluster);
        if is_space || is_wide {
            self.break_at = Some(self.row.len());
        }
    }

    fn place(&mut self, role: Role, cluster: Cluster<'a>) {
        self.used += cluster.cells;
        self.row.push((role, cluster));
    }

    fn end_row(&mut self) {
        let mut row: Row = Vec::new();
        if !self.rows.is_empty() && self.indent > 0 {
            row.push(Piece::new(Role::Text, " ".repeat(self.indent)));
        }
        for (role, cluster) in self.row.drain(..) {
            match row.last_mut() {
                Some(last) if last.role == role => last.text.to_mut().push_str(cluster.text),
                _ => row.push(Piece::new(role, cluster.text.to_owned())),
            }
        }
        self.rows.push(row);
        self.used = self.indent;
        self.break_at = None;
    }

    fn finish(mut self) -> Vec<Row> {
        if !self.row.is_empty() || self.rows.is_empty() {
            self.end_row();
        }
        self.rows
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::Time;

    use super::super::width::cells;
    use super::*;
    use crate::line::Line;

    fn wrapped(text: &str, columns: usize) -> Vec<String> {
        let line = format!("Ann: {text}");
        let entry = Entry::of(Time::constant(12, 34, 0, 0), Line::parse(&line), line, None);
        let plain = |row: &Row| row.iter().map(|piece| &*piece.text).collect::<String>();
        rows(&entry, columns).iter().map(plain).collect()
    }

    #[test]
    fn rows_break_at_spaces_or_within_words_that_are_too_long() {
        let cases: [(&str, usize, &[&str]); 11] = [
            ("hello", 20, &["Ann: hello"]),
            ("hello there", 12, &["Ann: hello ", "  there"]),
            ("hello there", 16, &["Ann: hello there"]),
            ("hello there you", 16, &["Ann: hello there", "  you"]),
            ("abcdefghijklmnop", 10, &["Ann: ", "  abcdefgh", "  ijklmnop"]),
            ("日本語日本語", 10, &["Ann: 日本", "  語日本語"]),
            ("日本 word", 10, &["Ann: 日本 ", "  word"]),
            ("日本word", 10, &["Ann: 日本", "  word"]),
            ("a 👩‍🚀👩‍🚀", 10, &["Ann: a ", "  👩‍🚀👩‍🚀"]),
            ("hello there", 48, &["12:34 Ann: hello there"]),
            (
                "0123456789 0123456789 0123456789 0123456789",
                40,
                &["12:34 Ann: 0123456789 0123456789 ", "      0123456789 0123456789"],
            ),
        ];
        for (text, columns, expected) in cases {
            assert_eq!(wrapped(text, columns), expected, "{text} in {columns}");
        }
    }

    #[test]
    fn no_row_is_wider_than_the_screen_and_nothing_but_spaces_is_lost() {
        let texts =
            ["a bb ccc dddd eeeee ffffff", "日本 語 ab 日本語日本語", "👩‍🚀 x 👍🏽👍🏽 ❤️ y", "   spaces   all   over   "];
        let without_spaces = |text: &str| text.replace(' ', "");
        for text in texts {
            for columns in 4..60 {
                let rows = wrapped(text, columns);
                assert!(rows.iter().all(|row| cells(row) <= columns), "{rows:?} in {columns}");
                let shown = without_spaces(&rows.concat());
                assert!(shown.ends_with(&format!("Ann:{}", without_spaces(text))), "{rows:?} in {columns}");
            }
        }
    }

    #[test]
    fn even_a_screen_without_width_gets_its_rows() {
        for columns in 0..4 {
            assert!(!wrapped("日本 ab", columns).is_empty());
        }
    }
}

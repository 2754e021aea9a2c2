//! How wide text is on a terminal.
//!
//! Terminals disagree about emoji that are made of several characters: one draws an astronaut in two cells, another a
//! woman and a rocket in four. So a cluster has a width that is laid out by, and a worst one that must not cross the
//! right margin; and what follows it in its row is drawn anew each time.

use ratatui::buffer::CellWidth as _;
use unicode_segmentation::UnicodeSegmentation as _;
use unicode_width::UnicodeWidthChar as _;

/// What a reader takes for one character.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cluster<'a> {
    /// Where in the text it begins, in bytes.
    pub(super) at: usize,
    pub(super) text: &'a str,
    /// How many cells are laid out for it.
    pub(super) cells: usize,
    /// How many cells it takes at worst.
    pub(super) cells_max: usize,
}

/// Returns the clusters of a text. Those that nothing is seen of are left out.
pub(super) fn clusters(text: &str) -> impl DoubleEndedIterator<Item = Cluster<'_>> {
    text.grapheme_indices(true).map(|(at, text)| Cluster::of(at, text)).filter(|cluster| cluster.cells > 0)
}

/// Returns how many cells are laid out for a text.
pub(super) fn cells(text: &str) -> usize {
    clusters(text).map(|cluster| cluster.cells).sum()
}

/// Tells whether terminals may disagree about the width of something in `text`.
pub(super) fn is_risky(text: &str) -> bool {
    !text.is_ascii() && clusters(text).any(|cluster| cluster.cells != cluster.cells_max)
}

/// Returns as much of the beginning of `text` as fits into so many cells, with `…` where something is missing.
pub(super) fn fit(text: &str, cells_max: usize) -> String {
    if cells(text) <= cells_max {
        return text.to_owned();
    }
    let (mut kept, mut used) = (String::new(), 0);
    for cluster in clusters(text) {
        used += cluster.cells;
        if used >= cells_max {
            break;
        }
        kept.push_str(cluster.text);
    }
    if cells_max > 0 {
        kept.push('…');
    }
    kept
}

impl<'a> Cluster<'a> {
    fn of(at: usize, text: &'a str) -> Self {
        // As ratatui counts, or cursor and text would part.
        let cells = usize::from(text.cell_width());
        let cells_max = text.chars().map(|c| c.width().unwrap_or(0)).sum::<usize>().max(cells);
        Self { at, text, cells, cells_max }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cluster_is_as_wide_as_it_is_drawn_and_at_worst_as_its_characters() {
        let cases = [
            ("a", 1, 1),
            ("é", 1, 1),
            ("e\u{301}", 1, 1),
            ("語", 2, 2),
            ("😀", 2, 2),
            ("👩\u{200d}🚀", 2, 4),
            ("👍🏽", 2, 4),
            ("🇸🇪", 2, 2),
            ("❤\u{fe0f}", 2, 2),
        ];
        for (text, cells, cells_max) in cases {
            assert_eq!(clusters(text).collect::<Vec<_>>(), [Cluster { at: 0, text, cells, cells_max }]);
        }
    }

    #[test]
    fn what_nothing_is_seen_of_takes_no_place() {
        assert_eq!(cells("\u{200b}\u{feff}"), 0);
        assert_eq!(cells("\u{301}a"), 1);
    }

    #[test]
    fn what_does_not_fit_ends_in_an_ellipsis() {
        let cases = [
            ("abc", 3, "abc"),
            ("abcd", 3, "ab…"),
            ("日本語", 6, "日本語"),
            ("日本語", 5, "日本…"),
            ("日本語", 4, "日…"),
            ("ab", 1, "…"),
            ("ab", 0, ""),
        ];
        for (text, cells_max, kept) in cases {
            assert_eq!(fit(text, cells_max), kept, "{text} in {cells_max}");
            assert!(cells(kept) <= cells_max);
        }
    }
}

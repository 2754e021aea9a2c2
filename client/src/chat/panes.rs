//! How the screen is divided: a title, the log, a status line, the input.

use std::ops::Range;

use ratatui::layout::Rect;

use super::event::Size;
use super::input::Input;
use super::width::clusters;

/// What stands before the input.
pub(super) const PROMPT: &str = "> ";

/// The most rows that the input takes: four hundred characters are five rows of eighty.
const INPUT_ROWS_MAX: usize = 6;

/// The parts of the screen. Where there is no place for a part it has no rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Panes {
    pub(super) title: Rect,
    pub(super) log: Rect,
    pub(super) status: Rect,
    pub(super) input: Rect,
}

impl Panes {
    /// Divides a screen. The input comes first, then the status, the log, the title.
    pub(super) fn of(size: Size, input: &Input) -> Self {
        let at_most = usize::from(size.rows / 3).clamp(1, INPUT_ROWS_MAX);
        let wanted = typed(input, size.columns).rows.len().min(at_most);
        let mut left = size.rows;
        let mut take = |rows: u16| {
            let taken = rows.min(left);
            left -= taken;
            taken
        };
        let input_rows = take(u16::try_from(wanted).unwrap_or(1));
        let (status, log) = (take(1), take(1));
        let title = take(1);
        let log = log + left;
        let mut y = 0;
        let mut place = |height: u16| {
            let pane = Rect { x: 0, y, width: size.columns, height };
            y += height;
            pane
        };
        Self { title: place(title), log: place(log), status: place(status), input: place(input_rows) }
    }
}

/// The input as it is laid out.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Typed {
    /// The rows, without the prompt or what stands in its place; each with the bytes of the input that it holds.
    pub(super) rows: Vec<Range<usize>>,
    /// Column and row of the cursor; the prompt is not counted.
    pub(super) cursor: (usize, usize),
}

/// Lays the input out in rows: cut wherever a row is full, as an editor does.
pub(super) fn typed(input: &Input, columns: u16) -> Typed {
    let (text, cursor_at) = (input.text(), input.before_cursor().len());
    // One column is left free, so that the cursor has a place behind a full row.
    let columns = usize::from(columns).saturating_sub(PROMPT.len() + 1).max(1);
    let (mut rows, mut start, mut used, mut cursor) = (Vec::new(), 0, 0, (0, 0));
    for cluster in clusters(text) {
        if used + cluster.cells_max > columns && used > 0 {
            rows.push(start..cluster.at);
            (start, used) = (cluster.at, 0);
        }
        if cluster.at < cursor_at {
            cursor = (used + cluster.cells, rows.len());
        }
        used += cluster.cells;
    }
    rows.push(start..text.len());
    Typed { rows, cursor }
}

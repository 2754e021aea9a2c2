//! Scrolling, and what stays where it is.

use jiff::civil::Time;

use super::*;

const PANE: Pane = Pane { columns: 12, rows: 4 };

fn entry(text: &str) -> Entry {
    Entry::told(Time::midnight(), text.to_owned())
}

/// A log of `count` entries of a row each.
fn log(count: usize) -> Log {
    let mut log = Log::default();
    (0..count).for_each(|number| log.push(entry(&number.to_string())));
    log
}

fn shown(log: &Log, pane: Pane) -> Vec<String> {
    let plain = |row: Row| row.iter().map(|piece| &*piece.text).collect::<String>();
    log.window(pane).into_iter().map(plain).map(|row| row.replace("· ", "")).collect()
}

#[test]
fn the_newest_are_shown_unless_others_are_looked_at() {
    let mut log = log(10);
    assert_eq!(shown(&log, PANE), ["6", "7", "8", "9"]);
    log.push(entry("10"));
    assert_eq!(shown(&log, PANE), ["7", "8", "9", "10"]);
    assert_eq!((log.waiting(), log.is_at_bottom()), (0, true));
}

#[test]
fn each_way_of_scrolling_ends_where_it_should() {
    let cases: [(&[Scroll], [&str; 4]); 9] = [
        (&[Scroll::RowUp], ["5", "6", "7", "8"]),
        (&[Scroll::RowUp, Scroll::RowDown], ["6", "7", "8", "9"]),
        (&[Scroll::PageUp], ["3", "4", "5", "6"]),
        (&[Scroll::PageUp, Scroll::PageUp], ["0", "1", "2", "3"]),
        (&[Scroll::PageUp, Scroll::PageUp, Scroll::PageUp], ["0", "1", "2", "3"]),
        (&[Scroll::Top], ["0", "1", "2", "3"]),
        (&[Scroll::Top, Scroll::PageDown], ["3", "4", "5", "6"]),
        (&[Scroll::Top, Scroll::Bottom], ["6", "7", "8", "9"]),
        (&[Scroll::PageUp, Scroll::PageDown, Scroll::PageDown], ["6", "7", "8", "9"]),
    ];
    for (scrolls, expected) in cases {
        let mut log = log(10);
        scrolls.iter().for_each(|scroll| log.scroll(*scroll, PANE));
        assert_eq!(shown(&log, PANE), expected, "{scrolls:?}");
        assert_eq!(log.is_at_bottom(), expected[3] == "9", "{scrolls:?}");
    }
}

#[test]
fn what_is_read_stays_where_it_is_while_others_come_and_wait() {
    let mut log = log(10);
    log.scroll(Scroll::PageUp, PANE);
    let before = shown(&log, PANE);
    (10..13).for_each(|number| log.push(entry(&number.to_string())));
    assert_eq!(shown(&log, PANE), before);
    assert_eq!(log.waiting(), 3);
    log.scroll(Scroll::PageDown, PANE);
    assert_eq!((shown(&log, PANE), log.waiting()), (["6", "7", "8", "9"].map(str::to_owned).into(), 3));
    log.scroll(Scroll::RowDown, PANE);
    assert_eq!((shown(&log, PANE), log.waiting()), (["7", "8", "9", "10"].map(str::to_owned).into(), 2));
    log.scroll(Scroll::PageDown, PANE);
    assert_eq!((log.waiting(), log.is_at_bottom()), (0, true));
}

#[test]
fn what_was_said_before_is_not_new() {
    let mut log = log(10);
    log.scroll(Scroll::PageUp, PANE);
    log.push(entry("10"));
    (11..13).for_each(|number| log.push(Entry::earlier(Time::midnight(), number.to_string())));
    assert_eq!(log.waiting(), 1);
    log.scroll(Scroll::PageDown, PANE);
    log.scroll(Scroll::RowDown, PANE);
    assert_eq!((shown(&log, PANE), log.waiting()), (["7", "8", "9", "10"].map(str::to_owned).into(), 0));
}

#[test]
fn entries_of_many_rows_are_scrolled_row_by_row() {
    let mut log = Log::default();
    log.push(entry("aaaaaaaaaa bbbbbbbbbb cccccccccc"));
    log.push(entry("dddddddddd eeeeeeeeee"));
    let all = ["aaaaaaaaaa ", "  bbbbbbbbbb ", "  cccccccccc", "dddddddddd ", "  eeeeeeeeee"];
    assert_eq!(shown(&log, PANE), all[1..].iter().map(|row| row.trim_end()).collect::<Vec<_>>());
    log.scroll(Scroll::RowUp, PANE);
    assert_eq!(shown(&log, PANE), all[..4].iter().map(|row| row.trim_end()).collect::<Vec<_>>());
    log.scroll(Scroll::RowUp, PANE);
    assert_eq!(shown(&log, PANE)[3], "dddddddddd");
}

#[test]
fn another_width_keeps_the_entry_that_is_read() {
    let mut log = Log::default();
    for number in 0..20 {
        log.push(entry(&format!("{number} aaaaaaaa bbbbbbbb cccccccc")));
    }
    log.scroll(Scroll::PageUp, PANE);
    log.scroll(Scroll::PageUp, PANE);
    let held = log.held.expect("it does not follow").entry;
    for columns in [60, 5, 0, 12] {
        let pane = Pane { columns, ..PANE };
        assert!(!log.window(pane).is_empty());
        assert_eq!(log.bottom(pane).expect("there are entries").entry, held);
    }
}

#[test]
fn the_oldest_are_forgotten_even_while_they_are_read() {
    let mut log = log(ENTRIES_MAX);
    log.scroll(Scroll::Top, PANE);
    (0..10).for_each(|_| log.push(entry("new")));
    assert_eq!(log.entries.len(), ENTRIES_MAX);
    assert_eq!(shown(&log, PANE), ["10"]);
    log.scroll(Scroll::RowDown, PANE);
    assert_eq!(shown(&log, PANE), ["10", "11"]);
}

#[test]
fn a_log_without_entries_or_a_screen_without_rows_shows_nothing() {
    let mut empty = Log::default();
    empty.scroll(Scroll::PageUp, PANE);
    empty.scroll(Scroll::PageDown, PANE);
    assert!(empty.window(PANE).is_empty());
    let mut log = log(3);
    let none = Pane { columns: 12, rows: 0 };
    for scroll in [Scroll::PageUp, Scroll::PageDown, Scroll::Top, Scroll::RowUp, Scroll::RowDown, Scroll::Bottom] {
        log.scroll(scroll, none);
        assert!(log.window(none).is_empty());
    }
}

#[test]
fn however_few_rows_there_are_one_scrolls_no_further_than_to_the_oldest_entry() {
    for rows in 0..=2 {
        let (mut log, pane) = (log(3), Pane { columns: 12, rows });
        (0..9).for_each(|_| log.scroll(Scroll::RowUp, pane));
        assert_eq!(shown(&log, Pane { rows: 1, ..pane }), [["0", "0", "1"][rows]], "{rows} rows");
    }
}

//! The drawn screen. Snapshots are beside this file; `INSTA_UPDATE=always cargo test` draws them again.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use insta::assert_snapshot;
use ratatui::Terminal;
use ratatui::backend::TestBackend;

use super::*;
use crate::chat::event::Event;
use crate::chat::given::{NOW, arrived, fresh};
use crate::chat::keys::KEYS;
use crate::chat::update::update;

fn draw(state: &mut State, columns: u16, rows: u16) -> Terminal<TestBackend> {
    update(state, NOW, Event::Resized(Size { columns, rows }));
    let mut terminal = Terminal::new(TestBackend::new(columns, rows)).expect("a screen in memory");
    terminal.draw(|frame| view(state, frame)).expect("it takes everything");
    terminal
}

fn screen(state: &mut State, columns: u16, rows: u16) -> String {
    draw(state, columns, rows).backend().to_string()
}

fn receive(state: &mut State, lines: &[&str]) {
    for line in lines {
        update(state, NOW, Event::Received((*line).to_owned()));
    }
}

fn type_text(state: &mut State, text: &str) {
    text.chars().for_each(|c| press(state, KeyCode::Char(c)));
}

fn press(state: &mut State, code: KeyCode) {
    update(state, NOW, Event::Pressed(KeyEvent::new(code, KeyModifiers::NONE)));
}

/// A short conversation.
fn conversation() -> State {
    let mut state = arrived("Ann", "main");
    receive(
        &mut state,
        &[
            "Bob joined",
            "Bob: hi Ann, have you seen the new room? It is called pizza, and there is more talk in it than one would think.",
            "Ann: no, but I'll have a look",
            "Cid joined",
            "Cid: hello everyone",
            "Bob left",
            "Rooms - pizza (2), main (2)",
        ],
    );
    state
}

/// Lines with wide characters, emoji of several characters, and words that fill rows.
fn many_scripts() -> State {
    let mut state = arrived("Ann", "main");
    receive(
        &mut state,
        &[
            "Yuki: 日本語のとても長い文章は、空白がなくても、画面の端できちんと折り返されなければなりません。",
            "Zoe: 👩‍🚀🚀 to the moon 👍🏽 and ❤️ back 🇸🇪",
            "Omar: العربية",
            "Ann: e\u{301}\u{301}\u{301} a\u{200b}b",
            "Max: 0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789",
        ],
    );
    state
}

#[test]
fn a_conversation() {
    assert_snapshot!(screen(&mut conversation(), 80, 24));
}

#[test]
fn a_conversation_on_a_small_screen() {
    assert_snapshot!(screen(&mut conversation(), 20, 5));
}

#[test]
fn what_it_looks_like_at_first() {
    let mut state = fresh();
    receive(&mut state, &["Server commands", "  /help - prints this message", "You are BraveOtter", "You joined main"]);
    assert_snapshot!(screen(&mut state, 60, 10));
}

#[test]
fn many_scripts_keep_their_columns() {
    assert_snapshot!(screen(&mut many_scripts(), 60, 14));
}

#[test]
fn many_scripts_on_a_small_screen() {
    assert_snapshot!(screen(&mut many_scripts(), 20, 12));
}

#[test]
fn what_people_do_and_write_and_have_said() {
    let mut state = arrived("Ann", "main");
    receive(
        &mut state,
        &[
            "Topic - pizza at eight",
            "[5 min ago] Bob: is Ann here?",
            "[just now] * Cid looks around",
            "* Bob waves",
            "* Ann waves at Bob and at everybody else who happens to be in this room at this time of the day",
            "Bob (to you): psst, Ann",
            "You (to Bob): what is it?",
            "There is nobody called Zoe",
            "Bob set the topic: pizza at nine",
        ],
    );
    assert_snapshot!(screen(&mut state, 60, 16));
}

#[test]
fn the_topic_gives_way_to_the_room_and_the_address() {
    let cases = [
        (60, " main · pizza at eight                      127.0.0.1:42069 "),
        (40, " main · pizza at eight  127.0.0.1:42069 "),
        (39, " main · pizza at eight 127.0.0.1:42069 "),
        (38, " main · pizza at eig… 127.0.0.1:42069 "),
        (33, " main · pizza a… 127.0.0.1:42069 "),
        (32, " main · pizza … 127.0.0.1:42069 "),
        (31, " main          127.0.0.1:42069 "),
        (20, " main               "),
    ];
    for (columns, title) in cases {
        let mut state = arrived("Ann", "main");
        receive(&mut state, &["Topic - pizza at eight"]);
        let shown = screen(&mut state, columns, 5);
        assert_eq!(shown.lines().next(), Some(&*format!("{title:?}")), "{columns}");
        receive(&mut state, &["You joined games"]);
        let shown = screen(&mut state, columns, 5);
        assert!(shown.starts_with("\" games  "), "{shown}");
    }
}

#[test]
fn what_was_said_before_is_dimmed() {
    for (colours, fg, modifier) in [(Colours::On, GREY, Modifier::empty()), (Colours::Off, Color::Reset, Modifier::DIM)]
    {
        let mut state = State { colours, ..arrived("Ann", "main") };
        receive(&mut state, &["[just now] Bob: hi Ann"]);
        let terminal = draw(&mut state, 60, 5);
        let row = &terminal.backend().buffer().content[2 * 60..2 * 60 + 28];
        let text: String = row.iter().map(ratatui::buffer::Cell::symbol).collect();
        assert_eq!(text, "09:05 [just now] Bob: hi Ann");
        assert!(row.iter().all(|cell| (cell.fg, cell.modifier) == (fg, modifier)), "{row:?}");
    }
}

#[test]
fn scrolled_up_it_says_how_many_wait() {
    let mut state = arrived("Ann", "main");
    (0..30).for_each(|number| receive(&mut state, &[&format!("Bob: {number}")]));
    update(&mut state, NOW, Event::Resized(Size { columns: 60, rows: 8 }));
    press(&mut state, KeyCode::PageUp);
    receive(&mut state, &["Bob: wait", "Bob: for me"]);
    assert_snapshot!(screen(&mut state, 60, 8));
}

#[test]
fn typed_text_takes_more_rows_as_it_needs_them() {
    let mut state = conversation();
    type_text(&mut state, &"日本語 and English, ".repeat(7));
    assert_snapshot!(screen(&mut state, 60, 12));
}

#[test]
fn typed_text_on_a_small_screen() {
    let mut state = conversation();
    type_text(&mut state, "a line that is longer than the screen is wide");
    assert_snapshot!(screen(&mut state, 20, 5));
}

#[test]
fn over_long_text_is_shown_to_be_so() {
    let mut state = conversation();
    type_text(&mut state, &"0123456789".repeat(40));
    type_text(&mut state, "too much");
    let terminal = draw(&mut state, 80, 12);
    assert_snapshot!(terminal.backend());
    let marked = |x, y| terminal.backend().buffer()[(x, y)].modifier.contains(Modifier::UNDERLINED);
    // 77 characters fit into a row, so the first that is too many is the 16th of the last row but the prompt.
    let row = terminal.backend().buffer().area.bottom() - 1;
    let over: String = (0..80)
        .filter(|x| marked(*x, row))
        .map(|x| terminal.backend().buffer()[(x, row)].symbol().to_owned())
        .collect();
    assert_eq!(over, "too much");
}

#[test]
fn a_paste_is_asked_about() {
    let mut state = conversation();
    update(&mut state, NOW, Event::Pasted(format!("one\ntwo\n{}", "x".repeat(401))));
    assert_snapshot!(screen(&mut state, 60, 8));
}

#[test]
fn offline_it_says_so() {
    let mut state = conversation();
    update(&mut state, NOW, Event::Lost("the server closed it".into()));
    assert_snapshot!(screen(&mut state, 60, 8));
}

#[test]
fn tiny_screens_show_the_input_first() {
    for (rows, columns) in [(1, 20), (2, 20), (3, 20), (4, 20), (1, 1), (3, 2)] {
        let mut state = conversation();
        type_text(&mut state, "hi");
        let shown = screen(&mut state, columns, rows);
        assert_eq!(shown.lines().count(), usize::from(rows));
        assert!(columns < 20 || shown.lines().last().is_some_and(|row| row.starts_with("\"> hi")), "{shown}");
    }
}

#[test]
fn no_key_upsets_a_screen_without_place() {
    for (columns, rows) in (0..=3).flat_map(|columns| (0..=3).map(move |rows| (columns, rows))) {
        for (modifiers, code, _) in KEYS {
            let mut state = many_scripts();
            type_text(&mut state, "日本\u{3000}hi");
            draw(&mut state, columns, rows);
            for _ in 0..9 {
                update(&mut state, NOW, Event::Pressed(KeyEvent::new(code, modifiers)));
                draw(&mut state, columns, rows);
            }
        }
    }
}

#[test]
fn the_cursor_stands_where_typing_goes_on() {
    let cases = [
        ("", 0, (2, 7)),
        ("ab", 0, (4, 7)),
        ("日本", 0, (6, 7)),
        ("日本", 1, (4, 7)),
        ("👩‍🚀", 0, (4, 7)),
        (&"x".repeat(18), 0, (3, 7)),
    ];
    for (typed, lefts, (x, y)) in cases {
        let mut state = conversation();
        type_text(&mut state, typed);
        (0..lefts).for_each(|_| press(&mut state, KeyCode::Left));
        draw(&mut state, 20, 8).backend_mut().assert_cursor_position((x, y));
    }
}

#[test]
fn names_have_colours_and_mentions_stand_out_unless_colours_are_off() {
    for colours in [Colours::On, Colours::Off] {
        let mut state = State { colours, ..conversation() };
        let terminal = draw(&mut state, 60, 16);
        let cells = &terminal.backend().buffer().content;
        let coloured = cells.iter().any(|cell| cell.fg != Color::Reset || cell.bg != Color::Reset);
        assert_eq!(coloured, colours == Colours::On);
        // All that is reversed but for the two bars is the name of the one who looks.
        let mentions =
            cells.chunks(60).filter(|row| row.iter().any(|cell| !cell.modifier.contains(Modifier::REVERSED)));
        let mention: String = mentions
            .flatten()
            .filter(|cell| cell.modifier.contains(Modifier::REVERSED))
            .map(ratatui::buffer::Cell::symbol)
            .collect();
        assert_eq!(mention, "Ann");
    }
}

#[test]
fn a_row_with_risky_emoji_is_always_drawn_anew() {
    let state = many_scripts();
    let mut terminal = Terminal::new(TestBackend::new(60, 14)).expect("a screen in memory");
    let drawn = terminal.draw(|frame| view(&state, frame)).expect("it takes everything");
    for row in drawn.buffer.content.chunks(60) {
        let text: String = row.iter().map(ratatui::buffer::Cell::symbol).collect();
        let always = row.iter().all(|cell| cell.diff_option == CellDiffOption::AlwaysUpdate);
        assert_eq!(always, text.contains("👩‍🚀"), "{text}");
    }
}

//! What happens, table by table.

mod secrets;

use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use chinwag_core::Name;

use super::*;
use crate::chat::event::Size;
use crate::chat::given::{NOW, arrived, fresh, server};
use crate::chat::link::{Link, Wanted};
use crate::line::ASKED;

/// Types text, in which `⏎` is Enter and `⇥` Tab; returns what is to be done.
fn type_text(state: &mut State, text: &str) -> Vec<Effect> {
    let key = |c| match c {
        '⏎' => KeyCode::Enter,
        '⇥' => KeyCode::Tab,
        '⎋' => KeyCode::Esc,
        '↑' => KeyCode::Up,
        '⇞' => KeyCode::PageUp,
        c => KeyCode::Char(c),
    };
    text.chars().flat_map(|c| press(state, KeyModifiers::NONE, key(c))).collect()
}

fn press(state: &mut State, modifiers: KeyModifiers, code: KeyCode) -> Vec<Effect> {
    update(state, NOW, Event::Pressed(KeyEvent::new(code, modifiers)))
}

fn receive(state: &mut State, line: &str) -> Vec<Effect> {
    update(state, NOW, Event::Received(line.to_owned()))
}

fn sent(lines: &[&str]) -> Vec<Effect> {
    lines.iter().map(|line| Effect::Send((*line).to_owned())).collect()
}

#[test]
fn what_is_typed_is_sent_and_the_input_is_empty_again() {
    let cases: [(&str, &[&str]); 6] = [
        ("hello⏎", &["hello"]),
        ("one⏎two⏎", &["one", "two"]),
        ("⏎  ⏎", &[]),
        ("one⏎↑⏎", &["one", "one"]),
        ("/na⇥Cid⏎", &["/name Cid"]),
        ("bo⇥hi⏎", &["Bob: hi"]),
    ];
    for (typed, lines) in cases {
        let mut state = arrived("Ann", "main");
        receive(&mut state, "Bob joined");
        assert_eq!(type_text(&mut state, typed), sent(lines), "{typed}");
        assert!(state.input.text().trim().is_empty(), "{typed}");
    }
}

#[test]
fn ways_to_leave() {
    let leave = || [sent(&["/quit"]), vec![Effect::Leave(Ending::Wished)]].concat();
    let ctrl = |c| (KeyModifiers::CONTROL, KeyCode::Char(c));
    for (modifiers, code) in [ctrl('c'), ctrl('d')] {
        assert_eq!(press(&mut arrived("Ann", "main"), modifiers, code), leave());
    }
    assert_eq!(type_text(&mut arrived("Ann", "main"), "/quit⏎"), leave());
    assert_eq!(update(&mut arrived("Ann", "main"), NOW, Event::Terminated), leave());
    assert_eq!(type_text(&mut arrived("Ann", "main"), "/quitters⏎"), sent(&["/quitters"]));
    let mut offline = arrived("Ann", "main");
    update(&mut offline, NOW, Event::Lost("cable".into()));
    assert_eq!(type_text(&mut offline, "/quit⏎"), [Effect::Leave(Ending::Wished)]);
}

#[test]
fn ctrl_d_deletes_where_there_is_something_typed() {
    let mut state = arrived("Ann", "main");
    type_text(&mut state, "ab");
    press(&mut state, KeyModifiers::NONE, KeyCode::Home);
    assert_eq!(press(&mut state, KeyModifiers::CONTROL, KeyCode::Char('d')), []);
    assert_eq!(state.input.text(), "b");
}

#[test]
fn too_long_a_line_is_sent_only_if_enter_is_pressed_again() {
    let mut state = arrived("Ann", "main");
    let long = "x".repeat(403);
    assert_eq!(type_text(&mut state, &format!("{long}⏎")), []);
    assert_eq!(state.hint.as_deref(), Some("3 characters too long; Enter again sends it all the same"));
    assert_eq!(type_text(&mut state, "⏎"), sent(&[&long]));
    type_text(&mut state, &format!("{long}⏎"));
    assert_eq!(type_text(&mut state, "y⏎"), [], "another key in between takes the first Enter back");
}

#[test]
fn the_limit_is_what_the_server_says_it_is() {
    let mut state = arrived("Ann", "main");
    receive(&mut state, "Messages can only be 5 chars long");
    assert_eq!(type_text(&mut state, "123456⏎"), []);
    assert_eq!(state.excess(), 1);
}

#[test]
fn a_paste_of_several_lines_asks_first() {
    let cases: [(&str, &str, &[&str], &str); 8] = [
        ("one", "", &[], "one"),
        ("one\n", "", &[], "one"),
        ("\n \n", "", &[], ""),
        ("a\tb\u{1b}[2J", "", &[], "a b"),
        ("one\r\ntwo\rthree\n\n", "⏎", &["one", "two", "three"], ""),
        ("one\ntwo", "y", &["one", "two"], ""),
        ("one\ntwo", "⎋", &[], ""),
        ("one\ntwo", "xn", &[], ""),
    ];
    for (pasted, typed, lines, left) in cases {
        let mut state = arrived("Ann", "main");
        assert_eq!(update(&mut state, NOW, Event::Pasted(pasted.into())), [], "{pasted:?}");
        assert_eq!(type_text(&mut state, typed), sent(lines), "{pasted:?}");
        assert_eq!((state.input.text(), state.pasted.len()), (left, 0), "{pasted:?}");
    }
}

#[test]
fn no_line_of_a_paste_is_a_command() {
    let pasted = "/quit\n/join pizza\n// a comment\n/etc/hosts\n//\n/\n/name Bob\n a /b\n\u{feff}/quit\n\u{1b}[D/quit\n\u{200e}\u{feff}/quit\n last";
    let said = [
        "/quit",
        "/join pizza",
        "// a comment",
        "/etc/hosts",
        "//",
        "/",
        "/name Bob",
        " a /b",
        "/quit",
        "/quit",
        "/quit",
        " last",
    ];
    let mut state = arrived("Ann", "main");
    update(&mut state, NOW, Event::Pasted(pasted.into()));
    let effects = type_text(&mut state, "⏎");
    assert_eq!(effects.len(), said.len(), "{effects:?}");
    for (effect, said) in effects.iter().zip(said) {
        let Effect::Send(line) = effect else { panic!("{effect:?} for {said}") };
        // As the server reads it.
        let Some(Request::Command(Command::Say(texts))) = Request::parse(line) else { panic!("{line:?} is a command") };
        assert_eq!(texts.iter().collect::<String>(), said, "{line:?}");
    }
}

#[test]
fn the_slash_that_a_pasted_line_is_given_counts() {
    let mut state = arrived("Ann", "main");
    receive(&mut state, "Messages can only be 5 chars long");
    update(&mut state, NOW, Event::Pasted("/1234\n12345\n123456".into()));
    assert_eq!(state.pasted.iter().filter(|line| line.chars().count() > state.chars_max).count(), 2);
}

#[test]
fn who_is_stopped_gives_the_terminal_back_and_takes_it_again_where_there_is_a_shell() {
    let ctrl_z = (KeyModifiers::CONTROL, KeyCode::Char('z'));
    let mut state = State { mouse: Mouse::Selects, ..arrived("Ann", "main") };
    assert_eq!(press(&mut state, ctrl_z.0, ctrl_z.1), [Effect::Stop]);
    assert_eq!(update(&mut state, NOW, Event::Stopped), [Effect::Suspend]);
    let size = Size { columns: 50, rows: 9 };
    assert_eq!(update(&mut state, NOW, Event::Continued(size)), [Effect::TakeBack(Mouse::Selects), Effect::Redraw]);
    assert_eq!(state.size, size);
    let mut alone = State { shell: Shell::None, ..arrived("Ann", "main") };
    assert_eq!(press(&mut alone, ctrl_z.0, ctrl_z.1), []);
    assert_eq!(alone.hint.as_deref(), Some("there is no shell to go back to"));
    assert_eq!(update(&mut alone, NOW, Event::Stopped), []);
}

#[test]
fn the_bell_rings_when_somebody_else_says_ones_name() {
    let cases = [
        ("Bob: hi Ann", Bell::Rings, true),
        ("Bob: hi ann!", Bell::Rings, true),
        ("Bob: hi Ann", Bell::Silent, false),
        ("Bob: hi", Bell::Rings, false),
        ("Ann: I am Ann", Bell::Rings, false),
        ("Ann left", Bell::Rings, false),
        ("* Bob waves at Ann", Bell::Rings, true),
        ("* Bob waves", Bell::Rings, false),
        ("Bob (to you): hi", Bell::Rings, true),
        ("Bob (to you): hi", Bell::Silent, false),
        ("You (to Bob): hi, it is Ann", Bell::Rings, false),
        ("[just now] Bob: hi Ann", Bell::Rings, false),
        ("Topic - hi Ann", Bell::Rings, false),
    ];
    for (line, bell, rings) in cases {
        let mut state = State { bell, ..arrived("Ann", "main") };
        assert_eq!(receive(&mut state, line).contains(&Effect::Ring), rings, "{line}");
    }
}

#[test]
fn name_and_room_follow_what_the_server_says() {
    let cases = [
        ("Ann is now Cid", "Cid", "main"),
        ("Bob is now Cid", "Ann", "main"),
        ("You joined pizza", "Ann", "pizza"),
        ("Bob: You joined pizza", "Ann", "main"),
        ("Cid is already taken", "Ann", "main"),
    ];
    for (line, name, room) in cases {
        let mut state = arrived("Ann", "main");
        receive(&mut state, line);
        let is = [state.link.name(), state.link.room()].map(|name| name.expect("one has arrived").as_str());
        assert_eq!(is, [name, room], "{line}");
    }
}

#[test]
fn what_is_shown_is_recorded_under_its_day() {
    let mut state = arrived("Ann", "main");
    let record = |line: &str| Effect::Record(line.to_owned());
    assert_eq!(receive(&mut state, "Bob: hi"), [record("09:05 Bob: hi")]);
    let tomorrow = NOW.tomorrow().expect("the world goes on");
    let effects = update(&mut state, tomorrow, Event::Received("Bob left".into()));
    assert_eq!(effects, [record("09:05 — Tuesday, 24 November 2026 —"), record("09:05 · Bob left")]);
}

#[test]
fn a_lost_connection_is_told_once_and_tried_again_with_growing_pauses() {
    let mut state = arrived("Ann", "pizza");
    let lost = |state: &mut State| update(state, NOW, Event::Lost("cable".into()));
    let told = Effect::Record("09:05 ! Connection lost: cable; trying again".into());
    assert_eq!(lost(&mut state), [told, Effect::Rest(Duration::from_secs(1))]);
    assert_eq!(update(&mut state, NOW, Event::Rested), [Effect::Connect(None)]);
    assert_eq!(lost(&mut state), [Effect::Rest(Duration::from_secs(2))]);
    update(&mut state, NOW, Event::Rested);
    assert_eq!(update(&mut state, NOW, Event::Connected(server())), []);
    for (line, effects) in [
        ("You are Fox", vec![]),
        ("You joined main", sent(&["/name Ann", "/join pizza"])),
        ("Fox is now Ann", vec![]),
        (
            "You joined pizza",
            vec![
                Effect::Send("/resume".into()),
                Effect::Record("09:05 ! Connected again: you are Ann, in pizza".into()),
                Effect::Ask,
            ],
        ),
    ] {
        assert_eq!(receive(&mut state, line), effects, "{line}");
    }
}

/// The state of somebody who ignores Rob, and has got a new connection.
fn back() -> State {
    let mut state = arrived("Ann", "main");
    for line in ["You ignore Bob", "You ignore Eve", "Bob is now Rob", "You hear Eve again"] {
        receive(&mut state, line);
    }
    update(&mut state, NOW, Event::Lost("cable".into()));
    update(&mut state, NOW, Event::Connected(server()));
    state
}

#[test]
fn whom_one_ignores_one_goes_on_to_ignore_after_the_connection_was_lost() {
    let mut state = back();
    receive(&mut state, "You are Elk");
    assert_eq!(receive(&mut state, "You joined main"), sent(&["/ignore Rob", "/name Ann"]));
    for not_shown in ["[just now] Rob: the server does not know yet", "You ignore Rob"] {
        assert_eq!(receive(&mut state, not_shown), []);
    }
    assert_eq!(receive(&mut state, "[just now] Bob: hi"), [Effect::Record("09:05 [just now] Bob: hi".into())]);
    receive(&mut state, "Elk is now Ann");
    assert_eq!(receive(&mut state, "You ignore Bob"), [Effect::Record("09:05 · You ignore Bob".into())]);
}

#[test]
fn who_is_who_one_was_ignores_the_same_people_as_before() {
    let mut state = back();
    receive(&mut state, "You are Ann");
    let effects = receive(&mut state, "You joined main");
    assert!(!effects.contains(&sent(&["/ignore Rob"])[0]), "{effects:?}");
    assert!(state.link.is_online());
}

#[test]
fn while_offline_nothing_is_sent_and_nothing_typed_is_lost() {
    let mut state = arrived("Ann", "main");
    update(&mut state, NOW, Event::Lost("cable".into()));
    assert_eq!(type_text(&mut state, "⏎"), [Effect::Connect(None)], "Enter tries at once");
    assert_eq!(type_text(&mut state, "hello⏎"), []);
    assert_eq!(state.input.text(), "hello");
    assert_eq!(state.hint.as_deref(), Some("not connected: nothing was sent"));
    update(&mut state, NOW, Event::Pasted("one\ntwo".into()));
    assert_eq!((type_text(&mut state, "⏎"), state.pasted.len()), (vec![], 2));
}

/// The state of somebody whose server answers when it is asked.
fn answered() -> State {
    let mut state = arrived("Ann", "pizza");
    assert_eq!(update(&mut state, NOW, Event::Answered), []);
    state
}

#[test]
fn a_path_that_is_dead_is_told_and_what_was_said_into_it_can_be_sent_again() {
    let mut state = answered();
    assert_eq!(type_text(&mut state, "heard⏎"), [sent(&["heard"]), vec![Effect::Ask]].concat());
    receive(&mut state, "Ann: heard");
    assert_eq!(type_text(&mut state, "is this?⏎//shrug⏎"), sent(&["is this?", "//shrug"]));
    let mut seconds = 0;
    let effects = loop {
        seconds += 1;
        let effects = update(&mut state, NOW, Event::Ticked);
        if !effects.is_empty() {
            break effects;
        }
    };
    assert!(seconds < 30, "{seconds}");
    let record = |text: &str| Effect::Record(format!("09:05 ! {text}"));
    let told = [
        record("Connection lost: no answer for 20 seconds; trying again"),
        record("Perhaps not sent: is this?"),
        record("Perhaps not sent: //shrug"),
        Effect::Rest(Duration::from_secs(1)),
    ];
    assert_eq!(effects, told);
    let ctrl_r = (KeyModifiers::CONTROL, KeyCode::Char('r'));
    assert_eq!(press(&mut state, ctrl_r.0, ctrl_r.1), []);
    assert_eq!(state.hint.as_deref(), Some("not connected: nothing was sent"));
    update(&mut state, NOW, Event::Rested);
    update(&mut state, NOW, Event::Connected(server()));
    ["You are Ann", "You joined pizza"].iter().for_each(|line| drop(receive(&mut state, line)));
    assert_eq!(update(&mut state, NOW, Event::Answered), []);
    let again = press(&mut state, ctrl_r.0, ctrl_r.1);
    assert_eq!(again, [Effect::Send("is this?".into()), Effect::Ask, Effect::Send("//shrug".into())]);
    assert_eq!(press(&mut state, ctrl_r.0, ctrl_r.1), []);
    assert_eq!(state.hint.as_deref(), Some("there is nothing that was not sent"));
}

#[test]
fn whatever_way_it_was_said_what_did_not_come_back_can_be_sent_again() {
    let typed =
        ["/me waves", "/msg Bob psst", "/reply yes", "/me leaves", "/msg Cid psst", "/reply no", "/topic pizza"];
    let not_sent = |heard: &[&str]| {
        let mut state = answered();
        receive(&mut state, "Bob (to you): really?");
        typed.iter().for_each(|line| drop(type_text(&mut state, &format!("{line}⏎"))));
        // Others write in between, and what was said before is no echo.
        ["[just now] * Ann leaves", "Cid (to you): hi"].iter().for_each(|line| drop(receive(&mut state, line)));
        heard.iter().for_each(|line| drop(receive(&mut state, line)));
        update(&mut state, NOW, Event::Lost("cable".into()));
        state.not_sent
    };
    let kept =
        ["/me waves", "/msg Bob psst", "/msg Bob yes", "/me leaves", "/msg Cid psst", "/msg Bob no", "/topic pizza"];
    let cases: [(&[&str], usize); 7] = [
        (&[], 0),
        (&["* Ann waves"], 1),
        (&["You (to Bob): psst"], 2),
        (&["You (to Bob): yes"], 3),
        (&["* Ann waves", "You (to Bob): psst", "You (to Bob): yes", "* Ann leaves"], 4),
        (&["There is nobody called Cid"], 5),
        (&["You (to Bob): no"], 6),
    ];
    for (heard, confirmed) in cases {
        assert_eq!(not_sent(heard), kept[confirmed..], "{heard:?}");
    }
}

#[test]
fn an_answer_is_sent_again_to_whom_it_was_meant_for() {
    let ctrl_r = (KeyModifiers::CONTROL, KeyCode::Char('r'));
    let long = "x".repeat(392);
    let cases = [("yes", "/msg Bob yes".to_owned()), (&long, format!("/reply {long}"))];
    for (text, again) in cases {
        let mut state = answered();
        receive(&mut state, "Bob (to you): really?");
        assert_eq!(type_text(&mut state, &format!("/reply {text}⏎"))[0], Effect::Send(format!("/reply {text}")));
        update(&mut state, NOW, Event::Lost("cable".into()));
        update(&mut state, NOW, Event::Rested);
        update(&mut state, NOW, Event::Connected(server()));
        let lines = ["You are Ann", "You joined pizza", "Cid (to you): hi"];
        lines.iter().for_each(|line| drop(receive(&mut state, line)));
        assert_eq!(press(&mut state, ctrl_r.0, ctrl_r.1)[0], Effect::Send(again), "{text}");
    }
}

#[test]
fn esc_drops_what_was_not_sent_when_nothing_else_is_to_be_left() {
    let mut state = answered();
    type_text(&mut state, "lost⏎");
    update(&mut state, NOW, Event::Lost("cable".into()));
    assert_eq!(state.not_sent, ["lost"]);
    (0..40).for_each(|number| drop(receive(&mut state, &format!("Bob: {number}"))));
    type_text(&mut state, "⇞⎋");
    assert_eq!(state.not_sent, ["lost"]);
    type_text(&mut state, "⎋");
    assert_eq!(state.not_sent, [""; 0]);
}

#[test]
fn a_server_that_never_answers_is_never_thought_dead_for_that() {
    let mut state = arrived("Ann", "main");
    type_text(&mut state, "hello⏎");
    for _ in 0..1000 {
        assert_eq!(update(&mut state, NOW, Event::Ticked), []);
    }
    let effects = update(&mut state, NOW, Event::Lost("cable".into()));
    assert_eq!(effects.len(), 2, "it is told that the connection is lost, and no more: {effects:?}");
}

#[test]
fn a_token_is_kept_and_neither_shown_nor_recorded_nor_printed() {
    const ANSWER: &str = "You can come back with /resume s3cret";
    let mut state = arrived("Ann", "pizza");
    assert_eq!(receive(&mut state, ANSWER), []);
    // Whoever asks by hand is told what it is for.
    type_text(&mut state, "/resume⏎");
    let remark = Effect::Record("09:05 ! After a break you come back as who you are".into());
    assert_eq!(receive(&mut state, ANSWER), [remark]);
    assert!(!format!("{state:?}").contains("s3cret"));
    update(&mut state, NOW, Event::Lost("cable".into()));
    let effects = update(&mut state, NOW, Event::Rested);
    let [Effect::Connect(Some(token))] = &*effects else { panic!("{effects:?}") };
    assert_eq!(token.request(), "/resume s3cret");
    assert!(!format!("{effects:?}").contains("s3cret"));
}

#[test]
fn a_server_that_lets_nobody_in_is_quoted() {
    let cases = [
        (&["Server is full"][..], "127.0.0.1:42069 does not let you in: Server is full"),
        (&[], "127.0.0.1:42069 does not let you in: the server closed it"),
        (&["Server commands", "  /quit - x"], "127.0.0.1:42069 does not let you in: the server closed it"),
    ];
    for (lines, failure) in cases {
        let mut state = fresh();
        lines.iter().for_each(|line| drop(receive(&mut state, line)));
        let effects = update(&mut state, NOW, Event::Lost("the server closed it".into()));
        assert_eq!(effects, [Effect::Leave(Ending::Failed(failure.into()))]);
    }
}

#[test]
fn a_server_that_says_nothing_is_given_up_as_a_lost_connection() {
    let failure = "127.0.0.1:42069 does not let you in: no answer within 30 seconds";
    let effects = update(&mut fresh(), NOW, Event::Overdue);
    assert_eq!(effects, [Effect::Leave(Ending::Failed(failure.into()))]);
    let mut state = arrived("Ann", "main");
    assert_eq!(update(&mut state, NOW, Event::Overdue), [], "one has been let in long ago");
    update(&mut state, NOW, Event::Lost("gone".into()));
    assert_eq!(update(&mut state, NOW, Event::Overdue), [], "there is no connection");
    update(&mut state, NOW, Event::Connected(server()));
    assert_eq!(update(&mut state, NOW, Event::Overdue), [Effect::Rest(Duration::from_secs(2))]);
    update(&mut state, NOW, Event::Connected(server()));
    for line in ["You are Fox", "You joined main"] {
        receive(&mut state, line);
    }
    assert_eq!(update(&mut state, NOW, Event::Overdue), [Effect::Rest(Duration::from_secs(4))], "the name is due");
}

#[test]
fn a_server_that_refuses_each_attempt_is_quoted_once() {
    let mut state = arrived("Ann", "main");
    let mut recorded = 0;
    for _ in 0..5 {
        update(&mut state, NOW, Event::Lost("gone".into()));
        update(&mut state, NOW, Event::Connected(server()));
        recorded += receive(&mut state, "Server is full").len();
    }
    assert_eq!(recorded, 1);
}

#[test]
fn what_was_said_before_is_shown_as_often_as_it_was_said() {
    let mut state = fresh();
    state.link = Link::new(Wanted { name: Name::parse("Ann"), room: None });
    ["You are Fox", "You joined main"].iter().for_each(|line| drop(receive(&mut state, line)));
    assert!(!state.link.is_online(), "the name is due");
    let recorded = (0..3).flat_map(|_| receive(&mut state, "[just now] Bob: hi"));
    let hi = Effect::Record("09:05 [just now] Bob: hi".into());
    assert_eq!(recorded.filter(|effect| *effect == hi).count(), 3);
}

#[test]
fn what_was_said_before_neither_waits_nor_confirms() {
    let mut state = answered();
    (0..40).for_each(|number| drop(receive(&mut state, &format!("Bob: {number}"))));
    type_text(&mut state, "lost⏎⇞");
    let lines = ["[just now] Ann: lost", "[just now] * Ann waves", "* Bob waves", "Bob (to you): hi"];
    lines.iter().for_each(|line| drop(receive(&mut state, line)));
    assert_eq!(state.log.waiting(), 2);
    update(&mut state, NOW, Event::Lost("cable".into()));
    assert_eq!(state.not_sent, ["lost"]);
}

#[test]
fn sending_shows_the_newest_and_escape_does_too() {
    for typed in ["hi⏎", "⎋"] {
        let mut state = arrived("Ann", "main");
        (0..100).for_each(|number| drop(receive(&mut state, &format!("Bob: {number}"))));
        type_text(&mut state, "⇞");
        assert!(!state.log.is_at_bottom());
        type_text(&mut state, typed);
        assert!(state.log.is_at_bottom(), "{typed}");
    }
}

#[test]
fn a_transcript_that_fails_is_told_and_not_recorded() {
    let mut state = arrived("Ann", "main");
    assert_eq!(update(&mut state, NOW, Event::Unrecorded("disk full".into())), []);
    assert_eq!(state.log.last().map(Entry::text), Some("disk full"));
}

#[test]
fn the_mouse_changes_hands() {
    let mut state = arrived("Ann", "main");
    for mouse in [Mouse::Selects, Mouse::Scrolls] {
        assert_eq!(press(&mut state, KeyModifiers::NONE, KeyCode::F(2)), [Effect::Mouse(mouse)]);
    }
}

#[test]
fn no_size_and_no_event_upsets_it() {
    for (columns, rows) in [(0, 0), (20, 2), (1, 1), (2, 3), (20, 5), (500, 200)] {
        let mut state = arrived("Ann", "main");
        update(&mut state, NOW, Event::Resized(Size { columns, rows }));
        (0..50).for_each(|number| drop(receive(&mut state, &format!("Bob: 日本語 👩‍🚀 {number}"))));
        type_text(&mut state, "日本語👩‍🚀 some text⇞⇞⇥");
        update(&mut state, NOW, Event::Turned(Way::Up));
        update(&mut state, NOW, Event::Turned(Way::Down));
        assert!(state.input.text().starts_with("日本語"));
    }
}

#[test]
fn a_password_is_typed_unseen_and_sent_again_after_a_break() {
    let mut state = fresh();
    receive(&mut state, ASKED);
    type_text(&mut state, "swordfisch⏎");
    receive(&mut state, "Wrong password");
    receive(&mut state, ASKED);
    assert!(state.link.is_locked() && state.log.last().map(Entry::text) == Some(ASKED));
    assert_eq!(type_text(&mut state, "/swordfish⏎"), [Effect::Send("/swordfish".to_owned())]);
    assert!(!state.link.is_locked());
    for line in ["You are Ann", "You joined main", "Your token is x"] {
        receive(&mut state, line);
    }
    assert!(state.link.is_online());
    type_text(&mut state, "↑");
    assert_eq!(state.input.text(), "", "it is not among what was typed");
    update(&mut state, NOW, Event::Lost("gone".to_owned()));
    assert_eq!(update(&mut state, NOW, Event::Rested), [Effect::Connect(None)]);
    update(&mut state, NOW, Event::Connected(server()));
    assert_eq!(receive(&mut state, ASKED), [Effect::Send("/swordfish".to_owned())]);
    assert!(!format!("{state:?}").contains("swordfish"));
}

#[test]
fn who_was_invited_comes_back_by_the_pass() {
    let mut state = fresh();
    receive(&mut state, ASKED);
    type_text(&mut state, "invitation⏎");
    for line in
        ["Your pass for the next time is abc", "You are Ann", "You joined main", "You can come back with /resume x"]
    {
        receive(&mut state, line);
    }
    update(&mut state, NOW, Event::Lost("gone".to_owned()));
    update(&mut state, NOW, Event::Rested);
    update(&mut state, NOW, Event::Connected(server()));
    assert_eq!(receive(&mut state, ASKED).first(), Some(&Effect::Send("abc".to_owned())));
    assert!(!format!("{state:?}").contains("abc"));
}

//! What only browsers are told, and ask for.

use super::*;

fn replies(actions: &[Action]) -> Vec<&Message> {
    let mut replies = Vec::new();
    for action in actions {
        if let Action::Reply { message, .. } = action {
            replies.push(message);
        }
    }
    replies
}

#[test]
fn a_browser_is_told_of_the_server_before_all_else() {
    let mut chats = Chats::of(["Ann"]).0;
    let (web, actions) = open_web(&mut chats);
    assert_eq!(actions[0], Action::Open { connection: web, form: Form::Web, dialect: Dialect::Lf });
    let boot = Config::default().boot();
    let replies = replies(&actions);
    assert_eq!(replies[..2], [&Message::Hello { boot, chars_max: 400, token: None }, &Message::Help]);
    assert!(matches!(replies[2..], [Message::YouAre { .. }, Message::YouJoined { seq: 0, .. }]));
}

#[test]
fn who_leaves_by_a_browser_is_told_with_which_code_and_who_is_gone_is_told_nothing() {
    let cases = [
        (Request::Quit, CloseCode::NORMAL),
        (Request::Leave(CloseCode::NONE), CloseCode::NONE),
        (Request::Fail(CloseCode::TOO_BIG), CloseCode::TOO_BIG),
    ];
    for (request, code) in cases {
        let mut chats = Chats::new();
        let (web, _) = open_web(&mut chats);
        let actions = chats.handle(Event::Requested { connection: web, request });
        let bye = Action::Reply { connection: web, message: Message::Bye { code } };
        assert_eq!(actions, [Action::Leave { connection: web, room: MAIN }, bye, Action::Close { connection: web }]);
    }
    let mut chats = Chats::new();
    let (web, _) = open_web(&mut chats);
    let actions = chats.handle(Event::Closed { connection: web });
    assert_eq!(actions, [Action::Leave { connection: web, room: MAIN }, Action::Close { connection: web }]);
}

#[test]
fn a_ping_is_answered_with_its_bytes() {
    let mut chats = Chats::new();
    let (web, _) = open_web(&mut chats);
    let request = Request::Ping("there?".into());
    let actions = chats.handle(Event::Requested { connection: web, request });
    assert_eq!(replies(&actions), [&Message::Pong { payload: "there?".into() }]);
}

#[test]
fn each_message_of_those_said_in_a_row_counts() {
    let mut chats = Chats::with(Config::default());
    let ann = chats.join_as("Ann");
    let mut say = |texts: &[&str]| {
        let request = Request::Say(Texts::clean(texts));
        let actions = chats.handle(Event::Requested { connection: ann, request });
        let [Action::Broadcast { audience: 1, message: Message::Said { seq, texts, .. }, .. }] = &actions[..] else {
            panic!("it is one action: {actions:?}")
        };
        (*seq, texts.count())
    };
    assert_eq!([say(&["a", "b", "c"]), say(&["d"]), say(&["e", "f"])], [(1, 3), (4, 1), (5, 2)]);
    let mut stats = Stats::default();
    chats.chat.count(&mut stats);
    assert_eq!(stats.messages_in, 6);
}

#[test]
fn each_room_counts_what_is_said_there_and_a_new_one_starts_anew() {
    let mut chats = Chats::new();
    assert_eq!(chats.handle(Event::Clock { unix_ms: 1000 }), []);
    let ann = chats.join_as("Ann");
    chats.sleep(Duration::from_millis(1));
    let seq = |chats: &mut Chats, line: &str| {
        let request = Request::parse(line).expect("the line asks for something");
        let actions = chats.handle(Event::Requested { connection: ann, request });
        let told = |action: &Action| match action {
            Action::Broadcast { message: Message::Said { seq, time_ms, room, .. }, .. } => {
                assert_eq!(*time_ms, 1001);
                Some((room.to_string(), *seq))
            }
            Action::Reply { message: Message::YouJoined { room, seq }, .. } => Some((room.to_string(), *seq)),
            Action::Open { .. }
            | Action::Reply { .. }
            | Action::Speak { .. }
            | Action::Enter { .. }
            | Action::Deliver { .. }
            | Action::Leave { .. }
            | Action::Broadcast { .. }
            | Action::Answer { .. }
            | Action::Alive { .. }
            | Action::Close { .. }
            | Action::Cut { .. }
            | Action::Stop { .. } => None,
        };
        actions.iter().find_map(told).expect("it tells the number")
    };
    let told =
        ["one", "/join pizza", "two", "three", "/join main", "four", "/join pizza"].map(|line| seq(&mut chats, line));
    let told = told.iter().map(|(room, seq)| format!("{room} {seq}")).collect::<Vec<_>>();
    assert_eq!(told, ["main 1", "pizza 0", "pizza 1", "pizza 2", "main 1", "main 2", "pizza 0"]);
}

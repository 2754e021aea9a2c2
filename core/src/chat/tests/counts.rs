//! What is counted of what is said.

use super::*;
use crate::Texts;

#[test]
fn each_message_of_those_said_in_a_row_counts() {
    let mut chats = Chats::with(Config::default());
    let ann = chats.join_as("Ann");
    let mut say = |texts: &[&str]| {
        let request = Request::Command(Command::Say(Texts::clean(texts)));
        let actions = chats.ask(ann, request);
        let [Action::Broadcast { audience: 1, message: Message::Said { seq, texts, .. }, .. }] = &actions[..] else {
            panic!("it is one action: {actions:?}")
        };
        (*seq, texts.count())
    };
    assert_eq!([say(&["a", "b", "c"]), say(&["d"]), say(&["e", "f"])], [(1, 3), (4, 1), (5, 2)]);
    let mut stats = Stats::default();
    chats.hub.chat.count(&mut stats);
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
        let actions = chats.ask(ann, request);
        let told = |action: &Action| match action {
            Action::Broadcast { message: Message::Said { seq, time_ms, room, .. }, .. } => {
                assert_eq!(*time_ms, 1001);
                Some((room.to_string(), *seq))
            }
            Action::Reply { message: Message::YouJoined { room, seq }, .. } => Some((room.to_string(), *seq)),
            Action::Open { .. }
            | Action::Reply { .. }
            | Action::Deliver { .. }
            | Action::Speak { .. }
            | Action::Enter { .. }
            | Action::Leave { .. }
            | Action::Broadcast { .. }
            | Action::Credit { .. }
            | Action::Alive { .. }
            | Action::Close { .. }
            | Action::Cut { .. }
            | Action::Touch { .. }
            | Action::Stop { .. } => None,
        };
        actions.iter().find_map(told).expect("it tells the number")
    };
    let told =
        ["one", "/join pizza", "two", "three", "/join main", "four", "/join pizza"].map(|line| seq(&mut chats, line));
    let told = told.iter().map(|(room, seq)| format!("{room} {seq}")).collect::<Vec<_>>();
    assert_eq!(told, ["main 1", "pizza 0", "pizza 1", "pizza 2", "main 1", "main 2", "pizza 0"]);
}

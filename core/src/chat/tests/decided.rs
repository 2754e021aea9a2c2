//! What was decided outside of the chat holds in it.

use super::*;
use crate::log::Act;
use crate::log::{AddressKey, Decided, KeptBar, Moderation};

fn bar(number: u64, until_ms: Option<u64>) -> KeptBar {
    let address = AddressKey::new(number).expect("it is not nothing");
    KeptBar { address, by: Name::SERVER, until_ms, why: Some(crate::Text::clean("spam")) }
}

fn open(chat: &mut Chat, at: Time, slot: u32, number: u64) -> ConnectionId {
    let connection = ConnectionId::new(0, slot, 1);
    chat.handle(at, Event::Opened { connection, address: AddressKey::new(number) });
    connection
}

#[test]
fn a_ban_from_outside_holds_until_its_hour_and_puts_out_who_is_there() {
    let mut chat = Chat::new(&Rules::default());
    chat.keep_deeds();
    let (start, later) = (Time::START, Time::after(Duration::from_secs(61)));
    chat.handle(start, Event::Clock { unix_ms: 1_000_000 });
    let there = open(&mut chat, start, 1, 7);
    let other = open(&mut chat, start, 2, 8);
    let bars = vec![bar(7, Some(1_060_000)), bar(8, Some(1_000_000)), bar(9, None)];
    chat.handle(start, Event::Decided(Box::new(Decided { bars, ..Decided::default() })));
    assert!(!chat.is_here(there) && chat.is_here(other), "what is over holds no more");
    assert_eq!(chat.snapshot().bars.len(), 2);
    let told = chat.take_deeds().iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(told, ["Server banned 0.0.0.7: spam", "Server banned 0.0.0.9: spam"]);
    for (at, slot, number, is_let_in) in
        [(start, 3, 7, false), (start, 4, 9, false), (later, 5, 7, true), (later, 6, 9, false)]
    {
        let connection = open(&mut chat, at, slot, number);
        assert_eq!(chat.is_here(connection), is_let_in, "{number}");
    }
    let unbarred = vec![bar(9, None).address, bar(10, None).address];
    chat.handle(later, Event::Decided(Box::new(Decided { unbarred, ..Decided::default() })));
    let connection = open(&mut chat, later, 7, 9);
    assert!(chat.is_here(connection));
    let [deed] = &chat.take_deeds()[..] else { panic!("one of them was banned") };
    assert_eq!(
        (deed.to_string(), deed.kept_bar()),
        ("Server unbanned 0.0.0.9".to_owned(), Some((bar(9, None).address, None)))
    );
}

#[test]
fn what_an_operator_decides_is_kept_as_it_comes_back() {
    let mut chat = Chat::new(&Rules::default());
    chat.keep_deeds();
    let now = Time::after(Duration::from_nanos(1_234_567_890));
    chat.handle(Time::START, Event::Clock { unix_ms: 1_000_000 });
    let sue = open(&mut chat, now, 1, 1);
    let do_it = |chat: &mut Chat, command| chat.handle(now, Event::Commanded { connection: sue, command });
    do_it(&mut chat, Command::Empower(None));
    let act = Act::BanAddress { address: bar(7, None).address, lasts: Some(Duration::from_secs(60)), why: None };
    do_it(&mut chat, Command::Moderate(Box::new(Moderation { room: None, act })));
    let kept = chat.take_deeds().iter().find_map(Deed::kept_bar).expect("it is kept");
    let (address, Some(kept)) = kept else { panic!("it is banned") };
    assert_eq!((address, kept.until_ms), (bar(7, None).address, Some(1_061_234)));
    // A server that is started again has it so, and would keep the same.
    let mut again = Chat::new(&Rules::default());
    again.keep_deeds();
    again.handle(now, Event::Clock { unix_ms: 1_002_000 });
    again.handle(now, Event::Decided(Box::new(Decided { bars: vec![kept.clone()], ..Decided::default() })));
    let deeds = again.take_deeds();
    assert_eq!(deeds[0].kept_bar(), Some((address, Some(kept))));
}

#[test]
fn of_ten_thousand_addresses_one_is_found_with_few_comparisons() {
    let mut chat = Chat::new(&Rules::default());
    let bars = (1..=20_000).map(|number| bar(2 * number, None)).collect();
    chat.handle(Time::START, Event::Decided(Box::new(Decided { bars, ..Decided::default() })));
    assert_eq!(chat.snapshot().bars.len(), 10_000, "there are no more than there can be");
    for number in [1, 2, 9_999, 10_000, 19_999, 20_000, 30_000] {
        AddressKey::take_compared();
        chat.barred(Time::START, AddressKey::new(number));
        let compared = AddressKey::take_compared();
        // A tree of so many is five deep, with eleven in a node at the most.
        assert!((1..=5 * 11).contains(&compared), "{compared} comparisons for {number}");
    }
}

#[test]
fn what_each_server_of_a_cluster_has_decided_holds_once_however_many_say_it() {
    let mut chat = Chat::new(&Rules::default());
    chat.keep_deeds();
    chat.handle(Time::START, Event::Clock { unix_ms: 1_000_000 });
    let decided = Decided { bars: vec![bar(7, Some(1_060_000)), bar(9, None)], ..Decided::default() };
    let says = || Event::Decided(Box::new(decided.clone()));
    chat.handle(Time::START, says());
    assert_eq!(chat.take_deeds().len(), 2);
    let before = chat.snapshot();
    chat.handle(Time::START, says());
    assert_eq!(chat.snapshot(), before);
    assert_eq!(chat.poll_action(), None, "nobody is told again");
}

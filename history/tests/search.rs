//! What is said is found in every script, and whatever is asked for is text.

mod common;

use std::thread;

use chinwag_core::Text;
use chinwag_core::words::Search;

use common::{Folder, await_committed, name, past, said, search, texts_found};

#[test]
fn words_of_each_script_are_found_and_no_others() {
    // What was said, what finds it, and what does not.
    let cases: [(&str, &[&str], &[&str]); 20] = [
        ("Straße nach Łódź", &["strasse", "STRASSE", "lodz"], &["stras", "straß"]),
        ("un café crème", &["cafe", "CAFÉ", "cafe\u{301} creme"], &["caf"]),
        ("ΟΔΥΣΣΕΎΣ", &["οδυσσευς", "Οδυσσεύς"], &["οδυσσ"]),
        ("Ёлка и мой дом", &["елка", "МОЙ"], &["мои"]),
        ("我喜欢聊天服务器", &["聊天", "聊", "器", "聊天服务器", "我喜欢"], &["天聊", "聊服"]),
        ("東京タワーへ行こう", &["タワー", "東京", "行こう", "う"], &["京東", "ワタ"]),
        ("ｶﾀｶﾅ", &["カタカナ", "タカ"], &["カナカ"]),
        ("한국어를 배워요", &["한국", "한국어", "배워"], &["국한"]),
        ("ภาษาไทยง่ายมาก", &["ไทย", "ง่าย", "ภาษา"], &["ไทยมาก", "งาย"]),
        ("ພາສາລາວ", &["ລາວ"], &["ວລາ"]),
        ("ភាសាខ្មែរ", &["ខ្មែរ"], &["ខមែរ"]),
        ("မြန်မာဘာသာ", &["မြန်မာ"], &["မနမ"]),
        ("किताब पढ़ो", &["किताब", "पढ़ो"], &["कुतुब", "कतब", "किताबें"]),
        ("தமிழ் বাংলা", &["தமிழ்", "বাংলা"], &["தமழ", "বংল"]),
        ("می\u{200c}خواهم كِتَاب", &["میخواهم", "می\u{200c}خواهم", "كتاب"], &["می", "خواهم"]),
        ("שָׁלוֹם עולם", &["שלום", "שָׁלוֹם"], &["שלו"]),
        ("don\u{ad}ut soft\u{ad}ware", &["donut", "software"], &["don", "ware"]),
        (
            "it’s C++ in #room at 192.168.1.1",
            &["it's", "c++", "#room", "room", "192.168.1.1", "168.1"],
            &["its", "c#", "192.1"],
        ),
        ("well done 👍🏽 ❤\u{fe0f}", &["👍", "❤"], &["👎"]),
        ("R&D costs $5, 100% of a=b", &["r&d", "$5", "100%", "a=b"], &["r&b", "5$"]),
    ];
    let folder = Folder::new("scripts");
    let store = folder.open();
    let texts: Vec<_> = cases.iter().map(|(text, ..)| *text).collect();
    store.keep(&[said("main", 1, &texts)]);
    // At first most of it is in no index yet, and then all is.
    for _ in 0..2 {
        for (text, finds, misses) in cases {
            for words in finds {
                assert_eq!(texts_found(&store, "main", words), [text], "{words}");
            }
            for words in misses {
                assert_eq!(texts_found(&store, "main", words), [""; 0], "{words}");
            }
        }
        await_committed(&store);
    }
}

#[test]
fn whatever_is_asked_for_is_text_and_no_error() {
    let folder = Folder::new("text");
    let store = folder.open();
    store.keep(&[said("main", 1, &["foo bar", "AND NOT", "word near"])]);
    let long = "word ".repeat(819);
    let many = (0..1_000).map(|word| format!("w{word} ")).collect::<String>();
    let cases = [
        ("", 0),
        ("   ", 0),
        ("\0", 0),
        ("-", 0),
        ("\"", 0),
        ("*", 0),
        ("'", 0),
        ("foo\0bar", 0),
        ("foo\"", 1),
        ("-bar", 1),
        ("foo -bar", 1),
        ("foo*", 1),
        ("AND", 1),
        ("NOT", 1),
        ("foo AND bar", 0),
        ("foo OR", 0),
        ("word:foo", 0),
        ("(foo", 1),
        ("NEAR(foo bar)", 0),
        ("^foo", 1),
        ("{foo}", 1),
        ("foo;--", 1),
        (&long, 1),
        (&many, 0),
        ("\u{e000}", 0),
        ("\u{ec81}foo", 1),
    ];
    for (words, found) in cases {
        // A text has no NUL any more, so that is asked for as what is left.
        let found = if words == "foo\0bar" { 0 } else { found };
        assert_eq!(texts_found(&store, "main", words).len(), found, "{words:?}");
    }
}

#[test]
fn only_rooms_that_are_asked_for_are_searched_however_many() {
    let folder = Folder::new("rooms");
    let store = folder.open();
    let rooms: Vec<_> = (0..300).map(|room| format!("room-{room}")).collect();
    rooms.iter().for_each(|room| store.keep(&[said(room, 1, &[&format!("secret of {room}")])]));
    for room in &rooms {
        assert_eq!(texts_found(&store, room, "secret"), [format!("secret of {room}")]);
    }
    let asked = |rooms: &[String], count| Search {
        rooms: rooms.iter().map(|room| name(room)).collect(),
        words: Text::clean("secret"),
        count,
    };
    let found = search(&store, asked(&rooms, 10));
    let texts: Vec<_> = found.iter().map(|found| found.room.as_str().to_owned()).collect();
    assert_eq!(texts, rooms.iter().rev().take(10).cloned().collect::<Vec<_>>());
    assert_eq!(search(&store, asked(&[], 10)), []);
    assert_eq!(search(&store, asked(&[rooms[7].clone(), rooms[7].to_uppercase()], 10)).len(), 1);
    assert_eq!(search(&store, asked(&rooms, 0)), []);
}

#[test]
fn who_reads_while_others_speak_sees_all_that_was_kept_before() {
    let folder = Folder::new("busy");
    let store = folder.open();
    thread::scope(|scope| {
        let store = &store;
        for room in ["garden", "lounge"] {
            scope.spawn(move || (1..=2_000).for_each(|seq| store.keep(&[said(room, seq, &["something"])])));
        }
        for seq in 1..=100 {
            store.keep(&[said("main", seq, &[&format!("number {seq}")])]);
            assert_eq!(past(store, "main").said, seq);
            assert_eq!(texts_found(store, "main", &format!("number {seq}")).len(), 1);
        }
    });
}

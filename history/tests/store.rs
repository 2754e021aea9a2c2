//! What is kept is read again.

mod common;

use chinwag_core::words::{Bound, Page};

use common::{Folder, acted, name, page, past, said, topic};

#[test]
fn what_was_kept_is_there_at_once_and_after_a_start() {
    let folder = Folder::new("kept");
    let store = folder.open();
    assert_eq!(past(&store, "main"), chinwag_core::words::Past::none(name("main")));
    store.keep(&[said("main", 1, &["one", "two"]), acted("Main", 3, "waves"), topic("main", 3, Some("pizza"))]);
    drop(store);
    for _ in 0..2 {
        let store = folder.open();
        let past = past(&store, "MAIN");
        assert_eq!((past.said, past.room), (3, name("MAIN")));
        assert_eq!(past.topic.map(|topic| topic.topic.as_str().to_owned()).as_deref(), Some("pizza"));
        let texts: Vec<_> = past.messages.iter().map(|message| (message.text.as_str(), message.seq)).collect();
        assert_eq!(texts, [("one", 1), ("two", 2), ("waves", 3)]);
        assert!(past.messages[2].is_act && !past.messages[1].is_act);
        let asked = Page {
            venue: name("main").into(),
            after: Some(Bound::Seq(1)),
            before: None,
            is_from_oldest: true,
            count: 1,
            with_events: false,
        };
        assert_eq!(page(&store, asked).iter().map(|message| message.seq).collect::<Vec<_>>(), [2]);
    }
}

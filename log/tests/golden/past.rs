//! What was written of rooms that were looked up in a store.

use chinwag_core::log::{Command, Event, Recalled};
use chinwag_core::{ConnectionId, Happened, KeptEvent, KeptMessage, Past, Tags, Topic};
use chinwag_log::Entry;

use super::{TopicState, name, record, snapshot, text};

pub(crate) fn golden() -> Vec<(Entry, &'static [u8])> {
    let recalled = |pasts, by| record(Event::Recalled(Box::new(Recalled { pasts, by })));
    let message =
        |what, is_act, seq| KeptMessage { name: name("Bob"), text: text(what), is_act, time_ms: 6, seq, event: None };
    let topic = Topic::of("pizza at eight").expect("it is a topic");
    let pizza = Past {
        room: name("pizza"),
        said: 100,
        hidden: 98,
        topic: Some(TopicState { topic, name: name("Ann"), time_ms: 7 }),
        messages: vec![message("hi", false, 99), message("waves", true, 100)],
    };
    let event =
        |number, what| KeptMessage { event: Some(Box::new(KeptEvent { number, what })), ..message("", false, 1) };
    let tags = Tags::for_clients("+draft/react=x;+draft/persist").expect("they are tags");
    let jam = Past {
        said: 1,
        messages: vec![
            event(7, Happened::Topic(Topic::of("jam"))),
            event(8, Happened::Topic(None)),
            event(9, Happened::Tags(tags)),
        ],
        ..Past::none(name("jam"))
    };
    let mut snapshot = snapshot();
    snapshot.happened = 9;
    snapshot.rooms[1].events = jam.messages.clone();
    let by = Some((ConnectionId::new(0, 3, 17), Command::Join(name("pizza"))));
    vec![
        (recalled(vec![pizza, Past::none(name("tea"))], by), b"\x08\x01\"g\x08\x80\x94\xeb\xdc\x03J_\nG\n\x05pizza\x10d\x1a\x17\n\x0epizza at eight\x12\x03Ann\x18\x07\"\r\n\x03Bob\x12\x02hi \x06(c\"\x12\n\x03Bob\x12\x05waves\x18\x01 \x06(d(b\n\x05\n\x03tea\x12\r\n\x04\x10\x03\x18\x11\"\x05pizza"),
        (Entry::Snapshot(snapshot), b"\x08\x01\x1a\xcc\x01\x08\x80\xa8\xd6\xb9\x07\x10\t\x18\xac\x02 \x03(\x012\t\x12\x04main\x18\xc8\x012h\x08\x02\x12\x05Pizza\x18d\"\n\x08\x02\x10\x01\x18\x80\xb4\xc4\xc3!J\x12\n\x03Bob \x06(\x012\x07\x08\x07\x12\x03jamJ\r\n\x03Bob \x06(\x012\x02\x08\x08J,\n\x03Bob \x06(\x012!\x08\t\x1a\x1d+draft/react=x;+draft/persist:\x02\x03\x01B\r\n\x04\x10\x03\x18\x11\x12\x03Ann\x18\x02B\x10\n\x04\x10\x04\x18\x02\x12\x03Bob\x18\x02\"\x01\x00B\x10\n\x05\x08\x07\x18\xac\x02\x12\x07Guest-1J\r\n\x05\x08\x07\x18\xac\x02\x10\x80\xbc\xc1\x96\x0bp\t"),
        (recalled(vec![jam], None), b"\x08\x01\"b\x08\x80\x94\xeb\xdc\x03JZ\nX\n\x03jam\x10\x01\"\x12\n\x03Bob \x06(\x012\x07\x08\x07\x12\x03jam\"\r\n\x03Bob \x06(\x012\x02\x08\x08\",\n\x03Bob \x06(\x012!\x08\t\x1a\x1d+draft/react=x;+draft/persist"),
        (recalled(vec![Past::none(name("main"))], None), b"\x08\x01\"\x10\x08\x80\x94\xeb\xdc\x03J\x08\n\x06\n\x04main"),
    ]
}

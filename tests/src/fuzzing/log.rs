//! Owns what is fuzzed of the log: any bytes are read as entries, and as a chat, or are an error; never a panic.

use chinwag_core::log::{Event, Snapshot};
use chinwag_core::ops::HubState;
use chinwag_core::{Chat, Config, Hub, Rules, Time};
use chinwag_log::{Entry, Frames};

/// A snapshot may say that somebody has the last of sixteen million slots, which takes memory for all of them.
const SLOTS_MAX: u32 = 1000;

/// Takes bytes for an entry, and for frames of entries.
///
/// # Panics
/// If what is read of them is not what is written again, or if a chat is made of it that its own snapshot is not of.
pub fn log(bytes: &[u8]) {
    entry(bytes);
    let mut frames = Frames::new(bytes);
    let read: usize = frames.by_ref().inspect(|bytes| entry(bytes)).map(|entry| 8 + entry.len()).sum();
    assert_eq!(read + frames.left(), bytes.len());
}

fn entry(bytes: &[u8]) {
    let Ok(entry) = Entry::decode(bytes) else { return };
    let mut again = Vec::new();
    entry.encode(&mut again);
    assert_eq!(again, bytes, "an entry has one way to be written");
    match entry {
        Entry::Snapshot(snapshot) => restore(snapshot),
        Entry::Hub(state) => restore_hub(*state),
        Entry::Start(start) => restore(start.chat),
        Entry::Rules(_)
        | Entry::Record(_)
        | Entry::Limits(_)
        | Entry::Input(_)
        | Entry::Batch(_)
        | Entry::Hash(_)
        | Entry::Shared(_) => {}
    }
}

fn restore_hub(state: HubState) {
    let ids = state.chat.people.iter().map(|person| person.connection);
    let mut ids = ids.chain(state.connections.iter().map(|connection| connection.connection));
    if ids.any(|id| id.slot() > SLOTS_MAX) {
        return;
    }
    let Ok((mut hub, _)) = Hub::restore(Config::default(), state.clone(), |id| id) else { return };
    assert_eq!(hub.state(), state);
    for connection in state.connections {
        hub.handle_closed(Time::START, connection.connection);
    }
}

fn restore(snapshot: Snapshot) {
    if snapshot.people.iter().any(|person| person.connection.slot() > SLOTS_MAX) {
        return;
    }
    let Ok(mut chat) = Chat::restore(&Rules::default(), snapshot.clone()) else { return };
    assert_eq!(chat.snapshot(), snapshot);
    // Whoever is here can leave.
    chat.handle(Time::START, Event::Woke);
    for person in snapshot.people {
        chat.handle(Time::START, Event::Closed { connection: person.connection });
    }
    assert_eq!((chat.people() + chat.silent(), chat.rooms()), (0, 1));
}

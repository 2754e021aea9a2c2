//! States that tests begin with.

use jiff::civil::{DateTime, date};

use super::colours::Colours;
use super::event::{Event, Mouse, Size};
use super::link::Wanted;
use super::state::{Bell, Choices, Shell, State};
use super::update::update;
use crate::address::Address;

/// When everything happens: a Monday morning.
pub(super) const NOW: DateTime = date(2026, 11, 23).at(9, 5, 0, 0);

/// Returns where the server is.
pub(super) fn server() -> Address {
    Address { host: "127.0.0.1".to_owned(), port: 42069 }
}

/// Returns a state right after connecting, on a screen of 80 × 24.
pub(super) fn fresh() -> State {
    let choices = Choices {
        address: server(),
        encrypted: None,
        wanted: Wanted::default(),
        password: None,
        colours: Colours::On,
        bell: Bell::Rings,
        mouse: Mouse::Scrolls,
        shell: Shell::Above,
    };
    State::new(choices, Size { columns: 80, rows: 24 })
}

/// Returns the state of somebody who has this name and is in this room.
pub(super) fn arrived(name: &str, room: &str) -> State {
    let mut state = fresh();
    for line in [format!("You are {name}"), format!("You joined {room}")] {
        update(&mut state, NOW, Event::Received(line));
    }
    state
}

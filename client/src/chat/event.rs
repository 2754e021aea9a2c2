//! The words between the driver and [`update`](super::update::update): facts that come in, orders that go out.

use std::time::Duration;

use crossterm::event::KeyEvent;

use crate::address::Address;
use crate::line::Token;
use crate::password::Password;

/// Something that has happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Event {
    /// A key was pressed.
    Pressed(KeyEvent),
    /// Text was pasted.
    Pasted(String),
    /// The mouse wheel was turned by a notch.
    Turned(Way),
    /// The terminal has another size.
    Resized(Size),
    /// There is a connection, to this server.
    Connected(Address),
    /// There is no connection any more, or none could be made; this is why.
    Lost(String),
    /// The time is over in which the server should have let one in.
    Overdue,
    /// A line of the server has come.
    Received(String),
    /// The server has dealt with all that was sent before it was asked.
    Answered,
    /// There was a connection for another second.
    Ticked,
    /// The pause before the next attempt is over.
    Rested,
    /// The transcript can't be written any more; this is why.
    Unrecorded(String),
    /// The operating system wants the program to end.
    Terminated,
    /// It wants the program to stop until it is continued.
    Stopped,
    /// The program goes on after it was stopped, on a terminal of this size.
    Continued(Size),
}

/// The way that a wheel was turned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// Towards what is older.
    Up,
    /// Towards what is newer.
    Down,
}

/// The size of a terminal, in cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Size {
    pub(super) columns: u16,
    pub(super) rows: u16,
}

/// Something that is to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Effect {
    /// Send this line.
    Send(String),
    /// Ask whether the server has dealt with all that was sent.
    Ask,
    /// Try to connect, now, and say this first.
    Connect(Option<Token>),
    /// Tell when this time is over.
    Rest(Duration),
    /// Ring the terminal's bell.
    Ring,
    /// Append this line to the transcript.
    Record(String),
    /// Keep by what one comes in the next time, or that one does by nothing.
    Keep(Option<Password>),
    /// Listen to the mouse, or leave it to the terminal.
    Mouse(Mouse),
    /// Draw everything anew, whatever was on the screen.
    Redraw,
    /// Stop the job that this program belongs to, which the operating system then tells this program, too.
    Stop,
    /// Give the terminal back, and stop.
    Suspend,
    /// Take the terminal again, with the mouse for this.
    TakeBack(Mouse),
    /// End the program, after what was sent is out.
    Leave(Ending),
}

/// Whom the mouse is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mouse {
    /// For this program: the wheel scrolls.
    Scrolls,
    /// For the terminal: it selects text.
    Selects,
}

/// How the program ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Ending {
    /// As the user wished.
    Wished,
    /// With a failure, and what it was.
    Failed(String),
}

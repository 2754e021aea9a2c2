//! Everything that the screen shows and that what happens depends on.

use chinwag_core::Config;
use jiff::civil::Date;

use super::alive::Alive;
use super::colours::Colours;
use super::complete::Completion;
use super::event::{Mouse, Size};
use super::input::Input;
use super::link::{Link, Wanted};
use super::log::{Log, Pane};
use super::panes::Panes;
use super::seen::Seen;
use crate::address::Address;
use crate::password::Password;

/// The state of the program. Only [`update`](super::update::update) changes it, only [`view`](super::view::view) shows
/// it.
#[derive(Debug)]
pub(super) struct State {
    /// Where the server is that one is at, or was last.
    pub(super) address: Address,
    /// What is told of the first connection to it, and holds of all, if they are encrypted.
    pub(super) encrypted: Option<String>,
    pub(super) size: Size,
    pub(super) colours: Colours,
    pub(super) bell: Bell,
    pub(super) mouse: Mouse,
    pub(super) shell: Shell,
    pub(super) link: Link,
    pub(super) alive: Alive,
    /// Lines of which nothing says that the server has heard them, when the connection was lost.
    pub(super) not_sent: Vec<String>,
    pub(super) log: Log,
    pub(super) input: Input,
    pub(super) completion: Option<Completion>,
    pub(super) seen: Seen,
    /// Lines that were pasted, while it is asked whether to send them.
    pub(super) pasted: Vec<String>,
    /// What is to be told until the next key is pressed.
    pub(super) hint: Option<String>,
    /// The longest line that the server takes, in characters, as far as one knows.
    pub(super) chars_max: usize,
    /// A line that is too long was to be sent; the next time it is.
    pub(super) insisting: bool,
    /// The day of the newest entry.
    pub(super) today: Option<Date>,
}

/// What happens where somebody says the user's name, or writes to the user alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Bell {
    Rings,
    Silent,
}

/// Whether there is a shell that can have the program go on when it was stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shell {
    Above,
    None,
}

impl Shell {
    /// Looks for one. What a shell starts is a job, with a group of its own; without a shell the program is in the
    /// group of the session's first process, be that itself, and whoever stops it there stops it for good.
    pub(super) fn of_this_process() -> Self {
        match rustix::process::getsid(None) {
            Ok(session) if session != rustix::process::getpgrp() => Self::Above,
            Ok(_) | Err(_) => Self::None,
        }
    }
}

/// What a user can choose, and what the program finds.
#[derive(Debug, Clone)]
pub(super) struct Choices {
    pub(super) address: Address,
    pub(super) encrypted: Option<String>,
    pub(super) wanted: Wanted,
    pub(super) password: Option<Password>,
    pub(super) colours: Colours,
    pub(super) bell: Bell,
    pub(super) mouse: Mouse,
    pub(super) shell: Shell,
}

impl State {
    /// Starts with a connection that was just made, and a terminal of this size.
    pub(super) fn new(choices: Choices, size: Size) -> Self {
        Self {
            address: choices.address,
            encrypted: choices.encrypted,
            size,
            colours: choices.colours,
            bell: choices.bell,
            mouse: choices.mouse,
            shell: choices.shell,
            link: Link::new(choices.wanted).with_password(choices.password),
            alive: Alive::default(),
            not_sent: Vec::new(),
            log: Log::default(),
            input: Input::default(),
            completion: None,
            seen: Seen::default(),
            pasted: Vec::new(),
            hint: None,
            chars_max: Config::default().rules.line_chars_max as usize,
            insisting: false,
            today: None,
        }
    }

    /// Returns how many characters the input is too long by.
    pub(super) fn excess(&self) -> usize {
        self.input.chars().saturating_sub(self.chars_max)
    }

    /// Returns how large the log is on the screen.
    pub(super) fn log_pane(&self) -> Pane {
        let log = Panes::of(self.size, &self.input).log;
        Pane { columns: log.width.into(), rows: log.height.into() }
    }
}

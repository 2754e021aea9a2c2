//! `chinwag chat`: the conversation, on a terminal or through pipes.
//!
//! On a terminal it is a function and a picture: [`update`] takes the [`state`] and an [`event`] to the next state and
//! what is to be done, [`view`] draws a state. Around them [`drive`] moves events and effects between the [`terminal`],
//! the [`wire`] to the server and the [`transcript`], and decides nothing. Through pipes it is the [`plain`] line
//! client.
//!
//! The state is made of a [`link`] to one of the [`servers`], what shows that it is [`alive`], a [`log`] of [`entry`]s
//! that [`wrap`] cuts into rows, and the [`input`] with its [`history`] and what can [`complete`] it from what was
//! [`seen`].

mod alive;
mod colours;
mod complete;
mod drive;
mod entry;
mod event;
mod flags;
#[cfg(test)]
mod given;
mod history;
mod input;
mod keys;
mod link;
mod log;
mod panes;
mod piece;
mod plain;
mod seen;
mod servers;
mod state;
mod terminal;
mod transcript;
mod update;
mod view;
mod width;
mod wire;
mod wrap;

use anyhow::Result;

pub(crate) use self::flags::ChatFlags;
use self::transcript::Transcript;

/// Joins the conversation until the user or the server ends it.
///
/// # Errors
///
/// There is no server, or it can't be trusted, it went away, or the transcript can't be written.
pub(crate) fn run(flags: &ChatFlags) -> Result<()> {
    let servers = flags.servers()?;
    let transcript = flags.transcript.as_deref().map(Transcript::open).transpose()?;
    if drive::is_on_a_terminal() {
        let choices = flags.choices(servers.first());
        async_io::block_on(drive::drive(choices, servers, transcript))
    } else {
        plain::run(flags, &servers, transcript)
    }
}

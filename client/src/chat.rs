//! `chinwag chat`: the conversation, on a terminal or through pipes.

mod flags;
mod plain;
mod transcript;

use anyhow::Result;

pub(crate) use self::flags::ChatFlags;
use self::transcript::Transcript;

/// Joins the conversation until the user or the server ends it.
///
/// # Errors
///
/// There is no server, it went away, or the transcript can't be written.
pub(crate) fn run(flags: &ChatFlags) -> Result<()> {
    let transcript = flags.transcript.as_deref().map(Transcript::open).transpose()?;
    plain::run(flags, transcript)
}

//! Runs again what a server has recorded: tells what it was, and shows what people were sent.

mod heard;
mod state;
mod until;

use std::io::{Write as _, stdout};
use std::path::PathBuf;

use argh::{ArgsInfo, FromArgs};
use chinwag_recording::{Played, Until, play};
use jiff::Timestamp;

/// Run again what a server has recorded with --record.
#[derive(FromArgs, ArgsInfo)]
#[argh(subcommand, name = "replay", help_triggers("-h", "--help"))]
pub(crate) struct ReplayFlags {
    /// folder of the recording
    #[argh(positional)]
    folder: PathBuf,

    /// tell whether all goes as it went then, which is what is done without other flags, too
    #[argh(switch)]
    verify: bool,

    /// show what everybody was sent who was called this at any time
    #[argh(option, long = "as")]
    name: Option<String>,

    /// go no further than this: a time after the server's start, like 90s, 1.5h or 250ms, or a time of day, like
    /// 2026-11-30T09:00:00Z (default: to the end)
    #[argh(option, default = "Until::End", from_str_fn(until::parse))]
    until: Until,

    /// show who and what was there in the end
    #[argh(switch)]
    state: bool,
}

/// Runs the command.
///
/// # Errors
/// The recording can't be read, or something else comes of it now than then.
pub(crate) fn run(flags: &ReplayFlags) -> anyhow::Result<()> {
    let mut out = stdout().lock();
    if let Some(name) = &flags.name {
        heard::show(&flags.folder, flags.until, name, &mut out)?;
    }
    if flags.name.is_none() || flags.verify || flags.state {
        let (played, replay) = play(&flags.folder, flags.until, &mut ())?;
        if flags.verify || !flags.state {
            out.write_all(summary(&played).as_bytes())?;
        }
        if flags.state {
            out.write_all(state::describe(&replay).as_bytes())?;
        }
    }
    Ok(())
}

/// Says what a run came to.
fn summary(played: &Played) -> String {
    let Played { segments, gaps, cut_bytes, inputs, batches, hashes, unix_ms } = *played;
    let time = |unix_ms: u64| {
        let millis = i64::try_from(unix_ms).unwrap_or(i64::MAX);
        Timestamp::from_millisecond(millis).map_or_else(|_| "?".to_owned(), |time| time.to_string())
    };
    let span = unix_ms.map(|(first, last)| format!("from {} to {}\n", time(first), time(last))).unwrap_or_default();
    let gaps = if gaps == 0 { String::new() } else { format!(", {gaps} gaps") };
    let cut = if cut_bytes == 0 { String::new() } else { format!(", {cut_bytes} bytes cut off") };
    format!(
        "{segments} segments{gaps}{cut}\n{span}{inputs} inputs\nthe same as then: {batches} batches, {hashes} states\n"
    )
}

//! Runs again what a server has recorded: tells what it was or would have been, and shows what people were sent.

mod heard;
mod moderated;
mod state;
mod transcript;
mod until;
mod what_if;

use std::fs::{self, File};
use std::io::{Write as _, stdout};
use std::path::PathBuf;

use anyhow::Context as _;
use argh::{ArgsInfo, FromArgs};
use chinwag_launch::Change;
use chinwag_recording::{Played, Until, play, redact, verify};
use jiff::Timestamp;

use self::transcript::Transcript;
use self::what_if::Reads;
use crate::flags::FlagError;

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
    /// 2026-11-30T09:00, or with Z behind it in UTC (default: to the end)
    #[argh(option, default = "Until::End", from_str_fn(until::parse))]
    until: Until,

    /// show who and what was there in the end
    #[argh(switch)]
    state: bool,

    /// write a transcript of what was typed into a new file, which the tests of chinwag play; it can hold a bug that
    /// was recorded
    #[argh(option)]
    to_test: Option<PathBuf>,

    /// write a recording into this folder in which all texts and names are others, as long as they were, and which runs
    /// as this does
    #[argh(option)]
    redact: Option<PathBuf>,

    /// tell what would have been if a flag of the server had had another value, like room-quiet=50: it takes
    /// flood-rate, history-on-join, queue-bytes and room-quiet; may be given more than once
    #[argh(option, from_str_fn(change))]
    set: Vec<Change>,

    /// with --set: how many bytes a second everybody reads, or one person, like 20K or Ann=2K, since that is not
    /// recorded; may be given more than once (default: all at once)
    #[argh(option, from_str_fn(reads))]
    peer_rate: Vec<Reads>,
}

fn change(written: &str) -> Result<Change, String> {
    Change::parse(written)
}

fn reads(written: &str) -> Result<Reads, String> {
    what_if::reads(written)
}

/// Runs the command.
///
/// # Errors
/// The recording can't be read, or something else comes of it now than then.
pub(crate) fn run(flags: &ReplayFlags) -> anyhow::Result<()> {
    if flags.set.is_empty() && !flags.peer_rate.is_empty() {
        return Err(FlagError::new("--peer-rate", "needs --set, a flag of the server with another value").into());
    }
    let mut out = stdout().lock();
    if let Some(name) = &flags.name {
        heard::show(&flags.folder, flags.until, name, &mut out)?;
    }
    if let Some(file) = &flags.to_test {
        let out = File::create_new(file).with_context(|| format!("can't write {}", file.display()))?;
        write_transcript(flags, out).inspect_err(|_| drop(fs::remove_file(file)))?;
    }
    if let Some(folder) = &flags.redact {
        redact(&flags.folder, flags.until, folder)?;
    }
    if !flags.set.is_empty() {
        let told = what_if::tell(&flags.folder, flags.until, &flags.set, &flags.peer_rate)?;
        out.write_all(told.as_bytes())?;
    }
    let is_asked_else =
        flags.name.is_some() || flags.to_test.is_some() || flags.redact.is_some() || !flags.set.is_empty();
    if flags.verify || flags.state || !is_asked_else {
        let (played, replay) = match flags.until {
            Until::End => verify(&flags.folder)?,
            until @ (Until::After(_) | Until::UnixMs(_)) => play(&flags.folder, until, &mut ())?,
        };
        if flags.verify || !flags.state {
            out.write_all(summary(&played).as_bytes())?;
        }
        if flags.state {
            out.write_all(state::describe(&replay).as_bytes())?;
        }
        anyhow::ensure!(
            played.damaged == 0,
            "what is cut off in {} was not: there is more behind it, so the disk or somebody has changed the recording",
            count(played.damaged as u64, "segment", "segments")
        );
    }
    Ok(())
}

/// Writes each step before it is done: so it is there even if that ends this program.
fn write_transcript(flags: &ReplayFlags, out: File) -> anyhow::Result<()> {
    let mut transcript = Transcript::new(out);
    play(&flags.folder, flags.until, &mut transcript)?;
    transcript.end()
}

/// Says how many there are of something.
fn count(number: u64, one: &str, more: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { more })
}

/// Says what a run came to.
fn summary(played: &Played) -> String {
    let Played { segments, gaps, cut_bytes, damaged: _, inputs, batches, hashes, unix_ms } = *played;
    let time = |unix_ms: u64| {
        let millis = i64::try_from(unix_ms).unwrap_or(i64::MAX);
        Timestamp::from_millisecond(millis).map_or_else(|_| "?".to_owned(), |time| time.to_string())
    };
    let span = unix_ms.map(|(first, last)| format!("from {} to {}\n", time(first), time(last))).unwrap_or_default();
    let of = |number: usize, one, more| count(number as u64, one, more);
    let gaps = if gaps == 0 { String::new() } else { format!(", {}", of(gaps, "gap", "gaps")) };
    let cut = if cut_bytes == 0 { String::new() } else { format!(", {} cut off", of(cut_bytes, "byte", "bytes")) };
    format!(
        "{}{gaps}{cut}\n{span}{}\nthe same as then: {}, {}\n",
        of(segments, "segment", "segments"),
        count(inputs, "input", "inputs"),
        count(batches, "batch", "batches"),
        count(hashes, "state", "states")
    )
}

//! `chinwag history`: what a server has kept is taken out, put in, or deleted.

use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use argh::{ArgsInfo, FromArgs};
use chinwag_core::Name;
use chinwag_history::{Error, Filter, Imported};

use crate::flags::FlagError;
use crate::moment;

/// Take what a server has kept out of its --data folder as lines of JSON (export), put such lines in (import), or
/// delete messages (delete).
#[derive(Debug, FromArgs, ArgsInfo)]
#[argh(subcommand, name = "history", help_triggers("-h", "--help"))]
pub(crate) struct HistoryFlags {
    #[argh(subcommand)]
    command: HistoryCommand,
}

#[derive(Debug, FromArgs, ArgsInfo)]
#[argh(subcommand)]
enum HistoryCommand {
    Delete(DeleteFlags),
    Export(ExportFlags),
    Import(ImportFlags),
}

/// Write messages to the standard output, one a line, the oldest first. The server may run.
#[derive(Debug, FromArgs, ArgsInfo)]
#[argh(
    subcommand,
    name = "export",
    help_triggers("-h", "--help"),
    note = "A time is a day, or a day with a time, such as 2026-11-28 or 2026-11-28T20:15: here, or with Z behind it in UTC."
)]
struct ExportFlags {
    /// folder that the server was given as --data
    #[argh(option)]
    data: PathBuf,

    /// only messages in this room
    #[argh(option, from_str_fn(room))]
    room: Option<Name>,

    /// only messages by people of this name
    #[argh(option, from_str_fn(name))]
    name: Option<Name>,

    /// only messages of this time or later
    #[argh(option, from_str_fn(time_ms))]
    since: Option<u64>,

    /// only messages before this time
    #[argh(option, from_str_fn(time_ms))]
    until: Option<u64>,
}

/// Read lines of an export from the standard input, and keep them behind what is there. No server may run in the
/// folder.
#[derive(Debug, FromArgs, ArgsInfo)]
#[argh(subcommand, name = "import", help_triggers("-h", "--help"))]
struct ImportFlags {
    /// folder that the server will be given as --data
    #[argh(option)]
    data: PathBuf,
}

/// Delete messages, so that no text of them is left. No server may run in the folder. Without --all it needs to be told
/// which.
#[derive(Debug, FromArgs, ArgsInfo)]
#[argh(
    subcommand,
    name = "delete",
    help_triggers("-h", "--help"),
    note = "A time is a day, or a day with a time, such as 2026-11-28 or 2026-11-28T20:15: here, or with Z behind it in UTC."
)]
struct DeleteFlags {
    /// folder that the server was given as --data
    #[argh(option)]
    data: PathBuf,

    /// only messages in this room
    #[argh(option, from_str_fn(room))]
    room: Option<Name>,

    /// only messages by people of this name
    #[argh(option, from_str_fn(name))]
    name: Option<Name>,

    /// only messages of this time or later
    #[argh(option, from_str_fn(time_ms))]
    since: Option<u64>,

    /// only messages before this time
    #[argh(option, from_str_fn(time_ms))]
    until: Option<u64>,

    /// all messages
    #[argh(switch)]
    all: bool,
}

/// Copy the history of a --data folder into a new FILE, which the server may go on writing meanwhile. A server begins
/// with such a copy if it is called chinwag.db.
#[derive(Debug, FromArgs, ArgsInfo)]
#[argh(subcommand, name = "backup", help_triggers("-h", "--help"))]
pub(crate) struct BackupFlags {
    /// folder that the server was given as --data
    #[argh(option)]
    data: PathBuf,

    /// file that is not there yet
    #[argh(positional, arg_name = "FILE")]
    file: PathBuf,
}

/// Does what is asked with a history.
///
/// # Errors
///
/// There is no history, or a server has it, or the disk does not do it, or a line is none of an export.
pub(crate) fn run(flags: HistoryFlags) -> Result<()> {
    match flags.command {
        HistoryCommand::Export(ExportFlags { data, room, name, since, until }) => {
            export(&data, &Filter { room, name, since_ms: since, until_ms: until })
        }
        HistoryCommand::Import(ImportFlags { data }) => {
            let Imported { kept, skipped } = chinwag_history::import(&data, &mut io::stdin().lock())?;
            let skipped = if skipped > 0 { format!(", {skipped} were there") } else { String::new() };
            tell(&format!("{} imported{skipped}", messages(kept)))
        }
        HistoryCommand::Delete(DeleteFlags { data, room, name, since, until, all }) => {
            let filter = Filter { room, name, since_ms: since, until_ms: until };
            if all != (filter == Filter::default()) {
                let takes =
                    "stands for all of --room, --name, --since and --until, and one or the other has to be given";
                bail!(FlagError::new("--all", takes));
            }
            tell(&format!("{} deleted", messages(chinwag_history::delete(&data, &filter)?)))
        }
    }
}

/// Copies a history.
///
/// # Errors
///
/// There is no history, or the file is there, or the disk does not take it.
pub(crate) fn back_up(flags: &BackupFlags) -> Result<()> {
    Ok(chinwag_history::backup(&flags.data, &flags.file)?)
}

fn export(data: &Path, filter: &Filter) -> Result<()> {
    let mut out = BufWriter::new(io::stdout().lock());
    let exported = chinwag_history::export(data, filter, &mut out).and_then(|_| out.flush().map_err(Error::Output));
    match exported {
        // Whoever reads has enough, as `head` does.
        Err(Error::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        exported => Ok(exported?),
    }
}

fn messages(count: u64) -> String {
    if count == 1 { "1 message".to_owned() } else { format!("{count} messages") }
}

fn tell(text: &str) -> Result<()> {
    Ok(writeln!(io::stdout(), "{text}")?)
}

/// A room may be written as IRC clients do, with its sign.
fn room(value: &str) -> Result<Name, String> {
    let room = Name::parse_room(value.strip_prefix('#').unwrap_or(value));
    room.ok_or_else(|| "takes 2 to 32 letters, digits, - and _".to_owned())
}

fn name(value: &str) -> Result<Name, String> {
    Name::parse(value).ok_or_else(|| "takes 2 to 20 letters, digits, - and _".to_owned())
}

fn time_ms(value: &str) -> Result<u64, String> {
    let takes = "takes a time such as 2026-11-28, 2026-11-28T20:15 or 2026-11-28T20:15Z";
    moment::parse_ms(value).ok_or_else(|| takes.to_owned())
}

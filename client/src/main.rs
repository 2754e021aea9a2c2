//! The chinwag terminal programs.
//!
//! Exit code 0 is success, 1 a failure on the way, 2 flags that can't be used; a failure is one line on stderr.

mod account;
mod address;
mod ban;
mod bots;
mod chat;
mod cluster;
mod descriptors;
mod dial;
mod flags;
mod histogram;
mod history;
mod invite;
mod line;
mod lines;
#[cfg(target_os = "linux")]
mod load;
#[cfg(not(target_os = "linux"))]
#[path = "load_elsewhere.rs"]
mod load;
mod mention;
mod moment;
mod pass;
mod password;
mod replay;
mod stream;
mod telnet;
mod tls;
mod words;

use std::io::Write;
use std::process::ExitCode;

use argh::{ArgsInfo, FromArgs};
use chinwag_manual::{Kind, Page};

/// Talk to chinwag servers, measure them, look after what they keep, and run again what they recorded. Without a
/// command it is `chat`.
#[derive(FromArgs, ArgsInfo)]
#[argh(name = "chinwag", help_triggers("-h", "--help"), note = "--version tells the version.")]
struct Chinwag {
    #[argh(subcommand)]
    command: Command,
}

#[derive(FromArgs, ArgsInfo)]
#[argh(subcommand)]
enum Command {
    Account(account::AccountFlags),
    Backup(history::BackupFlags),
    Ban(ban::BanFlags),
    Bots(bots::BotsFlags),
    Chat(chat::ChatFlags),
    Cluster(cluster::ClusterFlags),
    History(history::HistoryFlags),
    Invite(invite::InviteFlags),
    Load(load::LoadFlags),
    Replay(replay::ReplayFlags),
}

/// What a shell expects of wrong usage.
const USAGE_EXIT: u8 = 2;

fn main() -> ExitCode {
    let args: Vec<_> = std::env::args_os().skip(1).collect();
    if let Some(kind) = Kind::asked(&args) {
        return say(&kind.text(&page()));
    }
    let args = match words::words(args.into_iter()) {
        Ok(args) => args,
        Err(text) => return fail(USAGE_EXIT, &text),
    };
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    if let ["--version"]
    | [
        "account" | "backup" | "ban" | "bots" | "chat" | "cluster" | "history" | "invite" | "load" | "replay",
        "--version",
    ] = *args
    {
        return say(concat!("chinwag ", env!("CARGO_PKG_VERSION")));
    }
    let command = match Chinwag::from_args(&["chinwag"], &args) {
        Ok(chinwag) => chinwag.command,
        Err(exit) if exit.status.is_ok() => return say(&exit.output),
        Err(exit) => return fail(USAGE_EXIT, &exit.output),
    };
    let outcome = match command {
        Command::Account(flags) => account::run(flags),
        Command::Backup(flags) => history::back_up(&flags),
        Command::Ban(flags) => ban::run(flags),
        Command::Bots(flags) => bots::run(&flags),
        Command::Chat(flags) => chat::run(&flags),
        Command::Cluster(flags) => cluster::run(flags),
        Command::History(flags) => history::run(flags),
        Command::Invite(flags) => invite::run(flags),
        Command::Load(flags) => load::run(flags),
        Command::Replay(flags) => replay::run(&flags),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if error.is::<flags::FlagError>() => fail(USAGE_EXIT, &error.to_string()),
        Err(error) => fail(1, &format!("{error:#}")),
    }
}

/// What the manual and shells are told of this program.
fn page() -> Page<'static> {
    Page {
        name: "chinwag",
        version: env!("CARGO_PKG_VERSION"),
        info: Chinwag::get_args_info(),
        sections: &[
            ("EXIT STATUS", "0 is success, 1 a failure on the way, 2 flags that can't be used."),
            ("SEE ALSO", "chinwag-smol(1)"),
        ],
    }
}

fn say(text: &str) -> ExitCode {
    match writeln!(std::io::stdout().lock(), "{}", text.trim_end()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

/// Says in one line what went wrong, also where the text came in several.
fn fail(code: u8, text: &str) -> ExitCode {
    let words: Vec<&str> = text.split_whitespace().collect();
    // Where nobody can be told, as after the terminal was closed, the exit code says it alone.
    let _ = writeln!(std::io::stderr().lock(), "chinwag: {}", words.join(" "));
    ExitCode::from(code)
}

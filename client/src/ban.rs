//! `chinwag ban`: the addresses from which nobody may connect to a server.

use std::io::{self, Write as _};
use std::path::PathBuf;

use anyhow::{Result, ensure};
use argh::{ArgsInfo, FromArgs};
use chinwag_core::log::{AddressKey, KeptBar};
use chinwag_core::{Name, Text};
use chinwag_members::{BANS_MAX, Book};

use crate::flags::number;
use crate::invite::{day, now_ms};

const DAY_MS: u64 = 24 * 60 * 60 * 1000;

/// The most bytes of why an address is banned: as operators may say on the server.
const WHY_BYTES_MAX: usize = 200;

/// Let nobody connect to a server from an address, for some days or for good. The server may run, and goes by it within
/// a second: it puts those out who have come from there, but for its operators.
#[derive(Debug, FromArgs, ArgsInfo)]
#[argh(
    subcommand,
    name = "ban",
    help_triggers("-h", "--help"),
    note = "An address of IPv6 stands for its network of 64 bits. The addresses of this machine can't be banned."
)]
pub(crate) struct BanFlags {
    #[argh(subcommand)]
    command: BanCommand,
}

#[derive(Debug, FromArgs, ArgsInfo)]
#[argh(subcommand)]
enum BanCommand {
    Add(AddFlags),
    List(ListFlags),
    Remove(RemoveFlags),
}

/// Ban an address. What was decided of it before holds no more.
#[derive(Debug, FromArgs, ArgsInfo)]
#[argh(subcommand, name = "add", help_triggers("-h", "--help"))]
struct AddFlags {
    /// folder that the server was given as --data
    #[argh(option)]
    data: PathBuf,

    /// days for which it is banned (default: for good)
    #[argh(option, from_str_fn(days))]
    days: Option<u32>,

    /// why, as those are told who come from there: up to 200 bytes
    #[argh(option, from_str_fn(why))]
    why: Option<Text>,

    /// from where
    #[argh(positional, arg_name = "ADDRESS", from_str_fn(address))]
    address: AddressKey,
}

/// List the addresses that are banned, one a line: by whom, until when, and why.
#[derive(Debug, FromArgs, ArgsInfo)]
#[argh(subcommand, name = "list", help_triggers("-h", "--help"))]
struct ListFlags {
    /// folder that the server was given as --data
    #[argh(option)]
    data: PathBuf,
}

/// Ban an address no more.
#[derive(Debug, FromArgs, ArgsInfo)]
#[argh(subcommand, name = "remove", help_triggers("-h", "--help"))]
struct RemoveFlags {
    /// folder that the server was given as --data
    #[argh(option)]
    data: PathBuf,

    /// from where
    #[argh(positional, arg_name = "ADDRESS", from_str_fn(address))]
    address: AddressKey,
}

/// Does what is asked with the bans of a server.
///
/// # Errors
///
/// There is no such folder or ban, or the disk does not do it.
pub(crate) fn run(flags: BanFlags) -> Result<()> {
    let mut out = io::stdout().lock();
    match flags.command {
        BanCommand::Add(AddFlags { data, days, why, address }) => {
            let until_ms = days.map(|days| now_ms().saturating_add(u64::from(days) * DAY_MS));
            let bar = KeptBar { address, by: Name::SERVER, until_ms, why };
            ensure!(Book::open(&data)?.ban(&bar)?, "there are {BANS_MAX} bans already: remove one");
            writeln!(out, "Banned {}", line(&bar))?;
        }
        BanCommand::List(ListFlags { data }) => {
            for bar in Book::open(&data)?.bans()? {
                writeln!(out, "{}", line(&bar))?;
            }
        }
        BanCommand::Remove(RemoveFlags { data, address }) => {
            ensure!(Book::open(&data)?.unban(address)?, "{address} is not banned");
            writeln!(out, "{address} is not banned any more")?;
        }
    }
    Ok(())
}

fn line(KeptBar { address, by, until_ms, why }: &KeptBar) -> String {
    let until = until_ms.map_or("for good".to_owned(), |until_ms| format!("until {}", day(until_ms)));
    let by = if *by == Name::SERVER { String::new() } else { format!(" by {by}") };
    let why = why.as_ref().map_or(String::new(), |why| format!(": {why}"));
    format!("{address}{by} {until}{why}")
}

fn address(value: &str) -> Result<AddressKey, String> {
    AddressKey::parse(value)
        .ok_or_else(|| "takes an address of another machine, like 192.0.2.7 or 2001:db8::1".to_owned())
}

fn days(value: &str) -> Result<u32, String> {
    number(value, 1..=3650)
}

fn why(value: &str) -> Result<Text, String> {
    let why = Text::clean(value.trim());
    if why.as_str().is_empty() || why.as_str().len() > WHY_BYTES_MAX {
        return Err(format!("takes 1 to {WHY_BYTES_MAX} bytes of text"));
    }
    Ok(why)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_from_where_by_whom_until_when_and_why() {
        let bar = |by, until_ms, why: Option<&str>| KeptBar {
            address: address("2001:db8::7").expect("an address"),
            by,
            until_ms,
            why: why.map(Text::clean),
        };
        assert_eq!(line(&bar(Name::SERVER, None, None)), "2001:db8::/64 for good");
        let sue = Name::parse("Sue").expect("a name");
        let told = line(&bar(sue, Some(86_400_000), Some("spam")));
        assert!(told.starts_with("2001:db8::/64 by Sue until 1970-01-0") && told.ends_with(": spam"), "{told}");
    }

    #[test]
    fn what_can_not_be_banned_is_refused() {
        for wrong in ["127.0.0.1", "::1", "192.0.2.7/24", "Bob", ""] {
            assert!(address(wrong).is_err(), "{wrong}");
        }
        assert!(why(" ").is_err() && why(&"x".repeat(201)).is_err());
        assert_eq!(why(" spam ").map(|why| why.to_string()), Ok("spam".to_owned()));
    }
}

//! `chinwag invite`: links that let people in where a server asks for a password.

use std::io::{self, Write as _};
use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Result, bail};
use argh::{ArgsInfo, FromArgs};
use chinwag_members::{Book, Invite};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::flags::{FlagError, number};

/// Where the page is, if nobody says so: a server on this machine.
const URL: &str = "http://127.0.0.1:42080/";

/// Invite people to a server that asks for a password (--password-file or --members-only): make a link for some days
/// and uses, list what was made, or revoke it. The server may run, and goes by it at once.
#[derive(Debug, FromArgs, ArgsInfo)]
#[argh(
    subcommand,
    name = "invite",
    help_triggers("-h", "--help"),
    note = "The link leads to the page. By lines and IRC what stands behind #join= is given in place of the password."
)]
pub(crate) struct InviteFlags {
    /// folder that the server was given as --data
    #[argh(option)]
    data: Option<PathBuf>,

    /// days for which it lets people in (default 7)
    #[argh(option, default = "7", from_str_fn(days))]
    days: u32,

    /// how many it lets in (default 1)
    #[argh(option, default = "1", from_str_fn(uses))]
    uses: u32,

    /// address of the page, as people reach it (default http://127.0.0.1:42080/)
    #[argh(option, default = "URL.to_owned()", from_str_fn(url))]
    url: String,

    #[argh(subcommand)]
    command: Option<InviteCommand>,
}

#[derive(Debug, FromArgs, ArgsInfo)]
#[argh(subcommand)]
enum InviteCommand {
    List(ListFlags),
    Revoke(RevokeFlags),
}

/// List invitations, one a line: by which number each is named, how many more it lets in, and until when.
#[derive(Debug, FromArgs, ArgsInfo)]
#[argh(subcommand, name = "list", help_triggers("-h", "--help"))]
struct ListFlags {
    /// folder that the server was given as --data
    #[argh(option)]
    data: Option<PathBuf>,
}

/// Have an invitation let nobody in any more, nor those again who came by it. Who is in stays.
#[derive(Debug, FromArgs, ArgsInfo)]
#[argh(subcommand, name = "revoke", help_triggers("-h", "--help"))]
struct RevokeFlags {
    /// folder that the server was given as --data
    #[argh(option)]
    data: Option<PathBuf>,

    /// number of the invitation
    #[argh(positional, arg_name = "ID")]
    id: i64,
}

/// Does what is asked with the invitations of a server.
///
/// # Errors
///
/// There is no such folder or invitation, or the disk does not do it.
pub(crate) fn run(flags: InviteFlags) -> Result<()> {
    let open = |data: Option<PathBuf>| {
        let Some(data) = data.or(flags.data.clone()) else {
            bail!(FlagError::new("--data", "names the folder that the server was given"));
        };
        Ok(Book::open(&data)?)
    };
    let mut out = io::stdout().lock();
    match flags.command {
        None => {
            let (secret, _) = open(None)?.invite(flags.days, flags.uses)?;
            writeln!(out, "{}#join={}", flags.url, secret.as_str())?;
        }
        Some(InviteCommand::List(ListFlags { data })) => {
            for invite in open(data)?.invites()? {
                writeln!(out, "{}", line(&invite, now_ms()))?;
            }
        }
        Some(InviteCommand::Revoke(RevokeFlags { data, id })) => {
            if !open(data)?.revoke(id)? {
                bail!("there is no invitation {id}");
            }
            writeln!(out, "Invitation {id} lets nobody in any more")?;
        }
    }
    Ok(())
}

fn line(invite: &Invite, now_ms: u64) -> String {
    let Invite { id, until, uses, uses_left, .. } = invite;
    let state = invite.denial(now_ms).map_or(String::new(), |denial| format!(" - {denial}"));
    format!("{id}: {uses_left} of {uses} left, until {}{state}", day(*until))
}

/// Returns the day and minute of a time, here.
pub(crate) fn day(ms: u64) -> String {
    let time = i64::try_from(ms).ok().and_then(|ms| Timestamp::from_millisecond(ms).ok()).unwrap_or(Timestamp::MAX);
    time.to_zoned_datetime(TimeZone::system()).strftime("%Y-%m-%d %H:%M").to_string()
}

/// Returns the time of day in milliseconds since 1970.
pub(crate) fn now_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

fn days(value: &str) -> Result<u32, String> {
    number(value, 1..=3650)
}

fn uses(value: &str) -> Result<u32, String> {
    number(value, 1..=100_000)
}

/// Takes the address of a page. What stands behind it is put there by us.
fn url(value: &str) -> Result<String, String> {
    let is_page =
        ["http://", "https://"].iter().any(|scheme| value.strip_prefix(scheme).is_some_and(|rest| !rest.is_empty()));
    if is_page && !value.contains(['#', '?', ' ']) {
        return Ok(if value.ends_with('/') { value.to_owned() } else { format!("{value}/") });
    }
    Err("takes the address of the page, like https://chat.example/".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_of_a_page_has_neither_a_question_nor_a_place() {
        for (given, taken) in [
            ("https://chat.example/", Some("https://chat.example/")),
            ("https://chat.example/chat", Some("https://chat.example/chat/")),
            ("http://[::1]:8080", Some("http://[::1]:8080/")),
            ("chat.example", None),
            ("https://", None),
            ("https://chat.example/?x", None),
            ("https://chat.example/#room", None),
        ] {
            assert_eq!(url(given).ok().as_deref(), taken, "{given}");
        }
    }

    #[test]
    fn a_line_says_how_much_is_left_and_why_nothing_is() {
        let invite = Invite { id: 3, made: 0, until: 86_400_000, uses: 30, uses_left: 12, is_revoked: false };
        let told = line(&invite, 0);
        assert!(told.starts_with("3: 12 of 30 left, until 1970-01-0"), "{told}");
        let told = line(&Invite { is_revoked: true, ..invite }, 0);
        assert!(told.ends_with(" - This invitation was revoked"), "{told}");
    }
}

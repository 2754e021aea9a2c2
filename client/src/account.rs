//! `chinwag account`: the accounts of a server, whose names are theirs.

use std::io::{self, BufRead as _, IsTerminal as _, Write as _};
use std::path::PathBuf;

use anyhow::{Context as _, Result, bail, ensure};
use argh::{ArgsInfo, FromArgs};
use chinwag_core::Name;
use chinwag_core::admission::{Account, Passphrase, Role};
use chinwag_members::Book;
use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};

/// Look after the accounts of a server. The server may run, and goes by it at once.
#[derive(Debug, FromArgs, ArgsInfo)]
#[argh(
    subcommand,
    name = "account",
    help_triggers("-h", "--help"),
    note = "A password is asked for where it is typed unseen; else it is the first line of the standard input."
)]
pub(crate) struct AccountFlags {
    #[argh(subcommand)]
    command: AccountCommand,
}

#[derive(Debug, FromArgs, ArgsInfo)]
#[argh(subcommand)]
enum AccountCommand {
    Add(AddFlags),
    List(ListFlags),
    Logout(LogoutFlags),
    Passwd(PasswdFlags),
    Remove(RemoveFlags),
    Role(RoleFlags),
}

/// Make an account.
#[derive(Debug, FromArgs, ArgsInfo)]
#[argh(subcommand, name = "add", help_triggers("-h", "--help"))]
struct AddFlags {
    /// folder that the server was given as --data
    #[argh(option)]
    data: PathBuf,

    /// may keep order as an operator of the server, after OPER
    #[argh(switch)]
    operator: bool,

    /// whose it is
    #[argh(positional, arg_name = "NAME", from_str_fn(name))]
    name: Name,
}

/// List the accounts, one a line.
#[derive(Debug, FromArgs, ArgsInfo)]
#[argh(subcommand, name = "list", help_triggers("-h", "--help"))]
struct ListFlags {
    /// folder that the server was given as --data
    #[argh(option)]
    data: PathBuf,
}

/// Have nobody come back to an account without its password: browsers and terminals have to log in again. Who is in
/// stays in.
#[derive(Debug, FromArgs, ArgsInfo)]
#[argh(subcommand, name = "logout", help_triggers("-h", "--help"))]
struct LogoutFlags {
    /// folder that the server was given as --data
    #[argh(option)]
    data: PathBuf,

    /// whose it is
    #[argh(positional, arg_name = "NAME", from_str_fn(name))]
    name: Name,
}

/// Give an account another password, and end its passes as logout does.
#[derive(Debug, FromArgs, ArgsInfo)]
#[argh(subcommand, name = "passwd", help_triggers("-h", "--help"))]
struct PasswdFlags {
    /// folder that the server was given as --data
    #[argh(option)]
    data: PathBuf,

    /// whose it is
    #[argh(positional, arg_name = "NAME", from_str_fn(name))]
    name: Name,
}

/// Remove an account. Who is in by it stays in.
#[derive(Debug, FromArgs, ArgsInfo)]
#[argh(subcommand, name = "remove", help_triggers("-h", "--help"))]
struct RemoveFlags {
    /// folder that the server was given as --data
    #[argh(option)]
    data: PathBuf,

    /// whose it is
    #[argh(positional, arg_name = "NAME", from_str_fn(name))]
    name: Name,
}

/// Say what an account may do: member, or operator of the server. Who is an operator already stays one.
#[derive(Debug, FromArgs, ArgsInfo)]
#[argh(subcommand, name = "role", help_triggers("-h", "--help"))]
struct RoleFlags {
    /// folder that the server was given as --data
    #[argh(option)]
    data: PathBuf,

    /// whose it is
    #[argh(positional, arg_name = "NAME", from_str_fn(name))]
    name: Name,

    /// member or operator
    #[argh(positional, arg_name = "ROLE", from_str_fn(role))]
    role: Role,
}

/// Does what is asked with the accounts of a server.
///
/// # Errors
///
/// There is no such folder or account, or the disk does not do it.
pub(crate) fn run(flags: AccountFlags) -> Result<()> {
    let mut out = io::stdout().lock();
    match flags.command {
        AccountCommand::Add(AddFlags { data, operator, name }) => {
            let mut book = Book::open(&data)?;
            let role = if operator { Role::Operator } else { Role::Member };
            ensure!(!name.is_reserved(), "the server keeps the name {name} for itself");
            let account = Account { name, role };
            ensure!(book.add_account(&account, &password()?)?, "there is an account {}", account.name);
            writeln!(out, "Account {} made", account.name)?;
        }
        AccountCommand::List(ListFlags { data }) => {
            for entry in Book::open(&data)?.accounts()? {
                let by = entry.invite.map(|id| format!(", by invitation {id}")).unwrap_or_default();
                writeln!(out, "{}: {}{by}", entry.account.name, entry.account.role)?;
            }
        }
        AccountCommand::Logout(LogoutFlags { data, name }) => {
            let Some(count) = Book::open(&data)?.log_out(&name)? else { bail!("there is no account {name}") };
            writeln!(out, "Account {name}: {count} {} ended", if count == 1 { "pass" } else { "passes" })?;
        }
        AccountCommand::Passwd(PasswdFlags { data, name }) => {
            let mut book = Book::open(&data)?;
            ensure!(book.set_password(&name, &password()?)?, "there is no account {name}");
            writeln!(out, "Account {name} has another password")?;
        }
        AccountCommand::Remove(RemoveFlags { data, name }) => {
            ensure!(Book::open(&data)?.remove_account(&name)?, "there is no account {name}");
            writeln!(out, "Account {name} removed")?;
        }
        AccountCommand::Role(RoleFlags { data, name, role }) => {
            ensure!(Book::open(&data)?.set_role(&name, role)?, "there is no account {name}");
            writeln!(out, "Account {name}: {role}")?;
        }
    }
    Ok(())
}

/// Reads a password from the first line of the standard input; at a terminal it is asked for twice, and not shown.
fn password() -> Result<Passphrase> {
    let input = io::stdin();
    if !input.is_terminal() {
        return read("there is no password on the standard input");
    }
    let shown = tcgetattr(&input).context("can't hide what is typed")?;
    let mut hidden = shown.clone();
    hidden.local_modes.remove(LocalModes::ECHO);
    tcsetattr(&input, OptionalActions::Flush, &hidden).context("can't hide what is typed")?;
    let ask = |what: &str| {
        write!(io::stderr(), "{what}: ")?;
        let typed = read("nothing was typed");
        writeln!(io::stderr())?;
        typed
    };
    let typed = ask("Password").and_then(|password| Ok((password, ask("Once more")?)));
    // Whatever came of it.
    let restored = tcsetattr(&input, OptionalActions::Flush, &shown);
    let (password, again) = typed?;
    restored.context("what is typed stays hidden: try stty echo")?;
    if password != again {
        bail!("they are not the same");
    }
    Ok(password)
}

fn read(missing: &str) -> Result<Passphrase> {
    let mut line = String::new();
    io::stdin().lock().read_line(&mut line)?;
    let password = line.trim_end_matches(['\r', '\n']);
    ensure!(!password.is_empty(), "{missing}");
    Ok(Passphrase::new(password))
}

fn name(value: &str) -> Result<Name, String> {
    Name::parse(value).ok_or_else(|| "takes 2 to 20 letters, digits, - and _".to_owned())
}

fn role(value: &str) -> Result<Role, String> {
    let role = [Role::Member, Role::Operator].into_iter().find(|role| role.to_string() == value);
    role.ok_or_else(|| "takes member or operator".to_owned())
}

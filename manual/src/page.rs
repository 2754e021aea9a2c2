//! Owns what is known of a program.

use argh::{CommandInfoWithArgs, FlagInfo, FlagInfoKind, SubCommandInfo};

/// A program, as it describes itself.
#[derive(Debug)]
pub struct Page<'a> {
    /// What it is called on the command line.
    pub name: &'a str,
    /// Its version.
    pub version: &'a str,
    /// What it says of its flags and its commands.
    pub info: CommandInfoWithArgs,
    /// What else the manual page has: pairs of a heading in capitals and a paragraph.
    pub sections: &'a [(&'a str, &'a str)],
}

/// Returns the commands that a program has, each with all the words that lead to it. One that has commands itself is
/// only a word of theirs.
pub(crate) fn commands(info: &CommandInfoWithArgs) -> Vec<(String, &CommandInfoWithArgs)> {
    let mut all = Vec::new();
    for SubCommandInfo { name, command, .. } in &info.commands {
        if command.commands.is_empty() {
            all.push(((*name).to_owned(), command));
        }
        let inner = commands(command).into_iter().map(|(words, command)| (format!("{name} {words}"), command));
        all.extend(inner);
    }
    all
}

/// Returns the flags that may be told of, of a command or any of those that it has. Each command has the one for help.
pub(crate) fn flags<'a>(info: &'a CommandInfoWithArgs) -> impl Iterator<Item = Flag<'a>> {
    let help = Flag { long: "--help", short: Some('h'), value: None, about: "print the flags" };
    let is_told = |flag: &&FlagInfo<'_>| !flag.hidden && flag.long != "--help";
    let inner = info.commands.iter().flat_map(|inner| inner.command.flags.iter());
    let mut flags: Vec<_> = Vec::new();
    for flag in info.flags.iter().chain(inner).filter(is_told) {
        if !flags.iter().any(|known: &Flag<'_>| known.long == flag.long) {
            flags.push(Flag::of(flag));
        }
    }
    flags.into_iter().chain([help])
}

/// A flag, as texts have it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Flag<'a> {
    /// With its dashes.
    pub(crate) long: &'a str,
    pub(crate) short: Option<char>,
    /// What its value is called, if it takes one.
    pub(crate) value: Option<&'a str>,
    pub(crate) about: &'a str,
}

impl<'a> Flag<'a> {
    fn of(flag: &'a FlagInfo<'a>) -> Self {
        let value = match flag.kind {
            FlagInfoKind::Option { arg_name } => Some(arg_name),
            FlagInfoKind::Switch => None,
        };
        Self { long: flag.long, short: flag.short, value, about: flag.description }
    }

    /// Returns what a shell shows of it: up to the first reason or default, which the manual has.
    pub(crate) fn hint(&self) -> &'a str {
        self.about.split([';', ':', '(']).next().unwrap_or_default().trim_end_matches([' ', ','])
    }
}

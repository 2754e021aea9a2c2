//! Owns what is known of a program.

use argh::{CommandInfoWithArgs, FlagInfo, FlagInfoKind};

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

/// Returns the flags that may be told of, and the one for help that each command has.
pub(crate) fn flags<'a>(info: &'a CommandInfoWithArgs) -> impl Iterator<Item = Flag<'a>> {
    let help = Flag { long: "--help", short: Some('h'), value: None, about: "print the flags" };
    let is_told = |flag: &&FlagInfo<'_>| !flag.hidden && flag.long != "--help";
    info.flags.iter().filter(is_told).map(Flag::of).chain([help])
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

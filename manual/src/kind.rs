//! Owns which texts are made of what is known of a program, and how they are asked for.

use std::ffi::OsString;

use crate::page::Page;
use crate::{complete, man};

/// What can be made.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// A page for `man`, of section 1.
    Man,
    /// Completions for bash, to be sourced.
    Bash,
    /// Completions for zsh, for a file whose name is `_` and the program's.
    Zsh,
    /// Completions for fish.
    Fish,
}

impl Kind {
    /// All of them, with the words by which they are asked for.
    pub const ALL: [(&'static str, Self); 4] =
        [("man", Self::Man), ("bash", Self::Bash), ("zsh", Self::Zsh), ("fish", Self::Fish)];

    /// Returns what is asked for, if the arguments, without the program's name, are `--generate` and a word.
    #[must_use]
    pub fn asked(args: &[OsString]) -> Option<Self> {
        let [flag, word] = args else { return None };
        let asked = Self::ALL.iter().find(|(of, _)| *of == word)?;
        (flag == "--generate").then_some(asked.1)
    }

    /// Returns the text of this kind for a program.
    #[must_use]
    pub fn text(self, page: &Page<'_>) -> String {
        match self {
            Self::Man => man::text(page),
            Self::Bash => complete::bash(page),
            Self::Zsh => complete::zsh(page),
            Self::Fish => complete::fish(page),
        }
    }
}

//! The password that a server may ask for before it lets one in, as far as one was given it before.

use std::env;
use std::fmt;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, bail};

/// Where it is looked for, if no flag names a file.
const VARIABLE: &str = "CHINWAG_PASSWORD";

/// How it is given.
pub(crate) const HOW: &str = "give it with --password-file, or in CHINWAG_PASSWORD";

/// A password. It is not to be seen by anybody, so nothing prints it.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Password(String);

impl Password {
    /// Takes what was typed.
    pub(crate) const fn new(text: String) -> Self {
        Self(text)
    }

    /// Reads it from the first line of a file, or takes it from the environment, if it is there.
    ///
    /// # Errors
    ///
    /// There is no such file, or no password in it.
    pub(crate) fn given(file: Option<&Path>) -> Result<Option<Self>> {
        let Some(file) = file else {
            return Ok(env::var(VARIABLE).ok().filter(|password| !password.is_empty()).map(Self));
        };
        let shown = file.display();
        let text = fs::read_to_string(file).with_context(|| format!("can't read --password-file {shown}"))?;
        match text.lines().next() {
            Some(password) if !password.trim().is_empty() => Ok(Some(Self(password.to_owned()))),
            Some(_) | None => bail!("there is no password in the first line of --password-file {shown}"),
        }
    }

    /// Returns the line that gives it.
    pub(crate) fn line(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password")
    }
}

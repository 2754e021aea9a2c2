//! Owns where the programs are that take part: those of this workspace are built first.

use std::env;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, ensure};

/// Holds where the programs of this workspace are.
#[derive(Debug)]
pub(crate) struct Programs {
    folder: PathBuf,
}

impl Programs {
    /// Builds them as they are released.
    ///
    /// # Errors
    /// They can't be built.
    pub(crate) fn build() -> Result<Self> {
        let mut cargo = cargo();
        cargo.args(["build", "--release", "-p", "chinwag-smol", "-p", "chinwag-tokio", "-p", "chinwag-client"]);
        let status = cargo.status().context("cannot run cargo")?;
        ensure!(status.success(), "the servers can't be built");
        let own = env::current_exe().context("this program does not know where it is")?;
        let target = own.parent().and_then(|profile| profile.parent()).context("it is in no folder of cargo's")?;
        Ok(Self { folder: target.join("release") })
    }

    /// Returns the path of one of them.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }
}

/// Returns the cargo that runs this program, or whichever there is.
pub(crate) fn cargo() -> Command {
    Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// Tells whether a program is installed.
pub(crate) fn is_installed(name: &str) -> bool {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path).any(|folder| folder.join(name).is_file())
}

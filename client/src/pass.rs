//! The file that keeps by what one comes in to a server the next time.
//!
//! Each server has one, in the folder that the XDG rules name for what programs remember
//! (<https://specifications.freedesktop.org/basedir-spec/latest/>). Nobody but its owner can read it.

use std::env;
use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::process;

use anyhow::{Context as _, Result};

use crate::address::Address;
use crate::password::Password;

/// Where the pass for one server is kept.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct PassFile(PathBuf);

impl PassFile {
    /// Returns that of a server, if there is a folder for it. What was given by TLS is in another file than what was
    /// not: it is shown by TLS alone.
    pub(crate) fn of(address: &Address, is_secured: bool) -> Option<Self> {
        let set = |variable| env::var_os(variable).map(PathBuf::from).filter(|path| path.is_absolute());
        let state = set("XDG_STATE_HOME").or_else(|| Some(set("HOME")?.join(".local/state")))?;
        Some(Self::within(&state, address, is_secured))
    }

    fn within(state: &Path, address: &Address, is_secured: bool) -> Self {
        let name = format!("{address}{}", if is_secured { ".tls" } else { "" });
        Self(state.join("chinwag").join("passes").join(name))
    }

    /// Returns what was kept, if anything was.
    ///
    /// # Errors
    ///
    /// There is a file that can't be read.
    pub(crate) fn read(&self) -> Result<Option<Password>> {
        match fs::read_to_string(&self.0) {
            Ok(pass) => Ok(Some(pass.trim_end().to_owned()).filter(|pass| !pass.is_empty()).map(Password::new)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error).with_context(|| format!("can't read the pass in {}", self.0.display())),
        }
    }

    /// Keeps this from now on, or nothing.
    ///
    /// # Errors
    ///
    /// The file can't be written.
    pub(crate) fn keep(&self, pass: Option<&Password>) -> Result<()> {
        let shown = self.0.display();
        let Some(pass) = pass else {
            return match fs::remove_file(&self.0) {
                Err(error) if error.kind() != ErrorKind::NotFound => {
                    Err(error).with_context(|| format!("can't remove the pass in {shown}"))
                }
                _ => Ok(()),
            };
        };
        self.write(pass).with_context(|| format!("can't keep the pass in {shown}"))
    }

    /// Whoever had the file open before, or left it for others to read, has nothing of it.
    fn write(&self, pass: &Password) -> std::io::Result<()> {
        if let Some(folder) = self.0.parent() {
            DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        }
        // Another client may keep a pass for the same server at this moment.
        let mut new = self.0.clone().into_os_string();
        new.push(format!(".new-{}", process::id()));
        let _ = fs::remove_file(&new);
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&new)?;
        writeln!(file, "{}", pass.line())?;
        fs::rename(&new, &self.0)
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn a_pass_is_kept_for_each_server_and_read_by_its_owner_alone() {
        let folder = env::temp_dir().join(format!("chinwag-pass-{}", process::id()));
        let of = |port, is_secured| {
            PassFile::within(&folder, &Address { host: "chat.example".to_owned(), port }, is_secured)
        };
        let (file, others) = (of(1, true), [of(1, false), of(2, true)]);
        assert_eq!(file.read().expect("there is none"), None);
        for pass in ["one", "another"] {
            file.keep(Some(&Password::new(pass.to_owned()))).expect("it can be written");
            assert_eq!(file.read().expect("it is there").expect("it has one").line(), pass);
            let mode = |path: &Path| fs::metadata(path).expect("it is there").permissions().mode() & 0o777;
            assert_eq!((mode(&file.0), mode(file.0.parent().expect("a folder"))), (0o600, 0o700));
            // Be it that somebody has let others read it.
            fs::set_permissions(&file.0, fs::Permissions::from_mode(0o644)).expect("it is ours");
        }
        others.iter().for_each(|other| assert_eq!(other.read().expect("there is none"), None));
        file.keep(None).expect("it can be removed");
        file.keep(None).expect("it is gone already");
        assert_eq!(file.read().expect("there is none"), None);
        let _ = fs::remove_dir_all(&folder);
    }
}

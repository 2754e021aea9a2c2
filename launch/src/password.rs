//! Owns the password of a server: it is the first line of a file.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, ensure};
use chinwag_core::admission::Passphrase;
use chinwag_io::REPORT;
use tracing::warn;

/// The longest password, in characters: as long a line as people can send by default.
const CHARS_MAX: usize = 400;

/// Reads the password from a file, and says if others can read it, too.
///
/// # Errors
/// The file can't be read, or there is no password in it.
pub(crate) fn read(file: &Path) -> anyhow::Result<Passphrase> {
    let shown = file.display();
    let text = fs::read_to_string(file).with_context(|| format!("can't read --password-file {shown}"))?;
    let password = text.lines().next().unwrap_or_default();
    ensure!(!password.trim().is_empty(), "there is no password in the first line of --password-file {shown}");
    ensure!(
        password.chars().count() <= CHARS_MAX,
        "the password in --password-file {shown} is longer than {CHARS_MAX} characters"
    );
    tell_if_open("--password-file", file);
    Ok(Passphrase::new(password))
}

/// Says so if others can read a file with something secret, too, which a flag names.
pub(crate) fn tell_if_open(flag: &str, file: &Path) {
    if is_open(file) {
        let shown = file.display();
        warn!(target: REPORT, "others can read {flag} {shown}: chmod 600 {shown}");
    }
}

#[cfg(unix)]
fn is_open(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;

    fs::metadata(file).is_ok_and(|metadata| metadata.permissions().mode() & 0o044 != 0)
}

#[cfg(not(unix))]
fn is_open(_: &Path) -> bool {
    false
}

//! Shows that what operators are given beside the programs is right: manual pages, completions, units of
//! systemd, alerts, a dashboard. The programs that know are asked.

mod manual;
mod monitoring;
#[cfg(target_os = "linux")]
mod units;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::{env, fs, process};

/// The folder that everything is in.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the package is in a folder of the tree").to_owned()
}

/// A folder of its own for a test, which is gone with it.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{}", process::id()));
        fs::create_dir_all(&folder).expect("cargo made the folder above");
        Self(folder)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Runs a program, which has to say that all is well, and returns what it has written to standard output.
#[track_caller]
fn run(command: &mut Command) -> String {
    let Output { status, stdout, stderr } = command.output().unwrap_or_else(|e| panic!("{command:?}: {e}"));
    let [out, err] = [stdout, stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    assert!(status.success(), "{command:?}: {out}\n{err}");
    out
}

//! Owns where the servers' binaries are, and that they are as the sources say.
//!
//! Cargo builds the binaries of a package for the integration tests of this package only, and so never for these. They
//! are built here, with the profile and in the folder that this test was built with; when they are fresh already, that
//! takes no time.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use crate::Adapter;

/// Returns the path of a server's binary.
///
/// # Panics
/// If it can't be built.
pub(crate) fn binary(adapter: Adapter) -> PathBuf {
    static FOLDER: LazyLock<PathBuf> = LazyLock::new(build);
    FOLDER.join(adapter.program()).with_extension(env::consts::EXE_EXTENSION)
}

/// Builds all servers, and returns the folder with their binaries.
fn build() -> PathBuf {
    let test = env::current_exe().expect("a test knows where it is");
    let folder = folder(&test).expect("cargo puts tests into TARGET/PROFILE/deps");
    let profile = match folder.file_name().and_then(|name| name.to_str()) {
        Some("debug") | None => "dev",
        Some(profile) => profile,
    };
    let mut cargo = Command::new(env!("CARGO"));
    // Cargo tells a test of which package it is. A build script that asks for that would be run again, and what is
    // built on it built again, here and by the next cargo.
    for (variable, _) in env::vars_os() {
        let is_of_package =
            |text: &str| ["CARGO_MANIFEST_", "CARGO_PKG_"].iter().any(|prefix| text.starts_with(prefix));
        if variable.to_str().is_some_and(is_of_package) {
            cargo.env_remove(&variable);
        }
    }
    let built = cargo
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(["build", "--quiet", "--offline", "--bins", "--profile", profile])
        .args(Adapter::ALL.iter().flat_map(|adapter| ["--package", adapter.program()]))
        .arg("--target-dir")
        .arg(folder.parent().expect("it is in the target folder"))
        // The folder of a test that was built for a named target is the one of that target already.
        .env_remove("CARGO_BUILD_TARGET")
        .output()
        .expect("the cargo that built this test can be run");
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    folder.to_owned()
}

/// Returns the folder for the binaries that belong to a test.
fn folder(test: &Path) -> Option<&Path> {
    let deps = test.parent()?;
    deps.ends_with("deps").then(|| deps.parent())?
}

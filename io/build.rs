//! Compresses the files of the page, once, when the server is built: the same files give the same bytes.

use std::env;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use flate2::{Compression, GzBuilder};

fn main() -> io::Result<()> {
    let folder = PathBuf::from(variable("CARGO_MANIFEST_DIR")).join("../web");
    let out = PathBuf::from(variable("OUT_DIR"));
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let is_part =
            path.extension().and_then(OsStr::to_str).is_some_and(|end| ["html", "css", "svg", "js"].contains(&end));
        if is_part {
            compress(&path, &out)?;
            say(&format!("rerun-if-changed={}", path.display()));
        }
    }
    // A file that is new is named there.
    say("rerun-if-changed=src/page.rs");
    say("rerun-if-changed=build.rs");
    Ok(())
}

fn compress(path: &Path, out: &Path) -> io::Result<()> {
    let name = path.file_name().expect("it was found in a folder").to_string_lossy();
    let to = File::create(out.join(format!("{name}.gz")))?;
    // Neither a name nor a time: nothing but what is in the file.
    let mut encoder = GzBuilder::new().mtime(0).write(to, Compression::best());
    encoder.write_all(&fs::read(path)?)?;
    encoder.finish().map(drop)
}

fn variable(name: &str) -> String {
    env::var(name).expect("cargo sets it")
}

fn say(words: &str) {
    println!("cargo::{words}");
}

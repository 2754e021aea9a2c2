//! Finds the files of the tree, and what each has in it.

use std::path::{Path, PathBuf};
use std::{env, fs};

/// Folders that hold what is made or fetched.
const LEFT_OUT: [&str; 4] = ["target", "node_modules", "corpus", "artifacts"];

/// A file of the tree.
pub(crate) struct Source {
    /// Where it is, seen from the root, with `/` on every system.
    pub(crate) path: String,
    pub(crate) text: String,
}

/// The folder that everything is in.
pub(crate) fn root() -> PathBuf {
    let tests = env::var_os("CARGO_MANIFEST_DIR").expect("cargo says where the package is");
    Path::new(&tests).parent().expect("the package is in a folder of the tree").to_owned()
}

/// All files whose name ends with a dot and `extension`, in the order of their paths.
pub(crate) fn files(extension: &str) -> Vec<Source> {
    files_in("", extension)
}

/// Those of `files` that are in one folder.
fn files_in(folder: &str, extension: &str) -> Vec<Source> {
    let root = root();
    let mut folders = vec![root.join(folder)];
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display())) {
            let path = entry.expect("the folder can be read").path();
            let name = path.file_name().expect("an entry has a name").to_string_lossy();
            if path.is_dir() && !name.starts_with('.') && !LEFT_OUT.contains(&name.as_ref()) {
                folders.push(path);
            } else if path.extension().is_some_and(|of| of == extension) {
                let text = fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
                let path = path.strip_prefix(&root).expect("it is in the tree").to_string_lossy().replace('\\', "/");
                found.push(Source { path, text });
            }
        }
    }
    found.sort_by(|one, other| one.path.cmp(&other.path));
    found
}

/// Panics with all that broke a law, one a line.
pub(crate) fn assert_none(law: &str, broken: &[String]) {
    assert!(broken.is_empty(), "{law}:\n{}\n", broken.join("\n"));
}

#[test]
fn the_files_of_the_tree_are_found_and_none_that_is_made() {
    let paths: Vec<_> = files("rs").into_iter().map(|source| source.path).collect();
    for path in ["tests/tree/source.rs", "core/src/lib.rs", "runtime-smol/src/main.rs"] {
        assert!(paths.iter().any(|found| found == path), "{path} is not among {paths:?}");
    }
    assert!(!paths.iter().any(|path| path.starts_with("target/")), "{paths:?}");
    assert!(files("md").iter().any(|source| source.path == "README.md"));
}

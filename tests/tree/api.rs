//! What a crate gives out at its root.

use crate::rust::{code, imports};
use crate::source::files;

/// What a reader of the front page of `chinwag-core` can take in.
const ROOT_ITEMS_MAX: usize = 22;

/// Names that an outsider can reach without naming a module, and the modules that are public.
fn root_items(text: &str) -> Vec<String> {
    let shown = text.replace("#[doc(hidden)]\npub ", "#[doc(hidden)]\nhidden ");
    let code = code(&shown);
    let modules = code.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';')).map(str::to_owned);
    imports(&code).into_iter().filter(|import| import.public).map(|import| import.name).chain(modules).collect()
}

#[test]
fn the_front_page_of_the_core_can_be_taken_in() {
    let core = files("rs").into_iter().find(|source| source.path == "core/src/lib.rs").expect("there is a core");
    let items = root_items(&core.text);
    assert!(items.len() <= ROOT_ITEMS_MAX, "{} items: {items:?}", items.len());
}

#[test]
fn items_of_the_root_are_counted_without_what_is_hidden() {
    let text =
        "pub use a::{B, C as D};\nuse e::F;\npub(crate) use g::H;\npub mod i;\nmod j;\n#[doc(hidden)]\npub mod k;";
    assert_eq!(root_items(text), ["B", "D", "i"]);
}

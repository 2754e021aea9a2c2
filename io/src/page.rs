//! Owns the page that browsers are given: the files of the folder `web`, as they were when this was built, and
//! compressed.

use chinwag_core::Asset;

const HTML: &str = "text/html; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";
const STYLE: &str = "text/css; charset=utf-8";
const PICTURE: &str = "image/svg+xml";

/// Makes the file of a name, which is also its path.
macro_rules! asset {
    ($name:literal, $content_type:expr) => {
        asset!($name, $content_type, concat!("/", $name))
    };
    ($name:literal, $content_type:expr, $path:expr) => {
        Asset::new($path, $content_type, include_bytes!(concat!("../../web/", $name)))
            .with_gzip(include_bytes!(concat!(env!("OUT_DIR"), "/", $name, ".gz")))
    };
}

/// The page, which is found at `/`, and its parts.
pub const PAGE: &[Asset] = &[
    asset!("index.html", HTML, "/"),
    asset!("style.css", STYLE),
    asset!("icon.svg", PICTURE),
    asset!("account.js", SCRIPT),
    asset!("announce.js", SCRIPT),
    asset!("answers.js", SCRIPT),
    asset!("attention.js", SCRIPT),
    asset!("banner.js", SCRIPT),
    asset!("chat.js", SCRIPT),
    asset!("colours.js", SCRIPT),
    asset!("complete.js", SCRIPT),
    asset!("composer.js", SCRIPT),
    asset!("conversations.js", SCRIPT),
    asset!("dom.js", SCRIPT),
    asset!("door.js", SCRIPT),
    asset!("fold.js", SCRIPT),
    asset!("history.js", SCRIPT),
    asset!("kept.js", SCRIPT),
    asset!("layout.js", SCRIPT),
    asset!("link.js", SCRIPT),
    asset!("log.js", SCRIPT),
    asset!("main.js", SCRIPT),
    asset!("names.js", SCRIPT),
    asset!("outbox.js", SCRIPT),
    asset!("past.js", SCRIPT),
    asset!("paste.js", SCRIPT),
    asset!("pasted.js", SCRIPT),
    asset!("people.js", SCRIPT),
    asset!("rename.js", SCRIPT),
    asset!("room.js", SCRIPT),
    asset!("rooms.js", SCRIPT),
    asset!("row.js", SCRIPT),
    asset!("search.js", SCRIPT),
    asset!("seen.js", SCRIPT),
    asset!("servers.js", SCRIPT),
    asset!("side.js", SCRIPT),
    asset!("suggestions.js", SCRIPT),
    asset!("talks.js", SCRIPT),
    asset!("timeline.js", SCRIPT),
    asset!("topic.js", SCRIPT),
    asset!("wanted.js", SCRIPT),
    asset!("words.js", SCRIPT),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::io::Read as _;
    use std::path::Path;

    use flate2::read::GzDecoder;

    use super::*;

    /// The most that the page may have in all, on its way to a browser.
    const PAGE_BYTES_MAX: usize = 64 << 10;

    #[test]
    fn all_files_of_the_page_are_given_and_no_others() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../web");
        let is_part = |name: &str| [".html", ".css", ".svg", ".js"].iter().any(|end| name.ends_with(end));
        let files = folder.read_dir().expect("it is a folder").map(|file| file.expect("it can be read").file_name());
        let names = files.map(|name| name.into_string().expect("its name is text")).filter(|name| is_part(name));
        let paths: BTreeSet<_> = names.map(|name| format!("/{name}").replace("/index.html", "/")).collect();
        let given: BTreeSet<_> = PAGE.iter().map(|asset| asset.path.to_owned()).collect();
        assert_eq!((given.len(), given), (PAGE.len(), paths));
    }

    #[test]
    fn the_page_is_small() {
        let bytes: usize = PAGE.iter().map(|asset| asset.gzip.unwrap_or(asset.bytes).len()).sum();
        assert!(bytes < PAGE_BYTES_MAX, "it has {bytes} bytes");
    }

    #[test]
    fn what_is_compressed_is_the_file() {
        for asset in PAGE {
            let gzip = asset.gzip.unwrap_or_else(|| panic!("{} is no smaller compressed", asset.path));
            let mut read = Vec::new();
            GzDecoder::new(gzip).read_to_end(&mut read).expect("it is gzip");
            assert!(read == asset.bytes, "{}", asset.path);
            assert_eq!(&gzip[..8], &[0x1f, 0x8b, 8, 0, 0, 0, 0, 0], "{} has a name or a time", asset.path);
        }
    }

    #[test]
    fn what_a_file_is_called_says_what_it_is() {
        for asset in PAGE {
            let ends = [("/", HTML), (".js", SCRIPT), (".css", STYLE), (".svg", PICTURE)];
            let content_type =
                ends.iter().find(|(end, _)| asset.path.ends_with(end)).map(|(_, content_type)| *content_type);
            assert_eq!(content_type, Some(asset.content_type), "{}", asset.path);
        }
    }
}

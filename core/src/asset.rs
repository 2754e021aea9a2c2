//! Owns the words for what browsers are given besides the chat: the files of the page.

/// Holds one file of the page.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Asset {
    /// Where it is found, with the slash at its beginning.
    pub path: &'static str,
    /// What it is, as the header `Content-Type` says it.
    pub content_type: &'static str,
    /// What is in it.
    pub bytes: &'static [u8],
    tag: u64,
}

impl Asset {
    /// Makes a file. It is tagged by what is in it, so this is best done in a constant.
    #[must_use]
    pub const fn new(path: &'static str, content_type: &'static str, bytes: &'static [u8]) -> Self {
        Self { path, content_type, bytes, tag: hash(bytes) }
    }

    /// Returns what another version of the file would not have: the header `ETag`.
    pub(crate) fn etag(&self) -> String {
        format!("\"{:016x}\"", self.tag)
    }
}

/// The hash FNV-1a. Nobody who could want two files to have the same has a say in what is in them.
const fn hash(bytes: &[u8]) -> u64 {
    let (mut hash, mut at) = (0xcbf2_9ce4_8422_2325_u64, 0);
    while at < bytes.len() {
        hash = (hash ^ bytes[at] as u64).wrapping_mul(0x0100_0000_01b3);
        at += 1;
    }
    hash
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_has_another_tag_when_something_else_is_in_it() {
        let tags = [&b""[..], b"a", b"b", b"ab", b"ba"].map(|bytes| Asset::new("/", "text/plain", bytes).etag());
        assert_eq!(tags[1], "\"af63dc4c8601ec8c\"", "the published example of the hash");
        assert_eq!(tags.iter().collect::<std::collections::BTreeSet<_>>().len(), tags.len());
    }
}

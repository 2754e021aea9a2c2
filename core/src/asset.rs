//! Owns the files of the page that browsers are given.

/// Holds one file of the page.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Asset {
    /// Its path, with a slash at the beginning.
    pub path: &'static str,
    /// The header `Content-Type`.
    pub content_type: &'static str,
    /// Its content.
    pub bytes: &'static [u8],
    /// Its content as gzip, for browsers that take it.
    pub gzip: Option<&'static [u8]>,
    tag: u64,
}

/// Holds a file in one encoding.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Variant {
    pub(crate) bytes: &'static [u8],
    pub(crate) is_gzip: bool,
    /// The header `ETag`, which differs for each version and encoding.
    pub(crate) etag: String,
}

impl Asset {
    /// Makes a file. Its tag is a hash of its content, so this is best done in a constant.
    #[must_use]
    pub const fn new(path: &'static str, content_type: &'static str, bytes: &'static [u8]) -> Self {
        Self { path, content_type, bytes, gzip: None, tag: hash(bytes) }
    }

    /// Adds the content as gzip, unless it is no smaller.
    #[must_use]
    pub const fn with_gzip(self, gzip: &'static [u8]) -> Self {
        Self { gzip: if gzip.len() < self.bytes.len() { Some(gzip) } else { None }, ..self }
    }

    /// Returns the encoding for a browser that takes gzip, or not.
    pub(crate) fn variant(&self, takes_gzip: bool) -> Variant {
        let tag = self.tag;
        match self.gzip {
            Some(gzip) if takes_gzip => Variant { bytes: gzip, is_gzip: true, etag: format!("\"{tag:016x}-gzip\"") },
            _ => Variant { bytes: self.bytes, is_gzip: false, etag: format!("\"{tag:016x}\"") },
        }
    }
}

/// The hash FNV-1a. No attacker chooses the content of these files.
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
        let tags =
            [&b""[..], b"a", b"b", b"ab", b"ba"].map(|bytes| Asset::new("/", "text/plain", bytes).variant(true).etag);
        assert_eq!(tags[1], "\"af63dc4c8601ec8c\"", "the published example of the hash");
        assert_eq!(tags.iter().collect::<std::collections::BTreeSet<_>>().len(), tags.len());
    }

    #[test]
    fn a_file_is_given_as_gzip_to_who_takes_it_if_that_is_smaller() {
        for (bytes, gzip, takes_gzip, is_gzip) in [
            (&b"aaaa"[..], &b"4a"[..], true, true),
            (b"aaaa", b"4a", false, false),
            (b"a", b"1a", true, false),
            (b"aa", b"2a", true, false),
        ] {
            let asset = Asset::new("/", "text/plain", bytes).with_gzip(gzip);
            let given = asset.variant(takes_gzip);
            assert_eq!((given.is_gzip, given.bytes), (is_gzip, if is_gzip { gzip } else { bytes }));
            assert_eq!(given.etag == asset.variant(false).etag, !is_gzip);
        }
    }
}

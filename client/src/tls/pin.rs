//! Owns the fingerprint of a certificate: its SHA-256, by which people compare it.

use std::fmt;

use sha2::{Digest as _, Sha256};

/// The bytes of a SHA-256.
const BYTES: usize = 32;

/// The SHA-256 of a certificate, all of it, as it is sent (DER).
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pin([u8; BYTES]);

impl Pin {
    /// Returns that of a certificate.
    pub(super) fn of(certificate: &[u8]) -> Self {
        Self(Sha256::digest(certificate).into())
    }

    /// Reads 32 pairs of hexadecimal digits in any case, all with colons between, or none.
    fn parse(text: &str) -> Option<Self> {
        let pairs: Vec<&str> = if text.contains(':') {
            text.split(':').collect()
        } else {
            (0..text.len()).step_by(2).map(|at| text.get(at..at + 2)).collect::<Option<_>>()?
        };
        // A number may begin with a sign, a pair of digits does not.
        let is_pair = |pair: &&str| pair.len() == 2 && pair.bytes().all(|byte| byte.is_ascii_hexdigit());
        let bytes: Option<Vec<u8>> = pairs
            .into_iter()
            .map(|pair| Some(pair).filter(is_pair).and_then(|pair| u8::from_str_radix(pair, 16).ok()))
            .collect();
        Some(Self(bytes?.try_into().ok()?))
    }
}

/// Shows it as servers do: pairs of digits with colons between.
impl fmt::Display for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, byte) in self.0.iter().enumerate() {
            write!(f, "{}{byte:02X}", if at == 0 { "" } else { ":" })?;
        }
        Ok(())
    }
}

impl fmt::Debug for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pin({self})")
    }
}

/// Reads the flag for one.
pub(crate) fn pin(value: &str) -> Result<Pin, String> {
    Pin::parse(value).ok_or_else(|| "takes the SHA-256 of a certificate: 64 digits, colons between or not".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_read_with_colons_or_without_in_any_case_and_shown_with_them() {
        let shown = "BA:78:16:BF:8F:01:CF:EA:41:41:40:DE:5D:AE:22:23:B0:03:61:A3:96:17:7A:9C:B4:10:FF:61:F2:00:15:AD";
        assert_eq!(Pin::of(b"abc").to_string(), shown, "it is the known answer of SHA-256");
        let bare = shown.replace(':', "");
        for text in [shown.to_owned(), shown.to_lowercase(), bare.clone(), bare.to_lowercase()] {
            assert_eq!(pin(&text), Ok(Pin::of(b"abc")), "{text}");
        }
    }

    #[test]
    fn what_is_none_is_refused_with_what_it_takes() {
        let bare = "0123456789abcdef".repeat(4);
        let pairs = ["ab"; BYTES].join(":");
        let cases = [
            String::new(),
            ":".to_owned(),
            bare[1..].to_owned(),
            format!("{bare}00"),
            bare.replace('f', "g"),
            format!("+{}", &bare[1..]),
            format!("{pairs}:"),
            format!("{pairs}:00"),
            pairs.replacen(':', "", 1),
            pairs.replacen("ab", "+b", 1),
            pairs.replacen(':', " ", 1),
            format!("{}é", &bare[2..]),
            format!("é{}é", &bare[3..]),
        ];
        for text in cases {
            let said = pin(&text).expect_err(&text);
            assert_eq!(said, "takes the SHA-256 of a certificate: 64 digits, colons between or not", "{text}");
        }
    }
}

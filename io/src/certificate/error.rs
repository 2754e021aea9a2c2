//! Owns what is said of a certificate that can't be used.

use std::error::Error;
use std::fmt;
use std::path::Path;

/// The error for a certificate or a key that can't be used; [`Display`](fmt::Display) names the file, and what is wrong
/// with it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CertificateError(String);

impl CertificateError {
    /// Says what is wrong with a file.
    pub(super) fn of(path: &Path, what: impl fmt::Display) -> Self {
        Self(format!("{}: {what}", path.display()))
    }

    /// Says what the TLS library says.
    #[allow(clippy::needless_pass_by_value, reason = "it is passed to map_err")]
    pub(super) fn library(error: rustls::Error) -> Self {
        Self(error.to_string())
    }
}

impl fmt::Display for CertificateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Error for CertificateError {}

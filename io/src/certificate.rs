//! Owns by what a server shows who it is: a certificate with its key, which may be renewed while it runs.

mod error;
mod files;
mod self_signed;

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime};

use parking_lot::Mutex;
use rustls::crypto::ring;
use rustls::server::{ClientHello, NoServerSessionStorage, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls::{CipherSuite, ServerConfig};
use tracing::{info, warn};

pub use self::error::CertificateError;
use self::files::{Files, Loaded, Stamps};

/// How long after a look at the files the next is due: so a renewal counts within a minute, and whoever connects by
/// thousands causes no more than one look.
const LOOK_EVERY: Duration = Duration::from_secs(60);

/// Holds the certificate of a server, with its key. Its clones are the same certificate.
///
/// It is read from two files in PEM. They are looked at again when somebody connects, at most once a minute. If they
/// have changed, and fit together, they count from then on; if they do not fit, that is logged, and the old ones stay.
/// Nobody who is connected is concerned.
#[derive(Clone)]
pub struct Certificate {
    config: Arc<ServerConfig>,
    kept: Arc<Kept>,
}

struct Kept {
    files: Files,
    current: Mutex<Current>,
    renewed: AtomicU64,
    failed: AtomicU64,
}

struct Current {
    loaded: Loaded,
    /// What the files were like when they were last looked at.
    stamps: Option<Stamps>,
    look_at: Instant,
}

/// How often the files have changed since the start.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Renewals {
    /// And counted from then on.
    pub(crate) done: u64,
    /// And could not be used.
    pub(crate) failed: u64,
}

impl Certificate {
    /// Reads a certificate, or a chain that begins with it, and its key.
    ///
    /// # Errors
    /// If one of the files can't be read, or does not hold what it is to hold, or they do not belong together.
    pub fn from_files(certificate: impl Into<PathBuf>, key: impl Into<PathBuf>) -> Result<Self, CertificateError> {
        let files = Files { certificate: certificate.into(), key: key.into() };
        let stamps = files.stamps();
        let current = Current { loaded: files.load()?, stamps, look_at: Instant::now() + LOOK_EVERY };
        let kept = Kept { files, current: Mutex::new(current), renewed: AtomicU64::new(0), failed: AtomicU64::new(0) };
        Self::new(Arc::new(kept))
    }

    /// Reads the certificate that a server has made for itself, in the files `tls-cert.pem` and `tls-key.pem` of a
    /// folder; or makes it, for ten years, if neither is there. Nobody vouches for it: whoever connects can only
    /// compare its [fingerprint](Self::fingerprint).
    ///
    /// # Errors
    /// As [`from_files`](Self::from_files), and if the files can't be written.
    pub fn self_signed(folder: &Path) -> Result<Self, CertificateError> {
        let [certificate, key] = ["tls-cert.pem", "tls-key.pem"].map(|name| folder.join(name));
        if !certificate.exists() && !key.exists() {
            self_signed::make(&certificate, &key)?;
        }
        Self::from_files(certificate, key)
    }

    fn new(kept: Arc<Kept>) -> Result<Self, CertificateError> {
        let mut provider = ring::default_provider();
        // AES with 128 bits costs a fifth less than with 256 in each delivery, and in the handshake, whose hash is
        // SHA-256 then, too. So the server's order counts: most clients would take the longer key, though nobody needs
        // it.
        provider.cipher_suites.sort_by_key(|suite| !is_preferred(suite.suite()));
        let versions = ServerConfig::builder_with_provider(provider.into()).with_safe_default_protocol_versions();
        let builder = versions.map_err(CertificateError::library)?.with_no_client_auth();
        let resolver: Arc<dyn ResolvesServerCert> = Arc::<Kept>::clone(&kept);
        let mut config = builder.with_cert_resolver(resolver);
        config.ignore_client_order = true;
        // Whoever comes again needs half of the work for it, without anything that is kept here. One ticket is enough,
        // and comes with the end of the handshake.
        config.session_storage = Arc::new(NoServerSessionStorage {});
        config.ticketer = ring::Ticketer::new().map_err(CertificateError::library)?;
        config.send_tls13_tickets = 1;
        // What comes early could be sent again by somebody else.
        config.max_early_data_size = 0;
        Ok(Self { config: Arc::new(config), kept })
    }

    /// Returns what a connection is served with.
    pub(crate) fn config(&self) -> Arc<ServerConfig> {
        Arc::clone(&self.config)
    }

    /// Returns the SHA-256 of the certificate, as pairs of hexadecimal digits with colons between.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        self.kept.current.lock().loaded.fingerprint()
    }

    /// Returns until when it is valid.
    #[must_use]
    pub fn expires(&self) -> SystemTime {
        self.kept.current.lock().loaded.expires
    }

    /// Looks at the files now. If they have changed, they count, or it is logged why not.
    pub fn look(&self) {
        self.kept.look(&mut self.kept.current.lock());
    }

    pub(crate) fn renewals(&self) -> Renewals {
        let [done, failed] = [&self.kept.renewed, &self.kept.failed].map(|count| count.load(Ordering::Relaxed));
        Renewals { done, failed }
    }
}

impl Kept {
    fn look(&self, current: &mut Current) {
        current.look_at = Instant::now() + LOOK_EVERY;
        let stamps = self.files.stamps();
        if stamps == current.stamps {
            return;
        }
        current.stamps = stamps;
        match self.files.load() {
            Ok(loaded) => {
                current.loaded = loaded;
                self.renewed.fetch_add(1, Ordering::Relaxed);
                info!(fingerprint = current.loaded.fingerprint(), "the certificate was renewed");
            }
            Err(error) => {
                self.failed.fetch_add(1, Ordering::Relaxed);
                warn!("the certificate has changed and can't be used, so the old one stays: {error}");
            }
        }
    }
}

impl ResolvesServerCert for Kept {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let mut current = self.current.lock();
        if current.look_at <= Instant::now() {
            self.look(&mut current);
        }
        Some(Arc::clone(&current.loaded.key))
    }
}

/// It hides the key.
impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Certificate({})", self.fingerprint())
    }
}

impl fmt::Debug for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Kept({})", self.files.certificate.display())
    }
}

/// Tells whether this is one of those ciphers that cost least.
fn is_preferred(suite: CipherSuite) -> bool {
    use CipherSuite as Suite;
    matches!(
        suite,
        Suite::TLS13_AES_128_GCM_SHA256
            | Suite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256
            | Suite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256
    )
}

/// Writes a file that only its owner may read, which must not be there yet.
fn write_new(path: &Path, text: &str, mode: u32) -> io::Result<()> {
    use std::io::Write as _;
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, mode);
    #[cfg(not(unix))]
    let _ = mode;
    options.open(path)?.write_all(text.as_bytes())
}

#[cfg(test)]
pub(crate) mod tests;

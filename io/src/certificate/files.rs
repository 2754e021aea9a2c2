//! Owns how a certificate and its key are read.

use std::fs::{self, Metadata};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rustls::crypto::ring::sign::any_supported_type;
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;
use sha2::{Digest as _, Sha256};
use x509_cert::Certificate;
use x509_cert::der::Decode as _;

use super::CertificateError;

/// Where both are.
pub(super) struct Files {
    pub(super) certificate: PathBuf,
    pub(super) key: PathBuf,
}

/// By what a change of the files is seen.
pub(super) type Stamps = [(Option<SystemTime>, u64); 2];

/// What was read.
pub(super) struct Loaded {
    pub(super) key: Arc<CertifiedKey>,
    /// Until when the certificate is valid.
    pub(super) expires: SystemTime,
}

impl Files {
    /// Returns by what a change is seen, if both are there.
    pub(super) fn stamps(&self) -> Option<Stamps> {
        let stamp = |path| {
            let metadata: Metadata = fs::metadata(path).ok()?;
            Some((metadata.modified().ok(), metadata.len()))
        };
        Some([stamp(&self.certificate)?, stamp(&self.key)?])
    }

    pub(super) fn load(&self) -> Result<Loaded, CertificateError> {
        let Self { certificate, key } = self;
        let chain: Vec<_> = CertificateDer::pem_slice_iter(&read(certificate)?)
            .collect::<Result<_, _>>()
            .map_err(|error| CertificateError::of(certificate, error))?;
        let Some(first) = chain.first() else {
            return Err(CertificateError::of(certificate, "there is no certificate in it, which is to be in PEM"));
        };
        let expires = expires(first).map_err(|error| CertificateError::of(certificate, error))?;
        let private = PrivateKeyDer::from_pem_slice(&read(key)?).map_err(|error| {
            if matches!(error, pem::Error::NoItemsFound) {
                return CertificateError::of(key, "there is no key in it, which is to be in PEM");
            }
            CertificateError::of(key, error)
        })?;
        let signing = any_supported_type(&private).map_err(|error| CertificateError::of(key, error))?;
        let certified = CertifiedKey::new(chain, signing);
        certified.keys_match().map_err(|_| {
            CertificateError::of(key, format_args!("it is not the key of the certificate in {}", certificate.display()))
        })?;
        Ok(Loaded { key: Arc::new(certified), expires })
    }
}

impl Loaded {
    /// Returns the SHA-256 of the certificate.
    pub(super) fn fingerprint(&self) -> String {
        let digest = self.key.cert.first().map(Sha256::digest).unwrap_or_default();
        let pairs: Vec<_> = digest.iter().map(|byte| format!("{byte:02X}")).collect();
        pairs.join(":")
    }
}

fn read(path: &Path) -> Result<Vec<u8>, CertificateError> {
    fs::read(path).map_err(|error| CertificateError::of(path, error))
}

fn expires(certificate: &CertificateDer<'_>) -> Result<SystemTime, x509_cert::der::Error> {
    let certificate = Certificate::from_der(certificate)?;
    let since_epoch: Duration = certificate.tbs_certificate().validity().not_after.to_unix_duration();
    Ok(UNIX_EPOCH + since_epoch)
}

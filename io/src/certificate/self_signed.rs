//! Owns the certificate that a server makes for itself.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::path::Path;
use std::time::{Duration, SystemTime};

use rcgen::{CertificateParams, DnType, KeyPair, SanType};

use super::{CertificateError, write_new};

/// For how long it is valid: whoever pins it is not to have to do that again, and a longer one is taken for a mistake
/// by some.
const VALID_FOR: Duration = Duration::from_secs(3652 * 24 * 3600);

/// How long before now its time begins, since clocks differ.
const VALID_BEFORE: Duration = Duration::from_secs(24 * 3600);

/// Makes a certificate with its key, and writes both.
pub(super) fn make(certificate: &Path, key: &Path) -> Result<(), CertificateError> {
    let of = |error: rcgen::Error| CertificateError::of(certificate, error);
    let mut params = CertificateParams::new(vec!["localhost".to_owned()]).map_err(of)?;
    let itself = [Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()];
    params.subject_alt_names.extend(itself.map(SanType::IpAddress));
    params.distinguished_name.push(DnType::CommonName, "chinwag");
    let now = SystemTime::now();
    (params.not_before, params.not_after) = ((now - VALID_BEFORE).into(), (now + VALID_FOR).into());
    let pair = KeyPair::generate().map_err(of)?;
    let made = params.self_signed(&pair).map_err(of)?;
    write_new(key, &pair.serialize_pem(), 0o600).map_err(|error| CertificateError::of(key, error))?;
    write_new(certificate, &made.pem(), 0o644).map_err(|error| CertificateError::of(certificate, error))
}

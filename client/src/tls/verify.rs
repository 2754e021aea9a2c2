//! Owns by what a server's certificate is accepted, and what is said of one that is not.
//!
//! Invariant: whatever it is accepted by, its server has to prove that it has the key.

use std::fmt;
use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, DigitallySignedStruct, Error, OtherError, SignatureScheme};

use super::pin::Pin;

/// Decides whether a certificate is accepted.
#[derive(Debug)]
pub(super) struct Verifier {
    pub(super) trust: Trust,
    pub(super) algorithms: WebPkiSupportedAlgorithms,
}

/// By what one is accepted.
#[derive(Debug)]
pub(super) enum Trust {
    /// One of those whom this system trusts vouches for it, for this name and for now.
    Roots(Arc<WebPkiServerVerifier>),
    /// It is this one, whatever stands in it.
    Pin(Pin),
}

/// Why a certificate is not accepted.
#[derive(Debug)]
pub(super) struct Refused {
    why: Why,
    shown: Pin,
}

#[derive(Debug)]
enum Why {
    /// It is not the one that was asked for.
    Another,
    NotVouchedFor,
    Expired,
    NotValidYet,
    OtherName(String),
    /// It can't be used for what the library says.
    Unusable(Error),
}

impl Refused {
    /// Finds it in what the library says.
    pub(super) fn of(error: &Error) -> Option<&Self> {
        let Error::InvalidCertificate(CertificateError::Other(OtherError(why))) = error else { return None };
        why.downcast_ref()
    }
}

/// Says what the server does.
impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { why, shown } = self;
        match why {
            Why::Another => {
                return write!(
                    f,
                    "shows another certificate than --pin asks for: it was renewed, or somebody is in between; the \
                     SHA-256 of this one is {shown}"
                );
            }
            Why::NotVouchedFor => {
                f.write_str("shows a certificate for which nobody vouches whom this system trusts")?
            }
            Why::Expired => f.write_str("shows a certificate that has expired")?,
            Why::NotValidYet => f.write_str("shows a certificate that is not valid yet")?,
            Why::OtherName(name) => write!(f, "shows a certificate that is not for {name}")?,
            Why::Unusable(error) => write!(f, "shows a certificate that can't be used ({error})")?,
        }
        write!(f, "; if you know from its operator that its SHA-256 is this, take --pin {shown}")
    }
}

impl std::error::Error for Refused {}

/// Tells why the roots do not accept a certificate for a name.
fn why(error: Error, name: &ServerName<'_>) -> Why {
    use CertificateError as Bad;
    if let Error::InvalidCertificate(bad) = &error {
        // Who signed in the name of somebody who is trusted is not them.
        if matches!(bad, Bad::UnknownIssuer | Bad::BadSignature) {
            return Why::NotVouchedFor;
        } else if matches!(bad, Bad::Expired | Bad::ExpiredContext { .. }) {
            return Why::Expired;
        } else if matches!(bad, Bad::NotValidYet | Bad::NotValidYetContext { .. }) {
            return Why::NotValidYet;
        } else if matches!(bad, Bad::NotValidForName | Bad::NotValidForNameContext { .. }) {
            return Why::OtherName(name.to_str().into_owned());
        }
    }
    Why::Unusable(error)
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let shown = Pin::of(end_entity);
        let why = match &self.trust {
            Trust::Pin(pin) if *pin == shown => return Ok(ServerCertVerified::assertion()),
            Trust::Pin(_) => Why::Another,
            Trust::Roots(roots) => {
                match roots.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now) {
                    Ok(verified) => return Ok(verified),
                    Err(error) => why(error, server_name),
                }
            }
        };
        Err(CertificateError::Other(OtherError(Arc::new(Refused { why, shown }))).into())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, cert, dss, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, cert, dss, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}

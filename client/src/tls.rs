//! Owns how a server is spoken to by TLS: by what its certificate is accepted, and what is said where that fails.
//!
//! It knows no sockets. A [`Session`] opens and seals what others read and write, and [`verify`] decides about the
//! certificate: the roots of the system have to vouch for it, or its [`Pin`] be the one that was asked for.

mod pin;
mod session;
mod verify;

use std::fmt;
use std::io::{self, ErrorKind};
use std::net::IpAddr;
use std::sync::Arc;

use anyhow::{Context as _, Result, anyhow, bail};
use rustls::client::{Resumption, WebPkiServerVerifier};
use rustls::crypto::ring;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, Error, RootCertStore};

pub(crate) use self::pin::{Pin, pin};
pub(crate) use self::session::Session;
use self::verify::{Refused, Trust, Verifier};
use crate::address::Address;

/// Whether connections remember each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tickets {
    /// Who comes back does so with half of the work: the server has given them a ticket.
    Kept,
    /// Each connection is like that of somebody else.
    Dropped,
}

/// By what servers are accepted. Its clones are the same, with the same tickets.
#[derive(Clone)]
pub(crate) struct Security(Arc<ClientConfig>);

impl Security {
    /// Accepts the server with that certificate and no other; without a pin, those for whom the system's roots vouch.
    ///
    /// # Errors
    ///
    /// The system has no roots.
    pub(crate) fn new(pin: Option<Pin>, tickets: Tickets) -> Result<Self> {
        let trust = match pin {
            Some(pin) => Trust::Pin(pin),
            None => roots()?,
        };
        Self::by(trust, tickets)
    }

    fn by(trust: Trust, tickets: Tickets) -> Result<Self> {
        let provider = Arc::new(ring::default_provider());
        let verifier = Arc::new(Verifier { trust, algorithms: provider.signature_verification_algorithms });
        let versions = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        let builder = versions.context("can't speak TLS")?.dangerous();
        let mut config = builder.with_custom_certificate_verifier(verifier).with_no_client_auth();
        if tickets == Tickets::Dropped {
            config.resumption = Resumption::disabled();
        }
        Ok(Self(Arc::new(config)))
    }

    /// Begins to speak TLS with the server of that name.
    ///
    /// # Errors
    ///
    /// The host can't be what a certificate is for.
    pub(crate) fn begin(&self, host: &str) -> Result<Session> {
        // The network that an address holds on is this machine's own affair.
        let bare = host.split_once('%').map_or(host, |(ip, _)| ip);
        let name = match bare.parse::<IpAddr>() {
            Ok(ip) => ServerName::from(ip),
            Err(_) => ServerName::try_from(host.to_owned())
                .map_err(|_| anyhow!("no certificate can be for {host}; look for a mistake in it"))?,
        };
        let connection = ClientConnection::new(Arc::clone(&self.0), name).context("can't speak TLS")?;
        Ok(Session::new(connection))
    }
}

impl fmt::Debug for Security {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Security")
    }
}

/// Finds whom the system trusts.
fn roots() -> Result<Trust> {
    let found = rustls_native_certs::load_native_certs();
    let why = found.errors.first().map_or(String::new(), |error| format!(" ({error})"));
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(found.certs);
    vouching(roots, &why)
}

/// Takes these roots. If there are none, `why` may tell more.
fn vouching(roots: RootCertStore, why: &str) -> Result<Trust> {
    if roots.is_empty() {
        bail!(
            "this system has no certificates by which a server could be trusted{why}; install them, as the package \
             ca-certificates does, or take --pin"
        );
    }
    let provider = Arc::new(ring::default_provider());
    let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider).build();
    Ok(Trust::Roots(verifier.context("can't use the roots of this system")?))
}

/// Says in one line why a handshake has failed, and what to do about it.
pub(crate) fn explain(session: &Session, address: &Address, error: &io::Error) -> anyhow::Error {
    let told = error.get_ref().and_then(|inner| inner.downcast_ref::<Error>());
    if let Some(refused) = told.and_then(Refused::of) {
        return anyhow!("{address} {refused}");
    }
    match session.said() {
        None => {}
        Some("") => return anyhow!("{address} does not speak TLS at this port; try without --tls"),
        // It may be that no more can come now.
        Some(said) => {
            return anyhow!("{address} answers without TLS: {said}; if it has none at this port, try without --tls");
        }
    }
    match (told, error.kind()) {
        (Some(Error::AlertReceived(alert)), _) => anyhow!("{address} refuses TLS ({alert:?})"),
        (Some(other), _) => anyhow!("can't speak TLS with {address}: {other}"),
        (None, ErrorKind::UnexpectedEof | ErrorKind::ConnectionReset | ErrorKind::BrokenPipe) => {
            anyhow!("{address} closed the connection instead of speaking TLS; if it has none there, try without --tls")
        }
        (None, _) => anyhow!("can't speak TLS with {address}: {error}"),
    }
}

/// Says that a server was reached, and then said nothing, for so many seconds.
pub(crate) fn silent(address: &Address, seconds: u64) -> anyhow::Error {
    anyhow!(
        "{address} has not answered to TLS within {seconds} seconds; if it has none at this port, try without --tls"
    )
}

#[cfg(test)]
pub(crate) mod tests;

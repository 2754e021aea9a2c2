//! Names, pins and roots, with a server of the library's.

use std::cell::RefCell;
use std::sync::Arc;

use rcgen::{BasicConstraints, Certificate, CertificateParams, IsCa, Issuer, KeyPair, SanType, date_time_ymd};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls::version::{TLS12, TLS13};
use rustls::{ALL_VERSIONS, HandshakeKind, ServerConfig, ServerConnection, SupportedProtocolVersion};

use super::*;

/// Somebody whom the system trusts, or does not.
struct Authority {
    issuer: Issuer<'static, KeyPair>,
    certificate: Certificate,
}

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).expect("it has no names");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().expect("there is randomness");
        let certificate = params.self_signed(&key).expect("it can be made");
        Self { issuer: Issuer::new(params, key), certificate }
    }

    /// Lets a server have a certificate.
    fn certify(&self, params: &CertificateParams) -> Server {
        let key = KeyPair::generate().expect("there is randomness");
        let certificate = params.signed_by(&key, &self.issuer).expect("it can be made");
        Server::new(certificate.der().clone(), &key, ALL_VERSIONS)
    }

    /// Returns the security of one who trusts nobody else.
    fn trusted(&self) -> Security {
        let mut roots = RootCertStore::empty();
        roots.add(self.certificate.der().clone()).expect("it can be a root");
        Security::by(vouching(roots, "").expect("there is one"), Tickets::Kept).expect("it can be used")
    }
}

/// A server with its certificate.
struct Server {
    config: Arc<ServerConfig>,
    certificate: CertificateDer<'static>,
    pin: Pin,
}

impl Server {
    /// Shows that certificate, and signs with that key, be it another's.
    fn new(
        certificate: CertificateDer<'static>,
        key: &KeyPair,
        versions: &[&'static SupportedProtocolVersion],
    ) -> Self {
        let pin = Pin::of(&certificate);
        let key = PrivateKeyDer::try_from(key.serialize_der()).expect("it is a key");
        let key = ring::sign::any_supported_type(&key).expect("it is a key of a kind that is known");
        let shown = SingleCertAndKey::from(CertifiedKey::new(vec![certificate.clone()], key));
        let builder = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()));
        let builder = builder.with_protocol_versions(versions).expect("they fit").with_no_client_auth();
        let mut config = builder.with_cert_resolver(Arc::new(shown));
        config.ticketer = ring::Ticketer::new().expect("there is randomness");
        Self { config: Arc::new(config), certificate, pin }
    }

    /// Goes through a handshake, and returns of which kind it was, or what is said if it fails.
    fn meet(&self, security: &Security, host: &str) -> Result<HandshakeKind, String> {
        let mut server = ServerConnection::new(Arc::clone(&self.config)).expect("it can be used");
        let mut client = security.begin(host).map_err(|error| error.to_string())?;
        let address = Address { host: host.to_owned(), port: 7000 };
        let sent = RefCell::new(Vec::new());
        let send = |bytes: &[u8]| {
            sent.borrow_mut().extend_from_slice(bytes);
            Ok(bytes.len())
        };
        client.flush(send).expect("there is room");
        while !sent.borrow().is_empty() {
            server.read_tls(&mut &*sent.take()).expect("there is room");
            server.process_new_packets().expect("the client keeps to the rules");
            let mut sealed = Vec::new();
            while server.wants_write() {
                server.write_tls(&mut sealed).expect("there is room");
            }
            let received = client.receive(&sealed, send, |_| {});
            received.map_err(|error| explain(&client, &address, &error).to_string())?;
        }
        assert!(client.is_ready(), "nobody has more to say");
        Ok(server.handshake_kind().expect("it is over"))
    }
}

/// Returns a server, and the security of one who accepts it alone.
pub(crate) fn server() -> (Arc<ServerConfig>, Security) {
    let one = Authority::new().certify(&names(&["localhost"]));
    (one.config, pinned(one.pin))
}

fn names(names: &[&str]) -> CertificateParams {
    CertificateParams::new(names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>()).expect("they are names")
}

fn pinned(pin: Pin) -> Security {
    Security::new(Some(pin), Tickets::Kept).expect("it needs no roots")
}

#[test]
fn a_certificate_has_to_be_for_the_name_or_address_that_was_dialled() {
    let authority = Authority::new();
    let mut params = names(&["chat.example", "*.rooms.example"]);
    params
        .subject_alt_names
        .extend(["127.0.0.1", "fe80::1"].map(|ip| SanType::IpAddress(ip.parse().expect("it is one"))));
    let (server, security) = (authority.certify(&params), authority.trusted());
    for host in ["chat.example", "Chat.Example", "pizza.rooms.example", "127.0.0.1", "fe80::1", "fe80::1%eth0"] {
        assert!(server.meet(&security, host).is_ok(), "{host}");
    }
    for host in ["other.example", "rooms.example", "a.b.rooms.example", "127.0.0.2", "::1", "localhost"] {
        let said = server.meet(&security, host).expect_err(host);
        assert!(said.contains(&format!(" shows a certificate that is not for {host}; ")), "{said}");
        assert!(said.ends_with(&format!("--pin {}", server.pin)), "{said}");
    }
    let said = server.meet(&security, "a..b").expect_err("it is no name");
    assert_eq!(said, "no certificate can be for a..b; look for a mistake in it");
}

#[test]
fn a_certificate_counts_in_its_time_only_and_by_whom_one_trusts_only() {
    let authority = Authority::new();
    let (mut old, mut young) = (names(&["localhost"]), names(&["localhost"]));
    (old.not_before, old.not_after) = (date_time_ymd(2001, 1, 1), date_time_ymd(2002, 1, 1));
    (young.not_before, young.not_after) = (date_time_ymd(2901, 1, 1), date_time_ymd(2902, 1, 1));
    let cases = [
        (authority.certify(&old), "that has expired"),
        (authority.certify(&young), "that is not valid yet"),
        (Authority::new().certify(&names(&["localhost"])), "for which nobody vouches whom this system trusts"),
    ];
    for (server, why) in cases {
        let expected = format!(
            "localhost:7000 shows a certificate {why}; if you know from its operator that its SHA-256 is this, \
             take --pin {}",
            server.pin
        );
        assert_eq!(server.meet(&authority.trusted(), "localhost"), Err(expected));
        assert_eq!(
            server.meet(&pinned(server.pin), "localhost"),
            Ok(HandshakeKind::Full),
            "who has the pin knows better"
        );
    }
}

#[test]
fn a_pin_accepts_one_certificate_and_no_other_whoever_vouches_for_it() {
    let authority = Authority::new();
    let [one, other] = [(); 2].map(|()| authority.certify(&names(&["localhost"])));
    assert_eq!(one.meet(&pinned(one.pin), "other.example"), Ok(HandshakeKind::Full), "the names in it do not count");
    let expected = format!(
        "localhost:7000 shows another certificate than --pin asks for: it was renewed, or somebody is in between; the \
         SHA-256 of this one is {}",
        other.pin
    );
    assert_eq!(other.meet(&pinned(one.pin), "localhost"), Err(expected));
}

#[test]
fn who_shows_the_pinned_certificate_without_its_key_is_not_accepted() {
    let one = Authority::new().certify(&names(&["localhost"]));
    let other = KeyPair::generate().expect("there is randomness");
    for version in [&TLS12, &TLS13] {
        let thief = Server::new(one.certificate.clone(), &other, &[version]);
        let said = thief.meet(&pinned(one.pin), "localhost").expect_err("it has another key");
        assert_eq!(said, "can't speak TLS with localhost:7000: invalid peer certificate: BadSignature");
    }
}

#[test]
fn who_comes_back_shows_a_ticket_unless_all_are_strangers() {
    let one = Authority::new().certify(&names(&["localhost"]));
    let kinds = |tickets| {
        let security = Security::new(Some(one.pin), tickets).expect("it needs no roots");
        [(); 2].map(|()| one.meet(&security, "localhost"))
    };
    assert_eq!(kinds(Tickets::Kept), [Ok(HandshakeKind::Full), Ok(HandshakeKind::Resumed)]);
    assert_eq!(kinds(Tickets::Dropped), [Ok(HandshakeKind::Full), Ok(HandshakeKind::Full)]);
}

#[test]
fn what_is_no_tls_and_what_ends_is_said_to_be_so() {
    let address = Address { host: "127.0.0.1".to_owned(), port: 7000 };
    let security = pinned(Pin::of(b"any"));
    let said = |bytes: &[u8]| {
        let mut client = security.begin("127.0.0.1").expect("it is an address");
        let failed = client.receive(bytes, |bytes| Ok(bytes.len()), |_| {}).expect_err("it is no answer");
        explain(&client, &address, &failed).to_string()
    };
    let long = [&b"x".repeat(300)[..], b"\n"].concat();
    let cases = [
        (&b"Server is full\nThis is not shown"[..], "Server is full"),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "HTTP/1.1 400 Bad Request"),
        (b"\x1b[31mred", "red"),
        (&long, &"x".repeat(200)),
    ];
    for (bytes, line) in cases {
        let expected =
            format!("127.0.0.1:7000 answers without TLS: {line}; if it has none at this port, try without --tls");
        assert_eq!(said(bytes), expected);
    }
    for bytes in [&b"\xff\xfb\x01"[..], b"\n"] {
        assert_eq!(said(bytes), "127.0.0.1:7000 does not speak TLS at this port; try without --tls");
    }
    assert_eq!(said(&[0x15, 3, 3, 0, 2, 2, 40]), "127.0.0.1:7000 refuses TLS (HandshakeFailure)");
    let ended = "127.0.0.1:7000 closed the connection instead of speaking TLS; if it has none there, try without --tls";
    assert_eq!(said(b""), ended);
}

#[test]
fn a_system_without_roots_is_told_what_to_do() {
    let said = vouching(RootCertStore::empty(), " (why)").expect_err("there are none").to_string();
    assert!(
        said.contains("no certificates by which a server could be trusted (why)") && said.contains("--pin"),
        "{said}"
    );
}

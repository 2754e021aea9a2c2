//! Both sides of a connection in memory: this side as it is served, the other as the library's client.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::io::{Read as _, Write as _};

use rustls::crypto::ring;
use rustls::pki_types::{CertificateDer, ServerName, pem::PemObject as _};
use rustls::{ClientConfig, ClientConnection, RootCertStore};

use super::*;
use crate::certificate::tests::{Folder, certificate};

/// What a socket would hold: so much of it at the most.
struct Wire {
    bytes: RefCell<VecDeque<u8>>,
    room: usize,
}

impl Wire {
    fn with_room(room: usize) -> Self {
        Self { bytes: RefCell::default(), room }
    }

    fn send(&self, slices: &[IoSlice<'_>]) -> io::Result<usize> {
        let mut sent = self.bytes.borrow_mut();
        let room = self.room - sent.len();
        let before = sent.len();
        sent.extend(slices.iter().flat_map(|slice| slice.iter()).take(room));
        let len = sent.len() - before;
        if len == 0 { Err(ErrorKind::WouldBlock.into()) } else { Ok(len) }
    }

    fn take(&self) -> Vec<u8> {
        self.bytes.borrow_mut().drain(..).collect()
    }
}

struct Pair {
    client: ClientConnection,
    server: Tls,
    wire: Wire,
    /// What the server has been told.
    heard: Vec<u8>,
    /// What the client has.
    told: Vec<u8>,
    _folder: Folder,
}

impl Pair {
    fn new(room: usize) -> Self {
        let (folder, certificate) = certificate();
        let server = Tls::new(certificate.config()).expect("it can be served");
        let client = ClientConnection::new(client(&folder), ServerName::try_from("localhost").expect("it is a name"));
        let client = client.expect("it can be asked for");
        let (heard, told) = (Vec::new(), Vec::new());
        Self { client, server, wire: Wire::with_room(room), heard, told, _folder: folder }
    }

    /// Starts with the handshake over.
    fn secured(room: usize) -> Self {
        let mut pair = Self::new(room);
        while pair.turn() {}
        assert_eq!(pair.server.secured(), Some(Ok(())));
        pair
    }

    /// Has each side hear what the other has sent. Tells whether there was anything.
    fn turn(&mut self) -> bool {
        let mut sealed = Vec::new();
        while self.client.wants_write() {
            self.client.write_tls(&mut sealed).expect("memory takes all");
        }
        let Self { server, wire, heard, .. } = self;
        if !sealed.is_empty() {
            let received = server.receive(&sealed, |bytes| wire.send(bytes), |plain| heard.extend_from_slice(plain));
            received.expect("the client does nothing wrong");
        }
        self.read() || !sealed.is_empty()
    }

    /// Has the client read what is on the wire.
    fn read(&mut self) -> bool {
        let sealed = self.wire.take();
        let mut rest = &sealed[..];
        while self.client.read_tls(&mut rest).expect("memory can be read") > 0 {
            self.client.process_new_packets().expect("the server does nothing wrong");
            let mut plain = [0; 1 << 15];
            while let Ok(len @ 1..) = self.client.reader().read(&mut plain) {
                self.told.extend_from_slice(&plain[..len]);
            }
        }
        !sealed.is_empty()
    }

    fn write(&mut self, bytes: &[u8]) -> Written {
        let Self { server, wire, .. } = self;
        server.write(bytes, |sealed| wire.send(sealed))
    }
}

fn client(folder: &Folder) -> Arc<ClientConfig> {
    let mut roots = RootCertStore::empty();
    let trusted = CertificateDer::from_pem_file(folder.path("tls-cert.pem")).expect("it is there");
    roots.add(trusted).expect("it is a certificate");
    let versions = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
    let versions = versions.with_safe_default_protocol_versions().expect("the provider has them");
    Arc::new(versions.with_root_certificates(roots).with_no_client_auth())
}

fn long(len: usize) -> Vec<u8> {
    (0..len).map(|place| (place % 251) as u8).collect()
}

#[test]
fn what_is_said_is_heard_however_it_is_cut() {
    let mut pair = Pair::secured(1 << 20);
    assert_eq!(pair.write(b"You are Ann\n"), Written::Bytes(12));
    pair.client.writer().write_all(b"hello\n").expect("it is taken");
    assert!(pair.turn());
    assert_eq!((&pair.heard[..], &pair.told[..]), (&b"hello\n"[..], &b"You are Ann\n"[..]));

    pair.client.writer().write_all(&long(40_000)).expect("it is taken");
    let mut sealed = Vec::new();
    while pair.client.wants_write() {
        pair.client.write_tls(&mut sealed).expect("memory takes all");
    }
    pair.heard.clear();
    for piece in sealed.chunks(7) {
        let Pair { server, wire, heard, .. } = &mut pair;
        server
            .receive(piece, |bytes| wire.send(bytes), |plain| heard.extend_from_slice(plain))
            .expect("it is in order");
    }
    assert!(pair.heard == long(40_000));
}

#[test]
fn what_a_socket_does_not_take_is_held_and_is_no_more_than_a_batch() {
    let said = long(200_000);
    for room in [1, 100, 5000, 16_400, 70_000] {
        let mut pair = Pair::secured(1 << 20);
        pair.wire.room = room;
        let mut from = 0;
        let mut turns = 0;
        loop {
            turns += 1;
            match pair.write(&said[from..]) {
                Written::Bytes(taken) => {
                    assert_eq!(from + taken, said.len(), "if not all was taken, something is held");
                    break;
                }
                Written::Held { taken, left } => {
                    from += taken;
                    assert!((1..=SEALED_BYTES_MAX).contains(&left), "{left} with room for {room}");
                }
                Written::Failed => panic!("nothing has failed"),
            }
            assert!(pair.read(), "something went out");
        }
        pair.read();
        assert!(pair.told == said, "with room for {room}");
        assert!(turns >= said.len() / room / 2);
        assert_eq!(pair.write(b""), Written::Bytes(0), "nothing is held");
    }
}

#[test]
fn nothing_that_is_written_sends_what_is_held() {
    let mut pair = Pair::secured(1 << 20);
    pair.wire.room = 10;
    let len = 100;
    assert!(matches!(pair.write(&long(len)), Written::Held { taken, left } if taken == len && left <= len));
    let mut lefts = Vec::new();
    while let Written::Held { taken: 0, left } = {
        pair.read();
        pair.write(b"")
    } {
        lefts.push(left);
    }
    assert!(lefts.is_sorted_by(|one, next| one >= next), "{lefts:?}");
    pair.read();
    assert!(pair.told == long(len));
}

#[test]
fn an_end_that_was_said_is_one_and_one_that_was_not_is_a_failure() {
    let mut pair = Pair::secured(1 << 20);
    pair.client.writer().write_all(b"bye").expect("it is taken");
    pair.client.send_close_notify();
    assert!(pair.turn());
    assert!(pair.server.has_ended());
    assert_eq!(pair.heard, b"bye");
    let after = pair.server.receive(b"more", |_| Ok(1), |_| panic!("nothing more is heard"));
    assert!(after.is_ok());
    assert!(pair.server.receive(b"", |_| Ok(1), |_| {}).is_ok());

    let mut pair = Pair::secured(1 << 20);
    let cut = pair.server.receive(b"", |_| Ok(1), |_| {}).expect_err("it was not said");
    assert_eq!(cut.kind(), ErrorKind::UnexpectedEof);
    assert_eq!(pair.server.secured(), Some(Ok(())), "the handshake has not failed");
}

#[test]
fn the_end_is_said_after_all_else() {
    let mut pair = Pair::secured(1 << 20);
    pair.write(b"Server is shutting down");
    let Pair { server, wire, .. } = &mut pair;
    server.finish(|bytes| wire.send(bytes));
    let sealed = pair.wire.take();
    let mut rest = &sealed[..];
    while pair.client.read_tls(&mut rest).expect("memory can be read") > 0 {}
    let state = pair.client.process_new_packets().expect("it is in order");
    assert!(state.peer_has_closed());
}

#[test]
fn why_a_handshake_fails_is_known() {
    let failed = |sealed: &[u8]| {
        let mut pair = Pair::new(1 << 20);
        let Pair { server, wire, .. } = &mut pair;
        let error = server.receive(sealed, |bytes| wire.send(bytes), |_| panic!("nothing is said")).err();
        (server.secured(), error.map(|error| error.kind()), wire.take())
    };
    for malformed in [b"\x16\x03\x01\x00\x05hello", b"\x17\x03\x03\x00\x05hello"] {
        let (secured, error, _) = failed(malformed);
        assert_eq!((secured, error), (Some(Err(TlsFailure::Malformed)), Some(ErrorKind::InvalidData)));
    }
    assert_eq!(failed(b"\x17\x03\x03\x00\x05hello").2.first(), Some(&0x15), "an alert says so");
    assert_eq!(failed(b"").0, Some(Err(TlsFailure::Cut)));
    assert_eq!(failed(b"\x16\x03\x01").0, None);

    // Nobody vouches for what it has never heard of.
    let mut pair = Pair::new(1 << 20);
    let (_other, strange) = certificate();
    pair.server = Tls::new(strange.config()).expect("it can be served");
    let mut sealed = Vec::new();
    pair.client.write_tls(&mut sealed).expect("memory takes all");
    let Pair { server, wire, .. } = &mut pair;
    server.receive(&sealed, |bytes| wire.send(bytes), |_| {}).expect("the hello is in order");
    let answer = wire.take();
    let mut rest = &answer[..];
    while let Ok(1..) = pair.client.read_tls(&mut rest) {
        let _ = pair.client.process_new_packets();
    }
    let mut alert = Vec::new();
    while pair.client.wants_write() {
        pair.client.write_tls(&mut alert).expect("memory takes all");
    }
    let Pair { server, wire, .. } = &mut pair;
    server.receive(&alert, |bytes| wire.send(bytes), |_| {}).expect_err("the client has said no");
    assert_eq!(server.secured(), Some(Err(TlsFailure::Refused)));
}

#[test]
fn versions_before_1_2_have_nothing_in_common_with_this() {
    // A hello of TLS 1.1, as openssl would send it: no extensions, one cipher.
    let mut body = vec![3, 2];
    body.extend([7; 32]);
    body.extend([0, 0, 2, 0x00, 0x2f, 1, 0]);
    let len = u8::try_from(body.len()).expect("it is short");
    let mut hello = vec![0x16, 3, 1, 0, len + 4, 1, 0, 0, len];
    hello.extend(body);
    let mut pair = Pair::new(1 << 20);
    let Pair { server, wire, .. } = &mut pair;
    server.receive(&hello, |bytes| wire.send(bytes), |_| {}).expect_err("it is too old");
    assert_eq!(server.secured(), Some(Err(TlsFailure::Mismatch)));
}

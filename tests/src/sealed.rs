//! Owns TLS as those have it who reach a server under test: by a library, not by code of chinwag.

use std::fmt;
use std::fs;
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use chinwag_smol::Certificate;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::version::{TLS12, TLS13};
use rustls::{ClientConfig, ClientConnection, InvalidMessage, RootCertStore, Stream};

use crate::{Peer, connect};

/// A certificate of a server, with what those need who trust it. Its folder is gone when this is.
#[derive(Debug)]
pub struct Trust {
    folder: PathBuf,
    certificate: Certificate,
    roots: Arc<RootCertStore>,
}

impl Trust {
    /// Has a server make a certificate for itself.
    ///
    /// # Panics
    /// If it can't.
    #[must_use]
    pub fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("chinwag-trust-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let folder = std::env::temp_dir().join(name);
        fs::create_dir_all(&folder).expect("there is room");
        let certificate = Certificate::self_signed(&folder).expect("one can be made");
        let made = CertificateDer::from_pem_file(folder.join("tls-cert.pem")).expect("it was written");
        let mut roots = RootCertStore::empty();
        roots.add(made).expect("it is a certificate");
        Self { folder, certificate, roots: Arc::new(roots) }
    }

    /// Returns the certificate, for a server in this process.
    #[must_use]
    pub fn certificate(&self) -> Certificate {
        self.certificate.clone()
    }

    /// Returns where it is, and its key, for a server's `--cert` and `--key`.
    ///
    /// # Panics
    /// If the folder for what does not last has a name that is no text.
    #[must_use]
    pub fn files(&self) -> [String; 2] {
        ["tls-cert.pem", "tls-key.pem"]
            .map(|name| self.folder.join(name).into_os_string().into_string().expect("it is text"))
    }

    /// Returns what those connect with who speak version 1.3, or 1.2.
    ///
    /// # Panics
    /// If the library has none of these versions.
    #[must_use]
    pub fn client(&self, is_1_3: bool) -> Arc<ClientConfig> {
        let version = if is_1_3 { &TLS13 } else { &TLS12 };
        let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
        let builder = builder.with_protocol_versions(&[version]).expect("the library has both");
        Arc::new(builder.with_root_certificates(Arc::clone(&self.roots)).with_no_client_auth())
    }

    /// Connects, and has the handshake over.
    ///
    /// # Panics
    /// If the server does not let them.
    #[must_use]
    pub fn connect(&self, addr: SocketAddr) -> Sealed {
        Sealed::over(|| connect(addr), &self.client(true)).expect("the server speaks TLS")
    }
}

impl Default for Trust {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for Trust {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// How often those come again who were greeted without TLS.
const COMES_AGAIN: usize = 5;

/// Tells whether a handshake has failed since the server has greeted before it was asked for TLS.
fn is_greeted_without_tls(error: &io::Error) -> bool {
    let cause = error.get_ref().and_then(|cause| cause.downcast_ref());
    matches!(cause, Some(rustls::Error::InvalidMessage(InvalidMessage::InvalidContentType)))
}

/// A connection over TLS.
pub struct Sealed {
    tls: ClientConnection,
    socket: TcpStream,
}

impl Sealed {
    /// Speaks TLS over a connection that this makes, and has the handshake over.
    ///
    /// # Errors
    /// If that fails.
    ///
    /// # Panics
    /// If the configuration can't be used.
    pub fn over(connect: impl Fn() -> TcpStream, config: &Arc<ClientConfig>) -> io::Result<Self> {
        Self::begin(&connect, config)?.finish_or_come_again(connect, config)
    }

    /// Speaks TLS over a connection that this makes, and has said hello: at once, since that is made before.
    ///
    /// # Errors
    /// If that fails.
    ///
    /// # Panics
    /// If the configuration can't be used.
    pub fn begin(connect: impl FnOnce() -> TcpStream, config: &Arc<ClientConfig>) -> io::Result<Self> {
        let name = ServerName::try_from("localhost").expect("it is a name");
        let mut tls = ClientConnection::new(Arc::clone(config), name).expect("it can be asked for");
        let mut hello = Vec::new();
        tls.write_tls(&mut hello)?;
        let mut socket = connect();
        socket.write_all(&hello)?;
        Ok(Self { tls, socket })
    }

    /// Has the handshake over. A server that is sent nothing for a tenth of a second greets without TLS, and a busy
    /// machine stands still for longer now and then: whoever is greeted so comes again.
    ///
    /// # Errors
    /// If that fails.
    ///
    /// # Panics
    /// If the configuration can't be used.
    pub fn finish_or_come_again(self, connect: impl Fn() -> TcpStream, config: &Arc<ClientConfig>) -> io::Result<Self> {
        let mut finished = self.finish();
        for _ in 0..COMES_AGAIN {
            if !finished.as_ref().is_err_and(is_greeted_without_tls) {
                break;
            }
            finished = Self::begin(&connect, config)?.finish();
        }
        finished
    }

    fn finish(mut self) -> io::Result<Self> {
        while self.tls.is_handshaking() {
            self.tls.complete_io(&mut self.socket)?;
        }
        Ok(self)
    }

    /// Returns the socket below.
    #[must_use]
    pub const fn socket(&self) -> &TcpStream {
        &self.socket
    }

    /// Returns what does TLS, and the socket, for those who do what nobody should.
    pub const fn parts(&mut self) -> (&mut ClientConnection, &mut TcpStream) {
        (&mut self.tls, &mut self.socket)
    }
}

impl Read for Sealed {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        Stream::new(&mut self.tls, &mut self.socket).read(buffer)
    }
}

impl Write for Sealed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Stream::new(&mut self.tls, &mut self.socket).write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Stream::new(&mut self.tls, &mut self.socket).flush()
    }
}

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sealed({:?})", self.socket)
    }
}

impl Peer for Sealed {
    fn end(&mut self) -> io::Result<()> {
        self.tls.send_close_notify();
        self.flush()
    }

    fn socket(&self) -> &TcpStream {
        &self.socket
    }
}

//! `chinwag chat`, `chinwag bots` and `chinwag load` by TLS, with both servers.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use chinwag_core::{Form, Tls};
use chinwag_io::Certificate;
use chinwag_tests::{Relay, Way};
use rcgen::{CertificateParams, KeyPair, date_time_ymd};

use super::pty::Window;
use super::server::{Adapter, Security, Server};

const SCREEN: (u16, u16) = (80, 24);

/// What the last word of this shows, `chinwag` is told by its environment.
const ROOTS: &str = "SSL_CERT_FILE";

/// A server that speaks TLS, and the folder in which it has made its certificate, which is gone when this is.
struct Secured {
    server: Server,
    certificate: Certificate,
    folder: PathBuf,
}

impl Secured {
    fn start(adapter: Adapter, form: Form) -> Self {
        Self::start_with(adapter, form, Tls::Offered, |folder| {
            Certificate::self_signed(folder).expect("it can be made")
        })
    }

    fn start_with(adapter: Adapter, form: Form, tls: Tls, make: impl FnOnce(&Path) -> Certificate) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("chinwag-client-tls-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let folder = std::env::temp_dir().join(name);
        fs::create_dir_all(&folder).expect("there is room");
        let certificate = make(&folder);
        let security = Security { certificate: certificate.clone(), tls };
        Self { server: Server::start_secured(adapter, form, security), certificate, folder }
    }

    fn port(&self) -> String {
        self.server.port()
    }

    fn pin(&self) -> String {
        self.certificate.fingerprint()
    }

    /// Returns the file with the certificate, for those who trust it as they trust an authority.
    fn roots(&self) -> PathBuf {
        self.folder.join("tls-cert.pem")
    }
}

impl Drop for Secured {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// Runs it until it ends, with nothing typed and these roots.
fn run(args: &[&str], roots: &Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_chinwag"));
    command.args(args).env(ROOTS, roots).env_remove("SSL_CERT_DIR").stdin(Stdio::null());
    command.output().expect("the binary runs")
}

#[track_caller]
fn assert_success(output: &Output) -> String {
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && stderr.is_empty(), "{stderr}");
    String::from_utf8(output.stdout.clone()).expect("what it prints is UTF-8")
}

#[track_caller]
fn assert_failure(output: &Output, code: i32, says: &str) {
    assert_eq!(String::from_utf8_lossy(&output.stderr), format!("chinwag: {says}\n"));
    assert_eq!(output.status.code(), Some(code));
}

/// The three of them, at a port, as short as they can be.
fn each(port: &str) -> [Vec<&str>; 3] {
    [
        vec!["chat", "--port", port],
        vec!["bots", "--port", port, "--english=1", "--rust=0", "--stress=1", "--messages=1", "--pause=0.1"],
        vec!["load", "--port", port, "--members=3", "--seconds=0.2"],
    ]
}

#[test]
fn who_is_vouched_for_is_accepted_by_name_and_by_address_and_who_is_pinned_without_that() {
    for adapter in Adapter::BOTH {
        let secured = Secured::start(adapter, Form::Lines);
        let (port, pin, nobody) = (secured.port(), secured.pin(), Path::new("/dev/null"));
        let bare = pin.replace(':', "").to_lowercase();
        let [localhost, pinned, bare] = [["--tls", "--ip=localhost"], ["--pin", &pin], ["--pin", &bare]];
        for (flags, roots) in
            [(&["--tls"][..], &*secured.roots()), (&localhost, &secured.roots()), (&pinned, nobody), (&bare, nobody)]
        {
            for command in each(&port) {
                assert_success(&run(&[&command, flags].concat(), roots));
            }
        }
    }
}

#[test]
fn what_is_typed_by_tls_is_said_and_everything_that_was_answered_comes_out() {
    for adapter in Adapter::BOTH {
        let secured = Secured::start(adapter, Form::Lines);
        let typed = secured.folder.join("typed");
        // More than a record of TLS, or a socket, takes at once.
        let lines: Vec<_> = (0..2_000).map(|number| format!("{number} {}", "é".repeat(150))).collect();
        fs::write(&typed, lines.join("\n")).expect("there is room");
        let output = Command::new(env!("CARGO_BIN_EXE_chinwag"))
            .args(["chat", "--port", &secured.port(), "--pin", &secured.pin(), "--name=Ann"])
            .stdin(fs::File::open(&typed).expect("it is there"))
            .output()
            .expect("the binary runs");
        let shown = assert_success(&output);
        let said: Vec<_> = shown.lines().filter_map(|line| line.strip_prefix("Ann: ")).collect();
        assert_eq!(said, lines);
    }
}

#[test]
fn load_by_tls_is_complete_through_each_listener() {
    for adapter in Adapter::BOTH {
        for (form, flag) in [(Form::Lines, None), (Form::Web, Some("--web")), (Form::Irc, Some("--irc"))] {
            let secured = Secured::start(adapter, form);
            let (port, pin) = (secured.port(), secured.pin());
            for pace in [["--window", "4096"], ["--rate", "500"]] {
                let flags = ["load", "--json", "--rooms=2", "--members=3", "--seconds=0.2", "--port", &port];
                let flags: Vec<_> = flags.into_iter().chain(["--pin", &pin]).chain(pace).chain(flag).collect();
                let json = assert_success(&run(&flags, Path::new("/dev/null")));
                assert!(json.contains(r#""lost":0,"told_dropped":0,"disordered":0"#), "{adapter:?}, {form:?}: {json}");
                assert!(!json.contains(r#""deliveries_per_second":0.0"#), "{adapter:?}, {form:?}: {json}");
            }
        }
    }
}

#[test]
fn people_by_tls_and_others_talk_and_come_back_as_who_they_are() {
    for adapter in Adapter::BOTH {
        let mut secured = Secured::start(adapter, Form::Lines);
        let relay = Relay::start(secured.server.address());
        let (near, far, pin) = (secured.port(), relay.addr().port().to_string(), secured.pin());
        let person = |name: &str, flags: &[&str]| {
            let flags = [&["--name", name, "--room=pizza"], flags].concat();
            let mut window = Window::open(env!("CARGO_BIN_EXE_chinwag"), &flags, SCREEN);
            window.wait_for_text(&format!("You are {name}, in pizza"));
            window
        };
        let mut ann = person("Ann", &["--port", &near]);
        let mut bob = person("Bob", &["--port", &far, "--pin", &pin]);
        bob.wait_for_text("Encrypted: the server's certificate is the one that --pin asks for");
        ann.type_keys("hello\r");
        bob.wait_for_text("Ann: hello");
        bob.type_keys("hello, Ann\r");
        ann.wait_for_text("Bob: hello, Ann");
        Way::BOTH.into_iter().for_each(|way| relay.cut(way));
        bob.wait_for_text("Connection lost: ");
        bob.wait_for_text("Connected again: you are Bob, in pizza");
        bob.type_keys("here\r");
        ann.wait_for_text("Bob: here");
        secured.server.stop();
        bob.wait_for("the status", |bob| bob.row(-2).contains("offline"));
        secured.server.restart();
        for window in [&mut ann, &mut bob] {
            window.wait_for("the connection", |window| window.row(-2).contains("pizza · connected"));
        }
        bob.type_keys("here again\r");
        ann.wait_for_text("Bob: here again");
        bob.leave();
        ann.wait_for_text("Bob left");
        ann.leave();
    }
}

#[test]
fn a_certificate_that_nobody_vouches_for_is_told_with_its_fingerprint_and_nothing_is_sent() {
    for adapter in Adapter::BOTH {
        let [secured, other] = [(); 2].map(|()| Secured::start(adapter, Form::Lines));
        let (port, pin, others) = (secured.port(), secured.pin(), other.pin());
        let address = secured.server.address();
        let not_vouched = format!(
            "{address} shows a certificate for which nobody vouches whom this system trusts; if you know from its \
             operator that its SHA-256 is this, take --pin {pin}"
        );
        let not_pinned = format!(
            "{address} shows another certificate than --pin asks for: it was renewed, or somebody is in between; the \
             SHA-256 of this one is {pin}"
        );
        for command in each(&port) {
            assert_failure(&run(&[&command[..], &["--tls"]].concat(), &other.roots()), 1, &not_vouched);
            assert_failure(&run(&[&command[..], &["--pin", &others]].concat(), &secured.roots()), 1, &not_pinned);
        }
    }
}

#[test]
fn a_certificate_that_has_expired_and_a_system_without_roots_are_told_of() {
    let secured = Secured::start_with(Adapter::Smol, Form::Lines, Tls::Offered, |folder| {
        let mut params = CertificateParams::new(vec!["localhost".to_owned()]).expect("it is a name");
        (params.not_before, params.not_after) = (date_time_ymd(2001, 1, 1), date_time_ymd(2002, 1, 1));
        let key = KeyPair::generate().expect("there is randomness");
        let made = params.self_signed(&key).expect("it can be made");
        let [cert_file, key_file] = ["tls-cert.pem", "tls-key.pem"].map(|name| folder.join(name));
        fs::write(&cert_file, made.pem()).expect("there is room");
        fs::write(&key_file, key.serialize_pem()).expect("there is room");
        Certificate::from_files(cert_file, key_file).expect("it can be used")
    });
    let (port, pin) = (secured.port(), secured.pin());
    let expired = format!(
        "localhost:{port} shows a certificate that has expired; if you know from its operator that its SHA-256 is this, \
         take --pin {pin}"
    );
    for command in each(&port) {
        let flags = [&command[..], &["--tls", "--ip=localhost"]].concat();
        assert_failure(&run(&flags, &secured.roots()), 1, &expired);
        let output = run(&flags, Path::new("/dev/null"));
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(
            said.starts_with("chinwag: this system has no certificates by which a server could be trusted"),
            "{said}"
        );
        assert!(said.trim_end().ends_with(" or take --pin") && output.status.code() == Some(1), "{said}");
    }
}

#[test]
fn where_one_speaks_tls_and_the_other_does_not_it_is_told() {
    let pin = "00".repeat(32);
    for adapter in Adapter::BOTH {
        for form in [Form::Lines, Form::Web, Form::Irc] {
            let server = Server::start_in(adapter, form);
            let said = match form {
                Form::Lines => "This port is for chat by telnet or nc, not for TLS",
                Form::Web => "HTTP/1.1 400 Bad Request",
                Form::Irc => ":chinwag.local NOTICE * :This port is for IRC, not for TLS",
            };
            let says = format!(
                "{} answers without TLS: {said}; if it has none at this port, try without --tls",
                server.address()
            );
            for command in each(&server.port()) {
                assert_failure(&run(&[&command[..], &["--pin", &pin]].concat(), Path::new("/dev/null")), 1, &says);
            }
        }
        let secured = Secured::start_with(adapter, Form::Lines, Tls::Only, |folder| {
            Certificate::self_signed(folder).expect("it can be made")
        });
        let says = format!(
            "{} does not let you in: Server speaks TLS only: connect with TLS, for instance by chinwag chat --tls",
            secured.server.address()
        );
        assert_failure(&run(&["chat", "--port", &secured.port()], &secured.roots()), 1, &says);
    }
}

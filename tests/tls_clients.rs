//! Shows that people get along by TLS with the programs that they have, and that a server speaks no more of TLS than it
//! is to speak.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Output, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;

use chinwag_tests::{Adapter, DEADLINE, IrcClient, Person, Program, Shown, Terminal, Trust};

/// Names of ciphers, which openssl has for TLS 1.2, that keep what was said secret when the key is stolen later, and
/// tell if it was changed. The server's key is for ECDSA.
const CIPHERS: [&str; 3] =
    ["ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-ECDSA-CHACHA20-POLY1305"];

/// The same for TLS 1.3, and all that there are.
const SUITES: [&str; 3] = ["TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"];
const ALL_SUITES: [&str; 5] = [SUITES[0], SUITES[1], SUITES[2], "TLS_AES_128_CCM_SHA256", "TLS_AES_128_CCM_8_SHA256"];

/// The first of the ciphers, by its number.
const CIPHER: u16 = 0xc02b;

/// TLS 1.2, as it stands in a hello.
const TLS_1_2: u16 = 0x0303;

/// The kinds of records.
const HANDSHAKE: u8 = 22;
const ALERT: u8 = 21;

/// Alerts that end the connection.
const HANDSHAKE_FAILURE: [u8; 2] = [2, 40];
const PROTOCOL_VERSION: [u8; 2] = [2, 70];

/// A program that reads lines and writes them, in a process that ends with it.
struct Piped {
    child: Child,
    /// Until its input ends.
    typed: Option<ChildStdin>,
    shown: Receiver<String>,
}

impl Piped {
    fn run(words: &[&str]) -> Self {
        let mut command = Command::new(words[0]);
        command.args(&words[1..]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap_or_else(|error| panic!("{}", missing(words[0], &error)));
        let typed = child.stdin.take();
        let mut out = BufReader::new(child.stdout.take().expect("it is piped"));
        let (lines, shown) = mpsc::channel();
        thread::spawn(move || {
            let mut line = String::new();
            while out.read_line(&mut line).is_ok_and(|len| len > 0) && lines.send(line.trim_end().to_owned()).is_ok() {
                line.clear();
            }
        });
        Self { child, typed, shown }
    }

    fn type_line(&mut self, line: &str) {
        let typed = self.typed.as_mut().expect("its input goes on");
        typed.write_all(format!("{line}\n").as_bytes()).expect("it reads what is typed");
    }

    /// Reads up to a line that begins like this, and returns the rest of it.
    #[track_caller]
    fn read_up_to(&self, beginning: &str) -> String {
        loop {
            let line = self.shown.recv_timeout(DEADLINE).expect("it is shown");
            if let Some(rest) = line.strip_prefix(beginning) {
                return rest.to_owned();
            }
        }
    }

    /// Ends its input, and holds that it ends, too, in peace.
    #[track_caller]
    fn assert_ends(mut self, words: &[&str]) {
        // Ncat waits for that, though its connection has ended.
        self.typed = None;
        let ended = loop {
            match self.shown.recv_timeout(DEADLINE) {
                Ok(_) => {}
                Err(ended) => break ended,
            }
        };
        assert_eq!(ended, RecvTimeoutError::Disconnected, "{words:?} goes on");
        assert!(self.child.wait().expect("it is a child of this one").success(), "{words:?}");
    }
}

impl Drop for Piped {
    fn drop(&mut self) {
        // It fails only if the process has ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn missing(program: &str, error: &std::io::Error) -> String {
    let packages = "openssl gnutls-bin ncat socat curl catgirl weechat-headless";
    format!("these tests need {program}: {error} (on Debian: apt-get install {packages})")
}

/// Runs what is claimed on all servers, which speak TLS too, of where they are by lines, by a browser and by IRC.
fn on_each(claim: impl Fn(&Trust, [SocketAddr; 3])) {
    let trust = Trust::new();
    let [cert, key] = trust.files();
    for adapter in Adapter::ALL {
        let (_server, addrs) = Program::start_all(adapter, ["--history-on-join", "0", "--cert", &cert, "--key", &key]);
        claim(&trust, addrs);
    }
}

/// Runs openssl until it ends, with this typed.
fn openssl(addr: SocketAddr, args: &[&str], typed: &str) -> (bool, String) {
    let mut command = Command::new("openssl");
    command.args(["s_client", "-connect", &addr.to_string()]).args(args);
    let output = output(command.stdin(Stdio::piped()), typed);
    let told = [&output.stdout[..], &output.stderr].concat();
    (output.status.success(), String::from_utf8_lossy(&told).into_owned())
}

fn output(command: &mut Command, typed: &str) -> Output {
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let mut child = child.unwrap_or_else(|error| panic!("{}", missing("openssl", &error)));
    // It may have ended by then.
    let _ = child.stdin.take().expect("it is piped").write_all(typed.as_bytes());
    child.wait_with_output().expect("it ends")
}

#[test]
fn programs_that_send_lines_by_tls_talk_with_others_and_leave() {
    on_each(|trust, [addr, ..]| {
        let (cert, port) = (&trust.files()[0], addr.port().to_string());
        let (by_name, by_ip) = (format!("localhost:{port}"), format!("127.0.0.1:{port}"));
        let [openssl_1, openssl_2] = ["-tls1_2", "-tls1_3"].map(|version| {
            ["openssl", "s_client", "-quiet", version, "-verify_return_error", "-CAfile", cert, "-connect", &by_name]
        });
        let trusted = format!("--x509cafile={cert}");
        let [socat_1, socat_2] = [format!("OPENSSL:{by_name},cafile={cert}"), format!("OPENSSL:{by_ip},verify=0")];
        let mut ann = Person::come(addr);
        for words in [
            &openssl_1[..],
            &openssl_2,
            &["gnutls-cli", "--logfile=/dev/null", &trusted, "-p", &port, "localhost"],
            &["gnutls-cli", "--logfile=/dev/null", "--insecure", "-p", &port, "127.0.0.1"],
            &["ncat", "--ssl-verify", "--ssl-trustfile", cert, "localhost", &port],
            &["ncat", "--ssl", "127.0.0.1", &port],
            &["socat", "-", &socat_1],
            &["socat", "-", &socat_2],
        ] {
            let mut bob = Piped::run(words);
            let name = bob.read_up_to("You are ");
            bob.read_up_to("You joined main");
            bob.type_line("hello, Zoë");
            bob.read_up_to(&format!("{name}: hello, Zoë"));
            ann.read_up_to(&format!("{name}: hello, Zoë"));
            ann.type_line("hi");
            bob.read_up_to(&format!("{}: hi", ann.name()));
            bob.type_line("/quit");
            ann.read_up_to(&format!("{name} left"));
            bob.assert_ends(words);
        }
    });
}

#[test]
fn curl_asks_by_https_how_the_server_is() {
    on_each(|trust, [_, addr, _]| {
        let (cert, url) = (&trust.files()[0], format!("https://localhost:{}/healthz", addr.port()));
        for version in ["1.2", "1.3"] {
            let mut curl = Command::new("curl");
            curl.args(["-sS", "--cacert", cert, &format!("--tlsv{version}"), "--tls-max", version, &url]);
            let output = curl.output().unwrap_or_else(|error| panic!("{}", missing("curl", &error)));
            assert_eq!(String::from_utf8_lossy(&output.stdout), "ok\n", "{}", String::from_utf8_lossy(&output.stderr));
        }
    });
}

#[test]
fn weechat_by_tls_with_the_fingerprint_talks_with_others() {
    on_each(|trust, [addr, _, irc_addr]| {
        let mut ann = Person::come(addr);
        let mut cid = IrcClient::start_secured("Cid", irc_addr, &trust.certificate().fingerprint());
        cid.join("#main");
        ann.read_up_to("Cid joined");
        ann.type_line("hello");
        cid.read_up_to_shown("#main", Shown::Said(ann.name(), "hello"));
        cid.say("#main", "hello yourself");
        ann.read_up_to("Cid: hello yourself");
    });
}

#[test]
fn catgirl_which_trusts_the_certificate_talks_with_others_and_without_that_does_not_come() {
    on_each(|trust, [addr, _, irc_addr]| {
        let (cert, port) = (&trust.files()[0], irc_addr.port().to_string());
        // It needs a terminal that can move its cursor, and a home.
        let catgirl = |trusting: &[&str]| {
            let words = ["TERM=xterm", "LC_ALL=C.UTF-8", "catgirl", "-h", "localhost", "-p", &port, "-n", "Cat"];
            Terminal::run("env", &[&words[..], &["-j", "#main"], trusting].concat())
        };
        let _ = catgirl(&[]).read_up_to("certificate verification failed");
        let mut ann = Person::come(addr);
        let mut cat = catgirl(&["-t", cert]);
        ann.read_up_to("Cat joined");
        let _ = cat.read_up_to("arrives in");
        cat.press("meow\r");
        ann.read_up_to("Cat: meow");
        ann.type_line("purring");
        let _ = cat.read_up_to("purring");
    });
}

#[test]
fn versions_1_2_and_1_3_are_spoken_by_the_ciphers_that_are_safe_and_no_others() {
    on_each(|_, addrs| {
        for addr in addrs {
            for (version, is_spoken) in [("-tls1", false), ("-tls1_1", false), ("-tls1_2", true), ("-tls1_3", true)] {
                let (done, told) = openssl(addr, &[version, "-cipher", "ALL:@SECLEVEL=0", "-brief"], "");
                assert_eq!(done, is_spoken, "{version}: {told}");
            }
        }
        let listed = Command::new("openssl").args(["ciphers", "-tls1_2", "ALL:COMPLEMENTOFALL:@SECLEVEL=0"]).output();
        let listed = listed.unwrap_or_else(|error| panic!("{}", missing("openssl", &error))).stdout;
        let listed = String::from_utf8(listed).expect("it is text");
        let older: Vec<_> = listed.trim().split(':').filter(|name| !name.starts_with("TLS_")).collect();
        assert!(older.len() > 100 && CIPHERS.iter().all(|cipher| older.contains(cipher)), "{older:?}");
        let spoken = |names: &[&str], args: &[&str]| {
            let is_spoken = |name: &&&str| {
                let choice =
                    if args.contains(&"-cipher") { format!("{name}:@SECLEVEL=0") } else { (**name).to_owned() };
                openssl(addrs[0], &[args, &[&choice]].concat(), "").0
            };
            let mut spoken: Vec<_> = names.iter().filter(is_spoken).map(|name| (*name).to_owned()).collect();
            spoken.sort_unstable();
            spoken
        };
        assert_eq!(spoken(&older, &["-tls1_2", "-brief", "-cipher"]), CIPHERS);
        assert_eq!(spoken(&ALL_SUITES, &["-tls1_3", "-brief", "-ciphersuites"]), SUITES);
    });
}

#[test]
fn what_openssl_has_no_more_is_refused_too() {
    on_each(|_, addrs| {
        // All that TLS 1.2 ever had, such as those without encryption, for export, with RC4, DES, 3DES or CBC, but for
        // the ones with a fresh key and a seal, and what says something else about the client.
        let weak: Vec<u16> =
            (0x0000..=0x00c5).chain(0xc001..=0xc02a).chain(0xc02d..=0xc02e).chain(0xc031..=0xc0af).collect();
        for addr in addrs {
            let answer = hello(addr, TLS_1_2, &weak);
            assert_eq!((answer[0], &answer[5..]), (ALERT, &HANDSHAKE_FAILURE[..]));
            for version in [0x0300, 0x0301, 0x0302] {
                let answer = hello(addr, version, &[CIPHER]);
                assert_eq!((answer[0], &answer[5..]), (ALERT, &PROTOCOL_VERSION[..]), "{version:x}");
            }
            // It is the ciphers and the versions that it refuses, nothing else; and nothing is compressed.
            let answer = hello(addr, TLS_1_2, &[&weak[..], &[CIPHER]].concat());
            let session = 5 + 4 + 2 + 32;
            let chosen = session + 1 + usize::from(answer[session]);
            assert_eq!((answer[0], &answer[chosen..chosen + 3]), (HANDSHAKE, &[0xc0, 0x2b, 0][..]));
        }
    });
}

#[test]
fn a_key_for_rsa_and_a_chain_are_as_good_as_what_the_server_makes() {
    let trust = Trust::new();
    let folder = Path::new(&trust.files()[0]).parent().expect("it is in a folder").to_owned();
    let path = |name: &str| folder.join(name).to_str().expect("it is text").to_owned();
    let openssl_does = |words: String| {
        let status = Command::new("openssl").args(words.split(' ')).current_dir(&folder).stderr(Stdio::null()).status();
        assert!(status.unwrap_or_else(|error| panic!("{}", missing("openssl", &error))).success(), "{words}");
    };
    fs::write(path("may-sign"), "basicConstraints=critical,CA:TRUE").expect("there is room");
    fs::write(path("is-named"), "subjectAltName=DNS:chat.example").expect("there is room");
    for (name, signed, extensions) in [
        ("root", "-signkey root.key", "may-sign"),
        ("between", "-CA root.pem -CAkey root.key -CAcreateserial", "may-sign"),
        ("leaf", "-CA between.pem -CAkey between.key -CAcreateserial", "is-named"),
    ] {
        openssl_does(format!("req -newkey rsa:2048 -nodes -keyout {name}.key -subj /CN={name} -out {name}.csr"));
        openssl_does(format!("x509 -req -in {name}.csr -days 9 -extfile {extensions} {signed} -out {name}.pem"));
    }
    openssl_does("rsa -in leaf.key -traditional -out old.key".to_owned());
    let [leaf, between] = ["leaf.pem", "between.pem"].map(|name| fs::read_to_string(path(name)).expect("it is text"));
    fs::write(path("chain.pem"), leaf + &between).expect("there is room");
    for adapter in Adapter::ALL {
        for key in ["leaf.key", "old.key"] {
            let flags = ["--cert", &path("chain.pem"), "--key", &path(key)];
            let (_server, [addr, ..]) = Program::start_all(adapter, flags);
            for version in ["-tls1_2", "-tls1_3"] {
                let trusted = ["-brief", "-verify_return_error", "-verify_hostname", "chat.example", "-CAfile"];
                let (done, told) = openssl(addr, &[&[version], &trusted[..], &[&path("root.pem")]].concat(), "");
                let is_rsa = told.contains("Signature type: RSA-PSS");
                assert!(done && told.contains("Verification: OK") && is_rsa, "{key}, {version}: {told}");
            }
        }
    }
}

#[test]
fn nothing_is_negotiated_again_and_nothing_is_compressed() {
    on_each(|_, [addr, ..]| {
        let (_, told) = openssl(addr, &["-tls1_2", "-comp"], "R\n");
        assert!(told.contains("Compression: NONE") && told.contains("Secure Renegotiation IS supported"), "{told}");
        assert!(told.contains("RENEGOTIATING") && told.contains("no renegotiation"), "{told}");
    });
}

/// Says hello in a version, with these ciphers and an offer to compress, and returns the first record of the answer.
fn hello(addr: SocketAddr, version: u16, ciphers: &[u16]) -> Vec<u8> {
    let ciphers: Vec<u8> = ciphers.iter().flat_map(|cipher| cipher.to_be_bytes()).collect();
    // X25519 and P-256; points as they are; ECDSA and RSA with SHA-256.
    let extensions = [
        &[0, 10, 0, 6, 0, 4, 0, 29, 0, 23][..],
        &[0, 11, 0, 2, 1, 0],
        &[0, 13, 0, 8, 0, 6, 4, 3, 4, 1, 8, 4],
        &[0, 23, 0, 0],
    ]
    .concat();
    let body = [
        &version.to_be_bytes()[..],
        &[7; 32],
        &[0],
        &len_16(&ciphers),
        &ciphers,
        &[2, 1, 0],
        &len_16(&extensions),
        &extensions,
    ]
    .concat();
    let message = [&[1, 0][..], &len_16(&body), &body].concat();
    let record = [&[HANDSHAKE, 3, 1][..], &len_16(&message), &message].concat();
    let mut socket = TcpStream::connect(addr).expect("it listens");
    socket.set_read_timeout(Some(DEADLINE)).expect("it is open");
    socket.write_all(&record).expect("it is taken");
    let mut answer = vec![0; 5];
    socket.read_exact(&mut answer).expect("it is answered");
    let len = usize::from(u16::from_be_bytes([answer[3], answer[4]]));
    answer.resize(5 + len, 0);
    socket.read_exact(&mut answer[5..]).expect("it is answered");
    answer
}

fn len_16(bytes: &[u8]) -> [u8; 2] {
    u16::try_from(bytes.len()).expect("it is short").to_be_bytes()
}

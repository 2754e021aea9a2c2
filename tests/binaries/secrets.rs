//! That no secret is in anything that a server writes, by whatever way it was given: in what is kept, recorded, logged,
//! counted or written to a terminal.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};

use chinwag_core::Name;
use chinwag_core::admission::{Account, Passphrase, Role};
use chinwag_members::Book;
use chinwag_tests::{Adapter, Browser, Ended, Person, Program, connect, fetch};

use crate::door::{all_bytes, write};
use crate::end;
use crate::guesses::base64;
use crate::log::Folder;

/// What is said to everybody, so it is kept and recorded: whoever looks for secrets would find it.
const SAID: &str = "heard-by-all";

/// The key of a room: it is recorded as what people do, and nowhere else.
const KEY: &str = "k3y-of-pizza";

const OPERATOR: &str = "Root";

/// Makes up secrets, none of which is in another or in anything that a server says by itself.
#[derive(Default)]
struct Secrets(Vec<String>);

impl Secrets {
    fn make(&mut self) -> String {
        self.add(format!("s3cret-{:03}-zq", self.0.len()))
    }

    fn add(&mut self, secret: impl Into<String>) -> String {
        self.0.push(secret.into());
        assert!(!self.0[self.0.len() - 1].is_empty());
        self.0[self.0.len() - 1].clone()
    }

    /// Makes a password of what is given by SASL: what is sent is as secret as what it holds.
    fn encode(&mut self, account: &str, password: &str) -> String {
        self.add(base64(format!("\0{account}\0{password}").as_bytes()))
    }

    /// Holds that none of them is there, in small or large letters.
    #[track_caller]
    fn assert_not_in(&self, whose: &str, written: &str) {
        let written = written.to_ascii_lowercase();
        for secret in &self.0 {
            assert!(!written.contains(&secret.to_ascii_lowercase()), "{whose}: {secret} of {:?}", self.0);
        }
    }
}

/// A server that writes all that it can.
struct Host {
    program: Program,
    lines: SocketAddr,
    web: SocketAddr,
    irc: SocketAddr,
    metrics: String,
}

/// Where it writes.
struct Places {
    data: PathBuf,
    record: PathBuf,
    log: PathBuf,
}

impl Places {
    fn new(folder: &Path) -> Self {
        let [data, record, log] = ["data", "record", "log"].map(|name| folder.join(name));
        Self { data, record, log }
    }
}

impl Host {
    fn start(adapter: Adapter, places: &Places, more: &[&str]) -> Self {
        let mut command = Program::web_command(adapter);
        let free = "127.0.0.1:0";
        command.args(["--port", "0", "--web", free, "--irc", free, "--keep-private", "--shadow"]);
        command.arg("--data").arg(&places.data).arg("--record").arg(&places.record).arg("--log-dir").arg(&places.log);
        command.args(more).env("RUST_LOG", "trace");
        let program = Program::spawn(adapter, &mut command);
        let [lines, web, irc] = program.read_all_ready();
        Self { program, lines, web, irc, metrics: String::new() }
    }

    /// Gives a password where lines ask for it, and reads up to this answer.
    fn give(&self, command: &str, password: &str, answer: &str) {
        let mut person = Person::come(self.lines);
        person.type_line(&format!("{command}\n{password}"));
        person.read_up_to("Password:");
        person.read_up_to(answer);
    }

    /// Sends lines of IRC, and reads up to one in which this stands.
    fn by_irc(&self, lines: &str, end: &str) -> BufReader<TcpStream> {
        let mut stream = BufReader::new(connect(self.irc));
        stream.get_mut().write_all(lines.replace('\n', "\r\n").as_bytes()).expect("it takes a few lines");
        let mut told = String::new();
        while !told.contains(end) {
            let read = stream.read_line(&mut told).expect("a line comes before the deadline");
            assert!(read > 0, "{end:?} does not come after {told}");
        }
        stream
    }

    /// Gives something on the page where it logs in, and returns the kind of what is told, and a pass.
    fn log_in_on_page(&self, given: &str) -> (Browser, String, Option<String>) {
        let mut browser = Browser::log_in(self.web);
        assert_eq!(browser.read()["kind"], "password");
        browser.say(given);
        let told = browser.read();
        let kind = told["kind"].as_str().expect("it is text").to_owned();
        (browser, kind, told["pass"].as_str().map(str::to_owned))
    }

    /// Ends it, and returns all that it has written to its terminal, and counted.
    fn end(self) -> String {
        let Ended { out, err, .. } = end(self.program);
        [out, err, self.metrics].concat()
    }

    fn count(&mut self) {
        for path in ["metrics", "healthz"] {
            self.metrics += &fetch(self.web, &format!("GET /{path} HTTP/1.0\r\n\r\n"));
        }
    }
}

fn add_account(book: &mut Book, name: &str, password: &str, role: Role) {
    let account = Account { name: Name::parse(name).expect("it is a name"), role };
    assert!(book.add_account(&account, &Passphrase::new(password)).expect("it is written"));
}

/// Gives secrets in every way that there is where nobody has to give one.
fn log_in_by_every_way(host: &Host, book: &mut Book, secrets: &mut Secrets) {
    let password = secrets.make();
    add_account(book, OPERATOR, &password, Role::Operator);
    // By lines: wrong, right, given on the line of the command, and where it is called off.
    host.give("/login nobody-1", &secrets.make(), "Wrong password");
    host.give("/oper nobody-2", &secrets.make(), "Wrong password");
    host.give(&format!("/login {OPERATOR}"), &password, &format!("You are logged in as {OPERATOR}"));
    host.give(&format!("/oper {OPERATOR}"), &password, "You are an operator of this server");
    let mut person = Person::come(host.lines);
    for command in ["login", "oper"] {
        person.type_line(&format!("/{command} {OPERATOR} {}", secrets.make()));
        person.find_line(|line| line.starts_with("Name must be "));
    }
    person.type_line("/resume");
    let told = person.find_line(|line| line.starts_with("You can come back with /resume "));
    let token = secrets.add(told.rsplit(' ').next().expect("it ends with a token"));
    drop(person);
    let mut person = Person::come(host.lines);
    person.type_line(&format!("/resume {token}"));
    person.type_line(SAID);
    person.find_line(|line| line.ends_with(SAID));
    // On the page.
    assert_eq!(host.log_in_on_page(&format!("nobody-3:{}", secrets.make())).1, "password");
    let (mut browser, kind, pass) = host.log_in_on_page(&format!("{OPERATOR}:{password}"));
    assert_eq!(kind, "pass");
    secrets.add(browser.read()["token"].as_str().expect("it is text"));
    let pass = secrets.add(pass.expect("it is told"));
    let (browser, kind, _) = host.log_in_on_page(&pass);
    assert_eq!(kind, "hello");
    drop(browser);
    let invitation = secrets.add(book.invite(7, 2).expect("it is written").0.as_str());
    let new = format!("/account Eve\n{invitation}\n{}", secrets.make());
    let (_, kind, pass) = host.log_in_on_page(&new);
    assert_eq!(kind, "pass");
    secrets.add(pass.expect("it is told"));
    // By IRC.
    let hello = "NICK Mal\nUSER m 0 * :M";
    host.by_irc(&format!("PASS nobody-4:{}\n{hello}\n", secrets.make()), " 464 ");
    host.by_irc(&format!("PASS {OPERATOR}:{password}\n{hello}\n"), " 376 ");
    host.by_irc(&format!("{hello}\nOPER nobody-5 {}\n", secrets.make()), " 464 ");
    host.by_irc(&format!("{hello}\nOPER {OPERATOR} {password}\n"), " 381 ");
    host.by_irc(&format!("{hello}\nPRIVMSG NickServ :identify {}\nPING x\n", secrets.make()), "PONG ");
    host.by_irc(&format!("{hello}\nNICKSERV IDENTIFY {}\nPING x\n", secrets.make()), "PONG ");
    let wrong = secrets.make();
    let sasl = "CAP REQ sasl\nAUTHENTICATE PLAIN\nAUTHENTICATE";
    for (given, answer) in [(&wrong, " 904 "), (&password, " 903 ")] {
        let encoded = secrets.encode(OPERATOR, given);
        host.by_irc(&format!("{sasl} {encoded}\n"), answer);
    }
    // In two lines, as long ones are.
    let long = secrets.make().repeat(30);
    let encoded = secrets.encode("nobody-6", &long);
    let (one, two) = encoded.split_at(400);
    host.by_irc(&format!("{sasl} {one}\nAUTHENTICATE {two}\n"), " 904 ");
    secrets.add(one);
    secrets.add(two);
}

/// Has a room have a key, by every way.
fn lock_a_room(host: &Host) {
    let mut ann = Person::come(host.lines);
    ann.type_line(&format!("/join pizza\n/key {KEY}"));
    ann.find_line(|line| line.contains("The key of the room was set"));
    let mut bob = Browser::come(host.web);
    bob.say(&format!("/join pizza {KEY}"));
    while bob.read()["room"] != "pizza" {}
    let dan = host.by_irc(&format!("NICK Dan\nUSER d 0 * :Dan\nJOIN #pizza {KEY}\n"), " 366 ");
    drop((ann, bob, dan));
}

/// Gives secrets where nobody is let in without one.
fn come_by_every_way(host: &Host, book: &mut Book, secrets: &mut Secrets, password: &str) {
    let mut stream = connect(host.lines);
    let given = [secrets.make(), format!("{OPERATOR}:{}", secrets.make()), secrets.make()].join("\n");
    writeln!(stream, "{given}").expect("it takes a few lines");
    let mut told = String::new();
    stream.read_to_string(&mut told).expect("it ends before the deadline");
    assert_eq!(told.matches("Wrong password").count(), 3, "{told}");
    drop((Person::come_with(host.lines, password), Browser::come_with(host.web, password)));
    let hello = "NICK Dan\nUSER d 0 * :Dan";
    host.by_irc(&format!("PASS {password}\n{hello}\n"), " 376 ");
    host.by_irc(&format!("PASS {}\n{hello}\n", secrets.make()), " 464 ");
    let mut browser = Browser::connect(host.web);
    browser.say(&secrets.make());
    browser.say(&format!("/account Fay\n{}\n{}", secrets.make(), secrets.make()));
    let invitation = secrets.add(book.invite(7, 1).expect("it is written").0.as_str());
    browser.say(&invitation);
    let told = [(); 4].map(|()| browser.read());
    assert_eq!(told[3]["kind"], "pass", "{told:?}");
    secrets.add(told[3]["pass"].as_str().expect("it is text"));
    let (gone, id) = book.invite(7, 1).expect("it is written");
    assert!(book.revoke(id).expect("it is written"));
    host.by_irc(&format!("PASS {}\n{hello}\n", secrets.add(gone.as_str())), " 464 ");
}

#[test]
fn no_secret_is_in_anything_that_a_server_writes_by_whatever_way_it_is_given() {
    let folder = Folder::new("secrets");
    for adapter in Adapter::ALL {
        let places = Places::new(&folder.0.join(adapter.program()));
        let mut secrets = Secrets::default();
        let mut host = Host::start(adapter, &places, &[]);
        let mut book = Book::open(&places.data).expect("it is there");
        log_in_by_every_way(&host, &mut book, &mut secrets);
        lock_a_room(&host);
        host.count();
        let mut told = host.end();
        let password = secrets.make();
        let file = write(&folder.0.join(format!("{}-password", adapter.program())), &format!("{password}\n"));
        let mut host = Host::start(adapter, &places, &["--members-only", "--password-file", &file]);
        come_by_every_way(&host, &mut book, &mut secrets, &password);
        host.count();
        told += &host.end();
        // What is no text is of no matter: all secrets are.
        let read = |place: &PathBuf| String::from_utf8_lossy(&all_bytes(place)).into_owned();
        let [kept, recorded, logged] = [&places.data, &places.record, &places.log].map(read);
        for (whose, written) in [("kept", &kept), ("recorded", &recorded), ("logged", &logged), ("told", &told)] {
            secrets.assert_not_in(&format!("{adapter:?} {whose}"), written);
        }
        // They would have been found: what is no secret is there, as it was given.
        assert!(kept.contains(SAID) && recorded.contains(SAID));
        assert!(logged.contains("audit") && told.contains("chinwag_"));
        // The key of a room is what somebody does, and nothing else.
        assert!(recorded.contains(KEY) && [kept, logged, told].iter().all(|written| !written.contains(KEY)));
    }
}

//! What those find out who guess: at the passwords of accounts from many addresses, at which accounts there are, and at
//! invitations that are over. Each by every way in which a secret can be given.

use std::fmt;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use chinwag_core::Name;
use chinwag_core::admission::{Account, Passphrase, Role};
use chinwag_members::Book;
use chinwag_tests::{Adapter, Browser, Person, Program, Sealed, Trust, connect, fetch};
use rusqlite::Connection;
use serde_json::Value;
use tungstenite::{Message, WebSocket};

use crate::door::write;
use crate::end;
use crate::log::Folder;

const SECRET: &str = "corr3ct-h0rse";

/// What those are told who have guessed too often.
const TOO_MANY: &str = "Too many wrong passwords, try again in a minute";

/// From where somebody guesses.
const MAL: &str = "203.0.113.5";

/// How many may guess at one account at once, and how long it takes until one more may.
const AT_ONCE: u128 = 3;
const EACH: Duration = Duration::from_secs(20);

/// A way in which the password of an account can be given where nobody has to give one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Way {
    LogIn,
    Oper,
    Page,
    IrcPass,
    IrcSasl,
    IrcOper,
}

impl Way {
    const ALL: [Self; 6] = [Self::LogIn, Self::Oper, Self::Page, Self::IrcPass, Self::IrcSasl, Self::IrcOper];
}

/// A server behind a proxy that says for whom it connects, so that one machine can come from many addresses.
struct Host {
    program: Program,
    lines: SocketAddr,
    web: SocketAddr,
    irc: SocketAddr,
    trust: Trust,
    data: PathBuf,
}

impl Host {
    fn start(adapter: Adapter, folder: &Folder) -> Self {
        let (trust, data) = (Trust::new(), folder.0.join(adapter.program()));
        let [cert, key] = trust.files();
        let flags = ["--cert", &cert, "--key", &key, "--proxy-from", "127.0.0.1", "--data"];
        let flags = flags.into_iter().chain([data.to_str().expect("it is text")]);
        let (program, [lines, web, irc]) = Program::start_all(adapter, flags);
        Self { program, lines, web, irc, trust, data }
    }

    /// Connects by TLS for somebody at an address.
    fn come(&self, to: SocketAddr, from: &str) -> Sealed {
        let for_somebody = || {
            let mut socket = connect(to);
            write!(socket, "PROXY TCP4 {from} 192.0.2.1 1 2\r\n").expect("it takes a line");
            socket
        };
        Sealed::over(for_somebody, &self.trust.client(true)).expect("it speaks TLS")
    }

    /// Gives the password of an account, from an address, and returns what the server says of it.
    fn guess(&self, way: Way, from: &str, account: &str, given: &str) -> String {
        let plain = base64(format!("\0{account}\0{given}").as_bytes());
        let hello = "NICK Mal\r\nUSER m 0 * :M\r\n";
        let (to, sent, before) = match way {
            Way::Page => return said(&self.log_in_on_page(from, &format!("{account}:{given}")).1),
            Way::LogIn => (self.lines, format!("/login {account}\n{given}\n"), "Password:"),
            Way::Oper => (self.lines, format!("/oper {account}\n{given}\n"), "Password:"),
            Way::IrcPass => (self.irc, format!("PASS {account}:{given}\r\n{hello}"), " 464 "),
            Way::IrcSasl => {
                let sent = format!("CAP REQ sasl\r\nAUTHENTICATE PLAIN\r\nAUTHENTICATE {plain}\r\n");
                (self.irc, sent, " 904 ")
            }
            Way::IrcOper => (self.irc, format!("{hello}OPER {account} {given}\r\n"), " 464 "),
        };
        let mut stream = BufReader::new(self.come(to, from));
        stream.get_mut().write_all(sent.as_bytes()).expect("it takes a few lines");
        let line = find_line(&mut stream, before);
        if to == self.lines {
            return find_line(&mut stream, "");
        }
        let (_, said) = line[1..].split_once(" :").expect("it is said why");
        said.to_owned()
    }

    /// Gives something on the page where it logs in, and returns what is told then.
    fn log_in_on_page(&self, from: &str, given: &str) -> (WebSocket<Sealed>, Value) {
        let url = format!("ws://{}/socket?login", self.web);
        let (mut socket, _) = tungstenite::client(url, self.come(self.web, from)).expect("they are let in");
        assert_eq!(read(&mut socket)["kind"], "password");
        socket.send(Message::text(given)).expect("it takes a message");
        let told = read(&mut socket);
        (socket, told)
    }
}

/// Returns the next line, without its end, in which this stands.
fn find_line(stream: &mut BufReader<Sealed>, text: &str) -> String {
    let mut line = String::new();
    loop {
        line.clear();
        let read = stream.read_line(&mut line).expect("a line comes before the deadline");
        assert!(read > 0, "{text:?} does not come");
        if line.contains(text) {
            return line.trim_end().to_owned();
        }
    }
}

fn read(socket: &mut WebSocket<Sealed>) -> Value {
    let told = socket.read().expect("a message comes before the deadline");
    serde_json::from_str(told.to_text().expect("it is text")).expect("it is JSON")
}

fn said(told: &Value) -> String {
    told["text"].as_str().unwrap_or_default().to_owned()
}

/// Writes Base64 (RFC 4648, section 4).
pub(crate) fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let chunk = |chunk: &[u8]| {
        let held = (0..3).fold(0, |held, place| held << 8 | usize::from(chunk.get(place).copied().unwrap_or(0)));
        let digit = |place: usize| char::from(DIGITS[held >> (18 - 6 * place) & 63]);
        (0..4).map(|place| if place > chunk.len() { '=' } else { digit(place) }).collect::<String>()
    };
    bytes.chunks(3).map(chunk).collect()
}

fn account(name: impl fmt::Display) -> Account {
    Account { name: Name::parse(&name.to_string()).expect("it is a name"), role: Role::Operator }
}

/// Makes an account, as `chinwag account add` does.
fn add_account(data: &Path, name: impl fmt::Display) {
    let mut book = Book::open(data).expect("it is there");
    assert!(book.add_account(&account(name), &Passphrase::new(SECRET)).expect("it is written"));
}

/// Holds that of those who have guessed since then no more were looked at than may be.
#[track_caller]
fn assert_bounded(told: &[String], begun: Instant) {
    let wrong = told.iter().filter(|said| *said == "Wrong password").count();
    let other = told.iter().filter(|said| *said == TOO_MANY).count();
    assert_eq!(wrong + other, told.len(), "{told:?}");
    let most = AT_ONCE + begun.elapsed().as_millis() / EACH.as_millis();
    assert!(wrong >= 1 && wrong as u128 <= most, "{wrong}, not up to {most}: {told:?}");
}

#[test]
fn from_however_many_addresses_and_by_whatever_way_an_account_is_guessed_at_three_times() {
    let folder = Folder::new("guesses-many");
    for adapter in Adapter::ALL {
        let host = Host::start(adapter, &folder);
        ["Root", "Other"].into_iter().for_each(|name| add_account(&host.data, name));
        let (_, told) = host.log_in_on_page("198.51.100.1", &format!("Root:{SECRET}"));
        let pass = told["pass"].as_str().expect("it is right").to_owned();
        let begun = Instant::now();
        let addresses = (1..).map(|number| format!("203.0.113.{number}"));
        let ways = [Way::ALL; 2].concat();
        let told: Vec<_> =
            ways.iter().zip(addresses).map(|(way, from)| host.guess(*way, &from, "root", "sesame")).collect();
        assert_bounded(&told, begun);
        // Whoever owns it is let in by a pass all the same, and nobody else is kept out.
        let (_, told) = host.log_in_on_page("198.51.100.2", &pass);
        assert_eq!(told["kind"], "hello", "{told}");
        let (_, told) = host.log_in_on_page("203.0.113.1", &format!("Other:{SECRET}"));
        assert_eq!((&told["kind"], &told["account"]), (&"pass".into(), &"Other".into()), "{told}");
        let err = end(host.program).err;
        assert!(err.contains("203.0.113."), "it is told from where: {err}");
    }
}

#[test]
fn one_address_guesses_three_times_at_however_many_accounts_and_by_whatever_way() {
    let folder = Folder::new("guesses-accounts");
    for adapter in Adapter::ALL {
        let host = Host::start(adapter, &folder);
        let names: Vec<_> = (0..10).map(|number| format!("Ann-{number}")).collect();
        names.iter().take(5).for_each(|name| add_account(&host.data, name));
        let begun = Instant::now();
        let ways = Way::ALL.into_iter().cycle();
        let told: Vec<_> = ways.zip(&names).map(|(way, name)| host.guess(way, "203.0.113.7", name, "sesame")).collect();
        assert_bounded(&told, begun);
        end(host.program);
    }
}

#[test]
fn by_no_way_is_it_told_whether_there_is_an_account() {
    let folder = Folder::new("guesses-names");
    for adapter in Adapter::ALL {
        let host = Host::start(adapter, &folder);
        for (number, way) in Way::ALL.into_iter().enumerate() {
            add_account(&host.data, format_args!("Ann-{number}"));
            let guess = |name: &str, host_number: usize| {
                host.guess(way, &format!("203.0.113.{host_number}"), &format!("{name}-{number}"), "sesame")
            };
            let told = [guess("Ann", number + 1), guess("Nobody", number + 101)];
            assert_eq!(told, ["Wrong password", "Wrong password"], "{way:?}");
        }
        end(host.program);
    }
}

#[test]
fn who_is_not_let_in_is_not_told_whether_there_is_an_account() {
    let folder = Folder::new("guesses-outside");
    for adapter in Adapter::ALL {
        let data = folder.0.join(adapter.program());
        let data_flag = data.to_str().expect("it is text");
        let (server, [lines, web, irc]) = Program::start_all(adapter, ["--members-only", "--data", data_flag]);
        add_account(&data, "Ann");
        let read_all = |to: SocketAddr, sent: String| {
            let mut stream = connect(to);
            stream.write_all(sent.as_bytes()).expect("it takes a few lines");
            BufReader::new(stream).lines().map(|line| line.expect("it ends before the deadline")).collect::<Vec<_>>()
        };
        let told = ["Ann", "Cid"].map(|name| {
            let by_lines = read_all(lines, format!("{name}:x\n{name}:y\n/login {name}\n"));
            let by_irc = read_all(irc, format!("NICK {name}\r\nUSER a 0 * :A\r\n"));
            let by_pass = read_all(irc, format!("PASS {name}:z\r\nNICK {name}\r\nUSER a 0 * :A\r\n"));
            let mut browser = Browser::connect(web);
            browser.say(&format!("/account {name}\nnothing\nlong-enough"));
            let by_page = [(); 2].map(|()| browser.read().to_string());
            [by_lines, by_irc, by_pass, by_page.into()].map(|told| told.join("\n").replace(name, "X"))
        });
        assert_eq!(told[0], told[1]);
        let [by_lines, by_irc, by_pass, by_page] = &told[0];
        assert_eq!(by_lines.matches("Wrong password").count(), 3, "{by_lines}");
        assert!(by_irc.contains(" 464 X :This server asks for a password"), "{by_irc}");
        assert!(by_pass.contains(" 464 ") && by_pass.contains(":Wrong password"), "{by_pass}");
        assert!(by_page.contains("Wrong password"), "{by_page}");
        end(server);
    }
}

/// Has the day of an invitation be over.
fn expire(data: &Path, invitation: i64) {
    let database = Connection::open(data.join("members.db")).expect("it is there");
    let changed = database.execute("UPDATE invite SET until = 1 WHERE id = ?1", [invitation]);
    assert_eq!(changed.expect("it is written"), 1);
}

#[test]
fn an_invitation_that_is_over_lets_nobody_in_by_any_way_nor_after_a_restart() {
    let folder = Folder::new("guesses-replay");
    for adapter in Adapter::ALL {
        let data = folder.0.join(adapter.program());
        let flags = ["--members-only", "--data", data.to_str().expect("it is text")];
        let (server, [lines, ..]) = Program::start_all(adapter, flags);
        let mut book = Book::open(&data).expect("it is there");
        let [used_up, revoked, expired] = [(); 3].map(|()| book.invite(7, 1).expect("it is written"));
        drop(Person::come_with(lines, used_up.0.as_str()));
        assert!(book.revoke(revoked.1).expect("it is written"));
        expire(&data, expired.1);
        let over = [
            (used_up.0, "This invitation is used up"),
            (revoked.0, "This invitation was revoked"),
            (expired.0, "This invitation has expired"),
        ];
        end(server);
        let (server, [lines, web, irc]) = Program::start_all(adapter, flags);
        for (invitation, why) in &over {
            let given = invitation.as_str();
            for given in [given.to_owned(), given.to_uppercase()] {
                let mut stream = connect(lines);
                writeln!(stream, "{given}\n{given}\n{given}").expect("it takes a few lines");
                let told: Vec<_> = BufReader::new(stream).lines().map(|line| line.expect("it ends")).collect();
                assert_eq!(told.iter().filter(|line| line == why).count(), 3, "{told:?}");
                let mut browser = Browser::connect(web);
                browser.say(&given);
                browser.say(&format!("/account Eve\n{given}\nlong-enough"));
                let told = [(); 3].map(|()| browser.read());
                assert_eq!([&told[1]["text"], &told[2]["text"]], [why, why], "{told:?}");
                let mut stream = connect(irc);
                write!(stream, "PASS {given}\r\nNICK Eve\r\nUSER e 0 * :E\r\n").expect("it takes a few lines");
                let told: Vec<_> = BufReader::new(stream).lines().map(|line| line.expect("it ends")).collect();
                assert!(told.iter().any(|line| line.ends_with(&format!(" 464 * :{why}"))), "{told:?}");
            }
        }
        let metrics = fetch(web, "GET /metrics HTTP/1.0\r\n\r\n");
        assert!(metrics.contains("kind=\"many_passwords\"} 0\n"), "none of them was a guess");
        end(server);
    }
}

#[test]
fn the_last_use_of_an_invitation_is_one_persons_by_whatever_way_it_is_given_at_once() {
    const EACH_WAY: usize = 10;
    let folder = Folder::new("guesses-last");
    for adapter in Adapter::ALL {
        let data = folder.0.join(adapter.program());
        let flags = ["--members-only", "--data", data.to_str().expect("it is text")];
        let (server, [lines, web, irc]) = Program::start_all(adapter, flags);
        let invitation = Book::open(&data).expect("it is there").invite(7, 1).expect("it is written").0;
        let given = invitation.as_str();
        let let_in: usize = thread::scope(|scope| {
            let threads: Vec<_> = (0..EACH_WAY)
                .flat_map(|number| {
                    let by_lines = move || {
                        let mut stream = BufReader::new(connect(lines));
                        writeln!(stream.get_mut(), "{given}").expect("it takes a line");
                        let told = stream.lines().map(|line| line.expect("a line comes before the deadline"));
                        let mut told = told.skip_while(|line| line.starts_with("This server asks"));
                        told.next().expect("it is answered").starts_with("Your pass for the next time is ")
                    };
                    let by_page = move || {
                        let mut browser = Browser::connect(web);
                        browser.say(&format!("/account Eve-{number}\n{given}\nlong-enough"));
                        let told = [(); 2].map(|()| browser.read());
                        told[1]["kind"] == "pass"
                    };
                    let by_irc = move || {
                        let mut stream = BufReader::new(connect(irc));
                        write!(stream.get_mut(), "PASS {given}\r\nNICK Dan-{number}\r\nUSER d 0 * :D\r\n")
                            .expect("it takes a few lines");
                        let told = stream.lines().map(|line| line.expect("a line comes before the deadline"));
                        told.map(|line| line.contains(" 001 ") || line.contains(" 376 ")).find(|is_in| *is_in).is_some()
                    };
                    [scope.spawn(by_lines), scope.spawn(by_page), scope.spawn(by_irc)]
                })
                .collect();
            threads.into_iter().map(|thread| usize::from(thread.join().expect("it ends"))).sum()
        });
        assert_eq!(let_in, 1);
        end(server);
    }
}

#[test]
fn an_answer_of_sasl_comes_in_as_many_lines_as_it_takes() {
    /// How many bytes of Base64 one line has at the most: one of exactly that many is not the last.
    const CHUNK: usize = 400;
    let folder = Folder::new("guesses-long");
    for adapter in Adapter::ALL {
        let host = Host::start(adapter, &folder);
        for (number, (bytes, answer)) in
            [(299, " 903 "), (300, " 903 "), (301, " 903 "), (600, " 903 "), (700, " 903 "), (1300, " 904 ")]
                .into_iter()
                .enumerate()
        {
            let name = format!("Ann-{number}");
            let password = "x".repeat(bytes - name.len() - 2);
            let mut book = Book::open(&host.data).expect("it is there");
            assert!(book.add_account(&account(&name), &Passphrase::new(&password)).expect("it is written"));
            let plain = base64(format!("\0{name}\0{password}").as_bytes());
            let chunks = plain.as_bytes().chunks(CHUNK).map(|chunk| str::from_utf8(chunk).expect("it is ASCII"));
            let last = plain.len().is_multiple_of(CHUNK).then_some("+");
            let lines: String = chunks.chain(last).map(|chunk| format!("AUTHENTICATE {chunk}\r\n")).collect();
            let mut stream = BufReader::new(host.come(host.irc, "203.0.113.1"));
            let sent = format!("CAP REQ sasl\r\nAUTHENTICATE PLAIN\r\n{lines}");
            stream.get_mut().write_all(sent.as_bytes()).expect("it takes a few lines");
            find_line(&mut stream, answer);
        }
        end(host.program);
    }
}

#[test]
fn one_address_guesses_at_the_password_of_the_server_three_times_by_whatever_way() {
    let folder = Folder::new("guesses-server");
    let file = write(&folder.0.join("password"), SECRET);
    for adapter in Adapter::ALL {
        let flags = ["--password-file", &file, "--proxy-from", "127.0.0.1"];
        let (server, [lines, web, irc]) = Program::start_all(adapter, flags);
        let come = |to: SocketAddr, from: &str| {
            let mut socket = connect(to);
            write!(socket, "PROXY TCP4 {from} 192.0.2.1 1 2\r\n").expect("it takes a line");
            socket
        };
        let give = |to: SocketAddr, from: &str, given: &str| {
            let mut stream = BufReader::new(come(to, from));
            let sent =
                if to == irc { format!("PASS {given}\r\nNICK Mal\r\nUSER m 0 * :M\r\n") } else { format!("{given}\n") };
            stream.get_mut().write_all(sent.as_bytes()).expect("it takes a few lines");
            let told = stream.lines().map(|line| line.expect("a line comes before the deadline"));
            let mut told = told.skip_while(|line| line.starts_with("This server asks"));
            let line = told.next().expect("it is answered");
            line.rsplit(" :").next().expect("there is one").to_owned()
        };
        let give_on_page = |from: &str, given: &str| {
            let (mut socket, _) =
                tungstenite::client(format!("ws://{web}/socket"), come(web, from)).expect("they are let in");
            socket.send(Message::text(given)).expect("it takes a message");
            let told = [(); 2].map(|()| socket.read().expect("a message comes before the deadline"));
            let told: Value = serde_json::from_str(told[1].to_text().expect("it is text")).expect("it is JSON");
            said(&told)
        };
        let begun = Instant::now();
        let told: Vec<_> = (0..3)
            .flat_map(|_| [give(lines, MAL, "sesame"), give(irc, MAL, "sesame"), give_on_page(MAL, "sesame")])
            .collect();
        assert_bounded(&told, begun);
        // From very many addresses it takes as many guesses; nobody else is kept out meanwhile.
        for host in 1..=30 {
            let from = format!("198.51.100.{host}");
            let told = match host % 3 {
                0 => give(lines, &from, "sesame"),
                1 => give(irc, &from, "sesame"),
                _ => give_on_page(&from, "sesame"),
            };
            assert_eq!(told, "Wrong password");
        }
        assert_eq!(give(lines, "192.0.2.77", SECRET), "Server commands");
        assert_eq!(give(irc, "192.0.2.78", SECRET), "Welcome to chinwag, Mal");
        end(server);
    }
}

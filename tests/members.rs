//! Shows on real servers how soon the members of a chat are back after a restart, by passes and by passwords.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use chinwag_core::Name;
use chinwag_core::admission::{Account, Passphrase, Role};
use chinwag_members::Book;
use chinwag_tests::{Adapter, Program, connect};
use rusqlite::{Connection, params};
use rustix::process::Signal;
use sha2::{Digest as _, Sha256};

const MEMBERS: usize = 1000;

/// From how many at a time they come.
const COMERS: usize = 8;

/// A folder that is gone with the test.
struct Folder(PathBuf);

impl Folder {
    /// Makes one with accounts that have a pass each, all with the same password: that is hashed once.
    fn with_members() -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("members-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("there is room");
        let mut book = Book::open(&folder).expect("it is made");
        let first = Account { name: Name::parse("first").expect("it is a name"), role: Role::Member };
        assert!(book.add_account(&first, &Passphrase::new("sesame")).expect("it is written"));
        let mut database = Connection::open(folder.join("members.db")).expect("it is there");
        let all = database.transaction().expect("nobody else has it");
        for member in 0..MEMBERS {
            let sql = "INSERT INTO account (key, name, hash, is_operator, made)
                SELECT ?1, ?1, hash, is_operator, made FROM account WHERE key = 'first'";
            all.execute(sql, [name(member)]).expect("it is written");
            let sql = "INSERT INTO token (sha256, account, made) VALUES (?1, ?2, 0)";
            let hash: [u8; 32] = Sha256::digest(pass(member)).into();
            all.execute(sql, params![hash, all.last_insert_rowid()]).expect("it is written");
        }
        all.commit().expect("it is written");
        Self(folder)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn name(member: usize) -> String {
    format!("member-{member}")
}

/// A pass as the server draws them, but not drawn.
fn pass(member: usize) -> String {
    let digits = format!("{member:04}").bytes().map(|digit| char::from(digit - b'0' + b'a')).collect::<String>();
    format!("pass{digits}{}", "x".repeat(18))
}

/// Comes to a server with this, and returns the connection once one is in. Who is told that the server is busy tries
/// again.
fn come(address: SocketAddr, given: &str) -> BufReader<TcpStream> {
    loop {
        let mut stream = BufReader::new(connect(address));
        writeln!(stream.get_mut(), "{given}").expect("it takes a line");
        let mut line = String::new();
        while stream.read_line(&mut line).expect("a line comes before the deadline") > 0 {
            if line == "You joined main\n" {
                return stream;
            }
            assert_ne!(line, "Wrong password\n");
            if line.starts_with("Server is busy") {
                writeln!(stream.get_mut(), "{given}").expect("it takes a line");
            }
            line.clear();
        }
    }
}

/// Has so many members come to a server that was just started, and returns how long that took, with its start.
fn measure(adapter: Adapter, folder: &Folder, members: usize, given: fn(usize) -> String) -> Duration {
    let data = folder.0.to_str().expect("it is text");
    let flags = ["--members-only", "--data", data, "--max-per-ip=0", "--connect-rate=0"];
    let begun = Instant::now();
    let (server, address) = Program::start(adapter, flags);
    let comers: Vec<_> = (0..COMERS)
        .map(|comer| {
            let come_all = move || (comer..members).step_by(COMERS).map(|one| come(address, &given(one))).collect();
            thread::spawn(come_all)
        })
        .collect();
    let all: Vec<Vec<BufReader<TcpStream>>> = comers.into_iter().map(|comer| comer.join().expect("all come")).collect();
    let took = begun.elapsed();
    assert_eq!(all.iter().map(Vec::len).sum::<usize>(), members);
    drop(all);
    server.signal(Signal::TERM);
    assert_eq!(server.join().code, Some(0));
    took
}

#[test]
fn a_thousand_members_are_back_within_five_seconds_of_a_restart() {
    let folder = Folder::with_members();
    for adapter in Adapter::ALL {
        let mut took = [(); 3].map(|()| measure(adapter, &folder, MEMBERS, pass));
        took.sort();
        eprintln!(
            "{}: {MEMBERS} members are back after {:.2} s, the median of three",
            adapter.program(),
            took[1].as_secs_f64()
        );
        assert!(took[0] < Duration::from_secs(5), "{adapter:?}: {took:?}");
        let few = 60;
        let took = measure(adapter, &folder, few, |member| format!("{}:sesame", name(member)));
        let rate = f64::from(u32::try_from(few).expect("they are few")) / took.as_secs_f64();
        eprintln!("{}: by passwords {rate:.0} a second are back", adapter.program());
    }
}

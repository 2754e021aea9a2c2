//! What a room that belongs to an account is when the server starts again.

use std::net::SocketAddr;

use chinwag_core::Name;
use chinwag_core::admission::{Account, Passphrase, Role};
use chinwag_members::Book;
use chinwag_tests::{Adapter, Person, Program};

use crate::end;
use crate::log::Folder;

const PASSWORD: &str = "corr3ct-h0rse";

/// Comes, and logs in to an account.
fn log_in(lines: SocketAddr, account: &str) -> Person {
    let mut person = Person::come(lines);
    person.type_line(&format!("/login {account}\n{PASSWORD}"));
    person.read_up_to(&format!("You are logged in as {account}"));
    person
}

/// Says something, and reads up to a line in which the answer stands.
fn ask(person: &mut Person, line: &str, answer: &str) {
    person.type_line(line);
    person.find_line(|line| line.contains(answer));
}

#[test]
fn a_room_of_an_account_keeps_topic_key_bans_and_operators_when_the_server_starts_again() {
    let folder = Folder::new("owned");
    for adapter in Adapter::ALL {
        let data = folder.0.join(adapter.program());
        let flags = ["--data", data.to_str().expect("it is text")];
        let (server, lines) = Program::start(adapter, flags);
        let mut book = Book::open(&data).expect("it is there");
        for name in ["Ann", "Bob", "Cid"] {
            let account = Account { name: Name::parse(name).expect("it is a name"), role: Role::Member };
            assert!(book.add_account(&account, &Passphrase::new(PASSWORD)).expect("it is written"));
        }
        let mut ann = log_in(lines, "Ann");
        ask(&mut ann, "/join club", "You joined club");
        ask(&mut ann, "/topic pizza at eight", "pizza at eight");
        ask(&mut ann, "/key beer", "The key of the room was set to beer");
        ask(&mut ann, "/ban Mal 1d spam", "Mal was banned");
        let mut bob = log_in(lines, "Bob");
        ask(&mut bob, "/join club beer", "You joined club");
        ask(&mut ann, "/op Bob", "Bob was made an operator");
        ask(&mut ann, "/own", "belongs to the account Ann now");
        drop((ann, bob));
        end(server);
        let (server, lines) = Program::start(adapter, flags);
        let mut mal = Person::come(lines);
        ask(&mut mal, "/join club", "You need a key to join club");
        ask(&mut mal, "/name Mal\n/join club beer", "You are banned from club");
        // Whoever is not its operator is none, be they the first.
        let mut cid = log_in(lines, "Cid");
        ask(&mut cid, "/join club beer", "You joined club");
        ask(&mut cid, "/topic", "pizza at eight");
        ask(&mut cid, "/kick Ann", "Only operators of club can do that");
        let mut bob = log_in(lines, "Bob");
        ask(&mut bob, "/join club beer", "You joined club");
        ask(&mut bob, "/op", "Operators - Bob");
        ask(&mut bob, "/bans", "Mal");
        // The owner needs no key.
        let mut ann = log_in(lines, "Ann");
        ask(&mut ann, "/join club", "You joined club");
        ask(&mut ann, "/op", "Operators - Ann, Bob");
        drop((ann, bob, cid, mal));
        end(server);
    }
}

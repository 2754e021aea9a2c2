//! Names of accounts: whose they are.

use super::*;
use crate::irc::Identity;
use crate::log::{Accounts, Registration};
use crate::{Capabilities, Form};

fn name(name: &str) -> Name {
    Name::parse(name).expect("it is a name")
}

impl Chats {
    fn accounts(&mut self, made: &[&str], gone: &[&str]) -> Vec<String> {
        let names = |names: &[&str]| names.iter().map(|text| name(text)).collect();
        let accounts = Accounts { gone: names(gone), made: names(made), ..Accounts::default() };
        let now = self.now;
        // Who came by IRC is told in lines that the hub makes.
        match accounts.gone.is_empty() {
            true => read(&self.change(|hub| hub.handle_accounts(now, accounts)).1),
            false => read(&self.change_untwinned(|hub| hub.handle_accounts(now, accounts))),
        }
    }

    /// Lets somebody come by IRC, who has logged in or not.
    fn register(&mut self, called: &str, account: Option<&str>) -> (ConnectionId, Vec<Action>) {
        let (now, config) = (self.now, self.config.clone());
        let mut session = Session::with_form(&config, Form::Irc);
        let connection = self.change_untwinned_open(now, &mut session);
        let identity = Identity::new("user", "Real", false).with_account(account.map(name).as_ref());
        let (name, capabilities) = (name(called), Capabilities::default());
        let registration = Box::new(Registration { name, identity, capabilities, address: None });
        let record = Record { at: now, event: Event::Registered { connection, registration } };
        (connection, self.change_untwinned(|hub| hub.apply(record)))
    }

    fn change_untwinned_open(&mut self, now: Time, session: &mut Session) -> ConnectionId {
        let mut connection = None;
        self.change_untwinned(|hub| connection = hub.open(now, session, ()).ok());
        connection.expect("the server runs")
    }

    fn is_here(&self, called: &str) -> Option<ConnectionId> {
        self.hub.chat.find(&name(called))
    }
}

#[test]
fn nobody_takes_the_name_of_an_account_but_its_owner_in_any_case() {
    let (mut chats, [bob]) = Chats::of(["Bob"]);
    chats.accounts(&["Ann"], &[]);
    for wanted in ["Ann", "ann", "ANN"] {
        assert_eq!(
            chats.line(bob, &format!("/name {wanted}")),
            [format!("0: {wanted} belongs to an account: /login {wanted}")]
        );
    }
    let (_, actions) = chats.register("ann", None);
    assert!(read(&actions).iter().all(|line| !line.contains("001")), "{actions:?}");
    assert_eq!(chats.is_here("Ann"), None);
    let (_, actions) = chats.register("ann", Some("Bob"));
    assert_eq!((chats.is_here("Ann"), actions.len()), (None, 1));
    let (ann, _) = chats.register("ANN", Some("Ann"));
    assert_eq!(chats.is_here("Ann"), Some(ann));
    chats.accounts(&[], &["ANN"]);
    assert_eq!(chats.line(bob, "/name ann"), ["0: ann is already taken"]);
    chats.close(ann);
    assert_eq!(chats.line(bob, "/name ann"), ["main (1): Bob is now ann"]);
}

#[test]
fn who_has_the_name_when_the_account_is_made_keeps_it_until_its_owner_comes() {
    let (mut chats, [ann, bob]) = Chats::of(["Ann", "Bob"]);
    assert!(chats.accounts(&["Ann", "Bob"], &[]).is_empty());
    assert_eq!(chats.line(ann, "/name ANN"), ["main (2): Ann is now ANN"], "it is written otherwise");
    chats.line(bob, "/name Cid");
    assert_eq!(chats.line(bob, "/name Bob"), ["1: Bob belongs to an account: /login Bob"]);
    let (owner, actions) = chats.register("Ann", Some("Ann"));
    assert!(read(&actions)[0].starts_with("main (2): ANN is now "), "{actions:?}");
    assert_eq!(chats.is_here("Ann"), Some(owner));
    let (other, _) = chats.register("ann", Some("Ann"));
    assert_eq!(chats.is_here("Ann"), Some(other), "the last has it");
    assert!(chats.hub.chat.is_here(owner) && chats.hub.chat.is_here(ann));
}

#[test]
fn the_server_gives_no_name_that_belongs_to_an_account() {
    let drawn = |accounts: &[&str]| {
        let mut chats = Chats::new();
        chats.accounts(accounts, &[]);
        let (connection, _) = chats.greet();
        chats.hub.chat.person(connection).name.to_string()
    };
    let first = drawn(&[]);
    assert_ne!(drawn(&[&first]), first);
}

#[test]
fn who_has_logged_in_and_goes_on_as_who_they_were_is_logged_in_still() {
    let (mut chats, [bob, cid]) = Chats::of(["Bob", "Cid"]);
    chats.accounts(&["Ann"], &[]);
    let (ann, _) = chats.greet();
    chats.request(ann, Command::LogIn(name("Ann")));
    let told = chats.request(ann, Command::Resume(bob));
    assert!(told.contains(&"main (2): Bob is now Ann".to_owned()), "{told:?}");
    let account = chats.hub.chat.person(ann).identity().account().cloned();
    assert_eq!((account, chats.is_here("Ann")), (Some(name("Ann")), Some(ann)));
    let (again, _) = chats.greet();
    chats.request(again, Command::Resume(ann));
    let account = chats.hub.chat.person(again).identity().account().cloned();
    assert_eq!((account, chats.is_here("Ann")), (Some(name("Ann")), Some(again)), "by the token alone, too");
    assert!(chats.hub.chat.is_here(cid));
}

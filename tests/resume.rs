//! Who lost their connection goes on as who they were: by lines and by the page, on both servers.

use chinwag_core::{Config, Limits};
use chinwag_tests::{Adapter, Browser, Person, Relay, Server, Way};
use tungstenite::Message;

/// Holds what is claimed on both servers, with one thread and with two.
fn on_each(claim: impl Fn(&Server)) {
    for adapter in Adapter::ALL {
        for threads in [1, 2] {
            let server =
                Server::start(adapter, Config { limits: Limits { threads, ..Limits::default() }, ..Config::default() });
            claim(&server);
            server.join();
        }
    }
}

/// Asks by lines for the token.
fn token(person: &mut Person) -> String {
    person.type_line("/resume");
    let line = person.find_line(|line| line.contains("/resume"));
    line.strip_prefix("You can come back with /resume ").expect("it is told").to_owned()
}

#[test]
fn a_page_whose_path_is_dead_goes_on_with_another_and_the_old_one_is_told_that_it_is_over() {
    on_each(|server| {
        let relay = Relay::start(server.web_addr());
        let mut bob = Person::come(server.addr());
        let mut old = Browser::come(relay.addr());
        bob.read_up_to(&format!("{} joined", old.name()));
        Way::BOTH.into_iter().for_each(|way| relay.freeze(way));
        bob.type_line("are you there?");
        bob.read_up_to(&format!("{}: are you there?", bob.name()));

        let mut new = Browser::arrive(server.web_addr());
        new.say(&format!("/resume {}", old.token()));
        let [before, you, room] = [new.read(), new.read(), new.read()];
        assert_eq!(before["kind"], "history", "it came to main first");
        assert_eq!((&you["kind"], &you["name"]), (&"you".into(), &old.name().into()));
        assert_eq!((&room["kind"], &room["room"], &room["seq"]), (&"room".into(), &"main".into(), &1.into()));
        new.say("here I am");
        assert_eq!(bob.read_line(), format!("{}: here I am", old.name()), "nobody was told anything else");

        Way::BOTH.into_iter().for_each(|way| relay.thaw(way));
        let mut last = old.read_message();
        while last.is_text() {
            last = old.read_message();
        }
        let Message::Close(Some(frame)) = last else { panic!("it is closed with a code: {last:?}") };
        assert_eq!(u16::from(frame.code), 4001);
    });
}

#[test]
fn lines_go_on_as_a_page_and_a_page_as_lines() {
    on_each(|server| {
        let mut ann = Person::come(server.addr());
        ann.type_line("/name Ann\n/join pizza");
        ann.read_up_to("You joined pizza");
        let ann_token = token(&mut ann);
        let mut page = Browser::arrive(server.web_addr());
        let page_token = page.token().to_owned();
        page.say(&format!("/resume {ann_token}"));
        assert_eq!([&page.read()["name"], &page.read()["room"]], ["Ann", "pizza"]);
        assert_eq!(ann.read_to_end(), "", "the old one is closed, without a word");

        let mut again = Person::come(server.addr());
        again.type_line(&format!("/resume {ann_token}\n/resume {page_token}"));
        again.read_up_to("You have nothing to resume");
        again.read_up_to("You are Ann");
        assert_eq!(again.read_line(), "You joined pizza");
        assert_eq!(page.read_close(), Some(4001));
    });
}

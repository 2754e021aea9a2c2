//! Shows that people get along with the IRC clients that they have: sic, ii, irssi and WeeChat are in a room with
//! somebody who came by telnet and somebody with the page.
//!
//! What each shows next is compared, so that nothing can be shown twice, and nothing else before it.

use std::io::Write as _;
use std::net::SocketAddr;
use std::thread;
use std::time::Duration;

use chinwag_core::{Config, Form, Limits};
use chinwag_tests::{
    Adapter, BOT_PATIENCE, BotProgram, Bouncer, Browser, IrcBot, IrcClient, IrcProgram, Person, Program, Relay, Server,
    Shown, Way, read_up_to_end,
};
use serde_json::{Value, json};

/// A line in each of these scripts: Latin, Greek, Cyrillic, Arabic, Hebrew, Devanagari, Thai, Chinese, Japanese,
/// Korean, Georgian, Armenian, Ethiopic, Tamil, Bengali and emoji.
const SCRIPTS: [&str; 16] = [
    "“çà và, Zoë?”",
    "καλημέρα κόσμε",
    "доброе утро",
    "صباح الخير",
    "בוקר טוב",
    "नमस्ते दुनिया",
    "สวัสดีชาวโลก",
    "你好世界",
    "こんにちは、世界",
    "안녕하세요 세계",
    "გამარჯობა მსოფლიო",
    "բարեւ աշխարհ",
    "ሰላም ልዑል",
    "வணக்கம் உலகம்",
    "ওহে বিশ্ব",
    "👩\u{200d}🚀 👍🏽 🇬🇪 ❤️",
];

/// Where all are.
const MAIN: &str = "#main";

/// From where on people have IRC clients.
const CLIENTS: usize = 2;

/// Those that connect again by themselves.
const RETURNING: [IrcProgram; 2] = [IrcProgram::Irssi, IrcProgram::WeeChat];

/// Sits somewhere and talks.
#[derive(Debug)]
struct Someone {
    name: String,
    via: Via,
}

#[derive(Debug)]
enum Via {
    Telnet(Person),
    Page(Browser),
    Irc(IrcClient),
}

#[test]
fn all_are_shown_what_all_say_and_do_once() {
    on_each(|all| {
        for speaker in 0..all.len() {
            let (name, text) = (all[speaker].name.clone(), format!("hello {speaker}"));
            all[speaker].say(&text);
            assert_all_show(all, Shown::Said(&name, &text));
            all[speaker].act("waves");
            assert_all_show(all, Shown::Acted(&name, "waves"));
        }
        all[0].say("bye");
        assert_all_show(all, Shown::Said("Ann", "bye"));
    });
}

#[test]
fn a_rename_is_shown_once_however_many_rooms_are_shared() {
    on_each(|all| {
        for newcomer in CLIENTS..all.len() {
            let name = all[newcomer].name.clone();
            all[newcomer].irc().join("#pizza");
            for other in &mut all[CLIENTS..newcomer] {
                other.irc().assert_shows("#pizza", Shown::Joined(&name, &name));
            }
        }
        for renamed in 0..all.len() {
            let (old, new) = (all[renamed].name.clone(), format!("{}-2", all[renamed].name));
            all[renamed].rename(&new);
            assert_all_show(all, Shown::Renamed(&old, &new));
            for other in &mut all[CLIENTS..] {
                let other = other.irc();
                // These have a file for each room.
                if renamed >= CLIENTS && matches!(other.program(), IrcProgram::Irssi | IrcProgram::WeeChat) {
                    other.assert_shows("#pizza", Shown::Renamed(&old, &new));
                }
            }
            // What each client takes for its own name is what it shows.
            all[renamed].say("it is me");
            assert_all_show(all, Shown::Said(&new, "it is me"));
        }
        all[CLIENTS..].iter_mut().for_each(|other| other.irc().assert_shows_no_more("#pizza"));
    });
}

#[test]
fn who_leaves_a_room_is_shown_to_have_left() {
    on_each(|all| {
        while let Some(mut leaver) = all.pop_if(|last| matches!(last.via, Via::Irc(_))) {
            leaver.irc().part(MAIN, "it is late");
            assert_all_show(all, Shown::Left(&leaver.name, "it is late"));
        }
    });
}

#[test]
fn private_messages_pass_both_ways_and_are_shown_once() {
    on_each(|all| {
        for first in 0..all.len() {
            for second in (0..all.len()).filter(|&second| second != first) {
                let (from, to) = (all[first].name.clone(), all[second].name.clone());
                let text = format!("from {from} to {to}");
                all[first].write(&to, &text);
                all[first].assert_sent(&to, &text);
                all[second].assert_told(&from, &text);
            }
        }
        all[0].say("bye");
        assert_all_show(all, Shown::Said("Ann", "bye"));
        let names: Vec<_> = all.iter().map(|someone| someone.name.clone()).collect();
        for client in &mut all[CLIENTS..] {
            names.iter().for_each(|name| client.irc().assert_shows_no_more(name));
        }
    });
}

#[test]
fn a_line_that_is_too_long_for_irc_comes_in_pieces() {
    on_each(|all| {
        let long = "😀".repeat(400);
        all[0].say(&long);
        for other in &mut *all {
            match &mut other.via {
                Via::Telnet(_) | Via::Page(_) => other.assert_shows(Shown::Said("Ann", &long)),
                Via::Irc(client) => client.assert_shows_pieces(MAIN, "Ann", &long),
            }
        }
        all[1].say("bye");
        assert_all_show(all, Shown::Said("Bob", "bye"));
    });
}

#[test]
fn a_client_splits_what_is_too_long_or_is_told() {
    let long = "0123456789".repeat(60);
    on_each(|all| {
        for speaker in CLIENTS..all.len() {
            all[speaker].say(&long);
            let (name, client) = (all[speaker].name.clone(), all[speaker].irc());
            match client.program() {
                IrcProgram::Sic => client.assert_shows(MAIN, Shown::Said(&name, &long)),
                // It cuts off the end of a line with what it reads at once, so that both are one.
                IrcProgram::Ii => client.read_up_to_shown(MAIN, Shown::Said(&name, &long[512..])),
                IrcProgram::Irssi | IrcProgram::WeeChat => {
                    client.assert_shows_pieces(MAIN, &name, &long);
                    let mut heard = String::new();
                    while heard.len() < long.len() {
                        let line = all[0].telnet().read_line();
                        heard.push_str(line.strip_prefix(&format!("{name}: ")).expect("nobody else talks"));
                    }
                    assert_eq!(heard, long);
                }
            }
            let client = all[speaker].irc();
            if matches!(client.program(), IrcProgram::Sic | IrcProgram::Ii) {
                client.assert_is_refused(417, "Lines can only be 512 bytes long, and 4096 more for tags");
            }
            client.say(MAIN, "bye");
            all[0].telnet().read_up_to(&format!("{name}: bye"));
            all[CLIENTS..].iter_mut().for_each(|other| other.irc().read_up_to_shown(MAIN, Shown::Said(&name, "bye")));
        }
    });
}

#[test]
fn all_scripts_are_shown_as_they_were_typed() {
    on_each(|all| {
        for script in SCRIPTS {
            all[0].say(script);
            assert_all_show(all, Shown::Said("Ann", script));
        }
        let texts: Vec<_> = SCRIPTS.chunks(4).map(|scripts| scripts.join(" | ")).collect();
        for speaker in 1..all.len() {
            let name = all[speaker].name.clone();
            for text in &texts {
                all[speaker].say(text);
                assert_all_show(all, Shown::Said(&name, text));
            }
        }
    });
}

#[test]
fn a_client_whose_owner_is_silent_stays() {
    // So many that nobody stays who answers none.
    const PINGS: usize = 5;
    let ping_interval = Duration::from_secs(1);
    let limits = Limits { ping_interval, pong_wait: 2 * ping_interval, ..Limits::default() };
    thread::scope(|scope| {
        for adapter in Adapter::ALL {
            let config = Config { limits: limits.clone(), ..Config::default() };
            scope.spawn(move || {
                let server = Server::start(adapter, config);
                let mut all = gather([Form::Lines, Form::Web, Form::Irc].map(|form| server.addr_of(form)));
                let mut pings = 0;
                while pings < PINGS {
                    let Via::Page(browser) = &mut all[1].via else { panic!("Bob has the page") };
                    pings += usize::from(browser.read_message().is_ping());
                }
                for speaker in 0..all.len() {
                    let name = all[speaker].name.clone();
                    all[speaker].say("here");
                    assert_all_show(&mut all, Shown::Said(&name, "here"));
                }
                drop(all);
                server.join();
            });
        }
    });
}

#[test]
fn whose_connection_is_cut_comes_back_under_their_name_and_reads_on() {
    // All at the same time, since most of it is waiting.
    thread::scope(|scope| {
        for (adapter, program) in
            Adapter::ALL.into_iter().flat_map(|adapter| RETURNING.map(|program| (adapter, program)))
        {
            scope.spawn(move || {
                let (_server, [addr, _, irc_addr]) = Program::start_all(adapter, ["--history-on-join", "0"]);
                let relay = Relay::start(irc_addr);
                let mut ann = Person::come(addr);
                let mut cid = IrcClient::start(program, "Cid", relay.addr());
                cid.join(MAIN);
                ann.type_line("before");
                cid.read_up_to_shown(MAIN, Shown::Said(ann.name(), "before"));
                ann.read_up_to(&format!("{}: before", ann.name()));
                for _ in 0..2 {
                    Way::BOTH.into_iter().for_each(|way| relay.cut(way));
                    assert_eq!([(); 2].map(|()| ann.read_line()), ["Cid left", "Cid joined"]);
                    cid.come_back(MAIN);
                    ann.type_line("after");
                    assert_eq!(ann.read_line(), format!("{}: after", ann.name()));
                    cid.assert_shows(MAIN, Shown::Said(ann.name(), "after"));
                    cid.say(MAIN, "here");
                    assert_eq!(ann.read_line(), "Cid: here");
                    cid.assert_shows(MAIN, Shown::Said("Cid", "here"));
                }
            });
        }
    });
}

#[test]
fn a_bot_answers_who_speaks_to_it_where_it_is_spoken_to_under_whatever_name() {
    // All at the same time, since most of it is waiting.
    thread::scope(|scope| {
        for (adapter, program) in
            Adapter::ALL.into_iter().flat_map(|adapter| BotProgram::ALL.map(|program| (adapter, program)))
        {
            scope.spawn(move || {
                let (_server, [addr, _, irc_addr]) = Program::start_all(adapter, ["--history-on-join", "0"]);
                let mut ann = Person::come(addr);
                ann.type_line("/name Ann");
                ann.find_line(|line| line.ends_with(" is now Ann"));
                let _bot = IrcBot::start(program, "Bot", irc_addr);
                ann.find_line_within(BOT_PATIENCE, |line| line == "Bot: ready");
                for (typed, heard) in [
                    ("!echo one", ["Ann: !echo one", "Bot: Ann said one"]),
                    ("/msg Bot !echo two", ["You (to Bot): !echo two", "Bot (to you): Ann said two"]),
                    ("/name Anna", ["Ann is now Anna", "Bot: Ann is Anna now"]),
                    ("!echo ünï 😀", ["Anna: !echo ünï 😀", "Bot: Anna said ünï 😀"]),
                ] {
                    ann.type_line(typed);
                    assert_eq!([(); 2].map(|()| ann.read_line()), heard, "{program:?}");
                }
            });
        }
    });
}

#[test]
fn who_has_a_bouncer_is_there_when_they_are_not_and_reads_what_was_said() {
    thread::scope(|scope| {
        for adapter in Adapter::ALL {
            scope.spawn(move || {
                let (_server, [addr, _, irc_addr]) = Program::start_all(adapter, ["--history-on-join", "0"]);
                let relay = Relay::start(irc_addr);
                let mut ann = Person::come(addr);
                ann.type_line("/name Ann");
                ann.find_line(|line| line.ends_with(" is now Ann"));
                let bouncer = Bouncer::start("Zed", relay.addr());
                ann.find_line_within(BOT_PATIENCE, |line| line == "Zed joined");
                ann.type_line("are you there?");
                ann.read_up_to("Ann: are you there?");
                let mut zed = bouncer.connect();
                let missed = read_up_to_end(&mut zed, "are you there?");
                assert!(missed.starts_with(":Ann!user@chinwag PRIVMSG #main :"), "{missed}");
                zed.get_mut().write_all(b"PRIVMSG #main :now I am\r\nPRIVMSG Ann :psst\r\n").expect("it reads");
                assert_eq!([(); 2].map(|()| ann.read_line()), ["Zed: now I am", "Zed (to you): psst"]);
                ann.type_line("/reply what?");
                assert_eq!(read_up_to_end(&mut zed, "what?"), ":Ann!user@chinwag PRIVMSG Zed :what?");
                drop(zed);
                // It comes back by itself, under the name that it had.
                Way::BOTH.into_iter().for_each(|way| relay.cut(way));
                ann.read_up_to("Zed left");
                ann.find_line_within(BOT_PATIENCE, |line| line == "Zed joined");
            });
        }
    });
}

/// Runs what is claimed on all servers, of people who are in the main room, in this order: Ann by telnet, Bob with the
/// page, and from `CLIENTS` on one with each client.
fn on_each(claim: impl Fn(&mut Vec<Someone>)) {
    for adapter in Adapter::ALL {
        let (_server, addrs) = Program::start_all(adapter, ["--history-on-join", "0"]);
        claim(&mut gather(addrs));
    }
}

/// Lets people come by all doors, each of whom sees those come who are later.
fn gather([addr, web_addr, irc_addr]: [SocketAddr; 3]) -> Vec<Someone> {
    // They connect while others come.
    let clients = IrcProgram::ALL.into_iter().zip(["Cid", "Dan", "Eve", "Fay"]);
    let clients: Vec<_> = clients.map(|(program, name)| IrcClient::start(program, name, irc_addr)).collect();
    let mut ann = Person::come(addr);
    ann.type_line("/name Ann");
    ann.find_line(|line| line.ends_with(" is now Ann"));
    let mut bob = Browser::come(web_addr);
    let old = bob.name().to_owned();
    ann.read_up_to(&format!("{old} joined"));
    bob.say("/name Bob");
    while bob.read() != json!({"kind": "renamed", "old": old, "new": "Bob"}) {}
    ann.read_up_to(&format!("{old} is now Bob"));
    let first_two = [("Ann", Via::Telnet(ann)), ("Bob", Via::Page(bob))];
    let mut all: Vec<_> = first_two.into_iter().map(|(name, via)| Someone { name: name.to_owned(), via }).collect();
    for mut client in clients {
        client.join(MAIN);
        let name = client.name().to_owned();
        assert_all_show(&mut all, Shown::Joined(&name, &name));
        all.push(Someone { name, via: Via::Irc(client) });
    }
    all
}

#[track_caller]
fn assert_all_show(all: &mut [Someone], shown: Shown<'_>) {
    all.iter_mut().for_each(|someone| someone.assert_shows(shown));
}

impl Someone {
    fn say(&mut self, text: &str) {
        match &mut self.via {
            Via::Telnet(person) => person.type_line(text),
            Via::Page(browser) => browser.say(text),
            Via::Irc(client) => client.say(MAIN, text),
        }
    }

    fn act(&mut self, text: &str) {
        match &mut self.via {
            Via::Telnet(_) | Via::Page(_) => self.say(&format!("/me {text}")),
            Via::Irc(client) => client.act(MAIN, text),
        }
    }

    fn write(&mut self, to: &str, text: &str) {
        match &mut self.via {
            Via::Telnet(_) | Via::Page(_) => self.say(&format!("/msg {to} {text}")),
            Via::Irc(client) => client.write(to, text),
        }
    }

    fn rename(&mut self, name: &str) {
        match &mut self.via {
            Via::Telnet(_) | Via::Page(_) => self.say(&format!("/name {name}")),
            Via::Irc(client) => client.rename(name),
        }
        name.clone_into(&mut self.name);
    }

    /// Holds that this is shown next in the main room.
    #[track_caller]
    fn assert_shows(&mut self, shown: Shown<'_>) {
        match &mut self.via {
            Via::Telnet(person) => {
                let line = match shown {
                    Shown::Said(name, text) => format!("{name}: {text}"),
                    Shown::Acted(name, text) => format!("* {name} {text}"),
                    Shown::Joined(name, _) => format!("{name} joined"),
                    Shown::Left(name, _) => format!("{name} left"),
                    Shown::Renamed(old, new) => format!("{old} is now {new}"),
                };
                assert_eq!(person.read_line(), line);
            }
            Via::Page(browser) => {
                let object = match shown {
                    Shown::Said(name, text) => json!({"kind": "said", "name": name, "text": text}),
                    Shown::Acted(name, text) => json!({"kind": "acted", "name": name, "text": text}),
                    Shown::Joined(name, _) => json!({"kind": "joined", "name": name}),
                    Shown::Left(name, _) => json!({"kind": "left", "name": name}),
                    Shown::Renamed(old, new) => json!({"kind": "renamed", "old": old, "new": new}),
                };
                assert_has(&browser.read(), &object);
            }
            Via::Irc(client) => client.assert_shows(MAIN, shown),
        }
    }

    /// Holds that what comes next is what this person writes to them alone.
    #[track_caller]
    fn assert_told(&mut self, from: &str, text: &str) {
        match &mut self.via {
            Via::Telnet(person) => assert_eq!(person.read_line(), format!("{from} (to you): {text}")),
            Via::Page(browser) => {
                assert_has(&browser.read(), &json!({"kind": "told", "name": from, "text": text}));
            }
            Via::Irc(client) => client.assert_shows(from, Shown::Said(from, text)),
        }
    }

    /// Holds that what comes next is what they have written to this person alone.
    #[track_caller]
    fn assert_sent(&mut self, to: &str, text: &str) {
        match &mut self.via {
            Via::Telnet(person) => assert_eq!(person.read_line(), format!("You (to {to}): {text}")),
            Via::Page(browser) => assert_has(&browser.read(), &json!({"kind": "sent", "name": to, "text": text})),
            Via::Irc(client) => client.assert_shows(to, Shown::Said(&self.name, text)),
        }
    }

    fn irc(&mut self) -> &mut IrcClient {
        let Via::Irc(client) = &mut self.via else { panic!("{} has no IRC client", self.name) };
        client
    }

    fn telnet(&mut self) -> &mut Person {
        let Via::Telnet(person) = &mut self.via else { panic!("{} did not come by telnet", self.name) };
        person
    }
}

/// Holds that an object has these values, whatever else it has.
#[track_caller]
fn assert_has(object: &Value, values: &Value) {
    let values = values.as_object().expect("it was written as one");
    assert!(values.iter().all(|(key, value)| object[key] == *value), "{object} is not {values:?}");
}

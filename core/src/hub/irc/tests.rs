//! What a server answers to those who come by IRC: on its own, and as one of several.

use std::time::Duration;

use super::*;
use crate::log::{Accounts, Record};
use crate::password::{Account, Denial, Role, Verdict};
use crate::rules::Rules;
use crate::window::LIST_BYTES_MAX;
use crate::words::{Answer as Answered, Effect};
use crate::{Batch, Config, Next, Session, Signal, Signals};

/// Somebody who comes by IRC.
struct Client {
    session: Session,
    connection: ConnectionId,
    signals: Signals,
}

fn config() -> Config {
    let limits = crate::Limits { flood_lines_per_second: 0, ..crate::Limits::default() };
    Config { limits, ..Config::default() }
}

impl Client {
    fn come(hub: &mut Hub<()>, lines: &str) -> Self {
        let mut session = Session::with_form(&config(), Form::Irc);
        session.handle_bytes(lines.as_bytes());
        let connection = hub.open(Time::START, &mut session, ()).expect("the server runs");
        let mut client = Self { session, connection, signals: Signals::default() };
        client.ask(hub);
        client
    }

    fn register(hub: &mut Hub<()>, name: &str) -> Self {
        Self::come(hub, &format!("NICK {name}\nUSER {name} 0 * :{name}\n"))
    }

    fn send(&mut self, hub: &mut Hub<()>, lines: &str) {
        self.session.handle_bytes(lines.as_bytes());
        self.ask(hub);
    }

    /// Asks for all that may be asked for now.
    fn ask(&mut self, hub: &mut Hub<()>) {
        while let Next::Ask(requests) = self.session.poll_next(Time::START, self.signals) {
            hub.handle_requests(Time::START, self.connection, requests);
        }
    }

    /// Returns all that it is told alone, and asks on meanwhile, until there is nothing more.
    fn hear(&mut self, hub: &mut Hub<()>) -> Vec<Vec<String>> {
        let mut pieces = Vec::new();
        while let Some(batch) = hub.take_batch() {
            pieces.push(self.told(Some(&batch)));
            self.ask(hub);
        }
        pieces
    }

    /// Returns what it is told alone in a batch, and takes the credit that is in it.
    fn told(&mut self, batch: Option<&Batch<()>>) -> Vec<String> {
        let mut told = Vec::new();
        for action in batch.map_or(&[][..], Batch::actions) {
            if let Action::Reply { connection, message } | Action::Deliver { connection, message } = action
                && *connection == self.connection
            {
                told.extend(lines(message));
            } else if let Action::Credit { connection, continues } = action
                && *connection == self.connection
            {
                self.signals = self.signals.after(if *continues { Signal::Continue } else { Signal::Credit });
            }
        }
        told
    }
}

fn lines(message: &Message) -> Vec<String> {
    let Message::Irc(message) = message else { return vec![format!("{message:?}")] };
    let IrcMessage::Lines(lines) = &**message else { panic!("{message:?} is told as it is") };
    assert!(lines.len() <= LIST_BYTES_MAX, "{} bytes", lines.len());
    std::str::from_utf8(lines).expect("it is text").lines().map(str::to_owned).collect()
}

#[test]
fn a_long_answer_comes_in_pieces_and_what_is_asked_behind_it_comes_after_it() {
    let mut hub = Hub::new(config());
    let mut people: Vec<_> =
        (0..200).map(|number| Client::register(&mut hub, &format!("somebody-{number:04}"))).collect();
    for person in &mut people {
        person.told(hub.take_batch().as_ref());
        person.send(&mut hub, "JOIN #a1\n");
        person.told(hub.take_batch().as_ref());
        person.ask(&mut hub);
    }
    hub.take_batch();
    let ann = &mut people[0];
    ann.send(&mut hub, "WHO #a1\nPING behind\n");
    let mut pieces = Vec::new();
    while let Some(batch) = hub.take_batch() {
        pieces.push(ann.told(Some(&batch)));
        ann.ask(&mut hub);
    }
    let all = pieces.concat();
    assert!(pieces.len() > 2, "{} pieces", pieces.len());
    assert_eq!(all.len(), 202);
    assert!(all[..200].iter().all(|line| line.contains(" 352 somebody-0000 #a1 ")));
    assert!(all[200].contains(" 315 ") && all[201].ends_with("PONG chinwag.local :behind"), "{:?}", &all[200..]);
}

#[test]
fn a_long_answer_to_a_line_with_a_label_is_one_batch() {
    let mut hub = Hub::new(config());
    for number in 0..200 {
        Client::register(&mut hub, &format!("somebody-{number:04}")).send(&mut hub, "JOIN #a1\n");
    }
    let mut ann = Client::come(&mut hub, "CAP REQ :labeled-response batch\nNICK Ann\nUSER a 0 * :a\nCAP END\n");
    let welcome = ann.hear(&mut hub).concat();
    assert!(welcome.last().is_some_and(|line| line.contains(" 376 Ann ")), "{welcome:?}");
    ann.send(&mut hub, "@label=x WHO *\n");
    let all = ann.hear(&mut hub).concat();
    assert_eq!(all.len(), 201 + 1 + 2);
    let batch = all[0].strip_prefix("@label=x :chinwag.local BATCH +").expect("it begins one").split(' ').next();
    let tag = format!("@batch={} ", batch.expect("it has a name"));
    assert!(all[1..all.len() - 1].iter().all(|line| line.starts_with(&tag)));
    assert_eq!(all[all.len() - 1], format!(":chinwag.local BATCH -{}", &tag[7..tag.len() - 1]));
}

#[test]
fn who_does_not_say_who_they_are_is_gone_in_a_minute_and_leaves_nothing() {
    let mut hub = Hub::new(config());
    let mut ann = Client::come(&mut hub, "NICK Ann\n");
    hub.take_batch();
    assert_eq!(hub.poll_timeout(), Some(Time::after(Duration::from_secs(60))));
    hub.handle_timeout(Time::after(Duration::from_millis(59_999)));
    assert!(ann.told(hub.take_batch().as_ref()).is_empty());
    hub.handle_timeout(Time::after(Duration::from_secs(60)));
    let batch = hub.take_batch().expect("it is over");
    assert!(matches!(batch.actions(), [Action::Reply { .. }, Action::Close { .. }]), "{batch:?}");
    assert!(hub.irc.arriving.is_empty() && hub.irc.due.is_empty() && hub.is_without_irc());
    assert_eq!(hub.poll_timeout(), None);
}

#[test]
fn nobody_is_waited_for_who_has_said_who_they_are_or_gone() {
    let mut hub = Hub::new(config());
    let ann = Client::come(&mut hub, "NICK Ann\n");
    assert!(hub.poll_timeout().is_some());
    let _bob = Client::register(&mut hub, "Bob");
    hub.handle_closed(Time::START, ann.connection);
    assert_eq!(hub.poll_timeout(), None);
}

#[test]
fn who_is_refused_a_name_just_when_their_time_is_over_has_as_much_time_again() {
    let mut hubs = cluster();
    Client::register(&mut hubs[0], "Ann");
    let ann = hubs[0].poll_proposal().expect("it is proposed");
    let mut bob = Client::register(&mut hubs[1], "Ann");
    let minute = Duration::from_secs(60);
    hubs[1].handle_timeout(Time::after(minute));
    hubs[1].apply(Record { at: Time::START, event: ann });
    while let Some(event) = hubs[1].poll_proposal() {
        hubs[1].apply(Record { at: Time::START, event });
    }
    assert_eq!(bob.told(hubs[1].take_batch().as_ref()), [":chinwag.local 433 * Ann :Nickname is already in use"]);
    assert_eq!(hubs[1].poll_timeout(), Some(Time::after(2 * minute)));
    hubs[1].handle_timeout(Time::after(2 * minute));
    let told = bob.told(hubs[1].take_batch().as_ref());
    assert_eq!(told, ["ERROR :Closing link: Registration timed out"]);
}

#[test]
fn that_somebody_is_gone_with_their_server_is_told_once_to_who_shares_several_rooms() {
    let mut hubs = cluster();
    for (place, name) in ["Ann", "Bob"].into_iter().enumerate() {
        let mut client = Client::register(&mut hubs[place], name);
        agree(&mut hubs);
        client.ask(&mut hubs[place]);
        client.send(&mut hubs[place], "JOIN #one,#two\n");
        agree(&mut hubs);
    }
    hubs[1].take_batch();
    hubs[1].apply(Record { at: Time::START, event: crate::log::Event::ServerGone { server: 0 } });
    let batch = hubs[1].take_batch().expect("it is told");
    let left = |action: &&Action| matches!(action, Action::Broadcast { message: Message::Left { .. }, .. });
    assert_eq!(batch.actions().iter().filter(left).count(), 1, "{batch:?}");
}

#[test]
fn nothing_is_kept_of_connections_that_are_gone() {
    let mut hub = Hub::new(config());
    let ann = Client::register(&mut hub, "Ann");
    let bob = Client::come(&mut hub, "NICK Bob\n");
    let mut cid = Client::register(&mut hub, "Cid");
    cid.send(&mut hub, "MONITOR + Ann\nQUIT\n");
    hub.handle_closed(Time::START, ann.connection);
    hub.handle_closed(Time::START, bob.connection);
    hub.handle_closed(Time::START, cid.connection);
    hub.take_batch();
    assert!(hub.is_without_irc() && hub.irc.arriving.is_empty() && hub.irc.pending.is_empty());
    assert_eq!(hub.chat.snapshot().people, []);
}

/// Answers what a password is waited for with.
fn answer(hub: &mut Hub<()>, verdict: Verdict) {
    let Some(Effect::LogIn { connection, .. }) = hub.poll_effect() else { panic!("a password is to be looked at") };
    hub.handle_answer(Time::START, Answered::LoggedIn { connection, verdict });
}

/// Begins as a server that knows an account.
fn with_accounts() -> (Hub<()>, Account, Accounts) {
    let config = config();
    let limits = crate::Limits { has_accounts: true, ..config.limits };
    let mut hub = Hub::new(Config { limits, ..config });
    let name = Name::parse("Ann").expect("it is a name");
    let made = Accounts { made: vec![name.clone()], ..Accounts::default() };
    hub.handle_accounts(Time::START, made.clone());
    (hub, Account { name, role: Role::Member }, made)
}

const SASL: &str = "AUTHENTICATE PLAIN\nAUTHENTICATE AEFubgBzd29yZGZpc2g=\n";

#[test]
fn what_comes_of_a_password_has_its_time_where_all_else_has() {
    let (mut hub, account, _) = with_accounts();
    let mut ann = Client::come(&mut hub, "CAP REQ :sasl server-time\n");
    let mut told = ann.hear(&mut hub);
    for verdict in [Verdict::Denied(Denial::Wrong), Verdict::Member(account.clone())] {
        ann.send(&mut hub, SASL);
        told.append(&mut ann.hear(&mut hub));
        answer(&mut hub, verdict);
        told.append(&mut ann.hear(&mut hub));
    }
    ann.send(&mut hub, "NICK Ann\nUSER a 0 * :A\nCAP END\n");
    told.append(&mut ann.hear(&mut hub));
    ann.send(&mut hub, "OPER Ann x\n");
    answer(&mut hub, Verdict::Member(account));
    told.append(&mut ann.hear(&mut hub));
    let mut bob = Client::come(&mut hub, "CAP REQ server-time\nPASS Bob:x\n");
    told.append(&mut bob.hear(&mut hub));
    answer(&mut hub, Verdict::Denied(Denial::Wrong));
    told.append(&mut bob.hear(&mut hub));
    let told = told.concat();
    for number in ["904", "900", "903", "464 Ann", "464 *"] {
        let line = told.iter().find(|line| line.contains(&format!(" {number} ")));
        assert!(line.is_some_and(|line| line.starts_with("@time=")), "{number}: {told:?}");
    }
}

#[test]
fn who_has_given_the_password_of_the_server_is_let_in_though_their_account_is_gone() {
    for gives_it in [false, true] {
        let (hub, account, _) = with_accounts();
        let mut config = hub.config.clone();
        config.limits.asks_password = true;
        let mut hub = Hub::new(config);
        hub.handle_accounts(Time::START, Accounts { made: vec![account.name.clone()], ..Accounts::default() });
        let mut ann = Client::come(&mut hub, "CAP REQ sasl\n");
        if gives_it {
            ann.send(&mut hub, "PASS right\n");
            answer(&mut hub, Verdict::Welcome);
        }
        ann.send(&mut hub, SASL);
        answer(&mut hub, Verdict::Member(account.clone()));
        hub.handle_accounts(Time::START, Accounts { gone: vec![account.name], ..Accounts::default() });
        ann.send(&mut hub, "NICK Eve\nUSER a 0 * :A\nCAP END\n");
        let told = ann.hear(&mut hub).concat();
        assert_eq!(told.iter().any(|line| line.contains(" 001 ")), gives_it, "{told:?}");
    }
}

#[test]
fn who_arrives_by_an_account_that_is_gone_is_not_who_has_its_name_next() {
    let (mut hub, account, made) = with_accounts();
    let mut ann = Client::come(&mut hub, "CAP REQ sasl\n");
    ann.send(&mut hub, SASL);
    answer(&mut hub, Verdict::Member(account.clone()));
    ann.hear(&mut hub);
    let again = Accounts { gone: vec![account.name], ..made };
    hub.handle_accounts(Time::START, again);
    ann.send(&mut hub, "NICK Eve\nUSER a 0 * :A\nCAP END\n");
    ann.hear(&mut hub);
    let seen = hub.chat.seen(ann.connection).expect("they are here");
    assert_eq!(seen.identity().account(), None);
}

/// Two servers that follow one log.
fn cluster() -> [Hub<()>; 2] {
    [0, 1].map(|server| Hub::replica(config(), server))
}

/// Lets all servers hear what all of them propose.
fn agree(hubs: &mut [Hub<()>; 2]) {
    while let Some(event) = hubs.iter_mut().find_map(Hub::poll_proposal) {
        hubs.iter_mut().for_each(|hub| hub.apply(Record { at: Time::START, event: event.clone() }));
        assert_eq!(hubs[0].chat.snapshot(), hubs[1].chat.snapshot());
    }
}

#[test]
fn of_two_who_want_one_name_on_two_servers_one_has_it_and_the_other_may_choose_again() {
    let mut hubs = cluster();
    let mut ann = Client::register(&mut hubs[0], "Ann");
    let mut bob = Client::register(&mut hubs[1], "ANN");
    agree(&mut hubs);
    let told = ann.told(hubs[0].take_batch().as_ref());
    assert!(told[0].ends_with("001 Ann :Welcome to chinwag, Ann"), "{told:?}");
    assert_eq!(bob.told(hubs[1].take_batch().as_ref()), [":chinwag.local 433 * ANN :Nickname is already in use"]);
    bob.ask(&mut hubs[1]);
    bob.told(hubs[1].take_batch().as_ref());
    bob.send(&mut hubs[1], "NICK Bob\n");
    agree(&mut hubs);
    let told = bob.told(hubs[1].take_batch().as_ref());
    assert!(told[0].ends_with("001 Bob :Welcome to chinwag, Bob"), "{told:?}");
}

#[test]
fn an_answer_waits_for_the_log_and_has_all_that_the_line_led_to() {
    let mut hubs = cluster();
    let come = "CAP REQ :labeled-response batch echo-message\nNICK Ann\nUSER a 0 * :a\nCAP END\n";
    let mut ann = Client::come(&mut hubs[0], come);
    for _ in 0..4 {
        agree(&mut hubs);
        ann.told(hubs[0].take_batch().as_ref());
        ann.ask(&mut hubs[0]);
    }
    ann.send(&mut hubs[0], "@label=1 JOIN bad,#a1\n@label=2 PRIVMSG #a1 :hi\n@label=3 PING x\n");
    assert!(ann.told(hubs[0].take_batch().as_ref()).is_empty(), "the log has to hear it first");
    let mut told = Vec::new();
    for _ in 0..4 {
        agree(&mut hubs);
        told.extend(ann.told(hubs[0].take_batch().as_ref()));
        ann.ask(&mut hubs[0]);
    }
    let starts = [
        "@label=1 :chinwag.local BATCH +",
        "@batch=",
        "@batch=",
        "@batch=",
        "@batch=",
        ":chinwag.local BATCH -",
        "@label=2 :Ann!a@chinwag PRIVMSG #a1 :hi",
        "@label=3 :chinwag.local PONG chinwag.local :x",
    ];
    assert_eq!(told.len(), starts.len(), "{told:?}");
    assert!(told.iter().zip(starts).all(|(line, start)| line.starts_with(start)), "{told:?}");
    assert!(told[1].contains(" 403 Ann bad ") && told[2].ends_with(" JOIN #a1"), "{told:?}");
}

#[test]
fn a_crowded_room_is_shown_in_part_and_whoever_asks_is_in_it() {
    let rules = Rules { crowd_members: 10, ..Rules::default() };
    let mut hub = Hub::new(Config { rules, ..config() });
    for number in 0..600 {
        Client::register(&mut hub, &format!("somebody-{number:04}")).send(&mut hub, "JOIN #a1\n");
    }
    let mut zed = Client::register(&mut hub, "zed");
    zed.hear(&mut hub);
    zed.send(&mut hub, "JOIN #a1\n");
    let told = zed.hear(&mut hub).concat();
    let names: Vec<_> = told.iter().filter(|line| line.contains(" 353 ")).collect();
    assert!(names[0].contains(":zed @somebody-0000"), "{names:?}");
    assert!(names.iter().map(|line| line.len()).sum::<usize>() < 12 << 10, "{} lines", names.len());
    assert!(told.last().is_some_and(|line| line.contains(" 366 zed #a1 ")));
}

#[test]
fn what_is_refused_of_what_is_said_to_a_room_is_dropped_if_it_is_not_read() {
    let mut hub = Hub::new(config());
    let mut ann = Client::register(&mut hub, "Ann");
    ann.hear(&mut hub);
    ann.send(&mut hub, "PRIVMSG #tea :hello\nPRIVMSG #tea :again\nPRIVMSG #tea\nPING x\n");
    let batch = hub.take_batch().expect("it is answered");
    let told = |action: &Action| {
        let (Action::Reply { message, .. } | Action::Deliver { message, .. }) = action else { return None };
        Some((matches!(action, Action::Reply { .. }), lines(message)))
    };
    let told: Vec<_> = batch.actions().iter().filter_map(told).collect();
    let [one, two, three, pong] = &told[..] else { panic!("{told:?}") };
    for (is_reply, lines) in [one, two, three] {
        assert!(!is_reply, "{lines:?}");
    }
    assert!(three.1[0].contains(" 412 "), "{three:?}");
    assert!(pong.0, "what was asked for is told in any case");
}

#[test]
fn what_is_said_to_one_room_in_a_row_goes_on_together() {
    let mut hub = Hub::new(config());
    let mut ann = Client::register(&mut hub, "Ann");
    let mut bob = Client::register(&mut hub, "Bob");
    for client in [&mut ann, &mut bob] {
        client.send(&mut hub, "JOIN #tea,#tee\n");
        client.hear(&mut hub);
    }
    ann.hear(&mut hub);
    ann.send(
        &mut hub,
        "PRIVMSG #tea :1\nprivmsg #TEA :2\nPRIVMSG #tee :3\nPRIVMSG #tea :\x01ACTION 4\x01\nPRIVMSG #tea :5\n",
    );
    let batch = hub.take_batch().expect("it is heard");
    let told: Vec<_> = batch.actions().iter().filter(|action| matches!(action, Action::Broadcast { .. })).collect();
    assert_eq!(told.len(), 4, "the first two are one: {told:?}");
}

#[test]
fn an_answer_is_told_to_its_end_also_if_it_repeats_long_tags() {
    for command in ["TAGMSG", "PRIVMSG"] {
        for count in 1..=4 {
            let mut hub = Hub::new(config());
            let names: Vec<_> = (0..count).map(|number| format!("person-{number}")).collect();
            let _people: Vec<_> = names.iter().map(|name| Client::register(&mut hub, name)).collect();
            let mut ann = Client::register(&mut hub, "Ann");
            ann.send(&mut hub, "CAP REQ :message-tags echo-message labeled-response batch\n");
            ann.hear(&mut hub);
            let tags = format!("@label=1;+x={}", "x".repeat(4000));
            ann.send(&mut hub, &format!("{tags} {command} {} :hi\nPING :x\n", names.join(",")));
            let told = ann.hear(&mut hub).concat();
            assert_eq!(told.iter().filter(|line| line.contains(&format!(" {command} "))).count(), count);
            assert!(told[told.len() - 1].ends_with(" PONG chinwag.local :x"), "{command} to {count}");
        }
    }
}

#[test]
fn an_answer_is_told_to_its_end_however_long_a_piece_may_be() {
    let limits = crate::Limits { list_bytes_max: 256, server_name: "s".repeat(63).into(), ..config().limits };
    let mut hub = Hub::new(Config { limits, ..config() });
    let mut ann = Client::register(&mut hub, "Ann");
    let told = ann.hear(&mut hub).concat();
    assert!(told[told.len() - 1].contains(" 376 Ann "), "{told:?}");
    ann.send(&mut hub, "CAP REQ :labeled-response batch server-time\n");
    ann.send(&mut hub, &format!("@label={} HELP\nPING :x\n", "l".repeat(64)));
    let told = ann.hear(&mut hub).concat();
    assert!(told[told.len() - 2].contains(" BATCH -") && told[told.len() - 1].ends_with(" :x"), "{told:?}");
}

#[test]
fn what_is_granted_is_told_whole() {
    let mut hub = Hub::new(config());
    let mut ann = Client::register(&mut hub, "Ann");
    ann.hear(&mut hub);
    let wanted = "userhost-in-names ".repeat(27);
    ann.send(&mut hub, &format!("CAP REQ :{wanted}\n"));
    let told = ann.hear(&mut hub).concat();
    let granted: Vec<_> = told.iter().filter_map(|line| line.strip_prefix(":chinwag.local CAP Ann ACK :")).collect();
    assert_eq!(granted.join(" "), wanted.trim_end());
}

#[test]
fn no_zero_is_told_back_of_a_line_that_is_not_utf_8() {
    let mut hub = Hub::new(config());
    let mut ann = Client::register(&mut hub, "Ann");
    ann.send(&mut hub, "CAP REQ :labeled-response batch\n");
    ann.hear(&mut hub);
    ann.session.handle_bytes(b"@label=\0x PRIV\0MSG \xff\n");
    ann.ask(&mut hub);
    let told = ann.hear(&mut hub).concat();
    assert_eq!(told, ["@label=x :chinwag.local FAIL PRIVMSG INVALID_UTF8 :Messages must be valid UTF-8"]);
}

#[test]
fn who_has_not_said_who_they_are_is_told_once_that_the_server_stops() {
    let mut hub = Hub::new(config());
    let late = Client::come(&mut hub, "NICK Ann\n");
    hub.handle_stop(Time::START);
    assert!(hub.take_batch().is_some_and(|batch| matches!(batch.actions().last(), Some(Action::Stop { .. }))));
    hub.handle_timeout(Time::START + config().limits.registration_wait);
    assert!(hub.take_batch().is_none(), "{:?} is gone", late.connection);
}

#[test]
fn who_has_another_name_is_told_so_before_all_that_names_them_by_it() {
    let mut hub = Hub::new(config());
    let mut ann = Client::register(&mut hub, "Ann");
    ann.send(&mut hub, "MONITOR + Ann,Anna\n");
    ann.hear(&mut hub);
    ann.send(&mut hub, "NICK Anna\n");
    let told = ann.hear(&mut hub).concat();
    let expected =
        [":Ann!Ann@chinwag NICK :Anna", ":chinwag.local 731 Anna :Ann", ":chinwag.local 730 Anna :Anna!Ann@chinwag"];
    assert_eq!(told, expected);
}

#[test]
fn who_is_told_when_something_was_said_is_told_when_all_else_was_done_too() {
    let mut hub = Hub::new(config());
    let mut ann =
        Client::come(&mut hub, "CAP REQ :server-time\nNICK Ann\nUSER a 0 * :a\nCAP END\nJOIN #pizza\nNICK Anna\n");
    let told = ann.hear(&mut hub).concat();
    let own = told.iter().filter(|line| [" JOIN ", " NICK "].iter().any(|word| line.contains(word)));
    let own: Vec<_> = own.collect();
    assert!(own.len() == 2 && own.iter().all(|line| line.starts_with("@time=")), "{told:?}");

    let mut bob = Client::register(&mut hub, "Bob");
    bob.send(&mut hub, "JOIN #pizza\nTOPIC #pizza :olives\nNICK Rob\nPART #pizza\nJOIN #pizza\nQUIT\n");
    let (mut lines, mut dialect) = (bytes::BytesMut::new(), IrcDialect::default());
    dialect.tags = crate::dialect::IrcTags::Time;
    while let Some(batch) = hub.take_batch() {
        for action in batch.actions() {
            if let Action::Broadcast { message, .. } = action {
                crate::wire::irc::encode::Encoder::new(dialect).encode(message, &mut lines, |_| {});
            }
        }
        bob.told(Some(&batch));
        bob.ask(&mut hub);
    }
    let told = std::str::from_utf8(&lines).expect("it is text");
    for word in [" JOIN ", " TOPIC ", " NICK ", " PART ", " QUIT "] {
        assert!(told.lines().any(|line| line.contains(word)), "{word}: {told}");
    }
    assert!(told.lines().all(|line| line.starts_with("@time=")), "{told}");
}

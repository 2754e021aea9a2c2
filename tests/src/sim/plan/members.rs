//! Owns how people with accounts meet in a plan: they log in and out, own rooms, keep order on the server, and abuse
//! it.

use super::order::type_lines;
use crate::sim::{Device, Rng, Step, Typed};

const NAMES: [&str; 3] = ["Dan", "Eve", "Fay"];

/// How clients log in by SASL as `Ann` and as `Root`, and as `Ann` by another password.
const ANN: &str = "AUTHENTICATE PLAIN\nAUTHENTICATE AEFubgBzd29yZGZpc2g=\n";
const ROOT: &str = "AUTHENTICATE PLAIN\nAUTHENTICATE AFJvb3QAc3dvcmRmaXNo\n";
const WRONG: &str = "AUTHENTICATE PLAIN\nAUTHENTICATE AEFubgBlZWw=\n";

/// Has some who have come meet, of whom some log in.
pub(super) fn meet(rng: &mut Rng, came: &[Device]) -> Vec<Step> {
    let room = rng.pick(&["club", "den", "club"]);
    let mut people: Vec<usize> = (0..came.len()).collect();
    while people.len() > NAMES.len() {
        people.remove(rng.below(people.len()));
    }
    let mut steps = Vec::new();
    for (&user, name) in people.iter().zip(NAMES) {
        let irc = format!("NICK {name}\nJOIN #{room}\n");
        steps.extend(type_lines(came, user, &irc, &format!("/name {name}\n/join {room}\n")));
    }
    for _ in 0..3 + rng.below(10) {
        let Some(place) = (!people.is_empty()).then(|| rng.below(people.len())) else { break };
        let actor = people[if rng.one_in(2) { place } else { 0 }];
        let (irc, lines) = said(rng, room, NAMES[place]);
        steps.extend(type_lines(came, actor, &irc, &lines));
        match rng.below(12) {
            0 => steps.push(Step::Pass { millis: rng.pick(&[30_000, 90_000, 700_000]) }),
            1 => steps.push(accounts(rng)),
            2 => {
                let (irc, lines) = (format!("PRIVMSG #{room} :well\nJOIN #{room}\n"), format!("well\n/join {room}\n"));
                steps.extend(type_lines(came, people[place], &irc, &lines));
            }
            _ => {}
        }
    }
    steps
}

/// Returns what somebody does, by IRC and by lines.
fn said(rng: &mut Rng, room: &str, whom: &str) -> (String, String) {
    let pairs = [
        (ANN.to_owned(), "/login Ann\nswordfish\n".to_owned()),
        (ANN.to_owned(), "/login ann\nswordfish\n".to_owned()),
        (ROOT.to_owned(), "/login Root\nswordfish\n".to_owned()),
        (WRONG.to_owned(), "/login Ann\neel\n/login Nobody\nswordfish\n".to_owned()),
        ("AUTHENTICATE PLAIN\nAUTHENTICATE *\n".to_owned(), "/login Ann\n\n".to_owned()),
        ("WHOIS Ann\nWHOIS Root\n".to_owned(), "/logout\n".to_owned()),
        ("OPER Root swordfish\n".to_owned(), "/oper Root\nswordfish\n".to_owned()),
        ("OPER Ann swordfish\nOPER Root eel\n".to_owned(), "/oper Ann\nswordfish\n".to_owned()),
        (format!("MODE #{room} +r\n"), "/own\n".to_owned()),
        (format!("MODE #{room} +r\nMODE #{room}\n"), "/own\n/lock\n".to_owned()),
        (format!("MODE #{room} -r\n"), "/disown\n".to_owned()),
        (format!("MODE #{room} +o {whom}\n"), format!("/own {whom}\n/op {whom}\n")),
        ("LUSERS\nWHO * %na\n".to_owned(), "/announce hear, hear\n".to_owned()),
        (format!("PART #{room}\nJOIN #{room}\n"), format!("/join main\n/join {room}\n")),
        (format!("PART #{room}\n"), "/join main\n".to_owned()),
        (format!("MODE #{room} +b {whom}\nMODE #{room} +e {whom}\n"), format!("/ban {whom} 1m so be it\n/bans\n")),
        (format!("MODE #{room} -e {whom}\nMODE #{room} e\n"), format!("/ban {whom} 2h\n/unban {whom}\n")),
        (format!("MODE #{room} +l 1\n"), format!("/mute {whom} 1m\n")),
        (format!("MODE #{room} -l\n"), format!("/unmute {whom}\n")),
        (format!("MODE #{room} +s\nLIST\nNAMES #{room}\n"), "/rooms\n".to_owned()),
        (format!("MODE #{room} -s\nMODE #{room}\n"), "/rooms\n/bans\n".to_owned()),
        (format!("MODE #{room} -n\nPART #{room}\nPRIVMSG #{room} :from outside\n"), "/key beer\n".to_owned()),
        (format!("MODE #{room} +n\nTOPIC #{room} :ours\n"), "/topic ours\n/key\n".to_owned()),
        (format!("KICK #main {whom} :out\n"), format!("/join main\n/kick {whom} out\n")),
        (format!("KICK #{room} {whom}\n"), format!("/join main\n/ban {whom}\n")),
        ("NICK Ann\n".to_owned(), "/name Ann\n".to_owned()),
        (format!("JOIN #{room} beer\n"), format!("/join {room} beer\n")),
    ];
    pairs[rng.below(pairs.len())].clone()
}

fn accounts(rng: &mut Rng) -> Step {
    let names = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
    let (made, gone): (&[&str], &[&str]) = rng.pick(&[
        (&[][..], &["Ann"][..]),
        (&["Ann"], &[]),
        (&["Bob", "Ann"], &[]),
        (&[], &["bob", "Root"]),
        (&["Root"], &[]),
    ]);
    Step::Accounts { made: names(made), gone: names(gone) }
}

/// Has who comes by IRC now and then give an account and its password first, and ask for no tags of accounts.
pub(super) fn change(rng: &mut Rng, steps: &mut [Step]) {
    let mut comes = false;
    for step in steps {
        if let Step::Connect { by: Device::Irc } = step {
            comes = rng.one_in(3);
        } else if let Step::Type { what: Typed::Bytes(bytes), .. } = step {
            if bytes.windows(12).any(|window| window == b" account-tag") {
                *bytes = String::from_utf8_lossy(bytes).replace(" account-tag", "").into_bytes();
            }
            if std::mem::take(&mut comes) {
                let pass = rng.pick(&["Ann:swordfish", "Ann:swordfish", "Root:swordfish", "Ann:eel"]);
                bytes.splice(0..0, format!("PASS {pass}\r\n").into_bytes());
            }
        }
    }
}

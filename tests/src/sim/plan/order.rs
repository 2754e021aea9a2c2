//! Owns how people quarrel in a plan: some who have come meet in one room, under names that the others know, and who
//! keeps order there abuses that.

use crate::sim::{Device, Rng, Step, Typed};

const NAMES: [&str; 3] = ["Ann", "Bob", "Cid"];

/// How many meet at the most.
const PEOPLE: usize = NAMES.len();

/// Has some who have come meet, and do to each other what operators can do.
pub(super) fn quarrel(rng: &mut Rng, came: &[Device]) -> Vec<Step> {
    let room = rng.pick(&["pizza", "kebab", "soup"]);
    let mut people: Vec<usize> = (0..came.len()).collect();
    while people.len() > PEOPLE {
        people.remove(rng.below(people.len()));
    }
    let mut steps = Vec::new();
    for (&user, name) in people.iter().zip(NAMES) {
        steps.extend(type_lines(
            came,
            user,
            &format!("NICK {name}\nJOIN #{room}\n"),
            &format!("/name {name}\n/join {room}\n"),
        ));
    }
    for _ in 0..1 + rng.below(4) {
        let Some(place) = (!people.is_empty()).then(|| rng.below(people.len())) else { break };
        // Whoever came first is likely to keep order.
        let actor = people[if rng.one_in(3) { place } else { 0 }];
        let (target, whom) = (people[place], NAMES[place]);
        let (irc, lines) = match rng.below(8) {
            0 => (format!("KICK #{room} {whom} :too loud\n"), format!("/kick {whom} too loud\n")),
            1 => (format!("MODE #{room} +b {whom}\nKICK #{room} {whom}\n"), format!("/ban {whom} so be it\n")),
            2 => (format!("MODE #{room} +m\n"), format!("/mute {whom}\n")),
            3 => (format!("MODE #{room} +i\nKICK #{room} {whom}\n"), format!("/lock\n/kick {whom}\n")),
            4 => (format!("MODE #{room} +k beer\nKICK #{room} {whom}\n"), format!("/key beer\n/kick {whom}\n")),
            5 => (format!("MODE #{room} +o {whom}\n"), format!("/op {whom}\n")),
            6 => (format!("MODE #{room} -o {whom}\n"), format!("/deop {whom}\n")),
            _ => {
                (format!("INVITE {whom} #{room}\nMODE #{room} +v {whom}\n"), format!("/invite {whom}\n/unban {whom}\n"))
            }
        };
        steps.extend(type_lines(came, actor, &irc, &lines));
        let (irc, lines) = (format!("PRIVMSG #{room} :why\nJOIN #{room}\n"), format!("why\n/join {room}\nwhy\n"));
        steps.extend(type_lines(came, target, &irc, &lines));
    }
    steps
}

/// Has somebody type lines, and be answered.
pub(super) fn type_lines(came: &[Device], user: usize, irc: &str, lines: &str) -> Vec<Step> {
    let typed = if came[user] == Device::Irc { irc } else { lines };
    let what = Typed::Bytes(typed.as_bytes().to_vec());
    let mut steps = vec![Step::Type { user, what }, Step::Read { user, bytes: 64 << 10 }];
    steps.extend([Step::Ask { user }, Step::Ask { user }, Step::Ask { user }, Step::Handle { inputs: 1000 }]);
    steps
}

//! Owns how a seed becomes a run. Each run has its own mixture of what happens: in one nearly everyone stalls, in
//! another all move.

mod irc;
mod members;
mod order;
mod store;

use std::time::Duration;

use chinwag_core::{Config, Secret};

pub use self::store::Keeping;
use crate::sim::{Device, Rng, Step, Typed};

/// Holds a run as plain data.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Plan {
    /// The limits of the server.
    pub config: Config,
    /// What keeps what is said, if anything does.
    pub store: Option<Keeping>,
    /// What happens, in this order.
    pub steps: Vec<Step>,
}

/// How many people come in one run at most.
const USERS_MAX: usize = 12;

/// How many come together where much is said to many: more than it takes for that to be written at once.
const CROWD: usize = 14;

/// What people type: lines, parts of lines, and things that are none.
const TYPED: &[&[u8]] = &[
    b"hi\n",
    b"hello there\r\n",
    b"what",
    b" a ",
    b"long story\n",
    b"\n",
    b"\r\n",
    b" \t \n",
    b"\tx\ty\n",
    "na\u{ef}ve \u{1f600}\u{200d}\n".as_bytes(),
    "\u{202e}reversed\u{2069}\u{61c}\u{2028}\n".as_bytes(),
    b"\x1b[31mred\x07\x7f\xc2\x9b\n",
    b"caf\xe9\n",
    b"\xff\xff\n",
    b"\xc3",
    b"\xf0\x9f",
    b"/name Ann\n",
    b"/name ann\r\n",
    b"/name Bob\n",
    b"/name BOB\n",
    b"/name Cid\n",
    b"/name  dora-d \n",
    b"/name Server\n",
    b"/name x\n",
    b"/name\n",
    b"/name two words\n",
    b"/name twenty_characters_ok\n",
    b"/name twenty1characters2no_\n",
    b"/join pizza\n",
    b"/join PIZZA\n",
    b"/join Kebab\n",
    b"/join main\n",
    b"/join Main\n",
    b"/join\n",
    b"/join a/b\n",
    b"/join A-room-with-a-name-of-thirty-two\n",
    b"/join one-room-with-33-letters-in-a-nam\n",
    b"/enter pizza\n",
    b"/enter KEBAB\n",
    b"/enter main\n",
    b"/enter x\n",
    b"/part pizza\n",
    b"/part kebab\n",
    b"/part Main\n",
    b"/part\n",
    b"/rooms\n",
    b"/rooms now\n",
    b"/users\n",
    b"/users\r\n",
    b"/help\n",
    b"/moderation\n",
    b"/login Ann\n",
    b"/login\n",
    b"/logout\n",
    b"/oper Ann\n",
    b"/oper !\n",
    b"/me waves\n",
    b"/me\n",
    b"/ME  does \"this\" \\ that\r\n",
    b"/msg Ann psst\n",
    b"/msg bob how \"are\" you\n",
    b"/msg nobody-here hi\n",
    b"/msg\n",
    b"/msg Ann\n",
    b"/msg x hi\n",
    b"/reply yes\n",
    b"/reply\n",
    b"/topic pizza at eight\n",
    b"/topic\n",
    b"/topic none\n",
    b"/history\n",
    b"/history 3\n",
    b"/history 100\r\n",
    b"/history 0\n",
    b"/said main 1 9\n",
    b"/said #PIZZA 2 200\n",
    b"/said kebab 0 18446744073709551615\n",
    b"/said main 5000 9000\n",
    b"/said x 1 2\n",
    b"/said\n",
    b"/search number\n",
    b"/search HI\n",
    b"/search before 1\n",
    b"/search nothing of it\n",
    b"/search\n",
    b"/join pizza\n/join main\n/join pizza\n",
    b"/join Kebab\n/search number\n",
    b"/ignore Ann\n",
    b"/ignore bob\n",
    b"/ignore Cid\n",
    b"/ignore\n",
    b"/unignore ANN\n",
    b"/unignore Bob\n",
    b"/ignore x y\n",
    b"/kick Bob\n",
    b"/kick ann too \"loud\" \\ for us\n",
    b"/kick nobody-here\n",
    b"/kick\n",
    b"/ban bob spam\n",
    b"/ban Cid\n",
    b"/ban x\n",
    b"/unban BOB\n",
    b"/unban Cid\n",
    b"/bans\n",
    b"/mute Ann\n",
    b"/mute bob\n",
    b"/unmute Ann\n",
    b"/unmute Bob\n",
    b"/op Bob\n",
    b"/op ann\n",
    b"/op\n",
    b"/deop Ann\n",
    b"/deop bob\n",
    b"/own\n",
    b"/own Bob\n",
    b"/disown\n",
    b"/lock\n",
    b"/unlock\n",
    b"/invite Bob\n",
    b"/invite ann\n",
    b"/key beer\n",
    b"/key\n",
    b"/join pizza beer\n",
    b"/enter kebab beer\n",
    b"/join pizza\n/op Bob\n/deop Ann\n/kick Bob\n",
    b"/join kebab\n/mute Ann\n/lock\n/ban Bob so be it\n",
    b"/resume\n",
    b"/resume abcdefghijklmnopqrstuvwxyz234567\n",
    b"/\n",
    b"//shrug\n",
    b"/quitters\n",
    b"/QUIT now\n",
    b"/\xc3\xa9t\xc3\xa9\x1b x\n",
    b"\xff\xfb\x1fx\xff\xfa\x18\x00\xff\xff\xff\xf0y\n",
    b"\xff\xf1\xff\xf9z\n",
    b"\xff",
    b"\xff\xfa",
    b"\xff\xf0\n",
    b"POST /x HTTP/1.1\r\nHost: pizza\r\n\r\n/join pizza\nhello\n",
    b"patch /longer/than/the/shortest/lines/may/be HTTP/1.1\r\nHost: pizza\r\n\r\nhello\n",
    b"HEAD /x",
    b"\x16\x03\x01\x00\x05hello\n",
    b"\x16",
    b"\0hello\n",
    b"one\rtwo\r\0three\r",
    b"\nfour\n",
    b"helo\x08\x08llo\n",
    "na\u{ef}\u{301}\x7f\u{1f469}\u{200d}\u{1f680}\x7f!\n".as_bytes(),
    b"\x08\x15\x17",
    b"one two \x17three\n",
    b"oops\x15fine\n",
    b"he\xff\xf7lo\xff\xf8hi\n",
    b"\xff\xf6",
    b"\xff\xed\xff\xfd\x06",
    b"\xff\xfd\x06/users\r\n",
    b"\xff\xe0\xe1\n",
    b"\x1b[1;5Dleft\x1bOA\x1b]0;t\x07\x1b(B\x1b\n",
    "one\u{2028}two\x0bthree\u{85}four\n".as_bytes(),
    "\u{feff}/name Eve\n\u{200b}\u{3164}\n\u{9d}no\x1b] end\n\u{200e}\u{feff}\x1bX\u{feff}/users\n".as_bytes(),
    b"/Name Fay\n",
    b"/JOIN #kebab\n",
    b"/etc/hosts\n",
    b"PASS s3cret\r\nNICK bob\r\n",
    b"PASS me the salt\n",
    b"EHLO mail.example\r\n",
    b"SSH-2.0-x\r\n",
    b"*1\r\n$4\r\nPING\r\n",
    b"\r\n\r\n\0\r\nQUIT\n",
];

/// What ends it for who types it.
const LAST_WORDS: [&[u8]; 4] = [b"/quit\n", b"\x04", b"half\xff\xf4\xff\xfd\x06", b"/quit\nnever\n"];

impl Plan {
    /// Makes the run of a seed.
    #[must_use]
    pub fn from_seed(seed: u64) -> Self {
        let mut rng = Rng::new(seed);
        let mut config = config(&mut rng);
        let mut mix = Mix::new(&mut rng, &config);
        let mut steps = Vec::new();
        if rng.one_in(12) {
            steps = mix.ask_for_more_than_one_reads(&mut rng, &mut config);
        } else if rng.one_in(12) {
            steps = mix.say_more_than_one_reads(&mut rng, &mut config);
        } else if rng.one_in(40) {
            steps = mix.say_much_to_many(&mut rng, &mut config);
        }
        let len = 40 + rng.below(500);
        // What the store does is chosen apart, and in between.
        let mut apart = Rng::new(!seed);
        let store = Keeping::new(&mut apart);
        let is_late = store.as_ref().is_some_and(|store| store.is_late);
        let answers_one_in = apart.pick(&[2, 5, 20]);
        config.limits.has_accounts = apart.one_in(3);
        if config.limits.has_accounts {
            members::change(&mut apart, &mut steps);
        }
        for _ in 0..len {
            let begin = steps.len();
            steps.extend(mix.next(&mut rng));
            if config.limits.has_accounts {
                members::change(&mut apart, &mut steps[begin..]);
            }
            if config.limits.has_accounts && apart.one_in(40) {
                steps.extend(members::meet(&mut apart, &mix.came));
            }
            if is_late && apart.one_in(answers_one_in) {
                steps.push(Step::Answer { answers: apart.pick(&[1, 1, 2, 1000]) });
            }
            if apart.one_in(60) {
                steps.extend(order::quarrel(&mut apart, &mix.came));
            }
            if store.is_some() && apart.one_in(40) {
                steps.extend(store::meet(&mut apart, &mix.came));
            }
        }
        Self { config, store, steps }
    }
}

fn config(rng: &mut Rng) -> Config {
    // One after the other: the numbers of a seed go to the same choices in every release.
    let mut config = Config::default();
    let Config { rules, limits } = &mut config;
    rules.line_chars_max = rng.pick(&[10, 400, 4096, 4096]);
    limits.flood_lines_per_second = rng.pick(&[0, 0, 1, 20]);
    limits.flood_burst = Duration::from_secs(rng.pick(&[0, 1, 5]));
    rules.crowd_members = rng.pick(&[0, 1, 2, 3, 500]);
    rules.crowd_interval = Duration::from_millis(rng.pick(&[1, 100, 1000]));
    limits.queue_bytes_max = rng.pick(&[128 << 10, 128 << 10, 150_000]);
    limits.stall_max = Duration::from_secs(rng.pick(&[1, 60]));
    limits.threads = rng.pick(&[1, 2, 3]);
    limits.turn_writes = rng.pick(&[1, 2, 128]);
    limits.batch_bytes_max = rng.pick(&[500, 64 << 10, 64 << 10]);
    limits.handshake_wait = Duration::from_millis(rng.pick(&[0, 0, 100]));
    rules.seed = rng.number();
    limits.secret = Some(Secret::new([7; 32]));
    config.check().expect("the limits can hold together");
    config
}

/// How often what happens in one run.
struct Mix {
    weights: [usize; 16],
    line_chars_max: usize,
    long: usize,
    /// What a long line begins with: as a command it is a long reply.
    long_starts: [&'static str; 3],
    /// One of so many things is done by the same person.
    favourite_one_in: usize,
    last_words_one_in: usize,
    number: usize,
    /// With what people come.
    devices: [Device; DEVICES_LEN],
    /// With what each has come.
    came: Vec<Device>,
}

const DEVICES_LEN: usize = 5;

const DEVICES: [Device; DEVICES_LEN] = [Device::Plain, Device::CrLf, Device::Telnet, Device::Browser, Device::Irc];

impl Mix {
    fn new(rng: &mut Rng, config: &Config) -> Self {
        let mut some = |least: usize, most: usize| least + rng.below(most - least + 1);
        // In the order of `next`: connect, type, read, ask, hang up, vanish, take, writable, handle, wake, publish,
        // follow and poll, time out, pass, a round, stop.
        let weights = [
            some(2, 8),
            some(10, 40),
            some(15, 30),
            some(1, 8),
            some(0, 1),
            some(0, 1),
            some(0, 12),
            some(0, 10),
            some(8, 20),
            some(0, 3),
            some(5, 15),
            some(10, 25),
            some(0, 3),
            some(0, 6),
            some(0, 2) * some(0, 3),
            0,
        ];
        let long = some(0, 3) * some(0, 3);
        let mut mix = Self {
            weights,
            line_chars_max: config.rules.line_chars_max as usize,
            long,
            long_starts: [["", "", "/"], ["/", "/", "/"]][usize::from(some(0, 3) == 0)],
            favourite_one_in: [2, 1000, 1000, 1000][some(0, 3)],
            last_words_one_in: some(20, 200),
            number: 0,
            devices: DEVICES,
            came: Vec::new(),
        };
        if let only @ 0..DEVICES_LEN = rng.below(12) {
            for more in 0..3 {
                mix.devices[(only + more) % DEVICES_LEN] = mix.devices[only];
            }
        }
        mix.weights[15] = usize::from(rng.one_in(20));
        mix
    }

    /// Makes it a run in which the first person reads nothing for long, and asks all the time for the longest replies
    /// there are.
    fn ask_for_more_than_one_reads(&mut self, rng: &mut Rng, config: &mut Config) -> Vec<Step> {
        (config.rules.line_chars_max, config.limits.flood_lines_per_second) = (4096, 0);
        (self.line_chars_max, self.long, self.long_starts, self.favourite_one_in) = (4096, 9, ["/"; 3], 2);
        let [.., take, _, _, _, _, _, _, _, round, _] = &mut self.weights;
        (*take, *round) = (0, 10);
        let by = self.devices[config.rules.seed as usize % DEVICES_LEN];
        let mut steps = self.come_in(rng, by);
        steps.push(Step::Take { user: 0, bytes: 0 });
        steps
    }

    /// Makes it a run in which the first person reads nothing for long, while the others say all they can.
    fn say_more_than_one_reads(&mut self, rng: &mut Rng, config: &mut Config) -> Vec<Step> {
        let steps = self.ask_for_more_than_one_reads(rng, config);
        (self.long_starts, self.favourite_one_in) = ([""; 3], 10);
        steps
    }

    /// Makes it a run in which very much is said to a room with so many in it that they are written to together.
    fn say_much_to_many(&mut self, rng: &mut Rng, config: &mut Config) -> Vec<Step> {
        config.limits.threads = 1;
        config.limits.handshake_wait = Duration::ZERO;
        let mut steps = self.say_more_than_one_reads(rng, config);
        let by = self.devices[config.rules.seed as usize % DEVICES_LEN];
        for _ in 1..CROWD {
            steps.extend(self.come_in(rng, by));
        }
        steps
    }

    /// Lets somebody come.
    fn come(&mut self, rng: &mut Rng, by: Device) -> Vec<Step> {
        let user = self.came.len();
        self.came.push(by);
        let mut steps = vec![Step::Connect { by }];
        if by == Device::Irc && !rng.one_in(8) {
            let said = irc::registration(rng, user);
            steps.extend(said.into_iter().map(|said| Step::Type { user, what: Typed::Bytes(said) }));
        }
        steps
    }

    /// Lets somebody come, and be heard as a newcomer.
    fn come_in(&mut self, rng: &mut Rng, by: Device) -> Vec<Step> {
        let user = self.came.len();
        let mut steps = self.come(rng, by);
        let read = Step::Read { user, bytes: 64 << 10 };
        steps.extend([read.clone(), Step::Pass { millis: 100 }, Step::Ask { user }, Step::Handle { inputs: 1 }]);
        // Who comes by IRC is let in before anything is read.
        steps.extend((by == Device::Irc).then_some([read, Step::Handle { inputs: 1 }]).into_iter().flatten());
        steps
    }

    fn next(&mut self, rng: &mut Rng) -> Vec<Step> {
        let user = if rng.one_in(self.favourite_one_in) { 0 } else { rng.below(self.came.len().max(1)) };
        let writer = rng.below(3);
        let few = rng.pick(&[1, 1, 2, 3, 10, 100, usize::MAX]);
        let one = |step| vec![step];
        match rng.weighted(&self.weights) {
            0 if self.came.len() >= USERS_MAX => Vec::new(),
            0 => {
                let by = rng.pick(&self.devices);
                if by == Device::Irc || !rng.one_in(4) {
                    return self.come(rng, by);
                }
                self.came.push(by);
                one(Step::Return { user, by })
            }
            1 => one(Step::Type { user, what: self.type_something(rng, user) }),
            2 => one(Step::Read { user, bytes: rng.pick(&[1, 2, 3, 5, 17, 200, 4096, 16 << 10, 64 << 10, 64 << 10]) }),
            3 => one(Step::Ask { user }),
            4 => one(Step::HangUp { user }),
            5 => one(Step::Vanish { user }),
            6 => one(Step::Take {
                user,
                bytes: rng.pick(&[0, 0, 1, 3, 20, 100, 1000, 20_000, 70_000, 90_000, usize::MAX, usize::MAX]),
            }),
            7 => one(Step::Writable { user }),
            8 => one(Step::Handle { inputs: few.min(1000) }),
            9 => one(Step::Wake),
            10 => one(Step::Publish),
            11 => {
                let mut steps = vec![Step::Follow { writer }; rng.pick(&[0, 1, 1, 1, 2, 20])];
                let outputs = rng.pick(&[0, 1, 2, 5, 1000, 1000]);
                steps.extend((outputs > 0).then_some(Step::Poll { writer, outputs }));
                steps
            }
            12 => one(Step::TimeOut { writer }),
            13 => {
                let mut steps = one(Step::Pass { millis: rng.pick(&[1, 20, 100, 1000, 1000, 30_000, 60_000]) });
                let is_set = rng.one_in(4);
                steps.extend(is_set.then(|| Step::Clock { unix_ms: rng.number() >> rng.pick(&[2, 20, 63]) }));
                steps
            }
            14 => self.round(rng, user),
            _ => {
                let mut steps = vec![Step::Stop];
                if rng.one_in(2) {
                    // Longer than the server waits for those who do not read.
                    let millis = 10_000;
                    steps.extend([Step::Publish, Step::Follow { writer }, Step::Pass { millis }]);
                    steps.push(Step::TimeOut { writer });
                }
                steps
            }
        }
    }

    /// Lets somebody say a few things that go all the way at once.
    fn round(&mut self, rng: &mut Rng, user: usize) -> Vec<Step> {
        let mut steps = vec![];
        steps.extend(rng.one_in(4).then_some(Step::Take { user, bytes: 0 }));
        for _ in 0..rng.pick(&[1, 1, 2, 5]) {
            let what = self.type_something(rng, user);
            let handle = Step::Handle { inputs: 1000 };
            steps.extend([Step::Type { user, what }, Step::Ask { user }, Step::Read { user, bytes: 64 << 10 }, handle]);
            steps.push(Step::Publish);
            for writer in 0..3 {
                steps.extend([Step::Follow { writer }, Step::Poll { writer, outputs: 1000 }]);
            }
        }
        steps
    }

    fn type_something(&mut self, rng: &mut Rng, user: usize) -> Typed {
        self.number += 1;
        if self.came.get(user) == Some(&Device::Irc) {
            return self.type_by_irc(rng);
        }
        if rng.below(10) < self.long {
            let start = format!("{}{}", rng.pick(&self.long_starts), self.number);
            let most = self.line_chars_max.saturating_sub(start.len());
            let count = rng.pick(&[most, most, most, most / 2, most + 1, 5 * most + 2]);
            return Typed::Long { start, unit: rng.pick(&['x', '\u{e9}', '\u{1f600}', '\u{1f600}']), count };
        }
        if rng.one_in(self.last_words_one_in) {
            return Typed::Bytes(rng.pick(&LAST_WORDS).to_vec());
        }
        if rng.one_in(3) {
            return Typed::Bytes(format!("number {}\n", self.number).into_bytes());
        }
        let times = rng.pick(&[1, 1, 1, 1, 2, 5]);
        Typed::Bytes(rng.pick(TYPED).repeat(times))
    }
}

impl Mix {
    fn type_by_irc(&self, rng: &mut Rng) -> Typed {
        let room = rng.pick(&["#main", "#main", "#pizza"]);
        if rng.below(10) < self.long {
            let start = rng.pick(&["PRIVMSG", "@label=long PRIVMSG", "@+long=value NOTICE"]);
            let to = rng.pick(&[room, room, "Bob,#kebab"]);
            let start = format!("{start} {to} :{}", self.number);
            let count = rng.pick(&[20, 100, 380, 400, 440, 485, 3000, 9000]);
            return Typed::Long { start, unit: rng.pick(&['x', 'x', '\u{e9}', '\u{1f600}']), count };
        }
        if rng.one_in(self.last_words_one_in) {
            return Typed::Bytes(rng.pick(&irc::LAST_WORDS).to_vec());
        }
        if rng.one_in(3) {
            return Typed::Bytes(format!("PRIVMSG {room} :number {}\r\n", self.number).into_bytes());
        }
        if rng.one_in(3) {
            return Typed::Bytes(rng.pick(&irc::OFTEN).to_vec());
        }
        if rng.one_in(40) {
            return Typed::Bytes(irc::many_rooms(rng));
        }
        let times = rng.pick(&[1, 1, 1, 1, 2, 5]);
        Typed::Bytes(rng.pick(irc::TYPED).repeat(times))
    }
}

#[cfg(test)]
mod tests {
    use chinwag_core::COMMANDS;

    use super::*;

    #[test]
    fn every_command_is_typed_in_simulated_runs_and_known_to_the_fuzzer() {
        let dictionary = include_str!("../../../fuzz/lines.dict");
        for command in COMMANDS {
            let typed = format!("/{}", command.word);
            let mut words =
                TYPED.iter().chain(&LAST_WORDS).filter_map(|bytes| bytes.split(u8::is_ascii_whitespace).next());
            let is_typed = words.any(|word| word == typed.as_bytes());
            assert!(is_typed, "{typed} is not among what people of a simulated world type");
            let entries = [format!("\"{typed}\\x0a\""), format!("\"{typed} \"")];
            assert!(entries.iter().any(|entry| dictionary.contains(entry)), "{typed} is not in fuzz/lines.dict");
        }
    }
}

//! Owns a server under attack, and the people who go on chatting there: that whatever is done to it, nothing of theirs
//! is lost, nor late.
//!
//! ```text
//! Siege ─ Town      a server, in a process of its own, and the Regulars who chat there; a Ledger holds what they said
//!       │           against what they hear
//!       ├ Town      another like it, which nobody attacks
//!       └ Fire      what attackers ask whether it is over
//! ```
//!
//! How late something may be is said in relation to what is calm: the same people on the same server, just before, or
//! on the other server, at the same time. The first alone would make a test fail whenever the machine gets busier with
//! something else.

mod course;
mod delays;
mod fire;
mod ledger;
mod regulars;
mod vitals;

use std::net::SocketAddr;
use std::thread;
use std::time::Instant;

use rustix::process::{Resource, Rlimit, Signal, getrlimit, setpriority_process, setrlimit};

use crate::{Adapter, DEADLINE, Ended, Person, Program};

use course::{Course, Verdict};
pub use delays::Delays;
pub use fire::Fire;
pub use regulars::Heard;
use regulars::Regulars;
pub use vitals::Vitals;

/// The rooms in which regulars chat, and how many of them do in each.
const TABLES: [(&str, usize); 2] = [("main", 5), ("pizza", 5)];

/// How many messages the regulars say in a second, which is as long as most attacks go on: they make eight hundred
/// deliveries, eight of which may be as late as they like.
const MESSAGES_PER_SECOND: usize = 160;

/// How often an attack is made at the most until much of what is said during it is in time.
const TRIES: u32 = 3;

/// As little as the scheduler can give: attackers must not take the time that the server and the regulars need.
const LOWEST_PRIORITY: i32 = 19;

/// Runs a server, with regulars who chat there, to be attacked.
#[derive(Debug)]
pub struct Siege {
    adapter: Adapter,
    town: Town,
    /// Calm while the other is attacked.
    elsewhere: Town,
    /// How it was before anybody attacked.
    calm: Delays,
    before: Vitals,
}

/// Runs a server, and the regulars who chat there. They leave before it ends.
#[derive(Debug)]
struct Town {
    regulars: Regulars,
    server: Program,
    addr: SocketAddr,
    web_addr: SocketAddr,
    irc_addr: SocketAddr,
}

impl Town {
    fn found(adapter: Adapter, flags: &[String]) -> Self {
        let (server, [addr, web_addr, irc_addr]) = Program::start_all_at(adapter, "127.0.0.1", flags);
        Self { regulars: Regulars::come(addr, &TABLES), server, addr, web_addr, irc_addr }
    }
}

impl Siege {
    /// Starts a server with these flags, lets the regulars come, and watches them while all is calm. Where a flag has
    /// `{}`, the server has 0 there, and the one that nobody attacks 1.
    ///
    /// # Panics
    /// If not everything that they say arrives, once and in order.
    #[must_use]
    pub fn lay(adapter: Adapter, flags: &[&str]) -> Self {
        let descriptors = getrlimit(Resource::Nofile);
        // Attackers need many.
        let raised = Rlimit { current: descriptors.maximum, ..descriptors };
        setrlimit(Resource::Nofile, raised).expect("what is allowed may be taken");
        let [mut town, elsewhere] = ["0", "1"].map(|number| {
            let flags: Vec<_> = flags.iter().map(|flag| flag.replace("{}", number)).collect();
            Town::found(adapter, &flags)
        });
        // What is slow the first time only is not what a calm run is like.
        town.regulars.chat(MESSAGES_PER_SECOND / 8, || ());
        let (heard, ()) = town.regulars.chat(MESSAGES_PER_SECOND / 2, || ());
        assert_eq!(heard.others, [""; 0], "regulars hear themselves only");
        let before = Vitals::of(town.server.id());
        Self { adapter, town, elsewhere, calm: heard.delays, before }
    }

    /// Returns where the server can be reached.
    #[must_use]
    pub const fn addr(&self) -> SocketAddr {
        self.town.addr
    }

    /// Returns where its web listener is, by which no regular has come.
    #[must_use]
    pub const fn web_addr(&self) -> SocketAddr {
        self.town.web_addr
    }

    /// Returns where its IRC listener is, by which no regular has come either.
    #[must_use]
    pub const fn irc_addr(&self) -> SocketAddr {
        self.town.irc_addr
    }

    /// Returns which server it is.
    #[must_use]
    pub const fn adapter(&self) -> Adapter {
        self.adapter
    }

    /// Returns the server itself.
    #[must_use]
    pub const fn server(&self) -> &Program {
        &self.town.server
    }

    /// Returns what the server takes of its machine.
    #[must_use]
    pub fn vitals(&self) -> Vitals {
        Vitals::of(self.town.server.id())
    }

    /// Returns what the server reports to its operator, as counts by their names.
    #[must_use]
    pub fn report(&self) -> String {
        self.town.server.signal(Signal::USR1);
        self.town.server.read_log(" people=")
    }

    /// Returns one of the counts that the server reports.
    ///
    /// # Panics
    /// If there is no such count.
    #[must_use]
    pub fn count(&self, name: &str) -> u64 {
        let report = self.report();
        let count = report.split_whitespace().find_map(|word| word.strip_prefix(name)?.strip_prefix('=')?.parse().ok());
        count.unwrap_or_else(|| panic!("no {name} in {report}"))
    }

    /// Lets so many attackers do, each in a thread of its own, what they do; until each of them has ended, and the
    /// regulars have said a second's worth meanwhile. Returns what the regulars heard of it, and what the attackers
    /// leave behind.
    ///
    /// If much was late, it is done again: whatever else runs on this machine can only make it later.
    ///
    /// # Panics
    /// If something of what the regulars said did not arrive, once and in order, or too much of it too late.
    pub fn attack<T: Send>(
        &mut self,
        name: &str,
        attackers: usize,
        attack: impl Fn(usize, &Fire) -> T + Sync,
    ) -> (Heard, Vec<T>) {
        self.attack_for(1, name, attackers, attack)
    }

    /// Does the same until the regulars have said what they say in so many seconds.
    ///
    /// # Panics
    /// As [`attack`](Self::attack) does.
    pub fn attack_for<T: Send>(
        &mut self,
        seconds: usize,
        name: &str,
        attackers: usize,
        attack: impl Fn(usize, &Fire) -> T + Sync,
    ) -> (Heard, Vec<T>) {
        let name = format!("{}, {name}", self.adapter.program());
        for _ in 1..TRIES {
            let (course, left_behind) = self.attack_once(seconds, &name, attackers, &attack);
            match course.verdict() {
                Verdict::InTime => return (course.heard, left_behind),
                Verdict::Late | Verdict::Starved => {}
            }
        }
        let (course, left_behind) = self.attack_once(seconds, &name, attackers, &attack);
        match course.verdict() {
            Verdict::InTime => {}
            Verdict::Late => panic!("{name}: the regulars are too late: {course}"),
            Verdict::Starved => eprintln!("{name}: this machine is too busy to tell how late the server is"),
        }
        (course.heard, left_behind)
    }

    /// Lets attackers do once what [`attack`](Self::attack) does, whatever else the machine is busy with: for a siege
    /// that is about what is left of it, and not about delays.
    ///
    /// # Panics
    /// If something of what the regulars said did not arrive, once and in order.
    pub fn assault<T: Send>(
        &mut self,
        name: &str,
        attackers: usize,
        attack: impl Fn(usize, &Fire) -> T + Sync,
    ) -> (Heard, Vec<T>) {
        self.assault_for(1, name, attackers, attack)
    }

    /// Does the same until the regulars have said what they say in so many seconds.
    ///
    /// # Panics
    /// As [`assault`](Self::assault) does.
    pub fn assault_for<T: Send>(
        &mut self,
        seconds: usize,
        name: &str,
        attackers: usize,
        attack: impl Fn(usize, &Fire) -> T + Sync,
    ) -> (Heard, Vec<T>) {
        let name = format!("{}, {name}", self.adapter.program());
        let (course, left_behind) = self.attack_once(seconds, &name, attackers, &attack);
        (course.heard, left_behind)
    }

    fn attack_once<T: Send>(
        &mut self,
        seconds: usize,
        name: &str,
        attackers: usize,
        attack: &(impl Fn(usize, &Fire) -> T + Sync),
    ) -> (Course, Vec<T>) {
        let (fire, start, waited) = (Fire::new(), Instant::now(), self.vitals().waited);
        let (regulars, elsewhere) = (&mut self.town.regulars, &mut self.elsewhere.regulars);
        let (heard_elsewhere, (heard, left_behind)) = thread::scope(|scope| {
            let fire = &fire;
            let cease = fire.cease_when_dropped();
            let attackers: Vec<_> = (0..attackers)
                .map(|number| {
                    scope.spawn(move || {
                        // On Linux this is about a thread.
                        setpriority_process(None, LOWEST_PRIORITY).expect("less is always granted");
                        attack(number, fire)
                    })
                })
                .collect();
            elsewhere.chat(0, || {
                regulars.chat(seconds * MESSAGES_PER_SECOND, || {
                    drop(cease);
                    attackers.into_iter().map(|attacker| attacker.join().expect("attackers do not panic")).collect()
                })
            })
        });
        let course = Course {
            heard,
            before: self.calm.clone(),
            elsewhere: heard_elsewhere.delays,
            took: start.elapsed(),
            waited: self.vitals().waited - waited,
        };
        eprintln!("{name}: {course}");
        (course, left_behind)
    }

    /// Ends it: when all attackers are gone nothing of them is left, and a signal stops the server as it should, and
    /// soon. Returns what it wrote.
    ///
    /// # Panics
    /// If it is not so.
    pub fn lift(self) -> Ended {
        let mut guest = Person::come(self.addr());
        let deadline = Instant::now() + DEADLINE;
        // The guest is one more.
        let expected = ["people=11", "rooms=2", "connections=11", "queued_bytes=0"];
        loop {
            let (report, vitals) = (self.report(), self.vitals());
            let is_over = expected.iter().all(|count| report.split_whitespace().any(|word| word == *count));
            if is_over && vitals.descriptors <= self.before.descriptors + 1 {
                break;
            }
            assert!(Instant::now() < deadline, "{report}, {vitals:?} after {:?}", self.before);
            // As fast as a guest may ask something, the server is asked, too.
            guest.type_line("/rooms");
            let _ = guest.find_line(|line| line.starts_with("Rooms - "));
        }
        let Town { regulars, server, .. } = self.town;
        drop(regulars);
        server.signal(Signal::TERM);
        let ended = server.join();
        assert_eq!((ended.code, ended.out.as_str()), (Some(0), ""), "{}", ended.err);
        ended
    }
}

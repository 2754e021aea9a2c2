//! Owns whether somebody who gives a password may come in, where a server asks for one, and how often an address may
//! guess.
//!
//! Invariants: passwords are kept and compared as keyed hashes only, in constant time. What is known of addresses is
//! bounded, and an address that has not guessed for a minute is forgotten.

use std::collections::{HashMap, VecDeque};
use std::hash::Hash;
use std::net::IpAddr;
use std::time::Duration;

use crate::gate::Network;
use crate::name::{Name, NameKey};
use crate::password::{Denial, Passphrase, Verdict};
use crate::time::Time;
use crate::token::{Code, Secret};

/// How long a wrong guess counts: an address has [`GUESSES`] of them, so it makes three a minute in the long run.
const GUESS: Duration = Duration::from_secs(20);

/// How many wrong guesses an address may make at once: people mistype.
const GUESSES: u32 = 3;

/// How many times more this machine itself may make: behind a proxy that does not say for whom it connects, everybody
/// seems to come from here.
const OWN_TIMES: u32 = 20;

/// How many addresses that have guessed are remembered at once: 65,536 take some 6 MiB. If more guess within a minute,
/// the one that was remembered first is forgotten.
const GUESSERS_MAX: usize = 1 << 16;

/// Decides who may come in by a password.
///
/// It is asked with [`handle_guess`](Self::handle_guess). Where somebody else has to be asked, too, the guess is
/// [begun](Self::begin_guess) before, and [forgiven](Self::forgive) if it was none.
#[derive(Debug)]
pub struct Door {
    secret: Secret,
    password: Option<Code>,
    by_address: Guesses<Network>,
    /// By the names of accounts, whether there are such or not.
    by_account: Guesses<NameKey>,
}

impl Door {
    /// Starts with nobody who has guessed. `secret` is the key of all that is compared.
    #[must_use]
    pub fn new(secret: Secret, password: Option<&Passphrase>) -> Self {
        let password = password.map(|password| secret.code_of(password.as_str()));
        Self { secret, password, by_address: Guesses::default(), by_account: Guesses::default() }
    }

    /// Takes a password that was given at an address, and tells what comes of it. Only a wrong one counts as a guess;
    /// but once there were too many, a right one is not looked at either.
    pub fn handle_guess(&mut self, now: Time, address: IpAddr, given: &Passphrase) -> Verdict {
        if let Err(denial) = self.begin_guess(now, address) {
            return Verdict::Denied(denial);
        }
        if !self.is_password(given) {
            return Verdict::Denied(Denial::Wrong);
        }
        self.forgive(now, address);
        Verdict::Welcome
    }

    /// Counts a guess from an address.
    ///
    /// # Errors
    /// There were too many.
    pub fn begin_guess(&mut self, now: Time, address: IpAddr) -> Result<(), Denial> {
        let network = Network::of(address);
        let times = if network == Network::Own { OWN_TIMES } else { 1 };
        if self.by_address.charge(now, network, times) { Ok(()) } else { Err(Denial::TooMany) }
    }

    /// Counts one guess less from an address: it was none.
    pub fn forgive(&mut self, now: Time, address: IpAddr) {
        let network = Network::of(address);
        let times = if network == Network::Own { OWN_TIMES } else { 1 };
        self.by_address.forgive(now, &network, times);
    }

    /// Counts a guess at the password of an account, whether there is one or not, from wherever it comes.
    ///
    /// # Errors
    /// There were too many.
    pub fn begin_log_in(&mut self, now: Time, account: &Name) -> Result<(), Denial> {
        if self.by_account.charge(now, account.key(), 1) { Ok(()) } else { Err(Denial::TooMany) }
    }

    /// Counts one guess less at an account: it was none.
    pub fn forgive_log_in(&mut self, now: Time, account: &Name) {
        self.by_account.forgive(now, &account.key(), 1);
    }

    /// Tells whether this is the password, in a time that does not depend on how much of it is right.
    #[must_use]
    pub fn is_password(&self, given: &Passphrase) -> bool {
        self.password.as_ref().is_some_and(|password| self.secret.is_code_of(password, given.as_str()))
    }
}

/// Counts who has guessed, by when all of it would be forgotten.
#[derive(Debug)]
struct Guesses<K> {
    rested_at: HashMap<K, Time>,
    /// In the order in which they came to be remembered.
    order: VecDeque<K>,
}

impl<K> Default for Guesses<K> {
    fn default() -> Self {
        Self { rested_at: HashMap::new(), order: VecDeque::new() }
    }
}

impl<K: Clone + Eq + Hash> Guesses<K> {
    /// Counts a guess, unless there were too many. So many `times` as many are allowed.
    fn charge(&mut self, now: Time, who: K, times: u32) -> bool {
        self.forget_rested(now);
        let before = self.rested_at.get(&who).copied().unwrap_or(now).max(now);
        if before.since(now) + GUESS / times > GUESS * GUESSES {
            return false;
        }
        if self.rested_at.insert(who.clone(), before + GUESS / times).is_none() {
            self.order.push_back(who);
        }
        true
    }

    /// Counts one less.
    fn forgive(&mut self, now: Time, who: &K, times: u32) {
        if let Some(rested_at) = self.rested_at.get_mut(who) {
            *rested_at = now + rested_at.since(now).saturating_sub(GUESS / times);
        }
    }

    /// Forgets who has not guessed for a while: two for each who comes, so that it does not grow.
    fn forget_rested(&mut self, now: Time) {
        for _ in 0..2 {
            let Some(who) = self.order.pop_front() else { return };
            let is_rested = self.rested_at.get(&who).is_none_or(|rested_at| *rested_at <= now);
            if is_rested || self.order.len() >= GUESSERS_MAX {
                self.rested_at.remove(&who);
            } else {
                self.order.push_back(who);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, Ipv6Addr};

    use super::*;

    const DENIED: [Verdict; 2] = [Verdict::Denied(Denial::Wrong), Verdict::Denied(Denial::TooMany)];

    fn door() -> Door {
        Door::new(Secret::new([7; 32]), Some(&Passphrase::new("swordfish")))
    }

    fn at(seconds: u64) -> Time {
        Time::after(Duration::from_secs(seconds))
    }

    fn guess(door: &mut Door, seconds: u64, address: &str, given: &str) -> Verdict {
        let address = address.parse().expect("the case is an address");
        door.handle_guess(at(seconds), address, &Passphrase::new(given))
    }

    #[test]
    fn only_the_whole_password_lets_in() {
        let mut door = door();
        for wrong in ["", "swordfis", "swordfish ", "Swordfish", "swordfish\0"] {
            assert!(!door.is_password(&Passphrase::new(wrong)), "{wrong:?}");
        }
        assert_eq!(guess(&mut door, 0, "192.0.2.1", "swordfish"), Verdict::Welcome);
        let none = Door::new(Secret::new([7; 32]), None);
        assert!(!none.is_password(&Passphrase::new("")), "without a password nothing is one");
    }

    #[test]
    fn an_address_makes_three_wrong_guesses_at_once_and_three_a_minute() {
        let mut door = door();
        for _ in 0..3 {
            assert_eq!(guess(&mut door, 0, "192.0.2.1", "x"), DENIED[0]);
        }
        assert_eq!(guess(&mut door, 0, "192.0.2.1", "swordfish"), DENIED[1], "not even a right one is looked at");
        assert_eq!(guess(&mut door, 0, "192.0.2.2", "swordfish"), Verdict::Welcome, "others are not kept out");
        let guesses = (1..=600).filter(|&second| guess(&mut door, second, "192.0.2.1", "x") == DENIED[0]).count();
        assert_eq!(guesses, 30, "in ten minutes");
    }

    #[test]
    fn right_ones_count_as_no_guesses_however_many_come_from_one_address() {
        let mut door = door();
        guess(&mut door, 0, "192.0.2.1", "x");
        for _ in 0..100 {
            assert_eq!(guess(&mut door, 0, "192.0.2.1", "swordfish"), Verdict::Welcome);
        }
        assert_eq!(guess(&mut door, 0, "192.0.2.1", "x"), DENIED[0]);
        assert_eq!(guess(&mut door, 0, "192.0.2.1", "x"), DENIED[0]);
        assert_eq!(guess(&mut door, 0, "192.0.2.1", "x"), DENIED[1]);
    }

    #[test]
    fn a_network_of_ipv6_guesses_as_one_and_this_machine_has_more_guesses() {
        let mut door = door();
        for host in 1..=3 {
            assert_eq!(guess(&mut door, 0, &format!("2001:db8::{host}"), "x"), DENIED[0]);
        }
        assert_eq!(guess(&mut door, 0, "2001:db8::4", "x"), DENIED[1]);
        assert_eq!(guess(&mut door, 0, "2001:db8:0:1::4", "x"), DENIED[0], "another network");
        assert_eq!(guess(&mut door, 0, "::ffff:192.0.2.1", "x"), DENIED[0]);
        let guesses = (0..100).filter(|_| guess(&mut door, 0, "127.0.0.1", "x") == DENIED[0]).count();
        assert_eq!(guesses, 60, "twenty times as many");
    }

    #[test]
    fn guesses_from_very_many_addresses_take_bounded_memory_and_are_forgotten() {
        let mut door = door();
        for host in 0..GUESSERS_MAX as u32 + 1000 {
            let address = Ipv4Addr::from_bits(0x0a00_0000 + host).into();
            assert_eq!(door.handle_guess(at(0), address, &Passphrase::new("x")), DENIED[0]);
        }
        assert!(door.by_address.rested_at.len() <= GUESSERS_MAX + 1, "{}", door.by_address.rested_at.len());
        for network in 0..GUESSERS_MAX as u128 {
            let address = Ipv6Addr::from_bits(0x2001_0db8 << 96 | network << 64).into();
            door.handle_guess(at(60), address, &Passphrase::new("swordfish"));
        }
        assert!(door.by_address.rested_at.len() <= GUESSERS_MAX + 2 && door.by_address.order.len() <= GUESSERS_MAX + 2);
    }

    #[test]
    fn an_account_is_guessed_at_three_times_a_minute_from_however_many_addresses() {
        let mut door = door();
        let ann = |text| Name::parse(text).expect("it is a name");
        let guesses = (0..600).filter(|&second| door.begin_log_in(at(second), &ann("Ann")).is_ok()).count();
        assert!((30..=33).contains(&guesses), "{guesses} in ten minutes");
        assert_eq!(door.begin_log_in(at(599), &ann("ANN")), Err(Denial::TooMany), "in any case");
        assert_eq!(door.begin_log_in(at(599), &ann("Nobody")), Ok(()), "others have their own");
        for _ in 0..10 {
            assert_eq!(door.begin_log_in(at(700), &ann("Ann")), Ok(()));
            door.forgive_log_in(at(700), &ann("Ann"));
        }
    }

    #[test]
    fn no_password_is_shown_by_debug() {
        let shown = format!("{:?} {:?}", door(), Passphrase::new("swordfish"));
        assert!(!shown.contains("swordfish"), "{shown}");
    }
}

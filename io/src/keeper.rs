//! Owns who is asked whether somebody may come in who gives a password: first the door, which knows it, then the
//! members, if there are any.

use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard};

use chinwag_core::Time;
use chinwag_core::admission::{Door, Passphrase, Verdict};

use crate::members::Members;
use crate::setup::Setup;

/// Holds both. Its clones are the same one.
#[derive(Clone, Debug)]
pub(crate) struct Keeper {
    door: Arc<Mutex<Door>>,
    members: Option<Members>,
}

impl Keeper {
    /// Makes it, if a password is asked for.
    pub(crate) fn new(setup: &Setup) -> Option<Self> {
        let Setup { config, password, members, .. } = setup;
        if !config.limits.asks_password {
            return None;
        }
        let secret = config.limits.secret.clone().expect("a server draws one before it has anything else");
        let door = Arc::new(Mutex::new(Door::new(secret, password.as_ref())));
        Some(Self { door, members: members.clone() })
    }

    /// Has `answer` be told what comes of a password. It counts as a guess until it is known not to be one.
    pub(crate) fn check(
        &self,
        now: Time,
        address: IpAddr,
        given: &Passphrase,
        answer: impl FnOnce(Verdict) + Send + 'static,
    ) {
        let Some(members) = &self.members else {
            return answer(self.door().handle_guess(now, address, given));
        };
        if let Err(denial) = self.door().begin_guess(now, address) {
            return answer(Verdict::Denied(denial));
        }
        let door = Arc::clone(&self.door);
        let settle = move |verdict| {
            if !matches!(&verdict, Verdict::Denied(denial) if denial.is_guess()) {
                lock(&door).forgive(now, address);
            }
            answer(verdict);
        };
        let is_password = self.door().is_password(given);
        if is_password { settle(Verdict::Welcome) } else { members.check(given, settle) }
    }

    fn door(&self) -> MutexGuard<'_, Door> {
        lock(&self.door)
    }
}

fn lock(door: &Mutex<Door>) -> MutexGuard<'_, Door> {
    door.lock().expect("nobody panics while holding it")
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use chinwag_core::admission::Denial;
    use chinwag_core::{Config, Limits, Secret};

    use super::*;
    use crate::members::Roll;

    /// Knows one invitation, and one that is used up.
    struct Class;

    impl Roll for Class {
        fn check(&self, given: &Passphrase, answer: Box<dyn FnOnce(Verdict) + Send>) {
            answer(match given.as_str() {
                "invitation" => Verdict::Invited(Passphrase::new("pass")),
                "old" => Verdict::Denied(Denial::UsedUp),
                _ => Verdict::Denied(Denial::Wrong),
            });
        }
    }

    #[test]
    fn the_password_and_invitations_let_in_and_only_what_is_neither_counts_as_a_guess() {
        let limits = Limits { asks_password: true, secret: Some(Secret::new([7; 32])), ..Limits::default() };
        let setup = Setup {
            password: Some(Passphrase::new("swordfish")),
            members: Some(Members::new(Class)),
            ..Config { limits, ..Config::default() }.into()
        };
        let keeper = Keeper::new(&setup).expect("a password is asked for");
        let check = |given: &str| {
            let (answer, answered) = channel();
            let answer = move |verdict| drop(answer.send(verdict));
            keeper.check(Time::START, [192, 0, 2, 1].into(), &Passphrase::new(given), answer);
            answered.recv().expect("it is answered")
        };
        for _ in 0..10 {
            assert_eq!(check("swordfish"), Verdict::Welcome);
            assert_eq!(check("invitation"), Verdict::Invited(Passphrase::new("pass")));
            assert_eq!(check("old"), Verdict::Denied(Denial::UsedUp));
        }
        for _ in 0..3 {
            assert_eq!(check("x"), Verdict::Denied(Denial::Wrong));
        }
        for given in ["x", "swordfish", "invitation"] {
            assert_eq!(check(given), Verdict::Denied(Denial::TooMany));
        }
    }
}

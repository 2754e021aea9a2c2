//! Owns who is asked whether somebody may come in who gives a password: first the door, which knows it, then the
//! members, if there are any.

use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard};

use chinwag_core::admission::{Denial, Door, NewAccount, Pass, Passphrase, Verdict};
use chinwag_core::{Name, Time};

use crate::members::Members;
use crate::setup::Setup;

/// Tells from where somebody comes, and how.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Source {
    pub(crate) address: IpAddr,
    /// Nobody reads what they send: it comes by TLS, or does not leave this machine.
    pub(crate) is_private: bool,
}

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
        if !config.limits.asks_password && !config.limits.has_accounts {
            return None;
        }
        let secret = config.limits.secret.clone().expect("a server draws one before it has anything else");
        let door = Arc::new(Mutex::new(Door::new(secret, password.as_ref())));
        Some(Self { door, members: members.clone() })
    }

    /// Has `answer` be told what comes of a password, be it that of an account. It counts as a guess until it is known
    /// not to be one.
    pub(crate) fn check(
        &self,
        now: Time,
        source: Source,
        account: Option<&Name>,
        given: &Passphrase,
        pass: Pass,
        answer: impl FnOnce(Verdict) + Send + 'static,
    ) {
        let Source { address, is_private } = source;
        let Some(members) = &self.members else {
            return answer(self.door().handle_guess(now, address, given));
        };
        if let Err(denial) = self.door().begin_guess(now, address) {
            return answer(Verdict::Denied(denial));
        }
        if account.is_none() && self.door().is_password(given) {
            self.door().forgive(now, address);
            return answer(Verdict::Welcome);
        }
        let (account, given) = match (account, split(given)) {
            (Some(account), _) => (Some(account.clone()), given.clone()),
            (None, Some((account, given))) => (Some(account), given),
            (None, None) => (None, given.clone()),
        };
        if account.is_some() && !is_private {
            self.door().forgive(now, address);
            return answer(Verdict::Denied(Denial::Unsafe));
        }
        if let Some(account) = &account
            && let Err(denial) = self.door().begin_log_in(now, account)
        {
            return answer(Verdict::Denied(denial));
        }
        let (door, of) = (Arc::clone(&self.door), account.clone());
        members.check(account.as_ref(), &given, pass, move |verdict| {
            if !matches!(&verdict, Verdict::Denied(denial) if denial.is_guess()) {
                lock(&door).forgive(now, address);
                of.iter().for_each(|account| lock(&door).forgive_log_in(now, account));
            }
            // By a pass, too, an account is shown to whoever reads along.
            let is_shown = matches!(verdict, Verdict::Member(_) | Verdict::LoggedIn(..)) && !is_private;
            answer(if is_shown { Verdict::Denied(Denial::Unsafe) } else { verdict });
        });
    }

    /// Has `answer` be told what comes of an account that somebody wants to make. It counts as a guess until it is
    /// known that they were invited.
    pub(crate) fn make_account(
        &self,
        now: Time,
        source: Source,
        new: NewAccount,
        answer: impl FnOnce(Verdict) + Send + 'static,
    ) {
        let Source { address, is_private } = source;
        let Some(members) = self.members.as_ref().filter(|_| is_private) else {
            return answer(Verdict::Denied(if is_private { Denial::Wrong } else { Denial::Unsafe }));
        };
        if let Err(denial) = self.door().begin_guess(now, address) {
            return answer(Verdict::Denied(denial));
        }
        let door = Arc::clone(&self.door);
        members.make_account(new, move |verdict| {
            if !matches!(&verdict, Verdict::Denied(denial) if denial.is_guess()) {
                lock(&door).forgive(now, address);
            }
            answer(verdict);
        });
    }

    fn door(&self) -> MutexGuard<'_, Door> {
        lock(&self.door)
    }
}

/// Takes an account and its password apart, where both are given as one.
fn split(given: &Passphrase) -> Option<(Name, Passphrase)> {
    let (account, password) = given.as_str().split_once(':')?;
    Some((Name::parse(account)?, Passphrase::new(password)))
}

fn lock(door: &Mutex<Door>) -> MutexGuard<'_, Door> {
    door.lock().expect("nobody panics while holding it")
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use chinwag_core::admission::{Account, Role};
    use chinwag_core::log::{Accounts, AddressKey, Decided, KeptBar, OwnedState};
    use chinwag_core::{Config, Limits, Secret};

    use super::*;
    use crate::members::Roll;

    /// Knows one invitation, and one that is used up.
    struct Class;

    impl Roll for Class {
        fn make_account(&self, new: NewAccount, answer: Box<dyn FnOnce(Verdict) + Send>) {
            answer(match new.invitation.as_str() {
                "invitation" => Verdict::LoggedIn(Account { name: new.name, role: Role::Member }, new.invitation),
                "old" => Verdict::Denied(Denial::HasAccount),
                _ => Verdict::Denied(Denial::Wrong),
            });
        }

        fn check(&self, account: Option<&Name>, given: &Passphrase, _: Pass, answer: Box<dyn FnOnce(Verdict) + Send>) {
            answer(match given.as_str() {
                "sesame" if account.is_some_and(|account| account.as_str() == "Ann") => {
                    Verdict::Member(Account { name: account.expect("it is Ann").clone(), role: Role::Member })
                }
                "pass of Ann" => {
                    Verdict::Member(Account { name: Name::parse("Ann").expect("it is a name"), role: Role::Member })
                }
                "invitation" => Verdict::Invited(Passphrase::new("pass")),
                "old" => Verdict::Denied(Denial::UsedUp),
                _ => Verdict::Denied(Denial::Wrong),
            });
        }

        fn decided(&self, _: Box<dyn Fn(Decided) + Send>) -> Decided {
            Decided::default()
        }

        fn keep_bar(&self, _: AddressKey, _: Option<KeptBar>) {}

        fn keep_room(&self, _: Name, _: Option<Box<OwnedState>>) {}

        fn accounts(&self, _: Box<dyn Fn(Accounts) + Send>) -> Accounts {
            Accounts::default()
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
        let check_by = |given: &str, is_private| {
            let (answer, answered) = channel();
            let answer = move |verdict| drop(answer.send(verdict));
            let source = Source { address: [192, 0, 2, 1].into(), is_private };
            keeper.check(Time::START, source, None, &Passphrase::new(given), Pass::Wanted, answer);
            answered.recv().expect("it is answered")
        };
        let check = |given: &str| check_by(given, true);
        for _ in 0..10 {
            assert!(matches!(check("Ann:sesame"), Verdict::Member(_)));
            assert_eq!(check_by("Ann:sesame", false), Verdict::Denied(Denial::Unsafe));
            assert!(matches!(check("pass of Ann"), Verdict::Member(_)));
            assert_eq!(check_by("pass of Ann", false), Verdict::Denied(Denial::Unsafe));
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
    #[test]
    fn who_was_invited_makes_an_account_over_what_nobody_reads_and_an_invitation_can_be_guessed_three_times() {
        let setup = Setup {
            members: Some(Members::new(Class)),
            ..Config {
                limits: Limits {
                    asks_password: true,
                    has_accounts: true,
                    secret: Some(Secret::new([7; 32])),
                    ..Limits::default()
                },
                ..Config::default()
            }
            .into()
        };
        let keeper = Keeper::new(&setup).expect("there are accounts");
        let make = |invitation: &str, is_private| {
            let (answer, answered) = channel();
            let answer = move |verdict| drop(answer.send(verdict));
            let source = Source { address: [192, 0, 2, 1].into(), is_private };
            let new = NewAccount::parse("Ann", invitation, "swordfish").expect("it can be one");
            keeper.make_account(Time::START, source, new, answer);
            answered.recv().expect("it is answered")
        };
        for _ in 0..10 {
            assert!(matches!(make("invitation", true), Verdict::LoggedIn(..)));
            assert_eq!(make("invitation", false), Verdict::Denied(Denial::Unsafe));
            assert_eq!(make("old", true), Verdict::Denied(Denial::HasAccount));
        }
        let tries = [(); 4].map(|()| make("x", true));
        let [wrong, many] = [Denial::Wrong, Denial::TooMany].map(Verdict::Denied);
        assert_eq!(tries, [wrong.clone(), wrong.clone(), wrong, many]);
    }
}

//! Owns what operators of a room have decided, as the model has it: who joins, and who is heard.

use chinwag_core::Time;

use super::Person;

/// Holds what the operators of a room have decided.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Order {
    pub(super) is_locked: bool,
    pub(super) is_moderated: bool,
    pub(super) is_topic_locked: bool,
    pub(super) is_secret: bool,
    /// Also who is not there is heard.
    pub(super) is_open: bool,
    pub(super) limit: Option<usize>,
    pub(super) key: Option<String>,
    pub(super) bans: Vec<Ban>,
    pub(super) exceptions: Vec<Ban>,
    pub(super) mutes: Vec<Mute>,
    /// As which users they came.
    pub(super) invited: Vec<usize>,
    /// The last message that those are not shown who join from now on.
    pub(super) hidden: u64,
    /// As which users those came who are not shown all, and up to which message.
    pub(super) newcomers: Vec<(usize, u64)>,
}

/// Holds who can't join a room.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Ban {
    pub(super) whom: String,
    pub(super) by: String,
    pub(super) time: u128,
    pub(super) why: Option<String>,
    /// As which user they came, if they were here.
    pub(super) origin: Option<usize>,
    /// By which account they were logged in.
    pub(super) account: Option<String>,
    pub(super) until: Option<Time>,
}

/// Holds who is not heard in a room.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Mute {
    /// As which user they came, what they are called, and whether they were told.
    pub(super) origin: usize,
    pub(super) name: String,
    pub(super) is_told: bool,
    pub(super) until: Option<Time>,
}

impl Ban {
    fn means(&self, now: Time, person: &Person) -> bool {
        let is_them = self.whom.eq_ignore_ascii_case(&person.name) || self.origin == Some(person.origin);
        let is_account = self.account.as_ref().is_some_and(|account| person.has_account(account));
        is_live(self.until, now) && (is_them || is_account)
    }
}

pub(super) fn is_live(until: Option<Time>, now: Time) -> bool {
    until.is_none_or(|until| until > now)
}

impl Order {
    pub(super) const fn is_closed(&self) -> bool {
        self.is_locked || self.key.is_some()
    }

    /// Returns what hides nothing, and what is kept of it while nobody is there.
    pub(super) fn kept(&self, now: Time) -> Self {
        let kept = |list: &[Ban]| {
            let live = list.iter().filter(|ban| is_live(ban.until, now));
            live.map(|ban| Ban { origin: None, ..ban.clone() }).collect()
        };
        let (bans, exceptions) = (kept(&self.bans), kept(&self.exceptions));
        Self {
            bans,
            exceptions,
            mutes: Vec::new(),
            invited: Vec::new(),
            hidden: 0,
            newcomers: Vec::new(),
            ..self.clone()
        }
    }

    /// Hides what another one hides.
    pub(super) fn hiding_as(self, other: &Self) -> Self {
        self.hiding(other.hidden)
    }

    /// Hides nothing from somebody any more.
    pub(super) fn show_all(&mut self, origin: usize) {
        self.newcomers.retain(|(newcomer, _)| *newcomer != origin);
    }

    /// Returns what keeps somebody out, if anything does.
    pub(super) fn ban_of(&self, now: Time, person: &Person) -> Option<&Ban> {
        let ban = self.bans.iter().find(|ban| ban.means(now, person))?;
        (!self.exceptions.iter().any(|exception| exception.means(now, person))).then_some(ban)
    }

    /// Has who joins not be shown the messages up to this one.
    pub(super) fn hiding(self, hidden: u64) -> Self {
        Self { hidden: self.hidden.max(hidden), ..self }
    }
}

impl Order {
    /// Lets nobody hear somebody.
    pub(super) fn mute(&mut self, person: &Person, until: Option<Time>) {
        let is_so = self.mutes.iter().any(|mute| mute.origin == person.origin && mute.until == until);
        if !is_so {
            self.mutes.retain(|mute| mute.origin != person.origin);
            let (origin, name) = (person.origin, person.name.clone());
            self.mutes.push(Mute { origin, name, is_told: false, until });
        }
    }
}

/// Takes a ban out of a list.
pub(super) fn take_ban(now: Time, list: &mut Vec<Ban>, mask: &str) -> Option<String> {
    list.retain(|ban| is_live(ban.until, now));
    let place = list.iter().position(|ban| ban.whom.eq_ignore_ascii_case(mask))?;
    Some(list.remove(place).whom)
}

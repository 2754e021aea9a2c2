//! Owns how somebody logs in by lines: what is typed behind the command is a password.

use super::{Ask, Typist, clean, shows_nothing};

/// Says how far somebody is who logs in by lines, or wants to be an operator of the server.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(in crate::sim::model) enum Password {
    /// Their program may show nothing of it.
    Asked {
        is_hidden: bool,
    },
    CalledOff {
        is_hidden: bool,
    },
    Given {
        is_hidden: bool,
        account: String,
        operates: bool,
        given: String,
    },
}

impl Typist {
    /// What was read together tells of all of it whether a program shows nothing of passwords.
    pub(super) fn hide_passwords(&mut self, before: usize) {
        let hides = self.known == 2;
        let mut is_asked = false;
        for ask in self.asks.iter_mut().skip(before) {
            if let Ask::Password(Password::Asked { is_hidden }) = ask {
                (*is_hidden, is_asked) = (hides, true);
            } else if let Ask::Password(Password::Given { is_hidden, .. } | Password::CalledOff { is_hidden }) = ask
                && is_asked
            {
                *is_hidden = hides;
            }
        }
        if let Some((.., is_hidden)) = self.wanted.as_mut().filter(|_| is_asked) {
            *is_hidden = hides;
        }
    }

    /// Takes what comes for a password, if one was asked for: nothing, if it is too long.
    pub(super) fn give(&mut self, line: Option<&str>) -> Option<Ask> {
        let (account, operates, is_hidden) = self.wanted.take()?;
        if line.is_none_or(|line| !shows_nothing(&clean(line))) {
            let given = line.unwrap_or_default().to_owned();
            return Some(Ask::Password(Password::Given { is_hidden, account, operates, given }));
        }
        Some(Ask::Password(Password::CalledOff { is_hidden }))
    }

    pub(super) fn ask_or_log_in(&mut self, line: &[u8]) -> Option<Ask> {
        let ask = self.ask(line)?;
        let Ask::Password(Password::Given { account, operates, .. }) = ask else { return Some(ask) };
        let is_hidden = self.known == 2;
        self.wanted = Some((account, operates, is_hidden));
        Some(Ask::Password(Password::Asked { is_hidden }))
    }
}

//! Owns how a server's members are known by a folder.

use anyhow::Context as _;
use chinwag_core::Name;
use chinwag_core::admission::{NewAccount, Pass, Passphrase, Verdict};
use chinwag_core::log::{Accounts, AddressKey, Decided, KeptBar, OwnedState};
use chinwag_io::Roll;

use crate::flags::Flags;

/// Answers who still waits when it is dropped.
pub(crate) struct Closing(chinwag_members::Members);

impl Drop for Closing {
    fn drop(&mut self) {
        self.0.close();
    }
}

/// Opens the members of the folder that the flags name, if they name one. They are closed by what comes with them.
pub(crate) fn open(flags: &Flags) -> anyhow::Result<Option<(chinwag_io::Members, Closing)>> {
    let Some(folder) = &flags.data else { return Ok(None) };
    let members = chinwag_members::Members::open(folder).context("can't know who may come in")?;
    Ok(Some((chinwag_io::Members::new(Members(members.clone())), Closing(members))))
}

/// Hands on what is asked.
struct Members(chinwag_members::Members);

impl Roll for Members {
    fn check(&self, account: Option<&Name>, given: &Passphrase, pass: Pass, answer: Box<dyn FnOnce(Verdict) + Send>) {
        self.0.check(account, given, pass, answer);
    }

    fn decided(&self, told: Box<dyn Fn(Decided) + Send>) -> Decided {
        self.0.decided(told)
    }

    fn keep_bar(&self, address: AddressKey, bar: Option<KeptBar>) {
        self.0.keep_ban(address, bar);
    }

    fn keep_room(&self, room: Name, owned: Option<Box<OwnedState>>) {
        self.0.keep_room(room, owned.map(|owned| *owned));
    }

    fn accounts(&self, changed: Box<dyn Fn(Accounts) + Send>) -> Accounts {
        self.0.accounts(changed)
    }

    fn make_account(&self, new: NewAccount, answer: Box<dyn FnOnce(Verdict) + Send>) {
        self.0.make_account(new, answer);
    }
}

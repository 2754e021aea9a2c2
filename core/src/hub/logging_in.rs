//! Owns what becomes of those who log in by lines: each is asked for a password, and answered.

use super::Hub;
use crate::password::Denial;
use crate::recording::GivenBy;
use crate::{ConnectionId, LogIn, LoggingIn, Message, Purpose, Stage};

impl<S> Hub<S> {
    /// Goes on with somebody who logs in. The session has found out whether they can be asked for a password here.
    pub(super) fn log_in_by_lines(&mut self, connection: ConnectionId, log_in: LogIn) {
        let LogIn { account, purpose, stage, is_hidden } = log_in;
        if is_hidden && matches!(stage, Stage::Given(_) | Stage::CalledOff) {
            self.reply(connection, Message::LoggingIn(LoggingIn::Shown));
        }
        let answer = match stage {
            Stage::Wanted => LoggingIn::Asked { is_hidden },
            Stage::Without => LoggingIn::NoAccounts,
            Stage::Unsafe => LoggingIn::Denied(Denial::Unsafe),
            Stage::Elsewhere => LoggingIn::Elsewhere,
            Stage::CalledOff => LoggingIn::CalledOff,
            Stage::Given(given) => {
                let by = match purpose {
                    Purpose::LogIn => GivenBy::LogIn,
                    Purpose::Operate => GivenBy::Oper,
                };
                return self.log_in(connection, by, Some(account), given);
            }
        };
        self.reply(connection, Message::LoggingIn(answer));
    }
}

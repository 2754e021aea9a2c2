//! Owns how it is written what a hub was handed, and about how much came of it.

use std::borrow::Cow;

use chinwag_core::Request;
use chinwag_core::ops::{Arrival, Handed, Input, Tally};

use crate::common::{connection, name, nanos, time};
use crate::moderation::{address, put_address};
use crate::record::{accounts, put_accounts};
use crate::request::{dialect, form, logs_in, put_dialect, put_form, put_logs_in, requests};
use crate::{DecodeError, answer, proto};

impl From<&Input> for proto::Input {
    fn from(Input { at, handed }: &Input) -> Self {
        let handed = match handed {
            Handed::Opened(arrival) => proto::Handed::Opened(arrival.into()),
            Handed::Asked { connection, requests } => proto::Handed::Asked(proto::Asked {
                connection: Some((*connection).into()),
                requests: put_requests(requests),
            }),
            Handed::Closed { connection } => proto::Handed::Closed((*connection).into()),
            Handed::Woke => proto::Handed::Woke(proto::Nothing {}),
            Handed::Clock { unix_ms } => proto::Handed::ClockUnixMs(*unix_ms),
            Handed::Accounts(accounts) => proto::Handed::Accounts(put_accounts(accounts)),
            Handed::Answered(answer) => (&**answer).into(),
            Handed::Stopped => proto::Handed::Stopped(proto::Nothing {}),
        };
        Self { at_ns: nanos(*at), handed: Some(handed) }
    }
}

impl From<&Arrival> for proto::Arrival {
    fn from(Arrival { form, dialect, requests, address, logs_in, account }: &Arrival) -> Self {
        Self {
            form: put_form(*form),
            dialect: put_dialect(*dialect),
            requests: put_requests(requests),
            address: put_address(*address),
            logs_in: put_logs_in(*logs_in),
            account: account.as_ref().map(ToString::to_string),
        }
    }
}

/// Writes what somebody asks for.
pub(crate) fn put_requests(requests: &[Request]) -> Vec<proto::Request> {
    requests.iter().map(Into::into).collect()
}

/// Reads what a hub was handed.
pub(crate) fn input(input: proto::Input, format: u32) -> Result<Input, DecodeError> {
    let answered = |answer| Handed::Answered(Box::new(answer));
    let handed = match input.handed.ok_or(DecodeError::Unknown { format })? {
        proto::Handed::Opened(arrival) => Handed::Opened(Arrival {
            form: form(arrival.form)?,
            dialect: dialect(arrival.dialect)?,
            requests: requests(arrival.requests, format)?,
            address: address(arrival.address),
            logs_in: logs_in(arrival.logs_in)?,
            account: arrival.account.map(|account| name(&account)).transpose()?,
        }),
        proto::Handed::Asked(asked) => {
            Handed::Asked { connection: connection(asked.connection)?, requests: requests(asked.requests, format)? }
        }
        proto::Handed::Closed(id) => Handed::Closed { connection: connection(Some(id))? },
        proto::Handed::Woke(proto::Nothing {}) => Handed::Woke,
        proto::Handed::ClockUnixMs(unix_ms) => Handed::Clock { unix_ms },
        proto::Handed::Accounts(changed) => Handed::Accounts(accounts(&changed)?),
        proto::Handed::Verified(verified) => answered(answer::verified(verified)?),
        proto::Handed::Decided(decided) => answered(answer::decided(decided)?),
        proto::Handed::Recalled(past) => answered(answer::recalled(past)?),
        proto::Handed::Read(read) => answered(answer::read(read)?),
        proto::Handed::Found(found) => answered(answer::found(found)?),
        proto::Handed::LoggedIn(logged_in) => answered(answer::logged_in(logged_in)?),
        proto::Handed::Stopped(proto::Nothing {}) => Handed::Stopped,
    };
    let input = Input { at: time(input.at_ns), handed };
    let is_kept = matches!(input.without_secrets(), Cow::Borrowed(_));
    if is_kept { Ok(input) } else { Err(DecodeError::Damaged("no secret is written")) }
}

impl From<Tally> for proto::Batch {
    fn from(Tally { actions, bytes }: Tally) -> Self {
        Self { actions, bytes }
    }
}

impl From<proto::Batch> for Tally {
    fn from(proto::Batch { actions, bytes }: proto::Batch) -> Self {
        Self { actions, bytes }
    }
}

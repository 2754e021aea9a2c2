//! Owns how the rules of a chat are written.

use std::time::Duration;

use chinwag_core::Rules;

use crate::{DecodeError, proto};

impl From<&Rules> for proto::Rules {
    fn from(rules: &Rules) -> Self {
        let Rules { line_chars_max, crowd_members, crowd_interval, announce_wait, history_on_join, seed } = rules;
        Self {
            line_chars_max: *line_chars_max,
            crowd_members: *crowd_members,
            crowd_interval_ns: nanos(*crowd_interval),
            announce_wait_ns: nanos(*announce_wait),
            seed: *seed,
            history_on_join: (*history_on_join).into(),
        }
    }
}

/// Reads rules, which have to be within what they can be.
pub(crate) fn rules(rules: &proto::Rules) -> Result<Rules, DecodeError> {
    let proto::Rules { line_chars_max, crowd_members, crowd_interval_ns, announce_wait_ns, seed, history_on_join } =
        *rules;
    let damaged = DecodeError::Damaged("a rule is outside of what it can be");
    let rules = Rules {
        line_chars_max,
        crowd_members,
        crowd_interval: Duration::from_nanos(crowd_interval_ns),
        announce_wait: Duration::from_nanos(announce_wait_ns),
        history_on_join: u8::try_from(history_on_join).map_err(|_| damaged.clone())?,
        seed,
    };
    rules.check().map_err(|_| damaged)?;
    Ok(rules)
}

/// Returns a time as nanoseconds. None that a rule can be is longer than these can say.
fn nanos(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

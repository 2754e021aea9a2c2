//! Owns what a server runs with: the rules that it shares with others, and its own limits.

use crate::config_error::ConfigError;
use crate::ids::ConnectionId;
use crate::limits::Limits;
use crate::rules::Rules;
use crate::token::Token;

/// Holds all that a server may choose. [`Config::default`] is what it runs with unless it is told otherwise.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Config {
    /// What all servers that follow one log have to share.
    pub rules: Rules,
    /// What is this server's own.
    pub limits: Limits,
}

impl Config {
    /// Checks that the rules and the limits can hold.
    ///
    /// # Errors
    /// Returns the first field that is outside of what it can be.
    pub fn check(&self) -> Result<(), ConfigError> {
        self.rules.check().and_then(|()| self.limits.check())
    }

    /// Returns the token of a connection, if there is a secret to make it with.
    #[must_use]
    pub fn token(&self, connection: ConnectionId) -> Option<Token> {
        self.limits.secret.as_ref().map(|secret| Token::new(secret, self.rules.boot(), connection))
    }

    /// Returns whose token this is, if it was made with the secret in this run of the server.
    pub(crate) fn connection_of(&self, token: &Token) -> Option<ConnectionId> {
        self.limits.secret.as_ref().and_then(|secret| token.connection(secret, self.rules.boot()))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::window::{REPLY_RESERVE_BYTES, REPLY_WINDOW_BYTES};

    #[test]
    fn limits_that_cannot_hold_together_are_refused_by_name() {
        let default = Config::default;
        let cases = [
            (default(), None),
            (Config { rules: Rules { line_chars_max: 0, ..Rules::default() }, ..default() }, Some("line_chars_max")),
            (Config { rules: Rules { line_chars_max: 4096, ..Rules::default() }, ..default() }, None),
            (Config { rules: Rules { line_chars_max: 4097, ..Rules::default() }, ..default() }, Some("line_chars_max")),
            (Config { limits: Limits { flood_lines_per_second: 0, ..Limits::default() }, ..default() }, None),
            (Config { limits: Limits { flood_lines_per_second: 1_000_000, ..Limits::default() }, ..default() }, None),
            (
                Config { limits: Limits { flood_lines_per_second: 1_000_001, ..Limits::default() }, ..default() },
                Some("flood_lines_per_second"),
            ),
            (
                Config { rules: Rules { crowd_interval: Duration::ZERO, ..Rules::default() }, ..default() },
                Some("crowd_interval"),
            ),
            (
                Config { rules: Rules { crowd_interval: Duration::from_secs(3601), ..Rules::default() }, ..default() },
                Some("crowd_interval"),
            ),
            (
                Config { limits: Limits { list_bytes_max: 255, ..Limits::default() }, ..default() },
                Some("list_bytes_max"),
            ),
            (Config { limits: Limits { list_bytes_max: 256, ..Limits::default() }, ..default() }, None),
            (Config { limits: Limits { list_bytes_max: 8192, ..Limits::default() }, ..default() }, None),
            (
                Config { limits: Limits { list_bytes_max: 8193, ..Limits::default() }, ..default() },
                Some("list_bytes_max"),
            ),
            (
                Config { limits: Limits { queue_bytes_max: (64 << 10) - 1, ..Limits::default() }, ..default() },
                Some("queue_bytes_max"),
            ),
            (Config { limits: Limits { queue_bytes_max: 64 << 10, ..Limits::default() }, ..default() }, None),
            (Config { limits: Limits { queue_bytes_max: 1 << 30, ..Limits::default() }, ..default() }, None),
            (
                Config { limits: Limits { queue_bytes_max: (1 << 30) + 1, ..Limits::default() }, ..default() },
                Some("queue_bytes_max"),
            ),
            (
                Config { limits: Limits { batch_bytes_max: 0, ..Limits::default() }, ..default() },
                Some("batch_bytes_max"),
            ),
            (Config { limits: Limits { batch_bytes_max: 1 << 30, ..Limits::default() }, ..default() }, None),
            (
                Config { limits: Limits { batch_bytes_max: (1 << 30) + 1, ..Limits::default() }, ..default() },
                Some("batch_bytes_max"),
            ),
            (Config { limits: Limits { turn_writes: 0, ..Limits::default() }, ..default() }, Some("turn_writes")),
            (
                Config { limits: Limits { crowd_turn_writes: 0, ..Limits::default() }, ..default() },
                Some("crowd_turn_writes"),
            ),
            (Config { limits: Limits { turn_writes: 1, ..Limits::default() }, ..default() }, None),
            (
                Config { limits: Limits { connections_max: 0, ..Limits::default() }, ..default() },
                Some("connections_max"),
            ),
            (Config { limits: Limits { connections_max: 1, ..Limits::default() }, ..default() }, None),
            (Config { limits: Limits { connects_per_second: 1_000_000, ..Limits::default() }, ..default() }, None),
            (
                Config { limits: Limits { connects_per_second: 1_000_001, ..Limits::default() }, ..default() },
                Some("connects_per_second"),
            ),
            (
                Config {
                    limits: Limits { ping_interval: Duration::from_millis(999), ..Limits::default() },
                    ..default()
                },
                Some("ping_interval"),
            ),
            (
                Config {
                    limits: Limits { ping_interval: Duration::from_secs(3601), ..Limits::default() },
                    ..default()
                },
                Some("ping_interval"),
            ),
            (
                Config { limits: Limits { ping_interval: Duration::from_secs(6), ..Limits::default() }, ..default() },
                None,
            ),
            (
                Config {
                    limits: Limits { ping_interval: Duration::from_millis(5999), ..Limits::default() },
                    ..default()
                },
                Some("pong_wait"),
            ),
            (
                Config { limits: Limits { ping_interval: Duration::from_secs(60), ..Limits::default() }, ..default() },
                None,
            ),
            (
                Config {
                    limits: Limits { ping_interval: Duration::from_millis(60_001), ..Limits::default() },
                    ..default()
                },
                Some("pong_wait"),
            ),
            (Config { rules: Rules { announce_wait: Duration::from_secs(60), ..Rules::default() }, ..default() }, None),
            (
                Config {
                    rules: Rules { announce_wait: Duration::from_millis(60_001), ..Rules::default() },
                    ..default()
                },
                Some("announce_wait"),
            ),
            (
                Config { limits: Limits { dead_after: Duration::from_millis(2999), ..Limits::default() }, ..default() },
                Some("dead_after"),
            ),
            (Config { limits: Limits { dead_after: Duration::from_secs(3), ..Limits::default() }, ..default() }, None),
            (
                Config { limits: Limits { dead_after: Duration::from_secs(86_400), ..Limits::default() }, ..default() },
                None,
            ),
            (
                Config { limits: Limits { dead_after: Duration::from_secs(86_401), ..Limits::default() }, ..default() },
                Some("dead_after"),
            ),
            (Config { limits: Limits { threads: 0, ..Limits::default() }, ..default() }, Some("threads")),
            (Config { limits: Limits { threads: 1025, ..Limits::default() }, ..default() }, Some("threads")),
            (
                Config { limits: Limits { stall_max: Duration::from_millis(999), ..Limits::default() }, ..default() },
                Some("stall_max"),
            ),
            (Config { limits: Limits { stall_max: Duration::from_secs(1), ..Limits::default() }, ..default() }, None),
            (
                Config { limits: Limits { request_wait: Duration::from_millis(99), ..Limits::default() }, ..default() },
                Some("request_wait"),
            ),
            (
                Config {
                    limits: Limits { request_wait: Duration::from_millis(100), ..Limits::default() },
                    ..default()
                },
                None,
            ),
        ];
        for (config, refused) in cases {
            assert_eq!(config.check().err().map(|error| error.field), refused, "{config:?}");
        }
    }

    #[test]
    fn each_run_has_a_number_of_its_own_which_is_not_its_seed() {
        let boot = |seed| Rules { seed, ..Rules::default() }.boot();
        let boots = [0, 1, 2, 7, 1 << 32, u64::MAX].map(boot);
        assert_eq!(boots.iter().collect::<std::collections::BTreeSet<_>>().len(), boots.len());
        assert!(boots.iter().all(|&boot| boot > 1000));
        assert_eq!(boot(7), boot(7));
    }

    #[test]
    fn a_refusal_says_what_is_allowed() {
        let refused = Config { limits: Limits { threads: 0, ..Limits::default() }, ..Config::default() }
            .check()
            .expect_err("a server needs a thread");
        assert_eq!(refused.to_string(), "threads takes 1 to 1024");
    }

    #[test]
    fn the_defaults_are_what_their_reasons_say() {
        let config = Config::default();
        assert_eq!(config.check(), Ok(()));
        assert_eq!((config.limits.queue_bytes_max, config.limits.batch_bytes_max), (262_144, 65_536));
        assert_eq!((config.limits.list_bytes_max, REPLY_WINDOW_BYTES, REPLY_RESERVE_BYTES), (8192, 16_384, 40_960));
    }
}

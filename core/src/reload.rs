//! Owns which limits a server that runs can take anew.

use crate::{Config, Limits, ListenAddresses, Tls};

/// Takes over the limits that are live, and names the others that differ. A limit that is in neither list does not
/// compile.
macro_rules! take_over {
    ($running:expr, $wanted:expr, live: [$($live:ident),* $(,)?], fixed: [$($fixed:ident),* $(,)?] $(,)?) => {{
        let Limits { $($live,)* $($fixed,)* } = $wanted;
        $($running.$live.clone_from($live);)*
        [$((stringify!($fixed), $running.$fixed != *$fixed),)*]
    }};
}

impl Config {
    /// Takes over what a server that runs can take anew, and leaves all else as it is. That are, for whoever connects
    /// from now on, [`flood_lines_per_second`](Limits::flood_lines_per_second), [`flood_burst`](Limits::flood_burst),
    /// [`handshake_wait`](Limits::handshake_wait), [`request_wait`](Limits::request_wait),
    /// [`dead_after`](Limits::dead_after), [`web_origins`](Limits::web_origins), [`pages`](Limits::pages) and
    /// [`proxies`](Limits::proxies); what decides who may connect: [`connections_max`](Limits::connections_max),
    /// [`connections_per_address_max`](Limits::connections_per_address_max),
    /// [`connects_per_second`](Limits::connects_per_second) and [`connect_burst`](Limits::connect_burst); and
    /// [`drain`](Limits::drain).
    ///
    /// Returns the names of the fields that `wanted` has otherwise and that stay as they are, `rules` for all of those.
    /// What is not to change has to be the same, such as the seed that was drawn. Without a secret, or TLS, what the
    /// server has of it may stay.
    pub fn reload(&mut self, wanted: &Self) -> Vec<&'static str> {
        let limits = take_over!(
            self.limits,
            &wanted.limits,
            live: [
                flood_lines_per_second,
                flood_burst,
                connections_max,
                connections_per_address_max,
                connects_per_second,
                connect_burst,
                handshake_wait,
                request_wait,
                dead_after,
                drain,
                web_origins,
                pages,
                proxies,
            ],
            fixed: [
                list_bytes_max,
                queue_bytes_max,
                stall_max,
                batch_bytes_max,
                small_batch_writes,
                small_room_writes,
                turn_writes,
                crowd_turn_writes,
                ping_interval,
                pong_wait,
                threads,
                secret,
                server_name,
                registration_wait,
                tls,
                listen_addresses,
                asks_password,
                has_accounts,
                assets,
            ],
        );
        let rules = ("rules", self.rules != wanted.rules);
        let is_asked = |field| match field {
            "secret" => wanted.limits.secret.is_some(),
            // Where it listens it knows better than whoever asks for something else.
            "listen_addresses" => wanted.limits.listen_addresses != ListenAddresses::default(),
            // A server that has a certificate offers it.
            // One that has a password asks for it.
            "asks_password" => wanted.limits.asks_password,
            "has_accounts" => wanted.limits.has_accounts,
            "tls" => (self.limits.tls, wanted.limits.tls) != (Tls::Offered, Tls::Off),
            _ => true,
        };
        let differing = [rules].into_iter().chain(limits).filter(|(field, differs)| *differs && is_asked(*field));
        differing.map(|(field, _)| field).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::{Rules, Secret};

    #[test]
    fn what_can_change_is_taken_over_and_what_cannot_is_named() {
        let limits = Limits {
            flood_lines_per_second: 1,
            flood_burst: Duration::from_secs(1),
            connections_max: 1,
            connections_per_address_max: 1,
            connects_per_second: 1,
            connect_burst: Duration::from_secs(1),
            handshake_wait: Duration::from_secs(1),
            request_wait: Duration::from_secs(1),
            dead_after: Duration::from_secs(10),
            drain: Duration::from_secs(1),
            web_origins: ["http://a".parse().expect("an origin")].into(),
            proxies: ["::1".parse().expect("an address")].into(),
            ..Limits::default()
        };
        let wanted = Config { limits, ..Config::default() };
        let mut running = Config::default();
        assert_eq!(running.reload(&wanted), [""; 0]);
        assert_eq!(running, wanted);
        let limits = Limits { threads: 7, server_name: "a.b".into(), drain: Duration::ZERO, ..Limits::default() };
        let other = Config { limits, rules: Rules { seed: 1, ..Rules::default() } };
        let mut running = Config::default();
        assert_eq!(running.reload(&other), ["rules", "threads", "server_name"]);
        let limits = Limits { drain: Duration::ZERO, ..Limits::default() };
        assert_eq!(running, Config { limits, ..Config::default() });
    }

    #[test]
    fn a_secret_that_was_drawn_stays_and_only_another_one_is_asked_for_in_vain() {
        let with = |secret| Config { limits: Limits { secret, ..Limits::default() }, ..Config::default() };
        let [drawn, other] = [1, 2].map(|byte| with(Some(Secret::new([byte; 32]))));
        let mut running = drawn.clone();
        assert_eq!(running.reload(&with(None)), [""; 0]);
        assert_eq!(running.reload(&drawn), [""; 0]);
        assert_eq!(running.reload(&other), ["secret"]);
        assert_eq!(running, drawn);
    }
}

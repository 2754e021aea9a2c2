//! Owns what a server is given when it starts: its configuration, and what the program that embeds it has to say.

use std::hash::{BuildHasher as _, RandomState};
use std::io;
use std::thread::available_parallelism;

use chinwag_core::admission::Passphrase;
use chinwag_core::{Config, Limits, Rules, Tls};

use crate::certificate::Certificate;
use crate::clock::Clock;
use crate::cluster::Cluster;
use crate::descriptors::raise_limit;
use crate::guard::Guard;
use crate::history::History;
use crate::members::Members;
use crate::page::PAGE;
use crate::recorder::Recorder;
use crate::recording::Recording;
use crate::secret::with_secret;

/// What a server runs with.
///
/// [`Setup::for_server`] has what the programs have. [`Setup::from`] a configuration leaves all as it is there, but for
/// a secret, which a server that has none draws.
#[derive(Clone, Default, Debug)]
pub struct Setup {
    /// The limits and choices.
    pub config: Config,
    /// Is asked before a connection counts: each that is made, each for which a proxy has said where it comes from, and
    /// each at a listener for browsers that asks to chat. It must not wait. Default none: all may come who the limits
    /// let in.
    pub guard: Option<Guard>,
    /// Shows who the server is to those who speak TLS, which every listener understands then, besides what it
    /// understands without; or nothing else, if [`Limits::tls`] says so. Default none: there is no TLS.
    pub certificate: Option<Certificate>,
    /// Lets people in: nobody comes in who does not give it. Default none: everybody is welcome, unless
    /// [`Limits::asks_password`] says otherwise.
    pub password: Option<Passphrase>,
    /// Knows what else lets people in where a password is asked for. Default none.
    pub members: Option<Members>,
    /// Keeps what is said in rooms, and knows it when the server starts again. Default none: it is known as long as
    /// somebody is in a room.
    pub history: Option<History>,
    /// Shares a log with other servers, so that all of them are one chat. Default none: the server is on its own. The
    /// [seed](Rules::seed) has to be the same for all, and so has the [secret](Limits::secret) if people are to go on
    /// at another server by a token.
    pub cluster: Option<Cluster>,
    /// Keeps the log of all that people share. Default none: nothing is kept.
    pub recorder: Option<Recorder>,
    /// Keeps what the server is handed, before it is handled, so that the run can be run again. Default none.
    pub recording: Option<Recording>,
}

impl Setup {
    /// Has what the programs have when they are given no flags. It has as many [threads](Limits::threads) as there are
    /// cores. It has as many [connections](Limits::connections_max) as the limit of descriptors allows, which is raised
    /// for this process as far as it may. It has a [seed](Rules::seed) and a [secret](Limits::secret) of its own, and
    /// the [page](Limits::assets). The wall clock is looked at by each server while it runs.
    ///
    /// # Errors
    /// If the operating system has no random bytes to give.
    pub fn for_server() -> io::Result<Self> {
        Self::for_threads(cores())
    }

    /// The same with so many threads.
    ///
    /// # Errors
    /// If the operating system has no random bytes to give.
    pub fn for_threads(threads: u32) -> io::Result<Self> {
        let config = Config {
            rules: Rules { seed: RandomState::new().hash_one(threads), ..Rules::default() },
            limits: Limits { threads, connections_max: raise_limit(threads), assets: PAGE, ..Limits::default() },
        };
        Ok(with_secret(config)?.into())
    }

    /// Returns the clock that the server goes by: one that starts now, or that of the servers with which it shares a
    /// log.
    #[must_use]
    pub fn clock(&self) -> Clock {
        self.cluster.as_ref().map_or_else(Clock::start, Cluster::clock)
    }

    /// Checks what a server is given, draws a secret if there is none, and offers TLS if there is a certificate.
    ///
    /// # Errors
    /// If the configuration can't be used, or wants TLS without a certificate, or a password that there is none of, or
    /// the operating system has no random bytes to give.
    pub fn checked(self) -> io::Result<Self> {
        let wrong = |error| io::Error::new(io::ErrorKind::InvalidInput, error);
        self.config.check().map_err(|error| wrong(error.to_string()))?;
        let mut config = with_secret(self.config)?;
        config.limits.tls = match (config.limits.tls, &self.certificate) {
            (Tls::Off, None) => Tls::Off,
            (Tls::Off | Tls::Offered, Some(_)) => Tls::Offered,
            (Tls::Only, Some(_)) => Tls::Only,
            (Tls::Offered | Tls::Only, None) => return Err(wrong("tls is to have a certificate".to_owned())),
        };
        if config.limits.asks_password && self.password.is_none() && self.members.is_none() {
            return Err(wrong("asks_password is to have a password, or members".to_owned()));
        }
        if self.cluster.is_some() && self.recording.is_some() {
            return Err(wrong("a recording is of a server on its own, not of one that shares a log".to_owned()));
        }
        config.limits.asks_password |= self.password.is_some();
        config.limits.has_accounts = self.members.is_some();
        Ok(Self { config, ..self })
    }
}

impl From<Config> for Setup {
    fn from(config: Config) -> Self {
        Self {
            config,
            guard: None,
            certificate: None,
            password: None,
            members: None,
            history: None,
            cluster: None,
            recorder: None,
            recording: None,
        }
    }
}

/// Returns how many cores there are for this process, as far as threads can use them.
#[must_use]
pub fn cores() -> u32 {
    available_parallelism().map_or(1, |cores| u32::try_from(cores.get()).unwrap_or(1).min(1024))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_embedder_gets_what_the_program_has() {
        let [one, other] = [(); 2].map(|()| Setup::for_server().expect("the system has random bytes").config);
        assert_eq!((one.limits.threads, one.limits.assets), (cores(), PAGE));
        assert!(one.limits.connections_max < u32::MAX && one.check().is_ok());
        assert!(
            one.rules.seed != other.rules.seed
                && one.limits.secret.is_some()
                && one.limits.secret != other.limits.secret
        );
    }

    #[test]
    fn what_is_given_is_left_as_it_is_but_for_a_secret() {
        let config = Config { rules: Rules { seed: 7, ..Rules::default() }, ..Config::default() };
        let checked = Setup::from(config.clone()).checked().expect("it can be used").config;
        assert!(checked.limits.secret.is_some());
        assert_eq!(Config { limits: Limits { secret: None, ..checked.limits }, ..checked }, config);
        let refused = Setup::from(Config { limits: Limits { threads: 0, ..config.limits }, ..config }).checked();
        assert_eq!(refused.expect_err("a server needs a thread").kind(), io::ErrorKind::InvalidInput);
    }
}

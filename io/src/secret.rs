//! Owns how a server comes by what nobody else can know.

use std::io;

use chinwag_core::{Config, Limits, Secret};

/// Draws the secret of a server that has none yet: 32 bytes from the operating system. It is in memory only, and ends
/// with the server.
///
/// # Errors
/// If the operating system has none to give.
pub(crate) fn with_secret(config: Config) -> io::Result<Config> {
    if config.limits.secret.is_some() {
        return Ok(config);
    }
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes)?;
    Ok(Config { limits: Limits { secret: Some(Secret::new(bytes)), ..config.limits }, ..config })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_server_draws_a_secret_of_its_own_and_one_that_has_one_keeps_it() {
        let draw = || with_secret(Config::default()).expect("the system has random bytes");
        let (one, other) = (draw(), draw());
        assert!(one.limits.secret.is_some() && one.limits.secret != other.limits.secret);
        assert_eq!(with_secret(one.clone()).expect("nothing is drawn"), one);
    }
}

//! Owns secrets that the server draws for people: invitations, and what somebody comes in with who was let in before.

use std::io;

use chinwag_core::admission::Passphrase;
use sha2::{Digest as _, Sha256};

/// The digits, of five bits each: lower case letters, and no digits that look like them, so that it can be typed.
const DIGITS: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";

/// How many digits there are: they have 130 bits.
const DIGITS_LEN: usize = 26;

/// By what a secret is known.
pub(crate) type Hash = [u8; 32];

/// Draws one.
///
/// # Errors
/// If the operating system has no random bytes to give.
pub(crate) fn draw() -> io::Result<Passphrase> {
    let mut bytes = [0; DIGITS_LEN];
    getrandom::fill(&mut bytes)?;
    let digits = bytes.map(|byte| char::from(DIGITS[usize::from(byte % 32)]));
    Ok(Passphrase::new(&String::from_iter(digits)))
}

/// Returns by what it is known, however its letters are typed.
pub(crate) fn hash(secret: &Passphrase) -> Hash {
    Sha256::digest(secret.as_str().trim().to_ascii_lowercase()).into()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn secrets_differ_and_are_known_however_they_are_typed() {
        let drawn: Vec<_> = (0..100).map(|_| draw().expect("the system has random bytes")).collect();
        assert_eq!(drawn.iter().map(hash).collect::<BTreeSet<_>>().len(), 100);
        for secret in &drawn {
            assert_eq!(secret.as_str().len(), DIGITS_LEN);
            let typed = format!(" {} ", secret.as_str().to_uppercase());
            assert_eq!(hash(&Passphrase::new(&typed)), hash(secret));
        }
    }
}

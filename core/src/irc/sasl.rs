//! Owns what is said by the mechanism PLAIN of SASL (RFC 4616).

use crate::name::Name;
use crate::password::Passphrase;

/// How long a chunk is: the next one goes on with what a whole one has begun.
pub(crate) const CHUNK: usize = 400;

/// Takes apart whose account it is, and by what that is shown: by whom somebody wants to be taken for, which has to be
/// the same, and by the account and the password, with zero bytes between them.
pub(crate) fn credentials(base64: &str) -> Option<(Name, Passphrase)> {
    let plain = String::from_utf8(decoded(base64)?).ok()?;
    let [wanted, account, password] = plain.split('\0').collect::<Vec<_>>().try_into().ok()?;
    let is_own = wanted.is_empty() || wanted.eq_ignore_ascii_case(account);
    let name = Name::parse(account).filter(|_| is_own && !password.is_empty())?;
    Some((name, Passphrase::new(password)))
}

/// Tells whether this is Base64.
pub(crate) fn is_base64(text: &str) -> bool {
    decoded(text).is_some()
}

/// Reads Base64 (RFC 4648, section 4).
fn decoded(base64: &str) -> Option<Vec<u8>> {
    let digits = base64.trim_end_matches('=');
    if !base64.len().is_multiple_of(4) || base64.len() - digits.len() > 2 {
        return None;
    }
    let (mut bytes, mut held, mut bits) = (Vec::new(), 0_u32, 0);
    for digit in digits.bytes() {
        let value = match digit {
            b'A'..=b'Z' => digit - b'A',
            b'a'..=b'z' => digit - b'a' + 26,
            b'0'..=b'9' => digit - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        held = held << 6 | u32::from(value);
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push((held >> bits).to_le_bytes()[0]);
            held &= (1 << bits) - 1;
        }
    }
    (held == 0).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_and_a_password_are_found_in_what_is_said() {
        let ann = |password: &str| Some((Name::parse("ann").expect("it is a name"), Passphrase::new(password)));
        for (base64, found) in [
            ("YW5uAGFubgBzZXNhbWU=", ann("sesame")),
            ("AGFubgBzZXNhbWU=", ann("sesame")),
            ("AGFubgDDqQ==", ann("\u{e9}")),
            ("AGFubgBzZXNhbWU", None),
            ("AGFubgA=", None),
            ("AABzZXNhbWU=", None),
            ("Ym9iAGFubgBzZXNhbWU=", None),
            ("AGFubgBzZXNhAG1l", None),
            ("!!!", None),
            ("", None),
            ("====", None),
            ("AGFubgBzZXNhbWV=", None),
            ("/////w==", None),
        ] {
            assert_eq!(credentials(base64), found, "{base64}");
        }
    }
}

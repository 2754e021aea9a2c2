//! Owns how to tell whether a client takes gzip (RFC 9110, section 12.5.3).

use super::Head;

/// A weight in thousandths; 0 means not at all.
type Weight = u16;

/// Tells whether a client takes gzip, and likes nothing else better.
pub(crate) fn takes_gzip(head: &Head<'_>) -> bool {
    let (mut gzip, mut identity, mut rest) = (None, None, None);
    for item in head.items("accept-encoding") {
        let mut parts = item.split(|&byte| byte == b';').map(<[u8]>::trim_ascii);
        let coding = parts.next().unwrap_or_default().to_ascii_lowercase();
        let named = match &coding[..] {
            b"gzip" | b"x-gzip" => &mut gzip,
            b"identity" => &mut identity,
            b"*" => &mut rest,
            _ => continue,
        };
        *named = Some(weight(parts));
    }
    let gzip = gzip.or(rest).unwrap_or_default();
    gzip > 0 && gzip >= identity.unwrap_or_default()
}

/// Returns the weight that the parameters of an item give it. What is no weight is none: then the file as it is is
/// right.
fn weight<'a>(mut parameters: impl Iterator<Item = &'a [u8]>) -> Weight {
    let Some(parameter) = parameters.next() else { return 1000 };
    let [b'q' | b'Q', b'=', digits @ ..] = parameter else { return 0 };
    match digits {
        [b'1', rest @ ..] if is_fraction(rest) => {
            if rest.iter().any(|digit| (b'1'..=b'9').contains(digit)) {
                0
            } else {
                1000
            }
        }
        [b'0', rest @ ..] if is_fraction(rest) => {
            let digits = rest.iter().skip(1).copied().chain([b'0'; 3]).take(3);
            digits.fold(0, |weight, digit| weight * 10 + Weight::from(digit - b'0'))
        }
        _ => 0,
    }
}

/// Tells whether it is nothing, or a point with up to three digits.
fn is_fraction(rest: &[u8]) -> bool {
    match rest {
        [] => true,
        [b'.', digits @ ..] => digits.len() <= 3 && digits.iter().all(u8::is_ascii_digit),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gzip_is_given_to_who_takes_it_and_to_nobody_else() {
        for (accepted, is_taken) in [
            ("gzip", true),
            ("gzip, deflate, br, zstd", true),
            ("deflate,GZIP", true),
            ("x-gzip", true),
            ("*", true),
            ("gzip;q=1.0", true),
            ("gzip ; q=0.001", true),
            ("gzip;q=0.5, identity;q=0.5", true),
            ("identity, gzip", true),
            ("identity;q=0, gzip;q=0.1", true),
            ("gzip;Q=1", true),
            ("br;q=1, *;q=0.1", true),
            ("*;q=0, gzip", true),
            ("", false),
            ("gzip;q=0", false),
            ("gzip; q=0.000", false),
            ("gzip;q=0.4, identity;q=0.5", false),
            ("gzip;q=0, *", false),
            ("*;q=0", false),
            ("identity", false),
            ("br", false),
            ("gzipped", false),
            ("gzip;q=", false),
            ("gzip;q=2", false),
            ("gzip;q=1.5", false),
            ("gzip;q=0.0001", false),
            ("gzip;level=9", false),
        ] {
            let request = format!("GET / HTTP/1.1\r\nHost: a\r\nAccept-Encoding: {accepted}\r\n\r\n");
            let head = Head::parse(request.as_bytes()).expect("it is a head");
            assert_eq!(takes_gzip(&head), is_taken, "{accepted:?}");
        }
        let request = b"GET / HTTP/1.1\r\nHost: a\r\nAccept-Encoding: br\r\naccept-encoding: gzip\r\n\r\n";
        assert!(takes_gzip(&Head::parse(request).expect("it is a head")), "the field may be there twice");
        assert!(!takes_gzip(&Head::parse(b"GET / HTTP/1.0\r\n\r\n").expect("it is a head")));
    }
}

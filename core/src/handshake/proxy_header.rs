//! Owns the header of the PROXY protocol, by which a proxy says for whom a connection is: version 1 in text, version 2
//! in binary.
//!
//! Invariant: however it is split it is read alike, and it has 4,112 bytes at the most.

use std::net::IpAddr;

/// The longest header of version 1, with its line end.
const V1_BYTES_MAX: usize = 107;

/// Begins a header of version 2: no text, and nothing that any other protocol begins with.
const V2_SIGNATURE: [u8; 12] = *b"\r\n\r\n\0\r\nQUIT\n";

/// What is before the addresses in version 2.
const V2_START_BYTES: usize = 16;

/// How many bytes of addresses and additions a header of version 2 may have: what proxies add (names, certificates'
/// subjects, tags) has a few hundred.
const V2_REST_BYTES_MAX: usize = 4 << 10;

/// A header that has come.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct ProxyHeader {
    /// For whom the connection is, if not for the proxy itself, which asks how the server is, or for somebody without
    /// an address.
    pub(crate) source: Option<IpAddr>,
    /// How many bytes it has.
    pub(crate) len: usize,
}

/// Tells why there is no header.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum ProxyHeaderError {
    /// Its end has not come yet.
    Partial,
    /// It is none.
    Malformed,
}

use ProxyHeaderError::{Malformed, Partial};

impl ProxyHeader {
    /// Takes the header at the start of a connection.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, ProxyHeaderError> {
        match bytes.first() {
            None => Err(Partial),
            Some(b'P') => Self::parse_v1(bytes),
            Some(_) => Self::parse_v2(bytes),
        }
    }

    fn parse_v1(bytes: &[u8]) -> Result<Self, ProxyHeaderError> {
        const START: &[u8] = b"PROXY ";
        if !begins_alike(bytes, START) {
            return Err(Malformed);
        }
        let seen = &bytes[..bytes.len().min(V1_BYTES_MAX)];
        let Some(end) = seen.windows(2).position(|end| end == b"\r\n") else {
            return Err(if bytes.len() < V1_BYTES_MAX { Partial } else { Malformed });
        };
        let line = seen.get(START.len()..end).and_then(|line| str::from_utf8(line).ok()).ok_or(Malformed)?;
        let mut words = line.split(' ');
        let family = words.next().unwrap_or_default();
        let source = match family {
            // Whatever comes after it is to be passed over.
            "UNKNOWN" => None,
            "TCP4" | "TCP6" => {
                let mut address =
                    || words.next()?.parse::<IpAddr>().ok().filter(|ip| ip.is_ipv4() == (family == "TCP4"));
                let (source, destination) = (address().ok_or(Malformed)?, address().ok_or(Malformed)?);
                let mut port = || words.next().filter(|port| is_port(port)).ok_or(Malformed);
                port()?;
                port()?;
                if words.next().is_some() || source.is_ipv4() != destination.is_ipv4() {
                    return Err(Malformed);
                }
                Some(source)
            }
            _ => return Err(Malformed),
        };
        Ok(Self { source, len: end + 2 })
    }

    fn parse_v2(bytes: &[u8]) -> Result<Self, ProxyHeaderError> {
        if !begins_alike(bytes, &V2_SIGNATURE) {
            return Err(Malformed);
        }
        let Some(&command) = bytes.get(V2_SIGNATURE.len()) else { return Err(Partial) };
        let is_local = match command {
            0x20 => true,
            0x21 => false,
            _ => return Err(Malformed),
        };
        let Some((start, rest)) = bytes.split_first_chunk::<V2_START_BYTES>() else { return Err(Partial) };
        let [.., family, high, low] = *start;
        let rest_len = usize::from(u16::from_be_bytes([high, low]));
        if rest_len > V2_REST_BYTES_MAX {
            return Err(Malformed);
        }
        let Some(rest) = rest.get(..rest_len) else { return Err(Partial) };
        let source = match family >> 4 {
            _ if is_local => None,
            1 => {
                // Two addresses and two ports; additions after them are passed over.
                let (addresses, _) = rest.split_first_chunk::<12>().ok_or(Malformed)?;
                addresses.first_chunk::<4>().map(|&address| IpAddr::from(address))
            }
            2 => {
                let (addresses, _) = rest.split_first_chunk::<36>().ok_or(Malformed)?;
                addresses.first_chunk::<16>().map(|&address| IpAddr::from(address))
            }
            // Somebody without an address of these kinds.
            _ => None,
        };
        Ok(Self { source, len: V2_START_BYTES + rest_len })
    }
}

/// Tells whether two begin alike, as far as both go.
fn begins_alike(bytes: &[u8], start: &[u8]) -> bool {
    bytes.iter().zip(start).all(|(one, other)| one == other)
}

fn is_port(digits: &str) -> bool {
    digits.bytes().all(|byte| byte.is_ascii_digit()) && digits.parse::<u16>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn v2(command: u8, family: u8, rest: &[u8]) -> Vec<u8> {
        let len = u16::try_from(rest.len()).expect("the case is short").to_be_bytes();
        [&V2_SIGNATURE[..], &[command, family], &len, rest].concat()
    }

    const V4: &[u8] = &[203, 0, 113, 7, 192, 0, 2, 1, 0xdc, 4, 0xab, 0xe0];

    fn v6() -> Vec<u8> {
        [&[0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7][..], &[0; 16], &[0xdc, 4, 0xab, 0xe0]].concat()
    }

    /// Says what is read of this in every split, with more after it: always the same.
    fn read(header: &[u8]) -> Result<Option<String>, ProxyHeaderError> {
        for len in 0..header.len() {
            let read = ProxyHeader::parse(&header[..len]);
            assert!(
                matches!(read, Err(Partial | Malformed)),
                "{:?}: {read:?}",
                header[..len].escape_ascii().to_string()
            );
            if read == Err(Malformed) {
                assert_eq!(ProxyHeader::parse(header), read, "more does not make it one");
            }
        }
        let with_more = ProxyHeader::parse(&[header, b"hello\r\n"].concat());
        assert_eq!(with_more, ProxyHeader::parse(header));
        let read = with_more?;
        assert_eq!(read.len, header.len());
        Ok(read.source.map(|source| source.to_string()))
    }

    #[test]
    fn a_header_says_for_whom_a_connection_is() {
        let tlv = [V4, &[0x20, 0, 3, 1, 2, 3], &[4; 2000]].concat();
        let cases: [(Vec<u8>, Option<&str>); 14] = [
            (b"PROXY TCP4 203.0.113.7 192.0.2.1 56324 42069\r\n".into(), Some("203.0.113.7")),
            (b"PROXY TCP6 2001:db8::7 ::1 0 65535\r\n".into(), Some("2001:db8::7")),
            (b"PROXY UNKNOWN\r\n".into(), None),
            (b"PROXY UNKNOWN ffff::1 ffff::2 65535 65535\r\n".into(), None),
            (format!("PROXY UNKNOWN {}\r\n", "x".repeat(91)).into(), None),
            (v2(0x21, 0x11, V4), Some("203.0.113.7")),
            (v2(0x21, 0x12, V4), Some("203.0.113.7")),
            (v2(0x21, 0x21, &v6()), Some("2001:db8::7")),
            (v2(0x21, 0x11, &tlv), Some("203.0.113.7")),
            (v2(0x21, 0x31, &[0; 216]), None),
            (v2(0x21, 0, &[]), None),
            (v2(0x20, 0, &[]), None),
            (v2(0x20, 0x11, V4), None),
            (v2(0x20, 0x11, &[1; 3]), None),
        ];
        for (header, source) in cases {
            assert_eq!(read(&header), Ok(source.map(str::to_owned)), "{:?}", header.escape_ascii().to_string());
        }
    }

    #[test]
    fn what_is_no_header_is_told_as_soon_as_that_is_seen() {
        let long = "x".repeat(92);
        for (bytes, first) in [
            (&b"hello\r\n"[..], 1),
            (b"\r\n", 0),
            (b"\r\n\r\n\0\r\nQUIT\r", 12),
            (b"PROXY\r\n", 6),
            (b"Proxy UNKNOWN\r\n", 2),
            (b"PROXY TCP4 203.0.113.7 192.0.2.1 56324\r\n", 40),
            (b"PROXY TCP4 203.0.113.7 192.0.2.1 56324 65536\r\n", 46),
            (b"PROXY TCP4 203.0.113.7 192.0.2.1 +1 1\r\n", 39),
            (b"PROXY TCP4 203.0.113.7 192.0.2.1 1 1 1\r\n", 40),
            (b"PROXY TCP4 2001:db8::7 ::1 1 1\r\n", 32),
            (b"PROXY TCP6 203.0.113.7 192.0.2.1 1 1\r\n", 38),
            (b"PROXY TCP4  203.0.113.7 192.0.2.1 1 1\r\n", 39),
            (b"PROXY SCTP 203.0.113.7 192.0.2.1 1 1\r\n", 38),
            (b"PROXY \xff\r\n", 9),
            (b"PROXY \r\n", 8),
            (format!("PROXY UNKNOWN {long}\r\n").as_bytes(), 107),
            (&v2(0x11, 0x11, V4), 13),
            (&v2(0x22, 0x11, V4), 13),
            (&v2(0x21, 0x11, &V4[1..]), 27),
            (&v2(0x21, 0x21, &v6()[1..]), 51),
            (&[&V2_SIGNATURE[..], &[0x21, 0x11, 0x10, 1]].concat(), 16),
        ] {
            let told = (0..=bytes.len()).find(|&len| ProxyHeader::parse(&bytes[..len]) == Err(Malformed));
            let shown = bytes.escape_ascii().to_string();
            assert_eq!(told.unwrap_or_default(), first, "{shown}");
        }
    }

    #[test]
    fn no_header_is_longer_than_its_limit() {
        assert_eq!(ProxyHeader::parse(&v2(0x21, 0x11, &[1; V2_REST_BYTES_MAX])).map(|header| header.len), Ok(4112));
        let longest = "PROXY UNKNOWN ffff:f...f:ffff ffff:f...f:ffff 65535 65535\r\n";
        assert!(longest.len() <= V1_BYTES_MAX);
    }
}

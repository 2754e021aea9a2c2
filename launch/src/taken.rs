//! Finds out who has an address that can't be had, from what Linux tells of its sockets (`/proc/net/tcp` and `tcp6`).

use std::fs;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use crate::flags::takes;

/// Who has an address.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Holder {
    /// A program: it listens there, or may be about to.
    Program,
    /// Nobody listens there, but a connection was made from it, which some program still has.
    Connection,
    /// Nobody listens there, but what is left of a connection is kept by the system until nothing late can come of it
    /// any more.
    Remains,
}

/// Returns who has an address. Where that can't be seen, it is a program.
pub(super) fn holder(address: SocketAddr) -> Holder {
    let tables = ["/proc/net/tcp", "/proc/net/tcp6"].map(|table| fs::read_to_string(table).unwrap_or_default());
    find(tables.iter().flat_map(|table| table.lines()), address)
}

fn find<'a>(lines: impl Iterator<Item = &'a str>, address: SocketAddr) -> Holder {
    let states = lines.filter_map(socket).filter(|(local, _)| takes(address, *local)).map(|(_, state)| state);
    let mut found = None;
    for state in states {
        match state {
            State::Listening => return Holder::Program,
            State::Owned => found = Some(Holder::Connection),
            State::Ended => found = found.or(Some(Holder::Remains)),
        }
    }
    // One that is bound and does not listen yet is in no table.
    found.unwrap_or(Holder::Program)
}

/// How it stands with a socket.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum State {
    Listening,
    Owned,
    Ended,
}

/// Reads a line of a table: a number, the local address, the remote one, the state, and more.
fn socket(line: &str) -> Option<(SocketAddr, State)> {
    let mut words = line.split_whitespace().skip(1);
    let local = local_address(words.next()?)?;
    let state = match words.nth(1)? {
        "0A" => State::Listening,
        // ESTABLISHED, SYN_SENT, SYN_RECV, CLOSE_WAIT.
        "01" | "02" | "03" | "08" => State::Owned,
        // FIN_WAIT1, FIN_WAIT2, TIME_WAIT, CLOSE, LAST_ACK, CLOSING, and what later systems may add.
        _ => State::Ended,
    };
    Some((local, state))
}

/// Reads an address as Linux writes it: words of 32 bits, each as this machine has a number in its memory, and the
/// port.
fn local_address(text: &str) -> Option<SocketAddr> {
    let (ip, port) = text.split_once(':')?;
    let word = |at: usize| Some(u32::from_str_radix(ip.get(at * 8..at * 8 + 8)?, 16).ok()?.to_ne_bytes());
    let ip: IpAddr = match ip.len() {
        8 => Ipv4Addr::from(word(0)?).into(),
        32 => {
            let words = [word(0)?, word(1)?, word(2)?, word(3)?];
            let mut octets = [0; 16];
            octets.iter_mut().zip(words.as_flattened()).for_each(|(octet, byte)| *octet = *byte);
            Ipv6Addr::from(octets).into()
        }
        _ => return None,
    };
    Some(SocketAddr::new(ip, u16::from_str_radix(port, 16).ok()?))
}

#[cfg(all(test, target_endian = "little"))]
mod tests {
    use super::*;

    /// The beginnings of lines, as Linux 6 has them: port 42069 is A455.
    const HEAD: &str = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt";
    const LISTENER: &str = "   0: 0100007F:A455 00000000:0000 0A 00000000:00000000 00:00000000";
    const ANY_V6: &str = "   1: 00000000000000000000000000000000:A455 00000000000000000000000000000000:0000 0A 0:0";
    const MAPPED: &str = "   2: 0000000000000000FFFF00000100007F:A455 0000000000000000FFFF00000100007F:1234 01 0:0";
    const TIME_WAIT: &str = "   3: 0100007F:A455 0100007F:1234 06 00000000:00000000 03:00001765";
    const OUTGOING: &str = "   4: 0100007F:A455 0100007F:1234 01 00000000:00000000 00:00000000";
    const ELSEWHERE: &str = "   5: 0100007F:A456 0100007F:A455 0A 00000000:00000000 00:00000000";
    const LOOPBACK_V6: &str = "   6: 00000000000000000000000001000000:A455 0000000000000000000000000100000:1 06 0:0";

    #[test]
    fn only_where_somebody_listens_or_nothing_is_seen_it_is_a_program() {
        let cases: [(&str, &[&str], Holder); 11] = [
            ("127.0.0.1:42069", &[HEAD, LISTENER], Holder::Program),
            ("127.0.0.1:42069", &[TIME_WAIT, OUTGOING, LISTENER], Holder::Program),
            ("127.0.0.1:42069", &[TIME_WAIT, ANY_V6], Holder::Program),
            ("127.0.0.1:42069", &[HEAD, ELSEWHERE], Holder::Program),
            ("127.0.0.1:42069", &[HEAD, TIME_WAIT, ELSEWHERE], Holder::Remains),
            ("0.0.0.0:42069", &[TIME_WAIT], Holder::Remains),
            ("[::]:42069", &[TIME_WAIT], Holder::Remains),
            ("127.0.0.1:42069", &[TIME_WAIT, OUTGOING], Holder::Connection),
            ("127.0.0.1:42069", &[MAPPED, TIME_WAIT], Holder::Connection),
            ("[::1]:42069", &[LOOPBACK_V6, LISTENER], Holder::Remains),
            ("127.0.0.2:42069", &["", "what?", "1: 1:2 3 4", "1: 0100007F:A455"], Holder::Program),
        ];
        for (address, lines, holder) in cases {
            let address = address.parse().expect("the case is an address");
            assert_eq!(find(lines.iter().copied(), address), holder, "{address} {lines:?}");
        }
    }
}

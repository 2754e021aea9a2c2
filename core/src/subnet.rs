//! Owns networks as operators name them, and which addresses are in them.

use std::error::Error;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

/// The number of bits before the IPv4 address in a mapped IPv6 address.
const MAPPED_BITS: u8 = 96;

/// Holds an address, or all addresses that begin with the same bits.
///
/// # Examples
/// ```
/// use chinwag_core::Subnet;
///
/// let subnet: Subnet = "10.1.0.0/16".parse().expect("it is a network");
/// assert!(subnet.contains("10.1.2.3".parse().expect("it is an address")));
/// assert!(!subnet.contains("10.2.2.3".parse().expect("it is an address")));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Subnet {
    /// Its first address.
    address: IpAddr,
    /// How many bits they have in common.
    bits: u8,
}

/// The error for text that is neither an address nor a network.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SubnetError;

impl Subnet {
    /// Tells whether an address is in it. An IPv4 address may be mapped to IPv6, as a listener for both gets it.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.address.is_ipv4() == address.is_ipv4() && masked(address, self.bits) == self.address
    }
}

impl From<IpAddr> for Subnet {
    fn from(address: IpAddr) -> Self {
        let address = address.to_canonical();
        Self { address, bits: if address.is_ipv4() { 32 } else { 128 } }
    }
}

impl FromStr for Subnet {
    type Err = SubnetError;

    fn from_str(text: &str) -> Result<Self, SubnetError> {
        let (address, bits) = match text.split_once('/') {
            Some((address, bits)) if bits.bytes().all(|byte| byte.is_ascii_digit()) => {
                (address, Some(bits.parse::<u8>().map_err(|_| SubnetError)?))
            }
            Some(_) => return Err(SubnetError),
            None => (text, None),
        };
        let written: IpAddr = address.parse().map_err(|_| SubnetError)?;
        let address = written.to_canonical();
        let bits_max = if address.is_ipv4() { 32 } else { 128 };
        let bits = match bits {
            None => bits_max,
            // As `::ffff:10.0.0.0/104`.
            Some(bits) if address.is_ipv4() && written.is_ipv6() => bits.checked_sub(MAPPED_BITS).ok_or(SubnetError)?,
            Some(bits) => bits,
        };
        if bits > bits_max {
            return Err(SubnetError);
        }
        Ok(Self { address: masked(address, bits), bits })
    }
}

impl fmt::Display for Subnet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.bits)
    }
}

impl fmt::Display for SubnetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a network is an address, or one with the number of its first bits, like 10.0.0.0/8 or ::1")
    }
}

impl Error for SubnetError {}

/// Returns an address with all bits zero but the first.
fn masked(address: IpAddr, bits: u8) -> IpAddr {
    match address {
        IpAddr::V4(address) => {
            let mask = u32::MAX.checked_shl(u32::BITS - u32::from(bits)).unwrap_or_default();
            Ipv4Addr::from_bits(address.to_bits() & mask).into()
        }
        IpAddr::V6(address) => {
            let mask = u128::MAX.checked_shl(u128::BITS - u32::from(bits)).unwrap_or_default();
            Ipv6Addr::from_bits(address.to_bits() & mask).into()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_or_a_network_is_taken_as_people_write_it() {
        for (text, read) in [
            ("127.0.0.1", Some("127.0.0.1/32")),
            ("::1", Some("::1/128")),
            ("10.0.0.0/8", Some("10.0.0.0/8")),
            ("10.1.2.3/8", Some("10.0.0.0/8")),
            ("0.0.0.0/0", Some("0.0.0.0/0")),
            ("::/0", Some("::/0")),
            ("2001:db8::1/33", Some("2001:db8::/33")),
            ("::ffff:192.0.2.1", Some("192.0.2.1/32")),
            ("::ffff:10.0.0.0/104", Some("10.0.0.0/8")),
            ("::ffff:10.0.0.0/8", None),
            ("10.0.0.0/33", None),
            ("::/129", None),
            ("10.0.0.0/", None),
            ("10.0.0.0/+8", None),
            ("10.0.0.0/-1", None),
            ("10.0.0.0/999", None),
            ("10.0.0/8", None),
            ("localhost", None),
            ("10.0.0.1:80", None),
            ("[::1]", None),
            ("", None),
            ("/8", None),
        ] {
            assert_eq!(text.parse::<Subnet>().ok().map(|subnet| subnet.to_string()).as_deref(), read, "{text}");
        }
    }

    #[test]
    fn what_begins_with_the_same_bits_is_in_it() {
        for (subnet, address, is_in) in [
            ("127.0.0.1", "127.0.0.1", true),
            ("127.0.0.1", "::ffff:127.0.0.1", true),
            ("127.0.0.1", "127.0.0.2", false),
            ("127.0.0.1", "::1", false),
            ("10.0.0.0/9", "10.127.255.255", true),
            ("10.0.0.0/9", "10.128.0.0", false),
            ("0.0.0.0/0", "203.0.113.7", true),
            ("0.0.0.0/0", "2001:db8::1", false),
            ("::/0", "2001:db8::1", true),
            ("::/0", "203.0.113.7", false),
            ("2001:db8::/64", "2001:db8::ffff:0:0:1", true),
            ("2001:db8::/64", "2001:db8:0:1::1", false),
        ] {
            let network: Subnet = subnet.parse().expect("the case is a network");
            assert_eq!(
                network.contains(address.parse().expect("the case is an address")),
                is_in,
                "{subnet}, {address}"
            );
        }
    }
}

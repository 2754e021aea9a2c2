//! Owns what of an address counts where somebody is kept out: one number, the same for all addresses that one customer
//! has at the least.

use std::cmp::Ordering;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::num::NonZeroU64;

/// Stands for an address of IPv4, or for the first 64 bits of one of IPv6.
///
/// It is never shown to people but operators of the server, and never logged: [`Debug`](fmt::Debug) hides it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct AddressKey(NonZeroU64);

impl Ord for AddressKey {
    fn cmp(&self, other: &Self) -> Ordering {
        #[cfg(test)]
        COMPARED.with(|compared| compared.set(compared.get() + 1));
        self.0.cmp(&other.0)
    }
}

impl PartialOrd for AddressKey {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
thread_local! {
    /// How many were compared in this thread, which tells what a look-up costs.
    static COMPARED: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

#[cfg(test)]
impl AddressKey {
    /// Returns how many were compared since this was last called.
    pub(crate) fn take_compared() -> usize {
        COMPARED.replace(0)
    }
}

impl AddressKey {
    /// Returns the key of an address: none of those of this machine, and of those that nobody has.
    ///
    /// # Examples
    /// ```
    /// use chinwag_core::log::AddressKey;
    ///
    /// let key = |address: &str| AddressKey::of(address.parse().expect("it is an address"));
    /// assert_eq!(key("2001:db8::1"), key("2001:db8::ffff:0:1"));
    /// assert_ne!(key("192.0.2.1"), key("192.0.2.2"));
    /// assert_eq!(key("127.0.0.1"), None);
    /// ```
    #[must_use]
    pub fn of(address: IpAddr) -> Option<Self> {
        let number = match address.to_canonical() {
            address if address.is_loopback() || address.is_unspecified() => return None,
            IpAddr::V4(address) => u64::from(address.to_bits()),
            IpAddr::V6(address) => {
                let network = u64::try_from(address.to_bits() >> 64).expect("it has as many bits");
                // So it is never taken for one of IPv4. Nobody has an address that begins so.
                return Self::new(network).filter(|key| !key.is_ipv4());
            }
        };
        Self::new(number)
    }

    /// Returns the key that has this number, if any has.
    #[must_use]
    pub fn new(number: u64) -> Option<Self> {
        NonZeroU64::new(number).map(Self)
    }

    /// Returns its number.
    #[must_use]
    pub const fn number(self) -> u64 {
        self.0.get()
    }

    const fn is_ipv4(self) -> bool {
        self.number() >> 32 == 0
    }

    /// Reads what operators call an address by: itself, or a network of 64 bits.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (address, is_network) = text.strip_suffix("/64").map_or((text, false), |address| (address, true));
        let address: IpAddr = address.parse().ok()?;
        if is_network && address.is_ipv4() { None } else { Self::of(address) }
    }
}

/// Shows it as operators write it.
impl fmt::Display for AddressKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match u32::try_from(self.number()) {
            Ok(address) => Ipv4Addr::from_bits(address).fmt(f),
            Err(_) => write!(f, "{}/64", Ipv6Addr::from_bits(u128::from(self.number()) << 64)),
        }
    }
}

impl fmt::Debug for AddressKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AddressKey")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_addresses_of_one_customer_have_one_key_and_this_machine_has_none() {
        for (address, shown) in [
            ("192.0.2.7", Some("192.0.2.7")),
            ("::ffff:192.0.2.7", Some("192.0.2.7")),
            ("2001:db8:1:2:3:4:5:6", Some("2001:db8:1:2::/64")),
            ("2001:db8:1:2::/64", Some("2001:db8:1:2::/64")),
            ("192.0.2.7/64", None),
            ("127.0.0.1", None),
            ("::1", None),
            ("::", None),
            ("0.0.0.0", None),
            ("::1:0:0:0:1", None),
            ("Ann", None),
            ("", None),
            ("/64", None),
        ] {
            let key = AddressKey::parse(address);
            assert_eq!(key.map(|key| key.to_string()).as_deref(), shown, "{address}");
            assert_eq!(key.and_then(|key| AddressKey::new(key.number())), key);
        }
        let key = AddressKey::parse("192.0.2.7").expect("it is one");
        assert_eq!(format!("{key:?}"), "AddressKey", "no log has it");
    }
}

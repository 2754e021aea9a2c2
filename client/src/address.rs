//! Where a server is: a host, by name or by address, and a port.

use std::fmt;
use std::future::Future;
use std::io;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use anyhow::{Result, anyhow, bail};
use async_io::Timer;
use futures_lite::FutureExt as _;

use crate::flags::PORT;

/// How long it may take to find what a name stands for: long enough for a second name server where the first is gone,
/// which most systems wait five seconds for.
const PATIENCE: Duration = Duration::from_secs(10);

/// Where a server is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Address {
    pub(crate) host: String,
    pub(crate) port: u16,
}

impl Address {
    /// Finds all that its host stands for, in the order in which the system would try it.
    ///
    /// # Errors
    ///
    /// One line that says why nothing was found, and what to do about it.
    pub(crate) async fn resolve(&self) -> Result<Vec<SocketAddr>> {
        if let Ok(ip) = self.host.parse::<IpAddr>() {
            return Ok(vec![SocketAddr::new(ip, self.port)]);
        }
        // A thread asks; it may hang for as long as it likes.
        self.found(PATIENCE, smol::net::resolve((self.host.clone(), self.port))).await
    }

    async fn found(
        &self,
        patience: Duration,
        asking: impl Future<Output = io::Result<Vec<SocketAddr>>>,
    ) -> Result<Vec<SocketAddr>> {
        let host = &self.host;
        let too_late = async {
            Timer::after(patience).await;
            Err(io::ErrorKind::TimedOut.into())
        };
        let mut found = match asking.or(too_late).await {
            Ok(found) => found,
            Err(error) if error.kind() == io::ErrorKind::TimedOut => bail!(
                "nobody says within {} seconds what {host} stands for; try again, or give the server's IP address with --ip",
                PATIENCE.as_secs()
            ),
            Err(error) => {
                return Err(anyhow!(
                    "can't find {host}: {error}; look for a mistake in it, or give the IP address with --ip"
                ));
            }
        };
        let mut seen = Vec::new();
        // One that is told twice is tried once.
        found.retain(|address| {
            !seen.contains(address) && {
                seen.push(*address);
                true
            }
        });
        if found.is_empty() {
            bail!("can't find {host}: it stands for no address; give the server's IP address with --ip");
        }
        Ok(found)
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(f, "[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{}:{}", self.host, self.port)
        }
    }
}

/// Reads the flag for a host.
pub(crate) fn host(value: &str) -> Result<String, String> {
    let bare = value.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(value);
    if let Ok(ip) = bare.parse::<IpAddr>() {
        return Ok(ip.to_string());
    }
    // An address of IPv6 that holds on one network only names that network, too.
    let has_scope = bare.split_once('%').is_some_and(|(ip, scope)| ip.parse::<Ipv6Addr>().is_ok() && !scope.is_empty());
    let is_name = |name: &str| {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
        !name.is_empty() && !name.starts_with('-') && name.bytes().all(allowed)
    };
    if has_scope || is_name(value) {
        return Ok(bare.to_owned());
    }
    Err("takes the name of a host or an IP address, like chat.example or ::1; the port is another flag".to_owned())
}

/// Reads where a server is: a host, with a colon and its port or without.
pub(crate) fn place(value: &str) -> Result<Address, String> {
    let (host, port) = match value.rsplit_once(':') {
        // An address of IPv6 is in brackets where a port is behind it.
        Some((host, port)) if !host.contains(':') || host.ends_with(']') => (host, port),
        Some(_) | None => (value, ""),
    };
    let says =
        "takes the name of a host or an IP address, with its port or without, like chat.example:42069 or [::1]:42069";
    let host = self::host(host).map_err(|_| says.to_owned())?;
    let port = if port.is_empty() && !value.ends_with(':') { Ok(PORT) } else { crate::flags::port(port) };
    Ok(Address { host, port: port.map_err(|_| says.to_owned())? })
}

#[cfg(test)]
mod tests {
    use futures_lite::future;

    use super::*;

    fn address(host: &str) -> Address {
        Address { host: host.to_owned(), port: 7000 }
    }

    #[test]
    fn a_host_is_a_name_or_an_address_and_no_more() {
        let cases = [
            ("localhost", Some("localhost:7000")),
            ("chat.example", Some("chat.example:7000")),
            ("my_server-2.local", Some("my_server-2.local:7000")),
            ("127.0.0.1", Some("127.0.0.1:7000")),
            ("::1", Some("[::1]:7000")),
            ("[::1]", Some("[::1]:7000")),
            ("fe80::1%eth0", Some("[fe80::1%eth0]:7000")),
            ("", None),
            ("chat.example:42069", None),
            ("http://chat.example", None),
            ("a b", None),
            ("-p", None),
            ("zoë.example", None),
            ("[localhost]", None),
            ("%eth0", None),
        ];
        for (value, shown) in cases {
            let read = host(value).map(|host| address(&host).to_string());
            assert_eq!(read.ok().as_deref(), shown, "{value:?}");
        }
    }

    #[test]
    fn what_a_name_stands_for_is_told_once_each_and_a_failure_says_what_to_do() {
        let ask = |patience, asking: future::Boxed<io::Result<Vec<SocketAddr>>>| {
            let found = async_io::block_on(address("chat.example").found(patience, asking));
            found.map_err(|error| error.to_string())
        };
        let [one, other] = ["127.0.0.1:7000", "[::1]:7000"].map(|text| text.parse().expect("the case is an address"));
        let hour = Duration::from_secs(3600);
        let found = ask(hour, Box::pin(future::ready(Ok(vec![other, one, other]))));
        assert_eq!(found, Ok(vec![other, one]));
        let said = ask(hour, Box::pin(future::ready(Ok(vec![])))).expect_err("there is none");
        assert!(said.contains("chat.example") && said.contains("--ip"), "{said}");
        let said = ask(hour, Box::pin(future::ready(Err(io::Error::other("no such name"))))).expect_err("it fails");
        assert!(said.contains("can't find chat.example: no such name") && said.contains("--ip"), "{said}");
        let said = ask(Duration::ZERO, Box::pin(future::pending())).expect_err("it hangs");
        assert!(said.contains("nobody says within 10 seconds what chat.example stands for"), "{said}");
    }

    #[test]
    fn an_address_and_this_machine_are_found() {
        let find = |host| async_io::block_on(address(host).resolve()).expect("it is found");
        assert_eq!(find("::1"), ["[::1]:7000".parse().expect("the case is an address")]);
        assert!(find("localhost").iter().all(|found| found.ip().is_loopback() && found.port() == 7000));
    }
}

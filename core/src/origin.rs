//! Owns origins of pages, as browsers send them, and how they are compared with the host of a request.

use std::error::Error;
use std::fmt;
use std::net::Ipv6Addr;
use std::str::FromStr;

/// The longest name of a host in the domain name system.
const HOST_BYTES_MAX: usize = 253;

/// How many characters of an alleged origin or host are logged: more than a real one has.
const SHOWN_CHARS_MAX: usize = 128;

/// Holds the origin of a page: scheme, host and port. [`Display`](fmt::Display) writes it as browsers send it.
///
/// # Examples
/// ```
/// use chinwag_core::Origin;
///
/// let origin: Origin = "HTTPS://Chat.Example:443".parse().expect("it is an origin");
/// assert_eq!(origin.to_string(), "https://chat.example");
/// assert!("https://chat.example/path".parse::<Origin>().is_err());
/// ```
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Origin {
    scheme: Scheme,
    /// In lower case; an IPv6 address has its brackets.
    host: String,
    port: u16,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Scheme {
    Http,
    Https,
}

impl Scheme {
    const fn port(self) -> u16 {
        match self {
            Self::Http => 80,
            Self::Https => 443,
        }
    }
}

/// The error for text that is not an origin.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct OriginError;

impl Origin {
    /// Tells whether a page of this origin may ask the server that the field `Host` names.
    ///
    /// The ports 80 and 443 equal no port, since a proxy that ends TLS may name either. A host without a port is
    /// compared by name, since a proxy on another port may leave it out.
    pub(crate) fn is_at(&self, host: &str) -> bool {
        let Some((name, port)) = split_port(host) else { return false };
        let is_default = |port| port == Scheme::Http.port() || port == Scheme::Https.port();
        let is_port = port.is_none_or(|port| port == self.port || is_default(port) && self.port == self.scheme.port());
        is_port && name.eq_ignore_ascii_case(&self.host)
    }

    /// Returns where a page of it opens a `WebSocket`, as a browser is told whom it may ask.
    pub(crate) fn socket_source(&self) -> String {
        self.to_string().replacen("http", "ws", 1)
    }
}

impl FromStr for Origin {
    type Err = OriginError;

    fn from_str(text: &str) -> Result<Self, OriginError> {
        let (scheme, authority) = text.split_once("://").ok_or(OriginError)?;
        let is = |name| scheme.eq_ignore_ascii_case(name);
        let scheme = match scheme {
            _ if is("http") => Scheme::Http,
            _ if is("https") => Scheme::Https,
            _ => return Err(OriginError),
        };
        let (host, port) = split_port(authority).filter(|_| !authority.ends_with(':')).ok_or(OriginError)?;
        if !is_host(host) {
            return Err(OriginError);
        }
        Ok(Self { scheme, host: host.to_ascii_lowercase(), port: port.unwrap_or(scheme.port()) })
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { scheme, host, port } = self;
        f.write_str(match scheme {
            Scheme::Http => "http://",
            Scheme::Https => "https://",
        })?;
        f.write_str(host)?;
        if *port == scheme.port() { Ok(()) } else { write!(f, ":{port}") }
    }
}

impl fmt::Display for OriginError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an origin is a scheme and a host, like https://chat.example or http://[::1]:8080")
    }
}

impl Error for OriginError {}

/// Returns an alleged origin or host in harmless characters, and short.
pub(crate) fn shown(text: &str) -> String {
    let is_harmless = |c: char| c.is_ascii_alphanumeric() || "-._:/[]".contains(c);
    let shown = text.chars().take(SHOWN_CHARS_MAX).map(|c| if is_harmless(c) { c } else { '?' });
    if text.is_empty() { "nothing".to_owned() } else { shown.collect() }
}

/// Parts a host from its port, if it has one.
fn split_port(authority: &str) -> Option<(&str, Option<u16>)> {
    match authority.rsplit_once(':').filter(|_| !authority.ends_with(']')) {
        Some((host, "")) => Some((host, None)),
        Some((host, digits)) => Some((host, Some(port(digits)?))),
        None => Some((authority, None)),
    }
}

fn port(digits: &str) -> Option<u16> {
    // A number may have a plus sign; a port may not.
    digits.parse().ok().filter(|&port| port > 0 && !digits.starts_with('+'))
}

fn is_host(host: &str) -> bool {
    match host.strip_prefix('[') {
        Some(rest) => rest.strip_suffix(']').is_some_and(|ip| ip.parse::<Ipv6Addr>().is_ok()),
        None => {
            (1..=HOST_BYTES_MAX).contains(&host.len())
                && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_taken_as_browsers_send_it() {
        let long = format!("https://{}", "a".repeat(254));
        let cases = [
            ("https://chat.example", Some("https://chat.example")),
            ("HTTPS://Chat.Example", Some("https://chat.example")),
            ("https://chat.example:443", Some("https://chat.example")),
            ("http://chat.example:80", Some("http://chat.example")),
            ("https://chat.example:80", Some("https://chat.example:80")),
            ("http://chat.example:443", Some("http://chat.example:443")),
            ("http://10.0.0.1:0080", Some("http://10.0.0.1")),
            ("http://my-host:65535", Some("http://my-host:65535")),
            ("http://[::1]", Some("http://[::1]")),
            ("https://[2001:DB8::1]:8443", Some("https://[2001:db8::1]:8443")),
            ("https://[::1]:443", Some("https://[::1]")),
            (&long[..long.len() - 1], Some(&long[..long.len() - 1])),
            (&long, None),
            ("https://*.example", None),
            ("https://a?b#c", None),
            ("https://u@h", None),
            ("https://bücher.example", None),
            ("https://a:99999", None),
            ("https://a:0", None),
            ("https://a:", None),
            ("https://a:+1", None),
            ("https://a:b:c", None),
            ("https://:443", None),
            ("https://::1", None),
            ("https://[::1", None),
            ("https://[::1]x", None),
            ("https://[chat]", None),
            ("https://[]", None),
            ("https://a/", None),
            ("https://", None),
            ("ftp://a", None),
            ("chat.example", None),
            ("null", None),
            ("", None),
        ];
        for (text, sent) in cases {
            assert_eq!(text.parse::<Origin>().ok().map(|origin| origin.to_string()).as_deref(), sent, "{text}");
        }
    }

    #[test]
    fn a_page_is_at_the_host_that_it_asks_for_and_a_default_port_equals_none() {
        for (origin, host, is_at) in [
            ("http://chat.example:8080", "chat.example:8080", true),
            ("https://chat.example:8080", "CHAT.example:8080", true),
            ("https://chat.example", "chat.example", true),
            ("https://chat.example", "chat.example:443", true),
            ("http://chat.example", "chat.example:80", true),
            ("https://chat.example", "chat.example:80", true),
            ("http://chat.example", "chat.example:443", true),
            ("http://chat.example", "chat.example:", true),
            ("http://chat.example:8080", "chat.example", true),
            ("http://[::1]:8080", "[::1]", true),
            ("http://[::1]", "[::1]:80", true),
            ("http://chat.example", "chat.example:8080", false),
            ("http://chat.example:8080", "chat.example:80", false),
            ("http://chat.example:8080", "chat.example:8081", false),
            ("http://chat.example:443", "chat.example:80", false),
            ("http://chat.example", "evil.example", false),
            ("http://evil.example", "chat.example", false),
            ("http://chat.example.evil.example", "chat.example", false),
            ("http://chat.example", "chat.example.evil.example", false),
            ("http://chat.example", "u@chat.example", false),
            ("http://chat.example", "chat.example:80:80", false),
            ("http://chat.example", "chat.example:x", false),
            ("http://chat.example", "", false),
            ("http://[::1]", "[::2]", false),
        ] {
            let origin: Origin = origin.parse().expect("the case is an origin");
            assert_eq!(origin.is_at(host), is_at, "{origin}, {host}");
        }
    }

    #[test]
    fn what_is_told_of_an_origin_does_no_harm() {
        assert_eq!(shown("https://[::1]:80"), "https://[::1]:80");
        assert_eq!(shown("a\u{1b}[31m b\n\u{202e}'\"`$(x)é"), "a?[31m?b???????x??");
        assert_eq!(shown(&"x".repeat(9999)).len(), 128);
        assert_eq!(shown(""), "nothing");
    }
}

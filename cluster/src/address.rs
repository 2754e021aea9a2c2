//! Owns where the engine is, and by which password.

use std::error::Error;
use std::fmt;
use std::str::FromStr;

/// The port that engines listen on.
const PORT: u16 = 6379;

/// Says where an engine is: one of several places, of which one at a time takes what is appended.
#[derive(Clone, PartialEq, Eq)]
pub struct Address {
    pub(crate) places: Vec<Place>,
    /// Which of its databases.
    pub(crate) database: u32,
    /// It is spoken to by TLS.
    pub(crate) is_sealed: bool,
    pub(crate) user: Option<String>,
    pub(crate) password: Option<String>,
}

impl Address {
    /// Tells whether there is a password in it.
    #[must_use]
    pub const fn has_password(&self) -> bool {
        self.password.is_some()
    }
}

/// Names one process of an engine.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Place {
    pub(crate) host: String,
    pub(crate) port: u16,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { host, port } = self;
        if host.contains(':') { write!(f, "[{host}]:{port}") } else { write!(f, "{host}:{port}") }
    }
}

/// Says that an address is none.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct AddressError;

impl fmt::Display for AddressError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "it takes redis://HOST:PORT/DB, with more of HOST:PORT behind commas, USER:PASSWORD@ before them, and \
             rediss:// for TLS, like redis://127.0.0.1:6379/0",
        )
    }
}

impl Error for AddressError {}

/// Shows it without the password.
impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_sealed { "rediss://" } else { "redis://" })?;
        for (number, place) in self.places.iter().enumerate() {
            let comma = if number > 0 { "," } else { "" };
            write!(f, "{comma}{place}")?;
        }
        write!(f, "/{}", self.database)
    }
}

/// It hides the password.
impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Address({self})")
    }
}

impl FromStr for Address {
    type Err = AddressError;

    fn from_str(address: &str) -> Result<Self, AddressError> {
        let sealed = address.strip_prefix("rediss://");
        let rest = sealed.or_else(|| address.strip_prefix("redis://")).ok_or(AddressError)?;
        let (who, rest) = rest.rsplit_once('@').map_or((None, rest), |(who, rest)| (Some(who), rest));
        let (places, database) = rest.split_once('/').unwrap_or((rest, ""));
        let database = if database.is_empty() { 0 } else { number(database)? };
        let places = places.split(',').map(place).collect::<Result<_, _>>()?;
        let (user, password) = who.map(|who| who.split_once(':').unwrap_or((who, ""))).unzip();
        let filled = |word: Option<&str>| word.filter(|word| !word.is_empty()).map(plain).transpose();
        let (user, password) = (filled(user)?, filled(password)?);
        if who.is_some() && password.is_none() {
            return Err(AddressError);
        }
        Ok(Self { places, database, is_sealed: sealed.is_some(), user, password })
    }
}

fn place(place: &str) -> Result<Place, AddressError> {
    let (host, port) = if let Some(rest) = place.strip_prefix('[') {
        let (host, port) = rest.split_once(']').ok_or(AddressError)?;
        (host, if port.is_empty() { None } else { Some(port.strip_prefix(':').ok_or(AddressError)?) })
    } else {
        place.split_once(':').map_or((place, None), |(host, port)| (host, Some(port)))
    };
    let is_host = !host.is_empty() && !host.contains(|letter: char| letter.is_whitespace() || letter == '/');
    let port = port.map_or(Ok(PORT), number)?;
    if is_host { Ok(Place { host: host.to_owned(), port }) } else { Err(AddressError) }
}

fn number<T: FromStr>(digits: &str) -> Result<T, AddressError> {
    let are_digits = digits.bytes().all(|digit| digit.is_ascii_digit());
    digits.parse().ok().filter(|_| are_digits).ok_or(AddressError)
}

/// Undoes that a letter is written as `%41`, as one has to be that would end the word.
fn plain(word: &str) -> Result<String, AddressError> {
    let mut bytes = Vec::new();
    let mut rest = word.bytes();
    while let Some(byte) = rest.next() {
        let mut digit = || rest.next().and_then(|digit| char::from(digit).to_digit(16)).ok_or(AddressError);
        let byte = if byte == b'%' { u8::try_from(16 * digit()? + digit()?).map_err(|_| AddressError)? } else { byte };
        bytes.push(byte);
    }
    String::from_utf8(bytes).map_err(|_| AddressError)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_names_places_a_database_and_who_asks() {
        let cases = [
            ("redis://127.0.0.1:6379/0", "redis://127.0.0.1:6379/0", None),
            ("redis://localhost", "redis://localhost:6379/0", None),
            ("rediss://a.example:1,b.example:2/3", "rediss://a.example:1,b.example:2/3", None),
            ("redis://[::1]:7,[::2]/15", "redis://[::1]:7,[::2]:6379/15", None),
            ("redis://:secret@host/", "redis://host:6379/0", Some((None, "secret"))),
            ("redis://ann:p%40s:s%2F@host:9/1", "redis://host:9/1", Some((Some("ann"), "p@s:s/"))),
        ];
        for (given, shown, who) in cases {
            let address: Address = given.parse().expect(given);
            assert_eq!(address.to_string(), shown);
            assert_eq!(format!("{address:?}"), format!("Address({shown})"), "the password is hidden");
            assert_eq!(
                (address.user.as_deref(), address.password.as_deref()),
                who.map_or((None, None), |(user, word)| (user, Some(word)))
            );
        }
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for given in [
            "",
            "redis://",
            "http://host",
            "host:6379",
            "redis://host:",
            "redis://host:70000",
            "redis://host/x",
            "redis://a,,b",
            "redis://user@host",
            "redis://:@host",
            "redis://[::1",
            "redis://[::1]x",
            "redis://:%4@h",
            "redis://:%zz@h",
            "redis://:%ff@h",
            "redis://h:+1",
            "redis:// h",
        ] {
            assert_eq!(given.parse::<Address>(), Err(AddressError), "{given}");
        }
    }
}

//! Owns the addresses from which nobody may connect.
//!
//! Invariant: what is over is not read, and goes when something else is written.

use chinwag_core::log::{AddressKey, KeptBar};
use chinwag_core::{Name, Text};
use rusqlite::{Connection, Row, params};

use super::{Book, now_ms};
use crate::error::Error;

/// How many addresses can be banned: as many as a server takes.
pub const BANS_MAX: usize = 10_000;

impl Book {
    /// Bans an address, whether it was before or not. Tells whether there is room for it.
    ///
    /// # Errors
    /// It can't be written.
    pub fn ban(&mut self, bar: &KeptBar) -> Result<bool, Error> {
        let now = now_ms();
        self.write(|connection| {
            forget_over(connection, now)?;
            let known: usize = connection.query_row(
                "SELECT count(*) FROM ban WHERE address <> ?1",
                [bar.address.to_string()],
                |row| row.get(0),
            )?;
            if known >= BANS_MAX {
                return Ok(false);
            }
            write(connection, bar, now)?;
            Ok(true)
        })
    }

    /// Bans an address no more. Tells whether it was.
    ///
    /// # Errors
    /// It can't be written.
    pub fn unban(&mut self, address: AddressKey) -> Result<bool, Error> {
        let now = now_ms();
        self.write(|connection| {
            forget_over(connection, now)?;
            remove(connection, address)
        })
    }

    /// Returns the addresses that are banned, in their order.
    ///
    /// # Errors
    /// They can't be read.
    pub fn bans(&self) -> Result<Vec<KeptBar>, Error> {
        let now = now_ms();
        self.read(|connection| {
            let sql = "SELECT address, by, until, why FROM ban WHERE until IS NULL OR until > ?1";
            let bars = connection.prepare(sql)?.query_map([now], bar)?.collect::<Result<Vec<_>, _>>()?;
            // What is no address was not written by us.
            let mut bars: Vec<_> = bars.into_iter().flatten().collect();
            bars.sort_by_key(|bar| bar.address);
            Ok(bars)
        })
    }

    /// Writes what operators have decided on a running server: of each address that it is banned, or no more.
    pub(crate) fn keep_bans<'a>(
        &mut self,
        bans: impl Iterator<Item = (AddressKey, Option<&'a KeptBar>)>,
    ) -> Result<(), Error> {
        let now = now_ms();
        self.write(|connection| {
            forget_over(connection, now)?;
            for (address, bar) in bans {
                match bar {
                    Some(bar) => write(connection, bar, now)?,
                    None => drop(remove(connection, address)?),
                }
            }
            Ok(())
        })
    }
}

fn forget_over(connection: &Connection, now: u64) -> rusqlite::Result<()> {
    connection.execute("DELETE FROM ban WHERE until <= ?1", [now])?;
    Ok(())
}

fn write(connection: &Connection, bar: &KeptBar, now: u64) -> rusqlite::Result<()> {
    let KeptBar { address, by, until_ms, why } = bar;
    connection.execute(
        "INSERT OR REPLACE INTO ban (address, by, made, until, why) VALUES (?1, ?2, ?3, ?4, ?5)",
        params![address.to_string(), by.as_str(), now, until_ms, why.as_ref().map(Text::as_str)],
    )?;
    Ok(())
}

fn remove(connection: &Connection, address: AddressKey) -> rusqlite::Result<bool> {
    Ok(connection.execute("DELETE FROM ban WHERE address = ?1", [address.to_string()])? > 0)
}

fn bar(row: &Row<'_>) -> rusqlite::Result<Option<KeptBar>> {
    let (address, by): (String, String) = (row.get(0)?, row.get(1)?);
    let (until_ms, why): (Option<u64>, Option<String>) = (row.get(2)?, row.get(3)?);
    let why = why.as_deref().map(Text::clean);
    Ok(AddressKey::parse(&address).zip(Name::parse(&by)).map(|(address, by)| KeptBar { address, by, until_ms, why }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::book::tests::Folder;

    fn bar(address: &str, until_ms: Option<u64>) -> KeptBar {
        let address = AddressKey::parse(address).expect("the case is an address");
        KeptBar { address, by: Name::SERVER, until_ms, why: Some(Text::clean("spam")) }
    }

    #[test]
    fn a_ban_is_there_until_it_is_over_or_removed() {
        let folder = Folder::new("bans");
        let mut book = Book::open(&folder.0).expect("it is made");
        let [good, network] = [bar("192.0.2.7", None), bar("2001:db8::/64", Some(u64::MAX >> 1))];
        let (past, now) = (bar("192.0.2.8", Some(1)), now_ms());
        for bar in [&network, &good, &past] {
            assert!(book.ban(bar).expect("it is written"));
        }
        assert_eq!(book.bans().expect("they are read"), [good.clone(), network.clone()]);
        let longer = KeptBar { until_ms: Some(now + 60_000), ..good.clone() };
        assert!(book.ban(&longer).expect("it is written"), "an address is banned once");
        assert_eq!(book.bans().expect("they are read"), [longer, network.clone()]);
        assert!(book.unban(good.address).expect("it is written") && !book.unban(past.address).expect("it is over"));
        let none = [(network.address, None), (good.address, Some(&good))];
        book.keep_bans(none.into_iter()).expect("they are written");
        assert_eq!(book.bans().expect("they are read"), [good]);
    }

    #[test]
    fn ten_thousand_addresses_can_be_banned_and_not_one_more() {
        let folder = Folder::new("many-bans");
        let mut book = Book::open(&folder.0).expect("it is made");
        let bars: Vec<_> = (0..BANS_MAX).map(|n| bar(&format!("10.0.{}.{}", n / 256, n % 256), None)).collect();
        book.keep_bans(bars.iter().map(|bar| (bar.address, Some(bar)))).expect("they are written");
        assert_eq!(book.bans().expect("they are read").len(), BANS_MAX);
        assert!(!book.ban(&bar("192.0.2.7", None)).expect("it is read"));
        assert!(book.ban(&bars[7]).expect("it is written"), "it is one of them");
        assert!(book.unban(bars[0].address).expect("it is written"));
        assert!(book.ban(&bar("192.0.2.7", None)).expect("it is written"));
    }
}

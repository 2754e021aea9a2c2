//! Owns the rooms that belong to accounts. The owner of each is kept in small letters.

use chinwag_core::Name;
use chinwag_core::log::OwnedState;
use chinwag_log::{decode_owned, encode_owned};
use rusqlite::{Connection, params};
use tracing::error;

use super::{Book, key};
use crate::error::Error;

impl Book {
    /// Returns the rooms that belong to accounts. What can't be read is left out, and logged.
    pub(crate) fn rooms(&self) -> Result<Vec<OwnedState>, Error> {
        self.read(all)
    }

    /// Keeps what rooms are, or that they belong to no account any more. A server learns within a second that an
    /// account was removed: what it still takes for that account's is not kept.
    pub(crate) fn keep_rooms<'a>(
        &mut self,
        rooms: impl Iterator<Item = (&'a Name, Option<&'a OwnedState>)>,
    ) -> Result<(), Error> {
        self.write(|connection| {
            for (room, owned) in rooms {
                keep(connection, room, owned)?;
            }
            Ok(())
        })
    }
}

fn all(connection: &Connection) -> rusqlite::Result<Vec<OwnedState>> {
    let sql = "SELECT name, owned FROM room ORDER BY key";
    let mut statement = connection.prepare(sql)?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let read = |row: rusqlite::Result<(String, Vec<u8>)>| {
        row.map(|(name, owned)| {
            decode_owned(&owned).inspect_err(|error| error!(%error, name, "what is kept of a room can't be read")).ok()
        })
    };
    rows.filter_map(|row| read(row).transpose()).collect()
}

fn keep(connection: &Connection, room: &Name, owned: Option<&OwnedState>) -> rusqlite::Result<()> {
    let owned = owned.map(|owned| of_accounts(connection, owned)).transpose()?.flatten();
    match owned {
        Some(owned) => connection.execute(
            "INSERT OR REPLACE INTO room (key, name, owner, owned) VALUES (?1, ?2, ?3, ?4)",
            params![key(room), room.as_str(), key(&owned.owner), encode_owned(&owned)],
        )?,
        None => connection.execute("DELETE FROM room WHERE key = ?1", [key(room)])?,
    };
    Ok(())
}

/// Returns a room with those operators who have accounts, if its owner has one.
fn of_accounts(connection: &Connection, owned: &OwnedState) -> rusqlite::Result<Option<OwnedState>> {
    let mut statement = connection.prepare_cached("SELECT 1 FROM account WHERE key = ?1")?;
    if !statement.exists([key(&owned.owner)])? {
        return Ok(None);
    }
    let mut operators = Vec::with_capacity(owned.operators.len());
    for name in &owned.operators {
        if statement.exists([key(name)])? {
            operators.push(name.clone());
        }
    }
    Ok(Some(OwnedState { operators, ..owned.clone() }))
}

/// Has no room belong to an account that is gone, nor keep it as an operator's.
pub(super) fn forget(connection: &Connection, account: &Name) -> rusqlite::Result<()> {
    let is = |name: &Name| name.key() == account.key();
    for owned in all(connection)?.iter().filter(|owned| is(&owned.owner) || owned.operators.iter().any(is)) {
        keep(connection, &owned.room, Some(owned))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use chinwag_core::admission::{Account, Passphrase, Role};
    use chinwag_core::log::{RoomKey, RoomModes};

    use super::*;
    use crate::book::tests::Folder;

    fn owned(room: &str, owner: &str) -> OwnedState {
        let name = |name| Name::parse(name).expect("the case is a name");
        OwnedState {
            room: name(room),
            owner: name(owner),
            seen_ms: 7,
            operators: vec![name("Bob")],
            topic: None,
            modes: RoomModes::LOCKED,
            key: RoomKey::parse("beer"),
            limit: None,
            bans: Vec::new(),
            exceptions: Vec::new(),
        }
    }

    #[test]
    fn a_room_is_kept_as_it_is_and_goes_with_its_account() {
        let folder = Folder::new("rooms");
        let mut book = Book::open(&folder.0).expect("it is made");
        let account = |name| Account { name: Name::parse(name).expect("it is a name"), role: Role::Member };
        let [ann, bob, cid] = ["Ann", "Bob", "Cid"].map(account);
        for account in [&ann, &bob, &cid] {
            assert!(book.add_account(account, &Passphrase::new("x")).expect("it is written"));
        }
        let [pizza, tea] = [owned("Pizza", "ANN"), owned("tea", "Cid")];
        let all = [&pizza, &tea].map(|owned| (&owned.room, Some(owned)));
        book.keep_rooms(all.into_iter()).expect("they are written");
        assert_eq!(book.rooms().expect("they are read"), [pizza.clone(), tea.clone()]);
        let other = OwnedState { limit: Some(3), ..pizza };
        book.keep_rooms([(&other.room, Some(&other))].into_iter()).expect("it is written");
        assert_eq!(book.rooms().expect("they are read"), [other, tea.clone()]);
        assert!(book.remove_account(&ann.name).expect("it is written"));
        assert_eq!(
            book.rooms().expect("they are read"),
            std::slice::from_ref(&tea),
            "whoever has the name next does not own it"
        );
        assert!(book.remove_account(&bob.name).expect("it is written"));
        let without = OwnedState { operators: Vec::new(), ..tea.clone() };
        assert_eq!(book.rooms().expect("they are read"), std::slice::from_ref(&without), "nor keeps order there");
        // A server that has not learned of it yet.
        let stale = owned("Pizza", "Ann");
        let all = [&stale, &tea].map(|owned| (&owned.room, Some(owned)));
        book.keep_rooms(all.into_iter()).expect("it is written");
        assert_eq!(book.rooms().expect("they are read"), [without]);
        book.keep_rooms([(&tea.room, None)].into_iter()).expect("it is written");
        assert_eq!(book.rooms().expect("they are read"), []);
    }
}

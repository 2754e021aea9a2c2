//! Owns the rooms that belong to accounts. The owner of each is kept in small letters.

use chinwag_core::Name;
use chinwag_core::log::OwnedState;
use chinwag_log::{decode_owned, encode_owned};
use rusqlite::params;
use tracing::error;

use super::{Book, key};
use crate::error::Error;

impl Book {
    /// Returns the rooms that belong to accounts. What can't be read is left out, and logged.
    pub(crate) fn rooms(&self) -> Result<Vec<OwnedState>, Error> {
        let rows: Vec<(String, Vec<u8>)> = self.read(|connection| {
            let sql = "SELECT name, owned FROM room ORDER BY key";
            connection.prepare(sql)?.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
        })?;
        let read = |(name, owned): (String, Vec<u8>)| {
            decode_owned(&owned).inspect_err(|error| error!(%error, name, "what is kept of a room can't be read")).ok()
        };
        Ok(rows.into_iter().filter_map(read).collect())
    }

    /// Keeps what rooms are, or that they belong to no account any more.
    pub(crate) fn keep_rooms<'a>(
        &mut self,
        rooms: impl Iterator<Item = (&'a Name, Option<&'a OwnedState>)>,
    ) -> Result<(), Error> {
        self.write(|connection| {
            for (room, owned) in rooms {
                match owned {
                    Some(owned) => connection.execute(
                        "INSERT OR REPLACE INTO room (key, name, owner, owned) VALUES (?1, ?2, ?3, ?4)",
                        params![key(room), room.as_str(), key(&owned.owner), encode_owned(owned)],
                    )?,
                    None => connection.execute("DELETE FROM room WHERE key = ?1", [key(room)])?,
                };
            }
            Ok(())
        })
    }
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
        let ann = Account { name: Name::parse("Ann").expect("it is a name"), role: Role::Member };
        assert!(book.add_account(&ann, &Passphrase::new("x")).expect("it is written"));
        let [pizza, tea] = [owned("Pizza", "ANN"), owned("tea", "Cid")];
        let all = [&pizza, &tea].map(|owned| (&owned.room, Some(owned)));
        book.keep_rooms(all.into_iter()).expect("they are written");
        assert_eq!(book.rooms().expect("they are read"), [pizza.clone(), tea.clone()]);
        let other = OwnedState { limit: Some(3), ..pizza };
        book.keep_rooms([(&other.room, Some(&other))].into_iter()).expect("it is written");
        assert_eq!(book.rooms().expect("they are read"), [other, tea.clone()]);
        assert!(book.remove_account(&ann.name).expect("it is written"));
        assert_eq!(book.rooms().expect("they are read"), [tea], "whoever has the name next does not own it");
        let tea = owned("tea", "Cid");
        book.keep_rooms([(&tea.room, None)].into_iter()).expect("it is written");
        assert_eq!(book.rooms().expect("they are read"), []);
    }
}

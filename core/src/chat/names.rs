//! Owns who is found by which name, without regard to case.
//!
//! It keeps the connection keys of people only: a name is its owner's, and to keep each twice would be a tenth of what
//! an idle connection costs. So it is told the names of others where it has to compare them.

use std::hash::BuildHasher as _;

use hashbrown::HashTable;

use crate::Name;

/// As in the maps of std: so what people choose can't make it slow.
#[expect(clippy::disallowed_types, reason = "names are only looked up by it, so that it shows in nothing that is said")]
type KeyedAtRandom = std::hash::RandomState;

/// Finds people by their names.
#[derive(Clone, Debug, Default)]
pub(super) struct Names {
    keys: HashTable<u32>,
    hasher: KeyedAtRandom,
}

impl Names {
    /// Tells whether somebody has this name. `name_of` tells the name of the owner of a connection key.
    pub(super) fn contains<'a>(&self, name: &Name, name_of: impl Fn(u32) -> &'a Name) -> bool {
        self.find(name, name_of).is_some()
    }

    /// Returns the connection key of who has this name.
    pub(super) fn find<'a>(&self, name: &Name, name_of: impl Fn(u32) -> &'a Name) -> Option<u32> {
        let name = name.key();
        self.keys.find(self.hasher.hash_one(&name), |&key| name_of(key).key() == name).copied()
    }

    /// Adds the owner of a connection key, who has a name that nobody else has.
    pub(super) fn insert<'a>(&mut self, key: u32, name_of: impl Fn(u32) -> &'a Name) {
        let hash = |&key: &u32| self.hasher.hash_one(name_of(key).key());
        self.keys.insert_unique(hash(&key), key, hash);
    }

    /// Forgets the owner of a connection key, who was added with this name.
    pub(super) fn remove(&mut self, key: u32, name: &Name) {
        if let Ok(entry) = self.keys.find_entry(self.hasher.hash_one(name.key()), |&other| other == key) {
            entry.remove();
        }
    }
}

#[cfg(test)]
impl Names {
    pub(super) fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_found_in_any_case_until_its_owner_is_forgotten() {
        let people: Vec<_> = (0..1000).filter_map(|number| Name::parse(&format!("Ann-{number}"))).collect();
        let name_of = |key: u32| &people[key as usize];
        let mut names = Names::default();
        for key in 0..1000 {
            assert!(!names.contains(name_of(key), name_of));
            names.insert(key, name_of);
        }
        let shouted = Name::parse("ANN-7").expect("it is a name");
        assert!(names.contains(&shouted, name_of));
        names.remove(8, &shouted);
        assert!(names.contains(&shouted, name_of), "it is not theirs");
        names.remove(7, &shouted);
        assert!(!names.contains(&shouted, name_of));
        assert!(people.iter().enumerate().all(|(key, name)| key == 7 || names.contains(name, name_of)));
    }
}

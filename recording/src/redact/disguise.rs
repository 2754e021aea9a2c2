//! Owns which letters stand for which, and which name for which: the same each time.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher as _, RandomState};

use chinwag_core::log::AddressKey;
use chinwag_core::{Limits, Name, Text, Texts, Topic};

/// Gives all that people have said and are called other letters.
pub(super) struct Disguise {
    /// Draws names: nobody finds out by trial which name became which.
    drawn: RandomState,
    /// By their keys.
    names: HashMap<String, String>,
    taken: HashSet<String>,
}

impl Disguise {
    /// Starts with names that stay as they are.
    pub(super) fn new(kept: Vec<Name>) -> Self {
        let mut disguise = Self { drawn: RandomState::new(), names: HashMap::new(), taken: HashSet::new() };
        for name in kept {
            disguise.keep(name.as_str());
        }
        disguise.keep("main");
        disguise
    }

    fn keep(&mut self, name: &str) {
        let key = name.to_ascii_lowercase();
        self.taken.insert(key.clone());
        self.names.insert(key.clone(), key);
    }

    /// Returns the name that stands for this one, with capitals where that has them.
    pub(super) fn name(&mut self, name: &Name) -> Name {
        if name.is_reserved() {
            return name.clone();
        }
        let key = name.as_str().to_ascii_lowercase();
        let other = match self.names.get(&key) {
            Some(other) => other.clone(),
            None => self.draw(&key),
        };
        let other: String = name.as_str().chars().zip(other.chars()).map(as_large).collect();
        Name::parse_room(&other).expect("it has the letters of a name, and as many")
    }

    fn draw(&mut self, key: &str) -> String {
        for number in 0_u32.. {
            let draw = |(place, c): (usize, char)| {
                let mut drawn = self.drawn.hash_one((key, place, number));
                let mut one_of = |letters: &[u8]| {
                    let letter = letters[usize::try_from(drawn % letters.len() as u64).unwrap_or(0)];
                    drawn /= letters.len() as u64;
                    char::from(letter)
                };
                match c {
                    'a'..='z' => one_of(b"abcdefghijklmnopqrstuvwxyz"),
                    '0'..='9' => one_of(b"0123456789"),
                    other => other,
                }
            };
            let other: String = key.chars().enumerate().map(draw).collect();
            let is_free =
                Name::parse_room(&other).is_some_and(|name| !name.is_reserved()) && !self.taken.contains(&other);
            // A name without a letter stands for itself.
            if is_free || other == key {
                self.taken.insert(other.clone());
                self.names.insert(key.to_owned(), other.clone());
                return other;
            }
        }
        unreachable!("there are more names than numbers were tried")
    }

    pub(super) fn names(&mut self, names: &[Name]) -> Vec<Name> {
        names.iter().map(|name| self.name(name)).collect()
    }

    /// Returns the address that stands for this one, of the same kind: nobody finds out by trial which it was.
    pub(super) fn address(&self, address: AddressKey) -> AddressKey {
        let (number, drawn) = (address.number(), self.drawn.hash_one(("address", address.number())));
        // Those of IPv4 have 32 bits.
        let other = if number >> 32 == 0 { drawn & 0xffff_ffff | 1 << 31 } else { drawn | 1 << 63 };
        AddressKey::new(other).expect("it has a bit")
    }

    pub(super) fn text(text: &Text) -> Text {
        Text::clean(&masked(text.as_str()))
    }

    pub(super) fn texts(texts: &Texts) -> Texts {
        Texts::parse_lines(&masked(texts.as_lines())).expect("they are clean as before")
    }

    pub(super) fn topic(topic: &Topic) -> Topic {
        Topic::of(&masked(topic.as_str())).expect("it is as long as before, and shows as much")
    }

    /// Returns limits without what tells whose server it is: what it is called, and where it listens.
    pub(super) fn limits(&mut self, limits: &Limits) -> Limits {
        let mut limits = limits.clone();
        if limits.server_name != Limits::default().server_name {
            limits.server_name = masked(&limits.server_name).into();
        }
        let addresses = &mut limits.listen_addresses;
        for address in [&mut addresses.lines, &mut addresses.web, &mut addresses.irc].into_iter().flatten() {
            if !address.ip().is_unspecified() && !address.ip().is_loopback() {
                address.set_ip([192, 0, 2, 1].into());
            }
        }
        limits
    }
}

/// Returns a text with other letters and digits: as long in bytes, of the same kinds, and with all signs where they
/// were.
pub(super) fn masked(text: &str) -> String {
    text.chars().map(mask).collect()
}

fn mask(c: char) -> char {
    match c {
        'a'..='z' => 'x',
        'A'..='Z' => 'X',
        '0'..='9' => '0',
        c if c.is_ascii() || !c.is_alphanumeric() => c,
        c => match c.len_utf8() {
            2 => '\u{df}',
            3 => '\u{6587}',
            _ => '\u{1d431}',
        },
    }
}

fn as_large((like, c): (char, char)) -> char {
    if like.is_ascii_uppercase() { c.to_ascii_uppercase() } else { c }
}

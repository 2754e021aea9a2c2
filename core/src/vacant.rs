//! Owns the order in which a slab gives out its vacant keys again, which a slab made of the same entries does not have.
//!
//! The slab shows that order to nobody. It is found by taking the keys from a clone, and made by freeing them in
//! reverse.

use std::mem;

use slab::Slab;

/// Returns the vacant keys in the order in which they will be given out, without those at the end that any slab would
/// give out so.
pub(crate) fn vacant_keys<T: Clone>(slab: &Slab<T>, filler: impl Fn() -> T) -> Vec<u32> {
    let occupied = slab.len();
    let (mut slab, mut keys) = (slab.clone(), Vec::new());
    while slab.len() < slab.capacity() {
        keys.push(slab.insert(filler()));
    }
    while keys.last().is_some_and(|&last| last == occupied + keys.len() - 1) {
        keys.pop();
    }
    keys.into_iter().map(|key| u32::try_from(key).expect("a slab here has fewer than 2^32 keys")).collect()
}

/// Makes a slab of entries in the order of their keys, whose vacant keys are given out in this order. Returns none if
/// entries and vacant keys don't make a whole row of keys, each once.
pub(crate) fn restore<T>(entries: Vec<(u32, T)>, vacant: &[u32], filler: impl Fn() -> T) -> Option<Slab<T>> {
    let mut is_vacant = vec![false; entries.len() + vacant.len()];
    for &key in vacant {
        let is_vacant = is_vacant.get_mut(key as usize)?;
        if mem::replace(is_vacant, true) {
            return None;
        }
    }
    let (mut entries, mut slab) = (entries.into_iter(), Slab::with_capacity(is_vacant.len()));
    for (place, is_vacant) in is_vacant.into_iter().enumerate() {
        let (key, value) =
            if is_vacant { (place, filler()) } else { entries.next().map(|(key, value)| (key as usize, value))? };
        slab.insert(value);
        if key != place {
            return None;
        }
    }
    for &key in vacant.iter().rev() {
        slab.remove(key as usize);
    }
    Some(slab)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_restored_slab_gives_out_the_same_keys_for_ever() {
        // Numbers that look random decide what is put in and taken out.
        let mut number = 1_u32;
        let mut slab = Slab::new();
        for _ in 0..2000 {
            number = number.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let key = number as usize >> 16 & 15;
            if slab.contains(key) {
                slab.remove(key);
            } else if slab.len() < 12 {
                slab.insert(number);
            }
            let vacant = vacant_keys(&slab, || 0);
            let entries = slab.iter().map(|(key, &value)| (u32::try_from(key).expect("it is small"), value)).collect();
            let mut restored = restore(entries, &vacant, || 0).expect("it is of a slab");
            assert_eq!(vacant_keys(&restored, || 0), vacant);
            assert!(restored.iter().eq(slab.iter()));
            let mut original = slab.clone();
            for value in 0..20 {
                assert_eq!(restored.insert(value), original.insert(value), "{vacant:?}");
            }
        }
    }

    #[test]
    fn what_is_no_row_of_keys_makes_no_slab() {
        let cases: [(&[u32], &[u32], bool); 8] = [
            (&[], &[], true),
            (&[0, 2], &[1], true),
            (&[0, 2], &[], false),
            (&[0, 2], &[2], false),
            (&[0, 2], &[1, 1], false),
            (&[2, 0], &[1], false),
            (&[0, 2], &[u32::MAX], false),
            (&[0, 0], &[1], false),
        ];
        for (keys, vacant, is_one) in cases {
            let entries = keys.iter().map(|&key| (key, key)).collect();
            assert_eq!(restore(entries, vacant, || 0).is_some(), is_one, "{keys:?} {vacant:?}");
        }
    }
}

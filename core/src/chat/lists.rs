//! Owns how much of a list is told: as much as fits into the bytes that a reply may have, in the form of whoever asks.

use crate::name::Name;
use crate::wire::contract::ListCost;

/// Takes from the front of `items` what fits into `bytes_max`, where the rest is only counted.
pub(super) fn fitting<T>(
    cost: ListCost,
    items: impl Iterator<Item = T>,
    len: impl Fn(&T) -> usize,
    bytes_max: usize,
) -> Vec<T> {
    let mut bytes = cost.around;
    let fits = |item: &T| {
        bytes += len(item) + cost.each;
        bytes <= bytes_max
    };
    items.take_while(fits).collect()
}

/// Returns the bytes of a room's name with the number of people in it.
pub(super) fn room_bytes((name, people): &(Name, u32)) -> usize {
    name.as_str().len() + decimal_digits(*people)
}

fn decimal_digits(number: u32) -> usize {
    number.checked_ilog10().map_or(1, |log| log as usize + 1)
}

#[cfg(test)]
mod tests {
    use bytes::BytesMut;

    use super::*;
    use crate::dialect::Dialect;
    use crate::message::Message;
    use crate::wire::contract::List;
    use crate::wire::{Encoding, Form};

    #[test]
    fn numbers_have_as_many_digits_as_they_show() {
        for number in [0, 1, 9, 10, 99, 100, 4_294_967_295] {
            assert_eq!(decimal_digits(number), number.to_string().len(), "{number}");
        }
    }

    /// Lists as much as is reckoned to fit, and then one more, where as many are not listed as there can be.
    fn assert_fits<T: Clone>(
        form: Form,
        (cost, item): (ListCost, T),
        len: impl Fn(&T) -> usize,
        message: impl Fn(Vec<T>) -> Message,
    ) {
        for bytes_max in 256..400 {
            let fitting = fitting(cost, std::iter::repeat(item.clone()), &len, bytes_max).len();
            let encoded = |items| {
                let mut out = BytesMut::new();
                Encoding::of(form, Dialect::CrLf).encode(&message(vec![item.clone(); items]), &mut out, |_| {});
                out.len()
            };
            assert!(encoded(fitting) <= bytes_max, "{fitting} in {bytes_max} bytes");
            // What parts it from the next is reckoned for each, though the last has none.
            assert!(encoded(fitting + 1) + 2 > bytes_max, "{fitting} in {bytes_max} bytes");
        }
    }

    #[test]
    fn as_much_is_listed_as_fits_with_the_longest_end_that_there_can_be() {
        let more = u32::MAX as usize;
        let room = Name::parse_room(&"r".repeat(Name::ROOM_CHARS_MAX)).expect("a name");
        for form in Form::ALL {
            for name in ["12", "twenty_characters_ok"] {
                let name = Name::parse(name).expect("the case is a name");
                let users = (form.list_cost(List::Users), name.clone());
                assert_fits(
                    form,
                    users,
                    |name| name.as_str().len(),
                    |names| Message::Users { room: room.clone(), names, more },
                );

                let ignored = (form.list_cost(List::Ignored), name.clone());
                assert_fits(form, ignored, |name| name.as_str().len(), |names| Message::Ignored { names, more });
                let rooms = (form.list_cost(List::Rooms), (room.clone(), 1234));
                assert_fits(form, rooms, room_bytes, |rooms| Message::Rooms { rooms, more });
            }
        }
    }
}

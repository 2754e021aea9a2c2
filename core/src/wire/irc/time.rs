//! Owns how IRC writes times: as ISO 8601 does, in milliseconds, for `server-time`.

use crate::clock::civil;

/// Writes a time as ISO 8601 does, in milliseconds, for `server-time`.
pub(crate) struct Iso(pub(crate) u64);

impl std::fmt::Display for Iso {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (days, ms) = (self.0 / 86_400_000, self.0 % 86_400_000);
        let (year, month, day) = civil(days);
        let (hour, minute, second, ms) = (ms / 3_600_000, ms / 60_000 % 60, ms / 1000 % 60, ms % 1000);
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{ms:03}Z")
    }
}

/// Reads a time that is written so, as milliseconds since 1970.
pub(crate) fn unix_ms(text: &str) -> Option<u64> {
    let (date, time) = text.strip_suffix('Z')?.split_once('T')?;
    let [year, month, day] = numbers(date, '-')?;
    let (time, ms) = time.split_once('.').unwrap_or((time, "0"));
    let [hour, minute, second] = numbers(time, ':')?;
    let ms = if ms.len() <= 3 { number(ms)? * 10u64.pow(3 - u32::try_from(ms.len()).ok()?) } else { return None };
    let is_time = (1..=12).contains(&month) && (1..=31).contains(&day) && hour < 24 && minute < 60 && second < 61;
    if !is_time || !(1970..10_000).contains(&year) {
        return None;
    }
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let (era, year_of_era) = (year / 400, year % 400);
    let day_of_year = (153 * month + 2) / 5 + day - 1;
    let days = era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468;
    Some((((days * 24 + hour) * 60 + minute) * 60 + second) * 1000 + ms)
}

fn numbers(text: &str, separator: char) -> Option<[u64; 3]> {
    let mut numbers = text.split(separator).map(number);
    let three = [numbers.next()??, numbers.next()??, numbers.next()??];
    numbers.next().is_none().then_some(three)
}

/// Reads a number of up to four digits.
fn number(text: &str) -> Option<u64> {
    let is_number = (1..=4).contains(&text.len()) && text.bytes().all(|digit| digit.is_ascii_digit());
    text.parse().ok().filter(|_| is_number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_read_as_it_is_written() {
        for time_ms in [0, 999, 951_782_400_000, 1_709_164_800_001, 1_764_442_800_123, 253_402_300_799_999] {
            assert_eq!(unix_ms(&Iso(time_ms).to_string()), Some(time_ms));
        }
        assert_eq!(unix_ms("2025-11-29T19:00:00Z"), Some(1_764_442_800_000));
        assert_eq!(unix_ms("2025-11-29T19:00:00.5Z"), Some(1_764_442_800_500));
        for wrong in [
            "",
            "Z",
            "2025-11-29",
            "2025-11-29T19:00:00",
            "2025-13-29T19:00:00Z",
            "2025-11-29T24:00:00Z",
            "1969-11-29T19:00:00Z",
            "2025-11-29T19:00:00.1234Z",
            "2025-11-29T19:00Z",
            "+025-11-29T19:00:00Z",
        ] {
            assert_eq!(unix_ms(wrong), None, "{wrong}");
        }
    }
}

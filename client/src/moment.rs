//! Owns how moments are written on the command line: with their zone, or as clocks show them here.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// Reads a day, or a day with a time, in milliseconds since 1970: with Z or an offset behind it as that says, else
/// here.
pub(crate) fn parse_ms(value: &str) -> Option<u64> {
    let time = value.parse::<Timestamp>().ok().or_else(|| {
        let here: DateTime = value.parse().ok()?;
        TimeZone::system().to_timestamp(here).ok()
    });
    u64::try_from(time?.as_millisecond()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_a_day_or_a_time_of_it() {
        assert_eq!(parse_ms("1970-01-02T00:00Z"), Some(86_400_000));
        assert_eq!(parse_ms("1970-01-02T02:00:01.5+02:00"), Some(86_401_500));
        let day = |text| parse_ms(text).expect("it is a time");
        assert_eq!(day("2026-11-28T00:00"), day("2026-11-28"));
        assert_eq!(day("2026-11-28T01:00") - day("2026-11-28"), 3_600_000);
        for text in ["", "yesterday", "1960-01-01", "2026-13-01"] {
            assert_eq!(parse_ms(text), None, "{text}");
        }
    }
}

//! Owns how it is said up to when a recording is run.

use std::time::Duration;

use chinwag_core::Time;
use chinwag_recording::Until;

use crate::moment;

/// The units of times, with their seconds. One that ends as another does stands before that.
const UNITS: [(&str, f64); 4] = [("ms", 0.001), ("s", 1.0), ("m", 60.0), ("h", 3600.0)];

/// The most hours after a server's start: a hundred years.
const HOURS_MAX: f64 = 876_600.0;

/// Reads a time.
pub(super) fn parse(value: &str) -> Result<Until, String> {
    let elapsed = || {
        let (number, seconds) = UNITS.iter().find_map(|(unit, seconds)| Some((value.strip_suffix(unit)?, seconds)))?;
        let seconds = number.parse::<f64>().ok()? * seconds;
        (0.0..=HOURS_MAX * 3600.0)
            .contains(&seconds)
            .then(|| Until::After(Time::after(Duration::from_secs_f64(seconds))))
    };
    elapsed().or_else(|| moment::parse_ms(value).map(Until::UnixMs)).ok_or_else(|| {
        "takes a time after the server's start, like 90s, 1.5h or 250ms, or a time of day, like 2026-11-30T09:00 or \
         2026-11-30T09:00Z"
            .to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_after_the_start_or_of_the_day() {
        let after = |millis| Some(Until::After(Time::after(Duration::from_millis(millis))));
        let cases = [
            ("90s", after(90_000)),
            ("1.5h", after(5_400_000)),
            ("250ms", after(250)),
            ("2m", after(120_000)),
            ("0s", after(0)),
            ("2023-11-14T22:13:20Z", Some(Until::UnixMs(1_700_000_000_000))),
            ("2023-11-14T23:13:20.5+01:00", Some(Until::UnixMs(1_700_000_000_500))),
            ("", None),
            ("s", None),
            ("-1s", None),
            ("NaNs", None),
            ("infs", None),
            ("90", None),
            ("yesterday", None),
            ("1900-01-01T00:00:00Z", None),
        ];
        for (value, time) in cases {
            assert_eq!(parse(value).ok(), time, "{value}");
        }
    }
}

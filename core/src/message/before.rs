//! Owns how it is shown what was said before.

use std::fmt;
use std::time::Duration;

use super::Earlier;
use crate::name::Name;

pub(super) fn fmt_history(f: &mut fmt::Formatter<'_>, said: &[Earlier]) -> fmt::Result {
    if said.is_empty() {
        return f.write_str("Nothing was said here");
    }
    for (index, Earlier { name, text, is_act, age, .. }) in said.iter().enumerate() {
        let separator = if index == 0 { "" } else { "\n" };
        write!(f, "{separator}[{}] ", Ago(*age))?;
        if *is_act { write!(f, "* {name} {text}")? } else { write!(f, "{name}: {text}")? }
    }
    Ok(())
}

pub(super) fn fmt_found(f: &mut fmt::Formatter<'_>, found: &[(Name, Earlier)]) -> fmt::Result {
    if found.is_empty() {
        return f.write_str("Nothing was found");
    }
    for (index, (room, Earlier { name, text, is_act, age, .. })) in found.iter().enumerate() {
        let separator = if index == 0 { "" } else { "\n" };
        write!(f, "{separator}[{room}, {}] ", Ago(*age))?;
        if *is_act { write!(f, "* {name} {text}")? } else { write!(f, "{name}: {text}")? }
    }
    Ok(())
}

/// Says how long ago something was, in whole units of the largest kind of which there are any.
struct Ago(Duration);

impl fmt::Display for Ago {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.as_secs() {
            0..60 => f.write_str("just now"),
            seconds @ 60..3600 => write!(f, "{} min ago", seconds / 60),
            seconds @ 3600..86_400 => write!(f, "{} h ago", seconds / 3600),
            seconds => write!(f, "{} d ago", seconds / 86_400),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_long_ago_something_was_is_told_in_whole_units() {
        let cases = [
            (0, "just now"),
            (59, "just now"),
            (60, "1 min ago"),
            (3599, "59 min ago"),
            (3600, "1 h ago"),
            (86_399, "23 h ago"),
            (86_400, "1 d ago"),
            (1_000_000, "11 d ago"),
        ];
        for (seconds, ago) in cases {
            assert_eq!(Ago(Duration::from_millis(1000 * seconds + 999)).to_string(), ago);
        }
    }
}

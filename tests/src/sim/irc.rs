//! Owns a second reading of lines of IRC (<https://modern.ircdocs.horse/#message-format>), and one way to write them
//! down, so that what means the same reads the same.

/// Holds a line that was taken apart.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Parsed {
    /// As they came, each with its value.
    pub(super) tags: Vec<String>,
    /// There may have been none, but their sign and more.
    pub(super) is_tagged: bool,
    pub(super) source: Option<String>,
    pub(super) command: String,
    pub(super) params: Vec<String>,
}

/// The most parameters of a line: the last is all that is left.
const PARAMS_MAX: usize = 15;

impl Parsed {
    /// Takes a line apart, without its end.
    pub(super) fn new(line: &str) -> Self {
        let mut parsed = Self::default();
        let mut rest = line.trim_start_matches(' ');
        if let Some(tagged) = rest.strip_prefix('@') {
            let (tags, more) = next_word(tagged);
            parsed.is_tagged = !tags.is_empty();
            parsed.tags = tags.split(';').filter(|tag| !tag.is_empty()).map(str::to_owned).collect();
            rest = more;
        }
        if let Some(sourced) = rest.strip_prefix(':') {
            let (source, more) = next_word(sourced);
            parsed.source = Some(source.to_owned());
            rest = more;
        }
        let (command, mut rest) = next_word(rest);
        command.clone_into(&mut parsed.command);
        while !rest.is_empty() {
            let is_last = rest.starts_with(':') || parsed.params.len() + 1 == PARAMS_MAX;
            let (param, more) = if is_last { (rest.strip_prefix(':').unwrap_or(rest), "") } else { next_word(rest) };
            parsed.params.push(param.to_owned());
            rest = more;
        }
        parsed
    }

    /// Returns a parameter, if it is there and not empty.
    pub(super) fn filled(&self, place: usize) -> Option<&str> {
        self.params.get(place).map(String::as_str).filter(|param| !param.is_empty())
    }

    pub(super) fn is(&self, command: &str) -> bool {
        self.command.eq_ignore_ascii_case(command)
    }

    /// Returns what an answer is to be labelled with.
    pub(super) fn label(&self) -> Option<&str> {
        let label = self.tags.iter().find_map(|tag| tag.strip_prefix("label="));
        label.filter(|label| (1..=64).contains(&label.len()))
    }

    /// Writes the line so that others that mean the same are written so, too: tags in order, a colon before the last.
    pub(super) fn shown(&self) -> String {
        let mut tags = self.tags.clone();
        tags.sort();
        let mut shown = if tags.is_empty() { String::new() } else { format!("@{} ", tags.join(";")) };
        if let Some(source) = &self.source {
            shown += &format!(":{source} ");
        }
        shown += &self.command;
        for (place, param) in self.params.iter().enumerate() {
            shown += if place + 1 == self.params.len() { " :" } else { " " };
            shown += param;
        }
        shown
    }
}

fn next_word(text: &str) -> (&str, &str) {
    let end = text.find(' ').unwrap_or(text.len());
    (&text[..end], text[end..].trim_start_matches(' '))
}

/// Returns year, month, day, and the seconds of the day of a time in milliseconds since 1970.
pub(super) fn date(unix_ms: u128) -> (u128, u128, u128, u128) {
    let (mut days, seconds) = (unix_ms / 86_400_000, unix_ms / 1000 % 86_400);
    // The calendar repeats itself after 400 years.
    let mut year = 1970 + 400 * (days / 146_097);
    days %= 146_097;
    let is_leap = |year: u128| year.is_multiple_of(4) && !year.is_multiple_of(100) || year.is_multiple_of(400);
    while days >= 365 + u128::from(is_leap(year)) {
        days -= 365 + u128::from(is_leap(year));
        year += 1;
    }
    let february = 28 + u128::from(is_leap(year));
    let mut month = 1;
    for len in [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] {
        if days < len {
            break;
        }
        days -= len;
        month += 1;
    }
    (year, month, days + 1, seconds)
}

/// Writes a time as `server-time` does.
pub(super) fn iso(unix_ms: u128) -> String {
    let (year, month, day, seconds) = date(unix_ms);
    let (hour, minute, second, ms) = (seconds / 3600, seconds / 60 % 60, seconds % 60, unix_ms % 1000);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{ms:03}Z")
}

/// Returns how much of a text has so many bytes at most, up to a character's end.
pub(super) fn cut(text: &str, bytes_max: usize) -> &str {
    let mut end = text.len().min(bytes_max);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_means_the_same_is_written_the_same() {
        let cases = [
            ("@b;a=1 :x!y@z PRIVMSG  #a :hi there", "@a=1;b :x!y@z PRIVMSG #a :hi there"),
            (":x NICK Ann", ":x NICK :Ann"),
            (":x NICK :Ann", ":x NICK :Ann"),
            ("PING :", "PING :"),
            ("PING", "PING"),
        ];
        for (line, shown) in cases {
            assert_eq!(Parsed::new(line).shown(), shown);
        }
        assert_eq!(iso(951_782_400_000), "2000-02-29T00:00:00.000Z");
        assert_eq!(iso(4_107_542_399_999), "2100-02-28T23:59:59.999Z");
        assert_eq!(cut("na\u{ef}ve", 3), "na");
    }
}

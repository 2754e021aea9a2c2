//! Owns how a line of IRC is taken apart (<https://modern.ircdocs.horse/#message-format>).

/// The most parameters that a line has. The last has all that is behind the others.
const PARAMS_MAX: usize = 15;

/// Lends a line that was taken apart.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Line<'a> {
    /// Without their sign.
    pub(crate) tags: &'a str,
    /// In the case that it was sent in.
    pub(crate) command: &'a str,
    params: [&'a str; PARAMS_MAX],
    count: usize,
}

impl<'a> Line<'a> {
    /// Takes a line apart, without its end. A line without a command has an empty one.
    pub(crate) fn parse(line: &'a str) -> Self {
        let mut rest = line.trim_start_matches(' ');
        let mut tags = "";
        if let Some(tagged) = rest.strip_prefix('@') {
            (tags, rest) = split(tagged);
        }
        // Whom a client says a line is from does not matter.
        if rest.starts_with(':') {
            rest = split(rest).1;
        }
        let (command, mut rest) = split(rest);
        let (mut params, mut count) = ([""; PARAMS_MAX], 0);
        while count < PARAMS_MAX && !rest.is_empty() {
            let trailing = rest.strip_prefix(':').or_else(|| (count + 1 == PARAMS_MAX).then_some(rest));
            (params[count], rest) = trailing.map_or_else(|| split(rest), |trailing| (trailing, ""));
            count += 1;
        }
        Self { tags, command, params, count }
    }

    /// Returns the parameters.
    pub(crate) fn params(&self) -> &[&'a str] {
        &self.params[..self.count]
    }

    /// Returns one of them, if it is there.
    pub(crate) fn param(&self, place: usize) -> Option<&'a str> {
        self.params().get(place).copied()
    }

    /// Returns one of them, if it is there and not empty.
    pub(crate) fn filled(&self, place: usize) -> Option<&'a str> {
        self.param(place).filter(|param| !param.is_empty())
    }

    /// Tells whether the command is this, in any case.
    pub(crate) const fn is(&self, command: &str) -> bool {
        self.command.eq_ignore_ascii_case(command)
    }

    /// Returns what the answer is to be labelled with, without escapes undone: it goes back as it came.
    pub(crate) fn label(&self) -> Option<&'a str> {
        let label = self.tags.split(';').find_map(|tag| tag.strip_prefix("label="));
        label.filter(|label| !label.is_empty() && label.len() <= LABEL_BYTES_MAX)
    }
}

/// The most bytes of a label, as IRC's `labeled-response` says.
const LABEL_BYTES_MAX: usize = 64;

/// Splits at the first blanks.
fn split(text: &str) -> (&str, &str) {
    let (word, rest) = text.split_once(' ').unwrap_or((text, ""));
    (word, rest.trim_start_matches(' '))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_taken_apart_as_the_standard_says() {
        let cases: &[(&str, &str, &str, &[&str])] = &[
            ("NICK ann", "", "NICK", &["ann"]),
            ("nick :ann", "", "nick", &["ann"]),
            ("  USER a 0 *  :Ann of B ", "", "USER", &["a", "0", "*", "Ann of B "]),
            ("@label=1;+a=b  :x!y@z PRIVMSG #a,b :", "label=1;+a=b", "PRIVMSG", &["#a,b", ""]),
            ("PING ::x y", "", "PING", &[":x y"]),
            ("JOIN :", "", "JOIN", &[""]),
            (
                "A 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16",
                "",
                "A",
                &["1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13", "14", "15 16"],
            ),
            ("", "", "", &[]),
            ("@a", "a", "", &[]),
            (":x", "", "", &[]),
        ];
        for &(line, tags, command, params) in cases {
            let line = Line::parse(line);
            assert_eq!((line.tags, line.command, line.params()), (tags, command, params));
        }
    }

    #[test]
    fn a_label_is_found_among_the_tags() {
        let cases = [("@label=1 A", Some("1")), ("@a;label=x\\:;b A", Some("x\\:")), ("@label= A", None), ("A", None)];
        for (line, label) in cases {
            assert_eq!(Line::parse(line).label(), label);
        }
        let long = format!("@label={} A", "x".repeat(65));
        assert_eq!(Line::parse(&long).label(), None);
    }
}

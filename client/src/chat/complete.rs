//! What Tab makes of the word before the cursor.

use chinwag_core::COMMANDS;

use super::seen::Seen;

/// The words that fit, and which of them is shown. Lives from one Tab to the next, as long as no other key is pressed.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Completion {
    /// Where the word begins, in bytes.
    pub(super) start: usize,
    words: Vec<String>,
    at: Option<usize>,
}

/// Which of the words that fit comes next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Turn {
    Next,
    Previous,
}

impl Completion {
    /// Finds what fits to the end of `typed`; the name of the user, `me`, is nobody's to be called by.
    ///
    /// Commands fit at the beginning, rooms after `/join `, people after the commands that take one. Everywhere else
    /// people fit where something of a name is typed.
    pub(super) fn of(typed: &str, seen: &Seen, me: Option<&str>) -> Option<Self> {
        let space = typed.char_indices().rfind(|(_, c)| c.is_whitespace());
        let start = space.map_or(0, |(at, space)| at + space.len_utf8());
        let word = &typed[start..];
        let fits =
            |candidate: &str| candidate.get(..word.len()).is_some_and(|beginning| beginning.eq_ignore_ascii_case(word));
        let others = || seen.people().filter(|name| Some(*name) != me && fits(name));
        // Commands are known in any case.
        let words: Vec<String> = match &*typed[..start].trim_end().to_ascii_lowercase() {
            "" if word.starts_with('/') => commands().filter(|command| fits(command)).collect(),
            "/join" => seen.rooms().filter(|room| fits(room)).map(str::to_owned).collect(),
            "/msg" => others().map(|name| format!("{name} ")).collect(),
            "/kick" | "/ban" | "/mute" | "/unmute" | "/invite" | "/op" | "/deop" | "/own" => {
                others().map(|name| format!("{name} ")).collect()
            }
            "/ignore" => others().map(str::to_owned).collect(),
            "/unignore" => seen.ignored().filter(|name| fits(name)).map(str::to_owned).collect(),
            _ if word.is_empty() => Vec::new(),
            before => {
                let after = if before.is_empty() { ": " } else { " " };
                others().map(|name| format!("{name}{after}")).collect()
            }
        };
        (!words.is_empty()).then_some(Self { start, words, at: None })
    }

    /// Returns the next word, round and round.
    pub(super) fn turn(&mut self, turn: Turn) -> &str {
        let last = self.words.len() - 1;
        let at = match (turn, self.at) {
            (Turn::Next, Some(at)) if at < last => at + 1,
            (Turn::Next, _) => 0,
            (Turn::Previous, Some(at)) if at > 0 => at - 1,
            (Turn::Previous, _) => last,
        };
        self.at = Some(at);
        &self.words[at]
    }
}

/// Commands as they are typed, with a space where an argument follows.
fn commands() -> impl Iterator<Item = String> {
    COMMANDS.iter().map(|command| {
        let space = if command.arguments.is_empty() { "" } else { " " };
        format!("/{}{space}", command.word)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::line::Line;

    #[test]
    fn what_is_typed_is_completed_with_what_fits() {
        let mut seen = Seen::default();
        let lines = [
            "Rooms - pizza (2), main (1)",
            "Bob joined",
            "Ann joined",
            "Anna joined",
            "Me: hi",
            "You ignore Bea",
            "You ignore Bob",
        ];
        for line in lines {
            seen.on_line(&Line::parse(line));
        }
        let all = [
            "/help",
            "/name ",
            "/rooms",
            "/join ",
            "/users",
            "/me ",
            "/msg ",
            "/reply ",
            "/topic ",
            "/history ",
            "/search ",
            "/ignore ",
            "/unignore ",
            "/login ",
            "/logout",
            "/moderation",
            "/quit",
        ];
        let cases: [(&str, usize, &[&str]); 33] = [
            ("/", 0, &all),
            ("/h", 0, &["/help", "/history "]),
            ("/m", 0, &["/me ", "/msg ", "/moderation"]),
            ("/r", 0, &["/rooms", "/reply "]),
            ("/se", 0, &["/search "]),
            ("/un", 0, &["/unignore "]),
            ("/msg ", 5, &["Anna ", "Ann ", "Bob "]),
            ("/msg b", 5, &["Bob "]),
            ("/MSG b", 5, &["Bob "]),
            ("/msg Bob an", 9, &["Anna ", "Ann "]),
            ("/me greets an", 11, &["Anna ", "Ann "]),
            ("/ignore ", 8, &["Anna", "Ann", "Bob"]),
            ("/kick b", 6, &["Bob "]),
            ("/unignore ", 10, &["Bob", "Bea"]),
            ("/unignore BE", 10, &["Bea"]),
            ("/n", 0, &["/name "]),
            ("/N", 0, &["/name "]),
            ("/x", 0, &[]),
            ("/join ", 6, &["pizza", "main"]),
            ("/join p", 6, &["pizza"]),
            ("/join  P", 7, &["pizza"]),
            ("an", 0, &["Anna: ", "Ann: "]),
            ("hello an", 6, &["Anna ", "Ann "]),
            ("hello bo", 6, &["Bob "]),
            ("hello /n", 6, &[]),
            ("me", 0, &[]),
            ("", 0, &[]),
            ("hello ", 6, &[]),
            ("zo", 0, &[]),
            ("日本 b", 7, &["Bob "]),
            ("日本\u{3000}b", 9, &["Bob "]),
            ("hi\u{a0}b", 4, &["Bob "]),
            ("hi\u{3000}", 5, &[]),
        ];
        for (typed, start, words) in cases {
            let expected = (!words.is_empty()).then(|| Completion {
                start,
                words: words.iter().map(|word| (*word).to_owned()).collect(),
                at: None,
            });
            assert_eq!(Completion::of(typed, &seen, Some("Me")), expected, "{typed:?}");
        }
    }

    #[test]
    fn tab_goes_round_both_ways() {
        let words = ["a", "b", "c"].map(str::to_owned).to_vec();
        let mut completion = Completion { start: 0, words, at: None };
        let turns = [Turn::Next, Turn::Next, Turn::Next, Turn::Next, Turn::Previous, Turn::Previous];
        assert_eq!(turns.map(|turn| completion.turn(turn).to_owned()), ["a", "b", "c", "a", "c", "b"]);
    }
}

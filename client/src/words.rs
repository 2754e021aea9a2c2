//! The words of the command line, made uniform: flags and values apart, the default command filled in, each flag once.

use std::ffi::OsString;

/// The flags that take no value.
const SWITCHES: [&str; 14] = [
    "--help",
    "-h",
    "--version",
    "--tls",
    "--no-bell",
    "--no-mouse",
    "--web",
    "--irc",
    "--wait",
    "--json",
    "--all",
    "--operator",
    "--verify",
    "--state",
];

/// The flags of which each counts, however often they are given.
const REPEATED: [&str; 4] = ["--set", "--peer-rate", "--pid", "--other-port"];

/// The flags that have two names.
const SHORT: [(&str, &str); 2] = [("-i", "--ip"), ("-p", "--port")];

/// Returns the arguments, with `--flag=value` and `-fvalue` as two words, with the default command where none is given,
/// and of a flag that is given again only the last, unless each counts.
///
/// # Errors
///
/// What is wrong with an argument that is no text.
pub(crate) fn words(args: impl Iterator<Item = OsString>) -> Result<Vec<String>, String> {
    let mut words = Vec::new();
    for arg in args {
        let arg = arg.into_string().map_err(|arg| format!("the argument {} is not UTF-8", arg.display()))?;
        words.extend(split(arg));
    }
    let of_chat = |word: &String| word.starts_with('-') && !["-h", "--help", "--version"].contains(&word.as_str());
    if words.first().is_none_or(of_chat) {
        words.insert(0, "chat".to_owned());
    }
    Ok(last_of_each(&words))
}

fn split(arg: String) -> Vec<String> {
    if let Some((flag, value)) = arg.split_once('=').filter(|_| arg.starts_with("--")) {
        return vec![flag.to_owned(), value.to_owned()];
    }
    let short = SHORT.iter().find_map(|(short, _)| Some((short, arg.strip_prefix(short)?)));
    match short {
        Some((flag, value)) if !value.is_empty() => {
            vec![(*flag).to_owned(), value.strip_prefix('=').unwrap_or(value).to_owned()]
        }
        Some(_) | None => vec![arg],
    }
}

fn last_of_each(words: &[String]) -> Vec<String> {
    let long = |word: &str| {
        SHORT.iter().find(|(short, _)| *short == word).map_or(word.to_owned(), |(_, long)| (*long).to_owned())
    };
    let mut flags: Vec<(String, &[String])> = Vec::new();
    let mut rest = words;
    while let [word, ..] = rest {
        let takes_value = word.starts_with('-') && !SWITCHES.contains(&word.as_str());
        let (flag, later) = rest.split_at(if takes_value { 2 } else { 1 }.min(rest.len()));
        let name = long(word);
        if word.starts_with('-') && !REPEATED.contains(&word.as_str()) {
            flags.retain(|(given, _)| *given != name);
        }
        flags.push((name, flag));
        rest = later;
    }
    flags.into_iter().flat_map(|(_, words)| words.iter().cloned()).collect()
}

#[cfg(test)]
mod tests {
    use argh::{ArgsInfo, Optionality};

    use super::*;

    #[test]
    fn just_the_flags_that_may_be_given_more_than_once_count_each_time() {
        let mut repeated = Vec::new();
        let mut commands = vec![crate::Chinwag::get_args_info()];
        while let Some(command) = commands.pop() {
            let flags = command.flags.iter().filter(|flag| matches!(flag.optionality, Optionality::Repeating));
            repeated.extend(flags.map(|flag| flag.long));
            commands.extend(command.commands.into_iter().map(|sub| sub.command));
        }
        repeated.sort_unstable();
        let mut known = REPEATED;
        known.sort_unstable();
        assert_eq!(repeated, known);
    }

    #[test]
    fn a_command_line_is_made_uniform() {
        let cases = [
            ("", "chat"),
            ("--version", "--version"),
            ("-h", "-h"),
            ("--name Ann", "chat --name Ann"),
            ("bots --stress=0", "bots --stress 0"),
            ("-p44036 -i::1", "chat -p 44036 -i ::1"),
            ("chat -p=1", "chat -p 1"),
            ("chat --port 1 --name Ann -p 2", "chat --name Ann -p 2"),
            ("--no-bell --room a1 --no-bell --room=b2", "chat --no-bell --room b2"),
            ("load --web --port 1 --web --port", "load --web --port"),
            ("chat chat", "chat chat"),
            ("replay x --set a=1 --set=b=2 --verify --verify", "replay x --set a=1 --set b=2 --verify"),
            ("load --pid 1 --json --pid=2", "load --pid 1 --json --pid 2"),
            ("--name --room --name --port", "chat --name --port"),
        ];
        for (line, uniform) in cases {
            let words = words(line.split_whitespace().map(OsString::from)).expect("it is text");
            assert_eq!(words.join(" "), uniform, "{line}");
        }
    }
}

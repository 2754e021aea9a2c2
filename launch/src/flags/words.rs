//! Owns how the command line is taken apart: into flags, each with the value that it was given.

use argh::{FlagInfo, FlagInfoKind, Optionality};

/// What prints the flags, and what it is called in short.
const HELP: [&str; 2] = ["--help", "-h"];

/// One word of the command line with the value that belongs to it, if it is a flag that takes one.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Given {
    /// A flag's long name, or the word.
    pub(super) name: String,
    /// As it was given.
    pub(super) words: Vec<String>,
}

/// Takes the arguments apart, by what is known of the flags. Of a flag that is given again the last is left, unless all
/// count.
pub(super) fn split(args: impl Iterator<Item = String>, flags: &[FlagInfo<'_>]) -> Vec<Given> {
    let mut words = args.flat_map(|arg| words_of(arg, flags));
    let mut all = Vec::new();
    while let Some(word) = words.next() {
        let flag = flags.iter().find(|flag| word == flag.long || short(flag).is_some_and(|short| word == short));
        let name = flag.map_or_else(|| word.clone(), |flag| flag.long.to_owned());
        // One that is not known may take a value: it is named, whatever comes after it.
        let is_alone = !word.starts_with('-')
            || HELP.contains(&word.as_str())
            || flag.is_some_and(|flag| flag.kind == FlagInfoKind::Switch);
        let value = if is_alone { None } else { words.next() };
        all.push(Given { name, words: [word].into_iter().chain(value).collect() });
    }
    let counts = |at: usize, given: &Given| {
        let is_repeated =
            flags.iter().any(|flag| flag.long == given.name && flag.optionality == Optionality::Repeating);
        !given.name.starts_with('-') || is_repeated || all[at + 1..].iter().all(|later| later.name != given.name)
    };
    let counts: Vec<_> = all.iter().enumerate().map(|(at, given)| counts(at, given)).collect();
    all.into_iter().zip(counts).filter_map(|(given, counts)| counts.then_some(given)).collect()
}

/// Takes the value off a flag that it was written together with.
fn words_of(arg: String, flags: &[FlagInfo<'_>]) -> Vec<String> {
    if arg.starts_with("--") {
        return arg.split_once('=').map(|(flag, value)| vec![flag.to_owned(), value.to_owned()]).unwrap_or(vec![arg]);
    }
    flags
        .iter()
        .filter_map(short)
        .find_map(|flag| Some((arg.strip_prefix(&flag).filter(|value| !value.is_empty())?.to_owned(), flag)))
        .map(|(value, flag)| vec![flag, value.strip_prefix('=').unwrap_or(&value).to_owned()])
        .unwrap_or(vec![arg])
}

fn short(flag: &FlagInfo<'_>) -> Option<String> {
    flag.short.map(|short| format!("-{short}"))
}

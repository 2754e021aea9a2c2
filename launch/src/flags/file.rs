//! Owns the configuration file: how it is read, what is said of a mistake in it, and how one is written.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use argh::FlagInfo;
use toml::de::{DeTable, DeValue};

use super::key::{Key, Kind};
use super::words::Given;

/// How large a file may be: far more than all keys take. What has no end, as some devices do not, is refused.
const BYTES_MAX: u64 = 1 << 20;

/// How wide a comment is in a file that is written.
const COMMENT_CHARS: usize = 96;

/// Reads a file as the flags that its keys stand for, in their order. `check` says what is wrong with the value of one.
///
/// # Errors
/// Returns the first mistake, on one line: the file's name, the line, the key, and what it takes.
pub(super) fn read(
    path: &Path,
    keys: &[Key],
    flags: &[FlagInfo<'_>],
    check: impl Fn(&[String]) -> Result<(), String>,
) -> Result<Vec<Given>, String> {
    let text = text(path)?;
    let at = |place: usize| format!("{}:{}", path.display(), line_number(&text.as_bytes()[..place]));
    let table = DeTable::parse(&text).map_err(|error| {
        let place = error.span().map_or(0, |span| span.start);
        let line = text.lines().nth(line_number(&text.as_bytes()[..place]) - 1).unwrap_or_default();
        let key =
            line.split_once('=').map(|(key, _)| key.trim()).filter(|name| keys.iter().any(|key| key.name == *name));
        let key = key.map(|key| format!("{key}: ")).unwrap_or_default();
        format!("{}: {key}{}", at(place), error.message().replace('\n', ", "))
    })?;
    let mut entries: Vec<_> = table.get_ref().iter().collect();
    entries.sort_by_key(|(name, _)| name.span().start);
    let mut given = Vec::new();
    for (name, value) in entries {
        let place = at(name.span().start);
        let name = name.get_ref();
        let Some(key) = keys.iter().find(|key| key.name == **name) else {
            return Err(format!("{place}: {name:?} is no key; {}", hint(name, value.get_ref(), keys, flags)));
        };
        let stands_for = stands_for(key, value.get_ref()).map_err(|takes| format!("{place}: {name}: {takes}"))?;
        for words in stands_for {
            check(&words).map_err(|takes| format!("{place}: {name}: {takes}"))?;
            given.push(Given { name: format!("--{name}"), words });
        }
    }
    Ok(given)
}

/// Writes a file with all keys, each below what its flag does. Those that were not given are comments with their
/// defaults.
pub(super) fn write(program: &str, keys: &[Key], given: &BTreeSet<&str>, flags: &[FlagInfo<'_>]) -> String {
    let mut text = format!(
        "# Configuration of {program}. A line such as #port = 42069 has the default of a key: to change it, take\n\
         # away the # and put in another value. A flag of the same name on the command line wins.\n"
    );
    for flag in flags {
        let Some(key) = keys.iter().find(|key| flag.long.strip_prefix("--") == Some(&key.name)) else { continue };
        let live = if key.is_live { "; can change while the server runs" } else { "" };
        let mut line = String::from("\n#");
        for word in format!("{}{live}", flag.description).split_whitespace() {
            if line.chars().count() + word.chars().count() > COMMENT_CHARS {
                text += &std::mem::replace(&mut line, String::from("\n#"));
            }
            line += " ";
            line += word;
        }
        let mark = if given.contains(flag.long) { "" } else { "#" };
        text += &format!("{line}\n{mark}{key}\n");
    }
    text
}

fn text(path: &Path) -> Result<String, String> {
    let name = path.display();
    let cannot = |why: &dyn std::fmt::Display| format!("can't read {name}: {why}");
    let file = File::open(path).map_err(|error| cannot(&error))?;
    if file.metadata().is_ok_and(|metadata| metadata.is_dir()) {
        return Err(cannot(&"it is a folder"));
    }
    let mut bytes = Vec::new();
    file.take(BYTES_MAX + 1).read_to_end(&mut bytes).map_err(|error| cannot(&error))?;
    if u64::try_from(bytes.len()).is_ok_and(|len| len > BYTES_MAX) {
        return Err(cannot(&"it has more than 1 MiB"));
    }
    String::from_utf8(bytes).map_err(|error| {
        let line = line_number(&error.as_bytes()[..error.utf8_error().valid_up_to()]);
        format!("{name}:{line}: it is not UTF-8")
    })
}

/// Returns the number of the line that comes after this text, or goes on.
fn line_number(before: &[u8]) -> usize {
    1 + before.iter().filter(|&&byte| byte == b'\n').count()
}

/// Returns the flags that a key stands for, each with its value: one, or as many as its list has.
fn stands_for(key: &Key, value: &DeValue<'_>) -> Result<Vec<Vec<String>>, String> {
    let flag = format!("--{}", key.name);
    let with = |value: &str| vec![flag.clone(), value.to_owned()];
    let wrong = |value: &DeValue<'_>| format!("it takes {}, not {}", key.kind, what(value));
    Ok(match (key.kind, value) {
        (Kind::Number, DeValue::Integer(number)) => {
            let decimal = u64::from_str_radix(number.as_str(), number.radix()).map(|number| number.to_string());
            vec![with(decimal.as_deref().unwrap_or(number.as_str()))]
        }
        (Kind::Text, DeValue::String(text)) => vec![with(text)],
        (Kind::Switch, DeValue::Boolean(true)) => vec![vec![flag]],
        (Kind::Switch, DeValue::Boolean(false)) => Vec::new(),
        (Kind::Texts, DeValue::Array(all)) => {
            let texts = all.iter().map(|one| {
                let one = one.get_ref();
                if let DeValue::String(text) = one { Ok(with(text)) } else { Err(wrong(one)) }
            });
            texts.collect::<Result<_, _>>()?
        }
        (_, value) => return Err(wrong(value)),
    })
}

fn what(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "text",
        DeValue::Integer(_) => "a number",
        DeValue::Float(_) => "a number with a fraction",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a section",
    }
}

/// Says what may be meant by a key that there is not.
fn hint(name: &str, value: &DeValue<'_>, keys: &[Key], flags: &[FlagInfo<'_>]) -> String {
    if flags.iter().any(|flag| flag.long.strip_prefix("--") == Some(name)) {
        return format!("--{name} is for the command line");
    }
    let like = name.to_lowercase().replace('_', "-");
    let nearest = keys
        .iter()
        .map(|key| (strsim::damerau_levenshtein(&like, &key.name), &key.name))
        .min()
        .filter(|(distance, _)| *distance <= name.chars().count() / 3);
    match (value, nearest) {
        (_, Some((_, nearest))) => format!("did you mean {nearest}?"),
        (DeValue::Table(_), None) => "keys stand by themselves, not in sections".to_owned(),
        (_, None) => "--print-config has all that there are".to_owned(),
    }
}

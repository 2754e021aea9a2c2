//! Owns what stands for a line of IRC: its commands stay, its names become others, and its texts other letters.

use chinwag_core::{IrcLine, Name, Tags};

use super::disguise::{Disguise, masked};

/// What a parameter is.
#[derive(Clone, Copy)]
enum Param {
    /// It stays.
    Word,
    /// Names, rooms and masks.
    Names,
    /// Names and masks, or the words that rooms ask for, or how many can be there.
    Keys,
    /// What people say.
    Text,
    /// A time, or the id of a message, which ends with its room.
    Place,
}

use Param::{Keys, Names, Place, Text, Word};

/// What the parameters of each command are; what comes behind the last is the same again.
const COMMANDS: [(&str, &[Param]); 41] = [
    // What is secret in these is stars in a recording.
    ("PASS", &[Word]),
    ("AUTHENTICATE", &[Word]),
    ("OPER", &[Names, Word]),
    ("SEARCH", &[Text]),
    ("CHATHISTORY", &[Word, Names, Place]),
    ("PRIVMSG", &[Names, Text]),
    ("NOTICE", &[Names, Text]),
    ("TAGMSG", &[Names]),
    ("JOIN", &[Names, Keys]),
    ("PART", &[Names, Text]),
    ("TOPIC", &[Names, Text]),
    ("NAMES", &[Names]),
    ("LIST", &[Names, Word]),
    ("INVITE", &[Names]),
    ("KICK", &[Names, Names, Text]),
    ("KILL", &[Names, Text]),
    ("WALLOPS", &[Text]),
    ("NICK", &[Names]),
    ("USER", &[Text, Word, Word, Text]),
    ("WHO", &[Names, Word]),
    ("WHOIS", &[Names]),
    ("WHOWAS", &[Names, Word]),
    ("ISON", &[Names]),
    ("USERHOST", &[Names]),
    ("MODE", &[Names, Word, Keys]),
    ("MONITOR", &[Word, Names]),
    ("AWAY", &[Text]),
    ("SETNAME", &[Text]),
    ("QUIT", &[Text]),
    ("PING", &[Text]),
    ("PONG", &[Text]),
    ("CAP", &[Word]),
    ("MOTD", &[Word]),
    ("LUSERS", &[Word]),
    ("VERSION", &[Word]),
    ("TIME", &[Word]),
    ("INFO", &[Word]),
    ("LINKS", &[Word]),
    ("ADMIN", &[Word]),
    ("HELP", &[Word]),
    ("HELPOP", &[Word]),
];

/// The sign that a message is a command to a client, as an action is; its word stays.
const CTCP: char = '\u{1}';

/// The sign before a colour in hexadecimal digits.
const HEX_COLOUR: char = '\u{4}';

/// Returns the line that stands for another.
pub(super) fn line(disguise: &mut Disguise, line: &IrcLine) -> IrcLine {
    let other = redact(disguise, line.as_str());
    if line.is_utf8() { IrcLine::new(&other) } else { IrcLine::not_utf8(&other) }
}

fn redact(disguise: &mut Disguise, line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    let mut rest = line;
    keep_blanks(&mut rest, &mut out);
    if rest.starts_with('@') {
        out.push_str(&tags(word(&mut rest)));
        keep_blanks(&mut rest, &mut out);
    }
    if rest.starts_with(':') {
        out.push_str(&names(disguise, word(&mut rest)));
        keep_blanks(&mut rest, &mut out);
    }
    let command = word(&mut rest);
    let known = COMMANDS.iter().find(|(known, _)| command.eq_ignore_ascii_case(known));
    // A command that there is none of may be what somebody wanted to say.
    let Some((_, params)) = known else { return out + &masked(command) + &masked(rest) };
    out.push_str(command);
    for place in 0.. {
        keep_blanks(&mut rest, &mut out);
        if rest.is_empty() {
            break;
        }
        let param = params[place.min(params.len() - 1)];
        let is_last = rest.starts_with(':') || place == 14;
        let value = if is_last { std::mem::take(&mut rest) } else { word(&mut rest) };
        match param {
            Word => out.push_str(value),
            Names => out.push_str(&names(disguise, value)),
            Keys => out.push_str(&keys(disguise, value)),
            Text => out.push_str(&text(value)),
            Place => out.push_str(&place_of(disguise, value)),
        }
    }
    out
}

/// Returns what stands for a place among messages.
fn place_of(disguise: &mut Disguise, value: &str) -> String {
    let room = value.strip_prefix("msgid=").and_then(|id| id.splitn(3, '-').nth(2));
    let Some(room) = room else { return value.to_owned() };
    let (room, piece) = room.split_at(room.find('.').unwrap_or(room.len()));
    let before = &value[..value.len() - room.len() - piece.len()];
    format!("{before}{}{piece}", names(disguise, room))
}

/// Moves the blanks at the beginning.
fn keep_blanks(rest: &mut &str, out: &mut String) {
    let after = rest.trim_start_matches(' ');
    out.push_str(&rest[..rest.len() - after.len()]);
    *rest = after;
}

/// Takes what stands before the next blank.
fn word<'a>(rest: &mut &'a str) -> &'a str {
    let end = rest.find(' ').unwrap_or(rest.len());
    let (word, after) = rest.split_at(end);
    *rest = after;
    word
}

/// Redacts names in a row, each with its user and host, if there are some.
fn names(disguise: &mut Disguise, value: &str) -> String {
    let is_of_name = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let mut out = String::with_capacity(value.len());
    for one in value.split_inclusive([',', ' ']) {
        let mask = one.find(['!', '@']).unwrap_or(one.len());
        let (nick, behind) = one.split_at(mask);
        let mut rest = nick;
        while let Some(first) = rest.chars().next() {
            let len = rest.find(|c| is_of_name(c) != is_of_name(first)).unwrap_or(rest.len());
            let (part, after) = rest.split_at(len);
            match Name::parse_room(part).filter(|_| is_of_name(first)) {
                Some(name) => out.push_str(disguise.name(&name).as_str()),
                None => out.push_str(&masked(part)),
            }
            rest = after;
        }
        let host = behind.find('@').unwrap_or(behind.len());
        let end = behind.trim_end_matches([',', ' ']).len().max(host);
        out.push_str(&masked(&behind[..host]));
        // The host is the same for all.
        out.push_str(&behind[host..end]);
        out.push_str(&behind[end..]);
    }
    out
}

/// Redacts names in a row, or words that rooms ask for. A number stays: of how many can be in a room, nobody knows more
/// by it.
pub(super) fn keys(disguise: &mut Disguise, value: &str) -> String {
    let is_number = value.bytes().all(|byte| byte.is_ascii_digit());
    if is_number { value.to_owned() } else { names(disguise, value) }
}

/// Redacts what is said.
fn text(value: &str) -> String {
    let (colon, rest) = value.split_at(usize::from(value.starts_with(':')));
    let (word, rest) = match rest.strip_prefix(CTCP) {
        Some(ctcp) => rest.split_at(1 + ctcp.find([' ', CTCP]).unwrap_or(ctcp.len())),
        None => ("", rest),
    };
    let mut out = [colon, word].concat();
    let mut digits = 0;
    for c in rest.chars() {
        match c {
            HEX_COLOUR => {
                digits = 6;
                out.push(c);
            }
            c if digits > 0 && c.is_ascii_hexdigit() => {
                digits -= 1;
                out.push('0');
            }
            c => {
                digits = 0;
                out.push_str(&masked(c.encode_utf8(&mut [0; 4])));
            }
        }
    }
    out
}

/// Redacts the values of tags that clients send each other.
pub(super) fn passed_tags(passed: &Tags) -> Tags {
    Tags::for_clients(&tags(passed.as_str())).expect("their names are as they were")
}

/// Redacts the values of tags.
fn tags(value: &str) -> String {
    let tag = |tag: &str| match tag.split_once('=') {
        Some((key, value)) => format!("{key}={}", masked_value(value)),
        None => tag.to_owned(),
    };
    value.split(';').map(tag).collect::<Vec<_>>().join(";")
}

/// Redacts a value, with its escapes.
fn masked_value(value: &str) -> String {
    let mut escaped = false;
    let mask = |c: char| {
        let other = if escaped { c.to_string() } else { masked(c.encode_utf8(&mut [0; 4])) };
        escaped = c == '\\' && !escaped;
        other
    };
    value.chars().map(mask).collect()
}

/// Returns what stands for the kind of a batch: behind its word may stand whom it is about.
pub(super) fn batch(disguise: &mut Disguise, kind: &str) -> String {
    let (word, about) = kind.split_at(kind.find(' ').unwrap_or(kind.len()));
    [word, &names(disguise, about)].concat()
}

/// Returns what stands for lines that a server has made.
pub(super) fn told(lines: &[u8]) -> Vec<u8> {
    masked(&String::from_utf8_lossy(lines)).into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_stay_and_names_are_others_everywhere_and_all_is_as_long_as_it_was() {
        let mut disguise = Disguise::new(Vec::new());
        let name = |disguise: &mut Disguise, name: &str| {
            disguise.name(&Name::parse(name).expect("it is a name")).as_str().to_owned()
        };
        let [ann, pizza] = ["Ann", "pizza"].map(|one| name(&mut disguise, one));
        let cases = [
            ("PRIVMSG #pizza,Ann :Hi all, 42!", format!("PRIVMSG #{pizza},{ann} :Xx xxx, 00!")),
            ("privmsg #main :\u{1}ACTION waves\u{1}", "privmsg #main :\u{1}ACTION xxxxx\u{1}".to_owned()),
            ("@label=a1;+draft/react=\\:) TAGMSG Ann", format!("@label=x0;+draft/react=\\:) TAGMSG {ann}")),
            ("CAP REQ :batch", "CAP REQ :batch".to_owned()),
            ("NICK Ann", format!("NICK {ann}")),
            ("USER ann 0 * :Ann B", "USER xxx 0 * :Xxx X".to_owned()),
            ("MONITOR + Ann,pizza", format!("MONITOR + {ann},{pizza}")),
            ("WHO #pizza %tc,1", format!("WHO #{pizza} %tc,1")),
            ("MODE #pizza +b", format!("MODE #{pizza} +b")),
            ("MODE #pizza +obl Ann Ann!*@* 5", format!("MODE #{pizza} +obl {ann} {ann}!*@* 5")),
            ("JOIN #pizza,#main pizza", format!("JOIN #{pizza},#main {pizza}")),
            ("KILL Ann :Go", format!("KILL {ann} :Xx")),
            ("hello everybody", "xxxxx xxxxxxxxx".to_owned()),
            ("AWAY :\u{4}ff0000red", "AWAY :\u{4}000000xxx".to_owned()),
        ];
        for (line, other) in cases {
            assert_eq!(redact(&mut disguise, line), other);
            assert_eq!(other.len(), line.len());
        }
    }
}

//! Owns what gives other protocols away: how they begin, or what their first lines look like. Commands of IRC, mail and
//! Redis count in capitals, as programs send them, and with as many words as they have. In small letters a command of
//! IRC counts where it is no sentence, as people type it who speak IRC by hand.

use memchr::memmem;

/// Begins every record of a TLS handshake, with the major version after it.
const TLS_HANDSHAKE: [u8; 2] = [0x16, 0x03];

pub(super) const fn never(_: &[u8]) -> bool {
    false
}

pub(super) fn begins_tls(typed: &[u8]) -> bool {
    typed.starts_with(&TLS_HANDSHAKE)
}

pub(super) fn begins_binary(typed: &[u8]) -> bool {
    typed.contains(&0)
}

pub(super) fn begins_ssh(typed: &[u8]) -> bool {
    matches!(typed, [b'S', b'S', b'H', b'-', b'1' | b'2', b'.', ..])
}

/// A stream without a line's end, with or without a declaration before it.
pub(super) fn begins_xmpp(typed: &[u8]) -> bool {
    const STREAM: &[u8] = b"<stream:stream";
    typed.starts_with(STREAM) || typed.starts_with(b"<?xml") && memmem::find(typed, STREAM).is_some()
}

/// TPKT, version 3.
pub(super) fn begins_rdp(typed: &[u8]) -> bool {
    typed.starts_with(&[3, 0])
}

/// The order of bytes, little or big, and one that is unused.
pub(super) fn begins_x11(typed: &[u8]) -> bool {
    typed.starts_with(b"l\0") || typed.starts_with(b"B\0")
}

/// A length of four hexadecimal digits, and a command: `0032git-upload-pack`.
pub(super) fn begins_git(typed: &[u8]) -> bool {
    typed.get(..4).is_some_and(|len| len.iter().all(u8::is_ascii_hexdigit)) && typed[4..].starts_with(b"git-")
}

pub(super) fn begins_rsync(typed: &[u8]) -> bool {
    typed.starts_with(b"@RSYNCD:")
}

/// The version, how many methods there are, and the first of them.
pub(super) fn begins_socks(typed: &[u8]) -> bool {
    matches!(typed, [5, 1..=9, 0..=9 | 0x80..=0xfe, ..])
}

/// A short packet with the number 0: a handshake.
pub(super) fn begins_minecraft(typed: &[u8]) -> bool {
    matches!(typed, [7..=0x1f, 0, ..])
}

pub(super) fn is_http(line: &[u8]) -> bool {
    is_request(line, b"HTTP")
}

pub(super) fn is_sip(line: &[u8]) -> bool {
    is_request(line, b"SIP")
}

pub(super) fn is_rtsp(line: &[u8]) -> bool {
    is_request(line, b"RTSP")
}

/// Tells whether a line is `METHOD target HTTP/1.1`, of this protocol.
fn is_request(line: &[u8], protocol: &[u8]) -> bool {
    let mut words = line.split(|&byte| byte == b' ');
    let (Some(method), Some(target), Some(version), None) = (words.next(), words.next(), words.next(), words.next())
    else {
        return false;
    };
    let is_target = target == b"*" || target.iter().any(|byte| b"/:".contains(byte));
    !method.is_empty() && is_target && is_version(version, protocol)
}

/// Tells whether a word is a version of a protocol: `HTTP/1.1`.
pub(super) fn is_version(word: &[u8], protocol: &[u8]) -> bool {
    matches!(word.strip_prefix(protocol), Some([b'/', b'0'..=b'9', b'.', b'0'..=b'9']))
}

pub(super) fn is_proxy(line: &[u8]) -> bool {
    ["PROXY TCP4 ", "PROXY TCP6 ", "PROXY UNKNOWN"].iter().any(|start| line.starts_with(start.as_bytes()))
}

pub(super) fn is_irc(line: &[u8]) -> bool {
    let words = words(line);
    is_irc_command(&words) || is_irc_by_hand(&words)
}

fn is_irc_command(words: &[&str]) -> bool {
    match words {
        ["CAP", "LS" | "LIST" | "REQ" | "END", ..]
        | ["PASS" | "NICK" | "AUTHENTICATE" | "PING" | "PONG", _]
        | ["PASS", _, "TS", ..]
        | ["QUIT" | "STARTTLS"]
        | ["PROTOCTL", ..]
        | ["WEBIRC", _, _, _, ..] => true,
        ["USER", _, mode, _, last, ..] => last.starts_with(':') || is_number(mode),
        ["NICK" | "PRIVMSG" | "NOTICE" | "PART" | "TOPIC", _, last, ..] | ["QUIT" | "ERROR", last, ..] => {
            last.starts_with(':')
        }
        ["PASS", _, number, ..] | ["SERVER", _, number, ..] => is_number(number),
        ["JOIN", channel] | ["JOIN", channel, _] => channel.starts_with(['#', '&', '+', '!', ':']),
        ["MODE", _, modes, ..] => modes.starts_with(['+', '-']),
        _ => false,
    }
}

/// A password that is no word, or what no sentence ends with.
fn is_irc_by_hand(words: &[&str]) -> bool {
    let Some((command, rest)) = words.split_first() else { return false };
    match (&*command.to_ascii_uppercase(), rest) {
        ("PASS", [password]) => {
            let is_of_letters = password.trim_end_matches(['.', '!', '?']).chars().all(char::is_alphabetic);
            !is_of_letters
        }
        ("USER", [_, _, _, real_name, ..]) => real_name.starts_with(':'),
        ("PRIVMSG", [_, text, ..]) => text.starts_with(':'),
        ("CAP", [subcommand, ..]) => ["LS", "REQ", "END"].iter().any(|word| subcommand.eq_ignore_ascii_case(word)),
        _ => false,
    }
}

pub(super) fn is_smtp(line: &[u8]) -> bool {
    match &words(line)[..] {
        ["EHLO" | "LHLO" | "ehlo" | "lhlo"] | ["EHLO" | "HELO" | "LHLO" | "ehlo" | "lhlo", _] => true,
        ["helo", host] => host.contains('.'),
        ["AUTH", "PLAIN" | "LOGIN" | "CRAM-MD5", ..] => true,
        [verb, to, ..] => {
            let is = |word: &str, start: &str| word.eq_ignore_ascii_case(start);
            let path = to.split_once(':').map(|(preposition, _)| preposition);
            path.is_some_and(|path| is(verb, "MAIL") && is(path, "FROM") || is(verb, "RCPT") && is(path, "TO"))
        }
        _ => false,
    }
}

/// What POP3 begins with, too.
pub(super) fn is_ftp(line: &[u8]) -> bool {
    matches!(words(line)[..], ["USER", _])
}

/// A tag, and a command: `a001 LOGIN ann secret`.
pub(super) fn is_imap(line: &[u8]) -> bool {
    const COMMANDS: [&str; 6] = ["CAPABILITY", "LOGIN", "AUTHENTICATE", "STARTTLS", "LOGOUT", "ID"];
    let words = words(line);
    let [tag, command, ..] = words[..] else { return false };
    let is_tag = tag.len() <= 8 && tag.bytes().all(|byte| byte.is_ascii_alphanumeric());
    is_tag && tag.ends_with(|c: char| c.is_ascii_digit()) && COMMANDS.contains(&command)
}

/// An array, a command of one word as people and load balancers send it, or a password.
pub(super) fn is_redis(line: &[u8]) -> bool {
    match &words(line)[..] {
        [array] if array.starts_with('*') => is_number(&array[1..]),
        ["PING" | "INFO" | "FLUSHALL"] | ["AUTH", _] | ["AUTH", _, _] | ["CONFIG", "GET" | "SET", ..] => true,
        ["SELECT", number] => is_number(number),
        _ => false,
    }
}

pub(super) fn is_memcached(line: &[u8]) -> bool {
    match &words(line)[..] {
        ["stats" | "version"] => true,
        ["set" | "add" | "replace" | "append" | "prepend", _, flags, time, bytes] => {
            [flags, time, bytes].into_iter().all(|word| is_number(word))
        }
        _ => false,
    }
}

pub(super) fn is_vnc(line: &[u8]) -> bool {
    matches!(line, [b'R', b'F', b'B', b' ', b'0', b'0', b'0'..=b'9', b'.', ..]) && line.len() == "RFB 003.008".len()
}

pub(super) fn is_json_rpc(line: &[u8]) -> bool {
    let has = |key: &str| memmem::find(line, key.as_bytes()).is_some();
    line.starts_with(b"{") && (has("\"jsonrpc\"") || has("\"method\"") && has("\"params\""))
}

/// Returns the words of a line, of which what is not UTF-8 has none.
fn words(line: &[u8]) -> Vec<&str> {
    std::str::from_utf8(line).map(|line| line.split(' ').filter(|word| !word.is_empty()).collect()).unwrap_or_default()
}

fn is_number(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit())
}

//! Owns what other protocols begin with, and what those are told who speak them: as a table of patterns.

const SENTENCE: &str = "This port is for chat by telnet or nc";

/// First lines: what they are not for, what is put around the sentence, and patterns. In those `_` is any word, `0` a
/// number, `A|B` one of these, `:` and `x*` a word that begins so, `=` at the end that there are no more words.
const LINES: [(&str, &str, &str, &[&str]); 8] = [
    ("the PROXY protocol", "", "\n", &["PROXY TCP4|TCP6 _"]),
    (
        "IRC",
        "ERROR :",
        "\r\n",
        &[
            "CAP LS|LIST|REQ|END",
            "PASS|NICK|AUTHENTICATE|PING|PONG _ =",
            "PASS _ TS",
            "PASS|SERVER _ 0",
            "USER _ _ _ :",
            "USER _ 0 _ _",
            "NICK|PRIVMSG|NOTICE|PART|TOPIC _ :",
            "QUIT|STARTTLS =",
            "QUIT|ERROR :",
            "PROTOCTL",
            "WEBIRC _ _ _",
            "JOIN :|#*|&*|+*|!* =",
            "JOIN :|#*|&*|+*|!* _ =",
            "MODE _ +*|-*",
        ],
    ),
    (
        "mail (SMTP)",
        "554 ",
        "\r\n",
        &["EHLO|LHLO|ehlo|lhlo =", "EHLO|LHLO|HELO|ehlo|lhlo _ =", "AUTH PLAIN|LOGIN|CRAM-MD5"],
    ),
    ("FTP", "421 ", "\r\n", &["USER _ ="]),
    ("Redis", "-ERR ", "\r\n", &["PING|INFO|FLUSHALL =", "AUTH _ =", "AUTH _ _ =", "CONFIG GET|SET", "SELECT 0 ="]),
    ("memcached", "SERVER_ERROR ", "\r\n", &["stats|version =", "set|add|replace|append|prepend _ 0 0 0 ="]),
    ("HTTP", "", "\n", &[]),
    ("", "", "\n", &[]),
];

pub(super) fn is_line(line: &[u8]) -> Option<Vec<u8>> {
    for (version, name) in [("HTTP", "HTTP"), ("SIP", "SIP"), ("RTSP", "RTSP")] {
        if is_request(line, version) {
            return Some(match name {
                "SIP" => told("SIP/2.0 501 ", name, "\r\nContent-Length: 0\r\n\r\n"),
                "RTSP" => told("RTSP/1.0 501 ", name, "\r\n\r\n"),
                _ => told("", name, "\n"),
            });
        }
    }
    if line.starts_with(b"PROXY UNKNOWN") {
        return Some(told("", "the PROXY protocol", "\n"));
    }
    if line.starts_with(b"RFB 00") && line.len() == 11 && line[6].is_ascii_digit() && line[7] == b'.' {
        return Some(told("", "VNC", "\n"));
    }
    let text = std::str::from_utf8(line).ok();
    let contains = |what: &str| line.windows(what.len()).any(|window| window == what.as_bytes());
    let is_call = contains("\"jsonrpc\"") || contains("\"method\"") && contains("\"params\"");
    if line.first() == Some(&b'{') && is_call {
        return Some(told(
            "{\"jsonrpc\":\"2.0\",\"error\":{\"code\":-32601,\"message\":\"",
            "JSON-RPC",
            "\"},\"id\":null}\r\n",
        ));
    }
    if line.starts_with(b"PROXY TCP4 ") || line.starts_with(b"PROXY TCP6 ") {
        return Some(told("", "the PROXY protocol", "\n"));
    }
    let words: Vec<_> = text?.split(' ').filter(|word| !word.is_empty()).collect();
    for (name, before, after, patterns) in LINES {
        if name != "the PROXY protocol" && patterns.iter().any(|pattern| fits(pattern, &words)) {
            return Some(told(before, name, after));
        }
    }
    if let [verb, address, ..] = words[..] {
        let from = address.split(':').next().filter(|from| from.len() < address.len()).unwrap_or_default();
        let said = format!("{verb} {from}").to_lowercase();
        if said == "mail from" || said == "rcpt to" || verb == "helo" && words.len() == 2 && address.contains('.') {
            return Some(told("554 ", "mail (SMTP)", "\r\n"));
        }
        let is_tag = verb.len() < 9 && verb.chars().all(|c| c.is_ascii_alphanumeric());
        let commands = ["CAPABILITY", "LOGIN", "AUTHENTICATE", "STARTTLS", "LOGOUT", "ID"];
        if is_tag && verb.chars().last().is_some_and(|c| c.is_ascii_digit()) && commands.contains(&address) {
            return Some(told("* BYE ", "mail (IMAP)", "\r\n"));
        }
    }
    match words[..] {
        [word] if word.len() > 1 && word.starts_with('*') && fits("0", &[&word[1..]]) => {
            Some(told("-ERR ", "Redis", "\r\n"))
        }
        _ => None,
    }
}

fn fits(pattern: &str, words: &[&str]) -> bool {
    let mut words = words.iter();
    pattern.split(' ').all(|parts| match (parts, words.next()) {
        ("=", word) => word.is_none(),
        (_, None) => false,
        ("_", _) => true,
        ("0", Some(word)) => !word.is_empty() && word.chars().all(|c| c.is_ascii_digit()),
        (_, Some(word)) => parts.split('|').any(|part| match part.strip_suffix('*') {
            Some(start) => word.starts_with(start),
            None if part == ":" => word.starts_with(':'),
            None => *word == part,
        }),
    })
}

/// The first element of XMPP.
const STREAM: &[u8] = b"<stream:stream";

/// Tells what begins as no chat does, after so many blank lines. It is asked after each byte.
pub(super) fn begins(line: &[u8], blank_lines: usize) -> Option<Vec<u8>> {
    let plain = |name| Some(told("", name, "\n"));
    match line {
        [0] if blank_lines == 2 => plain("the PROXY protocol"),
        [0x16, 3] => plain("TLS"),
        [3, 0] => plain("RDP"),
        [b'l' | b'B', 0] => plain("X11"),
        [5, 1..=9, 0..=9 | 128..=254] => plain("SOCKS"),
        [7..=31, 0] => plain("Minecraft"),
        [.., 0] => Some(told("", "", "\n")),
        b"SSH-1." | b"SSH-2." => Some(ssh()),
        b"@RSYNCD:" => Some(told("@ERROR: ", "rsync", "\n")),
        _ if line == STREAM || line.starts_with(b"<?xml") && line.ends_with(STREAM) => Some(told(
            "<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' \
             version='1.0'><stream:error><host-unknown xmlns='urn:ietf:params:xml:ns:xmpp-streams'/><text \
             xmlns='urn:ietf:params:xml:ns:xmpp-streams'>",
            "XMPP",
            "</text></stream:error></stream:stream>",
        )),
        [a, b, c, d, b'g', b'i', b't', b'-'] if [a, b, c, d].iter().all(|digit| digit.is_ascii_hexdigit()) => {
            plain("Git")
        }
        _ => None,
    }
}

/// Returns what is told before the greeting instead: some protocols have words for it, if they are the first.
pub(in crate::sim::model) fn before_greeting(told: Vec<u8>) -> Vec<u8> {
    let Some(line) = std::str::from_utf8(&told).ok().and_then(|told| told.strip_suffix('\n')) else { return told };
    let len = u8::try_from(line.len()).unwrap_or(u8::MAX);
    match line.strip_prefix(SENTENCE).and_then(|rest| rest.strip_prefix(", not for ")) {
        Some("HTTP") => format!(
            "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: {}\r\nConnection: close\r\n\r\n\
             {line}\n",
            line.len() + 1
        )
        .into_bytes(),
        Some("VNC") => [b"RFB 003.008\n\0\0\0\0", &[len][..], line.as_bytes()].concat(),
        Some("X11") => {
            let fours = len.div_ceil(4);
            let padding = vec![0; usize::from(4 * fours - len)];
            [&[0, len, 11, 0, 0, 0, fours, 0], line.as_bytes(), &padding].concat()
        }
        Some("SOCKS") => vec![5, 255],
        Some("Git") => format!("{:04x}ERR {line}\n", 9 + line.len()).into_bytes(),
        _ => told,
    }
}

fn ssh() -> Vec<u8> {
    let text = format!("{SENTENCE}, not for SSH");
    let len = u8::try_from(text.len()).expect("it is short");
    let packet = [&[1, 0, 0, 0, 7, 0, 0, 0, len][..], text.as_bytes(), &[0; 4]].concat();
    let padding = (4..12).find(|padding| (4 + 1 + packet.len() + padding) % 8 == 0).expect("one of eight does");
    let all = u8::try_from(1 + packet.len() + padding).expect("it is short");
    let padding_len = u8::try_from(padding).expect("it is less than twelve");
    [b"SSH-2.0-chinwag\r\n", &[0, 0, 0, all, padding_len][..], &packet, &vec![0; padding]].concat()
}

/// Tells whether a line is a method, a target and a version, with a space between each.
fn is_request(line: &[u8], protocol: &str) -> bool {
    let words: Vec<_> = line.split(|&byte| byte == b' ').collect();
    let [method, target, version] = words[..] else { return false };
    let is_target = target == b"*" || target.contains(&b'/') || target.contains(&b':');
    !method.is_empty() && is_target && is_version(version, protocol)
}

/// Tells whether the last of several words of a line is a version.
pub(super) fn ends_like_http(line: &[u8]) -> Option<Vec<u8>> {
    let words: Vec<_> = line.split(|&byte| byte == b' ').collect();
    let is_http = words.len() > 1 && words.last().is_some_and(|word| is_version(word, "HTTP"));
    is_http.then(|| told("", "HTTP", "\n"))
}

fn is_version(word: &[u8], protocol: &str) -> bool {
    let Some(version) = word.strip_prefix(protocol.as_bytes()) else { return false };
    version.len() == 4
        && version[0] == b'/'
        && version[2] == b'.'
        && [version[1], version[3]].iter().all(u8::is_ascii_digit)
}

/// Tells whether a line that has no end begins with a method in capitals and a path or an address.
pub(super) fn starts_like_http(line: &[u8]) -> Option<Vec<u8>> {
    let capitals = line.iter().take_while(|byte| byte.is_ascii_uppercase()).count();
    let is_target = line[capitals..].starts_with(b" /") || line[capitals..].starts_with(b" http");
    ((1..=20).contains(&capitals) && is_target).then(|| told("", "HTTP", "\n"))
}

fn told(before: &str, name: &str, after: &str) -> Vec<u8> {
    let name = if name.is_empty() { String::new() } else { format!(", not for {name}") };
    format!("{before}{SENTENCE}{name}{after}").into_bytes()
}

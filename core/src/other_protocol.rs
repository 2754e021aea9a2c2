//! Owns how to tell that whoever connects speaks another protocol than chat, and what they are told.
//!
//! It is told by the first line that is not blank, and by nothing later: where it can be by how that begins, else by
//! the whole of it. A web page can make a browser send an HTTP request anywhere, with any body. Programs that came to
//! the wrong port send passwords in their first lines. So what begins like another protocol is never taken for chat.
//! What a person could say is left alone: "PASS me the salt" is no command of IRC.

mod answers;
mod signs;

use std::fmt;

use bytes::BytesMut;
use memchr::memchr;

use self::signs::is_version;
use crate::dialect::LineEnd;
use crate::listen_addresses::Ports;

/// The longest word that is taken for the method of a request whose line has not ended: the longest that is registered
/// has 17. A longer one is told by the end of its line.
const METHOD_BYTES_MAX: usize = 20;

/// How many bytes at the end of a line, without its end, tell a request.
const VERSION_BYTES: usize = b" HTTP/1.1".len();

/// Names what was spoken instead of chat.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum OtherProtocol {
    /// An HTTP request: a browser, a health check, a scanner.
    Http,
    /// A TLS handshake.
    Tls,
    /// Something else that is no text: there is a zero byte in it, as in STUN, which browsers can be made to send.
    Binary,
    /// The head that a proxy sends to say whom it stands for (haproxy's `send-proxy` and `send-proxy-v2`).
    Proxy,
    /// IRC, of a client or a server.
    Irc,
    /// SSH.
    Ssh,
    /// SMTP: mail that is to be delivered.
    Smtp,
    /// FTP, or POP3, which begins with the same command.
    Ftp,
    /// IMAP.
    Imap,
    /// SIP: telephones.
    Sip,
    /// RTSP: cameras.
    Rtsp,
    /// Redis, also its PING as load balancers send it.
    Redis,
    /// Memcached.
    Memcached,
    /// XMPP.
    Xmpp,
    /// VNC: a remote screen.
    Vnc,
    /// RDP: the same, of Windows.
    Rdp,
    /// X11: programs that want a screen.
    X11,
    /// Git's own protocol.
    Git,
    /// Rsync's own protocol.
    Rsync,
    /// JSON-RPC.
    JsonRpc,
    /// SOCKS 5. What SOCKS 4 begins with means the end of input here, which is as good.
    Socks,
    /// Minecraft.
    Minecraft,
}

/// What is to be known of a protocol.
struct Row {
    protocol: OtherProtocol,
    /// What its kind of incident is called for programs.
    key: &'static str,
    /// What is logged of it.
    incident: &'static str,
    /// What whoever speaks it is told that this port is not for.
    name: &'static str,
    /// Tells it by how its first line begins. What it says of a beginning it says of all that begins so.
    begins: fn(&[u8]) -> bool,
    /// Tells it by its first line, without the end.
    is_line: fn(&[u8]) -> bool,
    /// Puts what they are told into its words. Nothing else is sent to them.
    answer: fn(&str) -> Vec<u8>,
    /// The same, after a greeting that they can't have understood.
    late: fn(&str) -> Vec<u8>,
}

/// Makes the table of the protocols: the first row that fits counts.
macro_rules! rows {
    ($($protocol:ident, $word:literal, $name:literal, $says:literal, $begins:expr, $is_line:expr, $answer:expr, $late:expr;)*) => {
        [$(Row {
            protocol: OtherProtocol::$protocol,
            key: concat!("wrong_protocol_", $word),
            incident: concat!("refused: it speaks ", $says),
            name: $name,
            begins: $begins,
            is_line: $is_line,
            answer: $answer,
            late: $late,
        }),*]
    };
}

#[rustfmt::skip]
const ROWS: [Row; 22] = rows![
    Http, "http", "HTTP", "HTTP", signs::never, signs::is_http, answers::http, answers::line;
    Tls, "tls", "TLS", "TLS", signs::begins_tls, signs::never, answers::line, answers::line;
    Binary, "binary", "", "no text", signs::begins_binary, signs::never, answers::line, answers::line;
    Proxy, "proxy", "the PROXY protocol", "the PROXY protocol, but --proxy-from does not name its address", signs::never, signs::is_proxy, answers::line, answers::line;
    Irc, "irc", "IRC", "IRC", signs::never, signs::is_irc, answers::irc, answers::irc;
    Ssh, "ssh", "SSH", "SSH", signs::begins_ssh, signs::never, answers::ssh, answers::ssh;
    Smtp, "smtp", "mail (SMTP)", "SMTP", signs::never, signs::is_smtp, answers::smtp, answers::smtp;
    Ftp, "ftp", "FTP", "FTP", signs::never, signs::is_ftp, answers::ftp, answers::ftp;
    Imap, "imap", "mail (IMAP)", "IMAP", signs::never, signs::is_imap, answers::imap, answers::imap;
    Sip, "sip", "SIP", "SIP", signs::never, signs::is_sip, answers::sip, answers::sip;
    Rtsp, "rtsp", "RTSP", "RTSP", signs::never, signs::is_rtsp, answers::rtsp, answers::rtsp;
    Redis, "redis", "Redis", "Redis", signs::never, signs::is_redis, answers::redis, answers::redis;
    Memcached, "memcached", "memcached", "memcached", signs::never, signs::is_memcached, answers::memcached, answers::memcached;
    Xmpp, "xmpp", "XMPP", "XMPP", signs::begins_xmpp, signs::never, answers::xmpp, answers::xmpp;
    Vnc, "vnc", "VNC", "VNC", signs::never, signs::is_vnc, answers::vnc, answers::line;
    Rdp, "rdp", "RDP", "RDP", signs::begins_rdp, signs::never, answers::line, answers::line;
    X11, "x11", "X11", "X11", signs::begins_x11, signs::never, answers::x11, answers::line;
    Git, "git", "Git", "Git", signs::begins_git, signs::never, answers::git, answers::line;
    Rsync, "rsync", "rsync", "rsync", signs::begins_rsync, signs::never, answers::rsync, answers::rsync;
    JsonRpc, "json_rpc", "JSON-RPC", "JSON-RPC", signs::never, signs::is_json_rpc, answers::json_rpc, answers::json_rpc;
    Socks, "socks", "SOCKS", "SOCKS", signs::begins_socks, signs::never, answers::socks, answers::line;
    Minecraft, "minecraft", "Minecraft", "Minecraft", signs::begins_minecraft, signs::never, answers::line, answers::line;
];

impl OtherProtocol {
    /// How many there are.
    pub(crate) const COUNT: usize = ROWS.len();

    /// Returns the one that has this [key](Self::key).
    #[must_use]
    pub fn keyed(key: &str) -> Option<Self> {
        ROWS.iter().find(|row| row.key == key).map(|row| row.protocol)
    }

    /// Returns one by its place among all.
    pub(crate) const fn at(index: usize) -> Self {
        ROWS[index].protocol
    }

    /// Returns its place among all.
    pub(crate) const fn index(self) -> usize {
        self as usize
    }

    /// Returns a word for it as an incident, for programs that tell those apart.
    #[must_use]
    pub const fn key(self) -> &'static str {
        self.row().key
    }

    /// Returns what is logged of it.
    pub(crate) const fn incident(self) -> &'static str {
        self.row().incident
    }

    /// Returns what it is called. What is no text has no name.
    pub(crate) const fn name(self) -> &'static str {
        self.row().name
    }

    const fn row(self) -> &'static Row {
        &ROWS[self as usize]
    }

    /// Takes how a first line begins, after so many blank ones, for another protocol's. What it says of a beginning it
    /// says of all that begins so, unless something shorter told already.
    pub(crate) fn from_start(typed: &[u8], blank_lines: u8) -> Option<Self> {
        // The head of the second version begins with CR LF CR LF NUL.
        if let ([0, ..], 2) = (typed, blank_lines) {
            return Some(Self::Proxy);
        }
        // What has a zero byte is the last resort, but only as far as no other tells by what comes later.
        let rows = || ROWS.iter().filter(|row| row.protocol != Self::Binary);
        let zero = memchr(0, typed);
        let told = rows().find(|row| (row.begins)(&typed[..zero.map_or(typed.len(), |zero| zero + 1)]));
        told.map(|row| row.protocol).or_else(|| zero.map(|_| Self::Binary))
    }

    /// Takes a first line, without its end, for another protocol's.
    pub(crate) fn from_line(line: &[u8]) -> Option<Self> {
        // Each has a letter or a digit. Lines of which nothing is shown may come by thousands.
        if !line.iter().any(u8::is_ascii_alphanumeric) {
            return None;
        }
        ROWS.iter().find(|row| (row.is_line)(line)).map(|row| row.protocol)
    }

    /// Tells whether bytes begin with the head by which a proxy says whom it stands for. What is said of a beginning
    /// that is no HTTP any more is said of all that begins so.
    pub(crate) fn is_proxy(bytes: &[u8]) -> bool {
        bytes.starts_with(b"\r\n\r\n\0") || signs::is_proxy(bytes)
    }

    /// How many bytes of a line have to be kept so that [`from_end`](Self::from_end) can tell.
    pub(crate) const END_BYTES: usize = VERSION_BYTES;

    /// Takes the end of a first line that is longer than any line of chat for another protocol's, whatever it begins
    /// with.
    pub(crate) fn from_end(line: &[u8]) -> Option<Self> {
        let (_, end) = line.split_last_chunk::<VERSION_BYTES>()?;
        let is_http = end.strip_prefix(b" ").is_some_and(|version| is_version(version, b"HTTP"));
        is_http.then_some(Self::Http)
    }

    /// Takes the beginning of a first line that is longer than any line of chat for another protocol's: `METHOD /` or
    /// `METHOD http`. So most are answered before they end.
    pub(crate) fn from_endless(held: &[u8]) -> Option<Self> {
        let word = memchr(b' ', held).filter(|len| (1..=METHOD_BYTES_MAX).contains(len))?;
        let (method, target) = (&held[..word], &held[word + 1..]);
        let is_http =
            method.iter().all(u8::is_ascii_uppercase) && (target.starts_with(b"/") || target.starts_with(b"http"));
        is_http.then_some(Self::Http)
    }

    /// Returns at which of these ports it is spoken, if at any.
    pub(crate) fn port(self, ports: Ports) -> Option<u16> {
        if self == Self::Http {
            ports.web
        } else if self == Self::Irc {
            ports.irc
        } else {
            None
        }
    }

    /// Returns what to send to one who was not let in: in the words of their protocol, where it has some for this.
    pub(crate) fn answer(self, port: Option<u16>, end: LineEnd) -> Vec<u8> {
        self.put(self.row().answer, port, end)
    }

    /// Appends what to send to one who was greeted before it was seen: in the words of their protocol, if those can
    /// still be understood.
    pub(crate) fn encode_late(self, port: Option<u16>, end: LineEnd, out: &mut BytesMut) {
        out.extend_from_slice(&self.put(self.row().late, port, end));
    }

    /// Puts what they are told into words. A plain line ends as theirs do.
    fn put(self, words: fn(&str) -> Vec<u8>, port: Option<u16>, end: LineEnd) -> Vec<u8> {
        let text = self.told(port);
        let mut words = words(&text);
        if end == LineEnd::CrLf && words == answers::line(&text) {
            words.insert(text.len(), b'\r');
        }
        words
    }

    /// Returns what they are told, with the port at which it is spoken, if there is one.
    pub(crate) fn told(self, port: Option<u16>) -> String {
        port.map_or_else(|| self.to_string(), |port| format!("{self}, which is at port {port}"))
    }

    /// The most bytes that an answer has.
    pub(crate) const ANSWER_BYTES_MAX: usize = 512;
}

impl fmt::Display for OtherProtocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("This port is for chat by telnet or nc")?;
        match self.name() {
            "" => Ok(()),
            name => write!(f, ", not for {name}"),
        }
    }
}

#[cfg(test)]
mod tests;

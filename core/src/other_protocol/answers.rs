//! Owns how what somebody is told who speaks another protocol is put into its words.

/// For those that have no words for this, or show any text.
pub(super) fn line(text: &str) -> Vec<u8> {
    format!("{text}\n").into()
}

pub(super) fn http(text: &str) -> Vec<u8> {
    let len = text.len() + 1;
    format!(
        "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: {len}\r\nConnection: \
         close\r\n\r\n{text}\n"
    )
    .into()
}

pub(super) fn irc(text: &str) -> Vec<u8> {
    format!("ERROR :{text}\r\n").into()
}

/// A version, and a message that disconnects (RFC 4253, sections 4.2, 6 and 11.1), which clients show.
pub(super) fn ssh(text: &str) -> Vec<u8> {
    const MSG_DISCONNECT: u8 = 1;
    const SERVICE_NOT_AVAILABLE: u32 = 7;
    let mut payload = vec![MSG_DISCONNECT];
    payload.extend(SERVICE_NOT_AVAILABLE.to_be_bytes());
    payload.extend(long(text.len()));
    payload.extend(text.as_bytes());
    // In no language.
    payload.extend(long(0));
    // What a packet has in all is a multiple of 8, with 4 bytes of padding at least.
    let padding = 4 + (8 - (payload.len() + 9) % 8) % 8;
    let mut answer = b"SSH-2.0-chinwag\r\n".to_vec();
    answer.extend(long(payload.len() + padding + 1));
    answer.extend(short(padding).into_iter().skip(1));
    answer.extend(payload);
    answer.extend(std::iter::repeat_n(0, padding));
    answer
}

pub(super) fn smtp(text: &str) -> Vec<u8> {
    format!("554 {text}\r\n").into()
}

pub(super) fn ftp(text: &str) -> Vec<u8> {
    format!("421 {text}\r\n").into()
}

pub(super) fn imap(text: &str) -> Vec<u8> {
    format!("* BYE {text}\r\n").into()
}

pub(super) fn sip(text: &str) -> Vec<u8> {
    format!("SIP/2.0 501 {text}\r\nContent-Length: 0\r\n\r\n").into()
}

pub(super) fn rtsp(text: &str) -> Vec<u8> {
    format!("RTSP/1.0 501 {text}\r\n\r\n").into()
}

pub(super) fn redis(text: &str) -> Vec<u8> {
    format!("-ERR {text}\r\n").into()
}

pub(super) fn memcached(text: &str) -> Vec<u8> {
    format!("SERVER_ERROR {text}\r\n").into()
}

pub(super) fn xmpp(text: &str) -> Vec<u8> {
    format!(
        "<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' \
         version='1.0'><stream:error><host-unknown xmlns='urn:ietf:params:xml:ns:xmpp-streams'/><text \
         xmlns='urn:ietf:params:xml:ns:xmpp-streams'>{text}</text></stream:error></stream:stream>"
    )
    .into()
}

/// A version, no way to come in, and why (RFC 6143, section 7.1.2).
pub(super) fn vnc(text: &str) -> Vec<u8> {
    [&b"RFB 003.008\n\0"[..], &long(text.len()), text.as_bytes()].concat()
}

/// That the connection was refused, how long the reason is, the version, how long all of it is in fours, and the
/// reason.
pub(super) fn x11(text: &str) -> Vec<u8> {
    let fours = text.len().div_ceil(4);
    let mut answer = vec![0];
    answer.extend(short(text.len()).into_iter().skip(1));
    answer.extend([11, 0, 0, 0]);
    answer.extend(short(fours).into_iter().rev());
    answer.extend(text.as_bytes());
    answer.resize(8 + 4 * fours, 0);
    answer
}

pub(super) fn git(text: &str) -> Vec<u8> {
    format!("{:04x}ERR {text}\n", "0000ERR \n".len() + text.len()).into()
}

pub(super) fn rsync(text: &str) -> Vec<u8> {
    format!("@ERROR: {text}\n").into()
}

pub(super) fn json_rpc(text: &str) -> Vec<u8> {
    format!("{{\"jsonrpc\":\"2.0\",\"error\":{{\"code\":-32601,\"message\":\"{text}\"}},\"id\":null}}\r\n").into()
}

/// No method that is offered will do.
pub(super) fn socks(_: &str) -> Vec<u8> {
    vec![5, 0xff]
}

fn long(len: usize) -> [u8; 4] {
    u32::try_from(len).expect("what is told is short").to_be_bytes()
}

fn short(len: usize) -> [u8; 2] {
    u16::try_from(len).expect("what is told is short").to_be_bytes()
}

//! Owns the handshake of a `WebSocket`: who is let in, and what the others are told, who are often behind a proxy that
//! has to be told something, too.

use tungstenite::handshake::derive_accept_key;

use super::{After, Answer, refuse};
use crate::origin::{Origin, shown};
use crate::wire::web::http::{Head, Response, Status};
use crate::{Config, Incident};

/// What is told to one whose request is none for a `WebSocket`.
const NOT_UPGRADED: &str = "Here is a WebSocket only. If a proxy is in front, it does not hand on Upgrade. nginx needs \
`proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection \"upgrade\";`, Apache \
`upgrade=websocket` at the end of ProxyPass; haproxy and Caddy hand it on by themselves, haproxy in `mode http`.";

/// Lets a `WebSocket` in, or says why not.
pub(super) fn upgrade(config: &Config, head: &Head<'_>) -> Result<Answer, Answer> {
    let bad = |status| refuse(Response::plain_status(status));
    if head.method != "GET" {
        return Err(bad(Status::BAD_REQUEST));
    }
    if !head.can_upgrade() {
        return Err(not_upgraded(Response::plain(Status::BAD_REQUEST, NOT_UPGRADED)));
    }
    if !head.has("upgrade", "websocket") || !head.has("connection", "upgrade") {
        let response = Response::plain(Status::UPGRADE_REQUIRED, NOT_UPGRADED);
        return Err(not_upgraded(response.field("Upgrade", "websocket")));
    }
    if head.only("sec-websocket-version").map_err(bad)? != Some("13") {
        let response = Response::plain(Status::UPGRADE_REQUIRED, "Here is version 13 of WebSockets only");
        return Err(refuse(response.field("Sec-WebSocket-Version", "13")));
    }
    let key = head.only("sec-websocket-key").map_err(bad)?.filter(|key| is_key(key.as_bytes()));
    let Some(key) = key else { return Err(bad(Status::BAD_REQUEST)) };
    // Who sends none is no browser.
    if let Some(origin) = head.only("origin").map_err(bad)? {
        check_origin(config, head.host.unwrap_or_default(), origin)?;
    }
    let response = Response::bare(Status::SWITCHING)
        .field("Upgrade", "websocket")
        .field("Connection", "Upgrade")
        .field("Sec-WebSocket-Accept", &derive_accept_key(key.as_bytes()));
    Ok(Answer { response, after: After::Chat, detail: None })
}

/// Lets pages in that came from here, those of other servers of this chat, and those of origins that were allowed.
fn check_origin(config: &Config, host: &str, sent: &str) -> Result<(), Answer> {
    let origin = sent.parse::<Origin>().ok();
    let allowed = [&config.limits.web_origins, &config.limits.pages];
    let is_allowed = |origin: &Origin| allowed.iter().any(|some| some.contains(origin));
    if origin.as_ref().is_some_and(|origin| origin.is_at(host) || is_allowed(origin)) {
        return Ok(());
    }
    let host = shown(host);
    let (named, allow) = match origin {
        Some(origin) => (origin.to_string(), format!("--web-origin {origin}")),
        None => (shown(sent), "--web-origin".to_owned()),
    };
    let response = Response::plain(
        Status::FORBIDDEN,
        &format!(
            "This page is of {named}, but asked for {host}, and pages of other sites are not let in. If a proxy is in front, it has \
             to hand on the Host that the browser sent: nginx by `proxy_set_header Host $http_host;`, Apache by \
             `ProxyPreserveHost On`; haproxy and Caddy do unless told otherwise. Or start the server with `{allow}`."
        ),
    );
    let detail = Some(format!("it is of {named} and asked for {host}; {allow} lets it in"));
    Err(Answer { response, after: After::Nothing(Some(Incident::ForeignOrigin)), detail })
}

const fn not_upgraded(response: Response) -> Answer {
    Answer { response, after: After::Nothing(Some(Incident::NotUpgraded)), detail: None }
}

/// Tells whether it is 16 bytes in base64, as every client draws them.
fn is_key(key: &[u8]) -> bool {
    let digits = key.strip_suffix(b"==");
    digits.is_some_and(|digits| {
        digits.len() == 22 && digits.iter().all(|byte| byte.is_ascii_alphanumeric() || b"+/".contains(byte))
    })
}

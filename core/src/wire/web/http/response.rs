//! Owns answers: a status, what browsers are told to be careful with, and a body.

use bytes::{BufMut as _, Bytes, BytesMut};

use crate::origin::Origin;

/// What every answer tells a browser, before and behind whom else a page may ask. Nothing on a page of ours comes from
/// elsewhere or is put together from text. No other page may hold it in a frame or its window in hand. Nobody else is
/// told of its address.
const CAREFUL: [&str; 2] = [
    "Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
connect-src 'self'",
    "; \
base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'\r
X-Content-Type-Options: nosniff\r
X-Frame-Options: DENY\r
Referrer-Policy: no-referrer\r
Cross-Origin-Opener-Policy: same-origin\r
Cross-Origin-Resource-Policy: same-origin\r
",
];

/// Tells how a request went: the number and its words.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Status(&'static str);

impl Status {
    pub(crate) const SWITCHING: Self = Self("101 Switching Protocols");
    pub(crate) const OK: Self = Self("200 OK");
    pub(crate) const NO_CONTENT: Self = Self("204 No Content");
    pub(crate) const NOT_MODIFIED: Self = Self("304 Not Modified");
    pub(crate) const REDIRECTED: Self = Self("307 Temporary Redirect");
    pub(crate) const BAD_REQUEST: Self = Self("400 Bad Request");
    pub(crate) const FORBIDDEN: Self = Self("403 Forbidden");
    pub(crate) const NOT_FOUND: Self = Self("404 Not Found");
    pub(crate) const METHOD_NOT_ALLOWED: Self = Self("405 Method Not Allowed");
    pub(crate) const TIMEOUT: Self = Self("408 Request Timeout");
    pub(crate) const BODY_TOO_LARGE: Self = Self("413 Content Too Large");
    pub(crate) const UPGRADE_REQUIRED: Self = Self("426 Upgrade Required");
    pub(crate) const TOO_MANY: Self = Self("429 Too Many Requests");
    pub(crate) const HEAD_TOO_LARGE: Self = Self("431 Request Header Fields Too Large");
    pub(crate) const UNAVAILABLE: Self = Self("503 Service Unavailable");

    /// Returns the words after the number.
    fn words(self) -> &'static str {
        &self.0[4..]
    }
}

/// Puts an answer together.
#[derive(Debug)]
pub(crate) struct Response {
    head: BytesMut,
    body: Bytes,
    omits_body: bool,
}

impl Response {
    /// Begins an answer that has fields of its own only.
    pub(crate) fn bare(status: Status) -> Self {
        let head = BytesMut::from(format!("HTTP/1.1 {}\r\n", status.0).as_str());
        Self { head, body: Bytes::new(), omits_body: true }
    }

    /// Begins an answer with a body, if there is one.
    pub(crate) fn new(status: Status, content_type: &str, body: impl Into<Bytes>) -> Self {
        Self::for_page(status, &[], content_type, body)
    }

    /// Begins an answer of which a page may be made that asks other servers, too.
    pub(crate) fn for_page(status: Status, others: &[Origin], content_type: &str, body: impl Into<Bytes>) -> Self {
        let response = Self { body: body.into(), omits_body: false, ..Self::empty_for_page(status, others) };
        let len = response.body.len();
        response.field("Content-Type", content_type).field("Content-Length", &len.to_string())
    }

    /// Begins an answer of one line for people, which is not to be kept.
    pub(crate) fn plain(status: Status, line: &str) -> Self {
        Self::new(status, "text/plain; charset=utf-8", format!("{line}\n")).field("Cache-Control", "no-store")
    }

    /// Begins an answer that is its status only, for people, too.
    pub(crate) fn plain_status(status: Status) -> Self {
        Self::plain(status, status.words())
    }

    /// Begins an answer that can have no body.
    pub(crate) fn empty(status: Status) -> Self {
        Self::empty_for_page(status, &[])
    }

    /// Begins an answer that can have no body, by which a browser keeps a page that asks other servers, too.
    pub(crate) fn empty_for_page(status: Status, others: &[Origin]) -> Self {
        let mut response = Self::bare(status);
        let [before, behind] = CAREFUL;
        response.head.put_slice(before.as_bytes());
        for other in others {
            response.head.put_slice(format!(" {}", other.socket_source()).as_bytes());
        }
        response.head.put_slice(behind.as_bytes());
        response
    }

    /// Adds a field.
    pub(crate) fn field(mut self, name: &str, value: &str) -> Self {
        for part in [name, ": ", value, "\r\n"] {
            self.head.put_slice(part.as_bytes());
        }
        self
    }

    /// Says that the connection is closed after this.
    pub(crate) fn closing(self) -> Self {
        self.field("Connection", "close")
    }

    /// Leaves the body out, and only says how long it would be.
    pub(crate) fn without_body(self) -> Self {
        Self { omits_body: true, ..self }
    }

    /// Returns the whole answer.
    pub(crate) fn into_bytes(mut self) -> Bytes {
        self.head.put_slice(b"\r\n");
        if !self.omits_body {
            self.head.put_slice(&self.body);
        }
        self.head.freeze()
    }
}

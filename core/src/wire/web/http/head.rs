//! Owns the heads of requests: what a client asks for, as bytes that nobody has checked but httparse.

use crate::wire::web::http::Status;

/// The longest head. A browser's has less than 2 KiB, most of it names of itself. But a proxy that signs people in may
/// add cookies of many KiB, and proxies pass on up to 32 KiB unless told otherwise.
pub(crate) const HEAD_BYTES_MAX: usize = 32 << 10;

/// The most fields of a head. A browser sends some fifteen, and each proxy adds a few.
pub(super) const FIELDS_MAX: usize = 128;

/// Holds the head of one request.
#[derive(Debug)]
pub(crate) struct Head<'a> {
    pub(crate) method: &'a str,
    /// What of the target is before the query.
    pub(crate) path: &'a str,
    /// The target, without scheme and host.
    pub(crate) target: &'a str,
    /// Whom the request is for.
    pub(crate) host: Option<&'a str>,
    /// Its bytes, up to the body.
    pub(crate) len: usize,
    is_1_1: bool,
    fields: Vec<(&'a str, &'a [u8])>,
}

/// Tells why there is no head.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum HeadError {
    /// Its end has not come yet.
    Partial,
    /// What has come is no HTTP, or breaks its rules.
    Malformed,
    /// It lacks what it must have, or is too long.
    Bad(Status),
}

impl<'a> Head<'a> {
    /// Takes the first head of what has come.
    pub(crate) fn parse(bytes: &'a [u8]) -> Result<Self, HeadError> {
        let mut fields = [httparse::EMPTY_HEADER; FIELDS_MAX];
        let mut request = httparse::Request::new(&mut fields);
        // What is beyond the limit is not looked at: else it would matter how much of it has come already.
        match request.parse(&bytes[..bytes.len().min(HEAD_BYTES_MAX)]) {
            Ok(httparse::Status::Complete(len)) => Self::check(&request, len),
            Ok(httparse::Status::Partial) if bytes.len() <= HEAD_BYTES_MAX => Err(HeadError::Partial),
            Ok(httparse::Status::Partial) | Err(httparse::Error::TooManyHeaders) => {
                Err(HeadError::Bad(Status::HEAD_TOO_LARGE))
            }
            Err(_) => Err(HeadError::Malformed),
        }
    }

    fn check(request: &httparse::Request<'_, 'a>, len: usize) -> Result<Self, HeadError> {
        let (method, target) = (request.method.unwrap_or_default(), request.path.unwrap_or_default());
        let (authority, path) = split_target(target);
        let fields = request.headers.iter().map(|field| (field.name, field.value)).collect();
        let own = if authority.is_some() { path } else { target };
        let head = Self { method, path, target: own, host: None, len, is_1_1: request.version == Some(1), fields };
        let host = head.only("host").map_err(HeadError::Bad)?;
        if host.is_none() && head.is_1_1 || authority == Some("") {
            return Err(HeadError::Bad(Status::BAD_REQUEST));
        }
        Ok(Self { host: authority.or(host), ..head })
    }

    /// Returns the value of a field that may be there once.
    pub(crate) fn only(&self, name: &str) -> Result<Option<&'a str>, Status> {
        let mut values = self.values(name);
        match (values.next(), values.next()) {
            (None, _) => Ok(None),
            (Some(value), None) => std::str::from_utf8(value).map(Some).map_err(|_| Status::BAD_REQUEST),
            (Some(_), Some(_)) => Err(Status::BAD_REQUEST),
        }
    }

    /// Tells whether a word is among those of a field, without regard to case.
    pub(crate) fn has(&self, name: &str, word: &str) -> bool {
        self.items(name).any(|item| item.eq_ignore_ascii_case(word.as_bytes()))
    }

    /// Returns what a field holds, parted by commas, however often it is there.
    pub(crate) fn items(&self, name: &str) -> impl Iterator<Item = &'a [u8]> {
        self.values(name).flat_map(|value| value.split(|&byte| byte == b',')).map(<[u8]>::trim_ascii)
    }

    /// Tells whether a body comes after it.
    pub(crate) fn has_body(&self) -> bool {
        self.values("transfer-encoding").next().is_some() || self.values("content-length").any(|value| value != b"0")
    }

    /// Tells whether the client may ask for more on the same connection.
    pub(crate) fn is_kept_alive(&self) -> bool {
        self.is_1_1 && !self.has("connection", "close")
    }

    /// Tells whether the client speaks a version of HTTP that lets it turn to another protocol.
    pub(crate) const fn can_upgrade(&self) -> bool {
        self.is_1_1
    }

    fn values(&self, name: &str) -> impl Iterator<Item = &'a [u8]> {
        self.fields.iter().filter(move |(field, _)| field.eq_ignore_ascii_case(name)).map(|&(_, value)| value)
    }
}

/// Returns whom a target is for, if it says so, as for a proxy (RFC 9112, section 3.2.2: it counts more than the
/// field), and its path.
fn split_target(target: &str) -> (Option<&str>, &str) {
    let without_query = target.split('?').next().unwrap_or_default();
    let is_scheme = |scheme: &str| scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https");
    match without_query.split_once("://") {
        Some((scheme, rest)) if is_scheme(scheme) => match rest.find('/') {
            Some(at) => (Some(&rest[..at]), &rest[at..]),
            None => (Some(rest), "/"),
        },
        _ => (None, without_query),
    }
}

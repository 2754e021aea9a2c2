//! Owns a connection that has come to the web listener: answers its requests, one after the other, until it asks for a
//! `WebSocket`.
//!
//! Invariant: what is held is never more than a head at its limit plus what was handed in at once, and only for as long
//! as a request may take.

mod upgrade;

use std::fmt;

use bytes::{Bytes, BytesMut};

use self::upgrade::upgrade;
use super::Web;
use super::decode::FrameDecoder;
use super::http::{Head, HeadError, Progress, Response, Status, takes_gzip};
use crate::asset::{Asset, Variant};
use crate::config::Config;
use crate::incidents::Incident;
use crate::log::cluster::Touch;
use crate::origin::Origin;
use crate::other_protocol::OtherProtocol;
use crate::refusal::Refusal;
use crate::time::Time;
use crate::tls::Tls;
use crate::wire::contract::{LetIn, Wire as _};
use crate::wire::intake::Intake;
use crate::wire::step::Step;

/// How many requests a connection may make: far more than a page has files, with those of some reloads. The last is
/// answered with the end of the connection. Whoever has more to ask connects again, and how often they do is limited.
pub(crate) const REQUESTS_MAX: u32 = 32;

/// Where programs ask that watch over the server.
const METRICS: &str = "/metrics";

/// What they are told in: Prometheus and its like understand it.
const METRICS_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Where it is asked whether people are let in.
const HEALTH: &str = "/healthz";

/// What is told to a proxy that says for whom it connects, and is not believed.
const PROXIED: &str = "Bad Request: the PROXY protocol is for addresses that the server's --proxy-from names.";

/// What is told to one who asks without TLS where that is demanded.
const NO_TLS: &str = "Here is HTTPS only.";

/// Where a page asks at which other servers it can go on.
const SERVERS: &str = "/servers";

/// What it is told in: an array of origins.
const SERVERS_TYPE: &str = "application/json";

/// Where a `WebSocket` is asked for.
const SOCKET: &str = "/socket";

/// How the target ends of who wants to log in.
const LOGS_IN: &str = "?login";

/// What is understood of methods where there is no `WebSocket`.
const METHODS: &str = "GET, HEAD, OPTIONS";

pub(crate) struct WebHandshake {
    config: Config,
    input: Vec<u8>,
    /// How much of it are line ends before a head.
    blank: usize,
    /// How far it is known to be the beginning of a head.
    progress: Progress,
    /// Until when the head that is awaited may take.
    until: Time,
    /// How many requests have come.
    requests: u32,
    ended: bool,
    /// The server stops.
    stopped: bool,
    touch: Touch,
    phase: Phase,
    /// The answer to what was asked for last, and what comes after it, if that had to wait for somebody else's word.
    awaited: Option<(Bytes, After)>,
    /// What to tell an operator of the last answer.
    detail: Option<String>,
    /// Who asked to chat wants to log in.
    logs_in: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Phase {
    /// A request is awaited.
    Asking,
    /// What is counted was asked for, and is awaited.
    Measuring,
    /// To chat was asked for, and whether they may is awaited.
    AwaitingAdmission,
    /// The last answer was handed out; after it the connection is open for this.
    Answered(After),
}

/// What is answered, and what comes after it.
#[derive(Debug)]
struct Answer {
    response: Response,
    after: After,
    /// What to tell an operator of it.
    detail: Option<String>,
}

impl Answer {
    /// Puts it into bytes. Whoever asks for a head has no body, even where that is refused: they would take it for the
    /// next answer (RFC 9110, section 9.3.2).
    fn finish(self, omits_body: bool) -> (Bytes, After) {
        let Self { mut response, after, .. } = self;
        if omits_body {
            response = response.without_body();
        }
        if let After::Nothing(_) = after {
            response = response.closing();
        }
        (response.into_bytes(), after)
    }
}

/// What comes after an answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum After {
    NextRequest,
    Chat,
    Nothing(Option<Incident>),
}

impl WebHandshake {
    pub(crate) fn new(config: &Config, now: Time) -> Self {
        let until = now + config.limits.request_wait;
        Self {
            config: config.clone(),
            input: Vec::new(),
            blank: 0,
            progress: Progress::default(),
            until,
            requests: 0,
            ended: false,
            stopped: false,
            touch: Touch::default(),
            phase: Phase::Asking,
            awaited: None,
            detail: None,
            logs_in: false,
        }
    }

    /// Answers the first request that is here, or tells what to do while there is none.
    fn answer(&mut self, now: Time) -> Result<(Bytes, After), Step> {
        if let Some(awaited) = self.awaited.take() {
            return Ok(awaited);
        }
        let (len, mut answer) = match self.progress.head(&self.input) {
            Ok(head) if self.stopped && tells_how_it_is(&head) => (head.len, unavailable()),
            Ok(head) if tells_of_touch(&head, self.touch) => (head.len, unavailable()),
            Ok(head) if self.config.limits.tls == Tls::Only => (head.len, redirect(&head)),
            // To count takes a time that grows with the connections. So one can't ask twice, and how often they come is
            // limited.
            Ok(head) if asks_for_metrics(&head) => {
                self.phase = Phase::Measuring;
                return Err(Step::Measure);
            }
            Ok(head) => {
                self.requests += 1;
                let is_last = self.stopped || self.requests == REQUESTS_MAX;
                self.logs_in = head.target.ends_with(LOGS_IN);
                (head.len, answer(&self.config, &head, is_last))
            }
            Err(HeadError::Malformed) if OtherProtocol::is_proxy(&self.input) => (0, proxied()),
            Err(HeadError::Malformed) => return Ok(malformed(&self.config)),
            Err(HeadError::Bad(status)) => (0, refuse(Response::plain_status(status))),
            Err(HeadError::Partial) if self.ended => return Err(Step::End { incident: None, detail: None }),
            Err(HeadError::Partial) if now < self.until => return Err(Step::Read { until: self.until }),
            // Browsers connect before they have something to ask for.
            Err(HeadError::Partial) if self.input.is_empty() => return Err(Step::End { incident: None, detail: None }),
            Err(HeadError::Partial) if self.input.trim_ascii().is_empty() => {
                return Ok(malformed(&self.config));
            }
            Err(HeadError::Partial) => (0, refuse(Response::plain_status(Status::TIMEOUT))),
        };
        self.detail = answer.detail.take();
        let (answer, after) = answer.finish(self.asks_for_head());
        self.input.drain(..len);
        (self.blank, self.progress) = (0, Progress::default());
        self.skip_blank();
        if after == After::Chat {
            (self.phase, self.awaited) = (Phase::AwaitingAdmission, Some((answer, after)));
            return Err(Step::Admit);
        }
        Ok((answer, after))
    }

    /// Tells whether the first request that is here, which is HTTP as far as it has come, asks for a head only.
    fn asks_for_head(&self) -> bool {
        self.input[self.blank..].starts_with(b"HEAD ")
    }

    /// Counts the line ends at the beginning.
    fn skip_blank(&mut self) {
        self.blank += self.input[self.blank..].iter().take_while(|byte| b"\r\n".contains(byte)).count();
    }
}

impl LetIn for WebHandshake {
    type Decoder = Box<FrameDecoder>;

    fn handle_bytes(&mut self, bytes: &[u8]) {
        self.input.extend_from_slice(bytes);
        self.skip_blank();
    }

    fn handle_end(&mut self) {
        self.ended = true;
    }

    fn handle_failure(&mut self) {
        if let Phase::Answered(After::NextRequest | After::Chat) = self.phase {
            self.phase = Phase::Answered(After::Nothing(None));
        }
    }

    fn handle_metrics(&mut self, metrics: Option<String>) {
        if self.phase != Phase::Measuring {
            return;
        }
        let answer = match metrics {
            Some(text) => last(Response::new(Status::OK, METRICS_TYPE, text).field("Cache-Control", "no-store")),
            None => unavailable(),
        };
        self.awaited = Some(answer.finish(self.asks_for_head()));
        self.phase = Phase::Asking;
    }

    fn handle_admission(&mut self, admission: Result<(), Refusal>) {
        if self.phase != Phase::AwaitingAdmission {
            return;
        }
        if let Err(refusal) = admission {
            self.awaited = Some((Web::refuse(refusal), After::Nothing(None)));
        }
        self.phase = Phase::Asking;
    }

    fn handle_stop(&mut self) {
        self.stopped = true;
    }

    fn handle_touch(&mut self, touch: Touch) {
        self.touch = touch;
    }

    fn logs_in(&self) -> bool {
        self.logs_in
    }

    fn poll_step(&mut self, now: Time) -> Step {
        match self.phase {
            Phase::Asking => {}
            Phase::Measuring => return Step::Measure,
            Phase::AwaitingAdmission => return Step::Admit,
            Phase::Answered(After::NextRequest) => {
                self.phase = Phase::Asking;
                self.until = now + self.config.limits.request_wait;
            }
            Phase::Answered(After::Chat) if self.stopped => {
                self.phase = Phase::Answered(After::Nothing(None));
                let mut farewell = BytesMut::new();
                Web::farewell(0, &mut farewell);
                return Step::Write { bytes: farewell.freeze(), until: now };
            }
            Phase::Answered(After::Chat) => return Step::Enter,
            Phase::Answered(After::Nothing(incident)) => return Step::End { incident, detail: self.detail.clone() },
        }
        match self.answer(now) {
            Ok((answer, after)) => {
                self.phase = Phase::Answered(after);
                Step::Write { bytes: answer, until: now + self.config.limits.stall_max }
            }
            Err(step) => step,
        }
    }

    fn into_intake(self) -> Intake<Box<FrameDecoder>> {
        let mut intake = Intake::new(FrameDecoder::new(&self.config));
        intake.handle_bytes(&self.input);
        if self.ended {
            intake.handle_end();
        }
        intake.map(Box::new)
    }
}

/// Tells whether the answer says how the server is.
fn tells_how_it_is(head: &Head<'_>) -> bool {
    [HEALTH, METRICS, SOCKET].contains(&head.path) || head.method == "OPTIONS"
}

/// Tells whether the answer is another since the way to the other servers is not kept.
fn tells_of_touch(head: &Head<'_>, touch: Touch) -> bool {
    touch != Touch::Kept && head.path == HEALTH || touch == Touch::Cut && head.path == SOCKET
}

fn asks_for_metrics(head: &Head<'_>) -> bool {
    head.path == METRICS && (head.method == "GET" || head.method == "HEAD") && !head.has_body()
}

fn answer(config: &Config, head: &Head<'_>, is_last: bool) -> Answer {
    if !["GET", "HEAD", "OPTIONS"].contains(&head.method) {
        return refuse(Response::plain_status(Status::METHOD_NOT_ALLOWED).field("Allow", METHODS));
    }
    if head.has_body() {
        return refuse(Response::plain_status(Status::BODY_TOO_LARGE));
    }
    let asset = config.limits.assets.iter().find(|asset| asset.path == head.path);
    let response = match (head.path, asset) {
        // By this proxies ask whether the server is well.
        _ if head.method == "OPTIONS" => Response::empty(Status::NO_CONTENT).field("Allow", METHODS),
        (SOCKET, _) => return upgrade(config, head).unwrap_or_else(|refused| refused),
        (HEALTH, _) => Response::plain(Status::OK, "ok"),
        (SERVERS, _) => give_servers(&config.limits.pages),
        (_, None) => Response::plain_status(Status::NOT_FOUND),
        (_, Some(asset)) => give(asset, &config.limits.pages, head),
    };
    let after = if head.is_kept_alive() && !is_last { After::NextRequest } else { After::Nothing(None) };
    Answer { response, after, detail: None }
}

/// Gives a file, in the form that the browser takes, unless it has that already.
fn give(asset: &Asset, pages: &[Origin], head: &Head<'_>) -> Response {
    let Variant { bytes, is_gzip, etag } = asset.variant(takes_gzip(head));
    let is_known = |item: &[u8]| item == b"*" || item.strip_prefix(b"W/").unwrap_or(item) == etag.as_bytes();
    let mut response = if head.items("if-none-match").any(is_known) {
        Response::empty_for_page(Status::NOT_MODIFIED, pages)
    } else {
        let response = Response::for_page(Status::OK, pages, asset.content_type, bytes);
        if is_gzip { response.field("Content-Encoding", "gzip") } else { response }
    };
    if asset.gzip.is_some() {
        response = response.field("Vary", "Accept-Encoding");
    }
    response.field("ETag", &etag).field("Cache-Control", "no-cache")
}

/// Says where the other servers have their pages. No letter of an origin has to be written in another way in JSON.
fn give_servers(pages: &[Origin]) -> Response {
    let pages: Vec<_> = pages.iter().map(|page| format!("\"{page}\"")).collect();
    let response = Response::new(Status::OK, SERVERS_TYPE, format!("[{}]", pages.join(",")));
    response.field("Cache-Control", "no-store")
}

/// Answers what only a server that runs can answer.
fn unavailable() -> Answer {
    last(Response::plain_status(Status::UNAVAILABLE))
}

/// Answers who does not speak HTTP as it must be spoken: often a person with telnet, at the wrong port.
fn malformed(config: &Config) -> (Bytes, After) {
    let addresses = &config.limits.listen_addresses;
    let ports = addresses.ports_for(addresses.web);
    let at = |port: Option<u16>| port.map_or_else(|| "another port".to_owned(), |port| format!("port {port}"));
    let lines = at(ports.lines);
    let irc = ports.irc.map(|port| format!(", by IRC at port {port}"));
    let text = format!(
        "Bad Request: here is HTTP/1.1, for browsers. By telnet or nc people chat at {lines}{}.",
        irc.unwrap_or_default()
    );
    refuse(Response::plain(Status::BAD_REQUEST, &text)).finish(false)
}

/// Answers somebody who says for whom they connect, though nobody has named them as a proxy.
fn proxied() -> Answer {
    let response = Response::plain(Status::BAD_REQUEST, PROXIED);
    Answer { response, after: After::Nothing(Some(Incident::WrongProtocol(OtherProtocol::Proxy))), detail: None }
}

/// Sends somebody who asks without TLS, where that is demanded, to the same place with it.
fn redirect(head: &Head<'_>) -> Answer {
    let (host, target) = (head.host.unwrap_or_default(), head.target);
    let is_plain = target.starts_with('/') && target.bytes().all(|byte| byte.is_ascii_graphic());
    let response = if is_plain && format!("https://{host}").parse::<Origin>().is_ok() {
        Response::plain(Status::REDIRECTED, NO_TLS).field("Location", &format!("https://{host}{target}"))
    } else {
        Response::plain(Status::BAD_REQUEST, NO_TLS)
    };
    Answer { response, after: After::Nothing(Some(Incident::NoTls)), detail: None }
}

/// Answers, and closes the connection.
const fn last(response: Response) -> Answer {
    Answer { response, after: After::Nothing(None), detail: None }
}

/// Answers a request that nobody should make, and closes the connection.
const fn refuse(response: Response) -> Answer {
    Answer { response, after: After::Nothing(Some(Incident::BadRequest)), detail: None }
}

/// It hides what has come, in which there may be cookies.
impl fmt::Debug for WebHandshake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "WebHandshake({} bytes, {:?})", self.input.len(), self.phase)
    }
}

#[cfg(test)]
mod tests;

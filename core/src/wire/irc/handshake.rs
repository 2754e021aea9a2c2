//! Owns a connection that has come to the IRC listener: clients speak first, and say who they are in the chat.

use bytes::BytesMut;

use super::Irc;
use super::decode::IrcDecoder;
use crate::config::Config;
use crate::time::Time;
use crate::tls::Tls;
use crate::wire::contract::{LetIn, Wire as _};
use crate::wire::decode::Decode as _;
use crate::wire::intake::Intake;
use crate::wire::step::Step;

#[derive(Debug)]
pub(crate) struct IrcHandshake {
    intake: Intake<IrcDecoder>,
    /// Until when its first bytes are waited for, if they can tell that it speaks TLS.
    heard_by: Option<Time>,
    /// The server stops.
    stopped: bool,
    /// What comes after the answer to who is not let in.
    turned_away: Option<Step>,
}

impl IrcHandshake {
    pub(super) fn new(config: &Config, now: Time) -> Self {
        let heard_by = (config.limits.tls == Tls::Offered).then(|| now + config.limits.request_wait);
        Self { intake: Intake::new(IrcDecoder::new(config)), heard_by, stopped: false, turned_away: None }
    }
}

impl LetIn for IrcHandshake {
    type Decoder = Box<IrcDecoder>;

    fn handle_bytes(&mut self, bytes: &[u8]) {
        if !bytes.is_empty() {
            self.heard_by = None;
        }
        self.intake.handle_bytes(bytes);
    }

    fn handle_end(&mut self) {
        self.intake.handle_end();
    }

    fn handle_stop(&mut self) {
        self.stopped = true;
    }

    fn poll_step(&mut self, now: Time) -> Step {
        if let Some(end) = self.turned_away.take() {
            return end;
        }
        if self.stopped {
            self.turned_away = Some(Step::End { incident: None, detail: None });
            let mut farewell = BytesMut::new();
            Irc::farewell(0, &mut farewell);
            return Step::Write { bytes: farewell.freeze(), until: now };
        }
        if self.intake.end.is_some() && !self.intake.decoder.has_found() {
            return Step::End { incident: None, detail: None };
        }
        match self.heard_by {
            Some(until) if now < until => Step::Read { until },
            Some(_) | None => Step::Enter,
        }
    }

    fn into_intake(self) -> Intake<Box<IrcDecoder>> {
        self.intake.map(Box::new)
    }
}

//! Owns how clients of IRC ask for capabilities (<https://ircv3.net/specs/extensions/capability-negotiation>).

use super::Line;
use super::answer::Answer;
use super::sasl::MECHANISMS;
use super::words::word;
use crate::irc::Capabilities;
use crate::log::IrcCommand;
use crate::{ConnectionId, Hub, Time};

/// By this name clients ask whether they can log in. Whether they have asked changes nothing.
const SASL: &str = "sasl";

impl<S> Hub<S> {
    pub(super) fn obey_cap(&mut self, now: Time, connection: ConnectionId, line: &Line<'_>, answer: &mut Answer) {
        let nick = self.nick_or_star(connection);
        let Some(subcommand) = line.filled(0) else {
            return answer.numeric(format_args!("461 {nick} CAP :Not enough parameters"));
        };
        match subcommand.to_ascii_uppercase().as_str() {
            "LS" => {
                self.negotiate(connection, true);
                let is_modern =
                    line.filled(1).and_then(|version| version.parse().ok()).is_some_and(|version: u32| version >= 302);
                if is_modern {
                    let capabilities = self.capabilities(connection).with(Capabilities::CAP_NOTIFY);
                    self.grant(now, connection, capabilities);
                }
                let sasl = match (self.may_log_in(connection), is_modern) {
                    (false, _) => None,
                    (true, false) => Some(SASL.to_owned()),
                    (true, true) => Some(format!("{SASL}={MECHANISMS}")),
                };
                let all = Capabilities::ALL.iter().map(|(name, _)| (*name).to_owned());
                let names: Vec<_> = all.chain(sasl).collect();
                answer.numeric(format_args!("CAP {nick} LS :{}", names.join(" ")));
            }
            "LIST" => answer.numeric(format_args!("CAP {nick} LIST :{}", self.capabilities(connection))),
            "REQ" => {
                self.negotiate(connection, true);
                let wanted = line.param(1).unwrap_or_default();
                let has_sasl = self.may_log_in(connection);
                let known = wanted.split(' ').filter(|name| !(has_sasl && name.trim_start_matches('-') == SASL));
                match after(self.capabilities(connection), &known.collect::<Vec<_>>().join(" ")) {
                    Some(capabilities) => {
                        // What is granted has to be told whole.
                        for granted in lines_of(wanted, WANTED_BYTES_MAX) {
                            answer.numeric(format_args!("CAP {nick} ACK :{granted}"));
                        }
                        self.grant(now, connection, capabilities);
                    }
                    None => answer.numeric(format_args!("CAP {nick} NAK :{wanted}")),
                }
            }
            "END" => self.negotiate(connection, false),
            _ => answer.numeric(format_args!("410 {nick} {} :Invalid CAP command", word(subcommand))),
        }
    }

    /// Lets who has not said who they are say first what they want, or go on.
    fn negotiate(&mut self, connection: ConnectionId, is_negotiating: bool) {
        if let Some(arriving) = self.irc.arriving.get_mut(&connection) {
            arriving.is_negotiating = is_negotiating;
        }
    }

    fn grant(&mut self, now: Time, connection: ConnectionId, capabilities: Capabilities) {
        if let Some(arriving) = self.irc.arriving.get_mut(&connection) {
            arriving.capabilities = capabilities;
        } else if capabilities != self.capabilities(connection) {
            self.command_irc(now, connection, IrcCommand::SetCapabilities(capabilities));
        }
    }
}

/// How many bytes of names of capabilities stand in one line: as many as fit, were nick and server as long as they can
/// be.
const WANTED_BYTES_MAX: usize = 400;

/// Splits words into lines of so many bytes, where none is longer than that. Of no words it is one empty line.
fn lines_of(words: &str, bytes_max: usize) -> Vec<&str> {
    let (mut lines, mut rest) = (Vec::new(), words.trim_end_matches(' '));
    while rest.len() > bytes_max {
        let Some(end) = rest[..=rest.floor_char_boundary(bytes_max)].rfind(' ').filter(|&end| end > 0) else { break };
        lines.push(&rest[..end]);
        rest = rest[end..].trim_start_matches(' ');
    }
    lines.push(rest);
    lines
}

/// Returns which capabilities a client has that had these, and asks for those, or for some no more: for all or none.
fn after(before: Capabilities, wanted: &str) -> Option<Capabilities> {
    wanted.split(' ').filter(|name| !name.is_empty()).try_fold(before, |all, name| match name.strip_prefix('-') {
        Some(name) => Capabilities::named(name).map(|capability| all.without(capability)),
        None => Capabilities::named(name).map(|capability| all.with(capability)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_what_is_asked_for_together_all_is_granted_or_nothing() {
        let both = Capabilities::BATCH.with(Capabilities::SETNAME);
        let cases = [
            ("batch setname", Some(both)),
            (" batch  setname ", Some(both)),
            ("batch setname -batch", Some(Capabilities::SETNAME)),
            ("batch sasl", None),
            ("-sasl", None),
            ("", Some(Capabilities::default())),
        ];
        for (wanted, granted) in cases {
            assert_eq!(after(Capabilities::default(), wanted), granted, "{wanted}");
        }
    }
}

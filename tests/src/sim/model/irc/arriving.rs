//! Owns who has come by IRC and not said who they are.

use std::collections::BTreeSet;

use chinwag_core::Time;

use super::{Client, Identity, OfIrc, unformatted, word};
use crate::sim::irc::{Parsed, cut};
use crate::sim::model::given::{Given, GivenBy, Refused};
use crate::sim::model::{Model, Person, is_name, is_reserved};

#[derive(Clone, Debug, Default)]
pub(in crate::sim::model) struct Arriving {
    pub(super) name: Option<String>,
    identity: Option<Identity>,
    is_negotiating: bool,
    account: Option<String>,
    pub(in crate::sim::model) due: Time,
}

/// The capabilities of the server.
const CAPABILITIES: [&str; 20] = [
    "account-notify",
    "away-notify",
    "batch",
    "cap-notify",
    "chghost",
    "echo-message",
    "extended-join",
    "extended-monitor",
    "invite-notify",
    "labeled-response",
    "message-tags",
    "multi-prefix",
    "no-implicit-names",
    "server-time",
    "setname",
    "standard-replies",
    "userhost-in-names",
    "draft/chathistory",
    "account-tag",
    "draft/event-playback",
];

/// What a name has to look like.
pub(super) const NAME_RULE: &str = "Name must be 2 - 20 letters, digits, - or _";

impl Model {
    /// Lets somebody come by IRC, of whom nobody knows yet.
    pub fn open_irc(&mut self, now: Time, user: usize) {
        let arriving = Arriving { due: now + self.registration_wait, ..Arriving::default() };
        self.clients[user] = Some(Client { arriving: Some(arriving), ..Client::default() });
    }

    /// Returns how many have come by IRC and not said who they are.
    #[must_use]
    pub fn arriving(&self) -> usize {
        self.clients.iter().flatten().filter(|client| client.arriving.is_some()).count()
    }

    /// Tells whether a user is one of them.
    pub(in crate::sim::model) fn is_arriving(&self, user: usize) -> bool {
        self.clients[user].as_ref().is_some_and(|client| client.arriving.is_some())
    }

    fn arriving_mut(&mut self, user: usize) -> Option<&mut Arriving> {
        self.clients[user].as_mut()?.arriving.as_mut()
    }

    /// Ends the connections of those who took too long to say who they are.
    pub(in crate::sim::model) fn end_late_arrivals(&mut self, now: Time) {
        for user in 0..self.clients.len() {
            if self.arriving_mut(user).is_some_and(|arriving| arriving.due <= now) {
                self.say_irc_bye(now, user, "Registration timed out");
            }
        }
    }

    pub(super) fn obey_arriving(&mut self, now: Time, user: usize, line: &Parsed) {
        let nick = self.nick(user);
        match line.command.to_ascii_uppercase().as_str() {
            "CAP" => self.obey_cap(now, user, line),
            "NICK" => {
                let refusal = match line.filled(0) {
                    None => Some(format!("431 {nick} :No nickname given")),
                    Some(name) if !is_name(name) => Some(format!("432 {nick} {} :{NAME_RULE}", word(name))),
                    Some(name) if is_reserved(name) => Some(format!("433 {nick} {name} :Nickname is reserved")),
                    Some(name) if self.is_taken(name) && self.account_named(name).is_none() => {
                        Some(format!("433 {nick} {name} :Nickname is already in use"))
                    }
                    Some(name) => {
                        if let Some(arriving) = self.arriving_mut(user) {
                            arriving.name = Some(name.to_owned());
                        }
                        None
                    }
                };
                if let Some(refusal) = refusal {
                    self.numeric(now, &refusal);
                }
            }
            "USER" => match (line.filled(0), line.filled(3)) {
                (Some(name), Some(real_name)) => {
                    let identity = Identity::new(name, &unformatted(real_name));
                    if let Some(arriving) = self.arriving_mut(user) {
                        arriving.identity = Some(identity);
                    }
                }
                _ => self.numeric(now, &format!("461 {nick} USER :Not enough parameters")),
            },
            "PASS" if line.filled(0).is_none() => self.numeric(now, "461 * PASS :Not enough parameters"),
            "PASS" if self.has_accounts && line.filled(0).is_some_and(|given| given.contains(':')) => {
                let (account, given) = line.filled(0).and_then(|given| given.split_once(':')).unwrap_or_default();
                let (account, password) = (account.to_owned(), given.to_owned());
                self.look_at(now, user, Given { account, password, by: GivenBy::Pass });
            }
            "AUTHENTICATE" if self.has_accounts => self.obey_authenticate(now, user, line),
            "PASS" | "PONG" => {}
            "PING" => self.pong(now, user, line),
            "QUIT" => return self.say_irc_bye(now, user, "Quit"),
            _ => self.numeric(now, &format!("451 {nick} :You have not registered")),
        }
        if !self.is_waiting(user) {
            self.register(now, user);
        }
    }

    /// Has somebody be logged in who has not said who they are.
    pub(in crate::sim::model) fn log_in_arriving(&mut self, now: Time, user: usize, account: String) {
        let nick = self.nick(user);
        let text = format!("900 {nick} {nick}!*@chinwag {account} :You are now logged in as {account}");
        self.reply_numeric(now, user, &text);
        self.reply_numeric(now, user, &format!("903 {nick} :SASL authentication successful"));
        if let Some(arriving) = self.arriving_mut(user) {
            arriving.account = Some(account);
        }
        self.happen("logged in before registering");
    }

    /// Has nobody be logged in any more, of those who have not said who they are, by an account that is gone.
    pub(in crate::sim::model) fn log_out_arriving(&mut self, name: &str) {
        for arriving in self.clients.iter_mut().flatten().filter_map(|client| client.arriving.as_mut()) {
            arriving.account.take_if(|account| account.eq_ignore_ascii_case(name));
        }
    }

    /// Returns by which account somebody is logged in who has not said who they are.
    pub(super) fn arriving_account(&mut self, user: usize) -> Option<String> {
        self.arriving_mut(user).and_then(|arriving| arriving.account.clone())
    }

    pub(super) fn pong(&mut self, now: Time, user: usize, line: &Parsed) {
        let nick = self.nick(user);
        let answer = match line.filled(0) {
            Some(token) => format!("PONG {} :{token}", self.server),
            None => format!("409 {nick} :No origin specified"),
        };
        self.numeric(now, &answer);
    }

    /// Lets somebody in who has said who they are.
    fn register(&mut self, now: Time, user: usize) {
        let Some(arriving) = self.arriving_mut(user).filter(|arriving| !arriving.is_negotiating) else { return };
        let (Some(name), Some(identity)) = (arriving.name.clone(), arriving.identity.clone()) else { return };
        let arriving_account = arriving.account.clone();
        if let Some(refused) = self.name_refused(&name, arriving_account.as_deref()) {
            if let Some(arriving) = self.arriving_mut(user) {
                arriving.name = None;
            }
            return self.reply_numeric(now, user, &refused_by_irc("*", &name, refused));
        }
        self.make_way(now, &name);
        if let Some(client) = &mut self.clients[user] {
            client.arriving = None;
        }
        self.people.push(Person {
            user,
            name: name.clone(),
            rooms: Vec::new(),
            silent_until: None,
            ignored: Vec::new(),
            writer: None,
            correspondents: Vec::new(),
            origin: user,
            account: arriving_account,
            power: None,
            irc: Some(OfIrc { identity, came: now, spoke: now, ..OfIrc::default() }),
        });
        self.people_max = self.people_max.max(self.people());
        self.welcome_irc(now, user);
        let source = self.person(user).source();
        self.tell_presence(now, &name, Some(&source));
    }

    pub(super) fn obey_cap(&mut self, now: Time, user: usize, line: &Parsed) {
        let nick = self.nick(user);
        let has = self.clients[user].as_ref().map(|client| client.capabilities.clone()).unwrap_or_default();
        match line.filled(0).map(str::to_ascii_uppercase).as_deref() {
            None => self.numeric(now, &format!("461 {nick} CAP :Not enough parameters")),
            Some("LS") => {
                self.negotiate(user, true);
                let version = line.filled(1).and_then(|version| version.parse::<u32>().ok());
                if version.is_some_and(|version| version >= 302) {
                    self.grant(user, has.into_iter().chain(["cap-notify"]).collect());
                }
                let sasl = match (self.has_accounts, version.is_some_and(|version| version >= 302)) {
                    (false, _) => "",
                    (true, false) => " sasl",
                    (true, true) => " sasl=PLAIN",
                };
                self.numeric(now, &format!("CAP {nick} LS :{}{sasl}", CAPABILITIES.join(" ")));
            }
            Some("LIST") => {
                let names: Vec<_> = CAPABILITIES.into_iter().filter(|name| has.contains(name)).collect();
                self.numeric(now, &format!("CAP {nick} LIST :{}", names.join(" ")));
            }
            Some("REQ") => {
                self.negotiate(user, true);
                let wanted = line.params.get(1).map_or("", String::as_str);
                match after(has, wanted, self.has_accounts) {
                    Some(capabilities) => {
                        for granted in pieces(wanted) {
                            self.numeric(now, &format!("CAP {nick} ACK :{granted}"));
                        }
                        self.grant(user, capabilities);
                    }
                    None => self.numeric(now, &format!("CAP {nick} NAK :{wanted}")),
                }
            }
            Some("END") => self.negotiate(user, false),
            Some(_) => {
                let other = word(line.filled(0).unwrap_or_default()).to_owned();
                self.numeric(now, &format!("410 {nick} {other} :Invalid CAP command"));
            }
        }
    }

    fn negotiate(&mut self, user: usize, is_negotiating: bool) {
        if let Some(arriving) = self.arriving_mut(user) {
            arriving.is_negotiating = is_negotiating;
        }
    }

    fn grant(&mut self, user: usize, capabilities: BTreeSet<&'static str>) {
        if let Some(client) = &mut self.clients[user] {
            client.capabilities = capabilities;
        }
    }
}

/// Returns which capabilities a client has then: all that it asks for, or as before.
fn after(mut has: BTreeSet<&'static str>, wanted: &str, has_accounts: bool) -> Option<BTreeSet<&'static str>> {
    for name in wanted.split(' ').filter(|name| !name.is_empty()) {
        let plain = name.strip_prefix('-').unwrap_or(name);
        if has_accounts && plain == "sasl" {
            continue;
        }
        let capability = CAPABILITIES.into_iter().find(|capability| *capability == plain)?;
        if plain == name {
            has.insert(capability)
        } else {
            has.remove(capability)
        };
    }
    Some(has)
}

/// Splits names of capabilities into lines, each of which fits with what is around them.
fn pieces(wanted: &str) -> Vec<String> {
    let (mut lines, mut rest) = (Vec::new(), wanted.trim_end_matches(' ').to_owned());
    while rest.len() > 400 {
        let Some(end) = cut(&rest, 401).rfind(' ').filter(|&end| end > 0) else { break };
        lines.push(rest[..end].to_owned());
        rest = rest[end..].trim_start_matches(' ').to_owned();
    }
    lines.push(rest);
    lines
}

/// Answers why somebody can't have a name.
pub(super) fn refused_by_irc(nick: &str, name: &str, refused: Refused) -> String {
    let why = match refused {
        Refused::Reserved => "is reserved",
        Refused::OfAccount => "belongs to an account: log in to it by SASL",
        Refused::Taken => "is already in use",
    };
    format!("433 {nick} {name} :Nickname {why}")
}

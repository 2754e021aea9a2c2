//! Owns who has come by IRC and not said who they are: what they have said so far, and for how long they may go on.

use std::collections::VecDeque;

use super::answer::Answer;
use super::obey::COMMANDS;
use super::passing::ASKED;
use super::words::{unformatted, word};
use super::{Irc, Line};
use crate::irc::{Capabilities, Identity};
use crate::log::{AddressKey, Event, Registration};
use crate::recording::ArrivingState;
use crate::{Action, CloseCode, ConnectionId, Form, Hub, IrcMessage, LogsIn, Message, Name, Time};

/// Holds what somebody has said of who they are.
#[derive(Debug, Default)]
pub(super) struct Arriving {
    pub(super) name: Option<Name>,
    identity: Option<Identity>,
    pub(super) capabilities: Capabilities,
    /// It says itself when it has asked for all that it wants.
    pub(super) is_negotiating: bool,
    /// They have given a password that lets them in, and is of no account.
    pub(super) is_welcome: bool,
    /// By which account they have logged in.
    pub(super) account: Option<Name>,
    /// From where they come, if that is known.
    address: Option<AddressKey>,
}

impl<S> Hub<S> {
    /// Lets somebody come by IRC.
    pub(in crate::hub) fn arrive(
        &mut self,
        now: Time,
        connection: ConnectionId,
        address: Option<AddressKey>,
        logs_in: LogsIn,
    ) {
        self.irc.open += 1;
        if logs_in == LogsIn::Unsafely {
            self.irc.exposed.insert(connection);
        }
        self.irc.arriving.insert(connection, Arriving { address, ..Arriving::default() });
        self.irc.due.push_back((now + self.config.limits.registration_wait, connection));
    }

    /// Handles that a connection by IRC has ended. Tells whether nobody knew who it was of.
    pub(in crate::hub) fn depart(&mut self, connection: ConnectionId) -> bool {
        self.irc.pending.remove(&connection);
        let is_arriving = self.irc.arriving.remove(&connection).is_some();
        self.pass_over_arrived();
        is_arriving
    }

    /// Returns who has not said who they are, in the order in which they came.
    pub(in crate::hub) fn arriving(&self) -> Vec<ArrivingState> {
        let state = |&(due, connection): &(Time, ConnectionId)| {
            let Arriving { name, identity, capabilities, is_negotiating, is_welcome, account, address } =
                self.irc.arriving.get(&connection)?;
            Some(ArrivingState {
                connection,
                due,
                name: name.clone(),
                identity: identity.clone(),
                capabilities: *capabilities,
                is_negotiating: *is_negotiating,
                is_welcome: *is_welcome,
                account: account.clone(),
                address: *address,
            })
        };
        self.irc.due.iter().filter_map(state).collect()
    }

    /// Lets these have come.
    pub(in crate::hub) fn restore_arriving(&mut self, arriving: Vec<ArrivingState>) {
        for state in arriving {
            let ArrivingState { connection, due, name, identity, capabilities, .. } = state;
            let ArrivingState { is_negotiating, is_welcome, account, address, .. } = state;
            let arriving = Arriving { name, identity, capabilities, is_negotiating, is_welcome, account, address };
            self.irc.arriving.insert(connection, arriving);
            self.irc.due.push_back((due, connection));
        }
    }

    /// Waits no longer for those who have said who they are, or gone.
    fn pass_over_arrived(&mut self) {
        let Irc { arriving, due, .. } = &mut self.irc;
        while due.front().is_some_and(|(_, connection)| !arriving.contains_key(connection)) {
            due.pop_front();
        }
        if due.is_empty() {
            *due = VecDeque::new();
        }
    }

    /// Forgets a connection that has ended, if it is one by IRC of this server.
    pub(in crate::hub) fn forget_irc(&mut self, connection: ConnectionId) {
        if self.connections.form(connection).is_some_and(Form::registers) {
            self.irc.open -= 1;
            self.irc.exposed.remove(&connection);
            self.irc.sasl.remove(&connection);
            self.irc.given_by.remove(&connection);
            self.depart(connection);
        }
    }

    /// Returns until when the next who has not said who they are may take for it.
    pub(in crate::hub) fn next_arrival_due(&self) -> Option<Time> {
        self.irc.due.front().map(|&(due, _)| due)
    }

    /// Ends the connections of those who took too long to say who they are.
    pub(in crate::hub) fn end_late_arrivals(&mut self, now: Time) {
        while let Some(&(_, connection)) = self.irc.due.front().filter(|(due, _)| *due <= now) {
            self.irc.due.pop_front();
            if self.connections.is_in_flight(connection) {
                // They have said it just in time, and may have to say it again.
                self.irc.due.push_back((now + self.config.limits.registration_wait, connection));
            } else if self.irc.arriving.contains_key(&connection) {
                let hint = self.hint_at_lines(connection);
                let hint = hint.map(|hint| format!(":{} {hint}\r\n", self.config.limits.server_name));
                let error = [&hint.unwrap_or_default(), "ERROR :Closing link: Registration timed out\r\n"].concat();
                self.reply(connection, Message::Irc(Box::new(IrcMessage::Lines(error.into()))));
                self.depart(connection);
                self.chat.push_action(Action::Close { connection, code: None });
            }
        }
        self.pass_over_arrived();
    }

    /// Forgets all who have not said who they are, since all connections end.
    pub(in crate::hub) fn forget_arriving(&mut self) {
        self.irc.arriving.clear();
        self.irc.due.clear();
    }

    /// Ends a connection if it is one of which the chat does not know yet. Tells whether it is.
    pub(in crate::hub) fn close_arriving(&mut self, connection: ConnectionId, code: CloseCode) -> bool {
        let is_arriving = self.depart(connection);
        if is_arriving {
            self.chat.push_action(Action::Close { connection, code: Some(code) });
        }
        is_arriving
    }

    /// Handles that the chat has heard who somebody wants to be.
    pub(in crate::hub) fn handle_registered(&mut self, connection: ConnectionId) {
        if self.connections.form(connection).is_none() {
            return;
        }
        if !self.chat.is_here(connection) {
            if let Some(arriving) = self.irc.arriving.get_mut(&connection) {
                arriving.name = None;
            }
            return;
        }
        self.irc.arriving.remove(&connection);
        self.pass_over_arrived();
        let dialect = self.capabilities(connection).dialect();
        self.chat.push_action(Action::Speak { connection, dialect });
    }

    /// Has nobody arrive by an account any more that is gone. One of that name may be made again, and is another.
    pub(in crate::hub) fn log_out_arriving(&mut self, gone: &[Name]) {
        let is_gone = |account: &Name| gone.iter().any(|name| name.key() == account.key());
        for (_, connection) in &self.irc.due {
            if let Some(arriving) = self.irc.arriving.get_mut(connection) {
                arriving.account.take_if(|account| is_gone(account));
            }
        }
    }

    /// Takes what somebody says who has not said who they are.
    pub(super) fn obey_arriving(&mut self, now: Time, connection: ConnectionId, line: &Line<'_>, answer: &mut Answer) {
        match line.command.to_ascii_uppercase().as_str() {
            "CAP" => self.obey_cap(now, connection, line, answer),
            "NICK" => self.choose_name(connection, line, answer),
            "USER" => self.choose_identity(connection, line, answer),
            "PASS" if line.filled(0).is_none() => answer.numeric(format_args!("461 * PASS :Not enough parameters")),
            "PASS" => self.obey_pass(connection, line),
            "AUTHENTICATE" => self.obey_authenticate(connection, line, answer),
            "PONG" => {}
            "PING" => self.obey_ping(connection, line, answer),
            "QUIT" => {
                self.close_arriving(connection, CloseCode::NORMAL);
            }
            command => {
                let is_of_irc = COMMANDS.iter().any(|(known, _)| *known == command);
                if let Some(hint) = self.hint_at_lines(connection).filter(|_| !is_of_irc) {
                    answer.numeric(format_args!("{hint}"));
                }
                let nick = self.nick_or_star(connection);
                answer.numeric(format_args!("451 {nick} :You have not registered"));
            }
        }
        self.register(now, connection);
    }

    /// Returns where people chat by lines, for somebody who has said nothing of who they are, as IRC clients do at
    /// once.
    fn hint_at_lines(&self, connection: ConnectionId) -> Option<String> {
        let Arriving { name: None, identity: None, .. } = self.irc.arriving.get(&connection)? else { return None };
        let addresses = &self.config.limits.listen_addresses;
        let port = addresses.ports_for(addresses.irc).lines?;
        Some(format!("NOTICE * :This port is for IRC. By telnet or nc people chat at port {port}"))
    }

    fn choose_name(&mut self, connection: ConnectionId, line: &Line<'_>, answer: &mut Answer) {
        let nick = self.nick_or_star(connection);
        let Some(wanted) = line.filled(0) else {
            return answer.numeric(format_args!("431 {nick} :No nickname given"));
        };
        let Some(name) = Name::parse(wanted) else { return answer.bad_name(&nick, wanted) };
        if name.is_reserved() {
            return answer.reserved_name(&nick, &name);
        }
        // Who has to give a password is told of nobody before; that the name is taken shows in the end. So it does of
        // the name of an account: they may log in meanwhile.
        let is_in_use = !self.chat.is_of_account(&name) && self.chat.is_taken(&name);
        if is_in_use && !self.is_to_give_password(connection) {
            return answer.numeric(format_args!("433 {nick} {name} :Nickname is already in use"));
        }
        if let Some(arriving) = self.irc.arriving.get_mut(&connection) {
            arriving.name = Some(name);
        }
    }

    fn choose_identity(&mut self, connection: ConnectionId, line: &Line<'_>, answer: &mut Answer) {
        let nick = self.nick_or_star(connection);
        let (Some(user), Some(real_name)) = (line.filled(0), line.filled(3)) else {
            return answer.numeric(format_args!("461 {nick} USER :Not enough parameters"));
        };
        if let Some(arriving) = self.irc.arriving.get_mut(&connection) {
            arriving.identity = Some(Identity::new(user, &unformatted(real_name), false));
        }
    }

    /// Lets somebody in who has said all that there is to say.
    pub(super) fn register(&mut self, now: Time, connection: ConnectionId) {
        let Some(arriving) = self.irc.arriving.get(&connection).filter(|arriving| !arriving.is_negotiating) else {
            return;
        };
        let (Some(name), Some(identity)) = (&arriving.name, &arriving.identity) else { return };
        if self.connections.awaits_effect(connection) {
            return;
        }
        if self.is_to_give_password(connection) {
            return self.turn_away(now, connection, ASKED);
        }
        let identity = identity.with_account(arriving.account.as_ref());
        let (name, capabilities) = (name.clone(), arriving.capabilities);
        let registration = Box::new(Registration { name, identity, capabilities, address: arriving.address });
        self.propose(now, Event::Registered { connection, registration });
    }

    /// Returns how somebody is addressed.
    pub(super) fn nick_or_star(&self, connection: ConnectionId) -> String {
        self.nick(connection).map_or_else(|| "*".to_owned(), |name| name.as_str().to_owned())
    }
}

impl Answer {
    /// Adds that a name can't be had by anybody.
    pub(super) fn bad_name(&mut self, nick: &str, wanted: &str) {
        let rule = Message::NameInvalid;
        self.numeric(format_args!("432 {nick} {} :{rule}", word(wanted)));
    }

    /// Adds that a name belongs to an account by which somebody is not logged in. Clients try another one then, too.
    pub(super) fn name_of_account(&mut self, nick: &str, name: &Name) {
        self.numeric(format_args!("433 {nick} {name} :Nickname belongs to an account: log in to it by SASL"));
    }

    /// Adds that a name is kept from everybody. As of one that somebody has, clients try another one then; on 432 irssi
    /// gives up.
    pub(super) fn reserved_name(&mut self, nick: &str, name: &Name) {
        self.numeric(format_args!("433 {nick} {name} :Nickname is reserved"));
    }
}

//! Owns which command of IRC does what, for those who have said who they are.

use super::Line;
use super::answer::Answer;
use super::words::{AWAY_BYTES_MAX, bounded, room_name, unformatted, word};
use crate::address_key::AddressKey;
use crate::commands::{lasts, why_of};
use crate::log::{Act, Command, Event, IrcCommand};
use crate::text::is_blank;
use crate::{ConnectionId, Hub, Message, Name, Text, Time, Topic};

/// The commands, with what each takes and does, as `HELP` shows them.
pub(super) const COMMANDS: &[(&str, &str)] = &[
    ("AWAY", "AWAY [:reason] - be away, or back"),
    ("CAP", "CAP LS|LIST|REQ|END - ask for capabilities"),
    ("CHATHISTORY", "CHATHISTORY LATEST|BEFORE|AFTER|AROUND|BETWEEN|TARGETS ... - what was said before"),
    ("DLINE", "DLINE [10m|2h|3d|1w] address [:reason] - let nobody connect from there, as an operator of the server"),
    ("HELP", "HELP [command] - show this"),
    ("INFO", "INFO - what this server is"),
    ("INVITE", "INVITE nick #channel - let somebody know of a channel"),
    ("ISON", "ISON nick [nick ...] - which of them are here"),
    ("JOIN", "JOIN #channel[,#channel] - go to channels, and stay in the others"),
    ("KICK", "KICK #channel nick [:reason] - put somebody out of a channel"),
    ("KILL", "KILL nick [:reason] - put somebody out of the server, as its operator"),
    ("LINKS", "LINKS - which servers there are"),
    ("LIST", "LIST [#channel|>users|<users] - the channels"),
    ("LUSERS", "LUSERS - how many people there are"),
    ("MODE", "MODE nick [+-Bi] - be shown as a bot, or found by no mask"),
    ("MONITOR", "MONITOR +|-|C|L|S [nick,nick] - be told when people come and go"),
    ("MOTD", "MOTD - the message of the day"),
    ("NAMES", "NAMES #channel - who is there"),
    ("NICK", "NICK name - be called something else"),
    ("NOTICE", "NOTICE #channel|nick :text - as a program says something"),
    ("PART", "PART #channel[,#channel] [:reason] - leave channels"),
    ("PING", "PING token - be answered"),
    ("PRIVMSG", "PRIVMSG #channel|nick :text - say something"),
    ("QUIT", "QUIT [:reason] - leave the server"),
    ("SEARCH", "SEARCH :words - find what was said in your channels"),
    ("SETNAME", "SETNAME :real name - have another real name"),
    ("TAGMSG", "TAGMSG #channel|nick - send tags alone"),
    ("TIME", "TIME - what time it is"),
    ("TOPIC", "TOPIC #channel [:topic] - show or set what a channel is about"),
    ("UNDLINE", "UNDLINE address - let people connect from there again"),
    ("USERHOST", "USERHOST nick [nick ...] - users and hosts"),
    ("VERSION", "VERSION - which version this is"),
    ("WALLOPS", "WALLOPS :text - tell something to the operators of the server, as one of them"),
    ("WHO", "WHO #channel|nick|mask - who is there"),
    ("WHOIS", "WHOIS nick - who somebody is"),
    ("WHOWAS", "WHOWAS nick [count] - who somebody was"),
];

impl<S> Hub<S> {
    /// Does what a line asks for.
    pub(super) fn obey(&mut self, now: Time, connection: ConnectionId, line: &Line<'_>, answer: &mut Answer) {
        if !self.chat.is_here(connection) {
            return self.obey_arriving(now, connection, line, answer);
        }
        // What nearly all lines are.
        if line.is("PRIVMSG") || line.is("NOTICE") {
            return self.obey_say(now, connection, line, answer);
        }
        match line.command.to_ascii_uppercase().as_str() {
            "TAGMSG" => self.obey_tag(now, connection, line, answer),
            "PING" => self.obey_ping(connection, line, answer),
            "PONG" => {}
            "JOIN" => self.obey_join(now, connection, line, answer),
            "PART" => self.obey_part(now, connection, line, answer),
            "NICK" => self.obey_nick(now, connection, line, answer),
            "TOPIC" => self.obey_topic(now, connection, line, answer),
            "INVITE" => self.obey_invite(now, connection, line, answer),
            "NAMES" => self.obey_names(connection, line, answer),
            "LIST" => self.obey_list(connection, line, answer),
            "MODE" => self.obey_mode(now, connection, line, answer),
            "WHO" => self.obey_who(now, connection, line, answer),
            "WHOIS" => self.obey_whois(now, connection, line, answer),
            "WHOWAS" => self.obey_whowas(connection, line, answer),
            "USERHOST" => self.obey_userhost(connection, line, answer),
            "ISON" => self.obey_ison(connection, line, answer),
            "AWAY" => {
                let reason = line.filled(0).map(|reason| bounded(reason, AWAY_BYTES_MAX));
                self.command_irc(now, connection, IrcCommand::Away(reason));
            }
            "SETNAME" => match line.filled(0) {
                Some(name) => {
                    self.command_irc(now, connection, IrcCommand::SetRealName(Text::clean(&unformatted(name))))
                }
                None => self.needs_more(connection, "SETNAME", answer),
            },
            "MONITOR" => self.obey_monitor(now, connection, line, answer),
            "CHATHISTORY" => self.obey_chathistory(connection, line, answer),
            "CAP" => self.obey_cap(now, connection, line, answer),
            "LUSERS" => self.tell_counts(connection, answer),
            "MOTD" => self.tell_motd(connection, answer),
            "VERSION" => self.tell_version(connection, answer),
            "TIME" => self.tell_time(now, connection, answer),
            "INFO" => self.tell_info(connection, answer),
            "LINKS" => self.tell_links(connection, answer),
            "SEARCH" => self.obey_search(connection, line, answer),
            "HELP" | "HELPOP" => self.tell_help(connection, line, answer),
            "QUIT" => {
                let reason = line.filled(0).map(|reason| bounded(reason, AWAY_BYTES_MAX));
                self.command_irc(now, connection, IrcCommand::Quit(reason));
            }
            "KICK" => self.obey_kick(now, connection, line, answer),
            "KILL" => self.obey_kill(now, connection, line, answer),
            "DLINE" => self.obey_ban_address(now, connection, line, answer),
            "UNDLINE" => self.obey_unban_address(now, connection, line, answer),
            "WALLOPS" => match line.filled(0) {
                Some(text) => self.moderate_irc(now, connection, None, Act::Wall(bounded(text, AWAY_BYTES_MAX))),
                None => self.needs_more(connection, "WALLOPS", answer),
            },
            "OPER" => self.obey_oper(connection, line, answer),
            "AUTHENTICATE" => self.obey_authenticate(connection, line, answer),
            "USER" | "PASS" => {
                let nick = self.nick_or_star(connection);
                answer.numeric(format_args!("462 {nick} :You may not reregister"));
            }
            _ => {
                let nick = self.nick_or_star(connection);
                answer.numeric(format_args!("421 {nick} {} :Unknown command", word(line.command)));
            }
        }
    }

    pub(super) fn obey_ping(&self, connection: ConnectionId, line: &Line<'_>, answer: &mut Answer) {
        match line.filled(0) {
            Some(token) => {
                let server = &self.config.limits.server_name;
                answer.numeric(format_args!("PONG {server} :{token}"));
            }
            None => {
                let nick = self.nick_or_star(connection);
                answer.numeric(format_args!("409 {nick} :No origin specified"));
            }
        }
    }

    fn obey_nick(&mut self, now: Time, connection: ConnectionId, line: &Line<'_>, answer: &mut Answer) {
        let nick = self.nick_or_star(connection);
        match line.filled(0).map(|wanted| (wanted, Name::parse(wanted))) {
            None => answer.numeric(format_args!("431 {nick} :No nickname given")),
            Some((wanted, None)) => answer.bad_name(&nick, wanted),
            Some((_, Some(name))) if name.is_reserved() && !name.as_str().eq_ignore_ascii_case(&nick) => {
                answer.reserved_name(&nick, &name);
            }
            Some((_, Some(name))) => {
                self.propose(now, Event::Commanded { connection, command: Command::Rename(name) });
            }
        }
    }

    fn obey_topic(&mut self, now: Time, connection: ConnectionId, line: &Line<'_>, answer: &mut Answer) {
        let Some(wanted) = line.filled(0) else { return self.needs_more(connection, "TOPIC", answer) };
        let Some(room) = room_name(wanted) else { return self.no_such_channel(connection, wanted, answer) };
        let Some(topic) = line.param(1) else { return self.tell_topic_of(connection, &room, answer) };
        let topic = Topic::of(bounded(topic, Topic::BYTES_MAX).as_str());
        self.command_irc(now, connection, IrcCommand::SetTopic { room, topic });
    }

    fn obey_search(&mut self, connection: ConnectionId, line: &Line<'_>, answer: &mut Answer) {
        match line.filled(0).map(Text::clean).filter(|words| !is_blank(words.as_str())) {
            Some(words) => self.search(connection, words),
            None => self.needs_more(connection, "SEARCH", answer),
        }
    }

    fn obey_invite(&mut self, now: Time, connection: ConnectionId, line: &Line<'_>, answer: &mut Answer) {
        let (Some(name), Some(wanted)) = (line.filled(0), line.filled(1)) else {
            return self.needs_more(connection, "INVITE", answer);
        };
        let nick = self.nick_or_star(connection);
        let Some(room) = room_name(wanted) else { return self.no_such_channel(connection, wanted, answer) };
        match Name::parse(name) {
            Some(name) => self.command_irc(now, connection, IrcCommand::Invite { name, room }),
            None => answer.numeric(format_args!("401 {nick} {} :No such nick/channel", word(name))),
        }
    }

    fn obey_kick(&mut self, now: Time, connection: ConnectionId, line: &Line<'_>, answer: &mut Answer) {
        let (Some(wanted), Some(names)) = (line.filled(0), line.filled(1)) else {
            return self.needs_more(connection, "KICK", answer);
        };
        let Some(room) = room_name(wanted) else { return self.no_such_channel(connection, wanted, answer) };
        let why = line.filled(2).and_then(|why| why_of(&unformatted(why)));
        // One at once, as `TARGMAX` says.
        let name = names.split(',').next().unwrap_or(names);
        match Name::parse(name) {
            Some(name) => self.moderate_irc(now, connection, Some(room), Act::Kick { name, why }),
            None => {
                let nick = self.nick_or_star(connection);
                answer.numeric(format_args!("401 {nick} {} :No such nick/channel", word(name)));
            }
        }
    }

    fn obey_kill(&mut self, now: Time, connection: ConnectionId, line: &Line<'_>, answer: &mut Answer) {
        let Some(wanted) = line.filled(0) else { return self.needs_more(connection, "KILL", answer) };
        let why = line.filled(1).and_then(|why| why_of(&unformatted(why)));
        match Name::parse(wanted) {
            Some(name) => self.moderate_irc(now, connection, None, Act::Kill { name, why }),
            None => {
                let nick = self.nick_or_star(connection);
                answer.numeric(format_args!("401 {nick} {} :No such nick/channel", word(wanted)));
            }
        }
    }

    fn obey_ban_address(&mut self, now: Time, connection: ConnectionId, line: &Line<'_>, answer: &mut Answer) {
        let lasts = line.filled(0).and_then(lasts);
        let place = usize::from(lasts.is_some());
        let Some(wanted) = line.filled(place) else { return self.needs_more(connection, "DLINE", answer) };
        let why = line.filled(place + 1).and_then(|why| why_of(&unformatted(why)));
        match AddressKey::parse(wanted) {
            Some(address) => self.moderate_irc(now, connection, None, Act::BanAddress { address, lasts, why }),
            None => no_such_address("DLINE", wanted, answer),
        }
    }

    fn obey_unban_address(&mut self, now: Time, connection: ConnectionId, line: &Line<'_>, answer: &mut Answer) {
        let Some(wanted) = line.filled(0) else { return self.needs_more(connection, "UNDLINE", answer) };
        match AddressKey::parse(wanted) {
            Some(address) => self.moderate_irc(now, connection, None, Act::UnbanAddress { address }),
            None => no_such_address("UNDLINE", wanted, answer),
        }
    }

    pub(super) fn needs_more(&self, connection: ConnectionId, command: &str, answer: &mut Answer) {
        let nick = self.nick_or_star(connection);
        answer.numeric(format_args!("461 {nick} {command} :Not enough parameters"));
    }

    /// Adds that there is no channel that is called so, or why there can be none.
    pub(super) fn no_such_channel(&self, connection: ConnectionId, wanted: &str, answer: &mut Answer) {
        let nick = self.nick_or_star(connection);
        // Who has typed what no channel can be called does not find out by trying others.
        let why = match room_name(wanted) {
            Some(_) => "No such channel".to_owned(),
            None if wanted.starts_with('#') => Message::RoomInvalid.to_string(),
            None => "Channels begin with #".to_owned(),
        };
        answer.numeric(format_args!("403 {nick} {} :{why}", word(wanted)));
    }
}

fn no_such_address(command: &str, wanted: &str, answer: &mut Answer) {
    let wanted = word(wanted);
    answer.numeric(format_args!("FAIL {command} INVALID_ADDRESS {wanted} :That is no address of another machine"));
}

//! Owns how one who came by IRC is told what operators have decided, and what one has to be to do something: by
//! numerics, where IRC has one.

use super::answer::{Answer, Entry};
use crate::message::Ruling;
use crate::{ConnectionId, Hub};

impl<S> Hub<S> {
    /// Adds to an answer what somebody is told.
    pub(super) fn render_ruling(&self, connection: ConnectionId, ruling: Ruling, answer: &mut Answer) {
        let nick = self.nick_or_star(connection);
        let mut numeric = |number: u16, about: std::fmt::Arguments<'_>| {
            answer.numeric(format_args!("{number:03} {nick} {about}"));
        };
        // What it says to people says it behind the number.
        let says = ruling.to_string();
        match ruling {
            Ruling::Banned { room: Some(room), .. } => numeric(474, format_args!("#{room} :{says}")),
            Ruling::Banned { room: None, .. } => numeric(465, format_args!(":{says}")),
            Ruling::Locked { room } => numeric(473, format_args!("#{room} :{says}")),
            Ruling::NeedsKey { room } => numeric(475, format_args!("#{room} :You need a key to join #{room}")),
            Ruling::Full { room } => numeric(471, format_args!("#{room} :{says}")),
            Ruling::Muted { room, .. } | Ruling::Unheard { room } => numeric(404, format_args!("#{room} :{says}")),
            Ruling::TopicLocked { room }
            | Ruling::NotOperator { room }
            | Ruling::NotOwned { room, .. }
            | Ruling::OpenToAll { room } => {
                numeric(482, format_args!("#{room} :{says}"));
            }
            Ruling::NotServerOperator => numeric(481, format_args!(":{says}")),
            Ruling::NotInRoom { room } => numeric(442, format_args!("#{room} :You're not on that channel")),
            Ruling::NoSuchRoom { room } => numeric(403, format_args!("#{room} :No such channel")),
            Ruling::NotThere { name, room } => {
                numeric(441, format_args!("{name} #{room} :They aren't on that channel"));
            }
            Ruling::Protected { name } => numeric(484, format_args!("{name} :{says}")),
            Ruling::ListFull { room, mask } => numeric(478, format_args!("#{room} {} :{says}", mask.as_str())),
            Ruling::Inviting { to, room } => numeric(341, format_args!("{to} #{room}")),
            Ruling::AlreadyThere { name, room } => {
                numeric(443, format_args!("{name} #{room} :is already on channel"));
            }
            Ruling::Empowered { is_operator } => {
                if is_operator {
                    numeric(381, format_args!(":{says}"));
                }
                let sign = if is_operator { '+' } else { '-' };
                answer.push(Entry::Own(format!("MODE {nick} {sign}o")));
            }
            Ruling::Walled { by, identity, text } => {
                answer.push(Entry::Of(identity.source(&by), format!("WALLOPS :{text}")));
            }
            Ruling::PutOut { kicked, .. } => {
                let why = kicked.why.as_ref().map_or(kicked.by.as_str(), |why| why.as_str());
                let line = format!("KILL {nick} :{why}");
                answer.push(Entry::Of(kicked.identity.source(&kicked.by), line));
            }
            Ruling::NotBanned { .. }
            | Ruling::NotMuted { .. }
            | Ruling::AddressIsShared { .. }
            | Ruling::NoAddress { .. }
            | Ruling::AddressBanned { .. }
            | Ruling::AddressUnbanned { .. }
            | Ruling::AddressNotBanned { .. }
            | Ruling::Bans { .. }
            | Ruling::Operators { .. }
            | Ruling::Unchanged
            | Ruling::Commands => says.lines().for_each(|line| self.notice(&nick, line, answer)),
        }
    }
}

//! Owns how it reads as lines of IRC what a room is told of those who keep order there.

use bytes::BytesMut;

use super::encode::{Encoder, Stamp, put};
use crate::irc::Identity;
use crate::log::ModeChange;
use crate::message::{Done, Kicked, Moderated, Sentence};
use crate::name::Name;

impl Encoder<'_> {
    /// Appends what somebody has done.
    pub(super) fn put_moderated(self, moderated: &Moderated, out: &mut BytesMut) {
        let Moderated { room, by, identity, time_ms, done } = moderated;
        let mut line = |line: std::fmt::Arguments<'_>| {
            self.put_source(out, Stamp::at(*time_ms).by(identity), &identity.source(by));
            put(out, format_args!("{line}\r\n"));
        };
        match done {
            Done::Banned { mask, .. } => line(format_args!("MODE #{room} +b {}", mask.as_str())),
            Done::Unbanned { mask } => line(format_args!("MODE #{room} -b {}", mask.as_str())),
            Done::Changed(changes) => line(format_args!("MODE #{room} {}", modes(changes))),
            // IRC has no words for them.
            Done::Muted { .. } | Done::Unmuted { .. } => line(format_args!("NOTICE #{room} :{moderated}")),
            Done::Owned { owner } => {
                let sign = if owner.is_some() { '+' } else { '-' };
                line(format_args!("MODE #{room} {sign}r"));
            }
            Done::Announced(text) => line(format_args!("NOTICE #{room} :Announcement: {text}")),
        }
    }

    /// Appends that somebody was put out of a room, or of the server.
    pub(super) fn put_kicked(
        self,
        (room, name, identity): (&Name, &Name, &Identity),
        kicked: &Kicked,
        stamp: Stamp<'_>,
        out: &mut BytesMut,
    ) {
        let Kicked { by, identity: identity_of_by, sentence, why } = kicked;
        // Without a reason it is the name, as RFC 2812 has it.
        let why = why.as_ref().map_or(by.as_str(), |why| why.as_str());
        if *sentence == Sentence::Killed {
            self.put_source(out, stamp, &identity.source(name));
            return put(out, format_args!("QUIT :Killed ({by} ({why}))\r\n"));
        }
        let source = identity_of_by.source(by);
        if let Sentence::Banned { .. } = sentence {
            self.put_source(out, stamp, &source);
            put(out, format_args!("MODE #{room} +b {name}!*@*\r\n"));
        }
        self.put_source(out, stamp, &source);
        put(out, format_args!("KICK #{room} {name} :{why}\r\n"));
    }
}

/// Writes changes of modes as IRC does: signs and letters, and then what each takes.
pub(crate) fn modes(changes: &[ModeChange]) -> String {
    let (mut letters, mut parameters, mut sign) = (String::new(), String::new(), ' ');
    for ModeChange { is_set, mode } in changes {
        let wanted = if *is_set { '+' } else { '-' };
        if wanted != sign {
            letters.push(wanted);
            sign = wanted;
        }
        letters.push(mode.letter());
        // A limit that is removed takes nothing.
        if let Some(parameter) = mode.parameter().filter(|_| *is_set || mode.letter() != 'l') {
            parameters.push(' ');
            parameters.push_str(&parameter);
        }
    }
    letters + &parameters
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::{Mode, RoomKey};

    #[test]
    fn changes_stand_behind_one_sign_with_what_they_take_at_the_end() {
        let bob = Name::parse("Bob").expect("a name");
        let change = |is_set, mode| ModeChange { is_set, mode };
        let key = RoomKey::parse("beer").expect("a key");
        let changes = [
            change(true, Mode::Operator(bob.clone())),
            change(true, Mode::Locked),
            change(false, Mode::Voice(bob)),
            change(false, Mode::Limit(3)),
            change(false, Mode::Key(key)),
            change(true, Mode::Limit(5)),
        ];
        assert_eq!(modes(&changes), "+oi-vlk+l Bob Bob beer 5");
    }
}

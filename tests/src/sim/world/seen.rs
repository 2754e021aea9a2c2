//! Owns which situations are counted, by what is to be done.

use chinwag_core::{Action, IrcMessage, Leaving, Message, Ruling};

use super::World;

impl World {
    pub(super) fn see_action(&mut self, action: &Action) {
        let (Action::Reply { message, .. } | Action::Deliver { message, .. } | Action::Broadcast { message, .. }) =
            action
        else {
            return;
        };
        let situation = match message {
            Message::Joined { .. } => "joined",
            Message::Left { leaving: Leaving::PutOut(_), .. } => "put out",
            Message::Left { .. } => "left",
            Message::Crowd { .. } => "crowd told",
            Message::Renamed { .. } => "renamed",
            Message::Taken { .. } => "taken",
            Message::NameOfAccount { .. } => "told that a name is of an account",
            Message::LoggingIn(_) => "logging in",
            Message::NameInvalid | Message::RoomInvalid => "invalid",
            Message::YouAreIn { .. } => "in the room already",
            Message::Resumable { .. } => "told of the token",
            Message::Stale => "nothing to resume",
            Message::Rooms { .. } => "rooms listed",
            Message::Users { .. } => "users listed",
            Message::Unrecognized { .. } => "unrecognized",
            Message::TooLong { .. } => "too long",
            Message::NotUtf8 => "not UTF-8",
            Message::WrongProtocol { .. } => "of another protocol",
            Message::Refuse { .. } => "a wish of telnet refused",
            Message::Here => "is there",
            Message::Said { texts, .. } if texts.count() > 1 => "said in a row",
            Message::Said { .. } => "said",
            Message::Acted { .. } => "acted",
            Message::Told { .. } => "told alone",
            Message::Sent { .. } => "sent to one alone",
            Message::Nobody { .. } => "nobody to be told",
            Message::NobodyWrote => "nobody to be answered",
            Message::TopicSet { .. } => "topic set",
            Message::Topic { .. } => "topic shown",
            Message::TopicTooLong => "topic too long",
            Message::Ignoring { .. } => "ignored",
            Message::Hearing { .. } => "heard again",
            Message::Ignored { .. } => "ignored listed",
            Message::CantIgnore { .. } => "not to be ignored",
            Message::History { said, .. } if said.is_empty() => "nothing was said before",
            Message::History { .. } => "history shown",
            Message::HistoryCount => "no count of history",
            Message::Found { found, .. } if found.is_empty() => "nothing found",
            Message::Found { .. } => "found",
            Message::NoHistory => "nothing to be searched",
            Message::Incomplete { .. } => "incomplete",
            Message::Moderated(_) => "moderated",
            Message::Ruling(ruling) => return self.see_ruling(ruling),
            Message::Irc(message) => return self.see_irc(message),
            Message::Help
            | Message::YouAre { .. }
            | Message::YouJoined { .. }
            | Message::Dropped { .. }
            | Message::Stopping
            | Message::Touch(_)
            | Message::Hello { .. }
            | Message::Ping
            | Message::Pong { .. }
            | Message::Bye { .. } => return,
        };
        self.seen(situation);
    }

    fn see_ruling(&mut self, ruling: &Ruling) {
        let situation = if let Ruling::PutOut { .. } = ruling {
            "told why one is put out"
        } else if let Ruling::Muted { .. } = ruling {
            "told that one is muted"
        } else if let Ruling::Banned { .. } = ruling {
            "told that one is banned"
        } else if let Ruling::Locked { .. } | Ruling::NeedsKey { .. } = ruling {
            "not let in"
        } else if let Ruling::NotOperator { .. } = ruling {
            "told that one is no operator"
        } else {
            "told of moderation"
        };
        self.seen(situation);
    }

    fn see_irc(&mut self, message: &IrcMessage) {
        let IrcMessage::Lines(lines) = message else { return self.seen("tags alone by IRC") };
        let lines = String::from_utf8_lossy(lines);
        for (words, situation) in [
            (" 001 ", "registered by IRC"),
            (" 433 ", "refused a name by IRC"),
            (" JOIN #", "joined by IRC"),
            (" PART #", "left by IRC"),
            (" NICK :", "renamed by IRC"),
            (" 404 ", "not heard by IRC"),
            (" 417 ", "too long by IRC"),
            (" 730 ", "monitored by IRC"),
            ("label=", "labelled"),
            ("BATCH +", "in a batch"),
            (" ACK ", "capabilities granted"),
            ("Registration timed out", "registered too late"),
            (" 482 ", "not allowed by IRC"),
            (" KICK #", "put out by IRC"),
            (" MODE #", "moderated by IRC"),
            (" 405 ", "in too many rooms by IRC"),
            (" 314 ", "who was here told by IRC"),
            (" 317 ", "idle time told by IRC"),
            (" 329 ", "age of a room told by IRC"),
            (" #main 0 :", "main listed empty by IRC"),
            ("Message is over ", "too long to be passed on by IRC"),
        ] {
            if lines.contains(words) {
                self.seen(situation);
            }
        }
    }
}

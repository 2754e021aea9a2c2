//! Owns how what people are told in each form is brought to the same words as what a chat tells them.

use std::collections::BTreeSet;

use chinwag_core::{Form, IrcMessage, Leaving, Message, Ruling};

use crate::sim::shown;

/// Returns what somebody has heard, line by line. By IRC, what only their server tells is left out.
///
/// # Errors
/// If it is not what a server may send.
pub(super) fn heard(form: Form, bytes: &[u8]) -> Result<Vec<String>, String> {
    let text = shown(form, bytes)?;
    let lines = text.lines();
    match form {
        Form::Lines => Ok(lines.map(str::to_owned).collect()),
        Form::Web => Ok(lines.map(without_facts).collect()),
        Form::Irc => Ok(lines.filter_map(by_irc).collect()),
    }
}

/// Returns the lines of a message for somebody who is called so, as they would have heard them.
pub(super) fn lines(form: Form, message: &Message, name: &str) -> Vec<String> {
    let text = message.to_string();
    match form {
        Form::Lines => text.lines().map(str::to_owned).collect(),
        Form::Web => {
            let earlier = |line: &str| {
                line.starts_with('[').then(|| line.split_once("] ")).flatten().map(|(_, said)| said.to_owned())
            };
            text.lines()
                .map(|line| earlier(line).map_or_else(|| line.to_owned(), |said| format!("[earlier] {said}")))
                .collect()
        }
        Form::Irc => irc_lines(message, name),
    }
}

/// Returns what a browser shows without what only it is told.
fn without_facts(line: &str) -> String {
    let plain = line.rsplit_once(" [").map_or(line, |(plain, _)| plain);
    plain.strip_prefix("earlier ").map_or_else(|| plain.to_owned(), |said| format!("[earlier] {said}"))
}

/// Returns what a line of IRC tells of what the chat has done, if it does.
fn by_irc(line: &str) -> Option<String> {
    let line = if line.starts_with('@') { line.split_once(' ')?.1 } else { line };
    let (source, rest) = line.strip_prefix(':')?.split_once(' ')?;
    let (command, rest) = rest.split_once(' ').unwrap_or((rest, ""));
    let by = source.split('!').next()?;
    let words = || rest.replacen(':', "", 1);
    match command {
        "JOIN" => Some(format!("{by} JOIN {}", words().split(' ').next()?)),
        "PRIVMSG" | "NOTICE" => {
            let (to, text) = rest.split_once(" :")?;
            Some(format!("{by} {command} {} {text}", if to.starts_with('#') { to } else { "you" }))
        }
        "PONG" => Some(format!("PONG {}", rest.rsplit_once(':')?.1)),
        "PART" | "NICK" | "TOPIC" | "AWAY" | "INVITE" => {
            Some(format!("{by} {command} {}", words()).trim_end().to_owned())
        }
        "QUIT" => Some(format!("{by} QUIT")),
        "401" | "403" | "404" | "442" => Some(format!("{command} {}", rest.split(' ').nth(1)?)),
        "305" | "306" => Some(command.to_owned()),
        "730" | "731" => Some(format!("{command} {}", words().split(' ').nth(1)?.split('!').next()?)),
        _ => None,
    }
}

fn ruled(ruling: &Ruling) -> Option<String> {
    if let Ruling::NotInRoom { room } = ruling {
        return Some(format!("442 #{room}"));
    }
    if let Ruling::NoSuchRoom { room } = ruling { Some(format!("403 #{room}")) } else { None }
}

fn irc_lines(message: &Message, own: &str) -> Vec<String> {
    let line = match message {
        Message::Joined { room, name, .. } => format!("{name} JOIN #{room}"),
        Message::YouJoined { room, .. } => format!("{own} JOIN #{room}"),
        Message::Left { room, name, leaving: Leaving::Room { reason }, .. } => {
            let reason = reason.as_ref().map_or("", |reason| reason.as_str());
            format!("{name} PART #{room} {reason}").trim_end().to_owned()
        }
        Message::Left { name, leaving: Leaving::Server { .. }, .. } => format!("{name} QUIT"),
        Message::Left { leaving: Leaving::PutOut(_), .. } => return Vec::new(),
        Message::Said { room, name, texts, manner, .. } => {
            let is_notice = manner.as_ref().is_some_and(|manner| manner.how.is_notice());
            let command = if is_notice { "NOTICE" } else { "PRIVMSG" };
            return texts.iter().map(|text| format!("{name} {command} #{room} {text}")).collect();
        }
        Message::Acted { room, name, text, .. } => {
            format!("{name} PRIVMSG #{room} \x01ACTION {}\x01", text.as_str())
        }
        Message::Told { name, text, .. } => format!("{name} PRIVMSG you {}", text.as_str()),
        Message::Renamed { old, new, .. } => format!("{old} NICK {new}"),
        Message::TopicSet { room, name, topic, .. } => {
            let topic = topic.as_ref().map_or("", |topic| topic.as_str());
            format!("{name} TOPIC #{room} {topic}").trim_end().to_owned()
        }
        Message::Nobody { name } => format!("401 {name}"),
        Message::Ruling(ruling) => return ruled(ruling).into_iter().collect(),
        Message::Irc(message) => match &**message {
            IrcMessage::NoSuchRoom { room } => format!("403 #{room}"),
            IrcMessage::NotInRoom { room } => format!("442 #{room}"),
            IrcMessage::CannotSpeak { room } => format!("404 #{room}"),
            IrcMessage::SetAway { is_away } => if *is_away { "306" } else { "305" }.to_owned(),
            IrcMessage::Away { name, text, .. } => {
                let text = text.as_ref().map_or("", |text| text.as_str());
                format!("{name} AWAY {text}").trim_end().to_owned()
            }
            IrcMessage::Presence { name, identity } => {
                format!("{} {name}", if identity.is_some() { "730" } else { "731" })
            }
            IrcMessage::Invited { name, to, room, .. } => format!("{name} INVITE {to} #{room}"),
            IrcMessage::Lines(_)
            | IrcMessage::Welcome
            | IrcMessage::Tagged { .. }
            | IrcMessage::TagsSent { .. }
            | IrcMessage::TooManyRooms { .. }
            | IrcMessage::IsAway { .. }
            | IrcMessage::Account { .. }
            | IrcMessage::RealName { .. }
            | IrcMessage::Modes { .. }
            | IrcMessage::MonitorsFull { .. } => return Vec::new(),
        },
        Message::Hello { .. }
        | Message::Help
        | Message::YouAre { .. }
        | Message::YouAreIn { .. }
        | Message::Resumable { .. }
        | Message::Stale
        | Message::Crowd { .. }
        | Message::Sent { .. }
        | Message::NobodyWrote
        | Message::Topic { .. }
        | Message::TopicTooLong
        | Message::Ignoring { .. }
        | Message::Hearing { .. }
        | Message::Ignored { .. }
        | Message::CantIgnore { .. }
        | Message::History { .. }
        | Message::HistoryCount
        | Message::Found { .. }
        | Message::NoHistory
        | Message::Incomplete { .. }
        | Message::Taken { .. }
        | Message::NameOfAccount { .. }
        | Message::LoggingIn(_)
        | Message::NameInvalid
        | Message::RoomInvalid
        | Message::Rooms { .. }
        | Message::Users { .. }
        | Message::Unrecognized { .. }
        | Message::TooLong { .. }
        | Message::NotUtf8
        | Message::WrongProtocol { .. }
        | Message::Dropped { .. }
        | Message::Stopping
        | Message::Touch(_)
        | Message::Ping
        | Message::Here
        | Message::Moderated(_)
        | Message::Refuse { .. }
        | Message::Pong { .. }
        | Message::Bye { .. } => return Vec::new(),
    };
    vec![line]
}

/// Checks that whoever is said by IRC to have quit was heard of since they were said so before: where no room is a
/// crowd, of which nobody hears who comes.
///
/// # Errors
/// Somebody has quit twice.
pub(super) fn check_quits(bytes: &[u8]) -> Result<(), String> {
    let text = shown(Form::Irc, bytes)?;
    let mut gone = BTreeSet::new();
    for line in text.lines() {
        let mut words = line.split(' ').filter(|word| !word.starts_with('@'));
        let by = words.next().unwrap_or_default().trim_start_matches(':').split('!').next().unwrap_or_default();
        let command = words.next().unwrap_or_default();
        if command == "QUIT" && !gone.insert(by.to_lowercase()) {
            return Err(format!("{by} has quit twice"));
        }
        if command != "QUIT" {
            gone.remove(&by.to_lowercase());
        }
        if command == "353" || command == "NICK" {
            for name in words {
                gone.remove(&name.trim_start_matches([':', '@']).to_lowercase());
            }
        }
    }
    Ok(())
}

//! Owns what somebody types who keeps order.

use std::time::Duration;

use chinwag_core::Text;
use chinwag_core::log::{Act, Mode, ModeChange, Moderation};

/// Returns the lines, of what is typed by lines at all: for the rest of it, IRC has words.
pub(super) fn moderated(Moderation { act, .. }: &Moderation) -> Vec<String> {
    let line = match act {
        Act::Kick { name, why } => format!("/kick {name}{}", behind(why)),
        Act::Ban { name, lasts, why } => format!("/ban {name}{}{}", time(*lasts), behind(why)),
        Act::Unban { mask } => format!("/unban {mask}"),
        Act::Mute { name, lasts } => format!("/mute {name}{}", time(*lasts)),
        Act::Unmute { name } => format!("/unmute {name}"),
        Act::Invite { name } => format!("/invite {name}"),
        Act::Change(changes) => return changes.iter().filter_map(changed).collect(),
        Act::BanAddress { address, lasts, why } => format!("/ban {address}{}{}", time(*lasts), behind(why)),
        Act::UnbanAddress { address } => format!("/unban {address}"),
        Act::Announce(text) => format!("/announce {text}"),
        Act::Wall(_) | Act::Kill { .. } | Act::Resign => return Vec::new(),
    };
    vec![line]
}

fn changed(ModeChange { is_set, mode }: &ModeChange) -> Option<String> {
    let line = match (mode, is_set) {
        (Mode::Operator(name), true) => format!("/op {name}"),
        (Mode::Operator(name), false) => format!("/deop {name}"),
        (Mode::Key(key), true) => format!("/key {}", key.as_str()),
        (Mode::Key(_), false) => "/key".to_owned(),
        (Mode::Owned(None), true) => "/own".to_owned(),
        (Mode::Owned(Some(name)), true) => format!("/own {name}"),
        (Mode::Owned(_), false) => "/disown".to_owned(),
        (Mode::Locked, true) => "/lock".to_owned(),
        (Mode::Locked, false) => "/unlock".to_owned(),
        (
            Mode::Voice(_)
            | Mode::Ban(_)
            | Mode::Exception(_)
            | Mode::Limit(_)
            | Mode::Moderated
            | Mode::Inside
            | Mode::Secret
            | Mode::TopicLocked,
            _,
        ) => return None,
    };
    Some(line)
}

fn time(lasts: Option<Duration>) -> String {
    lasts.map(|lasts| format!(" {}m", lasts.as_secs() / 60)).unwrap_or_default()
}

fn behind(why: &Option<Text>) -> String {
    why.as_ref().map(|why| format!(" {why}")).unwrap_or_default()
}

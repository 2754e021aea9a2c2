//! Owns what stands for what operators do, and for what is kept of it.

use chinwag_core::Text;
use chinwag_core::log::{
    Act, BanState, BarState, Decided, KeptBan, KeptBar, Mask, Mode, ModeChange, Moderation, MuteState, OrderState,
    OwnedState, RoomKey,
};

use super::disguise::Disguise;
use super::irc;

impl Disguise {
    /// Returns what stands for what somebody does.
    pub(super) fn moderation(&mut self, Moderation { room, act }: &Moderation) -> Moderation {
        let text = |text: &Option<Text>| text.as_ref().map(Self::text);
        let act = match act {
            Act::Kick { name, why } => Act::Kick { name: self.name(name), why: text(why) },
            Act::Ban { name, lasts, why } => Act::Ban { name: self.name(name), lasts: *lasts, why: text(why) },
            Act::Unban { mask } => Act::Unban { mask: self.mask(mask) },
            Act::Mute { name, lasts } => Act::Mute { name: self.name(name), lasts: *lasts },
            Act::Unmute { name } => Act::Unmute { name: self.name(name) },
            Act::Invite { name } => Act::Invite { name: self.name(name) },
            Act::Change(changes) => Act::Change(changes.iter().map(|change| self.change(change)).collect()),
            Act::BanAddress { address, lasts, why } => {
                Act::BanAddress { address: self.address(*address), lasts: *lasts, why: text(why) }
            }
            Act::UnbanAddress { address } => Act::UnbanAddress { address: self.address(*address) },
            Act::Announce(what) => Act::Announce(Self::text(what)),
            Act::Wall(what) => Act::Wall(Self::text(what)),
            Act::Kill { name, why } => Act::Kill { name: self.name(name), why: text(why) },
            Act::Resign => Act::Resign,
        };
        Moderation { room: room.as_ref().map(|room| self.name(room)), act }
    }

    /// Returns the mask that stands for this one: with other names, and all its signs.
    fn mask(&mut self, mask: &Mask) -> Mask {
        Mask::parse(&irc::keys(self, mask.as_str())).expect("it has the signs of a mask")
    }

    /// Returns the word that stands for this one, as it does in a line of IRC.
    pub(super) fn key(&mut self, key: &RoomKey) -> RoomKey {
        RoomKey::parse(&irc::keys(self, key.as_str())).expect("it is as long")
    }

    fn change(&mut self, ModeChange { is_set, mode }: &ModeChange) -> ModeChange {
        let mode = match mode {
            Mode::Operator(name) => Mode::Operator(self.name(name)),
            Mode::Voice(name) => Mode::Voice(self.name(name)),
            Mode::Ban(mask) => Mode::Ban(self.mask(mask)),
            Mode::Exception(mask) => Mode::Exception(self.mask(mask)),
            Mode::Key(key) => Mode::Key(self.key(key)),
            Mode::Owned(name) => Mode::Owned(name.as_ref().map(|name| self.name(name))),
            Mode::Limit(_) | Mode::Locked | Mode::Moderated | Mode::Inside | Mode::Secret | Mode::TopicLocked => {
                mode.clone()
            }
        };
        ModeChange { is_set: *is_set, mode }
    }

    /// Returns what stands for what was decided of a room.
    pub(super) fn order(&mut self, order: OrderState) -> OrderState {
        let mut bans = |bans: Vec<BanState>| -> Vec<_> { bans.into_iter().map(|ban| self.ban(ban)).collect() };
        let (bans, exceptions) = (bans(order.bans), bans(order.exceptions));
        let mute = |mute: MuteState| {
            let (name, address) = (self.name(&mute.name), mute.address.map(|address| self.address(address)));
            MuteState { name, address, ..mute }
        };
        let mutes = order.mutes.into_iter().map(mute).collect();
        OrderState { key: order.key.map(|key| self.key(&key)), bans, exceptions, mutes, ..order }
    }

    fn ban(&mut self, ban: BanState) -> BanState {
        let (mask, by) = (self.mask(&ban.mask), self.name(&ban.by));
        let address = ban.address.map(|address| self.address(address));
        let account = ban.account.as_ref().map(|account| self.name(account));
        BanState { mask, address, account, by, why: ban.why.as_ref().map(Self::text), ..ban }
    }

    /// Returns what stands for what was decided outside of the chat.
    pub(super) fn decided(&mut self, Decided { bars, unbarred, rooms }: &Decided) -> Decided {
        let mut bar = |bar: &KeptBar| {
            let (address, by) = (self.address(bar.address), self.name(&bar.by));
            KeptBar { address, by, why: bar.why.as_ref().map(Self::text), until_ms: bar.until_ms }
        };
        let bars = bars.iter().map(&mut bar).collect();
        let unbarred = unbarred.iter().map(|&address| self.address(address)).collect();
        Decided { bars, unbarred, rooms: rooms.iter().map(|owned| self.owned(owned)).collect() }
    }

    /// Returns what stands for a room that belongs to an account.
    pub(super) fn owned(&mut self, owned: &OwnedState) -> OwnedState {
        let mut bans = |bans: &[KeptBan]| bans.iter().map(|ban| self.kept_ban(ban)).collect();
        let (bans, exceptions) = (bans(&owned.bans), bans(&owned.exceptions));
        let mut operators: Vec<_> = owned.operators.iter().map(|operator| self.name(operator)).collect();
        operators.sort_by_key(chinwag_core::Name::key);
        OwnedState {
            room: self.name(&owned.room),
            owner: self.name(&owned.owner),
            operators,
            topic: owned.topic.as_ref().map(|topic| self.topic_state(topic)),
            key: owned.key.as_ref().map(|key| self.key(key)),
            bans,
            exceptions,
            ..owned.clone()
        }
    }

    fn kept_ban(&mut self, ban: &KeptBan) -> KeptBan {
        let (mask, by) = (self.mask(&ban.mask), self.name(&ban.by));
        let address = ban.address.map(|address| self.address(address));
        let account = ban.account.as_ref().map(|account| self.name(account));
        KeptBan { mask, address, account, by, why: ban.why.as_ref().map(Self::text), ..ban.clone() }
    }

    /// Returns what stands for those addresses from which nobody may connect.
    pub(super) fn bars(&mut self, bars: Vec<BarState>) -> Vec<BarState> {
        let bar = |bar: BarState| {
            let (address, by) = (self.address(bar.address), self.name(&bar.by));
            BarState { address, by, why: bar.why.as_ref().map(Self::text), ..bar }
        };
        let mut bars: Vec<_> = bars.into_iter().map(bar).collect();
        bars.sort_by_key(|bar| bar.address);
        bars
    }
}

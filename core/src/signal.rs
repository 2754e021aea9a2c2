//! Owns what the writer of a connection has to say to its reader.

/// What the fan-out tells the reader of a connection.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Signal {
    /// Ask for nothing more: the owner is over the limit.
    Pause,
    /// Go on.
    Resume,
    /// The credit for a fence: the replies that were asked for have been dealt with.
    Credit,
    /// The same, but the last answer is not whole: its rest is to be asked for before all else.
    Continue,
}

/// Holds what all signals so far come to. It fits into a byte, for adapters to keep where both sides can reach it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Signals(u8);

impl Signals {
    /// The connection was given up: from now on nothing else counts.
    pub const ABANDONED: Self = Self(Self::ABANDONED_BIT);

    /// All was said, and the connection is closed from this side: from now on nothing else counts.
    pub const FINISHED: Self = Self(Self::FINISHED_BIT);

    const PAUSED: u8 = 1;
    const ABANDONED_BIT: u8 = 2;
    /// Changes with each credit. There is never more than one fence without its credit, so this is enough to tell.
    const CREDITS_ODD: u8 = 4;
    /// The last credit was one to continue.
    const CONTINUES: u8 = 8;
    const FINISHED_BIT: u8 = 16;

    /// Takes a byte that [`to_bits`](Self::to_bits) has given.
    #[must_use]
    pub const fn from_bits(bits: u8) -> Self {
        Self(bits)
    }

    /// Returns the signals as a byte.
    #[must_use]
    pub const fn to_bits(self) -> u8 {
        self.0
    }

    /// Returns what it comes to with one more signal.
    #[must_use]
    pub const fn after(self, signal: Signal) -> Self {
        Self(match signal {
            Signal::Pause => self.0 | Self::PAUSED,
            Signal::Resume => self.0 & !Self::PAUSED,
            Signal::Credit => self.0 & !Self::CONTINUES ^ Self::CREDITS_ODD,
            Signal::Continue => (self.0 | Self::CONTINUES) ^ Self::CREDITS_ODD,
        })
    }

    pub(crate) const fn is_paused(self) -> bool {
        self.0 & Self::PAUSED != 0
    }

    /// Tells whether the connection was given up, whatever else was said before or since.
    #[must_use]
    pub const fn is_abandoned(self) -> bool {
        self.0 & Self::ABANDONED_BIT != 0
    }

    /// Tells whether nothing more can be asked for.
    pub(crate) const fn is_over(self) -> bool {
        self.0 & (Self::ABANDONED_BIT | Self::FINISHED_BIT) != 0
    }

    pub(crate) const fn credits_odd(self) -> bool {
        self.0 & Self::CREDITS_ODD != 0
    }

    pub(crate) const fn continues(self) -> bool {
        self.0 & Self::CONTINUES != 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_signal_changes_only_what_it_is_about() {
        let cases: [(&[Signal], bool, bool, bool); 11] = [
            (&[], false, false, false),
            (&[Signal::Pause], true, false, false),
            (&[Signal::Pause, Signal::Pause], true, false, false),
            (&[Signal::Resume], false, false, false),
            (&[Signal::Pause, Signal::Credit], true, true, false),
            (&[Signal::Credit, Signal::Pause, Signal::Resume], false, true, false),
            (&[Signal::Credit, Signal::Credit], false, false, false),
            (&[Signal::Pause, Signal::Credit, Signal::Resume, Signal::Credit], false, false, false),
            (&[Signal::Continue, Signal::Pause, Signal::Resume], false, true, true),
            (&[Signal::Continue, Signal::Continue], false, false, true),
            (&[Signal::Continue, Signal::Pause, Signal::Credit], true, false, false),
        ];
        for (given, is_paused, credits_odd, continues) in cases {
            let signals = given.iter().fold(Signals::default(), |signals, &signal| signals.after(signal));
            let signals = Signals::from_bits(signals.to_bits());
            assert_eq!((signals.is_paused(), signals.credits_odd()), (is_paused, credits_odd), "{given:?}");
            assert_eq!(signals.continues(), continues, "{given:?}");
            assert!(!signals.is_abandoned(), "{given:?}");
        }
        let abandoned = Signals::from_bits(Signals::ABANDONED.to_bits());
        assert!(abandoned.is_abandoned() && !abandoned.is_paused() && !abandoned.credits_odd());
        let finished = Signals::from_bits(Signals::FINISHED.to_bits());
        assert!(finished.is_over() && !finished.is_abandoned() && abandoned.is_over());
    }
}

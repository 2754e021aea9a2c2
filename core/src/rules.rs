//! Owns the rules of a chat: what all servers that follow one log have to share, each with its unit, its default, and
//! the reason for it.

use std::time::Duration;

use crate::config_error::ConfigError;

/// The most that [`Rules::line_chars_max`] can be: a screen full of text.
pub(crate) const LINE_CHARS_MAX: u32 = 4096;

/// The most messages of a room that are kept to be shown again: more than a screen shows.
pub(crate) const HISTORY_MAX: u8 = 100;

/// How many people somebody can ignore: more than anybody keeps in mind, and few enough that a list of them is looked
/// through at once.
pub(crate) const IGNORED_MAX: usize = 100;

/// Holds what decides how a chat goes on, so that every replica of it needs the same. They are the first thing in a
/// log.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Rules {
    /// The longest line, in characters (Unicode scalar values, the line's end not counted). Default 400: a long
    /// paragraph. 1 to 4096; with fewer than 38 not every command with a room fits, with fewer than 40 no `/resume`.
    /// Each [`Session`](crate::Session) sees to it.
    pub line_chars_max: u32,

    /// Above how many members a room is crowded, so that who joins and leaves is gathered. Default 500: below, the
    /// names are worth reading; above, n people joining would cost n² lines.
    pub crowd_members: u32,

    /// The pause between two lines that tell who joined and left a crowded room. Default 1 s. 1 ms to 1 h.
    pub crowd_interval: Duration,

    /// How long a connection that asks for nothing is not told of: it hears the room, but nobody there hears of it, nor
    /// finds it in a list. Default 3 s: whoever only looks whether something is here, as scanners and monitors do, has
    /// left again, and who comes back has said who they are; while of who came to listen others know soon. At most 1
    /// min.
    pub announce_wait: Duration,

    /// How many of the last messages of a room are shown to who joins it, as many of them as fit into 8 KiB, without
    /// those that need more than half of it. Default 10: enough to see what is being talked about. At most 100, which
    /// are kept; 0 shows none.
    pub history_on_join: u8,

    /// Determines which random names are given, and in which order, and the number by which browsers tell this run of
    /// the server from others. Default 0; a server draws one when it starts.
    pub seed: u64,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            line_chars_max: 400,
            crowd_members: 500,
            crowd_interval: Duration::from_secs(1),
            announce_wait: Duration::from_secs(3),
            history_on_join: 10,
            seed: 0,
        }
    }
}

impl Rules {
    /// Checks that each rule is within what it can be.
    ///
    /// # Errors
    /// Returns the first field that is not.
    pub fn check(&self) -> Result<(), ConfigError> {
        ConfigError::first_of([
            ((1..=LINE_CHARS_MAX).contains(&self.line_chars_max), "line_chars_max", "1 to 4096 characters"),
            (
                (Duration::from_millis(1)..=Duration::from_secs(3600)).contains(&self.crowd_interval),
                "crowd_interval",
                "1 ms to 1 h",
            ),
            (self.announce_wait <= Duration::from_secs(60), "announce_wait", "0 to 1 min"),
            (self.history_on_join <= HISTORY_MAX, "history_on_join", "0 to 100 messages"),
        ])
    }

    /// Returns a number that no other run of the server is likely to have, and that tells nothing of the seed.
    pub(crate) fn boot(&self) -> u64 {
        // The output function of the generator SplitMix64.
        let mut mixed = self.seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

//! Owns what is known only of people who come by IRC, and what only they do.

mod capabilities;
mod identity;
pub(crate) mod line;
mod manner;
pub(crate) mod sasl;

pub use self::capabilities::Capabilities;
pub use self::identity::Identity;
pub use self::manner::{How, Manner, Tags};

/// Whom something is about: the host of everybody, since an address is nobody's business.
pub(crate) const HOST: &str = "chinwag";

/// In how many rooms somebody can be at once who comes by IRC, as `CHANLIMIT` says. Clients join a list of rooms by
/// themselves, and few have more.
pub(crate) const ROOMS_MAX: usize = 100;

/// Of how many names somebody can be told when they come and go, as `MONITOR` says.
pub(crate) const MONITORED_MAX: usize = 100;

//! Gives out what tests look at, and what goes past the [`Hub`](crate::Hub). Nothing here is promised to stay.

pub use crate::chat::Chat;
pub use crate::fanout::Upcoming;
pub use crate::name::NameKey;

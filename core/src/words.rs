//! Gives out what is said between the parts: what people ask for, what they are told, and what that is made of.

pub use crate::action::{Action, LeftOut};
pub use crate::asset::Asset;
pub use crate::close_code::CloseCode;
pub use crate::commands::{COMMANDS, Usage};
pub use crate::dialect::{Dialect, IrcDialect, IrcTags};
pub use crate::effect::{Answer, Effect};
pub use crate::ids::RoomId;
pub use crate::irc::{Capabilities, How, Identity, Manner, Tags};
pub use crate::kept::{
    Bound, Correspondence, Found, Happened, Kept, KeptEvent, KeptMessage, Page, Past, Search, Told, Venue, What,
};
pub use crate::message::{
    Banned, CantIgnore, Done, Earlier, IrcMessage, Kicked, Leaving, LoggingIn, Message, Moderated, NotOwned, Ruling,
    Sentence,
};
pub use crate::name::Name;
pub use crate::other_protocol::OtherProtocol;
pub use crate::request::{IrcLine, LogIn, LogsIn, Notice, Purpose, Query, Request, Stage};
pub use crate::text::Text;
pub use crate::texts::Texts;
pub use crate::token::{Secret, Token};
pub use crate::topic::Topic;

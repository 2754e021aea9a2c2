//! What can be done to a server: each function is one attack, by one attacker, against the server at an address.
//!
//! Attackers stop when their [`Fire`](crate::Fire) ceases. What they hold that has to last until then, they return.

pub mod crowds;
mod flood;
pub mod irc;
pub mod listener;
pub mod proxies;
pub mod readers;
pub mod resets;
mod stranger;
pub mod telnet;
pub mod text;
pub mod tls;
pub mod web;

pub use flood::Flood;
pub use stranger::come_small;

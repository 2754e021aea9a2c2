//! A whole server without a network, driven at random but repeatably, with a model of what it should do beside it.
//!
//! - [`Rng`] turns a seed into choices.
//! - [`Plan`] is a run as plain data: a configuration, and a list of [`Step`]s.
//! - [`World`] executes it as an adapter would: sockets, read tasks, a hub, writers that lag behind.
//! - [`Model`] says what each person must be sent, written from the protocol and not from the core.
//! - [`Laws`] are what holds for the actions whatever the model says.
//! - [`shrink()`] finds the fewest steps that still fail.

mod device;
mod frames;
mod help;
mod irc;
mod json;
mod laws;
mod layer;
mod model;
mod plan;
mod reader;
mod rng;
mod shrink;
mod step;
mod user;
mod world;

pub use device::Device;
pub use frames::{Framed, Frames, masked};
pub use help::HELP;
pub use laws::Laws;
pub use model::{Line, Model};
pub use plan::{Keeping, Plan};
pub use reader::{Reader, shown};
pub use rng::Rng;
pub use shrink::shrink;
pub use step::{Step, Typed};
pub use world::{Coverage, Failure, Run, World};

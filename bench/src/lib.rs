//! What the measurements of the core have in common: a server of any size, without a network.
//!
//! The program of this package measures whole servers; the example `core` and the bench `memory` measure the core
//! alone, in a [`World`].

mod world;

pub use world::World;

//! Manual pages, and completions for shells, made of what a program says of its flags: they have no list of their own.
//!
//! A program that is called with `--generate` and one of the [words](Kind::ALL) prints one of them; packages are built
//! so.

mod complete;
mod kind;
mod man;
mod page;

pub use self::kind::Kind;
pub use self::page::Page;

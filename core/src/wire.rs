//! Owns how clients speak: each wire form has a folder, with how what it sends is taken apart, how it is spoken to, and how it is let in.

pub(crate) mod decoder;
pub(crate) mod lines;
pub(crate) mod web;

//! Owns how lists of names and of commands read as JSON.

use bytes::BytesMut;

use super::json::{Object, put};
use crate::commands::Usage;
use crate::name::Name;

pub(super) fn encode_commands(kind: &str, commands: &[Usage], out: &mut BytesMut) {
    let mut help = Object::begin(out, kind);
    help.list("commands", commands, |out, command| {
        let mut usage = Object::bare(out).text("word", command.word);
        usage.list("arguments", command.arguments, |out, argument| put(out, format_args!("\"{argument}\"")));
        usage.text("what", command.what).end();
    });
    help.end();
}

pub(super) fn encode_names(mut list: Object<'_>, names: &[Name], more: usize) {
    list.list("names", names, |out, name| put(out, format_args!("\"{name}\"")));
    list.number("more", more as u64).end();
}

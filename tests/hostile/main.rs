//! Shows that whatever is done to a server, whoever chats there well does not notice: each of their messages arrives,
//! once and in order, and about as soon as when all is calm.
//!
//! Each test lays a siege to both servers, one after the other. Their delays are measured, so no two of them run at
//! once.

#![cfg(target_os = "linux")]

mod classroom;
mod crowds;
mod honest;
mod incidents;
mod irc;
mod listener;
mod namespace;
mod proxies;
mod readers;
mod resets;
mod text;
mod tls;
mod web;

use std::sync::{Mutex, MutexGuard, PoisonError};

use chinwag_tests::{Adapter, Ended, Siege};

/// How many times slower a server is that was built for debugging: some attacks are as much smaller then.
const SLOWER: usize = if cfg!(debug_assertions) { 4 } else { 1 };

/// Waits until no other test measures how long something takes.
fn one_at_a_time() -> MutexGuard<'static, ()> {
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Lays a siege to each server, started with these flags. Returns what each wrote.
fn on_each(flags: &[&str], mut attack: impl FnMut(&mut Siege)) -> Vec<Ended> {
    let _turn = one_at_a_time();
    Adapter::ALL
        .into_iter()
        .map(|adapter| {
            let mut siege = Siege::lay(adapter, flags);
            attack(&mut siege);
            siege.lift()
        })
        .collect()
}

//! `chinwag chat` and `chinwag bots` as people and scripts run them, with both servers.

mod bots;
mod chat;
mod picture;
mod plain;
mod pty;
mod server;

//! `chinwag chat`, `chinwag bots` and `chinwag load` as people and scripts run them, with both servers.

mod alive;
mod bots;
mod chat;
mod load;
mod picture;
mod plain;
mod pty;
mod replay;
mod server;
mod tls;

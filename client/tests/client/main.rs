//! `chinwag chat`, `chinwag bots`, `chinwag load`, `chinwag history`, `chinwag invite` and `chinwag backup` as people
//! and scripts run them, with both servers.

mod alive;
mod bots;
mod chat;
mod cluster;
mod history;
mod invite;
mod load;
mod picture;
mod plain;
mod pty;
mod replay;
mod server;
mod tls;

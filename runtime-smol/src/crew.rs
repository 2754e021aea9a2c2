//! Owns the threads that join in when there is much to do.
//!
//! While there is little, one thread reads, decides and writes: to wake a second one would cost more than the work itself. A batch
//! that is not small rings the bell, and one more thread runs the executor's tasks for a while.

use std::io;
use std::sync::{Arc, Weak};
use std::thread::{Builder, JoinHandle};

use async_channel::Sender;
use async_io::Timer;
use chinwag_core::Config;
use futures_lite::future;
use smol::Executor;

/// Starts the threads, and returns them and their bell. When nobody holds it any more they end, after 10 ms at the most. They hold the
/// executor only while they help: it owns the hub, which holds the bell.
pub(crate) fn hire(executor: &Arc<Executor<'static>>, threads: u32) -> io::Result<(Vec<JoinHandle<()>>, Sender<()>)> {
    let (bell, rung) = async_channel::bounded(1);
    let hire = |_| {
        let (executor, rung) = (Arc::downgrade(executor), rung.clone());
        Builder::new().name("chinwag".into()).spawn(move || {
            while future::block_on(rung.recv()).is_ok()
                && let Some(executor) = Weak::upgrade(&executor)
            {
                future::block_on(executor.run(Timer::after(Config::HELP)));
            }
        })
    };
    Ok(((0..threads).map(hire).collect::<io::Result<_>>()?, bell))
}

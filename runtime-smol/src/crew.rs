//! Owns the threads that join in when there is much to do.
//!
//! While there is little, one thread reads, decides and writes: to wake a second one would cost more than the work itself. A batch
//! that is not small rings the bell, and one more thread runs the executor's tasks for a while.

use std::io;
use std::sync::Arc;
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

use async_channel::{Receiver, Sender};
use async_executor::Executor;
use async_io::Timer;
use futures_lite::future;

/// For how long a thread helps each time the bell rings. Under load it rings again long before; without, two threads that share
/// the little work there is are soon one again.
const HELP: Duration = Duration::from_millis(10);

/// Holds the threads; they end when it is dropped.
#[derive(Debug)]
pub(crate) struct Crew {
    bell: Sender<()>,
    threads: Vec<JoinHandle<()>>,
}

impl Crew {
    pub(crate) fn hire(executor: &Arc<Executor<'static>>, threads: u32) -> io::Result<Self> {
        let (bell, rung) = async_channel::bounded(1);
        let mut crew = Self { bell, threads: Vec::new() };
        for _ in 0..threads {
            let (executor, rung) = (Arc::clone(executor), rung.clone());
            let thread = Builder::new().name("chinwag".into()).spawn(move || help(&executor, &rung))?;
            crew.threads.push(thread);
        }
        Ok(crew)
    }

    pub(crate) fn bell(&self) -> Sender<()> {
        self.bell.clone()
    }
}

impl Drop for Crew {
    fn drop(&mut self) {
        self.bell.close();
        for thread in self.threads.drain(..) {
            // A thread that has panicked has said so, and there is nothing of it left to end.
            drop(thread.join());
        }
    }
}

fn help(executor: &Executor<'static>, rung: &Receiver<()>) {
    while future::block_on(rung.recv()).is_ok() {
        async_io::block_on(executor.run(Timer::after(HELP)));
    }
}

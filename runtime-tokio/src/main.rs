//! The chat server on tokio, as a program.

use std::process::ExitCode;

use chinwag_launch::Program;
use tokio::runtime;
use tokio::sync::mpsc;

/// What every connection keeps is a few small pieces, and a crowd that leaves should leave nothing behind: jemalloc wastes less on
/// them than the system does, and gives them back. How it is set is in `.cargo/config.toml`.
#[cfg(feature = "jemalloc")]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    let program = Program { name: env!("CARGO_PKG_NAME"), version: env!("CARGO_PKG_VERSION") };
    chinwag_launch::run(program, |listeners, config, ready| {
        let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
        let (operator, orders) = mpsc::channel(1);
        // If an order waits to be carried out, it is as good.
        ready.say(move |order| {
            let _ = operator.try_send(order);
        });
        // A task of its own is polled only when it is woken, the one that is blocked on more often.
        let served = runtime.spawn(chinwag_tokio::serve(listeners, config, orders));
        Ok(runtime.block_on(served)??)
    })
}

//! The chat server on tokio, as a program.

use std::process::ExitCode;

use chinwag_launch::Program;
use tokio::runtime;

/// What every connection keeps is a few small pieces, and a crowd that leaves should leave nothing behind: jemalloc
/// wastes less on them than the system does, and gives them back. How it is set is in `.cargo/config.toml`.
#[cfg(feature = "jemalloc")]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    let program = Program { name: env!("CARGO_PKG_NAME"), version: env!("CARGO_PKG_VERSION") };
    chinwag_launch::run(program, |listeners, setup, ready| {
        let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
        let (handle, serving) = chinwag_tokio::serve(listeners, setup);
        ready.say(handle)?;
        // A task of its own is polled only when it is woken, the one that is blocked on more often.
        let served = runtime.spawn(serving);
        Ok(runtime.block_on(served)??)
    })
}

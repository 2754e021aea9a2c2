//! The chat server on smol, as a program.

use std::process::ExitCode;

use chinwag_launch::Program;

/// What every connection keeps is a few small pieces, and a crowd that leaves should leave nothing behind: jemalloc
/// wastes less on them than the system does, and gives them back. How it is set is in `.cargo/config.toml`.
#[cfg(feature = "jemalloc")]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    let program = Program { name: env!("CARGO_PKG_NAME"), version: env!("CARGO_PKG_VERSION") };
    chinwag_launch::run(program, |listeners, setup, ready| {
        let (handle, serving) = chinwag_smol::serve(listeners, setup);
        ready.say(handle)?;
        Ok(async_io::block_on(serving)?)
    })
}

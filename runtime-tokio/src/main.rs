//! The chat server on tokio, as a program.

use std::process::{ExitCode, exit};

use chinwag_launch::Program;
use tokio::runtime;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::oneshot;

fn main() -> ExitCode {
    let program = Program { name: env!("CARGO_PKG_NAME"), version: env!("CARGO_PKG_VERSION") };
    chinwag_launch::run(program, |listener, config, ready| {
        let threads = config.threads as usize;
        let runtime = runtime::Builder::new_multi_thread().worker_threads(threads).enable_all().build()?;
        let served = runtime.block_on(async {
            let mut interrupt = signal(SignalKind::interrupt())?;
            let mut terminate = signal(SignalKind::terminate())?;
            ready.say();
            let (stop, stopped) = oneshot::channel::<()>();
            tokio::spawn(async move {
                next(&mut interrupt, &mut terminate).await;
                drop(stop);
                next(&mut interrupt, &mut terminate).await;
                // Whoever signals twice does not want to wait for anything.
                exit(1)
            });
            // A task of the runtime's own threads wakes more cheaply than the one that blocks on it.
            tokio::spawn(chinwag_tokio::serve(listener, config, async move { drop(stopped.await) })).await?
        });
        Ok(served?)
    })
}

async fn next(interrupt: &mut Signal, terminate: &mut Signal) {
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
}

//! The chat server on smol, as a program.

use std::io;
use std::process::{ExitCode, exit};

use async_signal::{Signal, Signals};
use chinwag_launch::Program;
use futures_lite::{FutureExt as _, StreamExt as _, future};

fn main() -> ExitCode {
    let program = Program { name: env!("CARGO_PKG_NAME"), version: env!("CARGO_PKG_VERSION") };
    chinwag_launch::run(program, |listener, config, ready| {
        let mut signals = Signals::new([Signal::Int, Signal::Term])?;
        ready.say();
        let (stop, stopped) = async_channel::bounded(1);
        let serve = chinwag_smol::serve(listener, config, async move {
            let _ = stopped.recv().await;
        });
        let listen_to_signals = async {
            next(&mut signals).await?;
            let _ = stop.send(()).await;
            next(&mut signals).await?;
            // Whoever signals twice does not want to wait for anything.
            exit(1)
        };
        Ok(async_io::block_on(serve.or(listen_to_signals))?)
    })
}

async fn next(signals: &mut Signals) -> io::Result<()> {
    match signals.next().await {
        Some(signal) => signal.map(drop),
        None => future::pending().await,
    }
}

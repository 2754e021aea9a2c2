//! The chat server on smol, as a program.

use std::io;
use std::process::{ExitCode, exit};

use async_channel::Sender;
use async_signal::{Signal, Signals};
use chinwag_core::Order;
use chinwag_launch::Program;
use futures_lite::{FutureExt as _, StreamExt as _, future};
use smol::LocalExecutor;

/// What every connection keeps is a few small pieces, and a crowd that leaves should leave nothing behind: jemalloc wastes less on
/// them than the system does, and gives them back. How it is set is in `.cargo/config.toml`.
#[cfg(feature = "jemalloc")]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    let program = Program { name: env!("CARGO_PKG_NAME"), version: env!("CARGO_PKG_VERSION") };
    chinwag_launch::run(program, |doors, config, ready| {
        let signals = Signals::new([Signal::Int, Signal::Term, Signal::Usr1])?;
        ready.say();
        let (operator, orders) = async_channel::bounded(1);
        let serve = chinwag_smol::serve(doors, config, orders);
        // A task of its own looks for signals only when one has come.
        let executor = LocalExecutor::new();
        let relaying = executor.spawn(relay(signals, operator));
        Ok(async_io::block_on(executor.run(serve.or(relaying)))?)
    })
}

/// Passes on what an operator orders by signals, for ever.
async fn relay(mut signals: Signals, operator: Sender<Order>) -> io::Result<()> {
    // Once nobody is left who could give an order, the server stops.
    let mut operator = Some(operator);
    while let Some(signal) = signals.next().await {
        let order = if signal? == Signal::Usr1 { Order::Report } else { Order::Stop };
        match (order, &operator) {
            // If one waits to be carried out, it is as good.
            (Order::Report, Some(operator)) => drop(operator.try_send(order)),
            (Order::Report, None) => {}
            (Order::Stop, Some(_)) => operator = None,
            // Whoever signals twice does not want to wait for anything.
            (Order::Stop, None) => exit(1),
        }
    }
    future::pending().await
}

//! The chat server on tokio, as a program.

use std::io;
use std::process::{ExitCode, exit};

use chinwag_core::Order;
use chinwag_launch::Program;
use tokio::runtime;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::mpsc::{self, Sender};

/// What every connection keeps is a few small pieces, and a crowd that leaves should leave nothing behind: jemalloc wastes less on
/// them than the system does, and gives them back. How it is set is in `.cargo/config.toml`.
#[cfg(feature = "jemalloc")]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    let program = Program { name: env!("CARGO_PKG_NAME"), version: env!("CARGO_PKG_VERSION") };
    chinwag_launch::run(program, |doors, config, ready| {
        let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
        let served = runtime.block_on(async {
            let signals = Signals::listen()?;
            ready.say();
            let (operator, orders) = mpsc::channel(1);
            tokio::spawn(relay(signals, operator));
            // A task of its own is polled only when it is woken, the one that is blocked on more often.
            tokio::spawn(chinwag_tokio::serve(doors, config, orders)).await?
        });
        Ok(served?)
    })
}

/// Passes on what an operator orders by signals, for ever.
async fn relay(mut signals: Signals, operator: Sender<Order>) {
    // Once nobody is left who could give an order, the server stops.
    let mut operator = Some(operator);
    loop {
        match (signals.next().await, &operator) {
            // If one waits to be carried out, it is as good.
            (Order::Report, Some(operator)) => drop(operator.try_send(Order::Report)),
            (Order::Report, None) => {}
            (Order::Stop, Some(_)) => operator = None,
            // Whoever signals twice does not want to wait for anything.
            (Order::Stop, None) => exit(1),
        }
    }
}

/// The signals by which an operator gives orders.
struct Signals {
    interrupt: Signal,
    terminate: Signal,
    user: Signal,
}

impl Signals {
    fn listen() -> io::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            user: signal(SignalKind::user_defined1())?,
        })
    }

    async fn next(&mut self) -> Order {
        tokio::select! {
            _ = self.interrupt.recv() => Order::Stop,
            _ = self.terminate.recv() => Order::Stop,
            _ = self.user.recv() => Order::Report,
        }
    }
}

//! Owns the life of a server: sets it up, lets it run until it is told to stop, and lets nothing outlive it.

use std::future::Future;
use std::io;
use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use async_channel::Sender;
use async_io::{Async, Timer};
use chinwag_core::{Config, Event};
use futures_lite::{FutureExt as _, future};
use smol::Executor;
use tracing::{info, warn};

use crate::crew;
use crate::hub::{Hub, Input};

/// How long to wait after `accept` has failed, most likely because there are no descriptors left: long enough not to spin, short
/// enough not to be noticed by who is let in then.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Serves whoever connects to `listener` until `shutdown` resolves. Then everyone is told, and what is queued is still sent, for
/// at most [`Config::drain`]. It runs on the thread that polls it, and when there is much to do on up to [`Config::threads`] - 1
/// more, which it starts itself, and which end with it.
///
/// # Errors
/// Returns an error if `config` does not pass [`Config::check`], or if the listener or the threads can't be set up. Nothing that
/// clients do is an error.
pub async fn serve(listener: TcpListener, config: Config, shutdown: impl Future<Output = ()> + Send) -> io::Result<()> {
    config.check().map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))?;
    let listener = Async::new(listener)?;
    let executor = Arc::new(Executor::new());
    let crew = crew::hire(&executor, config.threads - 1)?;
    let (hub, inputs) = Hub::new(config, &executor, crew);
    info!(address = %listener.get_ref().local_addr()?, "serving");
    let accepting = executor.spawn(accept(listener, inputs.clone()));
    let stop = async {
        shutdown.await;
        // Who is told of the end is to find the door closed.
        accepting.cancel().await;
        // It waits its turn: what was read before still counts.
        let _ = inputs.send(Input::Events(vec![Event::Stopped])).await;
        future::pending().await
    };
    executor.run(hub.run().or(stop)).await;
    info!("stopped");
    Ok(())
}

async fn accept(listener: Async<TcpListener>, inputs: Sender<Input>) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                // What is to be sent is gathered by the core; the operating system must not wait for more.
                let _ = stream.get_ref().set_nodelay(true);
                if inputs.send(Input::Opened(stream)).await.is_err() {
                    return;
                }
            }
            Err(error) => {
                warn!(%error, "a connection can't be accepted");
                Timer::after(ACCEPT_PAUSE).await;
            }
        }
    }
}

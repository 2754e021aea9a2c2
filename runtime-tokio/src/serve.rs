//! Owns the life of a server: sets it up, lets it run until it is told to stop, and ends what it has started.

use std::future::Future;
use std::io;
use std::time::Duration;

use chinwag_core::{Config, Event};
use tokio::net::TcpListener;
use tokio::sync::mpsc::Sender;
use tokio::time::sleep;
use tracing::{info, warn};

use crate::hub::{Hub, Input};

/// How long to wait after `accept` has failed, most likely because there are no descriptors left: long enough not to spin, short
/// enough not to be noticed by who is let in then.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Serves whoever connects to `listener` until `shutdown` resolves. Then everyone is told, and what is queued is still sent, for
/// at most [`Config::drain`]. If it is dropped before, the same happens, in the background. It has to be called within a tokio runtime, with I/O and time, whose threads it uses: as many as
/// [`Config::threads`] says suit it best.
///
/// # Errors
/// Returns an error if `config` does not pass [`Config::check`], or if the listener can't be set up. Nothing that clients do is an
/// error.
pub async fn serve(
    listener: std::net::TcpListener,
    config: Config,
    shutdown: impl Future<Output = ()> + Send,
) -> io::Result<()> {
    config.check().map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))?;
    listener.set_nonblocking(true)?;
    let listener = TcpListener::from_std(listener)?;
    let (hub, inputs) = Hub::new(config);
    info!(address = %listener.local_addr()?, "serving");
    let let_in = async {
        tokio::select! {
            () = accept(listener, &inputs) => {}
            () = shutdown => {}
        }
        // The door is closed: so whoever is told of the end can't find it open. What was read before still counts.
        let _ = inputs.send(Input::Events(vec![Event::Stopped])).await;
        std::future::pending().await
    };
    tokio::select! {
        () = hub.run() => {}
        () = let_in => {}
    }
    info!("stopped");
    Ok(())
}

async fn accept(listener: TcpListener, inputs: &Sender<Input>) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                // What is to be sent is gathered by the core; the operating system must not wait for more.
                let _ = stream.set_nodelay(true);
                let _ = inputs.send(Input::Opened(stream)).await;
            }
            Err(error) => {
                warn!(%error, "a connection can't be accepted");
                sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

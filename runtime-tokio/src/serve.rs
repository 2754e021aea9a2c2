//! Owns the life of a server: sets it up, lets it run until it is told to stop, and ends what it has started.

use std::future::Future;
use std::io;
use std::time::Duration;

use chinwag_core::{Config, Time};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::Sender;
use tokio::time::{Instant, sleep};
use tracing::{info, warn};

use crate::hub::{Hub, Input};

/// How long to wait after `accept` has failed, most likely because there are no descriptors left: long enough not to spin, short
/// enough not to be noticed by who is let in then.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Tells the core what time it is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock(Instant);

impl Clock {
    pub(crate) fn now(self) -> Time {
        Time::after(self.0.elapsed())
    }

    pub(crate) fn instant(self, time: Time) -> Instant {
        self.0 + time.since_start()
    }
}

/// Serves whoever connects to `listener` until `shutdown` resolves. Then everyone is told, and what is queued is still sent, for
/// at most [`Config::drain`]. It has to be called within a tokio runtime, with I/O and time, whose threads it uses: as many as
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
    let (hub, inputs) = Hub::new(config, Clock(Instant::now()));
    info!(address = %listener.local_addr()?, "serving");
    let accepting = tokio::spawn(accept(listener, inputs));
    let close_door = async {
        accepting.abort();
        drop(accepting.await);
    };
    hub.run(shutdown, close_door).await;
    info!("stopped");
    Ok(())
}

async fn accept(listener: TcpListener, inputs: Sender<Input>) {
    loop {
        match listener.accept().await.and_then(|(stream, _)| prepare(stream)) {
            Ok(stream) => {
                if inputs.send(Input::Opened(stream)).await.is_err() {
                    return;
                }
            }
            Err(error) => {
                warn!(%error, "a connection can't be accepted");
                sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

/// What is to be sent is gathered by the core; the operating system must not wait for more.
fn prepare(stream: TcpStream) -> io::Result<TcpStream> {
    stream.set_nodelay(true)?;
    Ok(stream)
}

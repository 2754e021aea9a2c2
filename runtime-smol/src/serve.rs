//! Owns the life of a server: sets it up, lets it run until it is told to stop, and lets nothing outlive it.

use std::future::Future;
use std::io;
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_channel::Sender;
use async_executor::Executor;
use async_io::{Async, Timer};
use chinwag_core::{Config, Time};
use tracing::{info, warn};

use crate::crew::Crew;
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
/// at most [`Config::drain`]. It runs on the thread that polls it, and when there is much to do on up to [`Config::threads`] - 1
/// more, which it starts and ends itself.
///
/// # Errors
/// Returns an error if `config` does not pass [`Config::check`], or if the listener or the threads can't be set up. Nothing that
/// clients do is an error.
pub async fn serve(listener: TcpListener, config: Config, shutdown: impl Future<Output = ()> + Send) -> io::Result<()> {
    config.check().map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))?;
    let listener = Async::new(listener)?;
    let executor = Arc::new(Executor::new());
    let crew = Crew::hire(&executor, config.threads - 1)?;
    let (hub, inputs) = Hub::new(config, Clock(Instant::now()), &executor, crew.bell());
    info!(address = %listener.get_ref().local_addr()?, "serving");
    let accepting = executor.spawn(accept(listener, inputs));
    let close_door = async {
        accepting.cancel().await;
    };
    executor.run(hub.run(shutdown, close_door)).await;
    info!("stopped");
    Ok(())
}

async fn accept(listener: Async<TcpListener>, inputs: Sender<Input>) {
    loop {
        match listener.accept().await.and_then(|(stream, _)| prepare(stream)) {
            Ok(stream) => {
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

/// What is to be sent is gathered by the core; the operating system must not wait for more.
fn prepare(stream: Async<TcpStream>) -> io::Result<Async<TcpStream>> {
    stream.get_ref().set_nodelay(true)?;
    Ok(stream)
}

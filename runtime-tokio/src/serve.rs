//! Owns the life of a server: sets it up, lets it run until it is told to stop, and ends what it has started.

use std::io;
use std::sync::Arc;

use chinwag_core::{Config, Event, Order};
use chinwag_launch::{Door, Watch};
use tokio::net::TcpListener;
use tokio::sync::mpsc::{Receiver, Sender};
use tracing::info;

use crate::entrance::Entrance;
use crate::hub::{Hub, Input};

/// Serves whoever connects to `listener` until it is told to stop, or nobody is left who could. Then everyone is told, and what is
/// queued is still sent, for at most [`Config::drain`]. If it is dropped before, the same happens, in the background. It has to be
/// called within a tokio runtime, with I/O and time, whose threads it uses: as many as [`Config::threads`] says suit it best.
///
/// # Errors
/// Returns an error if `config` does not pass [`Config::check`], or if the listener can't be set up. Nothing that clients do is an
/// error.
pub async fn serve(listener: std::net::TcpListener, config: Config, orders: Receiver<Order>) -> io::Result<()> {
    config.check().map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))?;
    let watch = Watch::new(&config);
    let door = Door::new(&listener, &config, watch.clone())?;
    let listener = TcpListener::from_std(listener)?;
    let config = Arc::new(config);
    let (hub, inputs) = Hub::new(Arc::clone(&config), watch.clone());
    info!(address = %listener.local_addr()?, "serving");
    let entrance = Entrance { door, watch, config, inputs: inputs.clone() };
    let let_in = async {
        tokio::select! {
            () = entrance.run(listener) => {}
            () = obey(orders, &inputs) => {}
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

/// Passes orders on, until one of them is to stop.
async fn obey(mut orders: Receiver<Order>, inputs: &Sender<Input>) {
    while let Some(Order::Report) = orders.recv().await {
        let _ = inputs.send(Input::Report).await;
    }
}

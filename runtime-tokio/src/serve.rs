//! Owns the life of a server: sets it up, lets it run until it is told to stop, and ends what it has started.

use std::future::poll_fn;
use std::io;
use std::sync::Arc;
use std::task::Poll;

use chinwag_core::{Config, Form, Order};
use chinwag_io::{Door, Watch, with_secret};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::sync::mpsc::{Receiver, Sender};
use tracing::info;

use crate::entrance::{Entrance, Shared, TURN_HANDSHAKES};
use crate::hub::{Hub, Input};

/// Serves whoever connects to one of the `doors`, each in the form that goes with it, until it is told to stop, or nobody is left who
/// could. Then everyone is told, and what is queued is still sent, for at most [`Config::drain`]. If it is dropped before, the same happens,
/// in the background. It has to be called within a tokio runtime, with I/O and time, which needs no more than one thread for it. All but
/// one of [`Config::threads`] it starts itself, for when there is much to write; they end with it.
///
/// Listeners are best handed over before anybody has connected: who has already is served, too, but their sockets lack what is set on the
/// listener for all who come later, such as that they give up on dead peers.
///
/// On Linux the process has to ignore SIGPIPE, as it does if its `main` is Rust's: a connection that the other side has closed causes one.
///
/// # Errors
/// Returns an error if `config` does not pass [`Config::check`], or if the listeners or the threads can't be set up. Nothing that
/// clients do is an error.
pub async fn serve(
    doors: impl IntoIterator<Item = (std::net::TcpListener, Form)>,
    config: Config,
    orders: Receiver<Order>,
) -> io::Result<()> {
    config.check().map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))?;
    let watch = Watch::new(&config);
    let open = |(listener, form)| {
        let door = Door::new(&listener, form, &config, watch.clone())?;
        io::Result::Ok((door, TcpListener::from_std(listener)?))
    };
    let doors = doors.into_iter().map(open).collect::<Result<Vec<_>, _>>()?;
    let config = Arc::new(with_secret(config)?);
    let (hub, inputs) = Hub::new(Arc::clone(&config), watch.clone())?;
    let turns = Arc::new(Semaphore::new(TURN_HANDSHAKES));
    let shared = Shared { watch: watch.clone(), config, inputs: inputs.clone(), turns };
    let mut entrances = Vec::new();
    for (door, listener) in doors {
        info!(form = ?door.form(), address = %listener.local_addr()?, "serving");
        let entrance = Entrance { door, shared: shared.clone() };
        entrances.push(Box::pin(entrance.run(listener)));
    }
    let accept = poll_fn(move |cx| {
        for entrance in &mut entrances {
            // None of them ever ends.
            let _ = entrance.as_mut().poll(cx);
        }
        Poll::<()>::Pending
    });
    let let_in = async {
        tokio::select! {
            () = accept => {}
            () = obey(orders, &inputs) => {}
        }
        watch.stop();
        // The doors are closed: so whoever is told of the end can't find one open. What was read before still counts.
        let _ = inputs.send(Input::Stopped).await;
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

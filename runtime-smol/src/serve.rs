//! Owns the life of a server: sets it up, lets it run until it is told to stop, and lets nothing outlive it.

use std::io;
use std::net::TcpListener;
use std::sync::Arc;

use async_channel::{Receiver, Sender};
use async_io::Async;
use chinwag_core::{Config, Event, Form, Order};
use chinwag_launch::{Door, Watch};
use futures_lite::{FutureExt as _, future};
use smol::Executor;
use tracing::info;

use crate::clock;
use crate::crew;
use crate::entrance::Entrance;
use crate::hub::{Hub, Input};
use crate::sockets::Sockets;

/// Serves whoever connects to one of the `doors`, each in the form that goes with it, until it is told to stop, or nobody is left who
/// could. Then everyone is told, and what is queued is still sent, for at most [`Config::drain`]. It runs on the thread that polls it, and when there is much to do on up to
/// [`Config::threads`] - 1 more, which it starts itself, and which end with it.
///
/// # Errors
/// Returns an error if `config` does not pass [`Config::check`], or if the listeners or the threads can't be set up. Nothing that
/// clients do is an error.
pub async fn serve(
    doors: impl IntoIterator<Item = (TcpListener, Form)>,
    config: Config,
    orders: Receiver<Order>,
) -> io::Result<()> {
    config.check().map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))?;
    let config = config.started_at(clock::now());
    let watch = Watch::new(&config);
    let open = |(listener, form)| {
        let door = Door::new(&listener, form, &config, watch.clone())?;
        io::Result::Ok((door, Async::new_nonblocking(listener)?))
    };
    let doors = doors.into_iter().map(open).collect::<Result<Vec<_>, _>>()?;
    let executor = Arc::new(Executor::new());
    let crew = crew::hire(&executor, config.threads - 1)?;
    let config = Arc::new(config);
    let sockets = Sockets::new()?;
    let (hub, inputs) = Hub::new(Arc::clone(&config), &executor, &sockets, crew, watch.clone());
    // What waits for I/O is a task of its own. If it were part of this future, it would look for what it waits for, with a system
    // call, whenever this is polled; and each turn from the hub to its readers and writers would look for I/O between.
    executor.spawn(Arc::clone(&sockets).watch()).detach();
    let mut entering = Vec::new();
    for (door, listener) in doors {
        info!(form = ?door.form(), address = %listener.get_ref().local_addr()?, "serving");
        let (watch, config, inputs) = (watch.clone(), Arc::clone(&config), inputs.clone());
        let sockets = Arc::clone(&sockets);
        let entrance = Entrance { door, watch, config, sockets, executor: Arc::downgrade(&executor), inputs };
        entering.push(executor.spawn(entrance.run(listener)));
    }
    let hub = executor.spawn(hub.run());
    let let_in = async {
        obey(orders, &inputs).await;
        watch.stop();
        // The doors are closed first: so whoever is told of the end can't find one open.
        for entrance in entering {
            entrance.cancel().await;
        }
        // It waits its turn: what was read before still counts.
        let _ = inputs.send(Input::Events(vec![Event::Stopped])).await;
        future::pending().await
    };
    executor.run(hub.or(let_in)).await;
    info!("stopped");
    Ok(())
}

/// Passes orders on, until one of them is to stop.
async fn obey(orders: Receiver<Order>, inputs: &Sender<Input>) {
    while let Ok(Order::Report) = orders.recv().await {
        let _ = inputs.send(Input::Report).await;
    }
}

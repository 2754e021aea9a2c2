//! Owns the life of a server: sets it up, lets it run until it is told to stop, and ends what it has started.

use std::future::poll_fn;
use std::io;
use std::sync::Arc;
use std::task::Poll;

use chinwag_core::{Config, Form, Order};
use chinwag_io::{Admission, Listener, with_secret};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::sync::mpsc::{Receiver, Sender};
use tracing::info;

use crate::acceptor::{Acceptor, Shared, TURN_HANDSHAKES};
use crate::hub::{Hub, Input};

/// Serves whoever connects to one of the `listeners`, each in the form that goes with it, until it is told to stop, or nobody is left who
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
    listeners: impl IntoIterator<Item = (std::net::TcpListener, Form)>,
    config: Config,
    orders: Receiver<Order>,
) -> io::Result<()> {
    config.check().map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))?;
    let admission = Admission::new(&config);
    let open = |(listener, form)| {
        let guarded = Listener::new(&listener, form, &config, admission.clone())?;
        io::Result::Ok((guarded, TcpListener::from_std(listener)?))
    };
    let listeners = listeners.into_iter().map(open).collect::<Result<Vec<_>, _>>()?;
    let config = Arc::new(with_secret(config)?);
    let (hub, inputs) = Hub::new(Arc::clone(&config), admission.clone())?;
    let turns = Arc::new(Semaphore::new(TURN_HANDSHAKES));
    let shared = Shared { admission: admission.clone(), config, inputs: inputs.clone(), turns };
    let mut acceptors = Vec::new();
    for (listener, incoming) in listeners {
        info!(form = ?listener.form(), address = %incoming.local_addr()?, "serving");
        let acceptor = Acceptor { listener, shared: shared.clone() };
        acceptors.push(Box::pin(acceptor.run(incoming)));
    }
    let accept = poll_fn(move |cx| {
        for acceptor in &mut acceptors {
            // None of them ever ends.
            let _ = acceptor.as_mut().poll(cx);
        }
        Poll::<()>::Pending
    });
    let let_in = async {
        tokio::select! {
            () = accept => {}
            () = obey(orders, &inputs) => {}
        }
        admission.stop();
        // The listeners are closed: so whoever is told of the end can't find one open. What was read before still counts.
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

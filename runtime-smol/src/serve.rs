//! Owns the life of a server: sets it up, lets it run until it is told to stop, and lets nothing outlive it.

use std::any::Any;
use std::io;
use std::iter;
use std::mem;
use std::net::TcpListener;
use std::panic::resume_unwind;
use std::sync::Arc;
use std::thread::{Builder, JoinHandle};

use async_channel::{Receiver, Sender};
use chinwag_core::{Config, Form, Order};
use chinwag_io::{Admission, Listener, with_secret};
use futures_lite::{FutureExt as _, future};
use smol::Executor;
use tracing::info;

use crate::acceptor::Acceptor;
use crate::hub::{Hub, Input};
use crate::sockets::Sockets;
use crate::workers::Helper;

/// Serves whoever connects to one of the `listeners`, each in the form that goes with it, until it is told to stop, or nobody is left who
/// could. Then everyone is told, and what is queued is still sent, for at most [`Config::drain`]. It runs on [`Config::threads`] threads
/// which it starts itself, all but one of them for when there is much to write, and which end with it.
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
    listeners: impl IntoIterator<Item = (TcpListener, Form)>,
    config: Config,
    orders: Receiver<Order>,
) -> io::Result<()> {
    config.check().map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))?;
    let config = Arc::new(with_secret(config)?);
    let admission = Admission::new(&config);
    let sockets = Sockets::new()?;
    let open = |(listener, form): (TcpListener, Form)| {
        let (address, guarded) = (listener.local_addr()?, Listener::new(&listener, form, &config, admission.clone())?);
        io::Result::Ok((address, guarded, sockets.listen(listener)?))
    };
    let listeners = listeners.into_iter().map(open).collect::<Result<Vec<_>, _>>()?;
    let executor = Arc::new(Executor::new());
    let crew = (1..config.threads).map(|_| Helper::spawn()).collect::<io::Result<Vec<_>>>()?;
    let (helpers, crew): (Vec<_>, Vec<_>) = crew.into_iter().unzip();
    let (hub, inputs) = Hub::new(Arc::clone(&config), &executor, &sockets, helpers, admission.clone());
    let mut entering = Vec::new();
    for (address, listener, incoming) in listeners {
        info!(form = ?listener.form(), %address, "serving");
        let (admission, config, inputs) = (admission.clone(), Arc::clone(&config), inputs.clone());
        let acceptor = Acceptor { listener, admission, config, executor: Arc::downgrade(&executor), inputs };
        entering.push(executor.spawn(acceptor.run(incoming)));
    }
    let hub = executor.spawn(hub.run());
    let let_in = async move {
        obey(orders, &inputs).await;
        admission.stop();
        // The listeners are closed first: so whoever is told of the end can't find one open.
        for acceptor in entering {
            acceptor.cancel().await;
        }
        // It waits its turn: what was read before still counts.
        let _ = inputs.send(Input::Stopped).await;
        future::pending().await
    };
    let (watched, over) = async_channel::bounded::<()>(1);
    let (held, dropped) = async_channel::bounded::<()>(1);
    let first = Builder::new().name("chinwag".into()).spawn(move || {
        let _watched = watched;
        let dropped = async {
            let _ = dropped.recv().await;
        };
        sockets.run(&executor, hub.or(let_in).or(dropped));
    })?;
    let mut serving = Serving { held: Some(held), threads: iter::once(first).chain(crew).collect() };
    let _ = over.recv().await;
    if let Some(panic) = serving.end() {
        resume_unwind(panic);
    }
    info!("stopped");
    Ok(())
}

/// Holds the threads that serve, which end when this is dropped.
#[derive(Debug)]
struct Serving {
    held: Option<Sender<()>>,
    /// The one that all others end with comes first.
    threads: Vec<JoinHandle<()>>,
}

impl Serving {
    /// Ends them, and returns why, if one has panicked.
    fn end(&mut self) -> Option<Box<dyn Any + Send>> {
        self.held = None;
        mem::take(&mut self.threads).into_iter().fold(None, |panic, thread| panic.or(thread.join().err()))
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // A panic was reported, and nobody waits for what comes of it any more.
        drop(self.end());
    }
}

/// Passes orders on, until one of them is to stop.
async fn obey(orders: Receiver<Order>, inputs: &Sender<Input>) {
    while let Ok(Order::Report) = orders.recv().await {
        let _ = inputs.send(Input::Report).await;
    }
}

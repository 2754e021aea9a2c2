//! Owns the life of a server: sets it up, lets it run until it is told to stop, and lets nothing outlive it.

use std::any::Any;
use std::future::poll_fn;
use std::io;
use std::iter;
use std::mem;
use std::panic::resume_unwind;
use std::sync::Arc;
use std::thread::{Builder, JoinHandle};

use async_channel::Sender;
use chinwag_io::{Admission, Controls, Ending, Handle, Input, Listener, Listeners, Setup};
use futures_lite::{FutureExt as _, future};
use smol::Executor;
use tracing::info;

use crate::acceptor::Acceptor;
use crate::hub::HubTask;
use crate::sockets::Sockets;
use crate::worker::Worker;

/// Returns what a server is steered by, and the server, a future that serves whoever connects to one of the
/// `listeners`, of TCP or of a file, each in its wire form, until it is told to stop. Then everyone is told, and what
/// is queued is still sent, for at most [`Limits::drain`](chinwag_core::Limits::drain).
///
/// It runs on any executor, on [`Limits::threads`](chinwag_core::Limits::threads) threads which it starts itself, all
/// but one of them for when there is much to write. They end with it. If it is dropped, it ends at once.
///
/// # Errors
/// The server ends with an error if its configuration does not pass [`Config::check`](chinwag_core::Config::check), or
/// if the listeners or the threads can't be set up. Nothing that clients do is an error.
pub fn serve(listeners: impl Into<Listeners>, setup: Setup) -> (Handle, impl Future<Output = io::Result<()>> + Send) {
    let (handle, controls, ending) = chinwag_io::handle();
    (handle, run(listeners.into(), setup, controls, ending))
}

async fn run(listeners: Listeners, setup: Setup, mut controls: Controls, _ending: Ending) -> io::Result<()> {
    let setup = setup.checked()?;
    let admission = Admission::new(&setup, setup.clock());
    let (config, sockets) = (Arc::new(setup.config), Sockets::new()?);
    let open = |(listening, form)| {
        let listener = Listener::new(&listening, form, &config, admission.clone())?;
        io::Result::Ok((listener, sockets.listen(listening)?))
    };
    let listeners = listeners.into_iter().map(open).collect::<Result<Vec<_>, _>>()?;
    let executor = Arc::new(Executor::new());
    let spawned = (1..config.limits.threads).map(|_| Worker::spawn()).collect::<io::Result<Vec<_>>>()?;
    let (notifiers, threads): (Vec<_>, Vec<_>) = spawned.into_iter().unzip();
    let (hub, inputs) = HubTask::new(config, &executor, &sockets, notifiers, admission.clone(), controls.answers());
    let weak = Arc::downgrade(&executor);
    let acceptor = Acceptor { admission: admission.clone(), executor: weak, inputs: inputs.clone() };
    let mut accepting = Vec::new();
    for (listener, incoming) in listeners {
        info!(form = ?listener.form(), address = %listener.address(), "serving");
        accepting.push(executor.spawn(acceptor.clone().run(listener, incoming)));
    }
    let hub = executor.spawn(hub.run());
    let let_in = async move {
        controls.serve();
        while let Some(input) = poll_fn(|cx| controls.poll_input(cx)).await {
            let _ = inputs.send(input).await;
        }
        admission.stop();
        // The listeners are closed first: so whoever is told of the end can't find one open.
        for accepting in accepting {
            accepting.cancel().await;
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
    let mut serving = Serving { held: Some(held), threads: iter::once(first).chain(threads).collect() };
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

//! Owns the life of a server: sets it up, lets it run until it is told to stop, and ends what it has started.

use std::future::poll_fn;
use std::io;
use std::sync::Arc;
use std::task::Poll;

use chinwag_io::{Admission, Controls, Ending, Handle, Input, Listener, Listeners, Setup};
use tokio::sync::Semaphore;
use tracing::info;

use crate::acceptor::{Acceptor, TURN_HANDSHAKES};
use crate::hub::HubTask;
use crate::sockets::Incoming;

/// Returns what a server is steered by, and the server, a future that serves whoever connects to one of the
/// `listeners`, of TCP or of a file, each in its wire form, until it is told to stop. Then everyone is told, and what
/// is queued is still sent, for at most [`Limits::drain`](chinwag_core::Limits::drain).
///
/// It has to be polled within a tokio runtime, with I/O and time, which needs no more than one thread for it. All but
/// one of [`Limits::threads`](chinwag_core::Limits::threads) it starts itself, for when there is much to write; they
/// end with it. If it is dropped, it stops in the background as when it is told to.
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
    let config = Arc::new(setup.config);
    let open = |(listening, form)| {
        let guarded = Listener::new(&listening, form, &config, admission.clone())?;
        io::Result::Ok((guarded, Incoming::new(listening)?))
    };
    let listeners = listeners.into_iter().map(open).collect::<Result<Vec<_>, _>>()?;
    let (hub, inputs) = HubTask::new(config, admission.clone(), controls.answers())?;
    let turns = Arc::new(Semaphore::new(TURN_HANDSHAKES));
    let acceptor = Acceptor { admission: admission.clone(), inputs: inputs.clone(), turns };
    let mut accepting = Vec::new();
    for (listener, incoming) in listeners {
        info!(form = ?listener.form(), address = %listener.address(), "serving");
        accepting.push(Box::pin(acceptor.clone().run(listener, incoming)));
    }
    let accept = poll_fn(move |cx| {
        for accepting in &mut accepting {
            // None of them ever ends.
            let _ = accepting.as_mut().poll(cx);
        }
        Poll::<()>::Pending
    });
    let let_in = async {
        controls.serve();
        let obeyed = async {
            while let Some(input) = poll_fn(|cx| controls.poll_input(cx)).await {
                let _ = inputs.send(input).await;
            }
        };
        tokio::select! {
            () = accept => {}
            () = obeyed => {}
        }
        admission.stop();
        // The listeners are closed: so whoever is told of the end can't find one open. What was read before still
        // counts.
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

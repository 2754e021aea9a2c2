//! Owns the life of a server: sets it up, lets it run until it is told to stop, and ends what it has started.

use std::future::poll_fn;
use std::io;
use std::net::TcpListener as StdListener;
use std::sync::Arc;
use std::task::Poll;

use chinwag_core::Form;
use chinwag_io::{Admission, Clock, Control, Controls, Ending, Handle, Input, Listener, Setup};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::sync::mpsc::Sender;
use tracing::info;

use crate::acceptor::{Acceptor, TURN_HANDSHAKES};
use crate::hub::HubTask;
use crate::socket::Socket;

/// Serves whoever connects to one of the `listeners`, each in the form that goes with it, until it is told to stop. Then everyone is told,
/// and what is queued is still sent, for at most [`Config::drain`](chinwag_core::Config::drain).
///
/// Returns what the server is steered by, and the server, which runs when it is awaited or spawned. If it is dropped before its end, the same
/// happens as when it is told to stop, in the background. It has to be polled within a tokio runtime, with I/O and time, which needs no more
/// than one thread for it. All but one of [`Config::threads`](chinwag_core::Config::threads) it starts itself, for when there is much to
/// write; they end with it.
///
/// Listeners are the standard library's, since options are set on them before anybody connects. Who has already is served, too, but their
/// sockets lack what is set for all who come later, such as that they give up on dead peers.
///
/// On Linux the process has to ignore SIGPIPE, as it does if its `main` is Rust's: a connection that the other side has closed causes one.
///
/// # Errors
/// The server ends with an error if its configuration does not pass [`Config::check`](chinwag_core::Config::check), or if the listeners or
/// the threads can't be set up. Nothing that clients do is an error.
pub fn serve(
    listeners: Vec<(StdListener, Form)>,
    setup: Setup,
) -> (Handle, impl Future<Output = io::Result<()>> + Send + 'static) {
    let (handle, controls, ending) = chinwag_io::handle();
    (handle, run(listeners, setup, controls, ending))
}

async fn run(
    listeners: Vec<(StdListener, Form)>,
    setup: Setup,
    mut controls: Controls,
    _ending: Ending,
) -> io::Result<()> {
    let setup = setup.checked()?;
    let admission = Admission::new(&setup, Clock::start());
    let config = Arc::new(setup.config);
    let open = |(listener, form)| {
        let guarded = Listener::new(&listener, form, &config, admission.clone())?;
        io::Result::Ok((guarded, TcpListener::from_std(listener)?))
    };
    let listeners = listeners.into_iter().map(open).collect::<Result<Vec<_>, _>>()?;
    let (hub, inputs) = HubTask::new(Arc::clone(&config), admission.clone())?;
    let turns = Arc::new(Semaphore::new(TURN_HANDSHAKES));
    let acceptor = Acceptor { admission: admission.clone(), config, inputs: inputs.clone(), turns };
    let mut accepting = Vec::new();
    for (listener, incoming) in listeners {
        info!(form = ?listener.form(), address = %incoming.local_addr()?, "serving");
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
        tokio::select! {
            () = accept => {}
            () = obey(&mut controls, &inputs) => {}
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

/// Passes on what the server is told, until it is to stop.
async fn obey(controls: &mut Controls, inputs: &Sender<Input<Socket>>) {
    loop {
        let input = match poll_fn(|cx| controls.poll_next(cx)).await {
            Control::Report => Input::Report,
            Control::Measure(answer) => Input::Measure(answer),
            Control::Stop => return,
        };
        let _ = inputs.send(input).await;
    }
}

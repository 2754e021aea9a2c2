//! A chat in a program that has another service: HTTP, which tells how many people are in the chat.
//!
//! `cargo run -p chinwag-tokio --example beside_http_tokio` serves both until its standard input ends. Then try
//! `telnet localhost 42069` and `curl localhost:42070/people`.

use std::io;
use std::net::TcpListener as StdListener;
use std::thread;

use chinwag_tokio::core::Form;
use chinwag_tokio::{Handle, Setup};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

#[tokio::main(flavor = "current_thread")]
async fn main() -> io::Result<()> {
    let (stop, stopped) = oneshot::channel::<()>();
    thread::spawn(move || (io::copy(&mut io::stdin(), &mut io::sink()), drop(stop)));
    let http = TcpListener::bind("127.0.0.1:42070").await?;
    serve(StdListener::bind("127.0.0.1:42069")?, http, stopped).await
}

/// Serves both until it is told to stop, and lets the chat end in order.
pub(crate) async fn serve(chat: StdListener, http: TcpListener, stopped: oneshot::Receiver<()>) -> io::Result<()> {
    let mut setup = Setup::for_server()?;
    // The chat is a guest here: the other threads are for the rest of the program.
    setup.config.limits.threads = 1;
    let (handle, server) = chinwag_tokio::serve(vec![(chat, Form::Lines)], setup);
    let server = tokio::spawn(server);
    let answering = async {
        loop {
            // Whoever can't be accepted, for want of a descriptor, may come again.
            if let Ok((stream, _)) = http.accept().await {
                tokio::spawn(answer(stream, handle.clone()));
            }
        }
    };
    tokio::select! {
        () = answering => {}
        _ = stopped => {}
    }
    handle.stop().await;
    server.await?
}

/// Answers one request, and closes the connection.
async fn answer(mut stream: TcpStream, handle: Handle) -> io::Result<()> {
    let mut lines = BufReader::new(&mut stream).lines();
    let request = lines.next_line().await?.unwrap_or_default();
    while lines.next_line().await?.is_some_and(|line| !line.is_empty()) {}
    let (status, body) = match (request.strip_prefix("GET /people "), handle.stats().await) {
        (None, _) => ("404 Not Found", "there is only /people\n".to_owned()),
        (Some(_), Some(stats)) => ("200 OK", format!("{}\n", stats.people)),
        (Some(_), None) => ("503 Service Unavailable", "the chat has ended\n".to_owned()),
    };
    let head = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
    stream.write_all((head + &body).as_bytes()).await?;
    stream.shutdown().await
}

//! A chat in a program that has another service: HTTP, which tells how many people are in the chat.
//!
//! `cargo run -p chinwag-smol --example beside_http_smol` serves both until its standard input ends. Then try
//! `telnet localhost 42069` and `curl localhost:42070/people`.

use std::io;
use std::net::{TcpListener, TcpStream};
use std::thread;

use async_channel::Receiver;
use async_io::Async;
use chinwag_smol::core::Form;
use chinwag_smol::{Handle, Setup};
use futures_lite::io::BufReader;
use futures_lite::{AsyncBufReadExt as _, AsyncWriteExt as _, FutureExt as _, StreamExt as _};

fn main() -> io::Result<()> {
    let (stop, stopped) = async_channel::bounded(1);
    thread::spawn(move || (io::copy(&mut io::stdin(), &mut io::sink()), drop(stop)));
    let [chat, http] = [TcpListener::bind("127.0.0.1:42069")?, TcpListener::bind("127.0.0.1:42070")?];
    async_io::block_on(serve(chat, Async::new(http)?, stopped))
}

/// Serves both until it is told to stop, and lets the chat end in order.
pub(crate) async fn serve(chat: TcpListener, http: Async<TcpListener>, stopped: Receiver<()>) -> io::Result<()> {
    let mut setup = Setup::for_server()?;
    // The chat is a guest here: the other threads are for the rest of the program.
    setup.config.limits.threads = 1;
    let (handle, server) = chinwag_smol::serve(vec![(chat, Form::Lines)], setup);
    let server = smol::spawn(server);
    let answering = async {
        loop {
            // Whoever can't be accepted, for want of a descriptor, may come again.
            if let Ok((stream, _)) = http.accept().await {
                smol::spawn(answer(stream, handle.clone())).detach();
            }
        }
    };
    let told = async {
        let _ = stopped.recv().await;
    };
    answering.or(told).await;
    handle.stop().await;
    server.await
}

/// Answers one request, and closes the connection.
async fn answer(mut stream: Async<TcpStream>, handle: Handle) -> io::Result<()> {
    let mut lines = BufReader::new(&mut stream).lines();
    let request = lines.next().await.transpose()?.unwrap_or_default();
    while lines.next().await.transpose()?.is_some_and(|line| !line.is_empty()) {}
    let (status, body) = match (request.strip_prefix("GET /people "), handle.stats().await) {
        (None, _) => ("404 Not Found", "there is only /people\n".to_owned()),
        (Some(_), Some(stats)) => ("200 OK", format!("{}\n", stats.people)),
        (Some(_), None) => ("503 Service Unavailable", "the chat has ended\n".to_owned()),
    };
    let head = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
    stream.write_all((head + &body).as_bytes()).await?;
    stream.close().await
}

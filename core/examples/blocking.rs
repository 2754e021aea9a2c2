//! A chat server of the standard library alone: the loop of the core's documentation, with blocking sockets.
//!
//! A thread accepts, and one reads each connection. The main thread owns the rest. It writes for a millisecond at the
//! most, and tries a full socket again 50 ms later. So slow readers hold up the others: many people need a runtime.
//!
//! `cargo run -p chinwag-core --example blocking` serves on 127.0.0.1:42069 until its standard input ends.
#![allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "this is an adapter: it does the I/O")]

use std::collections::HashMap;
use std::io::{self, Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use chinwag_core::{Config, ConnectionId, Fanout, Hub, Limits, Next, Output, Session, Share, Signals, Time, Written};

/// What other threads tell the main one.
pub(crate) enum Input {
    Connected(TcpStream),
    Read(usize, Vec<u8>),
    Stop,
}

/// A connection, which the core knows by a number.
struct Client {
    stream: TcpStream,
    id: ConnectionId,
    session: Session,
    signals: Signals,
    /// Lets its thread read once more.
    more: Sender<()>,
    is_reading: bool,
}

fn main() -> io::Result<()> {
    let (inputs, received) = channel();
    let stop = inputs.clone();
    thread::spawn(move || (io::copy(&mut io::stdin(), &mut io::sink()), stop.send(Input::Stop)));
    serve(TcpListener::bind("127.0.0.1:42069")?, &inputs, &received)
}

/// Serves whoever connects, until it is told to stop.
pub(crate) fn serve(listener: TcpListener, inputs: &Sender<Input>, received: &Receiver<Input>) -> io::Result<()> {
    let (config, start, acceptor) = (Config::default(), Instant::now(), inputs.clone());
    let (mut hub, mut fanout) = (Hub::new(config.clone()), Fanout::new(&config, Share::ALL));
    let (mut clients, mut full, mut count) = (HashMap::<usize, Client>::new(), Vec::new(), 0);
    thread::spawn(move || listener.incoming().flatten().try_for_each(|stream| acceptor.send(Input::Connected(stream))));
    let mut wait = Duration::ZERO;
    while !fanout.is_finished() {
        // 1. Wait for something to read, or for a time.
        let input = received.recv_timeout(wait).ok();
        let now = Time::after(start.elapsed());
        let clock = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default();
        hub.handle_clock(now, u64::try_from(clock.as_millis()).unwrap_or_default());
        hub.handle_timeout(now);
        match input {
            Some(Input::Connected(stream)) => {
                count += 1;
                stream.set_write_timeout(Some(Duration::from_millis(1)))?;
                let (mut session, more) = (Session::new(&config), read(count, stream.try_clone()?, inputs.clone()));
                if let Ok(id) = hub.open(now, &mut session, count) {
                    let (signals, is_reading) = (Signals::default(), false);
                    clients.insert(count, Client { stream, id, session, signals, more, is_reading });
                }
            }
            Some(Input::Read(number, bytes)) => {
                if let Some(client) = clients.get_mut(&number) {
                    client.is_reading = false;
                    if bytes.is_empty() { client.session.handle_end() } else { client.session.handle_bytes(&bytes) }
                }
            }
            Some(Input::Stop) => hub.handle_stop(now),
            None => {}
        }
        // 2. Hand on what is asked for, as fast as that may be.
        let mut due = clients.values_mut().filter_map(|client| ask(&mut hub, client, now)).min();
        while let Some(effect) = hub.poll_effect() {
            let answer = effect.perform(&config).expect("without a store it asks for nothing else");
            hub.handle_answer(now, answer);
        }
        // 3. Publish.
        if let Some(batch) = hub.take_batch() {
            fanout.follow(now, &batch);
        }
        // 4. Write. What comes of a signal is asked for in the next round, at once.
        fanout.handle_timeout(now);
        full.drain(..).for_each(|connection| fanout.handle_writable(connection));
        while let Some(output) = fanout.poll_output() {
            match output {
                Output::Write { socket, bytes, .. } => {
                    let written = match clients.get_mut(socket).map(|client| client.stream.write(bytes)) {
                        Some(Ok(taken)) => Written::Bytes(taken),
                        Some(Err(error)) if error.kind() == io::ErrorKind::WouldBlock => Written::Bytes(0),
                        Some(Err(_)) | None => Written::Failed,
                    };
                    fanout.handle_written(now, written);
                }
                Output::AwaitWritable { connection, .. } => full.push(connection),
                Output::Signal { socket, signal } => {
                    clients.entry(*socket).and_modify(|client| client.signals = client.signals.after(signal));
                    due = Some(now);
                }
                Output::Finish { socket } => _ = clients.remove(&socket).map(|it| it.stream.shutdown(Shutdown::Write)),
                Output::Abandon { socket, .. } => {
                    let Some(client) = clients.remove(&socket) else { continue };
                    let _ = client.stream.shutdown(Shutdown::Both);
                    hub.handle_closed(now, client.id);
                    due = Some(now);
                }
                Output::Yield => {}
            }
        }
        let retry = full.first().map(|_| now + Duration::from_millis(50));
        let due = [due, retry, hub.poll_timeout(), fanout.poll_timeout()].into_iter().flatten().min();
        wait = due.map_or(Duration::from_secs(3600), |due| due.since(now));
    }
    Ok(())
}

/// Hands to the hub what a client asks for. Returns when to come back, if not for what is read or signalled.
fn ask(hub: &mut Hub<usize>, client: &mut Client, now: Time) -> Option<Time> {
    loop {
        match client.session.poll_next(now, client.signals) {
            Next::Ask(requests) => hub.handle_requests(now, client.id, requests),
            Next::Read if !client.is_reading => client.is_reading = client.more.send(()).is_ok(),
            Next::Read | Next::AwaitSignal => return None,
            Next::AwaitTime(time) => return Some(time),
            Next::Yield => return Some(now),
            Next::End => {
                hub.handle_closed(now, client.id);
                return None;
            }
        }
    }
}

/// Reads a connection in a thread, once for each time it is let. Then it lingers: what is unread would reset it.
fn read(number: usize, stream: TcpStream, inputs: Sender<Input>) -> Sender<()> {
    let (more, asked) = channel();
    thread::spawn(move || {
        let mut bytes = vec![0; 16 << 10];
        while asked.recv().is_ok() {
            let read = (&stream).read(&mut bytes).unwrap_or(0);
            let _ = inputs.send(Input::Read(number, bytes[..read].to_vec()));
        }
        let _ = stream.set_read_timeout(Some(Limits::LINGER));
        io::copy(&mut stream.take(Limits::LINGER_BYTES_MAX as u64), &mut io::sink())
    });
    more
}

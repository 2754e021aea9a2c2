//! Shows what a program that embeds a server may rely on when it drops it.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::time::Duration;

use chinwag_core::{Config, Form, Limits};
use chinwag_smol::Setup;
use futures_lite::future;

/// Longer than anything here takes.
const DEADLINE: Duration = Duration::from_secs(10);

fn listener() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let address = listener.local_addr().expect("it listens");
    (listener, address)
}

/// Connects, reads up to the end of the greeting, and then lets the server be dropped.
fn greeted(address: SocketAddr, then: impl FnOnce()) -> TcpStream {
    let mut stream = TcpStream::connect(address).expect("the server listens");
    stream.set_read_timeout(Some(DEADLINE)).expect("it is not zero");
    let mut greeting = Vec::new();
    while !greeting.ends_with(b"You joined main\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).expect("the server greets");
        greeting.extend(byte);
    }
    then();
    stream
}

/// Reads until the connection ends, which it does in order or by a reset, but not by the deadline.
fn assert_ends(mut stream: TcpStream) {
    let ended = stream.read_to_end(&mut Vec::new());
    let is_reset = ended.as_ref().is_err_and(|error| error.kind() == ErrorKind::ConnectionReset);
    assert!(ended.is_ok() || is_reset, "{ended:?}");
}

#[test]
fn a_dropped_smol_server_leaves_nobody_behind() {
    let (listener, address) = listener();
    let (drop_it, dropped) = async_channel::bounded::<()>(1);
    let serving = std::thread::spawn(move || {
        let setup = Setup::from(Config { limits: Limits { threads: 3, ..Limits::default() }, ..Config::default() });
        let (_, serving) = chinwag_smol::serve(vec![(listener, Form::Lines)], setup);
        async_io::block_on(future::or(async { drop(serving.await) }, async { assert!(dropped.recv().await.is_err()) }));
    });
    assert_ends(greeted(address, || drop(drop_it)));
    serving.join().expect("the server does not panic");
    assert!(TcpStream::connect(address).is_err());
}

#[test]
fn a_dropped_tokio_server_leaves_nobody_behind() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("there are threads");
    for threads in [1, 2] {
        let (listener, address) = listener();
        let setup = Setup::from(Config { limits: Limits { threads, ..Limits::default() }, ..Config::default() });
        let (handle, serving) = chinwag_tokio::serve(vec![(listener, Form::Lines)], setup);
        let serving = runtime.spawn(serving);
        assert_ends(greeted(address, || serving.abort()));
        assert!(runtime.block_on(serving).is_err_and(|error| error.is_cancelled()));
        runtime.block_on(handle.ended());
        assert!(TcpStream::connect(address).is_err());
    }
}

#[test]
fn who_came_to_the_web_listener_of_a_tokio_server_is_served_no_longer_than_it() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("there are threads");
    let (listener, address) = listener();
    let setup = Setup::from(Config {
        limits: Limits { request_wait: Duration::from_secs(3600), ..Limits::default() },
        ..Config::default()
    });
    let (handle, serving) = chinwag_tokio::serve(vec![(listener, Form::Web)], setup);
    let serving = runtime.spawn(serving);
    let mut stream = TcpStream::connect(address).expect("the server listens");
    stream.set_read_timeout(Some(DEADLINE)).expect("it is not zero");
    stream.write_all(b"GET /nothing HTTP/1.1\r\nHost: here\r\n\r\n").expect("the server reads");
    stream.read_exact(&mut [0; 12]).expect("the server answers");
    drop(handle.stop());
    runtime.block_on(serving).expect("it does not panic").expect("it serves");
    assert_ends(stream);
}

#[test]
fn what_comes_after_urgent_bytes_is_read_at_once() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("there are threads");
    let (listener, address) = listener();
    let setup = Setup::from(Config { limits: Limits { threads: 2, ..Limits::default() }, ..Config::default() });
    let (handle, serving) = chinwag_tokio::serve(vec![(listener, Form::Lines)], setup);
    let serving = runtime.spawn(serving);
    for _ in 0..20 {
        let mut stream = greeted(address, || ());
        stream.write_all(b"one\n").expect("the server reads");
        rustix::net::send(&stream, b"!", rustix::net::SendFlags::OOB).expect("the server reads");
        stream.write_all(b"two\n/quit\n").expect("the server reads");
        let mut said = String::new();
        stream.read_to_string(&mut said).expect("the server ends the connection");
        assert!(said.contains(": one\n") && said.contains(": two\n"), "{said:?}");
    }
    drop(handle.stop());
    runtime.block_on(serving).expect("it does not panic").expect("it serves");
}

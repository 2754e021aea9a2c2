//! TLS over sockets, with a server of the library's that waits.

use std::io::BufRead as _;
use std::thread::{self, JoinHandle};

use async_io::block_on;
use futures_lite::future;
use rustls::{ServerConnection, StreamOwned};

use super::*;
use crate::dial::tests::connected;
use crate::tls::tests::server;

type Host = StreamOwned<ServerConnection, TcpStream>;

/// Returns a connection by TLS to one who does this at its other end.
fn connect<T: Send + 'static>(host: impl FnOnce(Host) -> T + Send + 'static) -> (Stream, JoinHandle<T>) {
    let ((near, far), (config, security)) = (connected(), server());
    let hosting = thread::spawn(move || host(StreamOwned::new(ServerConnection::new(config).expect("it fits"), far)));
    let session = security.begin("localhost").expect("it is a name");
    let socket = Async::new(near).expect("it can be waited for");
    (block_on(Stream::secure(socket, session)).expect("it is the server"), hosting)
}

#[test]
fn what_is_said_comes_whole_both_ways_whoever_gives_up_waiting_meanwhile() {
    // More than both sockets hold, so that each side has to wait for the other.
    const BYTES: usize = 32 << 20;
    let (stream, hosting) = connect(|mut host| {
        let (mut heard, mut bytes) = (Vec::new(), vec![0; 1 << 20]);
        while heard.len() < BYTES {
            let read = host.read(&mut bytes).expect("it goes on");
            heard.extend_from_slice(&bytes[..read]);
        }
        host.write_all(&heard).expect("it is heard");
        host.conn.send_close_notify();
        host.flush().expect("it is heard");
        heard
    });
    let said: Vec<u8> = (0..BYTES).map(|at| (at % 251) as u8).collect();
    let (mut sent, mut heard, mut bytes) = (0, Vec::new(), vec![0; 5_000]);
    block_on(async {
        // Whoever is not ready at once is dropped, and asked anew.
        while sent < BYTES {
            match future::poll_once(stream.write(&said[sent..])).await {
                Some(taken) => sent += taken.expect("it goes on"),
                None => future::yield_now().await,
            }
        }
        stream.flush().await.expect("it goes on");
        loop {
            match future::poll_once(stream.read(&mut bytes)).await {
                Some(read) => match read.expect("it goes on") {
                    0 => break,
                    read => heard.extend_from_slice(&bytes[..read]),
                },
                None => future::yield_now().await,
            }
        }
    });
    assert!(heard == said, "{} bytes came back", heard.len());
    assert!(hosting.join().expect("it has done its part") == said);
}

#[test]
fn an_end_that_is_told_is_one_and_another_is_a_cut() {
    for is_told in [true, false] {
        let (stream, hosting) = connect(move |mut host| {
            host.write_all(b"bye\n").expect("it is heard");
            if is_told {
                host.conn.send_close_notify();
            }
            host.flush().expect("it is heard");
        });
        let mut bytes = [0; 100];
        assert_eq!(block_on(stream.read(&mut bytes)).expect("it was said"), 4);
        let ended = block_on(stream.read(&mut bytes)).map_err(|error| error.kind());
        assert_eq!(ended, if is_told { Ok(0) } else { Err(ErrorKind::UnexpectedEof) });
        hosting.join().expect("it has done its part");
    }
}

#[test]
fn who_leaves_says_so() {
    let (stream, hosting) = connect(|mut host| host.fill_buf().map(<[u8]>::len).map_err(|error| error.kind()));
    drop(stream);
    assert_eq!(hosting.join().expect("it has done its part"), Ok(0));
}

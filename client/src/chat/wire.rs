//! The way to the server: a connection, an attempt to make one, or a pause before the next.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::time::Duration;

use anyhow::Result;
use async_io::Timer;
use futures_lite::{FutureExt as _, future};

use super::event::Event;
use super::servers::Servers;
use crate::address::Address;
use crate::dial::ADMISSION;
use crate::line::Token;
use crate::lines::Lines;
use crate::stream::Stream;
use crate::telnet::QUESTION;

/// As much as is read at once.
const READ_BYTES: usize = 16 << 10;

const SECOND: Duration = Duration::from_secs(1);

/// How long leaving may take: long enough for what was just typed, short enough not to be felt.
const FAREWELL: Duration = Duration::from_secs(1);

/// Where a connection was made to, and that.
type Dialled = Result<(Address, Stream)>;

/// The way to the server.
pub(super) enum Wire {
    Idle,
    Resting(Timer),
    Dialling(Pin<Box<dyn Future<Output = Dialled>>>),
    Open(Box<Open>),
}

/// A connection.
pub(super) struct Open {
    stream: Stream,
    lines: Lines,
    bytes: Vec<u8>,
    /// What the socket has not taken yet.
    unsent: Vec<u8>,
    /// Ends when the server should have let one in; whether it has is known elsewhere.
    admission: Timer,
    /// Ends when another second is over in which this program ran; those in which it did not are not made up for.
    tick: Timer,
}

enum Moved {
    In(io::Result<usize>),
    Out(io::Result<usize>),
    Overdue,
    Ticked,
}

impl Wire {
    /// Starts with a connection.
    pub(super) fn open(stream: Stream) -> Self {
        Self::open_for(stream, ADMISSION)
    }

    fn open_for(stream: Stream, admission: Duration) -> Self {
        let admission = Timer::after(admission);
        let (lines, bytes, unsent, tick) = (Lines::default(), vec![0; READ_BYTES], Vec::new(), Timer::after(SECOND));
        Self::Open(Box::new(Open { stream, lines, bytes, unsent, admission, tick }))
    }

    /// Begins to connect.
    pub(super) fn dial(servers: Servers, token: Option<Token>) -> Self {
        let first_line = token.map_or(String::new(), |token| token.request());
        Self::Dialling(Box::pin(async move { servers.dial(async |server| server.dial(&first_line).await).await }))
    }

    /// Queues a line; without a connection it is lost.
    pub(super) fn send(&mut self, line: &str) {
        if let Self::Open(open) = self {
            open.unsent.extend_from_slice(line.as_bytes());
            open.unsent.push(b'\n');
        }
    }

    /// Asks the server to answer when it has dealt with what was sent before.
    pub(super) fn ask(&mut self) {
        if let Self::Open(open) = self {
            open.unsent.extend_from_slice(&QUESTION);
        }
    }

    /// Waits until something happens. Nothing is lost if the future is dropped before.
    pub(super) async fn next(&mut self) -> Vec<Event> {
        match self {
            Self::Idle => future::pending().await,
            Self::Resting(timer) => {
                timer.await;
                *self = Self::Idle;
                vec![Event::Rested]
            }
            Self::Dialling(attempt) => match attempt.await {
                Ok((address, stream)) => {
                    *self = Self::open(stream);
                    vec![Event::Connected(address)]
                }
                Err(error) => self.lose(format!("{error:#}")),
            },
            Self::Open(open) => {
                let mut events = Vec::new();
                match open.next(&mut events).await {
                    Ok(()) => {}
                    Err(why) => events.append(&mut self.lose(why)),
                }
                events
            }
        }
    }

    /// Sends what is queued, and closes the connection.
    pub(super) async fn close(self) {
        let Self::Open(open) = self else { return };
        let send = async {
            let _ = open.stream.write_all(&open.unsent).await;
        };
        let give_up = async {
            Timer::after(FAREWELL).await;
        };
        send.or(give_up).await;
    }

    fn lose(&mut self, why: String) -> Vec<Event> {
        *self = Self::Idle;
        vec![Event::Lost(why)]
    }
}

impl Open {
    async fn next(&mut self, events: &mut Vec<Event>) -> Result<(), String> {
        let Self { stream, lines, bytes, unsent, admission, tick } = self;
        let send = async {
            if !unsent.is_empty() {
                return Moved::Out(stream.write(unsent).await);
            }
            // What was taken may not be out yet.
            match stream.flush().await {
                Ok(()) => future::pending().await,
                Err(error) => Moved::Out(Err(error)),
            }
        };
        let receive = async { Moved::In(stream.read(bytes).await) };
        let overdue = async {
            (&mut *admission).await;
            Moved::Overdue
        };
        let ticked = async {
            (&mut *tick).await;
            Moved::Ticked
        };
        match overdue.or(ticked).or(send).or(receive).await {
            Moved::Out(Ok(sent)) => {
                unsent.drain(..sent);
                Ok(())
            }
            Moved::Overdue => {
                *admission = Timer::never();
                events.push(Event::Overdue);
                Ok(())
            }
            Moved::Ticked => {
                tick.set_after(SECOND);
                events.push(Event::Ticked);
                Ok(())
            }
            Moved::In(Ok(0)) => {
                events.extend(lines.finish().map(Event::Received));
                Err("the server closed it".to_owned())
            }
            Moved::In(Ok(read)) => {
                lines.feed(&bytes[..read], |line| events.push(Event::Received(line)));
                events.extend((0..lines.take_answers()).map(|_| Event::Answered));
                Ok(())
            }
            Moved::In(Err(error)) | Moved::Out(Err(error)) => Err(error.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use async_io::Async;

    use super::*;
    use crate::dial::tests::connected;

    #[test]
    fn that_a_connection_is_overdue_is_told_once() {
        let (stream, _server) = connected();
        let stream = Stream::plain(Async::new(stream).expect("it can be waited for"));
        let mut wire = Wire::open_for(stream, Duration::ZERO);
        async_io::block_on(async {
            assert_eq!(wire.next().await, [Event::Overdue]);
            assert_eq!(future::poll_once(wire.next()).await, None);
        });
    }
}

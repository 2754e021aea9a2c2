//! The plain line client, for pipes: lines of standard input go to the server, the server's lines to standard output.
//!
//! Where the input ends it says `/quit`, which the server obeys after everything before it. So what was piped in is
//! delivered, and all of the answers come out.

use std::io::{self, BufRead as _, ErrorKind, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use async_io::{Timer, block_on};
use chinwag_core::log::Command;
use chinwag_core::{CloseCode, Request};
use futures_lite::{FutureExt as _, future};
use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::flags::ChatFlags;
use super::servers::Servers;
use super::transcript::Transcript;
use crate::dial::{ADMISSION, no_answer};
use crate::line::Line;
use crate::lines::Lines;
use crate::password::HOW;
use crate::stream::Stream;
use crate::telnet::QUESTION;

/// As much as is read from the server at once.
const READ_BYTES: usize = 16 << 10;

const QUIT: &str = "/quit\n";

/// How long the server may take for what.
#[derive(Clone, Copy, Debug)]
struct Times {
    /// To let one in.
    admission: Duration,
    /// To say anything, before it is asked whether it still hears; by which no proxy takes the connection for idle
    /// either.
    quiet: Duration,
    /// To answer that, before the path to it is taken for dead.
    patience: Duration,
}

/// Less than half a minute in all until a dead path is found, of which a network that is away for a moment has most.
const TIMES: Times = Times { admission: ADMISSION, quiet: Duration::from_secs(5), patience: Duration::from_secs(20) };

/// Talks until the server closes the connection.
///
/// # Errors
///
/// There is no server, it does not let one in, or it closed the connection though nobody asked for that.
pub(super) fn run(flags: &ChatFlags, servers: &Servers, transcript: Option<Transcript>) -> Result<()> {
    let (address, stream) = block_on(servers.dial(async |server| server.dial_in().await))?;
    let stream = Arc::new(stream);
    let quitting = Arc::new(AtomicBool::new(false));
    let typist = Typist { stream: Arc::clone(&stream), quitting: Arc::clone(&quitting), opening: flags.opening() };
    // It may wait for input for ever; the process ends without it.
    thread::Builder::new().name("typist".into()).spawn(|| typist.run())?;
    match show(&stream, transcript, TIMES, io::stdout())? {
        Ended::Refused(said) => bail!("{} does not let you in: {said}", address),
        Ended::Silent => bail!("no answer from {} for {} seconds", address, TIMES.patience.as_secs()),
        Ended::Closed if !quitting.load(Ordering::Acquire) => bail!("the server closed the connection"),
        Ended::Closed | Ended::Unread => Ok(()),
    }
}

/// Why there is nothing more to print.
enum Ended {
    /// The server closed the connection.
    Closed,
    /// It has not let one in: it closed the connection, and said this, or took too long.
    Refused(String),
    /// It does not answer any more.
    Silent,
    /// Nobody reads standard output any more, as after `| head`.
    Unread,
}

/// Sends what is typed.
struct Typist {
    stream: Arc<Stream>,
    quitting: Arc<AtomicBool>,
    opening: Vec<String>,
}

impl Typist {
    /// Sends the opening, then standard input, then `/quit`. Before that it asks a question of telnet, to see whether
    /// the server knows it. That a line can't be sent shows where the server's lines are read.
    fn run(mut self) {
        let opening: String = self.opening.iter().map(|line| format!("{line}\n")).collect();
        let opening = [&QUESTION, opening.as_bytes()].concat();
        let _ = block_on(self.stream.write_all(&opening)).and_then(|()| self.copy()).and_then(|()| self.quit());
    }

    fn copy(&mut self) -> io::Result<()> {
        let (mut input, mut line) = (io::stdin().lock(), Vec::new());
        while input.read_until(b'\n', &mut line)? > 0 {
            if !line.ends_with(b"\n") {
                line.push(b'\n');
            }
            if Request::parse(String::from_utf8_lossy(&line).trim_end())
                == Some(Command::Leave(CloseCode::NORMAL).into())
            {
                self.quitting.store(true, Ordering::Release);
            }
            block_on(self.stream.write_all(&line))?;
            line.clear();
        }
        Ok(())
    }

    fn quit(&mut self) -> io::Result<()> {
        self.quitting.store(true, Ordering::Release);
        block_on(self.stream.write_all(QUIT.as_bytes()))
    }
}

/// Whether the server has let one in, and what it has said in place of that.
#[derive(Debug, Default)]
struct Admission {
    is_in: bool,
    said: Option<String>,
    /// It asks for a password: what it says of that, it says of lines that were none.
    is_asked: bool,
}

impl Admission {
    fn on_line(&mut self, line: &str) {
        if self.is_in {
            return;
        }
        let meaning = Line::parse(line);
        self.is_in = matches!(meaning, Line::YouJoined(_));
        if meaning == Line::AsksPassword {
            self.said = Some(format!("it asks for a password; {HOW}"));
            self.is_asked = true;
        } else if meaning == Line::Notice && !line.is_empty() && !self.is_asked {
            self.said = Some(line.to_owned());
        }
    }

    fn overdue(self) -> Ended {
        Ended::Refused(self.said.unwrap_or_else(no_answer))
    }

    fn ended(self) -> Ended {
        if self.is_in {
            Ended::Closed
        } else {
            Ended::Refused(self.said.unwrap_or_else(|| "the server closed it".to_owned()))
        }
    }
}

/// How it stands with the server.
#[derive(Debug, Default)]
struct Standing {
    /// It has let one in.
    is_in: bool,
    /// It has answered a question.
    knows: bool,
    /// It owes an answer.
    is_asked: bool,
}

impl Standing {
    /// Returns how long it may say nothing, if that is limited; until then it has to let one in.
    fn patience(&self, times: Times, until: Instant) -> Option<Duration> {
        match (self.is_in, self.is_asked) {
            (false, _) => Some(until.saturating_duration_since(Instant::now())),
            (true, false) => self.knows.then_some(times.quiet),
            (true, true) => Some(times.patience),
        }
    }
}

/// Prints what the server says, until it closes the connection or nobody reads what is printed, or it does not let one
/// in, or then not answer, in time. A server that has never answered need not.
fn show(stream: &Stream, mut transcript: Option<Transcript>, times: Times, mut out: impl Write) -> Result<Ended> {
    let until = Instant::now() + times.admission;
    let (mut lines, mut bytes, mut admission) = (Lines::default(), vec![0; READ_BYTES], Admission::default());
    let mut standing = Standing::default();
    loop {
        let patience = standing.patience(times, until);
        if patience == Some(Duration::ZERO) {
            return Ok(admission.overdue());
        }
        let read = match block_on(read_within(stream, patience, &mut bytes)) {
            Some(Ok(read)) => read,
            // The server was gone before it had read everything.
            Some(Err(error)) if error.kind() == ErrorKind::ConnectionReset => 0,
            Some(Err(error)) => return Err(error).context("can't read from the server"),
            None if standing.is_in => {
                // While what was piped in fills the socket, the server takes its time, and could not be asked.
                match (is_writable(stream.socket()), standing.is_asked) {
                    (true, false) => standing.is_asked = ask(stream),
                    (true, true) => return Ok(Ended::Silent),
                    (false, _) => {}
                }
                continue;
            }
            None => return Ok(admission.overdue()),
        };
        standing.is_asked = false;
        let mut text = String::new();
        let mut show = |line: String| {
            admission.on_line(&line);
            text.extend([line.as_str(), "\n"]);
        };
        lines.feed(&bytes[..read], &mut show);
        if read == 0 {
            lines.finish().into_iter().for_each(show);
        }
        standing.is_in = admission.is_in;
        standing.knows |= lines.take_answers() > 0;
        if let Some(transcript) = &mut transcript {
            text.lines().try_for_each(|line| transcript.write_line(line))?;
        }
        match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => return Ok(Ended::Unread),
            written => written.context("can't print what the server says")?,
        }
        if read == 0 {
            return Ok(admission.ended());
        }
    }
}

/// Reads, or gives nothing if there is nothing to read for so long.
async fn read_within(stream: &Stream, patience: Option<Duration>, bytes: &mut [u8]) -> Option<io::Result<usize>> {
    let over = async {
        patience.map_or(Timer::never(), Timer::after).await;
        None
    };
    async { Some(stream.read(bytes).await) }.or(over).await
}

/// Tells whether the socket takes more.
fn is_writable(socket: &TcpStream) -> bool {
    let mut polled = [PollFd::new(socket, PollFlags::OUT)];
    poll(&mut polled, Some(&Timespec::default())).is_ok_and(|ready| ready > 0)
}

/// Asks the server to answer, if that can be sent without waiting: whoever reads must not wait until the server reads.
/// Returns whether it was.
fn ask(stream: &Stream) -> bool {
    matches!(block_on(future::poll_once(stream.write_all(&QUESTION))), Some(Ok(())))
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use async_io::Async;

    use super::*;
    use crate::dial::tests::connected;

    /// Returns both ends of a connection, the client's first.
    fn ends() -> (Stream, TcpStream) {
        let (client, server) = connected();
        (Stream::plain(Async::new(client).expect("it can be waited for")), server)
    }

    #[test]
    fn a_server_that_says_nothing_is_given_up() {
        let (stream, _server) = ends();
        let ended = show(&stream, None, Times { admission: Duration::ZERO, ..TIMES }, io::sink()).expect("it ends");
        assert!(matches!(ended, Ended::Refused(said) if said == "no answer within 30 seconds"));
    }

    #[test]
    fn a_server_that_talks_but_lets_nobody_in_is_given_up_with_what_it_said() {
        let (stream, mut server) = ends();
        // It goes on until its peer is gone.
        let talking = thread::spawn(move || while server.write_all(b"Please wait\n").is_ok() {});
        let ended =
            show(&stream, None, Times { admission: Duration::from_millis(50), ..TIMES }, io::sink()).expect("it ends");
        assert!(matches!(ended, Ended::Refused(said) if said == "Please wait"));
        drop(stream);
        talking.join().expect("it ends, too");
    }

    #[test]
    fn who_is_in_may_hear_nothing_for_as_long_as_nobody_speaks() {
        let until = Instant::now() + TIMES.admission;
        assert!(Standing { is_in: false, knows: true, is_asked: false }.patience(TIMES, until).is_some());
        assert_eq!(Standing { is_in: true, knows: false, is_asked: false }.patience(TIMES, until), None);
        let (stream, mut server) = ends();
        server.write_all(b"You joined main\n").expect("it is read");
        drop(server);
        assert!(matches!(show(&stream, None, TIMES, io::sink()), Ok(Ended::Closed)));
    }

    #[test]
    fn a_server_that_knows_the_question_is_asked_and_has_to_answer() {
        let (stream, mut server) = ends();
        let times = Times { quiet: Duration::from_millis(10), patience: Duration::from_millis(200), ..TIMES };
        let shown = thread::spawn(move || {
            let mut out = Vec::new();
            show(&stream, None, times, &mut out).map(|ended| (ended, out))
        });
        server.write_all(b"You joined main\r\nBob: h\xff\xf1i\r\n\xff\xfc\x06").expect("it is read");
        let mut asked = [0; 3];
        for _ in 0..3 {
            server.read_exact(&mut asked).expect("it is asked");
            assert_eq!(asked, QUESTION);
            server.write_all(b"\xff\xfc\x06").expect("it is read");
        }
        let (ended, out) = shown.join().expect("it ends").expect("it can be read");
        assert!(matches!(ended, Ended::Silent));
        assert_eq!(out, b"You joined main\nBob: hi\n");
    }
}

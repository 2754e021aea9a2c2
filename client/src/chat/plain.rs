//! The plain line client, for pipes: lines of standard input go to the server, the server's lines to standard output.
//!
//! Where the input ends it says `/quit`, which the server obeys after everything before it. So what was piped in is delivered, and
//! all of the answers come out.

use std::io::{self, BufRead as _, ErrorKind, Read as _, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use chinwag_core::Request;

use super::flags::ChatFlags;
use super::transcript::Transcript;
use crate::dial::{ADMISSION, dial, no_answer};
use crate::line::Line;
use crate::lines::Lines;
use crate::telnet::QUESTION;

/// As much as is read from the server at once.
const READ_BYTES: usize = 16 << 10;

const QUIT: &str = "/quit\n";

/// A server that says by telnet every 25 seconds that it is there, and has not said anything for so long, is gone, or the network is: twice it
/// was not heard, and the last time could have been late.
const SILENCE: Duration = Duration::from_secs(60);

/// Talks until the server closes the connection.
///
/// # Errors
///
/// There is no server, it does not let one in, or it closed the connection though nobody asked for that.
pub(super) fn run(flags: &ChatFlags, transcript: Option<Transcript>) -> Result<()> {
    let stream = async_io::block_on(dial(&flags.address(), ""))?.into_inner()?;
    stream.set_nonblocking(false)?;
    let quitting = Arc::new(AtomicBool::new(false));
    let typist = Typist { stream: stream.try_clone()?, quitting: Arc::clone(&quitting), opening: flags.opening() };
    // It may wait for input for ever; the process ends without it.
    thread::Builder::new().name("typist".into()).spawn(|| typist.run())?;
    match show(stream, transcript, [ADMISSION, SILENCE], io::stdout())? {
        Ended::Refused(said) => bail!("{} does not let you in: {said}", flags.address()),
        Ended::Silent => bail!("no sign of life from {} for {} seconds", flags.address(), SILENCE.as_secs()),
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
    /// It has not shown for too long that it is there.
    Silent,
    /// Nobody reads standard output any more, as after `| head`.
    Unread,
}

/// Sends what is typed.
struct Typist {
    stream: TcpStream,
    quitting: Arc<AtomicBool>,
    opening: Vec<String>,
}

impl Typist {
    /// Sends the opening, then standard input, then `/quit`. By a question of telnet the server knows that it is one that can be told now and then
    /// that the server is there, by which no proxy takes the connection for idle. That a line can't be sent shows where the server's lines are read.
    fn run(mut self) {
        let opening: String = self.opening.iter().map(|line| format!("{line}\n")).collect();
        let opening = [&QUESTION, opening.as_bytes()].concat();
        let _ = self.stream.write_all(&opening).and_then(|()| self.copy()).and_then(|()| self.quit());
    }

    fn copy(&mut self) -> io::Result<()> {
        let (mut input, mut line) = (io::stdin().lock(), Vec::new());
        while input.read_until(b'\n', &mut line)? > 0 {
            if !line.ends_with(b"\n") {
                line.push(b'\n');
            }
            if Request::parse(String::from_utf8_lossy(&line).trim_end()) == Some(Request::Quit) {
                self.quitting.store(true, Ordering::Release);
            }
            self.stream.write_all(&line)?;
            line.clear();
        }
        Ok(())
    }

    fn quit(&mut self) -> io::Result<()> {
        self.quitting.store(true, Ordering::Release);
        self.stream.write_all(QUIT.as_bytes())
    }
}

/// Whether the server has let one in, and what it has said in place of that.
#[derive(Debug, Default)]
struct Door {
    is_open: bool,
    said: Option<String>,
}

impl Door {
    fn on_line(&mut self, line: &str) {
        if self.is_open {
            return;
        }
        let meaning = Line::parse(line);
        self.is_open = matches!(meaning, Line::YouJoined(_));
        if meaning == Line::Notice && !line.is_empty() {
            self.said = Some(line.to_owned());
        }
    }

    fn overdue(self) -> Ended {
        Ended::Refused(self.said.unwrap_or_else(no_answer))
    }

    fn ended(self) -> Ended {
        if self.is_open {
            Ended::Closed
        } else {
            Ended::Refused(self.said.unwrap_or_else(|| "the server closed it".to_owned()))
        }
    }
}

/// Prints what the server says, until it closes the connection or nobody reads what is printed, or it has not let one in, or then not been
/// heard, for so long.
fn show(
    mut stream: TcpStream,
    mut transcript: Option<Transcript>,
    [admission, silence]: [Duration; 2],
    mut out: impl Write,
) -> Result<Ended> {
    let until = Instant::now() + admission;
    let (mut lines, mut bytes, mut door) = (Lines::default(), vec![0; READ_BYTES], Door::default());
    loop {
        if !door.is_open {
            let patience = until.saturating_duration_since(Instant::now());
            if patience.is_zero() {
                return Ok(door.overdue());
            }
            // Some systems refuse it on a connection that has ended, which the read tells better.
            let _ = stream.set_read_timeout(Some(patience));
        }
        let read = match stream.read(&mut bytes) {
            Ok(read) => read,
            // The server was gone before it had read everything.
            Err(error) if error.kind() == ErrorKind::ConnectionReset => 0,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) if error.kind() == ErrorKind::WouldBlock && door.is_open => return Ok(Ended::Silent),
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(door.overdue()),
            Err(error) => return Err(error).context("can't read from the server"),
        };
        let (mut text, was_open) = (String::new(), door.is_open);
        let mut show = |line: String| {
            door.on_line(&line);
            text.extend([line.as_str(), "\n"]);
        };
        lines.feed(&bytes[..read], &mut show);
        if read == 0 {
            lines.finish().into_iter().for_each(show);
        }
        if door.is_open && (!was_open || lines.has_nops()) {
            // From now on whoever is here may hear nothing for as long as nobody speaks, but for a server that says that it is there.
            stream.set_read_timeout(lines.has_nops().then_some(silence))?;
        }
        if let Some(transcript) = &mut transcript {
            text.lines().try_for_each(|line| transcript.write_line(line))?;
        }
        match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => return Ok(Ended::Unread),
            written => written.context("can't print what the server says")?,
        }
        if read == 0 {
            return Ok(door.ended());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dial::tests::connected;

    #[test]
    fn a_server_that_says_nothing_is_given_up() {
        let (stream, _server) = connected();
        let ended = show(stream, None, [Duration::ZERO, SILENCE], io::sink()).expect("it ends");
        assert!(matches!(ended, Ended::Refused(said) if said == "no answer within 30 seconds"));
    }
    #[test]
    fn a_server_that_talks_but_lets_nobody_in_is_given_up_with_what_it_said() {
        let (stream, mut server) = connected();
        // It goes on until its peer is gone.
        let talking = thread::spawn(move || while server.write_all(b"Please wait\n").is_ok() {});
        let ended = show(stream, None, [Duration::from_millis(50), SILENCE], io::sink()).expect("it ends");
        assert!(matches!(ended, Ended::Refused(said) if said == "Please wait"));
        talking.join().expect("it ends, too");
    }

    #[test]
    fn who_is_in_may_hear_nothing_for_as_long_as_nobody_speaks() {
        let (stream, mut server) = connected();
        let same = stream.try_clone().expect("there are descriptors");
        let shown = thread::spawn(move || show(stream, None, [Duration::from_secs(3600), SILENCE], io::sink()));
        while same.read_timeout().expect("it is told").is_none() {
            thread::yield_now();
        }
        server.write_all(b"You joined main\n").expect("it is read");
        while same.read_timeout().expect("it is told").is_some() {
            thread::yield_now();
        }
        drop(server);
        assert!(matches!(shown.join().expect("it ends"), Ok(Ended::Closed)));
    }

    #[test]
    fn a_server_that_says_that_it_is_there_has_to_go_on_saying_so() {
        let (stream, mut server) = connected();
        server.write_all(b"You joined main\r\nBob: h\xff\xf1i\r\n").expect("it is read");
        let mut out = Vec::new();
        let ended = show(stream, None, [ADMISSION, Duration::from_millis(50)], &mut out).expect("it ends");
        assert!(matches!(ended, Ended::Silent));
        assert_eq!(out, b"You joined main\nBob: hi\n");
    }
}

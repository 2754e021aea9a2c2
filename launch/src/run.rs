//! Owns the life of a server's process: from its command line to its exit code.
//!
//! Invariant: nobody can connect before all addresses are there, and the ready lines are said once, when orders are
//! obeyed.

use std::ffi::OsString;
use std::io::{self, Write as _};
use std::net::{SocketAddr, TcpListener};
use std::process::ExitCode;
use std::time::Duration;

use argh::ArgsInfo as _;
use chinwag_core::admission::{ListenAddresses, Tls};
use chinwag_core::{Config, Form};
use chinwag_io::{Handle, Listening, REPORT, Setup};
use chinwag_manual::{Kind, Page};
use tracing::{Level, warn};

use crate::flags::{self, Choice, Flags, Parsed, takes};
use crate::listen::{Bound, Chosen};
use crate::reload::Reloading;
use crate::signals::Signals;
use crate::systemd::{HandedOver, Manager, is_read_by_journal, priority};
use crate::{cluster, history, listen, logging, members, password, recording, unix};

/// Names a server binary.
#[derive(Clone, Copy, Debug)]
pub struct Program {
    /// What it is called on the command line.
    pub name: &'static str,
    /// Its version.
    pub version: &'static str,
}

/// Holds what a server says once, when it can be reached: a line for each of its listeners.
#[derive(Debug)]
pub struct Ready {
    lines: String,
    signals: Signals,
    manager: Manager,
}

impl Ready {
    /// Says on standard output that the server is ready, and tells it from now on what signals ask for; a second signal
    /// to stop ends the process. Whoever reads what is said may connect, and may send signals. A service manager is
    /// told when the server serves.
    ///
    /// # Errors
    /// If there is no thread for the service manager.
    pub fn say(self, server: Handle) -> io::Result<()> {
        self.manager.watch(server.clone())?;
        self.signals.steer(server);
        say(&self.lines);
        Ok(())
    }
}

/// The listening sockets of a server, each with the form in which those are spoken to who come to it.
pub type Listeners = Vec<(Listening, Form)>;

/// Runs a server: reads the flags from the command line, opens the log and the listening sockets, and calls `serve`
/// with what was configured. `serve` says that the server is ready as soon as it can be given orders. Returns what the
/// process is to exit with.
pub fn run(program: Program, serve: impl FnOnce(Listeners, Setup, Ready) -> anyhow::Result<()>) -> ExitCode {
    let args: Vec<_> = std::env::args_os().skip(1).collect();
    if let Some(kind) = Kind::asked(&args) {
        let Program { name, version } = program;
        let page = Page { name, version, info: Flags::get_args_info(), sections: &SECTIONS };
        return say(&kind.text(&page));
    }
    let flags = match Flags::parse(program.name, args.iter().cloned()) {
        Parsed::Flags(flags) => *flags,
        Parsed::Answer(text) => return say(&text),
        Parsed::Wrong(line) => return refuse(program, &line, 2),
    };
    if flags.version {
        return say(&format!("{} {}\n", program.name, program.version));
    }
    match start(program, args, &flags, serve) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => refuse(program, &format!("{error:#}"), 1),
    }
}

/// What the manual has beside the flags.
const SECTIONS: [(&str, &str); 3] = [
    (
        "SIGNALS",
        "SIGINT and SIGTERM stop the server: everybody is told, and sent what is queued; a second one ends it at once. \
         SIGHUP at a terminal does the same. Without one it has the log files opened anew and the configuration read again. SIGUSR1 logs one line of counts.",
    ),
    (
        "EXIT STATUS",
        "0 is a stop that was asked for, 1 that the machine has refused something, 2 a wrong flag or file.",
    ),
    ("SEE ALSO", "chinwag(1), systemd.socket(5). What operators need is in /usr/share/doc/chinwag/operating.md."),
];

fn start(
    program: Program,
    args: Vec<OsString>,
    flags: &Flags,
    serve: impl FnOnce(Listeners, Setup, Ready) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    // Before there is any other thread.
    let mut handed_over = HandedOver::to_this_process()?;
    let manager = Manager::default();
    let signals = Signals::catch(manager.clone())?;
    // What is logged is written by threads of its own; this keeps them until all is written.
    let log = logging::start(program.name, flags.log_dir.as_deref(), flags.log_format)?;
    signals.reopen(log.reopening.clone());
    let Program { name, version } = program;
    let mut base = Setup::for_threads(flags.threads)?.config;
    let of_cluster = cluster::options(flags)?;
    if let Some(options) = &of_cluster {
        base.rules.seed = chinwag_cluster::seed(options, base.rules.seed)?;
    }
    let mut setup = Setup::from(flags.config(base.clone()));
    flags.make_data_folder()?;
    let certificate = flags.certificate()?;
    setup.certificate = certificate.as_ref().map(|(certificate, _)| certificate.clone());
    let (members, _asked) = members::open(flags)?.unzip();
    setup.members = members;
    setup.password = flags.password_file.as_deref().map(password::read).transpose()?;
    let (history, _closing) = history::open(flags)?.unzip();
    setup.history = history;
    signals.renew(setup.certificate.clone());
    signals.reload(Reloading::new(name, args, flags, base));
    let config = &setup.config;
    // Browsers frighten people with a certificate that nobody vouches for.
    let is_secured = certificate.as_ref().is_some_and(|(_, is_own)| !is_own) || config.limits.tls == Tls::Only;
    let wait = &|pause| signals.wait_for_stop(pause);
    // All addresses are there before anybody can connect.
    let mut taken: Vec<_> = handed_over.addresses()?.into_iter().map(|address| (address, HANDED_OVER)).collect();
    let lines = if handed_over.has(Form::Lines) {
        let is_chosen = flags.address() != flags::LINES;
        tell_unused(LINES, if is_chosen { Choice::At(flags.address()) } else { Choice::IfFree(flags.address()) });
        None
    } else {
        let Some(lines) = listen::bind(flags.address(), listen::LINES, wait)? else { return Ok(()) };
        taken.push((lines.local_addr()?, LINES));
        Some(lines)
    };
    let mut bound = Vec::new();
    for extra in EXTRAS {
        if handed_over.has(extra.form) {
            tell_unused(extra.flag, (extra.choice)(flags));
            bound.push((extra, None));
        } else if let Some(socket) = extra.bind(flags, &taken, wait)? {
            taken.push((socket.local_addr()?, extra.flag));
            bound.push((extra, Some(socket)));
        }
    }
    let files = unix::bind(&flags.listen)?;
    if signals.wait_for_stop(Duration::ZERO) {
        return Ok(());
    }
    // They are removed when their sockets are closed, which come later, and so are dropped before.
    let mut kept = Vec::new();
    let (mut ready, mut listeners) = (String::new(), Vec::new());
    let mut addresses = ListenAddresses::default();
    let mut add = |listening: Listening, form, told: Told, place: Place| -> io::Result<()> {
        let line = match &listening {
            Listening::Tcp(listener) => {
                let address = listener.local_addr()?;
                place(&mut addresses).get_or_insert(address);
                told(address, is_secured)
            }
            Listening::Unix(_) => format!("also listening on {}{listening}", flags::before_socket(form)),
        };
        ready += &format!("{name} {version} {line}\n");
        listeners.push((listening, form));
        Ok(())
    };
    let own = lines.map(|lines| lines.listen(config)).transpose()?.map(Listening::from);
    for listener in handed_over.take(Form::Lines).chain(own) {
        add(listener, Form::Lines, |address, _| format!("listening on {address}"), |addresses| &mut addresses.lines)?;
    }
    for (extra, socket) in bound {
        let own = socket.map(|socket| extra.listen(flags, socket, config)).transpose()?.flatten().map(Listening::from);
        for listener in handed_over.take(extra.form).chain(own) {
            add(listener, extra.form, extra.told, extra.place)?;
        }
    }
    if let Some((certificate, true)) = &certificate {
        ready += &format!("{name} {version} has made its certificate itself: SHA-256 {}\n", certificate.fingerprint());
    }
    setup.config.limits.listen_addresses = addresses;
    if let Some(folder) = &flags.record {
        setup.recording = Some(recording::start(folder, flags, &setup.config)?);
    }
    for (bound, file) in files.into_iter().zip(&flags.listen) {
        let (listener, own) = bound.listen()?;
        ready += &format!("{name} {version} also listening on {file}\n");
        listeners.push((listener.into(), file.form));
        kept.push(own);
    }
    let cluster = of_cluster.map(|options| cluster::join(&options, &setup.config.rules)).transpose()?;
    setup.cluster.clone_from(&cluster);
    // From here on whoever connects is kept waiting by the operating system until `serve` accepts.
    serve(listeners, setup, Ready { lines: ready, signals: signals.clone(), manager })?;
    cluster.map_or(Ok(()), |cluster| cluster::checked(&cluster))
}

/// The flag by which the address for lines is chosen.
const LINES: &str = "--port";

/// Who has chosen the address of a socket that was handed over.
const HANDED_OVER: &str = "the service manager";

/// Says that an address that was chosen is not listened on: a socket that was handed over takes its place.
fn tell_unused(flag: &str, chosen: Choice) {
    let chosen = match chosen {
        Choice::IfFree(_) => return,
        Choice::At(address) => address.to_string(),
        Choice::Off => "off".to_owned(),
    };
    warn!(target: REPORT, "{flag} ({chosen}) does not count: the service manager has handed over a socket in its place");
}

/// Where it is kept where a listener is.
type Place = fn(&mut ListenAddresses) -> &mut Option<SocketAddr>;

/// What is said of where a listener is.
type Told = fn(SocketAddr, is_secured: bool) -> String;

/// A listener that a server can do without.
#[derive(Clone, Copy)]
struct Extra {
    form: Form,
    choice: fn(&Flags) -> Choice,
    chosen: Chosen,
    /// The flag by which it is chosen.
    flag: &'static str,
    /// What there is not without it.
    what: &'static str,
    place: Place,
    told: Told,
}

/// All that there are.
const EXTRAS: [Extra; 2] = [
    Extra {
        form: Form::Web,
        choice: |flags| flags.web,
        chosen: listen::WEB,
        flag: "--web",
        what: "web page",
        place: |addresses| &mut addresses.web,
        told: |address, is_secured| format!("web page at {}://{address}/", if is_secured { "https" } else { "http" }),
    },
    Extra {
        form: Form::Irc,
        choice: |flags| flags.irc,
        chosen: listen::IRC,
        flag: "--irc",
        what: "IRC",
        place: |addresses| &mut addresses.irc,
        told: |address, _| format!("for IRC clients at {address}"),
    },
];

impl Extra {
    /// Takes its address, if it is asked for. Where nobody chose it, another server that has it, as two on one machine
    /// will, is no reason not to serve.
    fn bind(
        self,
        flags: &Flags,
        taken: &[(SocketAddr, &str)],
        wait: impl Fn(Duration) -> bool,
    ) -> anyhow::Result<Option<Bound>> {
        match (self.choice)(flags) {
            Choice::Off => Ok(None),
            Choice::At(address) => listen::bind(address, self.chosen, wait),
            Choice::IfFree(address) => Ok(self.bind_if_free(address, taken, wait)),
        }
    }

    /// Takes its address, or says why not, whatever `RUST_LOG` says.
    fn bind_if_free(
        self,
        address: SocketAddr,
        taken: &[(SocketAddr, &str)],
        wait: impl Fn(Duration) -> bool,
    ) -> Option<Bound> {
        let bound = if let Some((_, by)) = taken.iter().find(|(other, _)| takes(*other, address)) {
            Err(anyhow::anyhow!("{by} has {address}; choose another for it with {}", self.flag))
        } else {
            listen::bind(address, self.chosen, wait)
        };
        bound.unwrap_or_else(|error| self.do_without(&error))
    }

    /// Listens. Where nobody chose the address, it is done without if somebody else was faster.
    fn listen(self, flags: &Flags, bound: Bound, config: &Config) -> anyhow::Result<Option<TcpListener>> {
        match bound.listen(config) {
            Err(error) if matches!((self.choice)(flags), Choice::IfFree(_)) => Ok(self.do_without(&error)),
            listening => listening.map(Some),
        }
    }

    fn do_without<T>(self, error: &anyhow::Error) -> Option<T> {
        warn!(target: REPORT, "no {}: {error:#}", self.what);
        None
    }
}

/// Writes to standard output. If nobody reads it, that is no reason not to serve.
fn say(text: &str) -> ExitCode {
    let mut out = io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    ExitCode::SUCCESS
}

fn refuse(program: Program, line: &str, code: u8) -> ExitCode {
    let priority = if is_read_by_journal() { priority(Level::ERROR) } else { "" };
    let _ = writeln!(io::stderr().lock(), "{priority}{}: {}", program.name, line.trim_end());
    ExitCode::from(code)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use tracing_subscriber::layer::SubscriberExt as _;

    use super::*;

    #[test]
    fn that_there_is_no_web_page_is_said_however_little_is_logged() {
        let taken = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
        let address = taken.local_addr().expect("it is bound");
        for asked in ["error", "off"] {
            let (said, log) = io::pipe().expect("there is a pipe");
            let lines = tracing_subscriber::fmt::layer().with_writer(Arc::new(log)).with_ansi(false);
            let filter = logging::filter(asked).expect("it is a level");
            tracing::subscriber::with_default(tracing_subscriber::registry().with(filter).with(lines), || {
                let elsewhere = SocketAddr::new(address.ip(), 0);
                assert!(EXTRAS[0].bind_if_free(address, &[(elsewhere, LINES)], |_| true).is_none());
                assert!(EXTRAS[0].bind_if_free(address, &[(address, LINES)], |_| true).is_none());
                assert!(EXTRAS[0].bind_if_free(address, &[(address, HANDED_OVER)], |_| true).is_none());
            });
            let said = io::read_to_string(said).expect("the log is text");
            assert!(said.contains(&format!("no web page: can't listen on {address}: another program")), "{said:?}");
            assert!(
                said.contains(&format!("no web page: --port has {address}; choose another for it with --web")),
                "{said:?}"
            );
            assert!(said.contains(&format!("no web page: the service manager has {address};")), "{said:?}");
        }
    }
}

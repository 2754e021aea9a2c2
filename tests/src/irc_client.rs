//! Owns somebody with an IRC client of the system: sic, ii, irssi or WeeChat in a process of its own, with a folder of
//! its own, what is typed there and what is shown.
//!
//! What is shown is read where each of them writes it: sic to its output, the others to a file for each room, each
//! person and the server. A file tells nobody that it grows, so it is looked at again and again.
//!
//! Invariant: no client outlives its owner. Whoever drops one kills it, and removes its folder.

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::net::SocketAddr;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use rustix::fs::OFlags;

use crate::{DEADLINE, Terminal};

/// How long to wait before a file is looked at again.
const PAUSE: Duration = Duration::from_millis(5);

/// What WeeChat calls the server.
const WEECHAT_SERVER: &str = "here";

/// Tells the clients apart.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum IrcProgram {
    /// It shows what comes nearly as it is.
    Sic,
    /// It has files instead of a screen.
    Ii,
    /// It has a screen.
    Irssi,
    /// It would have a screen, and runs without one.
    WeeChat,
}

/// Tells what is shown, in whatever words.
#[derive(Clone, Copy, Debug)]
pub enum Shown<'a> {
    /// This person says something, in a room or alone.
    Said(&'a str, &'a str),
    /// This person does something.
    Acted(&'a str, &'a str),
    /// This person comes into a room, with this user on IRC.
    Joined(&'a str, &'a str),
    /// This person, whose user on IRC is the same, leaves a room for this reason.
    Left(&'a str, &'a str),
    /// The first is called the second from now on.
    Renamed(&'a str, &'a str),
}

/// Runs a client. Places are a room with its `#`, or a person with whom one talks alone.
#[derive(Debug)]
pub struct IrcClient {
    program: IrcProgram,
    name: String,
    running: Running,
    /// The pipes into which is typed: they stay open, since what is typed while one is opened anew is lost.
    typed: HashMap<PathBuf, File>,
    /// How many lines of a file were read.
    read: HashMap<PathBuf, usize>,
    is_welcome: bool,
    folder: Folder,
}

/// The process, and where it is typed if that is no pipe with a name.
#[derive(Debug)]
enum Running {
    AtTerminal(Terminal),
    Alone(Child),
}

/// A folder that is there for as long as this is.
#[derive(Debug)]
pub(crate) struct Folder(PathBuf);

impl IrcProgram {
    /// All that there are.
    pub const ALL: [Self; 4] = [Self::Sic, Self::Ii, Self::Irssi, Self::WeeChat];

    /// Returns the command that connects to the server at `addr`. Their own limits on how fast they send are off, and
    /// they connect again after a second. WeeChat speaks TLS as its options say.
    fn command(self, name: &str, addr: SocketAddr, folder: &str, tls: &str) -> Vec<String> {
        let (ip, port) = (addr.ip(), addr.port());
        let words = match self {
            Self::Sic => format!("sic -h {ip} -p {port} -n {name}"),
            Self::Ii => format!("ii -i {folder} -s {ip} -p {port} -n {name}"),
            // It needs a terminal that can move its cursor.
            Self::Irssi => {
                format!("env TERM=xterm LC_ALL=C.UTF-8 irssi --home={folder} -c {ip} -p {port} -n {name}")
            }
            Self::WeeChat => format!("weechat-headless -d {folder}"),
        };
        let mut words: Vec<_> = words.split(' ').map(str::to_owned).collect();
        if self == Self::WeeChat {
            let server = format!("{ip}/{port} {tls} -nicks={name} -username={name} -realname={name}");
            for typed in [
                "/set logger.file.flush_delay 0",
                "/set irc.server_default.anti_flood_prio_high 0",
                "/set irc.server_default.anti_flood_prio_low 0",
                "/set irc.server_default.autoreconnect_delay 1",
                &format!("/set fifo.file.path {folder}/fifo"),
                &format!("/server add {WEECHAT_SERVER} {server}"),
                &format!("/connect {WEECHAT_SERVER}"),
            ] {
                words.extend(["-r".to_owned(), typed.to_owned()]);
            }
        }
        words
    }

    /// Returns what it shows where, without the time, if it belongs to somebody of this name.
    fn form(self, own: &str, place: &str, shown: Shown<'_>) -> String {
        let sign = if place.starts_with('#') { " " } else { "" };
        match (self, shown) {
            (Self::Sic, Shown::Acted(name, text)) => {
                self.form(own, place, Shown::Said(name, &format!("\x01ACTION {text}\x01")))
            }
            // What is said to oneself has one's own name before it.
            (Self::Sic, Shown::Said(name, text)) if sign.is_empty() && name != own => format!("{own}: <{name}> {text}"),
            (Self::Sic, Shown::Said(name, text)) => format!("{place}: <{name}> {text}"),
            (Self::Sic, Shown::Joined(name, _)) => format!("{name}: >< JOIN ({place}): "),
            (Self::Sic, Shown::Left(name, why)) => format!("{name}: >< PART ({place}): {why}"),
            (Self::Sic, Shown::Renamed(old, new)) => format!("{old}: >< NICK (): {new}"),
            (Self::Ii, Shown::Acted(name, text)) => format!("<{name}> \x01ACTION {text}\x01"),
            (Self::Ii, Shown::Said(name, text)) => format!("<{name}> {text}"),
            (Self::Ii, Shown::Joined(name, user)) => format!("-!- {name}({user}@chinwag) has joined {place}"),
            (Self::Ii, Shown::Left(name, _)) => format!("-!- {name}({name}@chinwag) has left {place}"),
            (Self::Ii, Shown::Renamed(_, new)) if new == own => format!("-!- changed nick to \"{new}\""),
            (Self::Ii, Shown::Renamed(old, new)) => format!("-!- {old} changed nick to {new}"),
            (Self::Irssi, Shown::Said(name, text)) => format!("<{sign}{name}> {text}"),
            (Self::Irssi, Shown::Acted(name, text)) => format!(" * {name} {text}"),
            (Self::Irssi, Shown::Joined(name, user)) => format!("-!- {name} [{user}@chinwag] has joined {place}"),
            (Self::Irssi, Shown::Left(name, why)) => format!("-!- {name} [{name}@chinwag] has left {place} [{why}]"),
            (Self::Irssi, Shown::Renamed(_, new)) if new == own => format!("-!- You're now known as {new}"),
            (Self::Irssi, Shown::Renamed(old, new)) => format!("-!- {old} is now known as {new}"),
            (Self::WeeChat, Shown::Said(name, text)) => format!("{name}\t{text}"),
            (Self::WeeChat, Shown::Acted(name, text)) => format!(" *\t{name} {text}"),
            (Self::WeeChat, Shown::Joined(name, user)) => {
                format!("-->\t{name} ({name}) ({user}@chinwag) has joined {place}")
            }
            (Self::WeeChat, Shown::Left(name, why)) => format!("<--\t{name} ({name}@chinwag) has left {place} ({why})"),
            (Self::WeeChat, Shown::Renamed(_, new)) if new == own => format!("--\tYou are now known as {new}"),
            (Self::WeeChat, Shown::Renamed(old, new)) => format!("--\t{old} is now known as {new}"),
        }
    }

    /// Takes the time away from a line; or leaves nothing of what the client says of itself.
    fn without_time(self, line: &str) -> Option<String> {
        let shown = match self {
            Self::Sic => {
                let (place, rest) = line.split_once(": ")?;
                format!("{}: {}", place.trim_end(), rest.splitn(3, ' ').nth(2)?)
            }
            Self::Ii | Self::Irssi => line.split_once(' ')?.1.to_owned(),
            Self::WeeChat => line.split_once('\t')?.1.to_owned(),
        };
        // When its log begins, when it opens a window, when it knows who is in a room, and since when there is one.
        let is_its_own = match self {
            Self::Sic | Self::Ii => false,
            Self::Irssi => {
                line.starts_with("--- ")
                    || ["Starting", "Join"].iter().any(|word| shown.starts_with(&format!("-!- Irssi: {word}")))
                    || shown.starts_with("-!- Channel #") && shown.contains(" created ")
            }
            Self::WeeChat => shown.starts_with("--\tChannel created on "),
        };
        (!is_its_own).then_some(shown)
    }
}

impl IrcClient {
    /// Runs a client whose owner has this name, as user and real name, too. It connects by itself.
    ///
    /// # Panics
    /// If there is no such program.
    #[must_use]
    pub fn start(program: IrcProgram, name: &str, addr: SocketAddr) -> Self {
        Self::start_with(program, name, addr, "-nossl")
    }

    /// Runs WeeChat, which connects by TLS, and accepts the certificate with this SHA-256.
    ///
    /// # Panics
    /// If there is no such program.
    #[must_use]
    pub fn start_secured(name: &str, addr: SocketAddr, fingerprint: &str) -> Self {
        // It takes the digits without colons.
        let digits = fingerprint.replace(':', "");
        Self::start_with(IrcProgram::WeeChat, name, addr, &format!("-ssl -ssl_fingerprint={digits}"))
    }

    fn start_with(program: IrcProgram, name: &str, addr: SocketAddr, tls: &str) -> Self {
        let folder = Folder::new();
        let home = folder.0.to_str().expect("its name is text");
        let words = program.command(name, addr, home, tls);
        let running = match program {
            IrcProgram::Irssi => {
                fs::write(folder.0.join("config"), irssi_config(name, home)).expect("there is room for files");
                let args: Vec<_> = words[1..].iter().map(String::as_str).collect();
                Running::AtTerminal(Terminal::run(&words[0], &args))
            }
            IrcProgram::Sic | IrcProgram::Ii | IrcProgram::WeeChat => {
                let out = File::create(folder.0.join("out")).expect("there is room for files");
                let mut command = Command::new(&words[0]);
                command.args(&words[1..]).env("HOME", home).env("LC_ALL", "C.UTF-8");
                let child = command.stdin(Stdio::piped()).stdout(out).stderr(Stdio::null()).spawn();
                Running::Alone(child.unwrap_or_else(|error| {
                    panic!(
                        "these tests need {}: {error} (on Debian: apt-get install sic ii irssi weechat-headless \
                         weechat-plugins)",
                        words[0]
                    )
                }))
            }
        };
        let (typed, read) = (HashMap::new(), HashMap::new());
        Self { program, name: name.to_owned(), running, typed, read, is_welcome: false, folder }
    }

    /// Returns what its owner is called.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns which client it is.
    #[must_use]
    pub const fn program(&self) -> IrcProgram {
        self.program
    }

    /// Joins a room, and has seen who is there; before the first the server has welcomed it.
    ///
    /// # Panics
    /// If that is not shown.
    pub fn join(&mut self, room: &str) {
        if !self.is_welcome {
            self.await_welcome();
        }
        match self.program {
            IrcProgram::Sic => {
                self.type_line(room, &format!(":j {room}"));
                self.read_up_to(room, &format!("chinwag.local: >< 366 ({} {room}): End of /NAMES list", self.name));
            }
            IrcProgram::Ii => {
                self.type_line("", &format!("/j {room}"));
                self.read_up_to("", &format!("{room} End of /NAMES list"));
                let joined = self.program.form(&self.name, room, Shown::Joined(&self.name, &self.name));
                self.read_up_to(room, &joined);
            }
            IrcProgram::Irssi | IrcProgram::WeeChat => {
                self.type_line("", &format!("/join {room}"));
                self.come_back(room);
            }
        }
    }

    /// Comes back into a room by itself, and has seen who is there. Irssi and WeeChat do that.
    ///
    /// # Panics
    /// If it does not.
    pub fn come_back(&mut self, room: &str) {
        let counted = match self.program {
            IrcProgram::Sic | IrcProgram::Ii => panic!("{:?} ends with its connection", self.program),
            IrcProgram::Irssi => format!("-!- Irssi: {room}: Total of "),
            IrcProgram::WeeChat => format!("--\tChannel {room}: "),
        };
        while !self.read_line(room).starts_with(&counted) {}
    }

    /// Leaves a room for a reason.
    ///
    /// # Panics
    /// If the client is gone.
    pub fn part(&mut self, room: &str, why: &str) {
        match self.program {
            IrcProgram::Sic => self.type_line(room, &format!(":l {room} {why}")),
            IrcProgram::Ii => self.type_line(room, &format!("/l {why}")),
            IrcProgram::Irssi | IrcProgram::WeeChat => self.type_line(room, &format!("/part {why}")),
        }
    }

    /// Says something in a room.
    ///
    /// # Panics
    /// If the client is gone.
    pub fn say(&mut self, room: &str, text: &str) {
        match self.program {
            IrcProgram::Sic => self.type_line(room, &format!(":m {room} {text}")),
            IrcProgram::Ii | IrcProgram::Irssi | IrcProgram::WeeChat => self.type_line(room, text),
        }
    }

    /// Does something in a room. Sic and ii know of no actions, so the bytes of one are typed.
    ///
    /// # Panics
    /// If the client is gone.
    pub fn act(&mut self, room: &str, text: &str) {
        match self.program {
            IrcProgram::Sic | IrcProgram::Ii => self.say(room, &format!("\x01ACTION {text}\x01")),
            IrcProgram::Irssi | IrcProgram::WeeChat => self.type_line(room, &format!("/me {text}")),
        }
    }

    /// Says something to one person alone.
    ///
    /// # Panics
    /// If the client is gone.
    pub fn write(&mut self, to: &str, text: &str) {
        match self.program {
            IrcProgram::Sic => self.say(to, text),
            IrcProgram::Ii => self.type_line("", &format!("/j {to} {text}")),
            IrcProgram::Irssi | IrcProgram::WeeChat => self.type_line("", &format!("/msg {to} {text}")),
        }
    }

    /// Changes its owner's name.
    ///
    /// # Panics
    /// If the client is gone.
    pub fn rename(&mut self, name: &str) {
        let line = match self.program {
            IrcProgram::Sic => format!(":NICK {name}"),
            IrcProgram::Ii => format!("/n {name}"),
            IrcProgram::Irssi | IrcProgram::WeeChat => format!("/nick {name}"),
        };
        self.type_line("", &line);
        name.clone_into(&mut self.name);
    }

    /// Holds that what is shown next in a place is this, and nothing before it.
    ///
    /// # Panics
    /// If it is something else, or nothing.
    #[track_caller]
    pub fn assert_shows(&mut self, place: &str, shown: Shown<'_>) {
        let expected = self.program.form(&self.name, place, shown);
        // It tells a new name where it tells what is of no room.
        let is_of_no_room = self.program == IrcProgram::Ii && matches!(shown, Shown::Renamed(..));
        let place = if is_of_no_room { "" } else { place };
        // It shows its own twice, though it is told once.
        if is_of_no_room && matches!(shown, Shown::Renamed(_, new) if new == self.name) {
            assert_eq!(self.read_line(place), expected, "{:?}", self.program);
        }
        assert_eq!(self.read_line(place), expected, "{:?}", self.program);
    }

    /// Reads up to this in a place.
    ///
    /// # Panics
    /// If it is not shown.
    pub fn read_up_to_shown(&mut self, place: &str, shown: Shown<'_>) {
        let expected = self.program.form(&self.name, place, shown);
        self.read_up_to(place, &expected);
    }

    /// Holds that the server refuses something next with this number, in these words. Irssi writes that down nowhere.
    ///
    /// # Panics
    /// If something else is shown, or nothing.
    #[track_caller]
    pub fn assert_is_refused(&mut self, number: u16, why: &str) {
        let line = match self.program {
            IrcProgram::Sic => format!("chinwag.local: >< {number} ({}): {why}", self.name),
            IrcProgram::Ii | IrcProgram::Irssi => why.to_owned(),
            IrcProgram::WeeChat => format!("--\t{why}"),
        };
        assert_eq!(self.read_line(""), line, "{:?}", self.program);
    }

    /// Holds that this person says this next in a place, in several pieces of whole characters.
    ///
    /// # Panics
    /// If something else is shown, or one piece.
    #[track_caller]
    pub fn assert_shows_pieces(&mut self, place: &str, name: &str, text: &str) {
        let before = self.program.form(&self.name, place, Shown::Said(name, ""));
        let (mut told, mut pieces) = (String::new(), 0);
        while told.len() < text.len() {
            let line = self.read_line(place);
            let Some(piece) = line.strip_prefix(&before) else { panic!("{:?} shows {line:?}", self.program) };
            told.push_str(piece);
            pieces += 1;
        }
        assert!(told == text && pieces > 1, "{:?} shows {pieces} pieces: {told}", self.program);
    }

    /// Holds that all that was shown in a place was read.
    ///
    /// # Panics
    /// If there is more.
    #[track_caller]
    pub fn assert_shows_no_more(&self, place: &str) {
        let (path, shown) = self.shown(place);
        let read = self.read.get(&path).copied().unwrap_or_default();
        assert_eq!(shown[read..], [""; 0], "{:?}", self.program);
    }

    fn await_welcome(&mut self) {
        match (self.program, &mut self.running) {
            (IrcProgram::Irssi, Running::AtTerminal(terminal)) => drop(terminal.read_up_to("End of /MOTD")),
            (IrcProgram::Sic, _) => {
                self.read_up_to("", &format!("chinwag.local: >< 376 ({}): End of /MOTD command", self.name));
            }
            (IrcProgram::WeeChat, _) => self.read_up_to("", "--\tEnd of /MOTD command"),
            (IrcProgram::Ii | IrcProgram::Irssi, _) => self.read_up_to("", "End of /MOTD command"),
        }
        self.is_welcome = true;
    }

    fn read_up_to(&mut self, place: &str, line: &str) {
        while self.read_line(place) != line {}
    }

    /// Reads what is shown next in a place; without one, of the server.
    #[track_caller]
    fn read_line(&mut self, place: &str) -> String {
        let deadline = Instant::now() + DEADLINE;
        loop {
            let (path, shown) = self.shown(place);
            let read = self.read.entry(path).or_default();
            if let Some(line) = shown.get(*read) {
                *read += 1;
                return line.clone();
            }
            assert!(Instant::now() < deadline, "{:?} shows no more in {place:?} than {shown:#?}", self.program);
            thread::sleep(PAUSE);
        }
    }

    /// Returns all that was shown in a place so far, and the file in which it stands.
    fn shown(&self, place: &str) -> (PathBuf, Vec<String>) {
        let folder = &self.folder.0;
        let low = place.to_ascii_lowercase();
        let path = match self.program {
            IrcProgram::Sic => folder.join("out"),
            IrcProgram::Ii => ii_folder(folder, place).join("out"),
            IrcProgram::Irssi => folder.join("log").join(low),
            IrcProgram::WeeChat if place.is_empty() => {
                folder.join(format!("logs/irc.server.{WEECHAT_SERVER}.weechatlog"))
            }
            IrcProgram::WeeChat => folder.join(format!("logs/irc.{WEECHAT_SERVER}.{low}.weechatlog")),
        };
        let bytes = fs::read(&path).unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes);
        let whole = text.rfind('\n').map_or("", |end| &text[..end]);
        let lines = whole.split('\n').filter_map(|line| self.program.without_time(line)).collect();
        (path, lines)
    }

    /// Types a line in a place; without one, at the server.
    fn type_line(&mut self, place: &str, line: &str) {
        let folder = &self.folder.0;
        match (self.program, &mut self.running) {
            (_, Running::AtTerminal(terminal)) => {
                if place.starts_with('#') {
                    terminal.press(&format!("/window goto {place}\n"));
                }
                terminal.press(&format!("{line}\n"));
            }
            (IrcProgram::Sic | IrcProgram::Irssi, Running::Alone(child)) => {
                let mut typed = child.stdin.as_ref().expect("it was asked for");
                typed.write_all(format!("{line}\n").as_bytes()).expect("sic reads what is typed");
            }
            (IrcProgram::Ii, _) => {
                let path = ii_folder(folder, place).join("in");
                self.type_into(path, line);
            }
            (IrcProgram::WeeChat, _) => {
                let path = folder.join("fifo");
                let buffer = if place.is_empty() { "server" } else { WEECHAT_SERVER };
                let place = if place.is_empty() { WEECHAT_SERVER } else { place };
                self.type_into(path, &format!("irc.{buffer}.{place} *{line}"));
            }
        }
    }

    /// Types a line into a pipe with a name, which the client makes when it is ready for it.
    fn type_into(&mut self, path: PathBuf, line: &str) {
        let deadline = Instant::now() + DEADLINE;
        let pipe = self.typed.entry(path).or_insert_with_key(|path| {
            loop {
                // Who opens one that nobody reads would wait for ever.
                let nonblocking = OFlags::NONBLOCK.bits().cast_signed();
                match OpenOptions::new().write(true).custom_flags(nonblocking).open(path) {
                    Ok(pipe) => return pipe,
                    Err(error) => assert!(Instant::now() < deadline, "{}: {error}", path.display()),
                }
                thread::sleep(PAUSE);
            }
        });
        // At once, since ii takes no line in pieces.
        pipe.write_all(format!("{line}\n").as_bytes()).expect("the client reads what is typed");
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Self::Alone(child) = self {
            // It fails only if the process has ended.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

impl Folder {
    pub(crate) fn new() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("chinwag-irc-{}-{number}", std::process::id()));
        fs::create_dir_all(&folder).expect("there is room for files");
        Self(folder)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// Writes a file.
    pub(crate) fn write(&self, name: &str, text: &str) {
        fs::write(self.0.join(name), text).expect("there is room for files");
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Returns the folder in which ii has a place.
fn ii_folder(folder: &Path, place: &str) -> PathBuf {
    folder.join("127.0.0.1").join(place.to_ascii_lowercase())
}

/// Returns a configuration for irssi, in which it writes down what it shows.
fn irssi_config(name: &str, folder: &str) -> String {
    format!(
        r#"settings = {{
            core = {{
                real_name = "{name}"; user_name = "{name}"; nick = "{name}"; server_reconnect_time = "1sec";
            }};
            "irc/core" = {{ cmds_max_at_once = "1000"; cmd_queue_speed = "1msec"; }};
            "fe-common/core" = {{
                autolog = "yes"; autolog_path = "{folder}/log/$0"; autolog_level = "ALL";
                paste_verify_line_count = "0";
            }};
        }};"#
    )
}

//! Owns a program that comes by IRC without a person in front of it: the bots eggdrop and Sopel, which answer who
//! speaks to them, and the bouncer ZNC, which is there while its owner is not.
//!
//! Invariant: none of them outlives its owner. Whoever drops one kills it, and removes its folder. None runs as root,
//! which they refuse.

use std::fs::{self, Permissions};
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::irc_client::Folder;
use crate::proxy::free_port;
use crate::sockets::connect;

/// How long one may take until it has come: they look up names, and wait between lines.
pub const BOT_PATIENCE: Duration = Duration::from_secs(60);

/// How long to wait before it is looked again whether ZNC listens.
const PAUSE: Duration = Duration::from_millis(20);

/// Who runs them, if the tests run as root.
const NOBODY: [&str; 3] = ["--reuid=nobody", "--regid=nogroup", "--clear-groups"];

/// Tells the bots apart.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum BotProgram {
    /// It asks for no capabilities.
    Eggdrop,
    /// It asks for one after the other.
    Sopel,
}

/// Runs a bot in the main room. When it knows who is there it says `ready`: eggdrop needs some seconds for that. It
/// repeats behind `!echo` what is said to it, and tells of new names.
#[derive(Debug)]
pub struct IrcBot {
    _process: Process,
    _folder: Folder,
}

/// Runs a bouncer, whose owner is in the main room.
#[derive(Debug)]
pub struct Bouncer {
    addr: SocketAddr,
    _process: Process,
    _folder: Folder,
}

/// A process that ends with its owner.
#[derive(Debug)]
struct Process(Child);

impl BotProgram {
    /// All that there are.
    pub const ALL: [Self; 2] = [Self::Eggdrop, Self::Sopel];
}

impl IrcBot {
    /// Lets a bot of this name come.
    ///
    /// # Panics
    /// If there is no such program.
    #[must_use]
    pub fn start(program: BotProgram, name: &str, addr: SocketAddr) -> Self {
        let folder = open_folder();
        let home = folder.path().to_str().expect("its name is text");
        let (ip, port) = (addr.ip(), addr.port());
        let words = match program {
            BotProgram::Eggdrop => {
                folder.write("egg.conf", &eggdrop_config(name, addr));
                vec!["eggdrop".to_owned(), "-nm".to_owned(), "egg.conf".to_owned()]
            }
            BotProgram::Sopel => {
                fs::create_dir(folder.path().join("plugins")).expect("there is room for files");
                folder.write("plugins/echo.py", SOPEL_PLUGIN);
                let text = format!(
                    "[core]\nnick = {name}\nhost = {ip}\nport = {port}\nuse_ssl = false\nowner = nobody\nprefix = !\n\
                     channels = \"#main\"\nhomedir = {home}\nenable = echo\n"
                );
                folder.write("default.cfg", &text);
                let sopel = std::env::var("SOPEL").unwrap_or_else(|_| "sopel".to_owned());
                vec![sopel, "start".to_owned(), "-c".to_owned(), format!("{home}/default.cfg")]
            }
        };
        open_all(folder.path());
        Self { _process: Process::start(&words, &folder), _folder: folder }
    }
}

impl Bouncer {
    /// Lets somebody of this name be there by a bouncer.
    ///
    /// # Panics
    /// If there is none.
    #[must_use]
    pub fn start(name: &str, server: SocketAddr) -> Self {
        let folder = open_folder();
        let port = free_port();
        fs::create_dir(folder.path().join("configs")).expect("there is room for files");
        folder.write("configs/znc.conf", &znc_config(name, server, port));
        open_all(folder.path());
        let home = folder.path().to_str().expect("its name is text").to_owned();
        let process = Process::start(&["znc", "-f", "-d", &home].map(str::to_owned), &folder);
        let addr = SocketAddr::new(server.ip(), port);
        let deadline = Instant::now() + BOT_PATIENCE;
        while TcpStream::connect(addr).is_err() {
            assert!(Instant::now() < deadline, "the bouncer does not listen");
            thread::sleep(PAUSE);
        }
        Self { addr, _process: process, _folder: folder }
    }

    /// Connects as its owner does, with whatever client, and says who that is.
    ///
    /// # Panics
    /// If it can't be written to.
    #[must_use]
    pub fn connect(&self) -> BufReader<TcpStream> {
        let mut stream = connect(self.addr);
        stream.write_all(b"PASS owner/here:secret\r\nNICK owner\r\nUSER owner 0 * :owner\r\n").expect("it reads");
        BufReader::new(stream)
    }
}

/// Reads lines up to one that ends so, and returns that.
///
/// # Panics
/// If there is none.
pub fn read_up_to_end(reader: &mut BufReader<TcpStream>, end: &str) -> String {
    loop {
        let mut line = String::new();
        let len = reader.read_line(&mut line).expect("it is told");
        assert_ne!(len, 0, "nothing ends with {end:?}");
        if line.trim_end().ends_with(end) {
            return line.trim_end().to_owned();
        }
    }
}

impl Process {
    fn start(words: &[String], folder: &Folder) -> Self {
        let mut command = if rustix::process::getuid().is_root() {
            let mut command = Command::new("setpriv");
            command.args(NOBODY).args(words);
            command
        } else {
            let mut command = Command::new(&words[0]);
            command.args(&words[1..]);
            command
        };
        command.current_dir(folder.path()).env("HOME", folder.path()).env("LC_ALL", "C.UTF-8");
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        Self(child.unwrap_or_else(|error| {
            panic!("these tests need {}: {error} (on Debian: apt-get install eggdrop znc; pip install sopel)", words[0])
        }))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It fails only if the process has ended.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn open_folder() -> Folder {
    let folder = Folder::new();
    fs::set_permissions(folder.path(), Permissions::from_mode(0o777)).expect("it is ours");
    folder
}

/// Lets whoever runs the program write all that was made for it.
fn open_all(folder: &Path) {
    for entry in fs::read_dir(folder).expect("it is there") {
        let path = entry.expect("it is there").path();
        fs::set_permissions(&path, Permissions::from_mode(0o777)).expect("it is ours");
        if path.is_dir() {
            open_all(&path);
        }
    }
}

/// Returns a configuration in which it answers at once: else it sends a line in two seconds, and has much to ask first.
fn eggdrop_config(name: &str, addr: SocketAddr) -> String {
    let (ip, port) = (addr.ip(), addr.port());
    format!(
        r#"set mod-path "/usr/lib/eggdrop/modules/"
set help-path "/usr/share/eggdrop/help/"
set text-path "/usr/share/eggdrop/text/"
set username "bot"
set admin "nobody"
set network "chinwag"
set net-type 5
set nick "{name}"
set altnick "{name}-2"
set realname "a bot"
set userfile "egg.user"
set chanfile "egg.chan"
set nick-len 20
loadmodule blowfish
loadmodule channels
loadmodule server
loadmodule irc
set servers {{ {ip}:{port} }}
channel add #main
bind pub - !echo echo_there
bind msg - !echo echo_alone
bind nick - * renamed
proc echo_there {{nick uhost hand chan text}} {{ putnow "PRIVMSG $chan :$nick said $text" }}
proc echo_alone {{nick uhost hand text}} {{ putnow "PRIVMSG $nick :$nick said $text" }}
proc renamed {{nick uhost hand chan new}} {{ putnow "PRIVMSG $chan :$nick is $new now" }}
proc look {{}} {{ if {{[botonchan #main]}} {{ putnow "PRIVMSG #main :ready" }} else {{ utimer 1 look }} }}
utimer 1 look
"#
    )
}

const SOPEL_PLUGIN: &str = r"
from sopel import plugin

@plugin.command('echo')
def echo(bot, trigger):
    bot.say(f'{trigger.nick} said {trigger.group(2)}')

@plugin.event('JOIN')
@plugin.rule('.*')
def joined(bot, trigger):
    if trigger.nick == bot.nick:
        bot.say('ready')

@plugin.event('NICK')
@plugin.rule('.*')
def renamed(bot, trigger):
    bot.say(f'{trigger.nick} is {trigger} now', '#main')
";

fn znc_config(name: &str, server: SocketAddr, port: u16) -> String {
    let (ip, server_port) = (server.ip(), server.port());
    format!(
        "Version = 1.8.2\nConnectDelay = 1\nServerThrottle = 1\n\
         <Listener here>\nHost = {ip}\nPort = {port}\nIPv4 = true\nIPv6 = false\nSSL = false\n</Listener>\n\
         <User owner>\nPass = plain#secret\nAdmin = true\nNick = {name}\nAltNick = {name}-2\nIdent = {name}\n\
         RealName = {name}\nBuffer = 50\n\
         <Network here>\nServer = {ip} {server_port}\n<Chan #main>\n</Chan>\n</Network>\n</User>\n"
    )
}

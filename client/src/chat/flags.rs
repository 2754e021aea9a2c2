//! The flags of `chinwag chat`.

use std::path::PathBuf;

use argh::{ArgsInfo, FromArgs};
use chinwag_core::Name;

use super::colours::Colours;
use super::event::Mouse;
use super::link::Wanted;
use super::servers::Servers;
use super::state::{Bell, Choices, Shell};
use crate::address::{Address, host, place};
use crate::dial::Server;
use crate::flags::{FlagError, HOST, PORT, port};
use crate::password::Password;
use crate::tls::{Pin, Security, Tickets, pin};

/// Join the conversation. From or to a pipe it is a plain line client.
#[derive(Debug, FromArgs, ArgsInfo)]
#[argh(
    subcommand,
    name = "chat",
    help_triggers("-h", "--help"),
    note = "Keys: Enter sends; Tab completes a command or a name; Up and Down fetch what you have typed before; Page Up, Page Down, \
            Shift-Up, Shift-Down, Ctrl-Home and Ctrl-End scroll; Esc goes back to the newest; Ctrl-R sends again what was not sent when the connection was lost, and Esc drops it; F2 gives the mouse to the terminal, or \
            takes it back; Ctrl-L draws anew; Ctrl-Z goes back to the shell; Ctrl-C ends it. A line is edited as in a shell. Pasted lines \
            are said as they are, and none is a command. Who logs in, or was invited, is let in the next time by a pass: it is kept in \
            $XDG_STATE_HOME/chinwag/passes/HOST:PORT, or below ~/.local/state, in a file that only its user can read, with .tls behind it where it was given by TLS: by that alone it is shown then. /logout forgets it."
)]
pub(crate) struct ChatFlags {
    /// servers that are one chat, each by name or IP address, with its port or without: when one is gone, the next is
    /// tried (default: the one that --ip and --port say)
    #[argh(positional, arg_name = "HOST:PORT", from_str_fn(place))]
    servers: Vec<Address>,

    /// server, by name or IP address (default 127.0.0.1)
    #[argh(option, short = 'i', from_str_fn(host))]
    ip: Option<String>,

    /// port of the server (default 42069)
    #[argh(option, short = 'p', from_str_fn(port))]
    port: Option<u16>,

    /// speak TLS with the server; the roots of this system have to vouch for its certificate
    #[argh(switch)]
    tls: bool,

    /// speak TLS, and accept the certificate with this SHA-256 and no other, such as one that the server has made
    /// itself
    #[argh(option, from_str_fn(pin))]
    pin: Option<Pin>,

    /// file whose first line is the password, if the server asks for one (default: what CHINWAG_PASSWORD says)
    #[argh(option)]
    password_file: Option<PathBuf>,

    /// your name (default: the server gives you one)
    #[argh(option, from_str_fn(parse_name))]
    pub(super) name: Option<Name>,

    /// room to join (default main)
    #[argh(option, from_str_fn(parse_room))]
    pub(super) room: Option<Name>,

    /// file to which everything that is shown is appended
    #[argh(option)]
    pub(super) transcript: Option<PathBuf>,

    /// don't ring the bell when somebody says your name or writes to you alone
    #[argh(switch)]
    no_bell: bool,

    /// leave the mouse to the terminal, to select text; F2 changes it
    #[argh(switch)]
    no_mouse: bool,
}

impl ChatFlags {
    /// Returns where the servers are.
    fn addresses(&self) -> Vec<Address> {
        if !self.servers.is_empty() {
            return self.servers.clone();
        }
        let host = self.ip.clone().unwrap_or_else(|| HOST.to_owned());
        vec![Address { host, port: self.port.unwrap_or(PORT) }]
    }

    fn password(&self) -> anyhow::Result<Option<Password>> {
        Password::given(self.password_file.as_deref())
    }

    /// Returns where the servers are, and how they are spoken to.
    ///
    /// # Errors
    ///
    /// Nothing says which servers are to be trusted, there is no password in the file that is to have it, or one server
    /// is given as well as several.
    pub(super) fn servers(&self) -> anyhow::Result<Servers> {
        if !self.servers.is_empty() && (self.ip.is_some() || self.port.is_some()) {
            let takes = "is for one server: give all of them as HOST:PORT, or none";
            return Err(FlagError::new(if self.ip.is_some() { "--ip" } else { "--port" }, takes).into());
        }
        let is_secured = self.tls || self.pin.is_some();
        let security = is_secured.then(|| Security::new(self.pin, Tickets::Kept)).transpose()?;
        let password = self.password()?;
        let server = |address| Server { address, security: security.clone(), password: password.clone() };
        Ok(Servers::new(self.addresses().into_iter().map(server).collect()))
    }

    /// Returns what the user chose for the screen, at this server.
    pub(super) fn choices(&self, server: &Server) -> Choices {
        Choices {
            password: server.password.clone(),
            address: server.address.clone(),
            encrypted: self.encrypted(),
            wanted: Wanted { name: self.name.clone(), room: self.room.clone() },
            colours: Colours::from_environment(),
            bell: if self.no_bell { Bell::Silent } else { Bell::Rings },
            mouse: if self.no_mouse { Mouse::Selects } else { Mouse::Scrolls },
            shell: Shell::of_this_process(),
        }
    }

    /// Returns what holds of each connection that is made by TLS.
    fn encrypted(&self) -> Option<String> {
        let whose = match self.pin {
            Some(_) => "the one that --pin asks for".to_owned(),
            None if self.tls => {
                let hosts: Vec<_> = self.addresses().into_iter().map(|address| address.host).collect();
                format!("one for {} that this system trusts", hosts.join(" or "))
            }
            None => return None,
        };
        Some(format!("Encrypted: the server's certificate is {whose}"))
    }

    /// Returns the lines that ask for the name and the room.
    pub(super) fn opening(&self) -> Vec<String> {
        let name = self.name.iter().map(|name| format!("/name {name}"));
        name.chain(self.room.iter().map(|room| format!("/join {room}"))).collect()
    }
}

fn parse_name(value: &str) -> Result<Name, String> {
    Name::parse(value).ok_or_else(|| takes(Name::CHARS_MAX))
}

fn parse_room(value: &str) -> Result<Name, String> {
    Name::parse_room(value).ok_or_else(|| takes(Name::ROOM_CHARS_MAX))
}

fn takes(max: usize) -> String {
    format!("takes {} to {max} letters, digits, - or _", Name::CHARS_MIN)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(args: &[&str]) -> Result<ChatFlags, String> {
        ChatFlags::from_args(&["chat"], args).map_err(|exit| exit.output)
    }

    #[test]
    fn without_flags_the_server_is_on_this_machine() {
        let flags = parse(&[]).expect("every flag has a default");
        assert_eq!(flags.addresses().iter().map(Address::to_string).collect::<Vec<_>>(), ["127.0.0.1:42069"]);
        assert_eq!((flags.name, flags.room, flags.transcript), (None, None, None));
    }

    #[test]
    fn servers_that_are_one_chat_are_given_one_after_the_other() {
        let flags = parse(&["a.example", "b.example:7000", "[::1]:1", "::2"]).expect("they are addresses");
        let shown: Vec<_> = flags.addresses().iter().map(Address::to_string).collect();
        assert_eq!(shown, ["a.example:42069", "b.example:7000", "[::1]:1", "[::2]:42069"]);
        let both = parse(&["a.example", "--port", "7"]).expect("each is right").servers().expect_err("one is too many");
        assert!(both.to_string().contains("--port is for one server"), "{both}");
        for wrong in ["", "a.example:0", "a.example:x", "a b", "[::1]x"] {
            assert!(parse(&[wrong]).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn a_connection_by_tls_is_said_to_be_encrypted_and_with_whose_certificate() {
        let pin = "AB".repeat(32);
        let (trusted, pinned) = ("one for chat.example that this system trusts", "the one that --pin asks for");
        for (args, whose) in [
            (&["--ip", "chat.example"][..], None),
            (&["--ip", "chat.example", "--tls"], Some(trusted)),
            (&["chat.example:7", "--tls"], Some(trusted)),
            (&["--pin", &pin], Some(pinned)),
            (&["--ip", "chat.example", "--tls", "--pin", &pin], Some(pinned)),
        ] {
            let told = whose.map(|whose| format!("Encrypted: the server's certificate is {whose}"));
            assert_eq!(parse(args).expect("they are right").encrypted(), told);
        }
    }

    #[test]
    fn a_bad_value_names_the_flag_and_what_it_takes() {
        let cases = [
            ("--ip", "localhost:42069", "takes the name of a host or an IP address"),
            ("--port", "0", "takes a number from 1 to 65535"),
            ("--pin", "AB:CD", "takes the SHA-256 of a certificate: 64 digits, colons between or not"),
            ("--name", "Zoë", "takes 2 to 20 letters, digits, - or _"),
            ("--room", "a room", "takes 2 to 32 letters, digits, - or _"),
        ];
        for (flag, value, takes) in cases {
            let error = parse(&[flag, value]).expect_err(value);
            assert!(error.contains(flag) && error.contains(takes), "{error}");
        }
    }
}

//! The least that `chinwag load` takes for a server: `/join`, and every other line to the whole room.

use std::collections::HashMap;
use std::io::{self, BufRead, BufReader, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// How the server behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Manners {
    /// Everything reaches everyone.
    Good,
    /// The second member of a room gets a notice in place of every tenth message.
    Drops,
    /// It closes whatever connects, after the first line.
    HangsUp,
}

#[derive(Default)]
struct Room {
    members: Vec<TcpStream>,
    messages: u64,
}

type Rooms = Arc<Mutex<HashMap<String, Room>>>;

/// Starts a server on a free port; it lives as long as the test process.
pub(crate) fn serve(manners: Manners) -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    let address = listener.local_addr().expect("it is bound");
    let rooms = Rooms::default();
    thread::spawn(move || {
        for socket in listener.incoming() {
            let Ok(socket) = socket else { return };
            let rooms = Arc::clone(&rooms);
            // Its end is the end of the connection, whichever side ended it.
            thread::spawn(move || attend(socket, manners, &rooms));
        }
    });
    address
}

fn attend(mut socket: TcpStream, manners: Manners, rooms: &Rooms) -> io::Result<()> {
    socket.write_all(b"Server commands\n  /join {room} - go there\nYou are Ann\nYou joined main\n")?;
    let mut here = String::new();
    for line in BufReader::new(socket.try_clone()?).lines() {
        let line = line?;
        let mut rooms = rooms.lock().expect("no attendant panics");
        if manners == Manners::HangsUp {
            return Ok(());
        } else if let Some(room) = line.strip_prefix("/join ") {
            here = room.to_owned();
            socket.write_all(format!("You joined {room}\n").as_bytes())?;
            rooms.entry(here.clone()).or_default().members.push(socket.try_clone()?);
        } else if let Some(room) = rooms.get_mut(&here) {
            room.say(&line, manners)?;
        }
    }
    Ok(())
}

impl Room {
    fn say(&mut self, text: &str, manners: Manners) -> io::Result<()> {
        self.messages += 1;
        let drops = manners == Manners::Drops && self.messages.is_multiple_of(10);
        let notice = "Server is very busy and dropped 1 messages, sorry!\n".to_owned();
        for (index, member) in self.members.iter_mut().enumerate() {
            let line = if drops && index == 1 { notice.clone() } else { format!("Ann: {text}\n") };
            member.write_all(line.as_bytes())?;
        }
        Ok(())
    }
}

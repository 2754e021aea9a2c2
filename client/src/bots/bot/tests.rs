//! Servers that let nobody in, and what a bot takes for something that is said to it.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpStream};
use std::thread;

use async_io::Async;

use super::*;
use crate::dial::tests::connected;

/// Returns a connection, and the server's end of it.
fn connection() -> (Stream, TcpStream) {
    let (bot, server) = connected();
    (Stream::plain(Async::new(bot).expect("it can be waited for")), server)
}

fn refusal(stream: Stream, admission: Duration) -> String {
    let address = &Address { host: "127.0.0.1".to_owned(), port: 42069 };
    let enter = Bot::enter(stream, address, "Ada", "main", Slot { room: 0, slot: 0 });
    async_io::block_on(in_time(admission, address, enter)).expect_err("it is not let in").to_string()
}

#[test]
fn a_server_that_is_full_is_quoted_even_where_nothing_can_be_sent() {
    let (bot, mut server) = connection();
    server.write_all(b"Server is full\n").expect("the line fits");
    drop(server);
    bot.socket().shutdown(Shutdown::Write).expect("it is open");
    assert_eq!(refusal(bot, ADMISSION), "127.0.0.1:42069 does not let a bot in; it said: Server is full");
}

#[test]
fn a_server_that_is_gone_before_it_has_read_everything_is_quoted() {
    let (bot, mut server) = connection();
    let host = thread::spawn(move || {
        // Closed while the rest of the line is unread, the connection is reset.
        server.read_exact(&mut [0]).expect("a name is asked for");
        server.write_all(b"Server is full\n").expect("the line fits");
    });
    assert_eq!(refusal(bot, ADMISSION), "127.0.0.1:42069 does not let a bot in; it said: Server is full");
    host.join().expect("it has done its part");
}

#[test]
fn a_server_that_says_nothing_is_given_up() {
    let (bot, _server) = connection();
    assert_eq!(refusal(bot, Duration::ZERO), "127.0.0.1:42069 does not let a bot in: no answer within 30 seconds");
}

#[test]
fn a_bot_answers_who_says_its_name_and_to_nothing_else() {
    let lines = [
        ("Ann: hi Ada", true),
        ("Ann: hi", false),
        ("Ada: I am Ada", false),
        ("* Ann waves at Ada", false),
        ("Ann (to you): hi Ada", false),
        ("You (to Ann): hi, it is Ada", false),
        ("[just now] Ann: hi Ada", false),
        ("[just now] Ada: hi Ada", false),
        ("* Ada hi Ada", false),
        ("[just now] * Ann waves at Ada", false),
        ("Topic - Ada", false),
        ("Ann set the topic: Ada", false),
        ("You ignore Ada", false),
        ("Ignored - Ada", false),
        ("There is nobody called Ada", false),
    ];
    for (line, answers) in lines {
        let slot = Slot { room: 0, slot: 0 };
        let mut ledger = Ledger::new(&[1]);
        ledger.name(slot, "Ada");
        ledger.on_said(slot, "hi Ada", Duration::ZERO);
        let stage = Stage {
            start: Instant::now(),
            ledger: RefCell::new(ledger),
            open: Cell::new(true),
            talking: Cell::new(1),
            lost: RefCell::new(Vec::new()),
        };
        let (stream, lines) = (connection().0, Lines::default());
        let mut bot = Bot { stream, lines, name: "Ada".to_owned(), slot, answers: 0, answer_at: None };
        bot.hear(&stage, format!("{line}\n").as_bytes());
        assert_eq!(bot.answer_at.is_some(), answers, "{line}");
        assert_eq!(stage.ledger.borrow().totals().received, 0, "{line}");
    }
}

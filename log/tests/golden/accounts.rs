//! What is written of accounts.

use chinwag_core::admission::Passphrase;
use chinwag_core::log::{Accounts, Command, Event, Snapshot, WasState};
use chinwag_core::ops::{Arrival, GivenBy, Handed, HubState, Input, Waiting};
use chinwag_core::{ConnectionId, Identity, LogIn, LogsIn, Notice, Purpose, Stage};
use chinwag_log::Entry;

use super::recording::hub;
use super::{commanded, name, record, seconds, snapshot};

/// What each kind is, and what is written of it.
pub(super) fn golden() -> Vec<(Entry, &'static [u8])> {
    let accounts = || Accounts { gone: vec![name("Cid")], made: vec![name("Ann"), name("bob")], ..Accounts::default() };
    let demoted = Accounts { demoted: vec![name("Dan")], ..Accounts::default() };
    let input = |handed| Entry::Input(Input { at: seconds(1), handed });
    let known = Snapshot { accounts: vec![name("Ann"), name("bob")], ..snapshot() };
    let step = |purpose, stage, is_hidden| {
        Notice::LogIn(Box::new(LogIn { account: name("Ann"), purpose, stage, is_hidden })).into()
    };
    let steps = vec![
        step(Purpose::LogIn, Stage::Wanted, true),
        step(Purpose::Operate, Stage::Without, false),
        step(Purpose::LogIn, Stage::Unsafe, false),
        step(Purpose::LogIn, Stage::Elsewhere, false),
        step(Purpose::LogIn, Stage::CalledOff, false),
        step(Purpose::LogIn, Stage::Given(Passphrase::new("****")), true),
    ];
    let asked = Handed::Asked { connection: ConnectionId::new(0, 3, 17), requests: steps };
    let account = Some(name("Ann"));
    let arrival = Arrival { logs_in: LogsIn::Safely, account: account.clone(), ..Arrival::default() };
    let mut member = snapshot();
    member.people[0].account = account.clone();
    member.was = vec![WasState { name: name("Ann"), identity: Identity::of_account(account.as_ref()), time_ms: 5 }];
    let mut exposed: HubState = hub();
    exposed.connections[0].is_exposed = true;
    let waits = |by| Some(Waiting { given_by: Some(by), ..Waiting::default() });
    exposed.connections[0].waiting = waits(GivenBy::LogIn);
    exposed.connections[1].waiting = waits(GivenBy::Pass);
    let mut operator = snapshot();
    (operator.people[0].is_server_operator, operator.people[0].operator_by) = (true, Some(name("Root")));
    vec![
        (commanded(Command::Empower(Some(name("Bob")))), b"\x08\x01\"\x16\x08\x80\x94\xeb\xdc\x03\x1a\x0e\n\x04\x10\x03\x18\x11\x9a\x01\x05\n\x03Bob"),
        (Entry::Snapshot(operator), OPERATOR),
        (commanded(Command::LogIn(name("Ann"))), b"\x08\x01\"\x14\x08\x80\x94\xeb\xdc\x03\x1a\x0c\n\x04\x10\x03\x18\x11\xa2\x01\x03Ann"),
        (commanded(Command::LogOut), b"\x08\x01\"\x11\x08\x80\x94\xeb\xdc\x03\x1a\t\n\x04\x10\x03\x18\x11\xaa\x01\x00"),
        (input(asked), b"\x08\x03:`\x08\x80\x94\xeb\xdc\x03\x12X\n\x04\x10\x03\x18\x11\x12\x0b:\tJ\x07\n\x03Ann \x01\x12\r:\x0bJ\t\n\x03Ann\x10\x01\x18\x01\x12\x0b:\tJ\x07\n\x03Ann\x18\x02\x12\x0b:\tJ\x07\n\x03Ann\x18\x03\x12\x0b:\tJ\x07\n\x03Ann\x18\x04\x12\r:\x0bJ\t\n\x03Ann \x01(\x04"),
        (input(Handed::Opened(arrival)), b"\x08\x03:\x0f\x08\x80\x94\xeb\xdc\x03\x1a\x07(\x022\x03Ann"),
        (Entry::Snapshot(member), b"\x08\x01\x1a\x8e\x01\x08\x80\xa8\xd6\xb9\x07\x10\t\x18\xac\x02 \x03(\x012\t\x12\x04main\x18\xc8\x012\x17\x08\x02\x12\x05Pizza\x18d\"\n\x08\x02\x10\x01\x18\x80\xb4\xc4\xc3!:\x02\x03\x01B\x12\n\x04\x10\x03\x18\x11\x12\x03Ann\x18\x02r\x03AnnB\x10\n\x04\x10\x04\x18\x02\x12\x03Bob\x18\x02\"\x01\x00B\x10\n\x05\x08\x07\x18\xac\x02\x12\x07Guest-1J\r\n\x05\x08\x07\x18\xac\x02\x10\x80\xbc\xc1\x96\x0bR\x0e\n\x03Ann\x12\x05\"\x03Ann\x18\x05"),
        (Entry::Hub(Box::new(exposed)), b"\x08\x032\xf8\x01\ny\x08\x80\xa8\xd6\xb9\x07\x10\t\x18\xac\x02 \x03(\x012\t\x12\x04main\x18\xc8\x012\x17\x08\x02\x12\x05Pizza\x18d\"\n\x08\x02\x10\x01\x18\x80\xb4\xc4\xc3!:\x02\x03\x01B\r\n\x04\x10\x03\x18\x11\x12\x03Ann\x18\x02B\x10\n\x04\x10\x04\x18\x02\x12\x03Bob\x18\x02\"\x01\x00B\x10\n\x05\x08\x07\x18\xac\x02\x12\x07Guest-1J\r\n\x05\x08\x07\x18\xac\x02\x10\x80\xbc\xc1\x96\x0b\x18\x12\"\x1c\n\x04\x10\x02\x18\t\x10\x02\x18\n\"\x020\x04*\n\x12\x08:a 1 b\r\n0\x01\"1\n\x04\x10\x03\x18\x11\x10\x01\x18\x02\"\x020\x01*!\n\x1f\n\x04main\x12\x15\n\x03Bob\x12\x02hi\x18\x01 \x80\x94\xeb\xdc\x03(\x050\x07\x18\x01*\x02\x01\x002\"\n\x04\x10\x02\x18\t\x10\x80\xb0\x9d\xc2\xdf\x01\x1a\x03Cid\"\n\n\x01c\x12\x05Cid C(\x040\x018\x03"),
        (record(Event::Accounts(Box::default())), b"\x08\x01\"\x08\x08\x80\x94\xeb\xdc\x03R\x00"),
        (
            record(Event::Accounts(Box::new(accounts()))),
            b"\x08\x01\"\x17\x08\x80\x94\xeb\xdc\x03R\x0f\n\x03Ann\n\x03bob\x12\x03Cid",
        ),
        (record(Event::Accounts(Box::new(demoted))), b"\x08\x01\"\r\x08\x80\x94\xeb\xdc\x03R\x05\x1a\x03Dan"),
        (
            input(Handed::Accounts(accounts())),
            b"\x08\x03:\x17\x08\x80\x94\xeb\xdc\x03j\x0f\n\x03Ann\n\x03bob\x12\x03Cid",
        ),
        (Entry::Snapshot(known), KNOWN),
    ]
}

const OPERATOR: &[u8] = b"\x08\x01\x1a\x81\x01\
    \x08\x80\xa8\xd6\xb9\x07\x10\t\x18\xac\x02 \x03(\x01\
    2\t\x12\x04main\x18\xc8\x01\
    2\x17\x08\x02\x12\x05Pizza\x18d\"\n\x08\x02\x10\x01\x18\x80\xb4\xc4\xc3!\
    :\x02\x03\x01\
    B\x15\n\x04\x10\x03\x18\x11\x12\x03Ann\x18\x02`\x01z\x04Root\
    B\x10\n\x04\x10\x04\x18\x02\x12\x03Bob\x18\x02\"\x01\x00\
    B\x10\n\x05\x08\x07\x18\xac\x02\x12\x07Guest-1\
    J\r\n\x05\x08\x07\x18\xac\x02\x10\x80\xbc\xc1\x96\x0b";

const KNOWN: &[u8] = b"\x08\x01\x1a\x83\x01\
    \x08\x80\xa8\xd6\xb9\x07\x10\t\x18\xac\x02 \x03(\x01\
    2\t\x12\x04main\x18\xc8\x01\
    2\x17\x08\x02\x12\x05Pizza\x18d\"\n\x08\x02\x10\x01\x18\x80\xb4\xc4\xc3!\
    :\x02\x03\x01\
    B\r\n\x04\x10\x03\x18\x11\x12\x03Ann\x18\x02\
    B\x10\n\x04\x10\x04\x18\x02\x12\x03Bob\x18\x02\"\x01\x00\
    B\x10\n\x05\x08\x07\x18\xac\x02\x12\x07Guest-1\
    J\r\n\x05\x08\x07\x18\xac\x02\x10\x80\xbc\xc1\x96\x0b\
    b\x03Annb\x03bob";

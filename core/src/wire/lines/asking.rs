//! Owns how a password is asked for by lines.
//!
//! A terminal shows what is typed, and only telnet can be told not to: that the server will echo is taken there as a
//! promise that it does, and so nothing is shown (RFC 857).

use bytes::{BufMut as _, Bytes, BytesMut};

use super::telnet::{ECHO, IAC, WILL, WONT};
use crate::dialect::{Dialect, LineEnd};
use crate::wire::asking::{ASKED, Asking, LATE, PASS};

/// Returns what is said of a password.
pub(super) fn ask(asking: &Asking, dialect: Dialect) -> Bytes {
    let is_telnet = dialect == Dialect::Telnet;
    let end = match LineEnd::of(dialect) {
        LineEnd::Lf => "\n",
        LineEnd::CrLf => "\r\n",
    };
    let mut out = BytesMut::new();
    // What ended the line of a password that was not shown was not shown either.
    if is_telnet && is_told_of(asking) {
        out.put_slice(end.as_bytes());
    }
    let text = match asking {
        Asking::First(_) => format!("{ASKED}{end}"),
        Asking::Again(_, denial) => format!("{denial}{end}{ASKED}{end}"),
        Asking::Last(denial) => format!("{denial}{end}"),
        Asking::Late => format!("{LATE}{end}"),
        Asking::Pass(pass, _) => format!("{PASS} {}{end}", pass.as_str()),
        Asking::Hide | Asking::Welcome => String::new(),
    };
    out.put_slice(text.as_bytes());
    match asking {
        Asking::Hide if is_telnet => out.put_slice(&[IAC, WILL, ECHO]),
        Asking::Last(_) | Asking::Late | Asking::Welcome | Asking::Pass(..) if is_telnet => {
            out.put_slice(&[IAC, WONT, ECHO])
        }
        Asking::First(_) | Asking::Hide | Asking::Again(..) => {}
        Asking::Last(_) | Asking::Late | Asking::Welcome | Asking::Pass(..) => {}
    }
    out.freeze()
}

/// Tells whether this is said of something that was typed.
const fn is_told_of(asking: &Asking) -> bool {
    match asking {
        Asking::Again(..) | Asking::Last(_) | Asking::Late | Asking::Welcome | Asking::Pass(..) => true,
        Asking::First(_) | Asking::Hide => false,
    }
}

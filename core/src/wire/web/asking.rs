//! Owns how a password is asked for by frames: the next message is taken for it, whatever it says.

use bytes::{BufMut as _, Bytes, BytesMut};

use super::frame::{CLOSE, TEXT, begin_frame, end_frame};
use super::json::Object;
use crate::close_code::CloseCode;
use crate::wire::asking::{Asking, LATE, Wanted};

/// Returns what is said of a password.
pub(super) fn ask(asking: &Asking) -> Bytes {
    let mut out = BytesMut::new();
    match asking {
        Asking::First(wanted) => tell(&mut out, |out| asked(out, *wanted).end()),
        Asking::Again(wanted, denial) => {
            tell(&mut out, |out| asked(out, *wanted).text("text", &denial.to_string()).end());
        }
        Asking::Last(denial) => {
            tell(&mut out, |out| Object::begin(out, "not-let-in").text("text", &denial.to_string()).end());
            close(&mut out);
        }
        Asking::Late => {
            tell(&mut out, |out| Object::begin(out, "not-let-in").text("text", LATE).end());
            close(&mut out);
        }
        Asking::Pass(pass, account) => tell(&mut out, |out| {
            let told = Object::begin(out, "pass").text("pass", pass.as_str());
            match account {
                Some(account) => told.name("account", account).end(),
                None => told.end(),
            }
        }),
        Asking::Hide | Asking::Welcome => {}
    }
    out.freeze()
}

fn asked(out: &mut BytesMut, wanted: Wanted) -> Object<'_> {
    let asked = Object::begin(out, "password");
    match wanted {
        Wanted::Password => asked,
        Wanted::PasswordOrAccount => asked.truth("accounts", true),
        Wanted::Account => asked.truth("accounts", true).truth("open", true),
    }
}

fn tell(out: &mut BytesMut, put: impl FnOnce(&mut BytesMut)) {
    let start = begin_frame(TEXT, out);
    put(out);
    end_frame(start, out);
}

fn close(out: &mut BytesMut) {
    let start = begin_frame(CLOSE, out);
    out.put_u16(CloseCode::NOT_LET_IN.number());
    end_frame(start, out);
}

//! Owns how a password is asked for by frames: the next message is taken for it, whatever it says.

use bytes::{BufMut as _, Bytes, BytesMut};

use super::frame::{CLOSE, TEXT, begin_frame, end_frame};
use super::json::Object;
use crate::close_code::CloseCode;
use crate::password::Denial;
use crate::wire::asking::{Asking, LATE};

/// Returns what is said of a password.
pub(super) fn ask(asking: &Asking) -> Bytes {
    let mut out = BytesMut::new();
    match asking {
        Asking::First => tell(&mut out, |out| Object::begin(out, "password").end()),
        Asking::Again(denial) => tell(&mut out, |out| again(out, *denial)),
        Asking::Last(denial) => {
            tell(&mut out, |out| Object::begin(out, "not-let-in").text("text", &denial.to_string()).end());
            close(&mut out);
        }
        Asking::Late => {
            tell(&mut out, |out| Object::begin(out, "not-let-in").text("text", LATE).end());
            close(&mut out);
        }
        Asking::Welcome(Some(pass)) => {
            tell(&mut out, |out| Object::begin(out, "pass").text("pass", pass.as_str()).end())
        }
        Asking::Hide | Asking::Welcome(None) => {}
    }
    out.freeze()
}

fn again(out: &mut BytesMut, denial: Denial) {
    Object::begin(out, "password").text("text", &denial.to_string()).end();
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

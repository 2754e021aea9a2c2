//! Owns how it is shown what somebody was sent: lines as they are, of browsers what stands in each frame.

use std::io::Write;
use std::path::Path;

use chinwag_core::Form;
use chinwag_recording::{Heard, Until, sent_to};

/// Writes what everybody was sent who was called this.
///
/// # Errors
/// Nobody was, the recording can't be run, or nobody takes what is written.
pub(super) fn show(folder: &Path, until: Until, name: &str, out: &mut impl Write) -> anyhow::Result<()> {
    let heard = sent_to(folder, until, name)?;
    anyhow::ensure!(!heard.is_empty(), "nobody was called {name}");
    let is_one = heard.len() == 1;
    for Heard { connection, form, bytes } in heard {
        if !is_one {
            writeln!(out, "== {connection}")?;
        }
        match form {
            Form::Lines | Form::Irc => out.write_all(&bytes)?,
            Form::Web => out.write_all(&frames(&bytes))?,
        }
    }
    Ok(())
}

/// Returns what stands in each frame, as a line; of frames that are no text only what they are (RFC 6455, section 5.2).
fn frames(mut bytes: &[u8]) -> Vec<u8> {
    let mut lines = Vec::new();
    while let Some((opcode, payload, rest)) = frame(bytes) {
        match opcode {
            1 => lines.extend_from_slice(payload),
            8 => lines.extend_from_slice(b"(close)"),
            9 => lines.extend_from_slice(b"(ping)"),
            10 => lines.extend_from_slice(b"(pong)"),
            _ => lines.extend_from_slice(b"(frame)"),
        }
        lines.push(b'\n');
        bytes = rest;
    }
    lines
}

/// Takes the first frame: what kind it is, what stands in it, and what is behind it.
fn frame(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&[first, second], rest) = bytes.split_first_chunk()?;
    let (len, rest) = match second {
        127 => rest.split_first_chunk().map(|(len, rest)| (u64::from_be_bytes(*len), rest))?,
        126 => rest.split_first_chunk().map(|(len, rest)| (u16::from_be_bytes(*len).into(), rest))?,
        len => (len.into(), rest),
    };
    let (payload, rest) = rest.split_at_checked(usize::try_from(len).ok()?)?;
    Some((first & 0xf, payload, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_is_shown_as_a_line_of_what_stands_in_it() {
        let long = "x".repeat(300);
        let mut bytes = b"\x81\x02hi\x89\0\x81\x7e\x01\x2c".to_vec();
        bytes.extend_from_slice(long.as_bytes());
        bytes.extend_from_slice(b"\x88\x02\x03\xe8\x81\x09cut");
        assert_eq!(frames(&bytes), format!("hi\n(ping)\n{long}\n(close)\n").into_bytes());
    }
}

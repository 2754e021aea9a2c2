//! Owns the frames that are sent: unmasked, whole, and with their length at their head (RFC 6455, section 5.2).

use bytes::{BufMut as _, BytesMut};

/// The last frame of a message, which all of ours are.
const FIN: u8 = 0x80;

/// The kinds of frames (RFC 6455, section 5.2).
pub(crate) const TEXT: u8 = 1;
pub(crate) const CLOSE: u8 = 8;
pub(crate) const PING: u8 = 9;
pub(crate) const PONG: u8 = 10;

/// From which length on it stands in two bytes of its own.
const SHORT_BYTES: usize = 126;

/// Begins a frame, and returns where.
pub(crate) fn begin_frame(kind: u8, out: &mut BytesMut) -> usize {
    let start = out.len();
    out.put_slice(&[FIN | kind, 0, 0, 0]);
    start
}

/// Ends a frame: says in its head how long it is.
pub(crate) fn end_frame(start: usize, out: &mut BytesMut) {
    let len = out.len() - start - 4;
    if len < SHORT_BYTES {
        out[start + 1] = u8::try_from(len).expect("it was just compared");
        out.copy_within(start + 4.., start + 2);
        out.truncate(start + 2 + len);
    } else if let Ok(len) = u16::try_from(len) {
        out[start + 1] = 126;
        out[start + 2..start + 4].copy_from_slice(&len.to_be_bytes());
    } else {
        // No line that a session lets pass has so much, and no list and no help; whoever makes requests by themselves
        // may ask for more.
        out.put_bytes(0, 6);
        out.copy_within(start + 4..start + 4 + len, start + 10);
        out[start + 1] = 127;
        out[start + 2..start + 10].copy_from_slice(&(len as u64).to_be_bytes());
    }
}

//! Owns a second reading of RFC 6455: what the frames of either side say, told without the library that the core leaves
//! it to.

/// Reads frames as they come.
#[derive(Clone, Debug)]
pub struct Frames {
    /// Those of a client are masked, those of a server are not.
    are_masked: bool,
    /// The most bytes of a message.
    bytes_max: usize,
    input: Vec<u8>,
    /// What has come of a message in several parts, and whether it is text.
    message: Option<(bool, Vec<u8>)>,
    is_over: bool,
}

/// Tells what a frame says, or what several say together.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Framed {
    /// A message.
    Text(String),
    /// A question whether somebody is there.
    Ping(Vec<u8>),
    /// An answer to that.
    Pong(Vec<u8>),
    /// A wish to close, and the code to close with: its own, unless that is one that nobody may send.
    Close(u16),
    /// A breach of the rules, and the code to close with.
    Fault(u16),
}

struct Frame {
    first: u8,
    is_masked: bool,
    payload: Vec<u8>,
}

impl Frames {
    /// Starts to read what a client sends, or a server.
    #[must_use]
    pub const fn new(are_masked: bool, bytes_max: usize) -> Self {
        Self { are_masked, bytes_max, input: Vec::new(), message: None, is_over: false }
    }

    /// Takes what has come.
    pub fn receive(&mut self, bytes: &[u8]) {
        self.input.extend_from_slice(bytes);
    }

    /// Tells whether nothing has come of a frame that has not come as a whole.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.input.is_empty()
    }

    /// Returns what comes next; after a wish to close or a breach nothing does.
    pub fn read(&mut self) -> Option<Framed> {
        while !self.is_over {
            let framed = match self.next_frame() {
                Ok(Some(frame)) => self.hear(&frame),
                Ok(None) => return None,
                Err(code) => Err(code),
            };
            let framed = framed.unwrap_or_else(|code| Some(Framed::Fault(code)));
            self.is_over = matches!(framed, Some(Framed::Close(_) | Framed::Fault(_)));
            if framed.is_some() {
                return framed;
            }
        }
        None
    }

    /// Takes the next frame, if it is here, or the code for one that is not waited for.
    fn next_frame(&mut self) -> Result<Option<Frame>, u16> {
        let [first, second, rest @ ..] = &self.input[..] else { return Ok(None) };
        let is_masked = second & 0x80 != 0;
        let (len_bytes, least) = match second & 0x7f {
            126 => (2, 126),
            127 => (8, 1 << 16),
            _ => (0, 0),
        };
        let mask_bytes = if is_masked { 4 } else { 0 };
        if rest.len() < len_bytes + mask_bytes {
            return Ok(None);
        }
        let (len, rest) = rest.split_at(len_bytes);
        let (mask, rest) = rest.split_at(mask_bytes);
        let big_endian = len.iter().fold(0, |sum, &byte| sum << 8 | u64::from(byte));
        let len = if len_bytes == 0 { u64::from(second & 0x7f) } else { big_endian };
        if len < least || !matches!(first & 0xf, 0..=2 | 8..=10) || first & 8 != 0 && len > 125 {
            return Err(1002);
        }
        let Some(len) = usize::try_from(len).ok().filter(|&len| len <= self.bytes_max) else { return Err(1009) };
        let Some(payload) = rest.get(..len) else { return Ok(None) };
        let mask = if is_masked { mask } else { &[0; 4] };
        let payload = payload.iter().zip(mask.iter().cycle()).map(|(byte, mask)| byte ^ mask).collect();
        let first = *first;
        self.input.drain(..2 + len_bytes + mask_bytes + len);
        Ok(Some(Frame { first, is_masked, payload }))
    }

    /// Takes a frame for what it says, or for the code to close with. What has come of a message is kept.
    fn hear(&mut self, frame: &Frame) -> Result<Option<Framed>, u16> {
        let (is_final, kind) = (frame.first & 0x80 != 0, frame.first & 0xf);
        if frame.is_masked != self.are_masked || frame.first & 0x70 != 0 || kind >= 8 && !is_final {
            return Err(1002);
        }
        match (kind, &self.message) {
            (8, _) => return close(&frame.payload).map(Some),
            (9, _) => return Ok(Some(Framed::Ping(frame.payload.clone()))),
            (10, _) => return Ok(Some(Framed::Pong(frame.payload.clone()))),
            (0, Some(_)) => {}
            (1 | 2, None) => self.message = Some((kind == 1, Vec::new())),
            _ => return Err(1002),
        }
        let (is_text, payload) = self.message.as_mut().ok_or(1002_u16)?;
        payload.extend(&frame.payload);
        if payload.len() > self.bytes_max {
            return Err(1009);
        }
        match (std::str::from_utf8(payload), *is_text, is_final) {
            (_, false, true) => Err(1003),
            (Err(error), true, _) if is_final || error.error_len().is_some() => Err(1007),
            (Ok(text), true, true) => {
                let text = text.to_owned();
                self.message = None;
                Ok(Some(Framed::Text(text)))
            }
            _ => Ok(None),
        }
    }
}

/// Returns what a close frame says.
fn close(payload: &[u8]) -> Result<Framed, u16> {
    match payload {
        [] => Ok(Framed::Close(1005)),
        [_] => Err(1002),
        [_, _, reason @ ..] if std::str::from_utf8(reason).is_err() => Err(1007),
        [high, low, ..] => match u16::from_be_bytes([*high, *low]) {
            code @ (1000..=1003 | 1007..=1013 | 3000..=4999) => Ok(Framed::Close(code)),
            _ => Err(1002),
        },
    }
}

/// Makes a frame of a client: of its first byte, and what it carries.
#[must_use]
pub fn masked(first: u8, payload: &[u8], mask: [u8; 4]) -> Vec<u8> {
    let mut frame = vec![first];
    match u16::try_from(payload.len()) {
        Ok(len @ 0..126) => frame.push(0x80 | len.to_le_bytes()[0]),
        Ok(len) => {
            frame.push(0x80 | 126);
            frame.extend(len.to_be_bytes());
        }
        Err(_) => {
            frame.push(0x80 | 127);
            frame.extend((payload.len() as u64).to_be_bytes());
        }
    }
    frame.extend(mask);
    frame.extend(payload.iter().zip(mask.iter().cycle()).map(|(byte, mask)| byte ^ mask));
    frame
}

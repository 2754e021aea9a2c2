//! Owns what a client of IRC makes of what it is sent: each line in one way of writing it, once it was found to be one.

use crate::sim::irc::Parsed;

/// The most bytes of a line with its end, and of its tags with their sign and the blank behind them.
const LINE_BYTES_MAX: usize = 512;
const TAGS_BYTES_MAX: usize = 8191;

#[derive(Clone, Debug)]
pub(super) struct IrcReader {
    input: Vec<u8>,
    /// How many pings have come.
    pub(super) pings: usize,
    /// The batch that was begun and has not ended.
    batch: Option<String>,
}

impl IrcReader {
    pub(super) const fn new() -> Self {
        Self { input: Vec::new(), pings: 0, batch: None }
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.input.is_empty()
    }

    /// Takes what has come, and returns all lines that are whole now.
    pub(super) fn receive(&mut self, bytes: &[u8]) -> Result<Vec<u8>, String> {
        self.input.extend_from_slice(bytes);
        let mut lines = String::new();
        while let Some(end) = self.input.iter().position(|&byte| byte == b'\n') {
            let line: Vec<_> = self.input.drain(..=end).collect();
            if let Some(shown) = self.read(&line)? {
                lines += &shown;
                lines.push('\n');
            }
        }
        if self.input.len() > TAGS_BYTES_MAX + LINE_BYTES_MAX {
            return Err("a line has no end".to_owned());
        }
        Ok(lines.into_bytes())
    }

    /// Checks a line, and returns how it is written, unless it is a ping.
    fn read(&mut self, line: &[u8]) -> Result<Option<String>, String> {
        let text = std::str::from_utf8(line).map_err(|_| format!("{line:?} is no text"))?;
        let text = text.strip_suffix("\r\n").ok_or_else(|| format!("{text:?} does not end as it should"))?;
        let tags = if text.starts_with('@') { text.find(' ').map_or(text.len(), |end| end + 1) } else { 0 };
        if text.contains(['\r', '\0']) || tags > TAGS_BYTES_MAX || text.len() + 2 - tags > LINE_BYTES_MAX {
            return Err(format!("{text:?} is too long, or has an end within"));
        }
        let mut parsed = Parsed::new(text);
        if parsed.command.is_empty() || text.starts_with(' ') {
            return Err(format!("{text:?} is no line"));
        }
        for tag in &mut parsed.tags {
            if let Some(batch) = tag.strip_prefix("batch=") {
                if self.batch.as_deref() != Some(batch) {
                    return Err(format!("{text:?} is in a batch that is not open"));
                }
                *tag = "batch=open".to_owned();
            }
        }
        match (&parsed.command[..], parsed.params.first_mut()) {
            ("PING", Some(token)) if token == "chinwag" && parsed.source.is_none() => {
                self.pings += 1;
                return Ok(None);
            }
            ("BATCH", Some(batch)) => {
                match (batch.strip_prefix('+'), batch.strip_prefix('-'), self.batch.take()) {
                    (Some(begun), _, None) => self.batch = Some(begun.to_owned()),
                    (_, Some(ended), Some(begun)) if ended == begun => {}
                    _ => return Err(format!("{text:?} begins or ends a batch where it can't")),
                }
                *batch = format!("{}open", &batch[..1]);
            }
            _ => {}
        }
        Ok(Some(parsed.shown()))
    }
}

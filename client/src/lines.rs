//! Received bytes, cut into lines that may be shown. What is kept is bounded, whatever the other end sends.

use chinwag_core::Text;

use crate::telnet::Telnet;

/// The longest line that is kept whole, in bytes: more than the longest list that a server tells. The rest of a longer
/// one is dropped.
const BYTES_MAX: usize = 64 << 10;

/// Cuts a stream of bytes at its line ends, and removes what is telnet's, and what a terminal could obey.
#[derive(Debug, Default)]
pub(crate) struct Lines {
    open: Vec<u8>,
    telnet: Telnet,
}

impl Lines {
    /// Takes bytes, and calls `each` with every line that they end, without its end.
    pub(crate) fn feed(&mut self, bytes: &[u8], mut each: impl FnMut(String)) {
        let bytes = self.telnet.strip(bytes);
        for part in bytes.split_inclusive(|byte| *byte == b'\n') {
            let ended = part.strip_suffix(b"\n");
            let text = ended.unwrap_or(part);
            let room = BYTES_MAX.saturating_sub(self.open.len());
            self.open.extend_from_slice(&text[..text.len().min(room)]);
            if ended.is_some() {
                each(clean(&self.open));
                self.open.clear();
            }
        }
    }

    /// Returns how often the server has answered telnet's question since this was asked last.
    pub(crate) fn take_answers(&mut self) -> usize {
        self.telnet.take_answers()
    }

    /// Returns the last line, if it has no end.
    pub(crate) fn finish(&mut self) -> Option<String> {
        let rest = std::mem::take(&mut self.open);
        (!rest.is_empty()).then(|| clean(&rest))
    }
}

fn clean(line: &[u8]) -> String {
    Text::clean(&String::from_utf8_lossy(line)).as_str().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fed(chunks: &[&[u8]]) -> (Vec<String>, Option<String>) {
        let (mut lines, mut seen) = (Lines::default(), Vec::new());
        for chunk in chunks {
            lines.feed(chunk, |line| seen.push(line));
        }
        (seen, lines.finish())
    }

    #[test]
    fn lines_come_whole_however_the_bytes_do() {
        let whole = "one\r\nzwei – 二\n\nthree".as_bytes();
        for cut in 0..whole.len() {
            let (lines, rest) = fed(&[&whole[..cut], &whole[cut..]]);
            assert_eq!(lines, ["one", "zwei – 二", ""], "cut at {cut}");
            assert_eq!(rest.as_deref(), Some("three"), "cut at {cut}");
        }
    }

    #[test]
    fn nothing_of_telnet_is_in_a_line() {
        let whole = b"Ann: h\xff\xf1i\r\n\xff\xfc\x06You are Bob\r\n";
        for cut in 0..whole.len() {
            assert_eq!(fed(&[&whole[..cut], &whole[cut..]]).0, ["Ann: hi", "You are Bob"], "cut at {cut}");
        }
        let mut lines = Lines::default();
        lines.feed(whole, drop);
        assert_eq!((lines.take_answers(), lines.take_answers()), (1, 0));
    }

    #[test]
    fn of_an_endless_line_no_more_than_the_limit_is_kept() {
        let chunk = vec![b'x'; BYTES_MAX];
        let (lines, rest) = fed(&[&chunk, &chunk, b"\nnext\n"]);
        assert_eq!(lines.iter().map(String::len).collect::<Vec<_>>(), [BYTES_MAX, 4]);
        assert_eq!(rest, None);
    }

    #[test]
    fn what_a_terminal_could_obey_is_never_shown() {
        let (lines, _) = fed(&[b"Ann: \x1b[2Jhi\x07 \xc2\x9b31m\xfe\r\n"]);
        assert_eq!(lines, ["Ann: hi \u{fffd}"]);
    }
}

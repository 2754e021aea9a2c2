//! Owns the answer to a line of IRC: gathers what it says, and makes lines of it, labelled as the line was.

use std::fmt;

use bytes::{BufMut as _, Bytes, BytesMut};

use super::voice::{Voice, put_alone};
use crate::irc::{Identity, Manner};
use crate::kept::{Happened, KeptEvent, Venue};
use crate::message::{Earlier, IrcMessage, Message};
use crate::name::Name;
use crate::recording::AnswerPart;
use crate::wire::irc::decode::LINE_BYTES_MAX;
use crate::wire::irc::encode::{Encoder, Id, Stamp};

/// Gathers what a connection is told.
#[derive(Debug, Default)]
pub(super) struct Answer {
    entries: Vec<Entry>,
    /// About how many bytes the lines by the server have.
    bytes: usize,
    /// What kind of batch it is, if it is one whether the line has a label or not.
    batch: Option<String>,
}

/// About how many bytes an answer may have, so that the rest of it is not much to keep: more than all who are in fifty
/// rooms of a hundred people, with their hosts.
const BYTES_MAX: usize = 256 << 10;

/// Holds something that a connection is told.
#[derive(Debug)]
pub(super) enum Entry {
    /// A line by the server, from its command on.
    Server(String),
    /// A line by whoever is told it.
    Own(String),
    /// A line by somebody else: who, with their user and host, and what.
    Of(String, String),
    /// What somebody does or says.
    Message(Message),
    /// What somebody has said before.
    Earlier(Venue, Earlier),
}

impl Answer {
    /// Adds a line by the server, from its command on.
    pub(super) fn numeric(&mut self, line: fmt::Arguments<'_>) {
        let line = line.to_string();
        self.bytes += line.len();
        self.entries.push(Entry::Server(line));
    }

    /// Tells whether a list that is in it has to end.
    pub(super) const fn is_full(&self) -> bool {
        self.bytes >= BYTES_MAX
    }

    /// Adds that a list was cut, if it was.
    pub(super) fn end_list(&mut self, nick: &str, command: &str) {
        if self.is_full() {
            self.numeric(format_args!("416 {nick} {command} :Too many matches, the list is cut"));
        }
    }

    /// Has it be a batch of this kind.
    pub(super) fn begin_batch(&mut self, kind: String) {
        self.batch = Some(kind);
    }

    /// Tells whether it is a batch by itself.
    pub(super) const fn is_batch(&self) -> bool {
        self.batch.is_some()
    }

    /// Tells whether nothing is told.
    pub(super) const fn is_empty(&self) -> bool {
        self.entries.is_empty() && self.batch.is_none()
    }

    pub(super) fn push(&mut self, entry: Entry) {
        self.entries.push(entry);
    }

    /// Returns what kind of batch it is, and what is in it, where it waits for what is read.
    pub(super) fn state(&self) -> (Option<String>, Vec<AnswerPart>) {
        let part = |entry: &Entry| match entry {
            Entry::Server(line) => Some(AnswerPart::Line(line.clone())),
            Entry::Own(line) => Some(AnswerPart::Own(line.clone())),
            Entry::Earlier(venue, earlier) => Some(AnswerPart::Said(venue.clone(), earlier.clone())),
            // It comes of what is done, which is done at once.
            Entry::Of(..) | Entry::Message(_) => None,
        };
        (self.batch.clone(), self.entries.iter().filter_map(part).collect())
    }

    /// Makes it of that.
    pub(super) fn restore(batch: Option<String>, parts: Vec<AnswerPart>) -> Self {
        let mut answer = Self { batch, ..Self::default() };
        for part in parts {
            match part {
                AnswerPart::Line(line) => answer.numeric(format_args!("{line}")),
                AnswerPart::Own(line) => answer.push(Entry::Own(line)),
                AnswerPart::Said(venue, earlier) => answer.push(Entry::Earlier(venue, earlier)),
            }
        }
        answer
    }

    /// Makes lines of it, in pieces of so many bytes. An answer with a label is one line that has it, or a batch.
    pub(super) fn into_pieces(self, voice: &Voice<'_>, label: Option<&str>, bytes_max: usize) -> Vec<Bytes> {
        if label.is_none() && self.batch.is_none() {
            return self.encode(voice, "", bytes_max);
        }
        let tag = label.map(|label| format!("label={label}")).unwrap_or_default();
        let kind = self.batch.as_deref().unwrap_or("labeled-response");
        let plain = self.encode(voice, "", usize::MAX);
        let is_one = plain.first().is_some_and(|lines| lines.iter().filter(|&&byte| byte == b'\n').count() == 1);
        if is_one && self.batch.is_none() {
            return self.encode(voice, &tag, bytes_max);
        }
        let encoder = Encoder::new(voice.dialect);
        let bracket = |tag: &str, line: fmt::Arguments<'_>| {
            let mut out = BytesMut::new();
            put_server(encoder.with_tag(tag), voice, &line.to_string(), &mut out);
            out
        };
        if plain.is_empty() && self.batch.is_none() {
            return vec![bracket(&tag, format_args!("ACK")).freeze()];
        }
        let batch = voice.batch;
        let mut begin = bracket(&tag, format_args!("BATCH +{batch} {kind}"));
        let end = bracket("", format_args!("BATCH -{batch}"));
        let inside_max = bytes_max.saturating_sub(begin.len() + end.len());
        let mut pieces = self.encode(voice, &format!("batch={batch}"), inside_max);
        if pieces.is_empty() {
            pieces.push(Bytes::new());
        }
        if let Some(first) = pieces.first_mut() {
            begin.put_slice(first);
            *first = begin.freeze();
        }
        if let Some(last) = pieces.last_mut() {
            let mut lines = BytesMut::from(&last[..]);
            lines.put_slice(&end);
            *last = lines.freeze();
        }
        pieces
    }

    /// Makes lines of it, each with a tag, in pieces of so many bytes.
    fn encode(&self, voice: &Voice<'_>, tag: &str, bytes_max: usize) -> Vec<Bytes> {
        let encoder = Encoder::new(voice.dialect).with_tag(tag);
        let (mut pieces, mut piece) = (Vec::new(), BytesMut::new());
        for entry in &self.entries {
            let mut out = BytesMut::new();
            match entry {
                Entry::Server(line) => put_server(encoder, voice, line, &mut out),
                Entry::Own(line) => {
                    let source = voice.nick.map_or("*", Name::as_str);
                    encoder.put_source(&mut out, time_of(voice), source);
                    out.put_slice(line.as_bytes());
                    out.put_slice(b"\r\n");
                }
                Entry::Of(source, line) => {
                    encoder.put_source(&mut out, time_of(voice), source);
                    out.put_slice(line.as_bytes());
                    out.put_slice(b"\r\n");
                }
                Entry::Message(message) => put_alone(encoder, voice, message, &mut out),
                Entry::Earlier(venue, earlier) => put_earlier(encoder, voice, venue, earlier, &mut out),
            }
            // What was said may have several lines.
            for line in out.split_inclusive(|&byte| byte == b'\n') {
                if !piece.is_empty() && piece.len() + line.len() > bytes_max {
                    pieces.push(piece.split().freeze());
                }
                piece.put_slice(line);
            }
        }
        if !piece.is_empty() {
            pieces.push(piece.freeze());
        }
        pieces
    }
}

/// Appends what was said before as it was told when it was said.
fn put_earlier(encoder: Encoder<'_>, voice: &Voice<'_>, venue: &Venue, earlier: &Earlier, out: &mut BytesMut) {
    match (venue, earlier.event.as_deref()) {
        (Venue::Room(room), event) => {
            if let Some(message) = said(room, earlier, event) {
                put_alone(encoder, voice, &message, out);
            }
        }
        (Venue::Private(_), Some(KeptEvent { number, what: Happened::Told(told) })) => {
            let manner = Manner { how: told.how, tags: told.tags.clone(), ..Manner::default() };
            let (name, time_ms, id) = (&earlier.name, earlier.time_ms, Id::Alone(*number));
            if told.tags.is_some() {
                return encoder.put_tagged(out, (name, &manner), (time_ms, id), ("", &told.to));
            }
            let stamp = Stamp { id: Some(id), manner: Some(&manner), ..Stamp::at(time_ms) };
            encoder.put_talk(out, name, stamp, ("", &told.to), told.text.as_str());
        }
        // It is said of whom that is, and nothing else.
        (Venue::Private(_) | Venue::AllPrivate(_), _) => {}
    }
}

fn said(room: &Name, earlier: &Earlier, event: Option<&KeptEvent>) -> Option<Message> {
    let Earlier { name, text, is_act, time_ms, seq, .. } = earlier.clone();
    let (room, manner) = (room.clone(), None);
    Some(match event.map(|event| (event.number, &event.what)) {
        Some((number, Happened::Topic(topic))) => {
            let (identity, topic) = (Identity::default(), topic.clone());
            Message::TopicSet { room, name, identity, topic, time_ms, seq, number }
        }
        Some((number, Happened::Tags(tags))) => {
            let manner = Manner { tags: Some(tags.clone()), ..Manner::default() };
            let (room, id, behind) = (Some(room), number, Some(seq));
            Message::Irc(Box::new(IrcMessage::Tagged { room, name, manner, time_ms, id, behind }))
        }
        // It was said in no room.
        Some((_, Happened::Told(_))) => return None,
        None if is_act => Message::Acted { room, name, text, time_ms, seq, manner },
        None => Message::Said { room, name, texts: text.into(), time_ms, seq, manner },
    })
}

/// Appends a line by the server, cut where it would be too long.
fn put_server(encoder: Encoder<'_>, voice: &Voice<'_>, line: &str, out: &mut BytesMut) {
    let around = ": \r\n".len() + voice.server.len();
    let line = &line[..line.floor_char_boundary(LINE_BYTES_MAX - around)];
    encoder.put_source(out, time_of(voice), voice.server);
    out.put_slice(line.as_bytes());
    out.put_slice(b"\r\n");
}

const fn time_of<'a>(voice: &Voice<'_>) -> Stamp<'a> {
    Stamp { time_ms: Some(voice.time_ms), id: None, manner: None, identity: None }
}

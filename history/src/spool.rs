//! Owns the spool: files that rows are appended to before anything else becomes of them, and read from in that order.
//!
//! What was appended is in the page cache, and so outlives the program. It begins a new file at each start, so that
//! nothing is ever written behind a torn end. A file goes when all of it is in the database for good.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind};
use std::mem;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chinwag_core::words::Kept;
use chinwag_log::{Frames, push_frame};

use crate::encoding;
use crate::files;
use crate::position::Position;

/// How a file begins: what it is, and in which format.
const HEAD: &[u8; 16] = b"chinwag spool 1\n";

/// Where the first frame is.
pub(crate) const START: u64 = HEAD.len() as u64;

/// When the next file is begun: small enough to go soon, large enough to be made seldom.
const SEGMENT_BYTES: u64 = 4 << 20;

/// How many files there may be. A database that can't be written must not lead to a full disk: this is a gibibyte.
const SEGMENTS_MAX: u64 = 256;

/// How much is read at once.
const READ_BYTES: usize = 256 << 10;

fn path(dir: &Path, segment: u64) -> PathBuf {
    dir.join(format!("spool-{segment:010}"))
}

/// Returns which files of the spool there are, in order.
pub(crate) fn segments(dir: &Path) -> io::Result<Vec<u64>> {
    let mut segments = Vec::new();
    for entry in fs::read_dir(dir)? {
        let name = entry?.file_name();
        let number = name.to_str().and_then(|name| name.strip_prefix("spool-")?.parse::<u64>().ok());
        segments.extend(number);
    }
    segments.sort_unstable();
    Ok(segments)
}

/// Removes a file of the spool.
pub(crate) fn remove(dir: &Path, segment: u64) -> io::Result<()> {
    match fs::remove_file(path(dir, segment)) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Appends to the spool.
#[derive(Debug)]
pub(crate) struct Spool {
    dir: PathBuf,
    file: Arc<File>,
    tail: Position,
    /// What has to be brought to the disk, and whether the file is among it.
    unsynced: Vec<Arc<File>>,
    is_unsynced: bool,
    bytes: Vec<u8>,
    frame: Vec<u8>,
}

impl Spool {
    /// Begins a new file, behind all others.
    pub(crate) fn begin(dir: &Path, segment: u64) -> io::Result<Self> {
        let file = begin(dir, segment)?;
        // The folder has a new file in it, too.
        let unsynced = vec![Arc::clone(&file), Arc::new(File::open(dir)?)];
        Ok(Self {
            dir: dir.to_owned(),
            file,
            tail: Position { segment, offset: START },
            unsynced,
            is_unsynced: true,
            bytes: Vec::new(),
            frame: Vec::new(),
        })
    }

    /// Returns where the next frame will be.
    pub(crate) const fn tail(&self) -> Position {
        self.tail
    }

    /// Takes what has to be brought to the disk.
    pub(crate) fn take_unsynced(&mut self) -> Vec<Arc<File>> {
        self.is_unsynced = false;
        mem::take(&mut self.unsynced)
    }

    /// Appends rows, all of them or none. `oldest` is the first file that is still needed.
    pub(crate) fn append(&mut self, rows: &[Kept], oldest: u64) -> io::Result<()> {
        if self.tail.offset >= SEGMENT_BYTES {
            self.begin_next(oldest)?;
        }
        self.bytes.clear();
        for kept in rows {
            self.frame.clear();
            encoding::push(kept, &mut self.frame);
            push_frame(&self.frame, &mut self.bytes);
        }
        let written = self.file.write_all_at(&self.bytes, self.tail.offset);
        if written.is_err() {
            // What went before must not be followed by a part of this; if that fails, too, its checksum tells.
            let _ = self.file.set_len(self.tail.offset);
        } else {
            self.tail.offset += self.bytes.len() as u64;
            if !mem::replace(&mut self.is_unsynced, true) {
                self.unsynced.push(Arc::clone(&self.file));
            }
        }
        // A burst must not hold memory for ever.
        self.bytes.shrink_to(READ_BYTES);
        written
    }

    fn begin_next(&mut self, oldest: u64) -> io::Result<()> {
        let segment = self.tail.segment + 1;
        if segment - oldest >= SEGMENTS_MAX {
            return Err(io::Error::new(ErrorKind::QuotaExceeded, "the database is too far behind"));
        }
        self.file = begin(&self.dir, segment)?;
        self.tail = Position { segment, offset: START };
        self.unsynced.extend([Arc::clone(&self.file), Arc::new(File::open(&self.dir)?)]);
        self.is_unsynced = true;
        Ok(())
    }
}

fn begin(dir: &Path, segment: u64) -> io::Result<Arc<File>> {
    let file = files::open(&path(dir, segment), OpenOptions::new().write(true).create(true).truncate(true))?;
    file.write_all_at(HEAD, 0)?;
    Ok(Arc::new(file))
}

/// Reads the spool.
#[derive(Debug)]
pub(crate) struct SpoolReader {
    dir: PathBuf,
    at: Position,
    file: Option<File>,
    bytes: Vec<u8>,
}

impl SpoolReader {
    /// Reads from here on.
    pub(crate) fn new(dir: &Path, at: Position) -> Self {
        Self { dir: dir.to_owned(), at, file: None, bytes: Vec::new() }
    }

    /// Returns where the next frame is read.
    pub(crate) const fn at(&self) -> Position {
        self.at
    }

    /// Hands out what was appended before `end`, in order, up to `rows_max` rows and a run, and how many rows they are.
    /// Where a file is torn, it goes on with the next.
    pub(crate) fn read(&mut self, end: Position, rows_max: u64) -> io::Result<(Vec<Kept>, u64)> {
        let (mut found, mut rows) = (Vec::new(), 0);
        while self.at < end && rows < rows_max {
            if !self.fill(end)? {
                self.skip_to(self.at.segment + 1, end);
                continue;
            }
            let mut frames = Frames::new(&self.bytes);
            let (whole, mut used) = (self.bytes.len(), 0);
            while rows < rows_max {
                let Some(kept) = frames.next().and_then(encoding::parse) else { break };
                used = whole - frames.left();
                rows += encoding::rows(&kept);
                found.push(kept);
            }
            if used == 0 {
                // Not even with all that there is.
                self.skip_to(self.at.segment + 1, end);
            }
            self.at.offset += used as u64;
        }
        Ok((found, rows))
    }

    /// Gets bytes from where it is, enough for a whole frame if there is one. Tells whether there are any.
    fn fill(&mut self, end: Position) -> io::Result<bool> {
        if self.file.is_none() {
            match File::open(path(&self.dir, self.at.segment)) {
                Ok(file) => self.file = Some(file),
                Err(error) if error.kind() == ErrorKind::NotFound => return Ok(false),
                Err(error) => return Err(error),
            }
        }
        let file = self.file.as_ref().expect("it was opened");
        if self.at.offset == 0 {
            let mut head = [0; HEAD.len()];
            if read_at(file, &mut head, 0)? < head.len() || head != *HEAD {
                return Ok(false);
            }
            self.at.offset = START;
        }
        let is_last = self.at.segment == end.segment;
        let len = if is_last { end.offset } else { file.metadata()?.len() };
        let left = usize::try_from(len.saturating_sub(self.at.offset)).unwrap_or(usize::MAX);
        let mut head = [0; 4];
        if left < head.len() || read_at(file, &mut head, self.at.offset)? < head.len() {
            return Ok(false);
        }
        let frame = (u32::from_le_bytes(head) as usize).saturating_add(8);
        self.bytes.resize(left.min(frame.max(READ_BYTES)), 0);
        let count = read_at(file, &mut self.bytes, self.at.offset)?;
        self.bytes.truncate(count);
        Ok(count > 0)
    }

    fn skip_to(&mut self, segment: u64, end: Position) {
        self.file = None;
        self.at = Position { segment, offset: 0 }.min(end);
    }
}

fn read_at(file: &File, bytes: &mut [u8], offset: u64) -> io::Result<usize> {
    let mut count = 0;
    while count < bytes.len() {
        match file.read_at(&mut bytes[count..], offset + count as u64) {
            Ok(0) => break,
            Ok(more) => count += more,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(count)
}

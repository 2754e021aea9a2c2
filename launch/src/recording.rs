//! Owns how a server's recording is kept by a folder, and what an operator is told of it.

use std::path::Path;
use std::time::Instant;

use anyhow::Context as _;
use chinwag_core::Config;
use chinwag_core::ops::{HubState, Input, Tally};
use chinwag_io::{Keep, REPORT, Recording, RecordingCounts};
use chinwag_recording::{Counts, Recorder};
use tracing::{error, info, warn};

use crate::flags::Size;

/// Begins to record.
pub(crate) fn start(folder: &Path, size: Size, config: &Config) -> anyhow::Result<Recording> {
    let recorder = Recorder::open(folder, size.0, config)
        .with_context(|| format!("can't record to --record {}", folder.display()))?;
    warn!(target: REPORT, "recording to {}, also what people say alone", folder.display());
    Ok(Recording::new(Kept { recorder, was_told: false }))
}

/// Writes to the folder, and says once if that fails, and once that it works again.
struct Kept {
    recorder: Recorder,
    was_told: bool,
}

impl Kept {
    fn tell(&mut self, result: std::io::Result<()>) {
        match result {
            Err(error) if !self.was_told => {
                self.was_told = true;
                error!(target: REPORT, %error, "nothing is recorded: the disk refuses it; it is tried again");
            }
            // What is counted says the rest.
            Err(_) | Ok(()) => {}
        }
    }

    fn begin_segment(&mut self, state: HubState) {
        let result = self.recorder.begin(state);
        if result.is_ok() && std::mem::take(&mut self.was_told) {
            info!(target: REPORT, lost = self.recorder.counts().lost, "recording goes on, after a gap");
        }
        self.tell(result);
    }
}

impl Keep for Kept {
    fn begin(&mut self, state: HubState) {
        self.begin_segment(state);
    }

    fn push(&mut self, input: &Input) {
        self.recorder.push(input);
    }

    fn write(&mut self) {
        let result = self.recorder.write();
        self.tell(result);
    }

    fn end_batch(&mut self, tally: Tally, state: &dyn Fn() -> HubState) {
        self.recorder.push_batch(tally);
        if self.recorder.wants_segment() {
            self.begin_segment(state());
        } else if self.recorder.wants_hash() {
            let begun = Instant::now();
            self.recorder.push_hash_of(state(), begun);
        }
    }

    fn counts(&self) -> RecordingCounts {
        let Counts { bytes, kept_bytes, lost, failures, is_failing } = self.recorder.counts();
        RecordingCounts { bytes, kept_bytes, lost, failures, is_failing }
    }
}

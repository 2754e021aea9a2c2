//! Owns how a server's recording is kept by a folder, and what an operator is told of it.

use std::path::Path;
use std::time::Instant;

use anyhow::Context as _;
use chinwag_core::Config;
use chinwag_core::ops::{HubState, Input, Tally};
use chinwag_io::{Keep, REPORT, Recording, RecordingCounts, ShadowCounts};
use chinwag_recording::{Counts, PlayError, Recorder, Shadow};
use tracing::{error, info, warn};

use crate::flags::Flags;

/// Begins to record.
pub(crate) fn start(folder: &Path, flags: &Flags, config: &Config) -> anyhow::Result<Recording> {
    let recorder = Recorder::open(folder, flags.record_bytes.0, config)
        .with_context(|| format!("can't record to --record {}", folder.display()))?;
    warn!(target: REPORT, "recording to {}, also what people say alone", folder.display());
    let shadow = flags.shadow.then(|| start_shadow(&recorder)).transpose()?;
    Ok(Recording::new(Kept { recorder, shadow, was_told: false }))
}

/// Starts a shadow, which says once if it differs from the server. How often is counted.
fn start_shadow(recorder: &Recorder) -> anyhow::Result<Shadow> {
    let mut was_told = false;
    let tell = move |what: &PlayError| {
        if !std::mem::replace(&mut was_told, true) {
            error!(
                target: REPORT,
                "a bug: the server has done something else than its shadow, which was handed the same. Keep the \
                 recording, and report it with what `chinwag replay` says of it. {what}"
            );
        }
    };
    recorder.shadow(tell).context("can't start the thread of the shadow")
}

/// Writes to the folder, and says once if that fails, and once that it works again.
struct Kept {
    recorder: Recorder,
    shadow: Option<Shadow>,
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
        let shadow = self.shadow.as_ref().map(Shadow::counts).map(|counts| ShadowCounts {
            inputs: counts.inputs,
            batches: counts.batches,
            states: counts.hashes,
            skipped: counts.skipped,
            differences: counts.differences,
        });
        RecordingCounts { bytes, kept_bytes, lost, failures, is_failing, shadow }
    }
}

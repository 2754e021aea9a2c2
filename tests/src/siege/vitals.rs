//! Owns what a server takes of its machine, as Linux tells it in `/proc`.

use std::fs;
use std::time::Duration;

/// How many ticks a second has in `/proc`, on every machine that Linux runs on.
const TICKS_PER_SECOND: u64 = 100;

/// Holds what a process takes at some moment.
#[derive(Clone, Copy, Debug)]
pub struct Vitals {
    /// The memory that it has in use, in bytes.
    pub memory: usize,
    /// The most memory that it had in use since [`Vitals::forget_peak`].
    pub memory_peak: usize,
    /// How many descriptors it has open.
    pub descriptors: usize,
    /// How many threads it has.
    pub threads: usize,
    /// How long it has run on any core, within 10 ms.
    pub cpu: Duration,
    /// How long its threads were ready to run, and others were run instead.
    pub waited: Duration,
}

impl Vitals {
    /// Reads what a process takes.
    ///
    /// # Panics
    /// If there is no such process.
    #[must_use]
    pub fn of(id: u32) -> Self {
        let read = |file| fs::read_to_string(format!("/proc/{id}/{file}")).expect("it runs, on Linux");
        let status = read("status");
        let field = |name| {
            let line = status.lines().find_map(|line| line.strip_prefix(name));
            let number = line.and_then(|line| line.split_whitespace().next()?.parse::<usize>().ok());
            number.unwrap_or_else(|| panic!("no {name} in {status}"))
        };
        // Its second field is the program's name in brackets; the 14th and 15th are the ticks for itself and the
        // system.
        let stat = read("stat");
        let after_name = stat.rsplit_once(')').expect("the name is in brackets").1;
        let ticks: u64 =
            after_name.split_whitespace().skip(11).take(2).filter_map(|ticks| ticks.parse::<u64>().ok()).sum();
        // The second number is the time that was waited, in nanoseconds.
        let waited = |thread: fs::DirEntry| {
            let stat = fs::read_to_string(thread.path().join("schedstat")).ok()?;
            stat.split_whitespace().nth(1)?.parse::<u64>().ok()
        };
        let threads = fs::read_dir(format!("/proc/{id}/task")).expect("it runs, on Linux");
        let waited = threads.flatten().filter_map(waited).sum();
        Self {
            waited: Duration::from_nanos(waited),
            memory: field("VmRSS:") << 10,
            memory_peak: field("VmHWM:") << 10,
            descriptors: fs::read_dir(format!("/proc/{id}/fd")).expect("it runs, on Linux").count(),
            threads: field("Threads:"),
            cpu: Duration::from_millis(ticks * 1000 / TICKS_PER_SECOND),
        }
    }

    /// Lets the peak of a process's memory begin at what it has in use now.
    ///
    /// # Panics
    /// If there is no such process.
    pub fn forget_peak(id: u32) {
        fs::write(format!("/proc/{id}/clear_refs"), "5").expect("it runs, on Linux");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_takes_something_of_everything() {
        let vitals = Vitals::of(std::process::id());
        assert!(vitals.memory > 1 << 20 && vitals.memory <= vitals.memory_peak, "{vitals:?}");
        assert!(vitals.descriptors >= 3 && vitals.threads >= 2, "{vitals:?}");
    }

    #[test]
    fn a_peak_is_forgotten() {
        let much = vec![1_u8; 64 << 20];
        let before = Vitals::of(std::process::id()).memory_peak;
        drop(much);
        Vitals::forget_peak(std::process::id());
        let after = Vitals::of(std::process::id()).memory_peak;
        assert!(after + (32 << 20) < before, "{before} {after}");
    }
}

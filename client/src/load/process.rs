//! What the system tells of a process: the CPU time of its threads and its resident memory.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

/// A process to be watched, or several as one, by their folders in `/proc`.
#[derive(Debug, Clone)]
pub(super) struct Process {
    folders: Vec<String>,
}

impl Process {
    /// Names the processes with these ids.
    pub(super) fn of(pids: &[u32]) -> Self {
        Self { folders: pids.iter().map(|pid| format!("/proc/{pid}")).collect() }
    }

    /// Names this process.
    pub(super) fn own() -> Self {
        Self { folders: vec!["/proc/self".to_owned()] }
    }

    /// Returns the CPU time of all threads alive, in nanoseconds.
    ///
    /// It is what the scheduler counts, so far finer than the clock ticks of `stat`. The time of threads that have
    /// ended is not in it.
    ///
    /// # Errors
    ///
    /// The process is gone, or another user's.
    pub(super) fn cpu_ns(&self) -> Result<u64> {
        self.folders.iter().map(|folder| cpu_ns(folder)).sum()
    }

    /// Returns the resident memory, in KiB.
    ///
    /// # Errors
    ///
    /// The process is gone, or another user's.
    pub(super) fn rss_kib(&self) -> Result<u64> {
        self.folders.iter().map(|folder| rss_kib(folder)).sum()
    }
}

fn cpu_ns(folder: &str) -> Result<u64> {
    let tasks = format!("{folder}/task");
    let mut sum = 0;
    for task in fs::read_dir(&tasks).with_context(|| format!("cannot read {tasks}"))? {
        let path = task.with_context(|| format!("cannot read {tasks}"))?.path().join("schedstat");
        // A thread that ends meanwhile takes its file along.
        if let Ok(text) = fs::read_to_string(&path) {
            sum += cpu_field(&text).with_context(|| format!("no number opens {}", path.display()))?;
        }
    }
    Ok(sum)
}

fn rss_kib(folder: &str) -> Result<u64> {
    let path = Path::new(folder).join("smaps_rollup");
    let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    rss_field(&text).with_context(|| format!("no Rss in {}", path.display()))
}

fn cpu_field(schedstat: &str) -> Option<u64> {
    schedstat.split_whitespace().next()?.parse().ok()
}

fn rss_field(smaps: &str) -> Option<u64> {
    let line = smaps.lines().find_map(|line| line.strip_prefix("Rss:"))?;
    line.trim().strip_suffix("kB")?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_number_of_schedstat_is_the_cpu_time() {
        assert_eq!(cpu_field("123456789 42 7\n"), Some(123_456_789));
        assert_eq!(cpu_field(""), None);
    }

    #[test]
    fn rss_is_found_among_the_sums() {
        let smaps = "00400000-7ffd000 ---p 00000000 00:00 0 [rollup]\nRss:    1234 kB\nPss:    99 kB\n";
        assert_eq!(rss_field(smaps), Some(1_234));
        assert_eq!(rss_field("Pss:    99 kB\n"), None);
    }

    #[test]
    fn this_process_uses_memory() {
        assert!(Process::own().rss_kib().expect("one's own memory can be read") > 0);
    }
}

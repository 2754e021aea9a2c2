//! Tells what machine this is.

use std::fs;
use std::process::Command;
use std::thread::available_parallelism;

/// Returns one sentence.
pub(crate) fn describe() -> String {
    let cores = available_parallelism().map_or(0, |cores| cores.get());
    let cpu = field("/proc/cpuinfo", "model name").unwrap_or_else(|| "an unknown processor".into());
    let memory = field("/proc/meminfo", "MemTotal").unwrap_or_default();
    let gib = memory.split(' ').next().and_then(|kib| kib.parse::<f64>().ok()).unwrap_or(0.0) / 1024.0 / 1024.0;
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    format!("{cores} cores of {cpu}, {gib:.0} GiB of memory, Linux {}", kernel.trim())
}

/// Returns the versions of the programs of others.
pub(crate) fn versions() -> String {
    told(&[("rustc", "--version"), ("redis-server", "--version"), ("nats-server", "--version")])
}

/// Returns the versions of the IRC servers of others.
pub(crate) fn irc_versions() -> String {
    told(&[("/usr/sbin/ngircd", "--version"), ("/usr/sbin/inspircd", "--version")])
}

fn told(versions: &[(&str, &str)]) -> String {
    let told = versions.iter().filter_map(|(program, flag)| {
        let output = Command::new(program).arg(flag).output().ok()?;
        Some(String::from_utf8_lossy(&output.stdout).lines().next()?.trim().to_owned())
    });
    told.collect::<Vec<_>>().join("; ")
}

fn field(path: &str, name: &str) -> Option<String> {
    let text = fs::read_to_string(path).ok()?;
    let line = text.lines().find(|line| line.starts_with(name))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

//! Runs `chinwag load` against a server, and reads what it found.

use std::io::{Read as _, Write as _};
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::programs::{Programs, is_installed};
use crate::server::{Running, Server};
use crate::work::{Kind, Work};

/// The core on which load is made for a server that has the other.
const LOAD_CORE: &str = "1";

/// Which priority the pair has that talks while a crowd is told something, where that may be set: its own waits for the
/// core on which the crowd receives are none of the server's.
const PAIR_NICENESS: &str = "-10";

/// The pair that talks while a crowd is told something.
const PAIR: [&str; 8] = ["--members", "2", "--rate", "200", "--seconds", "2", "--prefix", "pair-"];

/// What one run found, by name.
#[derive(Clone, Debug)]
pub(crate) struct Found(Value);

impl Found {
    /// Returns a number by its path, like `/delay_us/p50`; a number that is not there is not a number.
    pub(crate) fn number(&self, path: &str) -> f64 {
        self.0.pointer(path).and_then(Value::as_f64).unwrap_or(f64::NAN)
    }
}

/// Gives a work to a server that was started for it.
///
/// # Errors
/// The load can't be made, or the server closes connections.
pub(crate) fn run(programs: &Programs, server: Server, running: &Running, work: &Work) -> Result<Found> {
    let watched = ["--pid".to_owned(), running.pid().to_string()];
    let mut load = start(programs, server, running, work.load.iter().chain(&watched), None)?;
    if work.kind != Kind::Crowd {
        return finish(load, work);
    }
    // Both begin when the crowd is complete, and the pair ends before the crowd leaves.
    await_joined(&mut load)?;
    let pair: Vec<String> = PAIR.iter().map(|&word| word.to_owned()).collect();
    let pair = start(programs, server, running, pair.iter(), Some(PAIR_NICENESS))?;
    load.stdin.take().context("it has one")?.write_all(b"\n")?;
    let (pair, load) = (finish(pair, work), finish(load, work));
    let Found(mut found) = load?;
    found["pair"] = pair?.0;
    Ok(Found(found))
}

/// Waits for the line that says that all have joined. It is read byte by byte: what comes after it is the outcome.
fn await_joined(load: &mut Child) -> Result<()> {
    let stdout = load.stdout.as_mut().context("it has one")?;
    let mut byte = [0];
    while byte != *b"\n" && stdout.read(&mut byte)? > 0 {}
    Ok(())
}

fn start<'a>(
    programs: &Programs,
    server: Server,
    running: &Running,
    flags: impl Iterator<Item = &'a String>,
    niceness: Option<&str>,
) -> Result<Child> {
    let mut words = vec![programs.path("chinwag").display().to_string()];
    if server.is_pinned() && is_installed("taskset") {
        words.splice(0..0, ["taskset", "-c", LOAD_CORE].map(str::to_owned));
    }
    if let Some(niceness) = niceness.filter(|_| is_installed("nice")) {
        words.splice(0..0, ["nice", "-n", niceness].map(str::to_owned));
    }
    Command::new(&words[0])
        .args(&words[1..])
        .args(["load", "--json", "--port", &running.port.to_string()])
        .args(server.speech())
        .args(flags)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .context("cannot start the load")
}

fn finish(load: Child, work: &Work) -> Result<Found> {
    let output = load.wait_with_output()?;
    let stderr = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{}: {}", work.name, stderr.trim());
    let text = String::from_utf8(output.stdout).context("the load says something that is not UTF-8")?;
    Ok(Found(serde_json::from_str(&text).with_context(|| format!("the load says {text:?}"))?))
}

//! Runs the benches of the core alone, and reads what they print.

use anyhow::{Context, Result, ensure};

use crate::programs::cargo;

/// What was measured of the core, by the name of the step and the number of people.
#[derive(Debug, Default)]
pub(crate) struct Alone(Vec<(String, usize, f64)>);

impl Alone {
    /// Runs them: nanoseconds of each step, bytes per person, allocations per message.
    ///
    /// # Errors
    /// They can't be run.
    pub(crate) fn measure() -> Result<Self> {
        let mut alone = Self::default();
        alone.read(&bench(&["--bench", "core", "--", "--output-format", "bencher"])?);
        alone.read(&bench(&["--bench", "memory"])?);
        Ok(alone)
    }

    /// Returns a figure.
    pub(crate) fn figure(&self, step: &str, people: usize) -> Option<f64> {
        self.0.iter().rev().find(|(name, of, _)| name == step && *of == people).map(|(.., figure)| *figure)
    }

    /// Reads lines like `test core/message/1000 ... bench:  123 ns/iter (+/- 4)` and `memory/person/1000 212.3 bytes`.
    fn read(&mut self, text: &str) {
        for line in text.lines() {
            let line = line.strip_prefix("test ").unwrap_or(line).replace("... bench:", "");
            let mut words = line.split_whitespace();
            let (Some(name), Some(number)) = (words.next(), words.next()) else { continue };
            let Some((step, people)) = name.rsplit_once('/') else { continue };
            if let (Ok(people), Ok(number)) = (people.parse(), number.replace(',', "").parse()) {
                self.0.push((step.to_owned(), people, number));
            }
        }
    }
}

fn bench(args: &[&str]) -> Result<String> {
    let mut command = cargo();
    command.args(["bench", "-q", "-p", env!("CARGO_PKG_NAME")]).args(args);
    let output = command.output().context("cannot run cargo")?;
    ensure!(output.status.success(), "the benches of the core fail: {}", String::from_utf8_lossy(&output.stderr));
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_of_lines_are_read() {
        let mut alone = Alone::default();
        alone.read("\ntest core/message/1000 ... bench:       1,234 ns/iter (+/- 56)\nmemory/person/10 212.5 bytes\n");
        assert_eq!(alone.figure("core/message", 1_000), Some(1_234.0));
        assert_eq!(alone.figure("memory/person", 10), Some(212.5));
        assert_eq!(alone.figure("memory/person", 11), None);
    }
}

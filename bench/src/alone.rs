//! Runs what measures the core alone, and reads what it prints.

use std::collections::BTreeMap;

use anyhow::{Context, Result, ensure};

use crate::figures::Spread;
use crate::programs::cargo;

/// What was measured of the core, by the name of the step and the number of people: a number for each time.
#[derive(Debug, Default)]
pub(crate) struct Alone(BTreeMap<(String, usize), Vec<f64>>);

impl Alone {
    /// Runs them once more: nanoseconds of each step, bytes per person, allocations per message.
    ///
    /// # Errors
    /// They can't be run.
    pub(crate) fn measure(&mut self) -> Result<()> {
        self.read(&cargo_run("run --release --example core -- --bench --output-format bencher")?);
        self.read(&cargo_run("bench --bench memory")?);
        Ok(())
    }

    /// Returns what a figure comes to.
    pub(crate) fn spread(&self, step: &str, people: usize) -> Option<Spread> {
        Spread::of(self.0.get(&(step.to_owned(), people))?)
    }

    /// Reads lines like `test core/message/1000 ... bench: 123 ns/iter (+/- 4)` and `memory/person/1000 212.3 bytes`.
    /// Of several for the same the last counts.
    fn read(&mut self, text: &str) {
        let mut found = BTreeMap::new();
        for line in text.lines() {
            let line = line.strip_prefix("test ").unwrap_or(line).replace("... bench:", "");
            let mut words = line.split_whitespace();
            let (Some(name), Some(number)) = (words.next(), words.next()) else { continue };
            let Some((step, people)) = name.rsplit_once('/') else { continue };
            if let (Ok(people), Ok(number)) = (people.parse(), number.replace(',', "").parse()) {
                found.insert((step.to_owned(), people), number);
            }
        }
        found.into_iter().for_each(|(of, number)| self.0.entry(of).or_default().push(number));
    }
}

fn cargo_run(words: &str) -> Result<String> {
    let mut command = cargo();
    let mut words = words.split(' ');
    command.args(words.next()).args(["-q", "-p", env!("CARGO_PKG_NAME")]).args(words);
    let output = command.output().context("cannot run cargo")?;
    ensure!(output.status.success(), "what measures the core fails: {}", String::from_utf8_lossy(&output.stderr));
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_of_lines_are_read_and_the_last_of_each_time_counts() {
        let mut alone = Alone::default();
        let line = "\ntest core/message/1000 ... bench:       1,234 ns/iter (+/- 56)\n";
        alone.read(&format!("{line}memory/person/10 212.5 bytes\nmemory/person/10 210.5 bytes\n"));
        alone.read(&line.replace("1,234", "1,236"));
        let spread = |median, min, max| Some(Spread { median, min, max });
        assert_eq!(alone.spread("core/message", 1_000), spread(1_235.0, 1_234.0, 1_236.0));
        assert_eq!(alone.spread("memory/person", 10), spread(210.5, 210.5, 210.5));
        assert_eq!(alone.spread("memory/person", 11), None);
    }
}

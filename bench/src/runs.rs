//! Does all works with all servers, in turns, so that whatever else the machine does meets all of them alike.

use std::io::Write as _;

use anyhow::Result;

use crate::alone::Alone;
use crate::figures::{Figures, Quantity};
use crate::flags::Bench;
use crate::load::{self, Found};
use crate::programs::Programs;
use crate::server::Server;
use crate::work::{Kind, Work};

/// What was found.
#[derive(Debug)]
pub(crate) struct Findings {
    pub(crate) figures: Figures,
    pub(crate) alone: Alone,
    /// What could not be measured, and why.
    pub(crate) failures: Vec<String>,
}

/// Does `works` with all servers that are installed, and measures the core, if it is asked for.
///
/// # Errors
/// A program can't be started.
pub(crate) fn run(flags: &Bench, programs: &Programs, works: &[Work]) -> Result<Findings> {
    let mut findings = Findings { figures: Figures::default(), alone: Alone::default(), failures: left_out(works) };
    for round in 0..flags.repeat() {
        // The core comes in between, so that its figures are not those of one moment.
        let upto = |round: usize| works.len() * round / flags.repeat();
        for work in &works[upto(round)..upto(round + 1)] {
            do_work(flags, programs, work, &mut findings)?;
        }
        if flags.wants_core() {
            findings.alone.measure()?;
        }
    }
    Ok(findings)
}

/// Says which servers are not installed that could do something.
fn left_out(works: &[Work]) -> Vec<String> {
    let missing =
        Server::ALL.into_iter().filter(|&server| !server.is_here() && works.iter().any(|work| work.suits(server)));
    missing.map(|server| format!("{} is not installed, and was left out.", server.name())).collect()
}

/// Does one work as often as is asked for.
fn do_work(flags: &Bench, programs: &Programs, work: &Work, findings: &mut Findings) -> Result<()> {
    let servers: Vec<Server> = Server::ALL
        .into_iter()
        .filter(|&server| work.suits(server) && server.is_here() && flags.wants_server(server.name()))
        .collect();
    for round in 0..flags.repeat() {
        for server in order(&servers, round) {
            let running = server.start(programs)?;
            match load::run(programs, server, &running, work) {
                Ok(found) => {
                    say(work, server, &found);
                    keep(&mut findings.figures, work, server, &found);
                }
                Err(error) => findings.failures.push(format!("{}: {error:#}", server.name())),
            }
        }
    }
    Ok(())
}

/// Returns the order of a round: nobody is always the first, or always comes after the same one, who may have left a
/// hot or a rested machine.
fn order<T: Copy>(all: &[T], round: usize) -> Vec<T> {
    let len = all.len();
    // With a step that shares no factor with the length, each comes once.
    let steps: Vec<usize> = (1..=len).filter(|&step| gcd(step, len) == 1).collect();
    (0..len).map(|turn| all[(round + turn * steps[round % steps.len()]) % len]).collect()
}

/// The greatest number that divides both.
const fn gcd(a: usize, b: usize) -> usize {
    if b == 0 { a } else { gcd(b, a % b) }
}

fn keep(figures: &mut Figures, work: &Work, server: Server, found: &Found) {
    for (quantity, number) in quantities(work.kind, found) {
        figures.add(&work.name, server, quantity, number);
    }
}

/// What a run found, in the units of the tables.
fn quantities(kind: Kind, found: &Found) -> Vec<(Quantity, f64)> {
    let deliveries = (Quantity::Deliveries, found.number("/deliveries_per_second"));
    let cpu = (Quantity::Cpu, found.number("/server/cpu_us_per_delivery"));
    let lost = (Quantity::Lost, found.number("/lost"));
    let generator = (Quantity::Generator, found.number("/generator_cpu_percent"));
    match kind {
        Kind::FlatOut => vec![deliveries, cpu, lost, generator],
        Kind::Paced => vec![
            cpu,
            (Quantity::Delay50, found.number("/delay_us/p50")),
            (Quantity::Delay99, found.number("/delay_us/p99")),
            lost,
            generator,
        ],
        Kind::Crowd => vec![
            cpu,
            (Quantity::Complete, found.number("/complete_us/p50") / 1_000.0),
            (Quantity::Elsewhere, found.number("/pair/delay_us/max") / 1_000.0),
            (Quantity::Elsewhere99, found.number("/pair/delay_us/p99") / 1_000.0),
            lost,
        ],
        Kind::Stalled => {
            vec![deliveries, cpu, lost, (Quantity::Memory, found.number("/server/rss_kib") / 1_024.0), generator]
        }
        Kind::Coming => vec![(Quantity::Join, found.number("/cpu_us_per_join"))],
        Kind::Idle => vec![(Quantity::Idle, found.number("/kib_per_connection"))],
    }
}

fn say(work: &Work, server: Server, found: &Found) {
    let numbers: Vec<String> =
        quantities(work.kind, found).iter().map(|(quantity, number)| format!("{quantity:?} {number:.3}")).collect();
    let _ = writeln!(std::io::stderr(), "{:<36} {:<16} {}", work.name, server.name(), numbers.join("  "));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn in_each_round_each_comes_once_and_after_another_than_in_the_last() {
        let all: Vec<usize> = (0..8).collect();
        let orders: Vec<Vec<usize>> = (0..4).map(|round| order(&all, round)).collect();
        assert_eq!(orders[0], all);
        assert_eq!(orders[1], [1, 4, 7, 2, 5, 0, 3, 6]);
        let before = |order: &[usize], one| order.windows(2).find(|pair| pair[1] == one).map(|pair| pair[0]);
        for orders in orders.windows(2) {
            assert!(all.iter().all(|one| orders[1].contains(one)), "{orders:?}");
            assert!(all.iter().all(|&one| before(&orders[0], one) != before(&orders[1], one)), "{orders:?}");
        }
        for len in 0..4 {
            assert_eq!(order(&all[..len], 3).len(), len);
        }
    }
}

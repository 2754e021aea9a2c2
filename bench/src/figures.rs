//! Owns what was measured: a few numbers for each work, server and quantity, and what they come to.

use std::collections::BTreeMap;

use crate::server::Server;

/// What is measured.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Quantity {
    /// Deliveries per second.
    Deliveries,
    /// Microseconds of the server's CPU time per delivery.
    Cpu,
    /// Half of all deliveries take no longer, in microseconds.
    Delay50,
    /// 99 of 100 deliveries take no longer, in microseconds.
    Delay99,
    /// Milliseconds until the last member has a message, of the middle message.
    Complete,
    /// The longest that anyone else waited meanwhile, in milliseconds.
    Elsewhere,
    /// The longest but one in a hundred of the same, in milliseconds.
    Elsewhere99,
    /// Messages that did not come to a member who reads.
    Lost,
    /// MiB of memory at the end.
    Memory,
    /// KiB of memory per connection.
    Idle,
    /// Microseconds of the server's CPU time per join.
    Join,
    /// How busy the load's own core was, in per cent.
    Generator,
}

/// Holds all numbers.
#[derive(Debug, Default)]
pub(crate) struct Figures(BTreeMap<(String, Server, Quantity), Vec<f64>>);

/// The middle, the least and the greatest of a few numbers.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Spread {
    pub(crate) median: f64,
    pub(crate) min: f64,
    pub(crate) max: f64,
}

impl Spread {
    /// Returns that of some numbers, if there are any.
    pub(crate) fn of(numbers: &[f64]) -> Option<Self> {
        let mut numbers = numbers.to_vec();
        numbers.sort_by(f64::total_cmp);
        let (min, max) = (*numbers.first()?, *numbers.last()?);
        let middle = numbers.len() / 2;
        let median =
            if numbers.len() % 2 == 1 { numbers[middle] } else { (numbers[middle - 1] + numbers[middle]) / 2.0 };
        Some(Self { median, min, max })
    }

    /// Returns how it reads in a table, in a unit of so many: the median, and between which numbers it lies.
    pub(crate) fn cell(self, unit: f64, decimals: usize) -> String {
        let [median, min, max] =
            [self.median, self.min, self.max].map(|number| format!("{:.decimals$}", number / unit));
        if min == max { median } else { format!("**{median}** ({min}–{max})") }
    }
}

impl Figures {
    /// Adds a number, if it is one.
    pub(crate) fn add(&mut self, work: &str, server: Server, quantity: Quantity, number: f64) {
        if number.is_finite() {
            self.0.entry((work.to_owned(), server, quantity)).or_default().push(number);
        }
    }

    /// Returns what a quantity comes to.
    pub(crate) fn spread(&self, work: &str, server: Server, quantity: Quantity) -> Option<Spread> {
        Spread::of(self.0.get(&(work.to_owned(), server, quantity))?)
    }

    /// Returns the middle one of the ratios of two servers' numbers of the same round.
    pub(crate) fn ratio(&self, work: &str, server: Server, to: Server, quantity: Quantity) -> Option<f64> {
        let ours = self.0.get(&(work.to_owned(), server, quantity))?;
        let theirs = self.0.get(&(work.to_owned(), to, quantity))?;
        let mut ratios: Vec<f64> = ours.iter().zip(theirs).map(|(ours, theirs)| ours / theirs).collect();
        ratios.sort_by(f64::total_cmp);
        ratios.get(ratios.len() / 2).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_in_the_middle_and_ratios_are_of_one_round() {
        let mut figures = Figures::default();
        for (ours, floor) in [(2.0, 1.0), (30.0, 10.0), (4.0, 4.0), (f64::NAN, f64::NAN)] {
            figures.add("work", Server::Smol, Quantity::Cpu, ours);
            figures.add("work", Server::Floor, Quantity::Cpu, floor);
        }
        let spread = figures.spread("work", Server::Smol, Quantity::Cpu);
        assert_eq!(spread, Some(Spread { median: 4.0, min: 2.0, max: 30.0 }));
        assert_eq!(figures.ratio("work", Server::Smol, Server::Floor, Quantity::Cpu), Some(2.0));
        assert_eq!(figures.spread("work", Server::Redis, Quantity::Cpu), None);
    }
}

//! Writes the figures as tables: a line for each work, a column for each server.

use std::fmt::Write as _;

use crate::figures::{Figures, Quantity};
use crate::server::Server;
use crate::work::{Kind, Work};

/// One table: of which works, and what.
struct Table {
    title: &'static str,
    kinds: &'static [Kind],
    quantity: Quantity,
    decimals: usize,
    /// What the figures are divided by.
    unit: f64,
}

const TABLES: [Table; 12] = [
    Table {
        title: "Deliveries per second, in millions",
        kinds: &[Kind::FlatOut, Kind::Stalled],
        quantity: Quantity::Deliveries,
        decimals: 2,
        unit: 1e6,
    },
    table("CPU time per delivery, in µs", &[Kind::FlatOut, Kind::Paced, Kind::Crowd], Quantity::Cpu, 3),
    table("Median delay, in µs", &[Kind::Paced], Quantity::Delay50, 0),
    table("99th percentile of the delay, in µs", &[Kind::Paced], Quantity::Delay99, 0),
    table("Time until the last has a message, in ms", &[Kind::Crowd], Quantity::Complete, 1),
    table("Longest delay of a pair in another room meanwhile, in ms", &[Kind::Crowd], Quantity::Elsewhere, 1),
    table("99th percentile of the same, in ms", &[Kind::Crowd], Quantity::Elsewhere99, 1),
    table("Messages lost by those who read", &[Kind::Stalled, Kind::FlatOut], Quantity::Lost, 0),
    table("Memory of the server at the end, in MiB", &[Kind::Stalled], Quantity::Memory, 0),
    table("CPU time per person who comes and joins, in µs", &[Kind::Coming], Quantity::Join, 1),
    table("Memory of an idle connection, in KiB", &[Kind::Idle], Quantity::Idle, 2),
    table("How busy the core was that made the load, in %", &[Kind::FlatOut], Quantity::Generator, 0),
];

const fn table(title: &'static str, kinds: &'static [Kind], quantity: Quantity, decimals: usize) -> Table {
    Table { title, kinds, quantity, decimals, unit: 1.0 }
}

/// Returns all tables of which there are figures, each with these words behind its title.
pub(crate) fn all(title: &str, works: &[&Work], figures: &Figures) -> String {
    TABLES.iter().map(|table| write(table, title, works, figures)).collect()
}

fn write(table: &Table, title: &str, works: &[&Work], figures: &Figures) -> String {
    let of = |work: &Work, server| figures.spread(&work.name, server, table.quantity);
    let works: Vec<&Work> = works.iter().copied().filter(|work| table.kinds.contains(&work.kind)).collect();
    let servers: Vec<Server> =
        Server::ALL.into_iter().filter(|&server| works.iter().any(|work| of(work, server).is_some())).collect();
    let mut text = String::new();
    if servers.is_empty() {
        return text;
    }
    let names: Vec<&str> = servers.iter().map(|server| server.name()).collect();
    let mut line = |words: std::fmt::Arguments<'_>| writeln!(text, "{words}").expect("a string takes everything");
    line(format_args!("### {}{title}\n", table.title));
    line(format_args!("| | {} |", names.join(" | ")));
    line(format_args!("|---|{}", "---|".repeat(servers.len())));
    for work in works {
        let cells: Vec<String> = servers
            .iter()
            .map(|&server| of(work, server).map_or_else(String::new, |spread| spread.cell(table.unit, table.decimals)))
            .collect();
        line(format_args!("| {} | {} |", work.name, cells.join(" | ")));
    }
    line(format_args!(""));
    text
}

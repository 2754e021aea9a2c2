//! Owns the goals, and says of each on each server whether it is met, or by how much it is missed.

use std::fmt::Write as _;

use chinwag_core::Config;

use crate::alone::Alone;
use crate::figures::{Figures, Quantity};
use crate::server::Server;
use crate::work::{Kind, Work};

/// What a figure is held against.
#[derive(Clone, Copy, Debug)]
enum Goal {
    /// At least so many times another server's.
    AtLeast(f64, Other),
    /// At most so many times another server's.
    AtMost(f64, Other),
    /// At most this.
    Under(f64),
}

/// The server with which others are compared.
#[derive(Clone, Copy, Debug)]
enum Other {
    /// The one that has the same cores.
    Floor,
    Redis,
    /// The IRC server that is the best at it.
    BestOfIrc,
}

impl Other {
    /// Returns those beside which a server stands.
    fn beside(self, server: Server) -> Vec<Server> {
        match self {
            Self::Floor => vec![server.floor()],
            Self::Redis => vec![Server::Redis],
            Self::BestOfIrc => Server::IRC_PEERS.into(),
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Floor => "the floor",
            Self::Redis => "Redis",
            Self::BestOfIrc => "the better of ngIRCd and InspIRCd",
        }
    }
}

/// Returns what is wanted of a work.
fn goals(work: &Work) -> Vec<(Quantity, &'static str, Goal)> {
    let (deliveries, cpu) = ((Quantity::Deliveries, "deliveries"), (Quantity::Cpu, "CPU each"));
    let goal = |(quantity, words), goal| (quantity, words, goal);
    match (work.kind, work.name.as_str()) {
        (Kind::FlatOut, "1 × 100, flat out" | "1 × 1000, flat out") => vec![
            goal(deliveries, Goal::AtLeast(0.95, Other::Floor)),
            goal(cpu, Goal::AtMost(1.15, Other::Floor)),
            goal(deliveries, Goal::AtLeast(1.8, Other::Redis)),
        ],
        (Kind::FlatOut, "100 × 10, flat out") => {
            vec![
                goal(deliveries, Goal::AtLeast(0.95, Other::Floor)),
                goal(deliveries, Goal::AtLeast(2.0, Other::Redis)),
            ]
        }
        (Kind::Paced, "1 × 100, 200/s" | "1 × 1000, 20/s" | "100 × 10, 20/s") => vec![
            goal(cpu, Goal::AtMost(1.25, Other::Floor)),
            goal(cpu, Goal::AtMost(1.0, Other::Redis)),
            (Quantity::Delay50, "median delay", Goal::AtMost(1.25, Other::Floor)),
            (Quantity::Delay99, "p99 delay", Goal::AtMost(1.25, Other::Floor)),
        ],
        (Kind::FlatOut, "IRC, 1 × 100, flat out") => vec![goal(deliveries, Goal::AtLeast(10.0, Other::BestOfIrc))],
        (Kind::FlatOut, "IRC, 100 × 10, flat out") => vec![goal(deliveries, Goal::AtLeast(15.0, Other::BestOfIrc))],
        (Kind::Paced, "IRC, 1 × 100, 200/s") => vec![goal(cpu, Goal::AtMost(0.75, Other::BestOfIrc))],
        // Those are for the plots.
        (Kind::FlatOut | Kind::Paced, _) => Vec::new(),
        (Kind::Crowd, _) => vec![
            (Quantity::Complete, "until the last has it", Goal::AtMost(1.3, Other::Floor)),
            (Quantity::Elsewhere, "ms in another room at most", Goal::Under(5.0)),
        ],
        (Kind::Stalled, _) => vec![
            (Quantity::Lost, "lost by the others", Goal::Under(0.0)),
            (Quantity::Memory, "MiB of memory", Goal::Under(queues_mib(work) + BASE_MIB)),
        ],
        (Kind::Coming, _) => vec![(Quantity::Join, "µs of CPU each", Goal::Under(45.0))],
        (Kind::Idle, _) => vec![(Quantity::Idle, "KiB each", Goal::Under(if work.by_irc { 1.3 } else { 0.9 }))],
    }
}

/// What a server has with nothing queued: its program, and ten thousand connections.
const BASE_MIB: f64 = 20.0;

/// What the limit of each queue comes to for all who are stalled.
fn queues_mib(work: &Work) -> f64 {
    let stalled = work.load.iter().skip_while(|word| *word != "--stalled").nth(1);
    let stalled: f64 = stalled.and_then(|number| number.parse().ok()).unwrap_or(0.0);
    stalled * 100.0 * Config::default().limits.queue_bytes_max as f64 / f64::from(1 << 20)
}

/// Returns the table of all goals of which there are figures, for some servers.
pub(crate) fn table(servers: &[Server], works: &[&Work], figures: &Figures, alone: &Alone) -> String {
    let names: Vec<_> = servers.iter().map(|server| server.name()).collect();
    let mut text = format!("| work | goal | {} |\n|---|---|{}\n", names.join(" | "), "---|".repeat(names.len()));
    for work in works {
        for (quantity, words, goal) in goals(work) {
            let cells = servers.iter().map(|&server| judge(figures, &work.name, server, quantity, goal));
            let cells = cells.collect::<Vec<_>>().join(" | ");
            let goal = match goal {
                Goal::AtLeast(times, other) => format!("{words}: at least {times} × {}", other.name()),
                Goal::AtMost(times, other) => format!("{words}: at most {times} × {}", other.name()),
                Goal::Under(most) => format!("{words}: at most {most}"),
            };
            writeln!(text, "| {} | {goal} | {cells} |", work.name).expect("a string takes everything");
        }
    }
    text += &stalled(works, figures);
    text += &core(alone);
    text
}

fn judge(figures: &Figures, work: &str, server: Server, quantity: Quantity, goal: Goal) -> String {
    let ratios =
        |to: Other| to.beside(server).into_iter().filter_map(|other| figures.ratio(work, server, other, quantity));
    let (value, met, unit) = match goal {
        Goal::AtLeast(times, to) => (ratios(to).min_by(f64::total_cmp), Met::from(times), " ×"),
        Goal::AtMost(times, to) => (ratios(to).max_by(f64::total_cmp), Met::up_to(times), " ×"),
        Goal::Under(most) => (figures.spread(work, server, quantity).map(|spread| spread.median), Met::up_to(most), ""),
    };
    value.map_or_else(String::new, |value| met.judge(value, unit))
}

/// From where on, or up to where, a goal is met.
#[derive(Clone, Copy, Debug)]
struct Met {
    least: f64,
    most: f64,
}

impl Met {
    const fn from(least: f64) -> Self {
        Self { least, most: f64::INFINITY }
    }

    const fn up_to(most: f64) -> Self {
        Self { least: f64::NEG_INFINITY, most }
    }

    fn judge(self, value: f64, unit: &str) -> String {
        let word = if value >= self.least && value <= self.most { "met" } else { "**missed**" };
        format!("{word}: {value:.2}{unit}")
    }
}

/// How fast those who read are served while others don't, by how fast they are when all do.
fn stalled(works: &[&Work], figures: &Figures) -> String {
    let of: Vec<&Work> = works.iter().copied().filter(|work| work.kind == Kind::Stalled).collect();
    let [all, some] = of[..] else { return String::new() };
    let cells = Server::OURS.map(|server| {
        let median = |work: &Work| Some(figures.spread(&work.name, server, Quantity::Deliveries)?.median);
        // Of ten members one is stalled: the others are nine tenths of the deliveries.
        let ratio = median(some).zip(median(all)).map(|(some, all)| some / (all * 0.9));
        ratio.map_or_else(String::new, |ratio| Met::from(0.9).judge(ratio, " ×"))
    });
    format!("| {} | deliveries to each of the others: at least 0.9 × without | {} |\n", some.name, cells.join(" | "))
}

/// What the core does by itself.
fn core(alone: &Alone) -> String {
    let mut text = String::new();
    let mut line = |words: &str, figure: Option<String>| {
        if let Some(figure) = figure {
            writeln!(text, "| the core alone, a million users | {words} | {figure} | | | |")
                .expect("a string takes everything");
        }
    };
    for (step, how) in [("core/message", ", one by one"), ("core/message-at-once", ", of 64 people at once")] {
        let per_second = alone.spread(step, 1_000_000).map(|ns| 1_000.0 / ns.median);
        let words = format!("millions of messages in per second{how}: at least 5");
        line(&words, per_second.map(|rate| Met::from(5.0).judge(rate, "")));
    }
    let bytes = alone.spread("memory/person", 1_000_000);
    line("bytes per user: at most 300", bytes.map(|bytes| Met::up_to(300.0).judge(bytes.median, "")));
    text
}

//! The outcome of a load run, as a table and as one line of JSON.

use std::fmt::Write as _;
use std::time::Duration;

use super::flags::Plan;
use crate::histogram::Histogram;

/// The delays told besides the longest: how many thousandths are no longer, and the name of that.
const QUANTILES: [(u16, &str); 4] = [(500, "p50"), (900, "p90"), (990, "p99"), (999, "p99.9")];

/// What was measured. Counts are of the measured time, losses of the whole run.
#[derive(Debug)]
pub(super) struct Report {
    /// The measured time.
    pub(super) length: Duration,
    /// Messages that the senders' sockets took.
    pub(super) messages: u64,
    /// Messages that members received.
    pub(super) deliveries: u64,
    /// Time from when a message was meant to be sent to its arrival at a member, in nanoseconds.
    pub(super) delays: Histogram,
    /// Time to its arrival at the last member, if that was looked at.
    pub(super) completions: Option<Histogram>,
    /// What went wrong.
    pub(super) losses: Losses,
    /// What the server used, if its process was named.
    pub(super) server: Option<ServerUse>,
    /// CPU time of the generator itself: near 100 % it was the limit, not the server.
    pub(super) own_cpu_ns: u64,
}

/// Deliveries that did not happen as they should.
#[derive(Debug, Clone, Copy)]
pub(super) struct Losses {
    /// Messages that never came, each counted once per member.
    pub(super) lost: u64,
    /// The sum of the server's own notices.
    pub(super) told: u64,
    /// Messages that came twice or out of order.
    pub(super) disordered: u64,
}

/// Resources of the server's process.
#[derive(Debug, Clone, Copy)]
pub(super) struct ServerUse {
    /// CPU time of all threads in the measured time.
    pub(super) cpu_ns: u64,
    /// Resident memory at the end.
    pub(super) rss_kib: u64,
}

impl Report {
    /// Returns lines for people.
    pub(super) fn table(&self, plan: &Plan) -> String {
        let pace = match plan.rate {
            Some(rate) => format!("{rate} messages/s in each room"),
            None => format!("flat out, window {}", plan.window),
        };
        let mut table = format!(
            "load        {} x {} members, {} characters, {pace}, {:.1} s\n",
            rooms(plan.rooms),
            plan.members,
            plan.chars,
            self.length.as_secs_f64()
        );
        let delays: Vec<String> = self.delay_us().map(|(name, us)| format!("{name} {us:.0}")).collect();
        line(&mut table, "messages", format_args!("{:.0} /s", self.per_second(self.messages)));
        line(&mut table, "deliveries", format_args!("{:.0} /s", self.per_second(self.deliveries)));
        line(&mut table, "delay", format_args!("{} us", delays.join("  ")));
        if let Some((p50, max)) = self.completion_us() {
            line(&mut table, "complete", format_args!("p50 {p50:.0}  max {max:.0} us until the last has it"));
        }
        let Losses { lost, told, disordered } = self.losses;
        line(&mut table, "lost", format_args!("{lost} (told by the server: {told}), out of order {disordered}"));
        if let Some(server) = &self.server {
            let each = self.us_per_delivery(server).map_or("-".to_owned(), |us| format!("{us:.3}"));
            let busy = self.percent_of_a_core(server.cpu_ns);
            let text = format_args!("{each} us CPU per delivery, {busy:.0} % of a core, {} KiB", server.rss_kib);
            line(&mut table, "server", text);
        }
        line(&mut table, "generator", format_args!("{:.0} % of a core", self.percent_of_a_core(self.own_cpu_ns)));
        table
    }

    /// Returns one JSON object in one line. Delays are in microseconds.
    pub(super) fn json(&self, plan: &Plan) -> String {
        let rate = plan.rate.map_or("null".to_owned(), |rate| rate.to_string());
        let delays: Vec<String> = self.delay_us().map(|(name, us)| format!("\"{name}\":{us:.1}")).collect();
        let complete = self
            .completion_us()
            .map_or("null".to_owned(), |(p50, max)| format!("{{\"p50\":{p50:.1},\"max\":{max:.1}}}"));
        let server = match &self.server {
            Some(server) => format!(
                "{{\"cpu_us_per_delivery\":{},\"cpu_percent\":{:.1},\"rss_kib\":{}}}",
                self.us_per_delivery(server).map_or("null".to_owned(), |us| format!("{us:.4}")),
                self.percent_of_a_core(server.cpu_ns),
                server.rss_kib
            ),
            None => "null".to_owned(),
        };
        format!(
            "{{\"rooms\":{},\"members\":{},\"size\":{},\"rate\":{rate},\"window\":{},\"seconds\":{:.3},\
             \"messages_per_second\":{:.1},\"deliveries_per_second\":{:.1},\"delay_us\":{{{}}},\
             \"complete_us\":{complete},\"lost\":{},\"told_dropped\":{},\"disordered\":{},\"server\":{server},\"generator_cpu_percent\":{:.1}}}\n",
            plan.rooms,
            plan.members,
            plan.chars,
            plan.window,
            self.length.as_secs_f64(),
            self.per_second(self.messages),
            self.per_second(self.deliveries),
            delays.join(","),
            self.losses.lost,
            self.losses.told,
            self.losses.disordered,
            self.percent_of_a_core(self.own_cpu_ns),
        )
    }

    /// The middle and the longest time until the last member has a message.
    fn completion_us(&self) -> Option<(f64, f64)> {
        let completions = self.completions.as_ref()?;
        Some((completions.quantile(500) as f64 / 1_000.0, completions.max() as f64 / 1_000.0))
    }

    fn per_second(&self, count: u64) -> f64 {
        count as f64 / self.length.as_secs_f64()
    }

    fn percent_of_a_core(&self, cpu_ns: u64) -> f64 {
        cpu_ns as f64 / self.length.as_nanos() as f64 * 100.0
    }

    fn us_per_delivery(&self, server: &ServerUse) -> Option<f64> {
        (self.deliveries > 0).then(|| server.cpu_ns as f64 / 1_000.0 / self.deliveries as f64)
    }

    fn delay_us(&self) -> impl Iterator<Item = (&'static str, f64)> {
        let told = QUANTILES.map(|(per_mille, name)| (name, self.delays.quantile(per_mille)));
        told.into_iter().chain([("max", self.delays.max())]).map(|(name, ns)| (name, ns as f64 / 1_000.0))
    }
}

fn rooms(count: usize) -> String {
    match count {
        1 => "1 room".to_owned(),
        more => format!("{more} rooms"),
    }
}

fn line(table: &mut String, name: &str, text: std::fmt::Arguments<'_>) {
    writeln!(table, "{name:<11} {text}").expect("a string takes all that is written to it");
}

#[cfg(test)]
mod tests;

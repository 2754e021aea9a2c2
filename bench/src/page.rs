//! Owns `performance.md`: replaces the figures in it, and leaves what people have written about them.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};

use crate::alone::Alone;
use crate::flags::Bench;
use crate::programs::Programs;
use crate::runs::{self, Findings};
use crate::server::Server;
use crate::work::Work;
use crate::{machine, plots, tables, verdicts, work};

/// Between these lines the page is made by this program.
const LINES: Section = Section {
    begin: "<!-- figures: begin; made by chinwag-bench -->",
    end: "<!-- figures: end -->",
    title: "",
    servers: &Server::OURS,
};
const IRC: Section = Section {
    begin: "<!-- IRC figures: begin; made by chinwag-bench -->",
    end: "<!-- IRC figures: end -->",
    title: " by IRC",
    servers: &Server::OURS_BY_IRC,
};

/// A part of the page.
struct Section {
    begin: &'static str,
    end: &'static str,
    title: &'static str,
    /// Those that are chinwag.
    servers: &'static [Server],
}

/// The steps of the core that are shown by the number of people.
const STEPS: [(&str, &str); 8] = [
    ("core/message", "a message, from request to actions, in ns"),
    ("core/message-at-once", "a message, of 64 people who are heard at once, in ns"),
    ("core/bytes-to-bytes", "a message, from its bytes to the sockets of 20 members, in ns"),
    (
        "core/burst",
        "250 messages of one person, which come in one read, from their bytes to the sockets of 20 members, in ns",
    ),
    ("core/rename", "a new name, told to 20 members, in ns"),
    ("core/join", "another room, told to 20 and 20 members, in ns"),
    ("memory/person", "memory of the core for each person, in bytes"),
    ("allocations/message", "allocations for each message, from bytes to sockets"),
];

/// Measures everything, and writes the page with its plots.
///
/// # Errors
/// A program can't be built or run, or the page can't be written.
pub(crate) fn write(flags: &Bench) -> Result<()> {
    let works = work::all(flags);
    ensure!(!works.is_empty() || flags.wants_core(), "no work has such a name");
    let programs = Programs::build()?;
    let findings = runs::run(flags, &programs, &works)?;

    fs::create_dir_all(&flags.out).with_context(|| format!("cannot make {}", flags.out.display()))?;
    let page = flags.out.join("performance.md");
    let (by_irc, by_lines): (Vec<_>, Vec<_>) = works.iter().partition(|work| work.by_irc);
    if !by_lines.is_empty() || flags.wants_core() {
        let plots = plots::draw(&flags.out, &by_lines, &findings.figures)?;
        let text = LINES.text(circumstances(flags), &by_lines, &findings, &plots) + &core(&findings.alone);
        LINES.replace(&page, &text)?;
    }
    if !by_irc.is_empty() {
        IRC.replace(&page, &IRC.text(irc_circumstances(flags), &by_irc, &findings, ""))?;
    }
    Ok(())
}

impl Section {
    fn text(&self, mut text: String, works: &[&Work], findings: &Findings, plots: &str) -> String {
        for failure in &findings.failures {
            text += &format!("- {failure}\n");
        }
        text += &format!("\n### The goals{}\n\n", self.title);
        let alone = if works.iter().all(|work| work.by_irc) { &Alone::default() } else { &findings.alone };
        text += &verdicts::table(self.servers, works, &findings.figures, alone);
        text += "\n";
        text += plots;
        text + &tables::all(self.title, works, &findings.figures)
    }
}

fn circumstances(flags: &Bench) -> String {
    let remark = flags.remark.as_ref().map_or_else(String::new, |remark| format!("| remark | {remark} |\n"));
    format!(
        "| | |\n|---|---|\n{remark}| machine | {} |\n| programs | {} |\n| runs | {} of {} s of each work, the servers in turns |\n\
         | figures | the median, and in brackets the least and the greatest; ratios are of figures of the same round |\n\
         | messages | 64 characters; a window of 512 in one room, 64 in each of a hundred |\n\
         | cores, one thread | the server has core 0 to itself, and the load is made on core 1 |\n\
         | cores, two threads, and NATS | they share both cores with the load, as does the floor that they are compared with |\n\
         | the pair in another room | has a higher priority than what makes the load, with which it shares a core |\n\
         | chinwag | everything at its default but `--flood-rate 0` |\n\n",
        machine::describe(),
        machine::versions(),
        flags.repeat(),
        flags.seconds(),
    )
}

/// The core alone, by the number of people.
fn core(alone: &Alone) -> String {
    let sizes = [1_000, 10_000, 100_000, 1_000_000];
    if STEPS.iter().all(|(step, _)| alone.spread(step, sizes[0]).is_none()) {
        return String::new();
    }
    let mut text = "### The core alone, by the number of people, 20 in each room\n\n| | 1 000 | 10 000 | 100 000 | 1 000 000 |\n|---|---|---|---|---|\n".to_owned();
    for (step, words) in STEPS {
        let cells =
            sizes.map(|people| alone.spread(step, people).map_or_else(String::new, |spread| spread.cell(1.0, 1)));
        text += &format!("| {words} | {} |\n", cells.join(" | "));
    }
    text
}

/// Says how what is compared by IRC was run.
fn irc_circumstances(flags: &Bench) -> String {
    let remark = flags.remark.as_ref().map_or_else(String::new, |remark| format!("| remark | {remark} |\n"));
    format!(
        "| | |\n|---|---|\n{remark}| programs | {} |\n| runs | {} of {} s of each work, the servers in turns |\n\
         | cores | the server has core 0 to itself, and the load is made on core 1 |\n\
         | chinwag | one thread, everything at its default but `--flood-rate 0` |\n\
         | ngIRCd, InspIRCd | Debian's, with no limits to joins, connections and rates, and nobody looked up |\n\n",
        machine::irc_versions(),
        flags.repeat(),
        flags.seconds(),
    )
}

impl Section {
    /// Puts `text` between the two lines of the page; a page without them gets them at its end.
    fn replace(&self, path: &Path, text: &str) -> Result<()> {
        let Self { begin: first, end: last, .. } = self;
        let old = fs::read_to_string(path).unwrap_or_else(|_| "# Performance\n".to_owned());
        let (before, after) = match (old.find(first), old.find(last)) {
            (Some(begin), Some(end)) if begin < end => (&old[..begin], &old[end + last.len()..]),
            _ => (&old[..], "\n"),
        };
        let page = format!("{}\n\n{first}\n\n{}\n\n{last}{after}", before.trim_end(), text.trim_end());
        fs::write(path, page).with_context(|| format!("cannot write {}", path.display()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_figures_are_replaced() {
        let path = std::env::temp_dir().join(format!("chinwag-bench-page-{}.md", std::process::id()));
        fs::write(&path, "# Title\n\nWords.\n").expect("it can be written");
        for figures in ["first", "second"] {
            LINES.replace(&path, figures).expect("it can be replaced");
        }
        let page = fs::read_to_string(&path).expect("it is there");
        fs::remove_file(&path).expect("it can be removed");
        assert_eq!(page, format!("# Title\n\nWords.\n\n{}\n\nsecond\n\n{}\n", LINES.begin, LINES.end));
    }
}

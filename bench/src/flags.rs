//! Owns the flags.

use std::path::PathBuf;
use std::str::FromStr;

use argh::FromArgs;

/// Measure chinwag beside the least that its work can cost, Redis and NATS, and write docs/performance.md.
#[derive(Debug, FromArgs)]
pub(crate) struct Bench {
    /// only see whether it works: one run of a second each, and smaller crowds
    #[argh(switch)]
    pub(crate) quick: bool,

    /// how often each server does each work (default 5)
    #[argh(option, default = "5")]
    pub(crate) repeat: usize,

    /// seconds that each run measures (default 3)
    #[argh(option, default = "3.0")]
    pub(crate) seconds: f64,

    /// work to do, by a part of its name; may be given more than once (default all)
    #[argh(option)]
    pub(crate) only: Vec<String>,

    /// server to run, by a part of its name; may be given more than once (default all)
    #[argh(option)]
    pub(crate) server: Vec<String>,

    /// a remark on the circumstances, to stand at the head of the figures
    #[argh(option)]
    pub(crate) remark: Option<String>,

    /// folder to write performance.md and its plots to (default docs)
    #[argh(option, default = "PathBuf::from(\"docs\")")]
    pub(crate) out: PathBuf,

    #[argh(subcommand)]
    pub(crate) part: Option<Part>,
}

/// What else this program is.
#[derive(Debug, FromArgs)]
#[argh(subcommand)]
pub(crate) enum Part {
    /// The program that only writes.
    Floor(Floor),
    /// The simulation of several servers.
    Cluster(Cluster),
}

/// Simulate many servers that follow one log, print what that costs, and draw the plots of docs/cluster.md.
#[derive(Debug, FromArgs)]
#[argh(subcommand, name = "cluster")]
pub(crate) struct Cluster {
    /// how many servers, more than one number behind commas (default 10,30,100)
    #[argh(option, default = "Numbers(vec![10, 30, 100])")]
    pub(crate) servers: Numbers,

    /// how many people, more than one number behind commas (default 10000,100000,1000000)
    #[argh(option, default = "Numbers(vec![10_000, 100_000, 1_000_000])")]
    pub(crate) people: Numbers,

    /// for how many seconds people talk in a run in which nothing fails (default 5)
    #[argh(option, default = "5")]
    pub(crate) seconds: u64,

    /// seed of what is random (default 1)
    #[argh(option, default = "1")]
    pub(crate) seed: u64,

    /// folder to write the plots to (default docs)
    #[argh(option, default = "PathBuf::from(\"docs\")")]
    pub(crate) out: PathBuf,
}

/// Numbers behind commas.
#[derive(Debug)]
pub(crate) struct Numbers(pub(crate) Vec<usize>);

impl FromStr for Numbers {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let number = |text: &str| text.trim().parse().ok().filter(|&number| number > 0);
        let numbers: Option<Vec<usize>> = text.split(',').map(number).collect();
        Ok(Self(numbers.ok_or_else(|| format!("{text:?} is no number above 0, nor several behind commas"))?))
    }
}

/// Serve as the program that only writes, for ever.
#[derive(Debug, FromArgs)]
#[argh(subcommand, name = "floor")]
pub(crate) struct Floor {
    /// port to listen on, at 127.0.0.1
    #[argh(option)]
    pub(crate) port: u16,
}

impl Bench {
    /// Tells whether a work is asked for.
    pub(crate) fn wants(&self, name: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|part| name.contains(part))
    }

    /// Tells whether the core alone is asked for.
    pub(crate) fn wants_core(&self) -> bool {
        self.wants("core")
    }

    /// Tells whether a server is asked for.
    pub(crate) fn wants_server(&self, name: &str) -> bool {
        self.server.is_empty() || self.server.iter().any(|part| name.contains(part))
    }

    /// Returns how often each work is done.
    pub(crate) fn repeat(&self) -> usize {
        if self.quick { 1 } else { self.repeat.max(1) }
    }

    /// Returns how long each run measures.
    pub(crate) fn seconds(&self) -> f64 {
        if self.quick { 1.0 } else { self.seconds }
    }
}

//! Owns where the log goes: to standard error, and to daily files if a folder is given.

use std::io::{self, IsTerminal as _};
use std::path::Path;

use anyhow::Context as _;
use tracing_appender::non_blocking::WorkerGuard;
use tracing_appender::rolling::{RollingFileAppender, Rotation};
use tracing_subscriber::filter::EnvFilter;
use tracing_subscriber::fmt;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

/// Under which name the counts are logged that an operator asks for.
pub(super) const REPORT: &str = "chinwag_report";

/// Starts logging what `RUST_LOG` asks for, by default `info`. The guard, if there is one, has to live as long as something may be
/// logged to the files.
pub(super) fn start(name: &str, dir: Option<&Path>) -> anyhow::Result<Option<WorkerGuard>> {
    let asked = std::env::var("RUST_LOG").ok().filter(|asked| !asked.is_empty());
    let filter = EnvFilter::try_new(asked.as_deref().unwrap_or("info"))
        .map_err(|error| anyhow::anyhow!("RUST_LOG can't be understood: {error}"))?;
    // What was asked for by a signal is not asked for less by a log that keeps silent about the rest.
    let filter = filter.add_directive(format!("{REPORT}=info").parse()?);
    let to_terminal = fmt::layer().with_writer(io::stderr).with_ansi(io::stderr().is_terminal());
    let (to_files, guard) = match dir {
        Some(dir) => {
            let (writer, guard) = tracing_appender::non_blocking(daily_files(name, dir)?);
            (Some(fmt::layer().with_writer(writer).with_ansi(false)), Some(guard))
        }
        None => (None, None),
    };
    tracing_subscriber::registry().with(filter).with(to_terminal).with(to_files).init();
    Ok(guard)
}

fn daily_files(name: &str, dir: &Path) -> anyhow::Result<RollingFileAppender> {
    anyhow::ensure!(dir.is_dir() || !dir.exists(), "can't log to --log-dir {}: it is not a folder", dir.display());
    std::fs::create_dir_all(dir)
        .and_then(|()| dir.read_dir().map(drop))
        .with_context(|| format!("can't log to --log-dir {}", dir.display()))?;
    RollingFileAppender::builder()
        .rotation(Rotation::DAILY)
        .filename_prefix(name)
        .filename_suffix("log")
        .build(dir)
        .with_context(|| format!("can't log to --log-dir {}", dir.display()))
}

//! Owns where the log goes, and how it is written: to standard error, which may be the journal's, and to daily files if
//! a folder is given, as text or as JSON.

use std::io::{self, IsTerminal as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::Context as _;
use chinwag_io::{AUDIT, REPORT};
use tracing_appender::non_blocking::{NonBlocking, NonBlockingBuilder, WorkerGuard};
use tracing_appender::rolling::{RollingFileAppender, Rotation};
use tracing_subscriber::filter::{EnvFilter, LevelFilter};
use tracing_subscriber::fmt::{self, MakeWriter};
use tracing_subscriber::layer::{Layer, SubscriberExt as _};
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::systemd::{Journal, is_read_by_journal};

/// What `RUST_LOG` may name without a level: what our crates are called, and how all their names begin.
const TARGETS: [&str; 6] = ["chinwag", "chinwag_core", "chinwag_io", "chinwag_launch", "chinwag_smol", "chinwag_tokio"];

/// How many lines may wait to be written: some megabytes of them. What is more is not logged.
const LINES_MAX: usize = 16_384;

/// How lines of the log are written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Format {
    /// For people.
    Text,
    /// For programs: each is an object.
    Json,
}

impl Format {
    /// Returns the word by which it is asked for.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Json => "json",
        }
    }

    /// Returns what writes lines in this format for this reader.
    fn layer<S, W>(self, writer: W, reader: Reader) -> Box<dyn Layer<S> + Send + Sync>
    where
        S: tracing::Subscriber + for<'a> LookupSpan<'a>,
        W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
    {
        let is_coloured = reader == Reader::Terminal && self == Self::Text;
        let is_journal = reader == Reader::Journal;
        let lines = fmt::layer().with_writer(writer).with_ansi(is_coloured);
        match self {
            Self::Text if is_journal => {
                // It has the time and the level of each line.
                lines.map_event_format(|text| Journal(text.without_time().with_level(false))).boxed()
            }
            Self::Text => lines.boxed(),
            Self::Json => {
                // There are no spans. What an event says is beside its level and its target.
                let lines = lines.json().flatten_event(true).with_current_span(false).with_span_list(false);
                if is_journal { lines.map_event_format(Journal).boxed() } else { lines.boxed() }
            }
        }
    }
}

/// Who reads lines of the log.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Reader {
    Terminal,
    Journal,
    Other,
}

/// The log, as long as it is written.
#[derive(Debug)]
pub(super) struct Log {
    /// What has the daily files opened anew, if there are any.
    pub(super) reopening: Option<Reopening>,
    _guards: Vec<WorkerGuard>,
}

/// Asks for the daily files to be opened anew: they may have been moved away.
#[derive(Clone, Debug)]
pub(super) struct Reopening(Arc<AtomicBool>);

impl Reopening {
    /// Has what is logged from now on go to files that are opened anew, and says so there, whatever `RUST_LOG` says.
    pub(super) fn reopen(&self) {
        self.0.store(true, Ordering::Release);
        tracing::info!(target: REPORT, "SIGHUP: the log files are opened anew");
    }
}

/// Daily files, which can be opened anew.
struct Files {
    name: String,
    dir: PathBuf,
    appender: RollingFileAppender,
    reopening: Reopening,
}

impl Files {
    fn open(name: &str, dir: &Path) -> anyhow::Result<Self> {
        let appender = daily_files(name, dir)?;
        Ok(Self { name: name.to_owned(), dir: dir.to_owned(), appender, reopening: Reopening(Arc::default()) })
    }
}

impl io::Write for Files {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        if self.reopening.0.swap(false, Ordering::AcqRel) {
            match daily_files(&self.name, &self.dir) {
                Ok(appender) => self.appender = appender,
                // What is open is better than nothing. The log is written by this thread: what it logs comes after this
                // line.
                Err(error) => tracing::error!(target: REPORT, "the log files stay as they are: {error:#}"),
            }
        }
        self.appender.write(line)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.appender.flush()
    }
}

/// Starts logging what `RUST_LOG` asks for, by default `info`. All of it is written by threads of its own: a terminal
/// that was paused, or a pipe that nobody empties, keeps nobody waiting who chats. They live as long as the log.
pub(super) fn start(name: &str, dir: Option<&Path>, format: Format) -> anyhow::Result<Log> {
    let filter = filter(&std::env::var_os("RUST_LOG").unwrap_or_default().to_string_lossy())?;
    let (writer, guard) = aside(io::stderr());
    let reader = match is_read_by_journal() {
        true => Reader::Journal,
        false if io::stderr().is_terminal() => Reader::Terminal,
        false => Reader::Other,
    };
    let to_stderr = format.layer(writer, reader);
    let mut guards = vec![guard];
    let files = dir.map(|dir| Files::open(name, dir)).transpose()?;
    let reopening = files.as_ref().map(|files| files.reopening.clone());
    let to_files = files.map(|files| {
        let (writer, guard) = aside(files);
        guards.push(guard);
        format.layer(writer, Reader::Other)
    });
    tracing_subscriber::registry().with(filter).with(to_stderr).with(to_files).init();
    Ok(Log { reopening, _guards: guards })
}

/// Has lines written by a thread of its own.
fn aside(writer: impl io::Write + Send + 'static) -> (NonBlocking, WorkerGuard) {
    NonBlockingBuilder::default().lossy(true).buffered_lines_limit(LINES_MAX).thread_name("chinwag-log").finish(writer)
}

/// Reads what `RUST_LOG` asks for. A lone word that is neither a level nor a target of ours is refused: it would count
/// as the target of somebody else, and nothing would be logged.
pub(super) fn filter(asked: &str) -> anyhow::Result<EnvFilter> {
    let directives: Vec<_> = asked.split(',').map(str::trim).filter(|directive| !directive.is_empty()).collect();
    if let Some(word) = directives.iter().find(|directive| !is_level_or_target(directive)) {
        anyhow::bail!(
            "RUST_LOG can't be understood: {word:?} is no level; it takes off, error, warn, info, debug or trace, or a target and a \
             level, like chinwag_smol=debug"
        );
    }
    let directives = if directives.is_empty() { "info".to_owned() } else { directives.join(",") };
    let filter =
        EnvFilter::try_new(directives).map_err(|error| anyhow::anyhow!("RUST_LOG can't be understood: {error}"))?;
    // What is told whatever is asked for is not told less by a log that keeps silent about the rest.
    Ok(filter.add_directive(format!("{REPORT}=info").parse()?).add_directive(format!("{AUDIT}=info").parse()?))
}

fn is_level_or_target(directive: &str) -> bool {
    let is_word = !directive.contains(['=', '[']) && !directive.contains("::");
    !is_word || TARGETS.contains(&directive) || directive.parse::<LevelFilter>().is_ok()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_that_is_no_level_is_refused_with_what_is_allowed() {
        let words = ["verbose", "debgu", "info,debgu", " debgu ", "6", "chinwag-smol", "chinwag_smol:debug"];
        for asked in words {
            let said = filter(asked).expect_err(asked).to_string();
            let allowed = "off, error, warn, info, debug or trace, or a target and a level, like chinwag_smol=debug";
            assert!(said.contains("RUST_LOG") && said.contains(allowed) && !said.contains('\n'), "{asked}: {said}");
        }
        assert!(filter("de\nbug").expect_err("it is no level").to_string().contains(r#""de\nbug""#));
    }

    #[test]
    fn levels_and_targets_are_understood() {
        let cases = [
            ("", "info"),
            (" , ", "info"),
            ("off", "off"),
            ("DEBUG", "debug"),
            ("5", "trace"),
            (" warn ", "warn"),
            ("chinwag_smol=debug, warn", "chinwag_smol=debug,warn"),
            ("chinwag_tokio", "chinwag_tokio=trace"),
            ("chinwag", "chinwag=trace"),
            ("chinwag_io::admission", "chinwag_io::admission=trace"),
            ("polling=trace", "polling=trace"),
            ("[hub]=info", "[hub]=info"),
        ];
        for (asked, means) in cases {
            let means = EnvFilter::new(format!("{means},{REPORT}=info,{AUDIT}=info"));
            assert_eq!(filter(asked).expect(asked).to_string(), means.to_string(), "{asked}");
        }
    }
}

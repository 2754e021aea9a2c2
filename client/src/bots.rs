//! `chinwag bots`: company, and a load that anybody can watch.
//!
//! [`flags`] make troupes; each bot of them goes through its own [`script`], which follows from the seed. A [`bot`]
//! speaks and listens; the [`ledger`] knows what each is still to hear, so that at the end the [`mod@summary`] can tell
//! what was missed.

mod bot;
mod flags;
mod ledger;
mod random;
mod script;
mod summary;

use std::cell::{Cell, RefCell};
use std::io::Write as _;
use std::rc::Rc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

use async_io::Timer;
use async_signal::{Signal, Signals};
use futures_lite::{FutureExt as _, StreamExt as _, future};
use indicatif::{ProgressBar, ProgressStyle};
use smol::LocalExecutor;

use self::bot::{Bot, Stage};
pub(crate) use self::flags::BotsFlags;
use self::flags::Troupe;
use self::ledger::{Ledger, Slot};
use self::script::{Script, Topic};
use self::summary::summary;
use crate::descriptors;
use crate::flags::FlagError;

/// Names of those who chat; more of them get numbers.
const ENGLISH_NAMES: [&str; 6] = ["Ada", "Ben", "Cleo", "Dora", "Emil", "Fay"];
const RUST_NAMES: [&str; 6] = ["Ferris", "Corro", "Oxide", "Patina", "Verdigris", "Umber"];

/// The flags that say how many bots there are.
const COUNTS: &str = "--english, --rust and --stress";

/// How often the progress is shown: often enough to look alive.
const TICK: Duration = Duration::from_millis(100);

/// How long to wait at the end for what is still on its way.
const GRACE: Duration = Duration::from_secs(2);

/// Brings the bots, and tells at the end what came of it.
///
/// # Errors
///
/// There is no server, it lets not all bots in, or it closed a bot's connection.
pub(crate) fn run(flags: &BotsFlags) -> Result<()> {
    let troupes = flags.troupes();
    let bots: usize = troupes.iter().map(|troupe| troupe.count).sum();
    if bots == 0 {
        return Err(FlagError::new(COUNTS, "are all 0: there is nobody to bring").into());
    }
    descriptors::reserve(bots, COUNTS)?;
    let executor = LocalExecutor::new();
    async_io::block_on(executor.run(perform(&executor, flags, &troupes)))
}

async fn perform(executor: &LocalExecutor<'_>, flags: &BotsFlags, troupes: &[Troupe]) -> Result<()> {
    let mut signals = Signals::new([Signal::Int, Signal::Term])?;
    let slots: Vec<usize> = troupes.iter().map(|troupe| troupe.count).collect();
    let mut ledger = Ledger::new(&slots);
    let bar = progress_bar(flags, slots.iter().sum::<usize>());
    let joining = join(flags, troupes, &mut ledger, &bar);
    let interrupted = async {
        signals.next().await;
        bail!("ended before all bots had joined")
    };
    let bots = interrupted.or(joining).await.inspect_err(|_| bar.finish_and_clear())?;
    let stage = Rc::new(Stage {
        start: Instant::now(),
        ledger: RefCell::new(ledger),
        open: Cell::new(true),
        talking: Cell::new(bots.len()),
        lost: RefCell::default(),
    });
    let messages = flags.messages.map_or(usize::MAX, |count| usize::try_from(count).unwrap_or(usize::MAX));
    for (bot, script) in bots {
        let stage = Rc::clone(&stage);
        executor.spawn(async move { bot.play(&stage, script.take(messages)).await }).detach();
    }
    watch(flags, &stage, &bar, &mut signals).await;
    bar.finish_and_clear();
    let text = summary(troupes, flags.seed, stage.start.elapsed(), &stage.ledger.borrow());
    std::io::stdout().lock().write_all(text.as_bytes()).context("can't print the summary")?;
    let lost = stage.lost.borrow();
    match &**lost {
        [] => Ok(()),
        [first, ..] => bail!("{} bots lost their connection; {first}", lost.len()),
    }
}

/// Brings all bots into their rooms. Nobody speaks before all are there.
async fn join(
    flags: &BotsFlags,
    troupes: &[Troupe],
    ledger: &mut Ledger,
    bar: &ProgressBar,
) -> Result<Vec<(Bot, Script)>> {
    let (mut bots, server) = (Vec::new(), flags.server()?);
    for (room, troupe) in troupes.iter().enumerate() {
        for slot in 0..troupe.count {
            let place = Slot { room, slot };
            let bot = Bot::join(&server, &name(troupe.topic, slot), troupe.room, place).await?;
            ledger.name(place, bot.name());
            let script = Script::new(troupe.topic, troupe.pause, slot, troupe.count, flags.seed);
            bots.push((bot, script));
            bar.set_message(format!("{} bots have joined", bots.len()));
        }
    }
    Ok(bots)
}

fn name(topic: Topic, slot: usize) -> String {
    let named = |names: &[&str]| {
        names.get(slot).map_or(format!("{}{}", names[slot % names.len()], slot), |name| (*name).to_owned())
    };
    match topic {
        Topic::English => named(&ENGLISH_NAMES),
        Topic::Rust => named(&RUST_NAMES),
        Topic::Stress => format!("stress{slot}"),
    }
}

/// Shows the progress until the end, and then waits a little for what is still on its way.
async fn watch(flags: &BotsFlags, stage: &Stage, bar: &ProgressBar, signals: &mut Signals) {
    loop {
        let tick = async {
            Timer::after(TICK).await;
            false
        };
        let interrupted = async { signals.next().await.is_some() }.or(tick).await;
        let length = stage.start.elapsed();
        let totals = stage.ledger.borrow().totals();
        bar.set_message(format!("{} sent, {} received", totals.sent, totals.received));
        match flags.messages {
            Some(_) => bar.set_position(totals.sent),
            None => bar.set_position(u64::try_from(length.as_millis()).unwrap_or(u64::MAX)),
        }
        let over = flags.seconds.is_some_and(|seconds| length >= seconds);
        if interrupted || over || stage.talking.get() == 0 {
            break;
        }
    }
    stage.open.set(false);
    let ended = Instant::now();
    while stage.ledger.borrow().totals().outstanding() > 0 && ended.elapsed() < GRACE {
        Timer::after(TICK / 10).await;
    }
    future::yield_now().await;
}

/// Makes a bar that goes by messages, or by time; where neither has an end it only shows that it lives. It is drawn
/// where standard error is a terminal.
fn progress_bar(flags: &BotsFlags, bots: usize) -> ProgressBar {
    let length = match (flags.messages, flags.seconds) {
        (Some(messages), _) => Some(messages.saturating_mul(bots as u64)),
        (None, Some(seconds)) => u64::try_from(seconds.as_millis()).ok(),
        (None, None) => None,
    };
    let (bar, template) = match length {
        Some(length) => (ProgressBar::new(length), "{elapsed_precise} {bar:30} {percent:>3} %  {msg}"),
        None => (ProgressBar::new_spinner(), "{elapsed_precise} {spinner} {msg}  (Ctrl-C ends it)"),
    };
    let style = ProgressStyle::with_template(template).expect("the template is one of the two above");
    bar.with_style(style.progress_chars("=> "))
}

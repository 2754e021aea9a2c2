//! Measures a history: how fast it is filled beside SQLite alone, how large it is, and how fast it is read.
//!
//! ```sh
//! cargo run --release -p chinwag-history --example measure -- rate /tmp/measured 300000
//! cargo run --release -p chinwag-history --example measure -- fill /tmp/measured 10000000
//! cargo run --release -p chinwag-history --example measure -- read /tmp/measured 1000
//! ```
//!
//! `rate` fills one folder by the store and one by SQLite, in turn. `fill` adds rows to a history. `read` searches and
//! pages in it while so many rows a second are kept.

#![expect(clippy::print_stdout, reason = "it tells what it has measured")]

mod alone;
mod talk;

use std::path::Path;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};
use std::{env, fs};

use chinwag_core::Text;
use chinwag_core::words::{Bound, Page, Search};
use chinwag_history::{Options, Store};

use talk::Talk;

/// How many rows are kept by one call: what a busy hub has in a batch.
const BATCH: usize = 64;

fn main() {
    let args: Vec<_> = env::args().skip(1).collect();
    let args: Vec<_> = args.iter().map(String::as_str).collect();
    match *args {
        ["rate", dir, rows] => rate(Path::new(dir), number(rows), false),
        ["rate", dir, rows, "short"] => rate(Path::new(dir), number(rows), true),
        ["fill", dir, rows] => fill(Path::new(dir), number(rows)),
        ["read", dir, rate] => read(Path::new(dir), number(rate)),
        _ => panic!("measure rate|fill DIR ROWS, or measure read DIR RATE"),
    }
}

fn number(text: &str) -> u64 {
    text.parse().expect("it is a number")
}

fn mean(times: &[Duration]) -> f64 {
    times.iter().sum::<Duration>().as_secs_f64() / times.len() as f64
}

fn rate(dir: &Path, rows: u64, is_short: bool) {
    let (mut store_times, mut alone_times, mut longest) = (Vec::new(), Vec::new(), Duration::ZERO);
    for turn in 0..3 {
        let _ = fs::remove_dir_all(dir);
        fs::create_dir_all(dir).expect("the folder can be made");
        let mut talk = Talk::new(7, is_short);
        let batches: Vec<_> = (0..rows.div_ceil(BATCH as u64)).map(|_| talk.batch(BATCH)).collect();
        let store = Store::open(&Options::new(dir.join("store"))).expect("it can be opened");
        let began = Instant::now();
        for batch in &batches {
            let at = Instant::now();
            store.keep(batch);
            longest = longest.max(at.elapsed());
        }
        let kept = began.elapsed();
        while store.stats().rows_behind > 0 {
            thread::sleep(Duration::from_millis(1));
        }
        store_times.push(began.elapsed());
        let (stats, writer) = (store.stats(), cpu_seconds("history-writer"));
        drop(store);
        let tokens = alone::prepare(&batches);
        let (began, before) = (Instant::now(), cpu_seconds("measure"));
        alone::fill(&dir.join("alone.db"), &tokens);
        alone_times.push(began.elapsed());
        let alone = cpu_seconds("measure") - before;
        println!(
            "turn {turn}: keep {:.2} µs a row, longest batch {longest:?}; store {:?}, SQLite alone {:?}; CPU of the writer \
             {writer} s, of SQLite alone {alone:.2} s; {:.2} of the texts",
            kept.as_secs_f64() * 1e6 / rows as f64,
            store_times[turn],
            alone_times[turn],
            stats.database_bytes as f64 / talk.bytes() as f64,
        );
    }
    let (store, alone) = (rows as f64 / mean(&store_times), rows as f64 / mean(&alone_times));
    println!("rows a second: store {store:.0}, SQLite alone {alone:.0}: {:.2}", store / alone);
}

/// How much CPU time a thread of this program has taken: on a busy machine that tells more than how long it took.
fn cpu_seconds(thread: &str) -> f64 {
    let tasks =
        fs::read_dir("/proc/self/task").expect("this is Linux").map(|task| task.expect("it can be read").path());
    let is_it =
        |path: &std::path::PathBuf| fs::read_to_string(path.join("comm")).is_ok_and(|name| name.trim() == thread);
    let stat = tasks.filter(is_it).filter_map(|path| fs::read_to_string(path.join("stat")).ok()).next();
    let stat = stat.expect("there is such a thread");
    let (_, fields) = stat.rsplit_once(')').expect("the name is in brackets");
    let ticks = fields.split_whitespace().skip(11).take(2).map(|ticks| ticks.parse::<f64>().expect("it is a number"));
    // Linux tells it in hundredths of a second.
    ticks.sum::<f64>() / 100.0
}

fn fill(dir: &Path, rows: u64) {
    let store = Store::open(&Options::new(dir)).expect("it can be opened");
    let mut talk = Talk::new(7, false);
    let began = Instant::now();
    for done in 0..rows.div_ceil(BATCH as u64) {
        store.keep(&talk.batch(BATCH));
        while store.stats().rows_behind > 50_000 {
            thread::sleep(Duration::from_millis(10));
        }
        if done % 16_384 == 0 {
            println!("{} rows after {:?}: {:?}", done * BATCH as u64, began.elapsed(), store.stats());
        }
    }
    drop(store);
    let bytes = fs::metadata(dir.join("chinwag.db")).expect("it is there").len();
    println!(
        "{rows} rows in {:?}: {bytes} bytes for {} of texts: {:.2}",
        began.elapsed(),
        talk.bytes(),
        bytes as f64 / talk.bytes() as f64
    );
}

fn read(dir: &Path, rate: u64) {
    let began = Instant::now();
    let store = Store::open(&Options::new(dir)).expect("it can be opened");
    println!("opened in {:?}", began.elapsed());
    let mut talk = Talk::new(7, false);
    let rooms = talk.rooms();
    for room in &rooms {
        let (answer, past) = mpsc::channel();
        store.past(room.clone(), move |past| answer.send(past).expect("it is waited for"));
        talk.go_on(room, past.recv().expect("it is answered").expect("it can be read").said);
    }
    println!("{} pasts in {:?}", rooms.len(), began.elapsed());
    let mut questions = Talk::new(99, false);
    let (stop, stopped) = mpsc::channel::<()>();
    thread::scope(|scope| {
        let store = &store;
        scope.spawn(move || {
            let pause = Duration::from_millis(10);
            while rate > 0 && stopped.recv_timeout(pause).is_err_and(|error| error == mpsc::RecvTimeoutError::Timeout) {
                store.keep(&talk.batch(usize::try_from(rate / 100).expect("it is not that many")));
            }
        });
        for (title, rooms) in
            [("all rooms", &rooms[..]), ("main", &rooms[..1]), ("a small room", &rooms[rooms.len() - 1..])]
        {
            let mut times = Vec::new();
            let mut found = 0;
            let mut slowest = (Duration::ZERO, String::new());
            for _ in 0..1_000 {
                let words = questions.two_words();
                let search =
                    Search { rooms: rooms.iter().take(32).cloned().collect(), words: Text::clean(&words), count: 10 };
                let at = Instant::now();
                let (answer, answered) = mpsc::channel();
                store.search(search, move |found| answer.send(found).expect("it is waited for"));
                found += answered.recv().expect("it is answered").expect("it can be read").len();
                times.push(at.elapsed());
                slowest = slowest.max((at.elapsed(), words));
            }
            report(&format!("two words in {title}, {found} found, slowest {slowest:?}"), times);
        }
        let mut times = Vec::new();
        for turn in 0..1_000 {
            let room = rooms[turn % rooms.len()].clone();
            let before = Some(if turn % 2 == 0 {
                Bound::Seq(questions.below(1 << 20))
            } else {
                Bound::TimeMs(talk::START_MS + questions.below(1 << 33))
            });
            let at = Instant::now();
            let (answer, answered) = mpsc::channel();
            let page =
                Page { venue: room.into(), after: None, before, is_from_oldest: false, count: 100, with_events: false };
            store.page(page, move |page| answer.send(page).expect("it is waited for"));
            answered.recv().expect("it is answered").expect("it can be read");
            times.push(at.elapsed());
        }
        report("a page of 100", times);
        drop(stop);
    });
}

fn report(title: &str, mut times: Vec<Duration>) {
    times.sort_unstable();
    let at = |part: usize| times[times.len() * part / 1_000];
    println!("{title}: half under {:?}, 99 % under {:?}, all under {:?}", at(500), at(990), at(999));
}

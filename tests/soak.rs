//! Shows that a server which is attacked for a long time is afterwards what it was before: nothing leaks, and nothing
//! is lost of what honest people say. Its shadow runs again all that it records, and comes to the same.
//!
//! `CHINWAG_SOAK_SECONDS` says for how long each server is attacked; without it, it is a few seconds, so that this
//! stays true.

#![cfg(target_os = "linux")]

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use std::{env, fs, process, thread};

use chinwag_recording::verify;
use chinwag_tests::attacks::{crowds, listener, readers, resets, telnet, text};
use chinwag_tests::{Adapter, DEADLINE, Person, Siege, Vitals, fetch};

/// Long lines fill queues soon. A recording has several segments.
const FLAGS: [&str; 7] = ["--max-line", "4096", "--room-quiet", "50", "--record-bytes", "16M", "--shadow"];

/// How many people a crowd is.
const CROWD: usize = 300;

/// How many of those who read nothing at first read a byte a second then.
const SIPPERS: usize = 50;

/// How often all attacks are made before the server is looked at for the first time: what an allocator keeps for later
/// it keeps once. In a soak that told what the memory was on the way, the one on smol went from 5,216 KiB to 6,032
/// within seven rounds of those after the third, and stayed between 5,860 and 6,068 from then on.
const ROUNDS_BEFORE: usize = 10;

/// How much more memory there may be in use in the end, in percent.
const GROWTH_PERCENT_MAX: usize = 10;

/// How many figures of the memory on the way are reported, at most.
const STEPS: usize = 20;

/// A folder that goes with its owner.
struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn what_is_attacked_for_long_is_what_it_was_before() {
    let seconds =
        env::var("CHINWAG_SOAK_SECONDS").ok().map(|seconds| seconds.parse().expect("it is a number of seconds"));
    let time = Duration::from_secs(seconds.unwrap_or(2));
    let rounds_before = if seconds.is_some() { ROUNDS_BEFORE } else { 1 };
    thread::scope(|scope| {
        let soaking = Adapter::ALL.map(|adapter| scope.spawn(move || soak(adapter, time, rounds_before)));
        for one in soaking {
            one.join().expect("what went wrong is said above");
        }
    });
}

/// Attacks a server for so long, and says what was seen.
fn soak(adapter: Adapter, time: Duration, rounds_before: usize) {
    let folder = Folder(env::temp_dir().join(format!("chinwag-soak-{}-{adapter:?}", process::id())));
    let at = |part: &str| folder.0.join(part).to_str().expect("its name is text").to_owned();
    let mut siege = Siege::lay(adapter, &[&FLAGS[..], &["--record", &at("{}")]].concat());
    let fresh = settled(&siege).memory >> 10;
    for _ in 0..rounds_before {
        round(&mut siege);
    }
    let (before, start) = (settled(&siege), Instant::now());
    let (mut memory, mut names) = (vec![before.memory], Vec::new());
    while start.elapsed() < time {
        names = round(&mut siege);
        memory.push(settled(&siege).memory);
    }
    let after = settled(&siege);
    assert_free(&siege, &names);
    let counts = siege.report();
    let counts = counts.find("people=").map_or(counts.as_str(), |place| &counts[place..]).trim_end().to_owned();
    let metrics = fetch(siege.web_addr(), "GET /metrics HTTP/1.0\r\n\r\n");
    let shadow: Vec<_> = metrics.lines().filter(|line| line.starts_with("chinwag_shadow_")).collect();
    let ended = siege.lift();
    let is_warning = |line: &&str| line.contains(" WARN ") || line.contains(" ERROR ");
    let warnings: Vec<_> =
        ended.err.lines().filter(is_warning).filter(|line| !line.contains(" recording to ")).collect();
    let (played, _) = verify(Path::new(&at("0"))).expect("it runs again as it ran");

    let (rounds, most) = (memory.len() - 1, memory.iter().max().map_or(0, |most| most >> 10));
    let [was, is] = [before, after].map(|vitals| vitals.memory >> 10);
    // Whether it goes on growing is seen by what it was on the way.
    let on_the_way: Vec<_> = memory.iter().step_by(memory.len().div_ceil(STEPS)).map(|memory| memory >> 10).collect();
    let report = format!(
        "{}: {rounds} rounds in {} s; memory {fresh} KiB before the first attack, {was} KiB before, {is} KiB after \
         ({most} KiB at most between rounds, on the way {on_the_way:?}); descriptors {} and {}; \
         threads {} and {}; {} lines of log, {} warnings; {counts}; {shadow:?}; verified: {played:?}",
        adapter.program(),
        start.elapsed().as_secs(),
        before.descriptors,
        after.descriptors,
        before.threads,
        after.threads,
        ended.err.lines().count(),
        warnings.len(),
    );
    eprintln!("{report}");
    assert_eq!((after.descriptors, after.threads), (before.descriptors, before.threads), "{report}");
    assert_eq!(warnings, [""; 0], "{report}");
    assert!(shadow.contains(&"chinwag_shadow_differences_total 0"), "{report}");
    // In a few seconds memory is still being taken for the first time.
    if rounds >= ROUNDS_BEFORE {
        assert!(is <= was + was * GROWTH_PERCENT_MAX / 100, "{report}");
    }
}

/// Makes each of the attacks for about a second, or two. Returns the names that attackers had taken in the end.
fn round(siege: &mut Siege) -> Vec<String> {
    let addr = siege.addr();
    let ms = Duration::from_millis;
    siege.assault("a crowd", 2, |_, fire| crowds::come_and_go(addr, fire, CROWD / 2, ms(4)));
    let (_, named) = siege.assault("new names", 8, |number, fire| crowds::rename(addr, fire, number));
    siege.assault("rooms", 20, |number, fire| crowds::make_rooms(addr, fire, number));
    let (_, deaf) =
        siege.assault("some come who read nothing", 1, |_, fire| readers::read_nothing(addr, fire, CROWD, ms(3)));
    let dropped = siege.count("dropped");
    siege.assault_for(2, "some read nothing, and some sip", 2, |number, fire| match number {
        0 => readers::sip(fire, &deaf[0][..SIPPERS], ms(1000)),
        _ => readers::talk_much(addr, fire, ms(25)),
    });
    assert!(siege.count("dropped") > dropped, "who hardly reads is sent more than they read");
    drop(deaf);
    siege.assault("half-closed connections", 2, |_, fire| readers::half_close(addr, fire));
    siege.assault("resets", 1, |_, fire| resets::talk_and_reset(addr, fire, 50, 3, ms(100)));
    siege.assault("harmful text, and bad names", 3, |number, fire| match number {
        0 => text::ask_for_bad_names(addr, fire),
        _ => text::say_harm(addr, fire),
    });
    siege.assault("an endless line", 1, |_, fire| text::send_endless_line(addr, fire));
    siege.assault("line ends", 2, |_, fire| text::flood_line_ends(addr, fire));
    siege.assault("a drip", 1, |_, fire| text::drip(addr, fire, 50, ms(20)));
    let page = siege.web_addr();
    siege.assault("wrong ports", 3, |number, fire| match number {
        0 => listener::speak_something_else(addr, page, fire),
        1 => listener::speak_http_late(addr, page, fire),
        _ => listener::look_in(addr, fire, ms(50)),
    });
    let storms = telnet::Storm::ALL;
    siege.assault("telnet storms", storms.len(), |number, fire| telnet::storm(addr, fire, storms[number]));
    named.into_iter().map(|spree| spree.last).collect()
}

/// Lets somebody take each of these names, one after the other.
///
/// # Panics
/// If one is still somebody's.
fn assert_free(siege: &Siege, names: &[String]) {
    let mut heir = Person::come(siege.addr());
    for name in names {
        heir.type_line(&format!("/name {name}"));
        let told = heir.read_line();
        assert!(told.ends_with(&format!(" is now {name}")), "{told}");
    }
}

/// Waits until the server has nobody but the regulars, and nothing to send, and returns what it takes then.
fn settled(siege: &Siege) -> Vitals {
    let mut guest = Person::come(siege.addr());
    let deadline = Instant::now() + 4 * DEADLINE;
    let expected = ["people=11", "rooms=2", "connections=11", "queued_bytes=0"];
    loop {
        let report = siege.report();
        if expected.iter().all(|count| report.split_whitespace().any(|word| word == *count)) {
            return siege.vitals();
        }
        assert!(Instant::now() < deadline, "somebody stays: {report}");
        // As fast as a guest may ask something, the server is asked, too.
        guest.type_line("/rooms");
        let _ = guest.find_line(|line| line.starts_with("Rooms - "));
    }
}

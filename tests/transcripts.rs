//! Plays every transcript on the bare core and on real servers: all of them have to do exactly what it shows.
//!
//! `CHINWAG_UPDATE=1 cargo test -p chinwag-tests` writes into the transcripts what the bare core does; a human reads
//! the diff.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::{fs, io, thread};

use chinwag_core::{Config, Limits};
use chinwag_tests::{
    Adapter, BareCore, Batching, Engine, Mismatch, Peer, Received, Script, Server, Trust, connect, diff, replay,
    replay_up_to_stop,
};

/// How many transcripts are played at the same time.
const PLAYERS: usize = 4;

#[test]
fn the_bare_core_does_what_the_transcripts_show() {
    let update = std::env::var_os("CHINWAG_UPDATE").is_some();
    play_all(|path, text, script| {
        let recorded = script.record(&received_of_core(script)).map_err(|error| error.to_string())?;
        match diff(text, &recorded) {
            None => Ok(()),
            Some(_) if update => replace(path, &recorded).map_err(|error| error.to_string()),
            Some(diff) => Err(format!("other than the transcript shows (- is what it shows):\n{diff}")),
        }
    });
}

#[test]
fn writers_and_batches_make_no_difference() {
    play_all(|_, _, script| {
        let received = received_of_core(script);
        for (writers, batching) in [(1, Batching::AllAtOnce), (3, Batching::EachEvent), (3, Batching::AllAtOnce)] {
            let core = core_of(script, writers, batching);
            if core.play_to_the_end(&script.acts()) != received {
                return Err(format!("other bytes with {writers} writers, {batching:?}"));
            }
        }
        Ok(())
    });
}

#[test]
fn smol_does_what_the_transcripts_show() {
    play_on(Adapter::Smol, 1);
}

#[test]
fn smol_with_two_threads_does_what_the_transcripts_show() {
    play_on(Adapter::Smol, 2);
}

#[test]
fn tokio_does_what_the_transcripts_show() {
    play_on(Adapter::Tokio, 1);
}

#[test]
fn tokio_with_two_threads_does_what_the_transcripts_show() {
    play_on(Adapter::Tokio, 2);
}

#[test]
fn smol_does_over_tls_what_the_transcripts_show() {
    play_sealed_on(Adapter::Smol);
}

#[test]
fn tokio_does_over_tls_what_the_transcripts_show() {
    play_sealed_on(Adapter::Tokio);
}

/// Those in which everybody comes to one server of several: tokens say which server has given them.
const NOT_SPREAD: [&str; 2] = ["resume", "resume_late"];

/// That in which several things in a row show nothing to anybody, so that nobody can wait for them. What comes by IRC
/// waits for what its sender has said before, and so may come behind what another says next.
const NOT_SHARED: &str = "irc_kick_by_lines";

/// People are spread over a server of each runtime, which are one chat.
#[test]
fn servers_that_are_one_chat_do_what_the_transcripts_show() {
    let engine = Engine::start();
    play_all(|path, _, script| {
        let name = path.file_stem().and_then(|name| name.to_str()).expect("it has a name");
        if script.core_only().is_some() || name == NOT_SHARED {
            return Ok(());
        }
        let start = |adapter| Server::start_in_cluster(adapter, script.config().clone(), &engine, name);
        let servers = Adapter::ALL.map(start);
        let (next, step) = (AtomicUsize::new(0), usize::from(!NOT_SPREAD.contains(&name)));
        let reach = |form| connect(servers[next.fetch_add(step, Ordering::Relaxed) % servers.len()].addr_of(form));
        let played = replay_up_to_stop(reach, &script.acts(), &received_of_core(script), |silent| {
            Server::settle(&servers, silent)
        });
        servers.into_iter().for_each(Server::join);
        played.map_err(|mismatch| told(script, &mismatch))
    });
}

/// Says where a server has done something else.
fn told(script: &Script, mismatch: &Mismatch) -> String {
    let (line, person) = (script.line_of(mismatch.act), script.person(mismatch.person));
    format!("line {line}: {person} received other bytes (- is what the bare core gives):\n{mismatch}")
}

fn play_on(adapter: Adapter, threads: u32) {
    let config = |script: &Script| Config {
        limits: Limits { threads, ..script.config().clone().limits },
        ..script.config().clone()
    };
    play_over(|script| Server::start(adapter, config(script)), connect);
}

fn play_sealed_on(adapter: Adapter) {
    let trust = Trust::new();
    play_over(|script| Server::start_secured(adapter, script.config().clone(), &trust), |addr| trust.connect(addr));
}

fn play_over<P: Peer>(start: impl Fn(&Script) -> Server + Sync, connect: impl Fn(SocketAddr) -> P + Sync) {
    play_all(|_, _, script| {
        if script.core_only().is_some() {
            return Ok(());
        }
        let server = start(script);
        let connect = |form| connect(server.addr_of(form));
        let played = replay(connect, &script.acts(), &received_of_core(script), || server.stop());
        let played = played.map_err(|mismatch| told(script, &mismatch));
        server.join();
        played
    });
}

fn received_of_core(script: &Script) -> Vec<Vec<Received>> {
    core_of(script, 1, Batching::EachEvent).play_to_the_end(&script.acts())
}

fn core_of(script: &Script, writers: u32, batching: Batching) -> BareCore {
    let core = BareCore::new(script.config(), writers, batching);
    if script.keeps_history() { core.keeping() } else { core }
}

/// Plays all transcripts, and fails with what went wrong in any of them.
fn play_all(play: impl Fn(&Path, &str, &Script) -> Result<(), String> + Sync) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("transcripts");
    let entries = fs::read_dir(folder).expect("the folder is part of the package");
    let mut paths: Vec<_> = entries.map(|entry| entry.expect("the folder can be read").path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "txt"));
    paths.sort();
    assert!(!paths.is_empty(), "there are transcripts");
    let play_one = |path: &PathBuf| {
        let text = fs::read_to_string(path).expect("transcripts are text");
        let script = Script::read(&text).map_err(|error| error.to_string());
        let failure = script.and_then(|script| play(path, &text, &script)).err()?;
        Some(format!("{}: {failure}", path.display()))
    };
    // Some transcripts wait for the clock most of the time.
    let failures: Vec<_> = thread::scope(|scope| {
        let part = |first| paths.iter().skip(first).step_by(PLAYERS).filter_map(play_one).collect::<Vec<_>>();
        let players: Vec<_> = (0..PLAYERS).map(|first| scope.spawn(move || part(first))).collect();
        players.into_iter().flat_map(|player| player.join().expect("a failure is no panic")).collect()
    });
    assert!(failures.is_empty(), "\n{}", failures.join("\n"));
}

/// Writes a file all at once, since other tests may be about to read it.
fn replace(path: &Path, text: &str) -> io::Result<()> {
    let new = path.with_extension("new");
    fs::write(&new, text)?;
    fs::rename(new, path)
}

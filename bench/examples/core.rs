//! How long each step of the core takes on servers of different sizes: it must not grow with the number of people or
//! rooms.
//!
//! It is an example since cargo builds all benches to unwind, which costs a third more with a million people, and the
//! servers are built not to. Run it with `--bench`, or else each step is done only once.

use std::time::{Duration, Instant};

use chinwag_bench::World;
use chinwag_core::{ConnectionId, Request};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};

/// What the servers take their memory from.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// The sizes shown.
const SIZES: [usize; 4] = [1_000, 10_000, 100_000, 1_000_000];

/// How many addresses are banned, and in how many rooms somebody is, where many are; and how many accounts there are.
/// With fewer people there are fewer.
const BANS: usize = 10_000;
const ACCOUNTS: usize = 1_000;

/// How many say something at once, where many do.
const AT_ONCE: usize = 64;

/// How many are picked before they speak: a multiple of those at once, and few enough that the list stays near.
const PICKED_MAX: usize = 1_024;

/// How many messages are in one read of a sender who talks as fast as possible.
const READ_LINES: usize = 250;

fn steps(criterion: &mut Criterion) {
    for people in SIZES {
        let mut world = World::of(people);
        let mut group = criterion.benchmark_group("core");
        group.throughput(Throughput::Elements(1));

        // A message from anyone, from the request to the actions: what the one hub of a server does.
        group.bench_function(BenchmarkId::new("message", people), |bencher| {
            bencher.iter_custom(|messages| {
                time(&mut world, messages, |world, requests| {
                    requests.into_iter().for_each(|(connection, request)| world.happen(connection, request));
                })
            });
        });
        world.deliver();

        // The same, of many who are heard at once.
        group.bench_function(BenchmarkId::new("message-at-once", people), |bencher| {
            bencher.iter_custom(|messages| time(&mut world, messages, World::happen_all));
        });
        world.deliver();

        // A message from its bytes to twenty members' sockets, which take everything.
        group.bench_function(BenchmarkId::new("bytes-to-bytes", people), |bencher| {
            bencher.iter(|| {
                let person = world.pick();
                world.hear(person);
                if !world.has_room() {
                    world.deliver();
                }
            });
        });
        world.deliver();

        // As many messages as one read holds, from their bytes to twenty members' sockets.
        group.throughput(Throughput::Elements(READ_LINES as u64));
        group.bench_function(BenchmarkId::new("burst", people), |bencher| {
            bencher.iter(|| {
                let person = world.pick();
                world.burst(person, READ_LINES);
            });
        });
        group.throughput(Throughput::Elements(1));

        group.bench_function(BenchmarkId::new("rename", people), |bencher| {
            let mut number = people;
            bencher.iter(|| {
                let person = world.pick();
                number += 1;
                world.rename(person, number);
                if !world.has_room() {
                    world.deliver();
                }
            });
        });
        world.deliver();

        // The same twice: where nobody is banned, and where many are.
        for guarded in ["", "-guarded"] {
            // From one room of about twenty to another.
            group.bench_function(BenchmarkId::new(format!("join{guarded}"), people), |bencher| {
                bencher.iter(|| {
                    let (person, other) = (world.pick(), world.pick());
                    world.join(person, other / 20);
                    if !world.has_room() {
                        world.deliver();
                    }
                });
            });
            world.deliver();

            // From an address into a room, and away again.
            group.bench_function(BenchmarkId::new(format!("visit{guarded}"), people), |bencher| {
                bencher.iter(|| {
                    world.visit();
                    if !world.has_room() {
                        world.deliver();
                    }
                });
            });
            world.deliver();
            if guarded.is_empty() {
                world.guard(BANS.min(people / 100), ACCOUNTS.min(people / 100));
            }
        }
        group.finish();
    }
}

/// Returns how long it takes to `hear` so many messages, some of them at a time, without the time to pick who says
/// them.
fn time(world: &mut World, messages: u64, mut hear: impl FnMut(&mut World, Vec<(ConnectionId, Request)>)) -> Duration {
    let (mut left, mut taken) = (messages as usize, Duration::ZERO);
    while left > 0 {
        let count = left.min(PICKED_MAX);
        let picked: Vec<_> =
            (0..count).step_by(AT_ONCE).map(|from| world.pick_requests(AT_ONCE.min(count - from))).collect();
        let start = Instant::now();
        picked.into_iter().for_each(|requests| hear(world, requests));
        taken += start.elapsed();
        left -= count;
    }
    taken
}

criterion_group! {
    name = core;
    config = Criterion::default().warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_secs(1)).sample_size(20);
    targets = steps
}
criterion_main!(core);

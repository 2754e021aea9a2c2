//! What memory the core takes for each person, and how often it allocates for each message, by an allocator that
//! counts.

use std::alloc::System;
use std::io::{self, Write as _};

use chinwag_bench::World;
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// How many messages are looked at.
const MESSAGES: usize = 10_000;

fn main() -> io::Result<()> {
    let mut out = io::stdout().lock();
    for people in [1_000, 10_000, 100_000, 1_000_000] {
        let region = Region::new(ALLOCATOR);
        let mut world = World::of(people);
        let taken = region.change();
        // What grew in place is among what was allocated.
        let bytes = taken.bytes_allocated.saturating_sub(taken.bytes_deallocated);
        // The list of ids is the measurement's own.
        let bytes = bytes.saturating_sub(people * 8);
        writeln!(out, "memory/person/{people} {:.1} bytes", bytes as f64 / people as f64)?;

        for _ in 0..2 {
            world.deliver();
            let region = Region::new(ALLOCATOR);
            for _ in 0..MESSAGES {
                let person = world.pick();
                world.hear(person);
                if !world.has_room() {
                    world.deliver();
                }
            }
            world.deliver();
            let changed = region.change();
            let allocations = changed.allocations + changed.reallocations;
            writeln!(out, "allocations/message/{people} {:.3}", allocations as f64 / MESSAGES as f64)?;
        }
    }
    Ok(())
}

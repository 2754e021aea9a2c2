//! Owns how many descriptors this process may have, and so how many connections.

use rustix::process::{Resource, getrlimit, setrlimit};

/// How many descriptors are kept for all that is no connection: the listening sockets, the log, the runtime, the spare
/// of the listener, and those who are being told that they can't come in. With those of each thread's
/// [`Tee`](crate::Tee) it is half of a very small limit.
const RESERVED: u64 = 64;

/// How many a [`Tee`](crate::Tee) has.
const TEE: u64 = 5;

/// Raises the limit of this process as far as it may, and returns how many connections fit in, with so many threads.
pub(crate) fn raise_limit(threads: u32) -> u32 {
    let mut limit = getrlimit(Resource::Nofile);
    if limit.current != limit.maximum {
        let raised = rustix::process::Rlimit { current: limit.maximum, ..limit };
        // Not every system lets the soft limit be as high as it calls the hard one; then it stays as it is.
        let _ = setrlimit(Resource::Nofile, raised);
        limit = getrlimit(Resource::Nofile);
    }
    connections(limit.current, threads)
}

fn connections(descriptors: Option<u64>, threads: u32) -> u32 {
    let reserved = RESERVED + TEE * u64::from(threads);
    let free = descriptors.map_or(u64::MAX, |descriptors| descriptors - reserved.min(descriptors / 2));
    u32::try_from(free).unwrap_or(u32::MAX).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_reserved_is_for_connections() {
        let connections = |descriptors| connections(descriptors, 2);
        assert_eq!([Some(20_000), Some(64), Some(0), None].map(connections), [19_926, 32, 1, u32::MAX]);
    }
}

//! Owns how many descriptors this process may have, and so how many connections.

use rustix::process::{Resource, getrlimit, setrlimit};

/// How many descriptors are kept for all that is no connection: the listening sockets, the log, the runtime, the spare of the door, and
/// those who are being told that they can't come in. It is half of a very small limit.
const RESERVED: u64 = 64;

/// How many the [`Tee`](crate::Tee) of each thread has.
const TEE: u64 = 5;

/// Raises the limit of this process as far as it may, and returns how many connections fit in, with so many threads.
///
/// # Errors
/// Fails if none does.
pub(super) fn raise(threads: u32) -> anyhow::Result<u32> {
    let mut limit = getrlimit(Resource::Nofile);
    if limit.current != limit.maximum {
        let raised = rustix::process::Rlimit { current: limit.maximum, ..limit };
        // Not every system lets the soft limit be as high as it calls the hard one; then it stays as it is.
        let _ = setrlimit(Resource::Nofile, raised);
        limit = getrlimit(Resource::Nofile);
    }
    connections(limit.current, threads)
}

fn connections(descriptors: Option<u64>, threads: u32) -> anyhow::Result<u32> {
    let Some(descriptors) = descriptors else { return Ok(u32::MAX) };
    let reserved = RESERVED.min(descriptors / 2) + TEE * u64::from(threads);
    anyhow::ensure!(
        reserved < descriptors,
        "can't serve anybody with --threads {threads} while this process may have no more than {descriptors} files open; \
         see `ulimit -n`"
    );
    Ok(u32::try_from(descriptors - reserved).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_reserved_is_for_connections() {
        let connections = |descriptors| connections(descriptors, 2).ok();
        let expected = [Some(19_926), Some(22), Some(1), None, None, Some(u32::MAX)];
        assert_eq!([Some(20_000), Some(64), Some(22), Some(20), Some(0), None].map(connections), expected);
    }
}

//! Owns how many descriptors this process may have, and so how many connections.

use rustix::process::{Resource, getrlimit, setrlimit};

/// How many descriptors are kept for all that is no connection: the listening sockets, the log, the runtime, the spare of the door,
/// and those who are being told that they can't come in. Of a very small limit it is half.
const RESERVED: u64 = 64;

/// Raises the limit of this process as far as it may, and returns how many connections fit in.
pub(super) fn raise() -> u32 {
    let mut limit = getrlimit(Resource::Nofile);
    if limit.current != limit.maximum {
        let raised = rustix::process::Rlimit { current: limit.maximum, ..limit };
        // Not every system lets the soft limit be as high as it calls the hard one; then it stays as it is.
        let _ = setrlimit(Resource::Nofile, raised);
        limit = getrlimit(Resource::Nofile);
    }
    connections(limit.current)
}

fn connections(descriptors: Option<u64>) -> u32 {
    let free = descriptors.map_or(u64::MAX, |descriptors| descriptors - RESERVED.min(descriptors / 2));
    u32::try_from(free).unwrap_or(u32::MAX).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_reserved_is_for_connections() {
        assert_eq!([Some(20_000), Some(64), Some(0), None].map(connections), [19_936, 32, 1, u32::MAX]);
    }
}

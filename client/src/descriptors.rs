//! The limit on open descriptors, raised as far as a run needs it.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::flags::FlagError;

/// Descriptors besides the connections: the standard three, epoll, timers, and files of `/proc`.
const OTHERS: u64 = 16;

/// Makes sure that `connections` can be open at once; `flag` is what asked for them.
///
/// # Errors
///
/// The hard limit is lower; it takes an administrator to raise it.
pub(crate) fn reserve(connections: usize, flag: &'static str) -> Result<(), FlagError> {
    let needed = connections as u64 + OTHERS;
    let limit = getrlimit(Resource::Nofile);
    if limit.current.is_none_or(|current| current >= needed) {
        return Ok(());
    }
    let raised = Rlimit { current: Some(needed), maximum: limit.maximum };
    setrlimit(Resource::Nofile, raised).map_err(|_| {
        let allowed = limit.maximum.or(limit.current).unwrap_or(needed).saturating_sub(OTHERS);
        FlagError::new(flag, format!("asks for {connections} connections, the limit on descriptors allows {allowed}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_than_the_hard_limit_is_refused_by_the_flag_that_asked() {
        let maximum = getrlimit(Resource::Nofile).maximum.expect("tests run under a limit");
        let connections = usize::try_from(maximum).expect("a limit that fits");
        let error = reserve(connections, "--idle").expect_err("sixteen too many");
        let text =
            format!("--idle asks for {maximum} connections, the limit on descriptors allows {}", maximum - OTHERS);
        assert_eq!(error.to_string(), text);
    }

    #[test]
    fn a_few_are_always_there() {
        assert_eq!(reserve(4, "--idle"), Ok(()));
    }
}

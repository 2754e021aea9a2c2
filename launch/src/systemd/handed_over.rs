//! Owns the listening sockets that a service manager has opened in the place of this server (socket activation).
//!
//! Invariant: each listens, has an address or a file, and has a wire form.

use std::env;
use std::io;
use std::net::SocketAddr;

use anyhow::Context as _;
use chinwag_core::Form;
use chinwag_io::Listening;
use listenfd::ListenFd;
use rustix::net::sockopt::socket_acceptconn;

/// What a socket is called, by `FileDescriptorName=` of its unit, and for which wire form it is then.
const NAMES: [(&str, Form); 3] = [("lines", Form::Lines), ("web", Form::Web), ("irc", Form::Irc)];

/// What a socket is called that nobody has named.
const UNNAMED: &str = "unknown";

/// The first descriptor that is handed over; the others follow.
const FIRST: usize = 3;

/// The sockets that were handed over and are not taken yet.
#[derive(Debug)]
pub(crate) struct HandedOver(Vec<(Form, Listening)>);

impl HandedOver {
    /// Takes all that were handed over to this process; several may be for one form. It is to be called while no other
    /// thread runs, since it takes out of the environment what tells of them.
    ///
    /// # Errors
    /// If one is no socket that listens at an address or a file, or has no name that says what it is for.
    pub(crate) fn to_this_process() -> anyhow::Result<Self> {
        let count = sd_notify::listen_fds().context("can't take what was handed over (LISTEN_FDS)")?.len();
        if count == 0 {
            return Ok(Self(Vec::new()));
        }
        let forms = forms(env::var("LISTEN_FDNAMES").ok().as_deref(), count)?;
        let mut sockets = ListenFd::from_env();
        let take = |(place, form)| Ok((form, take(&mut sockets, place)?));
        forms.into_iter().enumerate().map(take).collect::<anyhow::Result<_>>().map(Self)
    }

    /// Tells whether there is one for this form.
    pub(crate) fn has(&self, form: Form) -> bool {
        self.0.iter().any(|(of, _)| *of == form)
    }

    /// Returns the addresses at which they listen. Those with a file have none.
    pub(crate) fn addresses(&self) -> io::Result<Vec<SocketAddr>> {
        let address = |(_, listening): &(Form, Listening)| match listening {
            Listening::Tcp(listener) => Some(listener.local_addr()),
            Listening::Unix(_) => None,
        };
        self.0.iter().filter_map(address).collect()
    }

    /// Takes those for this form, in the order in which they were handed over.
    pub(crate) fn take(&mut self, form: Form) -> impl Iterator<Item = Listening> + use<> {
        let (taken, left) = std::mem::take(&mut self.0).into_iter().partition(|(of, _)| *of == form);
        self.0 = left;
        let taken: Vec<_> = taken;
        taken.into_iter().map(|(_, listener)| listener)
    }
}

/// Returns for which form each of `count` sockets is. One alone need not be named: it is for lines.
fn forms(names: Option<&str>, count: usize) -> anyhow::Result<Vec<Form>> {
    let names: Vec<_> = names.map_or_else(|| vec![UNNAMED; count], |names| names.split(':').collect());
    anyhow::ensure!(
        names.len() == count,
        "{count} sockets were handed over (LISTEN_FDS), but {} names (LISTEN_FDNAMES)",
        names.len()
    );
    if names == [UNNAMED] {
        return Ok(vec![Form::Lines]);
    }
    let form = |name: &&str| {
        NAMES.iter().find(|(of, _)| of == name).map(|(_, form)| *form).with_context(|| {
            format!("a socket was handed over as {name:?}; name it lines, web or irc (FileDescriptorName=)")
        })
    };
    names.iter().map(form).collect()
}

fn take(sockets: &mut ListenFd, place: usize) -> anyhow::Result<Listening> {
    let about = |why| format!("can't use descriptor {}, which was handed over: {why}", FIRST + place);
    let listening = match (sockets.take_tcp_listener(place), sockets.take_unix_listener(place)) {
        (Ok(Some(listener)), _) => Listening::from(listener),
        (_, Ok(Some(listener))) => Listening::from(listener),
        _ => anyhow::bail!(about("it is no TCP socket, and no stream socket with a file")),
    };
    // A runtime would wait at it for ever, and not say why.
    anyhow::ensure!(socket_acceptconn(&listening)?, about("nobody listens at it, it may be a connection (Accept=yes)"));
    // The mode of a file says who may come. A name without one would let everybody in.
    if let Listening::Unix(listener) = &listening {
        anyhow::ensure!(listener.local_addr()?.as_pathname().is_some(), about("its name is abstract, without a file"));
    }
    Ok(listening)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_say_what_sockets_are_for_and_one_alone_needs_none() {
        let cases: [(Option<&str>, usize, &[Form]); 6] = [
            (None, 1, &[Form::Lines]),
            (Some("unknown"), 1, &[Form::Lines]),
            (Some("lines"), 1, &[Form::Lines]),
            (Some("irc"), 1, &[Form::Irc]),
            (Some("web:lines:irc"), 3, &[Form::Web, Form::Lines, Form::Irc]),
            (Some("lines:lines:web"), 3, &[Form::Lines, Form::Lines, Form::Web]),
        ];
        for (names, count, expected) in cases {
            assert_eq!(forms(names, count).expect("they are right"), expected, "{names:?}");
        }
    }

    #[test]
    fn names_that_say_nothing_are_refused_with_those_that_do() {
        let cases = [
            (None, 2, "a socket was handed over as \"unknown\"; name it lines, web or irc (FileDescriptorName=)"),
            (Some("chinwag.socket"), 1, "handed over as \"chinwag.socket\"; name it lines, web or irc"),
            (Some("lines:"), 2, "handed over as \"\""),
            (Some("Lines"), 1, "handed over as \"Lines\""),
            (Some("lines:web"), 1, "1 sockets were handed over (LISTEN_FDS), but 2 names (LISTEN_FDNAMES)"),
            (Some("lines"), 2, "2 sockets were handed over (LISTEN_FDS), but 1 names (LISTEN_FDNAMES)"),
        ];
        for (names, count, told) in cases {
            let error = forms(names, count).expect_err("they are wrong").to_string();
            assert!(error.contains(told) && !error.contains('\n'), "{names:?}: {error}");
        }
    }
}

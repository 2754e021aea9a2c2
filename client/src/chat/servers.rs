//! Owns the servers that one can be at, all of which are one chat: where it is tried first, and where next.

use anyhow::{Result, anyhow};

use crate::address::Address;
use crate::dial::Server;
use crate::stream::Stream;

/// Holds at least one server.
#[derive(Debug, Clone)]
pub(super) struct Servers {
    all: Vec<Server>,
    /// Where it is tried first.
    first: usize,
}

impl Servers {
    /// Starts with the first of them.
    pub(super) fn new(all: Vec<Server>) -> Self {
        assert!(!all.is_empty(), "there is one at least");
        Self { all, first: 0 }
    }

    /// Returns the one that is tried first.
    pub(super) fn first(&self) -> &Server {
        &self.all[self.first]
    }

    /// Notes which was reached. It is tried first if it is lost: who one was is known there.
    pub(super) fn reached(&mut self, address: &Address) {
        let reached = self.all.iter().position(|server| server.address == *address);
        self.first = reached.unwrap_or(self.first);
    }

    /// Passes over the one that was tried first, which let nobody in.
    pub(super) fn pass(&mut self) {
        self.first = (self.first + 1) % self.all.len();
    }

    /// Returns them in the order in which they are tried.
    fn in_turn(&self) -> impl Iterator<Item = &Server> {
        self.all[self.first..].iter().chain(&self.all[..self.first])
    }

    /// Connects to the first that can be reached, by `dial`. Returns where that is, too.
    ///
    /// # Errors
    ///
    /// A line that says of each why there is no connection.
    pub(super) async fn dial(&self, dial: impl AsyncFn(&Server) -> Result<Stream>) -> Result<(Address, Stream)> {
        let mut failures = Vec::new();
        for server in self.in_turn() {
            match dial(server).await {
                Ok(stream) => return Ok((server.address.clone(), stream)),
                Err(error) => failures.push(format!("{error:#}")),
            }
        }
        Err(anyhow!(failures.join("; ")))
    }
}

#[cfg(test)]
mod tests {
    use async_io::Async;

    use super::*;
    use crate::dial::tests::connected;

    fn servers() -> Servers {
        let server = |port| {
            let address = Address { host: "chat.example".to_owned(), port };
            Server { address, security: None, password: None }
        };
        Servers::new([1, 2, 3].map(server).to_vec())
    }

    /// Tries all but one in vain. Returns which were tried, and what is said.
    fn dial(servers: &Servers, there: u16) -> (Vec<u16>, Result<u16, String>) {
        let tried = std::cell::RefCell::default();
        let dial = async |server: &Server| {
            let tried: &std::cell::RefCell<Vec<u16>> = &tried;
            tried.borrow_mut().push(server.address.port);
            if server.address.port != there {
                return Err(anyhow!("no server at {}", server.address));
            }
            let (stream, _) = connected();
            Ok(Stream::plain(Async::new(stream)?))
        };
        let said = async_io::block_on(servers.dial(dial));
        let said = said.map(|(address, _)| address.port).map_err(|error| error.to_string());
        (tried.into_inner(), said)
    }

    #[test]
    fn each_is_tried_in_turn_from_the_one_that_was_reached_last() {
        let mut servers = servers();
        assert_eq!(dial(&servers, 2), (vec![1, 2], Ok(2)));
        servers.reached(&servers.all[1].address.clone());
        assert_eq!(dial(&servers, 2), (vec![2], Ok(2)));
        assert_eq!(dial(&servers, 1), (vec![2, 3, 1], Ok(1)));
        servers.pass();
        assert_eq!(dial(&servers, 2), (vec![3, 1, 2], Ok(2)));
        let nobody = ["chat.example:3", "chat.example:1", "chat.example:2"].map(|at| format!("no server at {at}"));
        assert_eq!(dial(&servers, 0), (vec![3, 1, 2], Err(nobody.join("; "))));
    }
}

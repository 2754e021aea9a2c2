//! Owns admission control, which says who may connect: how many at once, how many from one address, and how fast.
//!
//! Invariant: nothing is kept of an address that has no connections and has been quiet for as long as its burst takes
//! to refill.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::net::IpAddr;
use std::sync::Arc;

use slab::Slab;

use crate::address_key::AddressKey;
use crate::chat::BARS_MAX;
use crate::deed::Bar;
use crate::meter::Meter;
use crate::{Config, Form, Limits, Refusal, Stats, Subnet, Time};

/// How many connections somebody may make to the web listener for each one with which they may chat: a browser makes
/// six to one server, by which it asks for the parts of a page.
const HTTP_TIMES: u32 = 6;

/// How many connections may be there at once of which their proxy has not yet said for whom they are. It says so at
/// once: so many are there at the same time only if something is wrong.
const PROXIED_MAX: u32 = 1024;

/// Decides on each connection that is made, and counts those that there are.
///
/// Who comes to the line listener is there to chat. Who comes to the web listener is a visitor, until
/// [`admit_to_chat`](Self::admit_to_chat) says that they may chat. An address has six times as many visitors as people,
/// who may come six times as fast. So a page with many parts costs those behind one address none of the places in which
/// they chat.
///
/// Who comes from a proxy ([`Limits::proxies`](crate::Limits::proxies)) has no limits until
/// [`announce`](Self::announce) says for whom they come; but of such there are a thousand at once at the most.
///
/// # Examples
/// ```
/// use chinwag_core::{Config, Form, Gate, Limits, Refusal, Time};
///
/// let config = Config { limits: Limits { connections_per_address_max: 1, ..Limits::default() }, ..Config::default() };
/// let mut gate = Gate::new(&config);
/// let address = "192.0.2.7".parse().expect("it is an address");
/// let (permit, from) = gate.admit(Time::START, address, Form::Lines).expect("it is the first");
/// assert_eq!(from, Time::START);
/// assert_eq!(gate.admit(Time::START, address, Form::Lines), Err(Refusal::AddressFull));
/// gate.leave(permit);
/// assert!(gate.admit(Time::START, address, Form::Lines).is_ok());
/// ```
#[derive(Debug)]
pub struct Gate {
    proxies: Arc<[Subnet]>,
    connections_max: u32,
    per_address_max: u32,
    fresh: [Meter; 2],
    connections: u32,
    /// How many of them are of who is not named yet.
    proxied: u32,
    refused: u64,
    sources: Slab<Source>,
    by_network: HashMap<Network, u32>,
    /// Who has left and may be forgotten, once they have been quiet for long enough; each is in it once.
    quiet: VecDeque<u32>,
    /// From where nobody may come: until when, and the same in milliseconds since 1970, if not for good.
    bars: BTreeMap<AddressKey, Option<(Time, u64)>>,
}

/// Stands for one connection that was let through. Give it back with [`Gate::leave`] to the gate that it came from when
/// its socket is closed, or its place is taken for ever.
#[derive(PartialEq, Eq, Debug)]
pub struct Permit {
    source: u32,
    purpose: Purpose,
}

/// What somebody is who has a connection.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Purpose {
    /// They chat, or are about to.
    Chat,
    /// They ask for pages.
    Http,
    /// A proxy has come for them, and has not yet said who they are.
    Proxied,
}

impl Purpose {
    fn of(form: Form) -> Self {
        if form.chats_at_once() { Self::Chat } else { Self::Http }
    }

    /// Returns how many times as much they may, if that is limited.
    const fn times(self) -> Option<u32> {
        match self {
            Self::Chat => Some(1),
            Self::Http => Some(HTTP_TIMES),
            Self::Proxied => None,
        }
    }
}

#[derive(Debug)]
struct Source {
    /// The address that came first.
    address: IpAddr,
    /// Of people, visitors, and those who are not named yet.
    connections: [u32; 3],
    /// Of people, and of visitors.
    meters: [Meter; 2],
    is_quiet: bool,
}

impl Source {
    fn is_empty(&self) -> bool {
        self.connections == [0; 3]
    }

    /// Takes one more in, unless there are as many as there may be. Returns from when on they may come, if that is
    /// limited.
    fn take_in(&mut self, now: Time, purpose: Purpose, per_address_max: u32) -> Result<Time, Refusal> {
        let connections = &mut self.connections[purpose as usize];
        let mut from = now;
        if let Some(times) = purpose.times()
            && Network::of(self.address) != Network::Own
        {
            if per_address_max > 0 && *connections >= per_address_max.saturating_mul(times) {
                return Err(Refusal::AddressFull);
            }
            let meter = &mut self.meters[purpose as usize];
            from = now.max(meter.ready_at());
            meter.charge(now);
        }
        *connections += 1;
        Ok(from)
    }
}

/// What counts as one address.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Network {
    /// This machine: no limits.
    Own,
    V4([u8; 4]),
    /// The first 64 bits: what one customer gets, at the least.
    V6([u16; 4]),
}

impl Network {
    pub(crate) fn of(address: IpAddr) -> Self {
        match address.to_canonical() {
            address if address.is_loopback() => Self::Own,
            IpAddr::V4(address) => Self::V4(address.octets()),
            IpAddr::V6(address) => {
                let [a, b, c, d, ..] = address.segments();
                Self::V6([a, b, c, d])
            }
        }
    }
}

impl Gate {
    /// Starts with no connections.
    #[must_use]
    pub fn new(config: &Config) -> Self {
        Self {
            proxies: Arc::clone(&config.limits.proxies),
            connections_max: config.limits.connections_max,
            per_address_max: config.limits.connections_per_address_max,
            fresh: fresh(config),
            connections: 0,
            proxied: 0,
            refused: 0,
            sources: Slab::new(),
            by_network: HashMap::new(),
            quiet: VecDeque::new(),
            bars: BTreeMap::new(),
        }
    }

    /// Takes limits anew, for whoever comes from now on. Who is here stays, and an address has used up what it has.
    pub fn reload(&mut self, config: &Config) {
        self.proxies = Arc::clone(&config.limits.proxies);
        self.connections_max = config.limits.connections_max;
        self.per_address_max = config.limits.connections_per_address_max;
        self.fresh = fresh(config);
        for (_, source) in &mut self.sources {
            source.meters.iter_mut().zip(&self.fresh).for_each(|(meter, fresh)| meter.keep_to(fresh));
        }
    }

    /// Refuses whoever comes from an address from now on, or does so no more. Who is here is for the hub to put out.
    pub fn bar(&mut self, now: Time, bar: Bar) {
        if self.bars.len() >= BARS_MAX {
            self.bars.retain(|_, until| until.is_none_or(|(until, _)| until > now));
        }
        if bar.is_set {
            self.bars.insert(bar.address, bar.until.zip(bar.until_ms));
        } else {
            self.bars.remove(&bar.address);
        }
    }

    /// Refuses who comes from an address that is banned.
    fn check_bars(&mut self, now: Time, address: IpAddr) -> Result<(), Refusal> {
        let Some(until) = AddressKey::of(address).and_then(|key| self.bars.get(&key)) else { return Ok(()) };
        match *until {
            Some((until, _)) if until <= now => Ok(()),
            until => Err(self.refuse(Refusal::Banned { until_ms: until.map(|(_, until_ms)| until_ms) })),
        }
    }

    /// Decides on a connection from an address (for one that has none, like a Unix socket: the loopback address, of
    /// which any number may come) to a listener of this form. If it may come, returns its permit, and from when on:
    /// later than now, if its address connects too fast.
    ///
    /// # Errors
    /// Returns why it may not come.
    pub fn admit(&mut self, now: Time, address: IpAddr, form: Form) -> Result<(Permit, Time), Refusal> {
        self.forget_quiet(now);
        if self.connections >= self.connections_max {
            return Err(self.refuse(Refusal::ServerFull));
        }
        let is_proxy = self.proxies.iter().any(|subnet| subnet.contains(address));
        let purpose = if is_proxy { Purpose::Proxied } else { Purpose::of(form) };
        if is_proxy && self.proxied >= PROXIED_MAX {
            return Err(self.refuse(Refusal::ServerFull));
        }
        if !is_proxy {
            self.check_bars(now, address)?;
        }
        let source = self.source(address);
        let taken_in = self.sources[source as usize].take_in(now, purpose, self.per_address_max);
        let from = taken_in.map_err(|refusal| self.refuse(refusal))?;
        self.connections += 1;
        self.proxied += u32::from(is_proxy);
        Ok((Permit { source, purpose }, from))
    }

    /// Decides on one for whom a proxy has come, when it has said where they come from, to a listener of this form. If
    /// they may come, returns from when on, as [`admit`](Self::admit) does, and takes the proxy's place for theirs.
    ///
    /// # Errors
    /// Returns why they may not.
    pub fn announce(&mut self, now: Time, permit: &mut Permit, address: IpAddr, form: Form) -> Result<Time, Refusal> {
        if permit.purpose != Purpose::Proxied {
            return Ok(now);
        }
        self.check_bars(now, address)?;
        let (source, purpose) = (self.source(address), Purpose::of(form));
        let taken_in = self.sources[source as usize].take_in(now, purpose, self.per_address_max);
        let from = taken_in.map_err(|refusal| self.refuse(refusal))?;
        self.let_go(&std::mem::replace(permit, Permit { source, purpose }));
        Ok(from)
    }

    /// Decides on a visitor who asks to chat. If they may, returns from when on: later than now, if many of their
    /// address do.
    ///
    /// # Errors
    /// Returns why they may not.
    pub fn admit_to_chat(&mut self, now: Time, permit: &mut Permit) -> Result<Time, Refusal> {
        if permit.purpose != Purpose::Http {
            return Ok(now);
        }
        self.check_bars(now, self.address(permit))?;
        let source = &mut self.sources[permit.source as usize];
        let taken_in = source.take_in(now, Purpose::Chat, self.per_address_max);
        let from = taken_in.map_err(|refusal| self.refuse(refusal))?;
        self.sources[permit.source as usize].connections[Purpose::Http as usize] -= 1;
        permit.purpose = Purpose::Chat;
        Ok(from)
    }

    /// Handles that a connection is closed.
    ///
    /// # Panics
    /// If the permit came from another gate, and this one has never let anybody through from so many places.
    #[expect(clippy::needless_pass_by_value, reason = "a permit is given back once")]
    pub fn leave(&mut self, permit: Permit) {
        self.let_go(&permit);
        self.connections -= 1;
    }

    fn let_go(&mut self, permit: &Permit) {
        self.proxied -= u32::from(permit.purpose == Purpose::Proxied);
        let source = &mut self.sources[permit.source as usize];
        source.connections[permit.purpose as usize] -= 1;
        if source.is_empty() && !source.is_quiet {
            source.is_quiet = true;
            self.quiet.push_back(permit.source);
        }
    }

    /// Handles that a connection was refused without being asked for: there was no descriptor for it.
    pub const fn count_refused(&mut self) {
        self.refused += 1;
    }

    /// Returns an address from which a connection with this permit may have come: of all that count as one the first.
    #[must_use]
    pub fn address(&self, permit: &Permit) -> IpAddr {
        self.sources[permit.source as usize].address
    }

    /// Adds how many connections there are, and were refused, to `stats`.
    pub const fn count(&self, stats: &mut Stats) {
        stats.connections += self.connections as u64;
        stats.refused += self.refused;
    }

    const fn refuse(&mut self, refusal: Refusal) -> Refusal {
        self.count_refused();
        refusal
    }

    fn source(&mut self, address: IpAddr) -> u32 {
        *self.by_network.entry(Network::of(address)).or_insert_with(|| {
            let source = Source { address, connections: [0; 3], meters: self.fresh, is_quiet: false };
            u32::try_from(self.sources.insert(source)).expect("each has a connection, or had one a moment ago")
        })
    }

    /// Forgets those who have been quiet for long enough: of the ones in line, two at most, so that this takes no time.
    fn forget_quiet(&mut self, now: Time) {
        for _ in 0..2 {
            let Some(key) = self.quiet.pop_front() else { return };
            let source = &mut self.sources[key as usize];
            if !source.is_empty() {
                source.is_quiet = false;
            } else if source.meters.iter().all(|meter| meter.is_rested(now)) {
                self.by_network.remove(&Network::of(source.address));
                self.sources.remove(key as usize);
            } else {
                self.quiet.push_back(key);
            }
        }
    }
}

/// Returns the meters of an address that is new: of people, and of visitors.
fn fresh(config: &Config) -> [Meter; 2] {
    let Limits { connects_per_second, connect_burst, .. } = config.limits;
    [1, HTTP_TIMES].map(|times| Meter::new(connects_per_second.saturating_mul(times), connect_burst))
}

#[cfg(test)]
mod tests;

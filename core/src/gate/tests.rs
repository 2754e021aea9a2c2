//! Who may come: each limit, by the address that counts.

use std::time::Duration;

use super::*;
use crate::Limits;
use crate::log::AddressKey;
use crate::ops::Bar;

fn gate(config: Config) -> Gate {
    Gate::new(&config)
}

fn admit(gate: &mut Gate, now: Time, address: &str) -> Result<(Permit, Time), Refusal> {
    gate.admit(now, address.parse().expect("the case is an address"), Form::Lines)
}

fn unmetered() -> Config {
    Config { limits: Limits { connects_per_second: 0, ..Limits::default() }, ..Config::default() }
}

#[test]
fn a_full_server_refuses_everyone_until_somebody_leaves() {
    let mut gate = gate(Config { limits: Limits { connections_max: 2, ..Limits::default() }, ..Config::default() });
    let (ann, _) = admit(&mut gate, Time::START, "127.0.0.1").expect("there is room");
    assert!(admit(&mut gate, Time::START, "::1").is_ok());
    for address in ["127.0.0.1", "192.0.2.1", "2001:db8::1"] {
        assert_eq!(admit(&mut gate, Time::START, address), Err(Refusal::ServerFull));
    }
    gate.leave(ann);
    assert!(admit(&mut gate, Time::START, "192.0.2.1").is_ok());
    let mut stats = Stats::default();
    gate.count(&mut stats);
    assert_eq!((stats.connections, stats.refused), (2, 3));
}

#[test]
fn what_counts_as_one_address_is_limited_and_this_machine_is_not() {
    let cases = [
        (["192.0.2.1", "192.0.2.1"], true),
        (["192.0.2.1", "::ffff:192.0.2.1"], true),
        (["192.0.2.1", "192.0.2.2"], false),
        (["2001:db8::1", "2001:db8::ffff:2:3:4"], true),
        (["2001:db8::1", "2001:db8:0:1::1"], false),
        (["127.0.0.1", "127.0.0.1"], false),
        (["127.0.0.1", "127.1.2.3"], false),
        (["::1", "::1"], false),
        (["::ffff:127.0.0.1", "::1"], false),
    ];
    for ([first, second], refused) in cases {
        let mut gate =
            gate(Config { limits: Limits { connections_per_address_max: 1, ..unmetered().limits }, ..unmetered() });
        assert!(admit(&mut gate, Time::START, first).is_ok());
        let expected = if refused { Err(Refusal::AddressFull) } else { Ok(()) };
        assert_eq!(admit(&mut gate, Time::START, second).map(drop), expected, "{first}, {second}");
    }
}

#[test]
fn without_a_limit_one_address_may_have_all_connections() {
    let mut gate =
        gate(Config { limits: Limits { connections_per_address_max: 0, ..unmetered().limits }, ..unmetered() });
    assert!((0..1000).all(|_| admit(&mut gate, Time::START, "192.0.2.1").is_ok()));
}

#[test]
fn a_classroom_comes_in_at_once_and_who_goes_on_connecting_waits_for_each_turn() {
    let mut gate =
        gate(Config { limits: Limits { connections_per_address_max: 0, ..Limits::default() }, ..Config::default() });
    for _ in 0..64 {
        let (_, from) = admit(&mut gate, Time::START, "192.0.2.1").expect("there is room");
        assert_eq!(from, Time::START);
    }
    for turn in 1..=20 {
        let (_, from) = admit(&mut gate, Time::START, "192.0.2.1").expect("there is room");
        assert_eq!(from, Time::after(turn * Duration::from_millis(100)));
    }
    let (_, from) = admit(&mut gate, Time::START, "192.0.2.2").expect("there is room");
    assert_eq!(from, Time::START, "another address has a burst of its own");
    assert!((0..1000).all(|_| admit(&mut gate, Time::START, "::1").is_ok_and(|(_, from)| from == Time::START)));
}

#[test]
fn browsers_of_a_classroom_load_the_page_at_once_and_chat_in_as_many_places_as_others() {
    let mut gate =
        gate(Config { limits: Limits { connections_per_address_max: 30, ..Limits::default() }, ..Config::default() });
    let address = "192.0.2.1".parse().expect("it is an address");
    let visit = |gate: &mut Gate| gate.admit(Time::START, address, Form::Web);
    let visits: Vec<_> = (0..180).map(|_| visit(&mut gate).expect("there is room")).collect();
    assert!(visits.iter().all(|(_, from)| *from == Time::START));
    assert_eq!(visit(&mut gate), Err(Refusal::AddressFull));
    let mut permits = visits.into_iter().map(|(permit, _)| permit);
    let mut people: Vec<_> = permits.by_ref().take(29).collect();
    assert!(people.iter_mut().all(|permit| gate.admit_to_chat(Time::START, permit) == Ok(Time::START)));
    people.push(admit(&mut gate, Time::START, "192.0.2.1").expect("the last place is for lines").0);
    let mut late = permits.next().expect("there are more");
    assert_eq!(gate.admit_to_chat(Time::START, &mut late), Err(Refusal::AddressFull));
    assert!(visit(&mut gate).is_ok(), "who chats is no visitor any more");
    gate.leave(people.remove(0));
    assert_eq!(gate.admit_to_chat(Time::START, &mut late), Ok(Time::START));
    assert_eq!(gate.admit_to_chat(Time::START, &mut late), Ok(Time::START), "they are in");
    people.push(late);
    people.extend(permits);
    people.into_iter().for_each(|permit| gate.leave(permit));
    let mut stats = Stats::default();
    gate.count(&mut stats);
    assert_eq!((stats.connections, stats.refused), (1, 2));
    assert_eq!(gate.sources.iter().map(|(_, source)| source.connections).collect::<Vec<_>>(), [[0, 1, 0]]);
}

#[test]
fn who_goes_on_asking_to_chat_waits_for_each_turn_as_at_the_line_listener() {
    let mut gate =
        gate(Config { limits: Limits { connections_per_address_max: 0, ..Limits::default() }, ..Config::default() });
    let address = "192.0.2.1".parse().expect("it is an address");
    for place in 0..66 {
        let (mut permit, from) = gate.admit(Time::START, address, Form::Web).expect("there is room");
        let turn = Time::after(Duration::from_millis(100) * (place + 1_u32).saturating_sub(64));
        assert_eq!((from, gate.admit_to_chat(Time::START, &mut permit)), (Time::START, Ok(turn)), "{place}");
    }
}

#[test]
fn an_address_is_remembered_as_long_as_it_matters_and_no_longer() {
    let mut gate =
        gate(Config { limits: Limits { connect_burst: Duration::ZERO, ..Limits::default() }, ..Config::default() });
    let (permit, _) = admit(&mut gate, Time::START, "192.0.2.1").expect("there is room");
    gate.leave(permit);
    let before = Time::after(Duration::from_millis(99));
    let (permit, from) = admit(&mut gate, before, "192.0.2.1").expect("there is room");
    assert_eq!(from, Time::after(Duration::from_millis(100)), "it still has to wait");
    gate.leave(permit);
    assert_eq!(gate.sources.len(), 1);
    let after = Time::after(Duration::from_secs(60));
    for network in 0..100 {
        let (permit, _) = admit(&mut gate, after + Duration::from_secs(network), &format!("198.51.100.{network}"))
            .expect("there is room");
        gate.leave(permit);
    }
    assert!(gate.sources.len() <= 3 && gate.by_network.len() == gate.sources.len() && gate.quiet.len() <= 3);
}

#[test]
fn who_has_used_their_burst_and_left_is_remembered_until_it_is_theirs_again() {
    let burst = Duration::from_secs(1);
    let mut gate = gate(Config {
        limits: Limits { connections_per_address_max: 0, connect_burst: burst, ..Limits::default() },
        ..Config::default()
    });
    let mut come = |now, count| {
        let froms = (0..count).map(|_| {
            let (permit, from) = admit(&mut gate, now, "192.0.2.1").expect("there is room");
            gate.leave(permit);
            from
        });
        froms.last().expect("somebody came")
    };
    assert_eq!(come(Time::START, 9), Time::START, "the tenth of a second's burst would still be in time");
    let soon = Time::after(Duration::from_millis(100));
    assert_eq!(come(soon, 2), soon);
    assert_eq!(come(soon, 1), Time::after(Duration::from_millis(200)), "no other nine");
}

#[test]
fn who_comes_back_before_they_are_forgotten_is_counted_on() {
    let mut gate =
        gate(Config { limits: Limits { connections_per_address_max: 1, ..unmetered().limits }, ..unmetered() });
    let (permit, _) = admit(&mut gate, Time::START, "192.0.2.1").expect("there is room");
    gate.leave(permit);
    let (permit, _) = admit(&mut gate, Time::START, "192.0.2.1").expect("they have left");
    assert_eq!(gate.address(&permit).to_string(), "192.0.2.1");
    for _ in 0..3 {
        assert_eq!(admit(&mut gate, Time::START, "192.0.2.1"), Err(Refusal::AddressFull));
    }
    gate.leave(permit);
    assert!(admit(&mut gate, Time::START, "192.0.2.1").is_ok());
}

#[test]
fn who_came_back_is_not_forgotten_while_they_stay() {
    let mut gate =
        gate(Config { limits: Limits { connections_per_address_max: 1, ..Limits::default() }, ..Config::default() });
    let (permit, _) = admit(&mut gate, Time::START, "192.0.2.1").expect("there is room");
    gate.leave(permit);
    let (permit, _) = admit(&mut gate, Time::START, "192.0.2.1").expect("they have left");
    let later = Time::after(Duration::from_secs(3600));
    assert!(admit(&mut gate, later, "192.0.2.2").is_ok());
    assert_eq!(admit(&mut gate, later, "192.0.2.1"), Err(Refusal::AddressFull));
    gate.leave(permit);
    assert!(admit(&mut gate, later, "192.0.2.1").is_ok());
}

#[test]
fn a_refusal_is_one_clear_line() {
    assert_eq!(Refusal::ServerFull.to_string(), "Server is full, try again later");
    assert_eq!(Refusal::AddressFull.to_string(), "Too many connections from your address, try again later");
    assert_eq!(Form::Lines.refuse(Refusal::ServerFull), "Server is full, try again later\n");
    for (refusal, status) in [(Refusal::ServerFull, "503 "), (Refusal::AddressFull, "429 ")] {
        let answer = Form::Web.refuse(refusal);
        assert!(answer.starts_with(format!("HTTP/1.1 {status}").as_bytes()));
        assert!(answer.ends_with(format!("\r\n\r\n{refusal}\n").as_bytes()));
    }
}

const PROXY: &str = "10.0.0.1";

fn behind_proxy(config: Config) -> Gate {
    gate(Config {
        limits: Limits {
            proxies: [PROXY.parse().expect("it is an address"), "::1".parse().expect("it is, too")].into(),
            ..config.limits
        },
        ..config
    })
}

fn announce(gate: &mut Gate, permit: &mut Permit, address: &str) -> Result<Time, Refusal> {
    gate.announce(Time::START, permit, address.parse().expect("the case is an address"), Form::Lines)
}

#[test]
fn who_comes_through_a_proxy_has_the_limits_of_their_own_address_and_the_proxy_has_none() {
    for proxy in [PROXY, "::1"] {
        let mut gate = behind_proxy(Config {
            limits: Limits { connections_per_address_max: 2, ..Limits::default() },
            ..Config::default()
        });
        let come = |gate: &mut Gate, address| {
            let (mut permit, from) = admit(gate, Time::START, proxy).expect("the proxy has no limits");
            assert_eq!(from, Time::START);
            let announced = announce(gate, &mut permit, address);
            (announced.map(|_| gate.address(&permit).to_string()), permit)
        };
        let (first, ann) = come(&mut gate, "203.0.113.7");
        assert_eq!(first, Ok("203.0.113.7".to_owned()));
        let (second, bob) = come(&mut gate, "203.0.113.7");
        assert_eq!(second, Ok("203.0.113.7".to_owned()));
        let (refused, cid) = come(&mut gate, "203.0.113.7");
        assert_eq!(refused, Err(Refusal::AddressFull));
        let (other, dan) = come(&mut gate, "203.0.113.8");
        assert_eq!(other, Ok("203.0.113.8".to_owned()));
        assert_eq!(admit(&mut gate, Time::START, "203.0.113.7").map(drop), Err(Refusal::AddressFull), "{proxy}");
        [ann, cid].into_iter().for_each(|permit| gate.leave(permit));
        let (_, late) = come(&mut gate, "203.0.113.7");
        [bob, dan, late].into_iter().for_each(|permit| gate.leave(permit));
        let mut stats = Stats::default();
        gate.count(&mut stats);
        assert_eq!((stats.connections, stats.refused, gate.proxied), (0, 2, 0));
        assert!(gate.sources.iter().all(|(_, source)| source.is_empty()));
    }
}

#[test]
fn how_fast_one_may_connect_through_a_proxy_is_a_matter_of_their_own_address() {
    let mut gate = behind_proxy(Config {
        limits: Limits { connections_per_address_max: 0, ..Limits::default() },
        ..Config::default()
    });
    let mut come = |address| {
        let (mut permit, from) = admit(&mut gate, Time::START, PROXY).expect("the proxy has no limits");
        assert_eq!(from, Time::START);
        announce(&mut gate, &mut permit, address)
    };
    assert!((0..64).all(|_| come("203.0.113.7") == Ok(Time::START)));
    assert_eq!(come("203.0.113.7"), Ok(Time::after(Duration::from_millis(100))));
    assert_eq!(come("203.0.113.8"), Ok(Time::START));
    assert!((0..100).all(|_| come("127.0.0.1") == Ok(Time::START)));
}

#[test]
fn a_proxy_has_a_thousand_connections_at_once_of_which_it_does_not_say_for_whom() {
    let mut gate = behind_proxy(unmetered());
    let mut waiting: Vec<_> =
        (0..1024).map(|_| admit(&mut gate, Time::START, PROXY).expect("there is room").0).collect();
    assert_eq!(admit(&mut gate, Time::START, PROXY).map(drop), Err(Refusal::ServerFull));
    assert!(admit(&mut gate, Time::START, "192.0.2.1").is_ok(), "others do not wait for it");
    let mut named = waiting.pop().expect("there are many");
    assert_eq!(announce(&mut gate, &mut named, "203.0.113.7"), Ok(Time::START));
    assert_eq!(announce(&mut gate, &mut named, "203.0.113.8"), Ok(Time::START), "that is known already");
    assert_eq!(gate.address(&named).to_string(), "203.0.113.7");
    assert!(admit(&mut gate, Time::START, PROXY).is_ok());
    assert!(admit(&mut gate, Time::START, PROXY).is_err());
    gate.leave(waiting.pop().expect("there are many"));
    assert!(admit(&mut gate, Time::START, PROXY).is_ok());
}

#[test]
fn a_visitor_through_a_proxy_is_one_until_they_chat() {
    let mut gate =
        behind_proxy(Config { limits: Limits { connections_per_address_max: 1, ..unmetered().limits }, ..unmetered() });
    let [proxy, address] = [PROXY, "203.0.113.7"].map(|address| address.parse().expect("it is an address"));
    let mut visit = || {
        let (mut permit, _) = gate.admit(Time::START, proxy, Form::Web).expect("the proxy has no limits");
        gate.announce(Time::START, &mut permit, address, Form::Web).map(|_| permit)
    };
    let mut visitors: Vec<_> = (0..6).map(|_| visit().expect("there is room")).collect();
    assert_eq!(visit(), Err(Refusal::AddressFull));
    let admitted: Vec<_> = visitors.iter_mut().take(2).map(|permit| gate.admit_to_chat(Time::START, permit)).collect();
    assert_eq!(admitted, [Ok(Time::START), Err(Refusal::AddressFull)]);
}

#[test]
fn limits_that_are_taken_anew_are_for_whoever_comes_then_and_nobody_has_to_leave() {
    let config = |limits| Config { limits, ..Config::default() };
    let mut gate = gate(config(Limits { connects_per_second: 1, ..Limits::default() }));
    let (first, other) = ("192.0.2.1", "192.0.2.2");
    let come = |gate: &mut Gate, address| admit(gate, Time::START, address);
    let waits = Time::after(Duration::from_secs(1));
    let mut here: Vec<_> = (0..6).map(|_| come(&mut gate, first).expect("there is room").0).collect();
    let (late, from) = come(&mut gate, first).expect("there is room");
    assert!(Time::START < from && from <= waits, "{from:?}");
    here.push(late);
    // Fewer connections, in all and for an address, and another rate.
    gate.reload(&config(Limits {
        connections_max: 8,
        connections_per_address_max: 3,
        connects_per_second: 0,
        ..Limits::default()
    }));
    assert_eq!(come(&mut gate, first), Err(Refusal::AddressFull));
    let (last, from) = come(&mut gate, other).expect("there is room for one");
    assert_eq!(from, Time::START);
    assert_eq!(come(&mut gate, other), Err(Refusal::ServerFull));
    here.push(last);
    // A proxy is one from now on, and its connections from before are not.
    let proxies = [first.parse().expect("an address")].into();
    gate.reload(&config(Limits { proxies, ..unmetered().limits }));
    let (mut proxied, _) = come(&mut gate, first).expect("it has no limit of its own");
    let somebody = other.parse().expect("an address");
    assert_eq!(gate.announce(Time::START, &mut proxied, somebody, Form::Lines), Ok(Time::START));
    assert_eq!(gate.address(&proxied), somebody);
    assert_eq!(gate.announce(Time::START, &mut here[0], somebody, Form::Lines), Ok(Time::START));
    assert_eq!(gate.address(&here[0]).to_string(), first);
    here.push(proxied);
    here.into_iter().for_each(|permit| gate.leave(permit));
    let mut stats = Stats::default();
    gate.count(&mut stats);
    assert_eq!(stats.connections, 0);
}

#[test]
fn who_comes_from_a_banned_address_is_refused_until_then_or_for_good_and_of_ipv6_the_network() {
    let mut gate = Gate::new(&Config::default());
    let bar = |address: &str, is_set, until: Option<Time>| Bar {
        address: AddressKey::of(address.parse().expect("the case is an address")).expect("it has a key"),
        is_set,
        until,
        until_ms: until.map(|_| 7),
    };
    let until = Time::START + Duration::from_secs(60);
    gate.bar(Time::START, bar("192.0.2.1", true, Some(until)));
    gate.bar(Time::START, bar("2001:db8::1", true, None));
    let refused = |until_ms| Err(Refusal::Banned { until_ms });
    let come = |gate: &mut Gate, now, address| admit(gate, now, address).map(|_| ());
    assert_eq!(come(&mut gate, Time::START, "192.0.2.1"), refused(Some(7)));
    assert_eq!(come(&mut gate, Time::START, "::ffff:192.0.2.1"), refused(Some(7)));
    assert_eq!(come(&mut gate, Time::START, "192.0.2.2"), Ok(()));
    assert_eq!(come(&mut gate, until, "192.0.2.1"), Ok(()));
    assert_eq!(come(&mut gate, until, "2001:db8::ffff:0:0:2"), refused(None));
    assert_eq!(come(&mut gate, until, "2001:db8:0:1::1"), Ok(()));
    let visitor = gate.admit(until, "2001:db8::2".parse().expect("an address"), Form::Web);
    assert_eq!(visitor.map(|_| ()), refused(None));
    gate.bar(until, bar("2001:db8::9", false, None));
    assert_eq!(come(&mut gate, until, "2001:db8::1"), Ok(()));
    let (mut permit, _) = gate.admit(until, "192.0.2.9".parse().expect("an address"), Form::Web).expect("it may look");
    gate.bar(until, bar("192.0.2.9", true, None));
    assert_eq!(gate.admit_to_chat(until, &mut permit), refused(None).map(|()| until));
    let mut stats = Stats::default();
    gate.count(&mut stats);
    assert_eq!(stats.refused, 5);
}

#[test]
fn of_ten_thousand_bans_each_is_kept_and_the_lookup_is_by_order() {
    let mut gate = Gate::new(&Config::default());
    let key = |number: u32| AddressKey::new(u64::from(number)).expect("it is not nothing");
    for number in 1..=10_000 {
        gate.bar(Time::START, Bar { address: key(0x0a00_0000 + number), is_set: true, until: None, until_ms: None });
    }
    let refused = Err(Refusal::Banned { until_ms: None });
    for number in [1, 5000, 10_000] {
        let address = std::net::Ipv4Addr::from_bits(0x0a00_0000 + number);
        assert_eq!(gate.admit(Time::START, address.into(), Form::Lines).map(|_| ()), refused);
    }
    assert!(gate.admit(Time::START, [10, 1, 0, 0].into(), Form::Lines).is_ok());
}

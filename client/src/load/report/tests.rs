//! Both forms of one outcome.

use super::super::dialect::Dialect;
use super::*;

fn plan(rate: Option<u32>) -> Plan {
    Plan {
        addresses: vec![crate::address::Address { host: "127.0.0.1".into(), port: 42_069 }],
        tls: false,
        pin: None,
        rooms: 2,
        members: 10,
        stalled: 0,
        prefix: "load-".into(),
        dialect: Dialect::Chat,
        chars: 64,
        length: Duration::from_secs(2),
        rate,
        window: 4_096,
        server: None,
        idle: None,
        wait: false,
        json: false,
    }
}

fn report(deliveries: u64, server: Option<ServerUse>) -> Report {
    let mut delays = Histogram::new();
    delays.record(1_000, 999);
    delays.record(5_000_000, 1);
    Report {
        length: Duration::from_secs(2),
        messages: deliveries / 10,
        deliveries,
        delays,
        completions: None,
        losses: Losses { lost: 3, told: 2, disordered: 1 },
        server,
        own_cpu_ns: 500_000_000,
    }
}

#[test]
fn the_table_tells_everything() {
    let server = ServerUse { cpu_ns: 1_000_000_000, rss_kib: 4_321 };
    let expected = "\
load        2 rooms x 10 members, 64 characters, flat out, window 4096, 2.0 s
messages    1000 /s
deliveries  10000 /s
delay       p50 1  p90 1  p99 1  p99.9 1  max 5000 us
lost        3 (told by the server: 2), out of order 1
server      50.000 us CPU per delivery, 50 % of a core, 4321 KiB
generator   25 % of a core
";
    assert_eq!(report(20_000, Some(server)).table(&plan(None)), expected);
}

#[test]
fn json_is_one_line_with_null_for_what_is_unknown() {
    let expected = "{\"rooms\":2,\"members\":10,\"size\":64,\"rate\":200,\"window\":4096,\"seconds\":2.000,\
        \"messages_per_second\":1000.0,\"deliveries_per_second\":10000.0,\
        \"delay_us\":{\"p50\":1.0,\"p90\":1.0,\"p99\":1.0,\"p99.9\":1.0,\"max\":5000.0},\
        \"complete_us\":null,\"lost\":3,\"told_dropped\":2,\"disordered\":1,\"server\":null,\"generator_cpu_percent\":25.0}\n";
    assert_eq!(report(20_000, None).json(&plan(Some(200))), expected);
}

#[test]
fn without_a_delivery_there_is_no_time_per_delivery() {
    let server = ServerUse { cpu_ns: 1, rss_kib: 4_321 };
    assert!(report(0, Some(server)).json(&plan(None)).contains("\"cpu_us_per_delivery\":null"));
    assert!(report(0, Some(server)).table(&plan(None)).contains("- us CPU per delivery"));
}

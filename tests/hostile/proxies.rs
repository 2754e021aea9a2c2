//! Whatever comes from where a proxy is to say for whom it connects, nobody who chats already notices, and nothing of
//! it is heard.

use std::net::{IpAddr, Ipv4Addr};
use std::time::{Duration, Instant};

use chinwag_tests::attacks::{proxies, web};
use chinwag_tests::{DEADLINE, Heard, Vitals};

use crate::incidents::count;
use crate::on_each;

/// Where the proxy is: not where the regulars are.
const PROXY: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2));
const FLAGS: [&str; 2] = ["--proxy-from", "127.0.0.2"];

/// How many it connects for at once, who are slow, and how long after one byte the next comes.
const DRIPPERS: usize = 100;
const PAUSE: Duration = Duration::from_millis(100);

/// How many more than may be it connects for, without saying for whom.
const UNNAMED_MAX: usize = 1024;
const SILENT: usize = UNNAMED_MAX + 200;

/// How many send heads that are as long as they may be, and how much memory those may cost.
const LONG_HEADS: usize = 200;
const LONG_HEADS_MEMORY_MAX: usize = LONG_HEADS * (64 << 10) + (8 << 20);

fn assert_nobody_came(heard: &Heard) {
    let news = |line: &String| line.ends_with(" joined") || line.ends_with(" left");
    assert!(!heard.others.iter().any(|line| !news(line) || line.contains("PROXY")), "{:?}", heard.others);
}

#[test]
fn a_proxy_that_says_slowly_or_wrongly_for_whom_it_connects_holds_up_nobody() {
    on_each(&FLAGS, |siege| {
        let (addr, web_addr) = (siege.addr(), siege.web_addr());
        let refused = siege.count("refused");
        let (heard, counts) = siege.attack_for(2, "headers of proxies", 4, |number, fire| match number {
            0 => proxies::drip(addr, PROXY, fire, DRIPPERS, PAUSE),
            1 => proxies::drip(web_addr, PROXY, fire, DRIPPERS, PAUSE),
            2 => proxies::say_something_else(addr, PROXY, fire),
            _ => proxies::say_something_else(web_addr, PROXY, fire),
        });
        let [lines, page, garbage, page_garbage] = counts[..] else { panic!("there were four attackers") };
        assert!(lines > 1 && page > 1 && garbage > 0 && page_garbage > 0, "{counts:?}");
        assert!(siege.count("refused") >= refused + (garbage + page_garbage) as u64);
        assert_nobody_came(&heard);
    });
}

#[test]
fn a_proxy_that_connects_for_too_many_without_saying_for_whom_is_refused_and_holds_up_nobody() {
    on_each(&FLAGS, |siege| {
        let (addr, web_addr, before) = (siege.addr(), siege.web_addr(), siege.vitals().memory);
        Vitals::forget_peak(siege.server().id());
        let (heard, held) = siege.attack("silent proxies", 1, |_, _| proxies::say_nothing(addr, PROXY, SILENT));
        let deadline = Instant::now() + DEADLINE;
        while count(web_addr, "server_full") < SILENT - UNNAMED_MAX {
            assert!(Instant::now() < deadline, "those who are too many are not refused");
        }
        drop(held);
        let grown = siege.vitals().memory_peak.saturating_sub(before);
        assert!(grown <= 16 << 20, "{grown} bytes more");
        assert_nobody_came(&heard);
    });
}

#[test]
fn heads_of_requests_as_long_as_they_may_be_in_numbers_hold_up_nobody() {
    on_each(&[], |siege| {
        let web_addr = siege.web_addr();
        let before = siege.vitals().memory;
        Vitals::forget_peak(siege.server().id());
        let (_, sent) =
            siege.attack_for(2, "long heads", 1, |_, fire| web::hold_long_heads(web_addr, fire, LONG_HEADS));
        assert!(sent[0] > 0, "no head was sent");
        let grown = siege.vitals().memory_peak.saturating_sub(before);
        assert!(grown <= LONG_HEADS_MEMORY_MAX, "{grown} bytes more");
    });
}

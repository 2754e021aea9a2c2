//! What is a limit for attackers is none for those who mean well.

use std::time::{Duration, Instant};

use chinwag_tests::Person;

use crate::on_each;

#[test]
fn forty_lines_that_are_pasted_are_all_said_at_once() {
    on_each(&[], |siege| {
        let addr = siege.addr();
        siege.attack("a paste", 1, |_, _| {
            let mut ann = Person::come(addr);
            ann.type_line("/join somewhere-else");
            let lines: Vec<_> = (0..40).map(|number| format!("line {number} of what was pasted")).collect();
            let start = Instant::now();
            ann.type_line(&lines.join("\n"));
            for line in lines {
                ann.read_up_to(&format!("{}: {line}", ann.name().to_owned()));
            }
            // At the rate alone they would take two seconds.
            assert!(start.elapsed() < Duration::from_secs(1), "{:?}", start.elapsed());
        });
    });
}

//! What a transcript may say, and how it is recorded.

use super::*;
use crate::{BareCore, Batching};

fn record(text: &str) -> Result<String, ScriptError> {
    let script = Script::read(text)?;
    let core = BareCore::new(script.config(), 1, Batching::EachEvent);
    script.record(&core.play_to_the_end(&script.acts()))
}

#[test]
fn a_record_is_what_everyone_received_and_the_same_again_when_it_is_read() {
    let text = "Rules are stated.\nConfig: line_chars_max = 90\n\nGiven Ann and Bob in main; Cid in pizza\n\n# A remark.\n\
                Ann types hello\n    Zoe | what was here before is written anew\n50 ms pass\nBob sends as last words /users\\n\n";
    let recorded = "Rules are stated.\nConfig: line_chars_max = 90\n\nGiven Ann and Bob in main; Cid in pizza\n\n# A remark.\n\
                    Ann types hello\n    Ann, Bob | Ann: hello\n50 ms pass\n    nobody sees anything\n\
                    Bob sends as last words /users\\n\n    Ann | Bob left\n    Bob | Users - Ann, Bob\n        \
                    * the connection is closed\n";
    assert_eq!(record(text).as_deref(), Ok(recorded));
    assert_eq!(record(recorded).as_deref(), Ok(recorded));
}

#[test]
fn a_step_is_done_at_its_time() {
    let text = "A rule.\nConfig: flood_lines_per_second = 20, flood_burst = 100 ms\nGiven Ann in main\n1000 ms: Ann sends a\\nb\\nc\\n\n    \
                Ann | Ann: a\n        | Ann: b\n1049 ms: Ann types 5 ms: x\n    nobody sees anything\n1050 ms: Ann sends y\n    Ann | Ann: c\n\
                50 ms pass\n    Ann | Ann: 5 ms: x\n";
    assert_eq!(record(text).as_deref(), Ok(text));
}

#[test]
fn who_is_given_must_receive_exactly_what_the_protocol_says() {
    let error = record("A rule.\nConfig: crowd_members = 1\nGiven Ann and Bob in main\n").expect_err("Bob is gathered");
    assert!(error.to_string().starts_with("line 3: people received"), "{error}");
}

#[test]
fn mistakes_are_told_with_their_line() {
    let cases = [
        ("No full stop", "line 1: the first line states the rule, and ends in a full stop"),
        ("A rule.\nAnn connects \n", "line 2: a line ends in a space; write \\x20 if it is meant"),
        ("A rule.\n\nAnn types hello\n", "line 3: Ann is not here"),
        ("A rule.\nAnn connects\nAnn connects\n", "line 3: Ann was here before"),
        ("A rule.\nAnn connects\nAnn sings\n", "line 3: no such step"),
        ("A rule.\nAnn connects\nAnn types \\q\n", "line 3: no such escape: \\q"),
        ("A rule.\nAnn connects\nGiven Bob in main\n", "line 3: who is given comes first"),
        ("A rule.\nGiven Bob\n", "line 2: no room: Bob"),
        ("A rule.\nConfig: sedd = 1\n", "line 2: no such setting: sedd"),
        ("A rule.\nConfig: seed = one\n", "line 2: no number: one"),
        ("A rule.\nConfig: threads\n", "line 2: no value: threads"),
        ("A rule.\nConfig: line_chars_max = 0\n", "line 2: line_chars_max takes 1 to 4096 characters"),
        ("A rule.\n2 ms: Ann connects\n1 ms: Ann types hello\n", "line 3: it is later than that"),
        ("A rule.\n5 h pass\n", "line 2: no time in ms or s: 5 h"),
    ];
    for (text, mistake) in cases {
        let error = Script::read(text).expect_err("each case has a mistake");
        assert_eq!(error.to_string(), mistake);
    }
}

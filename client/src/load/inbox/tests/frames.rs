//! Continuity through the web listener, however the frames are cut into reads.

use super::*;

/// Every place to cut a short stream at, and some for a long one.
const STEPS: [usize; 11] = [1, 2, 3, 7, 64, 125, 126, 127, 200, 1_000, 3_000];

const ANSWER: &str = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n";

fn frame(payload: &str) -> Vec<u8> {
    let len = payload.len();
    let head = if len < 126 { vec![0x81, len as u8] } else { vec![0x81, 126, (len >> 8) as u8, len as u8] };
    [&head, payload.as_bytes()].concat()
}

/// What the server makes of load messages, some in a frame; it numbers them on from 1.
fn said(range: std::ops::Range<u64>) -> Vec<u8> {
    let mut composer = Composer::new(Dialect::Web.ending(), CHARS);
    let mut text = |seq: u64| {
        let mut text = Vec::new();
        composer.compose(Stamp { seq, sent_ns: 1_000 + seq }, &mut text);
        format!(r#"{{"name":"Ann","text":"{}"}}"#, text.escape_ascii())
    };
    let mut frames = Vec::new();
    let mut start = range.start;
    while start < range.end {
        let end = range.end.min(start + 1 + start % 4);
        let said: Vec<_> = (start..end).map(&mut text).collect();
        let (time, seq, said) = (1_763_910_000_123_u64 + start, start + 1, said.join(","));
        frames
            .extend(frame(&format!(r#"{{"kind":"said","room":"load-3","time":{time},"seq":{seq},"said":[{said}]}}"#)));
        start = end;
    }
    frames
}

#[track_caller]
fn assert_receipt(bytes: &[u8], expected: Receipt) {
    for step in STEPS {
        let mut inbox = Inbox::new(Dialect::Web, "load-3", CHARS);
        assert_eq!(feed(&mut inbox, bytes, step), expected, "in reads of {step}");
    }
    for cut in 0..bytes.len().min(1_500) {
        let mut inbox = Inbox::new(Dialect::Web, "load-3", CHARS);
        let (mut first, rest) = (feed(&mut inbox, &bytes[..cut], 3_000), feed(&mut inbox, &bytes[cut..], 3_000));
        first.delivered += rest.delivered;
        first.lost += rest.lost;
        first.told += rest.told;
        first.disordered += rest.disordered;
        first.joined |= rest.joined;
        let (got, expected) = (first, Receipt { first_ns: first.first_ns, last_ns: first.last_ns, ..expected });
        assert_eq!(got, expected, "cut at {cut}");
    }
}

#[test]
fn frames_are_counted_while_their_numbers_grow() {
    for range in [0..12, 0..120, 95..105] {
        let expected = Receipt {
            delivered: range.end - range.start,
            lost: range.start,
            first_ns: 1_000 + range.start,
            last_ns: 999 + range.end,
            ..Receipt::default()
        };
        assert_receipt(&said(range), expected);
    }
}

#[test]
fn a_gap_between_frames_counts_what_is_missing_and_a_repetition_is_disorder() {
    let expected = Receipt { delivered: 9, lost: 5, first_ns: 1_000, last_ns: 1_013, ..Receipt::default() };
    assert_receipt(&[said(0..5), said(10..14)].concat(), expected);
    let expected = Receipt { delivered: 8, disordered: 2, first_ns: 1_000, last_ns: 1_007, ..Receipt::default() };
    assert_receipt(&[said(0..6), said(4..8)].concat(), expected);
}

#[test]
fn a_notice_in_a_frame_is_told_and_moves_the_progress_at_once() {
    let dropped = [said(0..4), frame(r#"{"kind":"dropped","count":5}"#)].concat();
    let expected = Receipt { delivered: 6, lost: 5, told: 5, first_ns: 1_000, last_ns: 1_010, ..Receipt::default() };
    assert_receipt(&[&*dropped, &said(9..11)].concat(), expected);
    let mut inbox = Inbox::new(Dialect::Web, "load-3", CHARS);
    feed(&mut inbox, &dropped, 3_000);
    assert_eq!((inbox.next_seq(), inbox.progress()), (4, 9));
}

#[test]
fn a_frame_as_long_as_the_message_that_it_stands_for_does_not_hide_the_loss() {
    let load = said(0..1);
    let longest = load.len() - 4 - r#"{"kind":"unrecognized","word":""}"#.len();
    let decoy = frame(&format!(r#"{{"kind":"unrecognized","word":"{}"}}"#, "x".repeat(longest)));
    assert_eq!(decoy.len(), load.len());
    let bytes = [said(0..3), frame(r#"{"kind":"joined","name":"Bob"}"#), said(3..5), decoy, said(6..8)].concat();
    let expected = Receipt { delivered: 7, lost: 1, first_ns: 1_000, last_ns: 1_007, ..Receipt::default() };
    assert_receipt(&bytes, expected);
}

#[test]
fn only_its_own_room_confirms_a_browser_after_the_answer_to_the_upgrade() {
    let passed = [ANSWER.as_bytes(), &frame(r#"{"kind":"room","room":"main","seq":0}"#)].concat();
    let other = [&*passed, &frame(r#"{"kind":"room","room":"load-33","seq":0}"#)].concat();
    assert_receipt(&other, Receipt::default());
    let own = [&*passed, &frame(r#"{"kind":"room","room":"load-3","seq":7}"#)].concat();
    assert_receipt(&own, Receipt { joined: true, ..Receipt::default() });
}

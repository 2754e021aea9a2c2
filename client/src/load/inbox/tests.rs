//! Continuity, however the bytes are cut into reads.

mod frames;

use super::super::message::Composer;
use super::*;

const CHARS: usize = 40;

/// A stream in which `seq` numbers are load messages and the rest are lines as they stand.
enum Sent<'a> {
    Load(std::ops::Range<u64>),
    Line(&'a str),
}

fn stream(parts: &[Sent<'_>]) -> Vec<u8> {
    let mut composer = Composer::new(Dialect::Chat.ending(), CHARS);
    let mut bytes = Vec::new();
    for part in parts {
        match part {
            Sent::Load(range) => {
                for seq in range.clone() {
                    bytes.extend_from_slice(b"Ann: ");
                    composer.compose(Stamp { seq, sent_ns: 1_000 + seq }, &mut bytes);
                }
            }
            Sent::Line(line) => {
                bytes.extend_from_slice(line.as_bytes());
                bytes.push(b'\n');
            }
        }
    }
    bytes
}

/// Gives `bytes` to `inbox` in reads of at most `step` bytes, and adds up what they brought.
fn feed(inbox: &mut Inbox, bytes: &[u8], step: usize) -> Receipt {
    let mut sum = Receipt::default();
    let mut buffer = [0; 4_096];
    for piece in bytes.chunks(step) {
        let start = inbox.restore(&mut buffer);
        buffer[start..][..piece.len()].copy_from_slice(piece);
        let receipt = inbox.accept(&buffer[..start + piece.len()]);
        if sum.delivered == 0 {
            sum.first_ns = receipt.first_ns;
        }
        if receipt.delivered > 0 {
            sum.last_ns = receipt.last_ns;
        }
        sum.delivered += receipt.delivered;
        sum.lost += receipt.lost;
        sum.told += receipt.told;
        sum.disordered += receipt.disordered;
        sum.joined |= receipt.joined;
    }
    sum
}

#[track_caller]
fn assert_receipt(parts: &[Sent<'_>], expected: Receipt) {
    let bytes = stream(parts);
    for step in [1, 7, 45, 46, 47, 92, 500, 3_000] {
        let mut inbox = Inbox::new(Dialect::Chat, "load-3", CHARS);
        assert_eq!(feed(&mut inbox, &bytes, step), expected, "in reads of {step}");
    }
}

#[test]
fn an_unbroken_stream_loses_nothing() {
    let expected = Receipt { delivered: 60, first_ns: 1_000, last_ns: 1_059, ..Receipt::default() };
    assert_receipt(&[Sent::Load(0..60)], expected);
}

#[test]
fn a_gap_counts_what_is_missing() {
    let expected = Receipt { delivered: 15, lost: 5, first_ns: 1_000, last_ns: 1_019, ..Receipt::default() };
    assert_receipt(&[Sent::Load(0..10), Sent::Load(15..20)], expected);
}

#[test]
fn messages_missing_from_the_start_count_too() {
    let expected = Receipt { delivered: 2, lost: 3, first_ns: 1_003, last_ns: 1_004, ..Receipt::default() };
    assert_receipt(&[Sent::Load(3..5)], expected);
}

#[test]
fn a_repeated_message_is_disorder_and_no_delivery() {
    let expected = Receipt { delivered: 10, disordered: 2, first_ns: 1_000, last_ns: 1_009, ..Receipt::default() };
    assert_receipt(&[Sent::Load(0..6), Sent::Load(4..10)], expected);
}

#[test]
fn lines_of_other_kinds_between_load_messages_change_nothing() {
    let parts = [
        Sent::Line("Bob joined"),
        Sent::Load(0..5),
        Sent::Line("Bob left"),
        Sent::Load(5..6),
        Sent::Line("Bob is now Cid"),
        Sent::Load(6..30),
    ];
    let expected = Receipt { delivered: 30, first_ns: 1_000, last_ns: 1_029, ..Receipt::default() };
    assert_receipt(&parts, expected);
}

#[test]
fn a_line_as_long_as_the_message_that_it_stands_for_does_not_hide_the_loss() {
    let decoy = "y".repeat("Ann: ".len() + CHARS);
    let parts = [Sent::Load(0..10), Sent::Line(&decoy), Sent::Load(11..20)];
    let expected = Receipt { delivered: 19, lost: 1, first_ns: 1_000, last_ns: 1_019, ..Receipt::default() };
    assert_receipt(&parts, expected);
}

#[test]
fn a_notice_is_told_and_the_gap_is_lost() {
    let notice = "Server is very busy and dropped 5 messages, sorry!";
    let parts = [Sent::Load(0..10), Sent::Line(notice), Sent::Load(15..20)];
    let expected = Receipt { delivered: 15, lost: 5, told: 5, first_ns: 1_000, last_ns: 1_019, ..Receipt::default() };
    assert_receipt(&parts, expected);
}

#[test]
fn a_notice_at_the_end_of_a_read_moves_the_progress_at_once() {
    let notice = "Server is very busy and dropped 5 messages, sorry!";
    let bytes = stream(&[Sent::Load(0..10), Sent::Line(notice)]);
    for step in [1, 46, 3_000] {
        let mut inbox = Inbox::new(Dialect::Chat, "load-3", CHARS);
        feed(&mut inbox, &bytes, step);
        assert_eq!((inbox.next_seq(), inbox.progress()), (10, 15), "in reads of {step}");
    }
}

#[test]
fn only_its_own_room_confirms_a_member() {
    let other = [Sent::Line("You joined main"), Sent::Line("You joined load-33"), Sent::Line("Ann: You joined load-3")];
    assert_receipt(&other, Receipt::default());
    let expected = Receipt { joined: true, ..Receipt::default() };
    assert_receipt(&[Sent::Line("You joined main"), Sent::Line("You joined load-3")], expected);
}

#[test]
fn a_read_without_a_gap_takes_the_fast_way() {
    let bytes = stream(&[Sent::Load(0..20)]);
    let mut inbox = Inbox::new(Dialect::Chat, "load-3", CHARS);
    inbox.accept(&bytes[..46]);
    let (receipt, whole) = inbox.skim(&bytes[46..bytes.len() - 10]).expect("nothing but load messages");
    assert_eq!((receipt.delivered, whole), (18, 18 * 46));
}

#[test]
fn frames_of_other_protocols_are_counted_however_they_are_cut() {
    for dialect in [Dialect::Irc, Dialect::Redis, Dialect::Nats] {
        let mut composer = Composer::new(dialect.ending(), CHARS);
        let mut frames = Vec::new();
        for seq in 0..40 {
            let header = match dialect {
                Dialect::Chat | Dialect::Web => String::new(),
                Dialect::Irc => ":l0!load@host PRIVMSG #load-3 :".to_owned(),
                Dialect::Redis => format!(">3\r\n$7\r\nmessage\r\n$6\r\nload-3\r\n${CHARS}\r\n"),
                Dialect::Nats => format!("MSG load-3 1 {CHARS}\r\n"),
            };
            frames.extend_from_slice(header.as_bytes());
            composer.compose(Stamp { seq, sent_ns: seq }, &mut frames);
            // To whoever publishes, Redis says to how many it went.
            if dialect == Dialect::Redis && seq % 10 == 0 {
                frames.extend_from_slice(b":2\r\n");
            }
        }
        for step in [1, 7, 99, 1_000, 3_000] {
            let mut inbox = Inbox::new(dialect, "load-3", CHARS);
            let receipt = feed(&mut inbox, &frames, step);
            let seen = (receipt.delivered, receipt.lost, receipt.disordered, inbox.next_seq());
            assert_eq!(seen, (40, 0, 0, 40), "{dialect:?} in reads of {step}");
        }
    }
}

#[test]
fn frames_of_other_protocols_take_the_fast_way() {
    for dialect in [Dialect::Redis, Dialect::Nats] {
        let frame_bytes = dialect.frame_bytes("load-3", CHARS).expect("it is known");
        let mut composer = Composer::new(dialect.ending(), CHARS);
        let mut frames = Vec::new();
        for seq in 0..3 {
            let text_at = frame_bytes - composer.text_bytes();
            frames.extend_from_slice("\n".repeat(text_at).as_bytes());
            composer.compose(Stamp { seq, sent_ns: seq }, &mut frames);
        }
        let mut inbox = Inbox::new(dialect, "load-3", CHARS);
        assert!(inbox.accept(format!("{}\n", dialect.joined("load-3")).as_bytes()).joined);
        let (receipt, whole) = inbox.skim(&frames[..frames.len() - 1]).expect("nothing but load messages");
        assert_eq!((receipt.delivered, whole), (2, 2 * frame_bytes));
    }
}

#[test]
fn a_ping_between_frames_is_noticed_and_counts_for_nothing() {
    let mut inbox = Inbox::new(Dialect::Web, "load-0", 32);
    let receipt = inbox.accept(b"\x81\x10{\"kind\":\"other\"}\x89\x00\x81\x02{}");
    assert_eq!(receipt, Receipt { pinged: true, ..Receipt::default() });
    assert_eq!(inbox.accept(b"\x81\x02{}"), Receipt::default());
}

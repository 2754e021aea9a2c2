//! What is told from chat, and what is not.

use super::*;

#[test]
fn each_protocol_is_in_its_place_and_its_answer_is_short() {
    for (index, row) in ROWS.iter().enumerate() {
        assert_eq!((row.protocol.index(), OtherProtocol::at(index)), (index, row.protocol));
        let mut late = BytesMut::new();
        row.protocol.encode_late(None, LineEnd::CrLf, &mut late);
        for answer in [row.protocol.answer(None, LineEnd::CrLf), late.to_vec()] {
            assert!((2..=OtherProtocol::ANSWER_BYTES_MAX).contains(&answer.len()), "{}", row.key);
        }
    }
}

#[test]
fn first_lines_of_other_protocols_are_told_from_what_people_say() {
    let protocol: [(OtherProtocol, &[&str]); 13] = [
        (
            OtherProtocol::Http,
            &[
                "GET / HTTP/1.1",
                "POST /a/b?c=%20 HTTP/1.0",
                "PRI * HTTP/2.0",
                "odd-method http://x/ HTTP/1.1",
                "CONNECT a:443 HTTP/1.1",
            ],
        ),
        (
            OtherProtocol::Proxy,
            &[
                "PROXY TCP4 203.0.113.7 192.0.2.1 56324 42069",
                "PROXY TCP6 2001:db8::1 2001:db8::2 56324 42069",
                "PROXY UNKNOWN",
            ],
        ),
        (
            OtherProtocol::Irc,
            &[
                "CAP LS 302",
                "CAP LS",
                "CAP LS :302",
                "CAP END",
                "PASS s3cret",
                "PASS :s3cret",
                "PASS s3cret 0210 IRC|aHmo",
                "PASS s3cret TS 6 :0AA",
                "NICK bob",
                "NICK :bob",
                "NICK bob :1",
                "USER bob 0 * :Bob",
                "USER bob localhost 127.0.0.1 :Bob B. Bobson",
                "USER bob 0 * Bob",
                "SERVER irc.example 1 :A server",
                "SERVER irc.example 1 0AA :A server",
                "PROTOCTL NOQUIT NICKv2",
                "JOIN :",
                "JOIN #chat",
                "JOIN #chat key",
                "PRIVMSG NickServ :IDENTIFY s3cret",
                "PING :irc.example",
                "QUIT",
                "QUIT :bye",
                "MODE bob +i",
                "AUTHENTICATE PLAIN",
                "WEBIRC s3cret cgiirc host 203.0.113.7",
                "ERROR :Closing Link",
                "pass s3cret",
                "Pass :correct-horse",
                "user bob 0 * :Bob",
                "privmsg NickServ :identify s3cret",
                "cap ls 302",
            ],
        ),
        (
            OtherProtocol::Smtp,
            &[
                "EHLO mail.example",
                "ehlo [203.0.113.7]",
                "EHLO",
                "HELO mail.example",
                "HELO mail",
                "helo mail.example",
                "LHLO x",
                "MAIL FROM:<a@b.example>",
                "mail from: a@b.example",
                "RCPT TO:<a@b.example>",
                "AUTH PLAIN AGEAYg==",
            ],
        ),
        (OtherProtocol::Ftp, &["USER anonymous"]),
        (OtherProtocol::Imap, &["a001 LOGIN ann secret", "A1 CAPABILITY", "1 ID NIL"]),
        (OtherProtocol::Sip, &["OPTIONS sip:nm SIP/2.0", "REGISTER sip:a.example SIP/2.0"]),
        (OtherProtocol::Rtsp, &["OPTIONS / RTSP/1.0", "DESCRIBE rtsp://a/b RTSP/1.0"]),
        (
            OtherProtocol::Redis,
            &["*1", "*14", "PING", "INFO", "AUTH s3cret", "AUTH default s3cret", "CONFIG GET *", "SELECT 0"],
        ),
        (OtherProtocol::Memcached, &["stats", "version", "set key 0 900 5"]),
        (OtherProtocol::Vnc, &["RFB 003.008", "RFB 003.003"]),
        (
            OtherProtocol::JsonRpc,
            &[
                r#"{"jsonrpc":"2.0","method":"eth_blockNumber","id":1}"#,
                r#"{"id":1,"method":"mining.subscribe","params":[]}"#,
            ],
        ),
        (OtherProtocol::Irc, &["NOTICE bob :hello", "PART #chat :bye", "TOPIC #chat :new"]),
    ];
    for (protocol, lines) in protocol {
        for line in lines {
            assert_eq!(OtherProtocol::from_line(line.as_bytes()), Some(protocol), "{line}");
        }
    }
    let chat = [
        "",
        "GET",
        "GET /",
        "GET out of here",
        "is HTTP/1.1 good",
        "I like HTTP/2",
        "I like HTTP/1.1",
        " / HTTP/1.1",
        "/name HTTP/1",
        "SIP/2.0 is for telephones",
        "PASS me the salt",
        "pass",
        "pass it!",
        "pass naïveté",
        "pass me the salt, s3cret",
        "user a, b and c:",
        "cap it",
        "nick bob",
        "PASS",
        "Nick Smith is here",
        "NICK Smith is here",
        "Nick",
        "user manual please",
        "USER manual please",
        "USER error again and again",
        "SERVER is down",
        "CAP",
        "CAP it off",
        "JOIN us",
        "JOIN us here, please",
        "quit",
        "QUIT smoking",
        "PING me later",
        "ping",
        "pong",
        "PRIVMSG is an IRC command",
        "NOTICE the difference",
        "MODE of transport",
        "ERROR in line 5",
        "Error: no such file",
        "HELO",
        "helo",
        "helo there",
        "HELO there, all",
        "MAIL from home",
        "mail from me: none",
        "AUTH is hard to get right",
        "LOGIN please",
        "please LOGIN",
        "*",
        "* waves",
        "*2 more",
        "**1",
        "stats please",
        "version 2",
        "set the table for 5",
        "set a b c d",
        "INFO please",
        "RFB 003",
        "RFB 003.008 is VNC",
        "{}",
        "{\"hello\"}",
        "PROXY servers are fun",
        "proxy tcp4 1 2 3 4",
        "SELECT * FROM users",
        "a1 sauce",
        "caf\u{e9} HTTP",
    ];
    for line in chat {
        assert_eq!(OtherProtocol::from_line(line.as_bytes()), None, "{line}");
        assert_eq!(OtherProtocol::from_start(line.as_bytes(), 0), None, "{line}");
    }
    assert_eq!(OtherProtocol::from_line(b"PASS s\xff"), None, "it is told that it is not UTF-8");
}

#[test]
fn what_begins_as_another_protocol_is_told_at_the_byte_that_tells() {
    let cases: [(OtherProtocol, &[u8], u8, usize); 19] = [
        (OtherProtocol::Tls, &[0x16, 3, 1, 0, 5], 0, 2),
        (OtherProtocol::Binary, &[0, 1, 0, 8], 0, 1),
        (OtherProtocol::Binary, b"\x3a\0\0\0", 0, 2),
        (OtherProtocol::Binary, b"JRMI\0\x02K", 0, 5),
        (OtherProtocol::Binary, b"\x30\x0c\x02\x01\x01\x60\x07\x02\x01\x03\x04\0\x80\0", 0, 12),
        (OtherProtocol::Binary, b"\x13BitTorrent protocol\0\0", 0, 21),
        (OtherProtocol::Binary, &[5, 0], 0, 2),
        (OtherProtocol::Proxy, b"\0", 2, 1),
        (OtherProtocol::Binary, b"\0", 1, 1),
        (OtherProtocol::Ssh, b"SSH-2.0-OpenSSH_9.2", 0, 6),
        (OtherProtocol::Ssh, b"SSH-1.99-x", 0, 6),
        (OtherProtocol::Xmpp, b"<?xml version='1.0'?><stream:stream to='a'>", 0, 35),
        (OtherProtocol::Xmpp, b"<stream:stream to='a'>", 0, 14),
        (OtherProtocol::Git, b"0032git-upload-pack /a\0host=b\0", 0, 8),
        (OtherProtocol::Rsync, b"@RSYNCD: 31.0", 0, 8),
        (OtherProtocol::Rdp, &[3, 0, 0, 0x13], 0, 2),
        (OtherProtocol::X11, b"l\0\x0b\0", 0, 2),
        (OtherProtocol::Socks, &[5, 1, 0], 0, 3),
        (OtherProtocol::Minecraft, &[16, 0, 0xfd, 5], 0, 2),
    ];
    for (protocol, bytes, blank_lines, told) in cases {
        for len in 0..=bytes.len() {
            let expected = (len >= told).then_some(protocol);
            assert_eq!(OtherProtocol::from_start(&bytes[..len], blank_lines), expected, "{len} of {bytes:?}");
        }
    }
    for chat in ["SSH-keys", "SSH-", "<?xml is verbose", "0032", "0032 git", "@RSYNC", "l", "B"] {
        assert_eq!(OtherProtocol::from_start(chat.as_bytes(), 0), None, "{chat}");
    }
}

#[test]
fn a_request_line_is_told_by_its_end_whatever_it_begins_with() {
    for (line, protocol) in [
        ("get /aaaa HTTP/1.1", Some(OtherProtocol::Http)),
        ("AAAAAAAAAAAAAAAAAAAAA / HTTP/1.0", Some(OtherProtocol::Http)),
        (" HTTP/1.1", Some(OtherProtocol::Http)),
        ("HTTP/1.1", None),
        ("aHTTP/1.1", None),
        ("get /aaaa HTTP/1.1 ", None),
        ("get /aaaa HTTP/1.x", None),
        ("get /aaaa HTTP/11", None),
    ] {
        assert_eq!(OtherProtocol::from_end(line.as_bytes()), protocol, "{line}");
    }
}

#[test]
fn a_request_line_without_an_end_is_told_by_its_beginning() {
    for (held, protocol) in [
        ("GET /aaaa", Some(OtherProtocol::Http)),
        ("CONNECT http", Some(OtherProtocol::Http)),
        ("GET it", None),
        ("get /aaaa", None),
        ("/join aaaa", None),
        (" /aaaa", None),
        ("AAAAAAAAAAAAAAAAAAAAA /", None),
        ("GET", None),
    ] {
        assert_eq!(OtherProtocol::from_endless(held.as_bytes()), protocol, "{held}");
    }
}

#[test]
fn an_answer_is_in_the_words_of_the_protocol() {
    let texts = [
        (
            OtherProtocol::Http,
            "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 52\r\nConnection: close\r\n\r\n\
             This port is for chat by telnet or nc, not for HTTP\n",
        ),
        (OtherProtocol::Tls, "This port is for chat by telnet or nc, not for TLS\n"),
        (OtherProtocol::Binary, "This port is for chat by telnet or nc\n"),
        (OtherProtocol::Proxy, "This port is for chat by telnet or nc, not for the PROXY protocol\n"),
        (OtherProtocol::Irc, "ERROR :This port is for chat by telnet or nc, not for IRC\r\n"),
        (OtherProtocol::Smtp, "554 This port is for chat by telnet or nc, not for mail (SMTP)\r\n"),
        (
            OtherProtocol::Sip,
            "SIP/2.0 501 This port is for chat by telnet or nc, not for SIP\r\nContent-Length: 0\r\n\r\n",
        ),
        (OtherProtocol::Redis, "-ERR This port is for chat by telnet or nc, not for Redis\r\n"),
        (OtherProtocol::Git, "003bERR This port is for chat by telnet or nc, not for Git\n"),
    ];
    for (protocol, text) in texts {
        assert_eq!(protocol.answer(None, LineEnd::Lf), text.as_bytes(), "{protocol:?}");
    }
    assert_eq!(
        OtherProtocol::Tls.answer(None, LineEnd::CrLf),
        b"This port is for chat by telnet or nc, not for TLS\r\n"
    );
    let (text, len) = (OtherProtocol::Git.answer(None, LineEnd::Lf), 0x3b);
    assert_eq!(text.len(), len, "it says how long it is");
    let told = b"ERROR :This port is for chat by telnet or nc, not for IRC, which is at port 6667\r\n";
    assert_eq!(OtherProtocol::Irc.answer(Some(6667), LineEnd::Lf), told);
    assert_eq!(OtherProtocol::Socks.answer(None, LineEnd::Lf), [5, 0xff]);
}

#[test]
fn an_ssh_client_is_sent_a_packet_that_disconnects_it() {
    let answer = OtherProtocol::Ssh.answer(None, LineEnd::Lf);
    let packet = answer.strip_prefix(b"SSH-2.0-chinwag\r\n").expect("first a version");
    let number = |bytes: &[u8]| u32::from_be_bytes(bytes.try_into().expect("four bytes")) as usize;
    assert_eq!((number(&packet[..4]), packet.len() % 8), (packet.len() - 4, 0));
    let padding = usize::from(packet[4]);
    assert!(padding >= 4);
    let payload = &packet[5..packet.len() - padding];
    assert_eq!((payload[0], number(&payload[1..5])), (1, 7));
    let text = &payload[9..9 + number(&payload[5..9])];
    assert_eq!(text, OtherProtocol::Ssh.to_string().as_bytes());
    assert_eq!(payload[9 + text.len()..], [0; 4], "in no language");
}

#[test]
fn a_refusal_of_x11_and_of_vnc_says_how_long_its_reason_is() {
    let x11 = OtherProtocol::X11.answer(None, LineEnd::Lf);
    let text = OtherProtocol::X11.to_string();
    assert_eq!((x11[0], usize::from(x11[1])), (0, text.len()));
    assert_eq!(8 + 4 * usize::from(u16::from_le_bytes([x11[6], x11[7]])), x11.len());
    assert!(x11[8..].starts_with(text.as_bytes()));
    let vnc = OtherProtocol::Vnc.answer(None, LineEnd::Lf);
    let text = OtherProtocol::Vnc.to_string();
    assert_eq!(
        vnc,
        [b"RFB 003.008\n\0\0\0\0", &[u8::try_from(text.len()).expect("it is short")][..], text.as_bytes()].concat()
    );
}

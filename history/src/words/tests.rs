use super::*;

fn tokens(text: &str) -> String {
    let mut out = String::new();
    push_tokens(text, 7, &mut out);
    out.strip_suffix("\u{e000}7").expect("the room is last").trim_end().to_owned()
}

#[test]
fn tokens_are_what_people_take_for_words() {
    let cases = [
        ("", ""),
        ("Hello, World!", "hello world"),
        ("it's it’s it´s", "it s it s it s"),
        ("C++ c#", "c ＋ ＋ c ＃"),
        ("#room @ann user@host", "＃ room ＠ ann user ＠ host"),
        ("192.168.1.1", "192 168 1 1"),
        ("foo_bar-baz", "foo bar baz"),
        ("100% $5 R&D <3 a=b", "100 ％ ＄ 5 r ＆ d ＜ 3 a ＝ b"),
        ("Straße STRASSE ẞ", "strasse strasse ss"),
        ("café CAFÉ cafe\u{301}", "cafe cafe cafe"),
        ("Łódź smørrebrød Þór Æon", "lodz smorrebrod thor aeon"),
        ("ΟΔΥΣΣΕΎΣ ὀδυσσεύς", "οδυσσευσ οδυσσευσ"),
        ("Ёлка елка мой мои Київ", "елка елка мой мои київ"),
        ("İstanbul ılık", "istanbul ilik"),
        ("a\u{ad}b a\u{200d}b a\u{200c}b a\u{200b}b", "ab ab ab ab"),
        ("ﬁne Ⅳ x² ＦＵＬＬ", "fine iv x2 full"),
        ("½ Foo™", "1 2 foo"),
        ("👍🏽 ❤\u{fe0f} 👩\u{200d}🚀", "👍 ❤ 👩 🚀"),
        ("1\u{fe0f}\u{20e3}", "1"),
        ("€5 →", "€ 5 →"),
        ("हिन्दी भाषा", "हिन्दी भाषा"),
        ("तमिल தமிழ் বাংলা", "तमिल தமிழ் বাংলা"),
        ("می\u{200c}خواهم كِتَاب كتاب", "میخواهم كتاب كتاب"),
        ("שָׁלוֹם", "שלום"),
        ("聊天", "聊天 天"),
        ("我喜欢。聊", "我喜 喜欢 欢 聊"),
        ("iPhone手机", "iphone 手机 机"),
        ("ｶﾞ が", "ガ が"),
        ("カタカナ", "カタ タカ カナ ナ"),
        ("한국어", "한국 국어 어"),
        ("ไทย", "ไท ทย ย"),
        ("ที่นี่", "ที่นี่ นี่"),
        ("ລາວ", "ລາ າວ ວ"),
        ("ខ្មែរ", "ខ្មែ មែរ រ"),
    ];
    for (text, expected) in cases {
        assert_eq!(tokens(text), expected, "{text}");
    }
}

#[test]
fn a_question_is_never_syntax() {
    let cases = [
        ("", None),
        ("  ", None),
        ("- ... \"", None),
        ("Hello World", Some("\"hello\" AND \"world\"")),
        ("foo foo", Some("\"foo\"")),
        ("foo\"bar -baz NOT AND*", Some("\"and\" AND \"baz\" AND \"foo bar\" AND \"not\"")),
        ("C++", Some("\"c ＋ ＋\"")),
        ("手", Some("\"手\" *")),
        ("手机", Some("\"手机\"")),
        ("手机 机C", Some("\"手机\" AND \"机 c\"")),
        ("C手", Some("\"c 手\" *")),
    ];
    for (text, expected) in cases {
        assert_eq!(question(text).as_deref(), expected, "{text}");
    }
    assert_eq!(question_in("\"hello\"", &[1, 20]), "(\"\u{e000}1\" OR \"\u{e000}20\") AND \"hello\"");
}

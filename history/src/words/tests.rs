use super::*;

/// The sign of room 7.
const SEVEN: char = '\u{ec87}';

fn tokens(text: &str) -> String {
    let mut out = String::new();
    push_tokens(text, 7, &mut out);
    out.replace(SEVEN, "")
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
        ("foo\"bar -baz NOT AND*", Some("\"baz\" AND \"and\" AND \"foo bar\" AND \"not\"")),
        ("C++", Some("\"c ＋ ＋\"")),
        ("手", Some("\"手\" *")),
        ("手机", Some("\"手机\"")),
        ("手机 机C", Some("\"手机\" AND \"机 c\"")),
        ("C手", Some("\"c 手\" *")),
    ];
    for (text, expected) in cases {
        let question = Question::new(text).map(|question| question.in_room(7).replace(SEVEN, ""));
        assert_eq!(question.as_deref(), expected, "{text}");
    }
    let long = (0..2_000).map(|word| format!("w{word} ")).collect::<String>();
    assert_eq!(Question::new(&long).map(|question| question.words.len()), Some(WORDS_MAX));
}

#[test]
fn a_text_has_what_is_asked_for_where_the_index_would_find_it() {
    let text = "It’s C++ in #room, 我喜欢聊天 at 192.168.1.1";
    let cases = [
        ("it's", true),
        ("its", false),
        ("c++ room", true),
        ("C + room", true),
        ("+ c", true),
        ("+c", false),
        ("room in", true),
        ("192.168", true),
        ("168.1", true),
        ("192.1", false),
        ("聊天", true),
        ("聊", true),
        ("天", true),
        ("喜欢聊", true),
        ("天聊", false),
        ("at everything", false),
    ];
    for (words, is_in) in cases {
        let question = Question::new(words).expect("it has words");
        assert_eq!(question.is_in(text), is_in, "{words}");
        assert!(!question.is_in(""), "{words}");
    }
}

#[test]
fn rooms_have_signs_of_which_none_begins_another() {
    let sign = |room| {
        let mut sign = String::new();
        push_sign(room, &mut sign);
        sign
    };
    let half = 3_200;
    let rooms = [0, 1, 7, half - 1, half, half + 1, 2 * half, half * half - 1, half * half, u64::MAX];
    for one in rooms {
        for other in rooms {
            assert_eq!(sign(one).starts_with(&sign(other)), one == other, "{one}, {other}");
        }
        // No text has it in a word.
        assert_eq!(tokens(&sign(one)), "");
    }
    assert_eq!(sign(7), SEVEN.to_string());
    assert_eq!((sign(half - 1).chars().count(), sign(half).chars().count()), (1, 2));
}

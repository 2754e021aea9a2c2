//! Owns a reader of the objects that a browser is sent: of JSON as far as that goes, and strict in it.

/// Holds a value.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Json {
    /// Nothing.
    Null,
    /// A number without a sign or fraction.
    Number(u64),
    /// A text, without its escapes.
    Text(String),
    /// A list.
    List(Vec<Json>),
    /// An object, its fields in their order.
    Object(Vec<(String, Json)>),
    Truth(bool),
}

type Read<'a, T> = Option<(T, &'a str)>;

impl Json {
    /// Reads one value, and nothing behind it.
    #[must_use]
    pub(super) fn read(text: &str) -> Option<Self> {
        value(text).filter(|(_, rest)| rest.is_empty()).map(|(value, _)| value)
    }

    /// Returns the fields of an object if they have exactly these names, in this order.
    #[must_use]
    pub(super) fn fields<const N: usize>(&self, names: [&str; N]) -> Option<[&Self; N]> {
        let Self::Object(fields) = self else { return None };
        let is_right = fields.len() == N && fields.iter().zip(names).all(|((name, _), expected)| name == expected);
        is_right.then(|| std::array::from_fn(|index| &fields[index].1))
    }

    /// Returns a field of an object, if it has it.
    #[must_use]
    pub(super) fn field(&self, name: &str) -> Option<&Self> {
        let Self::Object(fields) = self else { return None };
        fields.iter().find(|(other, _)| other == name).map(|(_, value)| value)
    }

    /// Returns a text.
    #[must_use]
    pub(super) fn text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    /// Returns a number.
    #[must_use]
    pub(super) const fn number(&self) -> Option<u64> {
        if let Self::Number(number) = self { Some(*number) } else { None }
    }

    /// Returns whether something is so.
    #[must_use]
    pub(super) const fn truth(&self) -> Option<bool> {
        if let Self::Truth(truth) = self { Some(*truth) } else { None }
    }

    /// Returns what is in a list.
    #[must_use]
    pub(super) fn list(&self) -> Option<&[Self]> {
        if let Self::List(items) = self { Some(items) } else { None }
    }
}

fn value(text: &str) -> Read<'_, Json> {
    for (word, value) in [("null", Json::Null), ("true", Json::Truth(true)), ("false", Json::Truth(false))] {
        if let Some(rest) = text.strip_prefix(word) {
            return Some((value, rest));
        }
    }
    match text.as_bytes().first()? {
        b'"' => string(text).map(|(text, rest)| (Json::Text(text), rest)),
        b'[' => items(&text[1..], ']', value).map(|(items, rest)| (Json::List(items), rest)),
        b'{' => items(&text[1..], '}', field).map(|(fields, rest)| (Json::Object(fields), rest)),
        _ => {
            let digits = text.bytes().take_while(u8::is_ascii_digit).count();
            let is_number = digits == 1 || !text.starts_with('0');
            let number = text[..digits].parse().ok().filter(|_| is_number)?;
            Some((Json::Number(number), &text[digits..]))
        }
    }
}

fn field(text: &str) -> Read<'_, (String, Json)> {
    let (name, rest) = string(text)?;
    let (value, rest) = value(rest.strip_prefix(':')?)?;
    Some(((name, value), rest))
}

/// Reads what stands between commas, up to the end of its list.
fn items<T>(mut text: &str, end: char, item: fn(&str) -> Read<'_, T>) -> Read<'_, Vec<T>> {
    let mut items = Vec::new();
    if let Some(rest) = text.strip_prefix(end) {
        return Some((items, rest));
    }
    loop {
        let (next, rest) = item(text)?;
        items.push(next);
        match rest.strip_prefix(',') {
            Some(rest) => text = rest,
            None => return Some((items, rest.strip_prefix(end)?)),
        }
    }
}

/// Reads a text. What it says has no controls, so that only quotes and backslashes are escaped.
fn string(text: &str) -> Read<'_, String> {
    let mut rest = text.strip_prefix('"')?.char_indices();
    let mut string = String::new();
    loop {
        match rest.next()? {
            (at, '"') => return Some((string, &text[at + 2..])),
            (_, '\\') => string.push(rest.next().filter(|(_, c)| matches!(c, '"' | '\\'))?.1),
            (_, c) if c.is_control() => return None,
            (_, c) => string.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_json_is_read_and_nothing_else() {
        let text = |text: &str| Json::Text(text.to_owned());
        let list = Json::List(vec![Json::Number(10), Json::Null, text("a\"\\é")]);
        assert_eq!(Json::read(r#"{"a":[10,null,"a\"\\é"]}"#), Some(Json::Object(vec![("a".to_owned(), list)])));
        assert_eq!(Json::read("[]").as_ref().and_then(Json::list), Some(&[][..]));
        for broken in ["", "{", "[1,]", "01", "\"a", "\"\u{7}\"", "\"\\n\"", "1 ", "{\"a\" :1}", "-1", "1.5", "nul"] {
            assert_eq!(Json::read(broken), None, "{broken}");
        }
    }
}

//! Takes Rust apart, as far as laws about modules need it: code without comments, literals and tests, and the paths in
//! it.

/// The code of a file, line by line, with spaces for comments and for what literals have in them, and without what only
/// tests are built with.
pub(crate) fn code(text: &str) -> String {
    without_tests(&bare(text))
}

/// Puts spaces where comments and literals are.
fn bare(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut bare = String::with_capacity(text.len());
    let mut at = 0;
    while let Some(&c) = chars.get(at) {
        let end = match (c, chars.get(at + 1)) {
            ('/', Some('/')) => at + chars[at..].iter().take_while(|c| **c != '\n').count(),
            ('/', Some('*')) => comment_end(&chars, at),
            ('"', _) => quoted_end(&chars, at),
            ('r', Some('"' | '#')) if !is_word(chars.get(at.wrapping_sub(1))) => raw_end(&chars, at),
            ('\'', Some('\\')) => {
                (at + 3..chars.len()).find(|at| chars[*at] == '\'').map_or(chars.len(), |end| end + 1)
            }
            ('\'', Some(_)) if chars.get(at + 2) == Some(&'\'') => at + 3,
            _ => at,
        };
        if end == at {
            bare.push(c);
            at += 1;
        } else {
            bare.extend(chars[at..end].iter().map(|c| if *c == '\n' { '\n' } else { ' ' }));
            at = end;
        }
    }
    bare
}

fn is_word(c: Option<&char>) -> bool {
    c.is_some_and(|c| c.is_alphanumeric() || *c == '_')
}

fn comment_end(chars: &[char], at: usize) -> usize {
    (at + 2..chars.len()).find(|at| chars[*at..].starts_with(&['*', '/'])).map_or(chars.len(), |end| end + 2)
}

fn quoted_end(chars: &[char], at: usize) -> usize {
    let mut end = at + 1;
    while let Some(&c) = chars.get(end) {
        end += if c == '\\' { 2 } else { 1 };
        if c == '"' {
            break;
        }
    }
    end.min(chars.len())
}

/// Where a raw string ends; `at` itself if none is there, as in `r#type`.
fn raw_end(chars: &[char], at: usize) -> usize {
    let hashes = chars[at + 1..].iter().take_while(|c| **c == '#').count();
    if chars.get(at + 1 + hashes) != Some(&'"') {
        return at;
    }
    let closing: Vec<char> = std::iter::once('"').chain(std::iter::repeat_n('#', hashes)).collect();
    (at + 2 + hashes..chars.len())
        .find(|at| chars[*at..].starts_with(&closing))
        .map_or(chars.len(), |end| end + closing.len())
}

/// Takes out each item behind `#[cfg(test)]`, up to its semicolon or its closing brace.
fn without_tests(bare: &str) -> String {
    let mut kept = String::new();
    let mut rest = bare;
    while let Some(at) = rest.find("#[cfg(test)]") {
        kept.push_str(&rest[..at]);
        let mut depth = 0_i32;
        let end = rest[at..].char_indices().find(|(_, c)| {
            depth += match c {
                '{' => 1,
                '}' => -1,
                _ => 0,
            };
            depth == 0 && matches!(c, ';' | '}')
        });
        let end = end.map_or(rest.len(), |(end, _)| at + end + 1);
        kept.extend(rest[at..end].chars().filter(|c| *c == '\n'));
        rest = &rest[end..];
    }
    kept + rest
}

/// A declaration `use`, taken apart: one for each name that it brings.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Import {
    /// The words of `use`: with `pub`, `pub(crate)` and the like.
    pub(crate) public: bool,
    pub(crate) path: Vec<String>,
    /// What it is called here: the last of the path, or what stands behind `as`. `*` for all that is there.
    pub(crate) name: String,
}

/// All imports of bare code.
pub(crate) fn imports(code: &str) -> Vec<Import> {
    let mut imports = Vec::new();
    for statement in code.split(';') {
        // What is before the last brace or attribute belongs to something else.
        let Some(at) = find_use(statement) else { continue };
        let public = statement[..at].trim_end().ends_with("pub");
        let tree: String = statement[at + 4..].replace(['\n'], " ");
        expand(&mut Vec::new(), &tree, &mut |path| {
            let (path, name) = match path.split_last() {
                Some((last, before)) => match last.split_once(" as ") {
                    Some((name, renamed)) => {
                        (before.iter().cloned().chain([name.trim().to_owned()]).collect(), renamed.trim().to_owned())
                    }
                    None if last == "self" => (before.to_vec(), before.last().cloned().unwrap_or_default()),
                    None => (path.to_vec(), last.clone()),
                },
                None => return,
            };
            imports.push(Import { public, path, name });
        });
    }
    imports
}

/// Where the word `use` stands in a statement that is one.
fn find_use(statement: &str) -> Option<usize> {
    let (at, _) =
        statement.rmatch_indices("use ").find(|(at, _)| !is_word(statement[..*at].chars().last().as_ref()))?;
    // `use<>` of a bound is no import, nor is what follows in an expression.
    let before = statement[..at].trim_end();
    (before.is_empty() || before.ends_with(['}', '{', ']', ')']) || before.ends_with("pub")).then_some(at)
}

fn expand(before: &mut Vec<String>, tree: &str, found: &mut impl FnMut(&[String])) {
    let tree = tree.trim();
    let depth = before.len();
    match tree.split_once('{') {
        Some((path, group)) => {
            before.extend(path.split("::").map(str::trim).filter(|word| !word.is_empty()).map(str::to_owned));
            let group = group.trim_end().strip_suffix('}').unwrap_or(group);
            for part in parts(group) {
                expand(before, part, found);
            }
        }
        None => {
            before.extend(tree.split("::").map(str::trim).filter(|word| !word.is_empty()).map(str::to_owned));
            if before.len() > depth {
                found(before);
            }
        }
    }
    before.truncate(depth);
}

/// What stands between the commas of a group, but not of the groups in it.
fn parts(group: &str) -> Vec<&str> {
    let (mut parts, mut depth, mut start) = (Vec::new(), 0, 0);
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(&group[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&group[start..]);
    parts
}

/// Paths in bare code that begin with `crate` or `super`, imports or not: one for each place.
pub(crate) fn paths(code: &str) -> Vec<Vec<String>> {
    let mut paths = Vec::new();
    for word in ["crate::", "super::"] {
        for (at, _) in code.match_indices(word) {
            let before = &code[..at];
            if is_word(before.chars().last().as_ref()) || before.ends_with("::") {
                continue;
            }
            let is_path = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
            let end = code[at..].find(|c: char| !is_path(c)).map_or(code.len(), |end| at + end);
            paths.push(code[at..end].split("::").filter(|word| !word.is_empty()).map(str::to_owned).collect());
        }
    }
    paths
}

/// Modules that bare code declares and that have a file of their own.
pub(crate) fn modules(code: &str) -> Vec<String> {
    code.lines()
        .filter_map(|line| {
            line.trim().strip_suffix(';')?.split_once("mod ").map(|(before, name)| (before.to_owned(), name))
        })
        .filter(|(before, name)| {
            (before.is_empty() || before.starts_with("pub")) && name.chars().all(|c| is_word(Some(&c)))
        })
        .map(|(_, name)| name.to_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_literals_and_tests_are_no_code() {
        for (text, left) in [
            ("a // b\nc", "a     \nc"),
            ("a /* b\n */ c", "a     \n    c"),
            ("a \"b \\\" c\" d", "a          d"),
            ("a r#\"b\"c\"# d", "a          d"),
            ("r#type '\\'' 'x' 'a: &'a", "r#type          'a: &'a"),
            ("a;\n#[cfg(test)]\nmod tests;\nb;", "a;\n\n\nb;"),
            ("#[cfg(test)]\nmod t { fn f() { g() } }\nb", "\n\nb"),
        ] {
            assert_eq!(code(text), left, "{text}");
        }
    }

    #[test]
    fn an_import_is_taken_apart_to_its_names() {
        let code =
            "pub use a::{b, c::{self, d as e}};\nfn f() { g() }\nuse crate::x::*;\nlet use_it = 1;\npub(crate) use y;";
        let found = imports(code);
        let shown: Vec<_> = found.iter().map(|one| (one.public, one.path.join("::"), one.name.as_str())).collect();
        let path = |path: &str| path.to_owned();
        assert_eq!(
            shown,
            [
                (true, path("a::b"), "b"),
                (true, path("a::c"), "c"),
                (true, path("a::c::d"), "e"),
                (false, path("crate::x::*"), "*"),
                (false, path("y"), "y"),
            ]
        );
    }

    #[test]
    fn paths_and_modules_are_found() {
        let code = "mod a;\npub(crate) mod b;\nmod c {}\nfn f(x: crate::d::E) -> super::F { other::super_g() }";
        assert_eq!(modules(code), ["a", "b"]);
        let found: Vec<_> = paths(code).iter().map(|path| path.join("::")).collect();
        assert_eq!(found, ["crate::d::E", "super::F"]);
    }
}

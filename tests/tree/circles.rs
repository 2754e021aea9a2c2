//! Modules form a tree without circles: of the children of one module none needs, by way of any others, itself.
//!
//! A child may use its parent, whose words it speaks, and a parent its children. Between two children, and all that is
//! in them, needs go one way. What is brought by way of a parent or of `lib.rs` counts where it is at home.

use std::collections::{BTreeMap, BTreeSet};

use crate::rust::{code, imports, modules, paths};
use crate::source::{assert_none, files};

type Path = Vec<String>;

/// The modules of one crate, by their paths; the root has an empty one.
struct Crate {
    modules: BTreeMap<Path, Module>,
}

#[derive(Default)]
struct Module {
    children: Vec<String>,
    /// What a name stands for that was brought here.
    names: BTreeMap<String, Path>,
    uses: Vec<Path>,
}

impl Crate {
    /// Reads the crate whose root file is `root`, from files by their paths.
    fn read(sources: &BTreeMap<String, String>, root: &str) -> Self {
        let mut this = Self { modules: BTreeMap::new() };
        let folder = root.rsplit_once('/').map_or("", |(folder, _)| folder);
        this.add(sources, Vec::new(), root, folder);
        this
    }

    fn add(&mut self, sources: &BTreeMap<String, String>, path: Path, file: &str, folder: &str) {
        let Some(text) = sources.get(file) else { return };
        let code = code(text);
        let children = modules(&code);
        let mut module = Module { children: children.clone(), uses: paths(&code), ..Module::default() };
        for import in imports(&code) {
            module.uses.push(import.path.clone());
            module.names.insert(import.name, import.path);
        }
        self.modules.insert(path.clone(), module);
        for child in children {
            let inner = format!("{folder}/{child}");
            let at = [format!("{inner}.rs"), format!("{inner}/mod.rs")].into_iter().find(|at| sources.contains_key(at));
            let path = path.iter().cloned().chain([child]).collect();
            if let Some(at) = at {
                self.add(sources, path, &at, &inner);
            }
        }
    }

    /// The module in which what a path names is at home, if it is one of this crate.
    fn home(&self, from: &[String], path: &[String], depth: usize) -> Option<Path> {
        let (first, rest) = path.split_first()?;
        let mut module: Path = match first.as_str() {
            "crate" => Vec::new(),
            "self" => from.to_vec(),
            "super" => from.split_last()?.1.to_vec(),
            name if self.modules[from].children.iter().any(|child| child == name) => {
                from.iter().chain([first]).cloned().collect()
            }
            _ => return None,
        };
        for (at, name) in rest.iter().enumerate() {
            let here = self.modules.get(&module)?;
            if name == "super" {
                module.pop();
            } else if here.children.iter().any(|child| child == name) {
                module.push(name.clone());
            } else if let Some(target) = here.names.get(name).filter(|_| depth > 0) {
                let path: Path = target.iter().chain(&rest[at + 1..]).cloned().collect();
                return self.home(&module, &path, depth - 1).or(Some(module));
            } else {
                break;
            }
        }
        self.modules.contains_key(&module).then_some(module)
    }

    /// Which of two children of one module needs the other, with the module that they are in and those in which it is
    /// said.
    fn needs(&self) -> BTreeMap<Path, BTreeMap<String, BTreeSet<String>>> {
        let mut needs: BTreeMap<Path, BTreeMap<String, BTreeSet<String>>> = BTreeMap::new();
        for (from, module) in &self.modules {
            for path in &module.uses {
                let Some(to) = self.home(from, path, 8) else { continue };
                let common = from.iter().zip(&to).take_while(|(one, other)| one == other).count();
                if let (Some(one), Some(other)) = (from.get(common), to.get(common)) {
                    let parent = needs.entry(from[..common].to_vec()).or_default();
                    parent.entry(one.clone()).or_default().insert(other.clone());
                }
            }
        }
        needs
    }

    /// Each group of children that need each other, in words.
    fn circles(&self) -> Vec<String> {
        let mut circles = BTreeSet::new();
        for (parent, needs) in self.needs() {
            let reach: BTreeMap<_, _> = needs.keys().map(|child| (child, reached(&needs, child))).collect();
            for (child, reached) in &reach {
                let both = |other: &&String| reach.get(other).is_some_and(|back| back.contains(*child));
                if reached.contains(*child) {
                    let group: Vec<_> = reached.iter().filter(both).map(String::as_str).collect();
                    circles.insert(format!(
                        "{}{}",
                        parent.iter().map(|name| format!("{name}::")).collect::<String>(),
                        group.join(" ")
                    ));
                }
            }
        }
        circles.into_iter().collect()
    }
}

/// All that one needs, itself by way of others.
fn reached(needs: &BTreeMap<String, BTreeSet<String>>, from: &str) -> BTreeSet<String> {
    let mut reached = BTreeSet::new();
    let mut left = vec![from];
    while let Some(next) = left.pop() {
        for other in needs.get(next).into_iter().flatten() {
            if reached.insert(other.clone()) {
                left.push(other);
            }
        }
    }
    reached
}

#[test]
fn modules_form_a_tree_without_circles() {
    let sources: BTreeMap<_, _> = files("rs").into_iter().map(|source| (source.path, source.text)).collect();
    let roots = sources.keys().filter(|path| ["src/lib.rs", "src/main.rs"].iter().any(|root| path.ends_with(root)));
    let mut broken = Vec::new();
    for root in roots {
        broken.extend(Crate::read(&sources, root).circles().into_iter().map(|circle| format!("{root}: {circle}")));
    }
    assert_none("modules need each other one way only", &broken);
}

#[test]
fn a_circle_is_found_wherever_it_goes_through() {
    let circles = |files: &[(&str, &str)]| {
        let sources = files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
        Crate::read(&sources, "src/lib.rs").circles()
    };
    let root = ("src/lib.rs", "mod a;\nmod b;\npub use a::A;\npub use b::B;");
    let none: [&str; 0] = [];
    assert_eq!(circles(&[root, ("src/a.rs", "use crate::b::B;"), ("src/b.rs", "")]), none);
    assert_eq!(circles(&[root, ("src/a.rs", "use crate::b::B;"), ("src/b.rs", "fn f(a: crate::a::A) {}")]), ["a b"]);
    // By way of the root, and of a parent.
    assert_eq!(circles(&[root, ("src/a.rs", "use crate::{B};"), ("src/b.rs", "use crate::A;")]), ["a b"]);
    assert_eq!(circles(&[root, ("src/a.rs", "use super::B;"), ("src/b.rs", "use super::A;")]), ["a b"]);
    // A child of one counts for it; a child and its parent may know each other.
    let child = ("src/a/c.rs", "use super::A;\nuse crate::B;");
    assert_eq!(circles(&[root, ("src/a.rs", "mod c;\nuse c::C;"), child, ("src/b.rs", "")]), none);
    assert_eq!(circles(&[root, ("src/a.rs", "mod c;\nuse c::C;"), child, ("src/b.rs", "use crate::A;")]), ["a b"]);
    // Deeper down, and not in tests.
    let inner =
        [("src/a.rs", "mod c;\nmod d;"), ("src/a/c.rs", "use super::d::D;"), ("src/a/d.rs", "use super::c::C;")];
    assert_eq!(circles(&[&[root], &inner[..]].concat()), ["a::c d"]);
    assert_eq!(
        circles(&[root, ("src/a.rs", "use crate::B;"), ("src/b.rs", "#[cfg(test)]\nmod t { use crate::A; }")]),
        none
    );
}

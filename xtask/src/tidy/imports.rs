//! What the names in a file stand for: `use`, renames and type aliases, followed back to full paths.

use std::collections::BTreeMap;

use syn::visit::{self, Visit};
use syn::{ItemEnum, ItemExternCrate, ItemMod, ItemStruct, ItemType, ItemUse, Type, UseTree};

/// Segments of a path such as `std`, `env`, `var`.
pub(super) type Segments = Vec<String>;

/// Renames of renames that are followed; nobody goes deeper but to hide.
const DEPTH: usize = 4;

/// Where a name may come from that a file does not import itself.
const UNSEEN: &[&[&str]] = &[&["std"], &["std", "time"], &["std", "fs"], &["std", "process"]];

/// Every name that a file brings in. A name may stand for several things, in functions with imports of their own.
#[derive(Debug, Default)]
pub(super) struct Imports {
    names: BTreeMap<String, Vec<Segments>>,
    /// Modules and types that the file defines itself.
    own: Vec<String>,
}

/// One path of a `use`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Leaf {
    /// The full path; for a glob the module.
    pub(super) path: Segments,
    /// The name that it has in the file; `None` for a glob.
    pub(super) name: Option<String>,
    /// Its line.
    pub(super) line: usize,
}

impl Imports {
    /// The names of a file.
    pub(super) fn of(file: &syn::File) -> Self {
        let mut imports = Self::default();
        imports.visit_file(file);
        imports
    }

    /// Every path that these segments may stand for. A name of std that the file does not import itself can reach it
    /// through `use super::*` or as `super::fs`, so such paths are read as std's: names of ours are others.
    pub(super) fn resolve(&self, segments: &[String]) -> Vec<Segments> {
        let own = segments.iter().position(|segment| !is_relative(segment)).unwrap_or(segments.len());
        let (relative, path) = segments.split_at(own);
        let Some(first) = path.first() else { return Vec::new() };
        let known = self.names.contains_key(first) || self.own.contains(first);
        let mut found = vec![path.to_vec()];
        // A function on its own is seen where the parent imports it.
        if path.len() > 1 && (!relative.is_empty() || !known) {
            let path: Vec<&str> = path.iter().map(String::as_str).collect();
            found.extend(UNSEEN.iter().map(|above| [*above, &path].concat().into_iter().map(str::to_owned).collect()));
        }
        let mut next = found.clone();
        for _ in 0..DEPTH {
            next = next.iter().flat_map(|path| self.step(path)).collect();
            found.extend(next.iter().cloned());
        }
        found
    }

    /// The path with its first name replaced by what it stands for.
    fn step(&self, path: &[String]) -> Vec<Segments> {
        let Some((first, rest)) = path.split_first() else { return Vec::new() };
        let targets = self.names.get(first).into_iter().flatten();
        targets.map(|target| target.iter().filter(|name| !is_relative(name)).chain(rest).cloned().collect()).collect()
    }

    fn bring_in(&mut self, name: String, path: Segments) {
        if path.as_slice() != [name.as_str()] {
            self.names.entry(name).or_default().push(path);
        }
    }
}

impl<'ast> Visit<'ast> for Imports {
    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        for leaf in leaves(&item.tree) {
            if let Some(name) = leaf.name {
                self.bring_in(name, leaf.path);
            }
        }
    }

    fn visit_item_type(&mut self, item: &'ast ItemType) {
        if let Type::Path(target) = item.ty.as_ref() {
            self.bring_in(item.ident.to_string(), segments(&target.path));
        }
        visit::visit_item_type(self, item);
    }

    fn visit_item_extern_crate(&mut self, item: &'ast ItemExternCrate) {
        if let Some((_, name)) = &item.rename {
            self.bring_in(name.to_string(), vec![item.ident.to_string()]);
        }
    }

    fn visit_item_struct(&mut self, item: &'ast ItemStruct) {
        self.own.push(item.ident.to_string());
    }

    fn visit_item_enum(&mut self, item: &'ast ItemEnum) {
        self.own.push(item.ident.to_string());
    }

    fn visit_item_mod(&mut self, item: &'ast ItemMod) {
        self.own.push(item.ident.to_string());
        visit::visit_item_mod(self, item);
    }
}

fn is_relative(segment: &str) -> bool {
    matches!(segment, "crate" | "self" | "super")
}

/// The names along a path, without their generic arguments.
pub(super) fn segments(path: &syn::Path) -> Segments {
    path.segments.iter().map(|segment| segment.ident.to_string()).collect()
}

/// Every path of a tree of imports.
pub(super) fn leaves(tree: &UseTree) -> Vec<Leaf> {
    let mut found = Vec::new();
    collect(tree, &mut Vec::new(), &mut found);
    found
}

fn collect(tree: &UseTree, above: &mut Segments, found: &mut Vec<Leaf>) {
    match tree {
        UseTree::Path(path) => {
            above.push(path.ident.to_string());
            collect(&path.tree, above, found);
            above.pop();
        }
        UseTree::Name(name) => found.push(leaf(above, &name.ident, None)),
        UseTree::Rename(rename) => found.push(leaf(above, &rename.ident, Some(&rename.rename))),
        UseTree::Glob(glob) => {
            let line = glob.star_token.spans.first().map_or(1, |span| span.start().line);
            found.push(Leaf { path: above.clone(), name: None, line });
        }
        UseTree::Group(group) => group.items.iter().for_each(|tree| collect(tree, above, found)),
    }
}

/// `a::b`, `a::b as c`, or `a::{self}`, which brings in `a` itself.
fn leaf(above: &[String], ident: &syn::Ident, rename: Option<&syn::Ident>) -> Leaf {
    let mut path = above.to_vec();
    if ident != "self" {
        path.push(ident.to_string());
    }
    let name = rename.map(ToString::to_string).or_else(|| path.last().cloned());
    Leaf { path, name, line: ident.span().start().line }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn stands_for(code: &str, path: &str, full: &str) -> bool {
        let imports = Imports::of(&syn::parse_file(code).unwrap());
        let path: Segments = path.split("::").map(str::to_owned).collect();
        imports.resolve(&path).iter().any(|found| found.join("::") == full)
    }

    #[test]
    fn a_name_is_followed_through_imports_and_renames() {
        assert!(stands_for("use std::fs;", "fs::write", "std::fs::write"));
        assert!(stands_for("use std::{env::{self, var as v}, fs as disk};", "v", "std::env::var"));
        assert!(stands_for("use std::{env::{self, var as v}, fs as disk};", "env::args", "std::env::args"));
        assert!(stands_for("use std as s; use s::fs as f;", "f::write", "std::fs::write"));
        assert!(stands_for("type Clock = std::time::Instant;", "Clock::now", "std::time::Instant::now"));
        assert!(stands_for("extern crate std as s;", "s::fs::write", "std::fs::write"));
        assert!(stands_for("mod a { fn b() { use std::fs; } }", "fs::write", "std::fs::write"));
    }

    #[test]
    fn a_module_that_the_parent_imported_is_still_seen() {
        assert!(stands_for("use super::*;", "fs::write", "std::fs::write"));
        assert!(stands_for("", "super::fs::write", "std::fs::write"));
        assert!(stands_for("use super::fs as f;", "f::write", "fs::write"));
    }

    #[test]
    fn names_of_ours_stay_ours() {
        assert!(!stands_for("use clap::Command;", "Command::new", "std::process::Command::new"));
        assert!(!stands_for("use std::fmt::Write;", "write", "std::fs::write"));
        assert!(!stands_for("struct File;", "File::create", "std::fs::File::create"));
        assert!(stands_for("use super::*;", "File::create", "std::fs::File::create"));
        assert!(!stands_for("mod env { pub fn of() {} }", "env::of", "std::env::of"));
        assert!(!stands_for("use crate::settings::env;", "env::of", "std::env::of"));
    }
}

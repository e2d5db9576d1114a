//! Rules about code: calls outside their rooms, `async` outside the edges, stubs, `unsafe`, and printed words.

use proc_macro2::TokenStream;
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{
    Attribute, ExprAsync, ExprClosure, ExprMethodCall, ExprPath, ExprUnsafe, ImplItemFn, Item, ItemForeignMod, ItemImpl, ItemMod,
    ItemTrait, ItemUse, LitStr, Macro, Meta, Path, Signature, Token, Type, Visibility,
};

use super::Violation;
use super::calls;
use super::imports::{self, Imports};
use super::texts;
use super::tokens::{self, Find};
use super::workspace::{SourceFile, Workspace};

/// The edges of the house, the only rooms that wait on a network.
const ASYNC_ROOMS: &[&str] = &["crates/modelgate-forge/", "crates/modelgate-data/"];

/// Rooms whose texts reach a person: what they say is checked as templates are.
const SPEAKING_ROOMS: &[&str] =
    &["crates/modelgate-report/src/", "crates/modelgate-policy/src/", "crates/modelgate-eval/src/", COMMAND_LINE];

/// Its doc comments are printed as help.
const COMMAND_LINE: &str = "crates/modelgate/src/";

/// Everything about code that is wrong, at its line.
pub(super) fn violations(workspace: &Workspace) -> Vec<Violation> {
    let mut readers = Vec::new();
    let mut test_modules = Vec::new();
    let mut found = Vec::new();
    for file in workspace.files.iter().filter(|file| file.is_module()) {
        match syn::parse_file(&file.text) {
            Ok(syntax) => {
                test_modules.extend(test_modules_of(&file.path, &syntax));
                readers.push((file, syntax));
            }
            Err(error) => found.push(Violation {
                path: file.path.clone(),
                line: error.span().start().line,
                message: format!("cannot be read as Rust: {error}"),
            }),
        }
    }
    for (file, syntax) in &readers {
        let is_test = is_development(&file.path) || test_modules.iter().any(|module| file.path.starts_with(module));
        found.extend(Reader::read(file, syntax, is_test));
    }
    found
}

/// Whether a file is never part of what is shipped.
fn is_development(path: &str) -> bool {
    path.starts_with("crates/") && ["/tests/", "/benches/", "/examples/"].iter().any(|folder| path.contains(folder))
}

/// The files that `#[cfg(test)] mod name;` brings in, as beginnings of their paths.
fn test_modules_of(path: &str, syntax: &syn::File) -> Vec<String> {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let own = match name {
        "lib.rs" | "main.rs" | "mod.rs" => folder.to_owned(),
        name => format!("{folder}/{}", name.trim_end_matches(".rs")),
    };
    let modules = syntax.items.iter().filter_map(|item| match item {
        Item::Mod(ItemMod { attrs, ident, content: None, .. }) if is_test_only(attrs) => Some(ident),
        _ => None,
    });
    modules.flat_map(|module| [format!("{own}/{module}.rs"), format!("{own}/{module}/")]).collect()
}

/// Reads one file.
struct Reader<'a> {
    file: &'a SourceFile,
    imports: Imports,
    /// How many items for tests only enclose this place.
    in_tests: usize,
    found: Vec<Violation>,
}

impl<'a> Reader<'a> {
    fn read(file: &'a SourceFile, syntax: &syn::File, is_test: bool) -> Vec<Violation> {
        let in_tests = usize::from(is_test || is_test_only(&syntax.attrs));
        let mut reader = Self { file, imports: Imports::of(syntax), in_tests, found: Vec::new() };
        reader.visit_file(syntax);
        reader.found
    }

    fn tell(&mut self, line: usize, message: impl Into<String>) {
        self.found.push(Violation { path: self.file.path.clone(), line, message: message.into() });
    }

    fn is_in(&self, rooms: &[&str]) -> bool {
        rooms.iter().any(|room| self.file.path.starts_with(room))
    }

    fn check_use(&mut self, line: usize, path: &[String]) {
        if self.in_tests > 0 {
            return;
        }
        let resolved = self.imports.resolve(path);
        if let Some(problem) = resolved.iter().find_map(|path| calls::problem_with_use(&self.file.path, path)) {
            self.tell(line, problem);
        }
    }

    fn check_method(&mut self, line: usize, name: &str) {
        if let Some(problem) = calls::problem_with_method(&self.file.path, name).filter(|_| self.in_tests == 0) {
            self.tell(line, problem);
        }
    }

    fn check_import(&mut self, leaf: &imports::Leaf, is_re_export: bool) {
        if self.in_tests > 0 {
            return;
        }
        let problem_of = |path: &imports::Segments| {
            let path: &[String] = path;
            let handed_on = is_re_export.then(|| calls::problem_with_re_export(&self.file.path, path)).flatten();
            handed_on.or_else(|| match leaf.name {
                None => calls::problem_with_glob(&self.file.path, path),
                Some(_) => calls::problem_with_use(&self.file.path, path),
            })
        };
        let resolved = self.imports.resolve(&leaf.path);
        if let Some(problem) = resolved.iter().find_map(problem_of) {
            self.tell(leaf.line, problem);
        }
    }

    fn check_async(&mut self, line: usize) {
        if !self.is_in(ASYNC_ROOMS) {
            self.tell(line, "`async` stays at the edges, modelgate-forge and modelgate-data, where a crate owns its runtime");
        }
    }

    fn check_unsafe(&mut self, line: usize) {
        self.tell(line, "`unsafe` has no place in this house");
    }

    fn check_call(&mut self, line: usize, path: &[String]) {
        if let Some(name @ ("todo" | "unimplemented")) = path.last().map(String::as_str) {
            self.tell(line, format!("`{name}!` is a stub: build it, or leave the item out"));
        }
    }

    /// A literal as written, and its value, in which escapes are resolved.
    fn check_words(&mut self, line: usize, written: &str, value: &str) {
        if self.in_tests > 0 || !self.is_in(SPEAKING_ROOMS) {
            return;
        }
        let places = texts::forbidden_words(written);
        for (offset, word) in &places {
            self.tell(line + offset - 1, texts::about_word(word));
        }
        let is_new = |word: &&str| !places.iter().any(|(_, known)| known == word);
        for word in texts::forbidden_words(value).into_iter().map(|(_, word)| word).filter(is_new) {
            self.tell(line, texts::about_word(word));
        }
    }

    fn check_lint(&mut self, line: usize, meta: &Meta) {
        let path = meta.path();
        if path.is_ident("allow") {
            self.tell(line, "`#[allow]` stays when it is no longer needed: write `#[expect(.., reason = \"..\")]`");
        } else if path.is_ident("expect") && !has_reason(meta) {
            self.tell(line, "`#[expect]` without its reason: write `#[expect(.., reason = \"..\")]`");
        } else if path.is_ident("unsafe") {
            self.check_unsafe(line);
        } else if path.is_ident("cfg_attr") {
            for inner in nested(meta) {
                self.check_lint(line, &inner);
            }
        }
    }

    fn check_tokens(&mut self, tokens: TokenStream) {
        for (line, find) in tokens::finds(tokens) {
            match find {
                Find::Path(path) if path == ["async"] => self.check_async(line),
                Find::Path(path) if path == ["unsafe"] => self.check_unsafe(line),
                Find::Path(path) => self.check_use(line, &path),
                Find::Member(name) => self.check_method(line, &name),
                Find::Call(path) => self.check_call(line, &path),
                Find::Literal(written) => {
                    if let Ok(literal) = syn::parse_str::<LitStr>(&written) {
                        self.check_words(line, &written, &literal.value());
                    }
                }
                Find::Attribute(text) => {
                    if let Ok(meta) = syn::parse_str::<Meta>(&text) {
                        self.check_lint(line, &meta);
                    }
                }
            }
        }
    }
}

impl<'ast> Visit<'ast> for Reader<'_> {
    fn visit_item(&mut self, item: &'ast Item) {
        let test_only = usize::from(is_test_only(attributes_of(item)));
        self.in_tests += test_only;
        visit::visit_item(self, item);
        self.in_tests -= test_only;
    }

    fn visit_impl_item_fn(&mut self, item: &'ast ImplItemFn) {
        let test_only = usize::from(is_test_only(&item.attrs));
        self.in_tests += test_only;
        visit::visit_impl_item_fn(self, item);
        self.in_tests -= test_only;
    }

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        let is_re_export = !matches!(item.vis, Visibility::Inherited);
        for leaf in imports::leaves(&item.tree) {
            self.check_import(&leaf, is_re_export);
        }
        visit::visit_item_use(self, item);
    }

    fn visit_path(&mut self, path: &'ast Path) {
        self.check_use(line_of(path), &imports::segments(path));
        visit::visit_path(self, path);
    }

    fn visit_signature(&mut self, signature: &'ast Signature) {
        if let Some(token) = &signature.asyncness {
            self.check_async(line_of(token));
        }
        if let Some(token) = &signature.unsafety {
            self.check_unsafe(line_of(token));
        }
        visit::visit_signature(self, signature);
    }

    fn visit_expr_async(&mut self, block: &'ast ExprAsync) {
        self.check_async(line_of(&block.async_token));
        visit::visit_expr_async(self, block);
    }

    fn visit_expr_closure(&mut self, closure: &'ast ExprClosure) {
        if let Some(token) = &closure.asyncness {
            self.check_async(line_of(token));
        }
        visit::visit_expr_closure(self, closure);
    }

    /// `<std::time::Instant>::now` is the call that it looks like without its brackets.
    fn visit_expr_path(&mut self, call: &'ast ExprPath) {
        if let Some(Type::Path(owner)) = call.qself.as_ref().map(|owner| owner.ty.as_ref()) {
            let path = [imports::segments(&owner.path), imports::segments(&call.path)].concat();
            self.check_use(line_of(call), &path);
        }
        visit::visit_expr_path(self, call);
    }

    fn visit_expr_method_call(&mut self, call: &'ast ExprMethodCall) {
        self.check_method(line_of(&call.method), &call.method.to_string());
        visit::visit_expr_method_call(self, call);
    }

    fn visit_expr_unsafe(&mut self, block: &'ast ExprUnsafe) {
        self.check_unsafe(line_of(&block.unsafe_token));
        visit::visit_expr_unsafe(self, block);
    }

    fn visit_item_impl(&mut self, item: &'ast ItemImpl) {
        if let Some(token) = &item.unsafety {
            self.check_unsafe(line_of(token));
        }
        visit::visit_item_impl(self, item);
    }

    fn visit_item_trait(&mut self, item: &'ast ItemTrait) {
        if let Some(token) = &item.unsafety {
            self.check_unsafe(line_of(token));
        }
        visit::visit_item_trait(self, item);
    }

    fn visit_item_foreign_mod(&mut self, item: &'ast ItemForeignMod) {
        self.check_unsafe(line_of(&item.abi));
    }

    fn visit_macro(&mut self, call: &'ast Macro) {
        self.check_call(line_of(&call.path), &imports::segments(&call.path));
        self.check_tokens(call.tokens.clone());
        visit::visit_macro(self, call);
    }

    fn visit_lit_str(&mut self, literal: &'ast LitStr) {
        self.check_words(line_of(literal), &literal.token().to_string(), &literal.value());
    }

    fn visit_attribute(&mut self, attribute: &'ast Attribute) {
        let line = line_of(attribute);
        self.check_lint(line, &attribute.meta);
        let path = attribute.path();
        match &attribute.meta {
            Meta::NameValue(pair) if path.is_ident("doc") && self.is_in(&[COMMAND_LINE]) => self.visit_expr(&pair.value),
            Meta::List(list) if !path.is_ident("expect") && !path.is_ident("allow") => self.check_tokens(list.tokens.clone()),
            _ => {}
        }
    }
}

fn line_of(node: &impl Spanned) -> usize {
    node.span().start().line
}

/// Whether these attributes leave an item out of what is shipped.
fn is_test_only(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let path = attribute.path();
        path.segments.last().is_some_and(|last| last.ident == "test") || (path.is_ident("cfg") && means_test(&attribute.meta))
    })
}

/// Whether `cfg(..)` or `all(..)` holds in tests only.
fn means_test(meta: &Meta) -> bool {
    nested(meta).iter().any(|inner| inner.path().is_ident("test") || (inner.path().is_ident("all") && means_test(inner)))
}

fn has_reason(meta: &Meta) -> bool {
    nested(meta).iter().any(|inner| matches!(inner, Meta::NameValue(pair) if pair.path.is_ident("reason")))
}

/// What stands between the parentheses of an attribute; nothing where that is no list of the usual kind.
fn nested(meta: &Meta) -> Vec<Meta> {
    let Meta::List(list) = meta else { return Vec::new() };
    let inner = list.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated);
    inner.map(|inner| inner.into_iter().collect()).unwrap_or_default()
}

fn attributes_of(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::workspace::tests::house;

    const EVAL: &str = "crates/modelgate-eval/src/a.rs";

    /// The lines with a violation in a module of this body, which begins at line 2.
    fn lines(path: &str, body: &str) -> Vec<usize> {
        let mut workspace = house();
        workspace.files.push(SourceFile::new(path, format!("//! Is a sample module.\n{body}\n")));
        let found = violations(&workspace);
        assert!(found.iter().all(|violation| violation.path == path), "{found:?}");
        let mut lines: Vec<usize> = found.into_iter().map(|violation| violation.line).collect();
        lines.dedup();
        lines
    }

    fn is_found(body: &str) -> bool {
        lines(EVAL, body) == [2]
    }

    #[test]
    fn async_is_found_outside_the_edges() {
        for body in [
            "async fn a() {}",
            "trait A { async fn a(); }",
            "impl A { pub async fn a() {} }",
            "fn a() { let _ = async { 1 }; }",
            "fn a() { let _ = async || 1; }",
            "fn a() { assert!(run(async { 1 })); }",
        ] {
            assert!(is_found(body), "{body}");
            assert_eq!(lines("crates/modelgate-forge/src/a.rs", body), [0; 0], "{body}");
            assert_eq!(lines("crates/modelgate-data/src/a.rs", body), [0; 0], "{body}");
        }
    }

    #[test]
    fn a_call_outside_its_room_is_found_however_it_is_written() {
        for body in [
            "fn a() { std::fs::write(1, 2); }",
            "fn a() { ::std::fs::write(1, 2); }",
            "fn a() { std::fs::File::create(1); }",
            "fn a() { let f = std::env::var; }",
            "fn a() { println!(\"{:?}\", std::env::var(1)); }",
            "fn a() { <std::time::Instant>::now(); }",
            "use std::time::Instant; fn a() { let now = Instant::now; }",
            "use std::time::{Duration, SystemTime as Clock}; fn a() { Clock::now(); }",
            "use super::*; fn a() { Instant::now(); }",
            "fn a(written: std::time::SystemTime) { written.elapsed(); }",
            "fn a() { assert!(written.elapsed().is_ok()); }",
            "pub use std::time::Instant;",
            "use std::fs::*;",
            "use std::*;",
            "pub use std::fs;",
            "pub(crate) use std::env::var as setting;",
            "fn a() { use std::env; env::var(1); }",
            "use std as s; fn a() { s::process::Command::new(1); }",
            "type Maker = std::fs::OpenOptions;",
            "use std::fs::File; type F = File; fn a() { F::create(1); }",
            "fn a() { super::fs::remove_file(1); }",
            "use super::*; fn a() { fs::remove_file(1); }",
            "fn a() { tempfile::tempdir(); }",
            "fn a() { jiff::Zoned::now(); }",
            "#[derive(Parser)] struct A { #[arg(default_value_t = std::env::var(1))] a: u8 }",
            "#[cfg(not(test))] fn a() { std::env::var(1); }",
            "#[cfg(any(test, unix))] fn a() { std::env::var(1); }",
        ] {
            assert!(is_found(body), "{body}");
        }
    }

    #[test]
    fn the_line_of_a_call_is_the_line_of_its_path() {
        assert_eq!(lines(EVAL, "use std::{\n    env,\n    fs::{\n        read,\n        write,\n    },\n};"), [6]);
        assert_eq!(lines(EVAL, "fn a() {\n    assert!(\n        1,\n        std::env::var(1),\n    );\n}"), [5]);
    }

    #[test]
    fn what_only_tests_run_is_free() {
        for body in [
            "#[cfg(test)] mod tests { fn a() { std::fs::write(1, 2); } }",
            "#[cfg(all(test, unix))] mod tests { fn a() { std::time::Instant::now().elapsed(); } }",
            "#[test] fn a() { std::env::var(1); }",
            "#[cfg(test)] use std::fs::write;",
            "struct A; impl A { #[cfg(test)] fn a() { std::env::var(1); } }",
        ] {
            assert_eq!(lines(EVAL, body), [0; 0], "{body}");
        }
        assert_eq!(lines("crates/modelgate-eval/tests/a.rs", "use std::env::var;"), [0; 0]);
        assert_eq!(lines("tests/it/a.rs", "use std::process::Command;"), [0; 0]);
        assert_eq!(lines("xtask/src/a.rs", "fn a() { std::time::Instant::now(); }"), [0; 0]);
    }

    #[test]
    fn a_test_module_in_a_file_of_its_own_is_free() {
        for (parent, module) in [
            ("crates/modelgate-eval/src/lib.rs", "crates/modelgate-eval/src/checks.rs"),
            ("crates/modelgate-eval/src/a.rs", "crates/modelgate-eval/src/a/checks.rs"),
            ("crates/modelgate-eval/src/a.rs", "crates/modelgate-eval/src/a/checks/mod.rs"),
            ("crates/modelgate-eval/src/a/mod.rs", "crates/modelgate-eval/src/a/checks/deep.rs"),
        ] {
            for (declared, expected) in [("#[cfg(test)]\nmod checks;\n", 0), ("mod checks;\n", 1)] {
                let mut workspace = house();
                workspace.files.push(SourceFile::new(parent, declared));
                workspace.files.push(SourceFile::new(module, "use std::env::var;\n"));
                assert_eq!(violations(&workspace).len(), expected, "{module} by {parent}");
            }
        }
    }

    #[test]
    fn unsafe_is_found_everywhere() {
        for body in [
            "fn a() { unsafe { b() } }",
            "unsafe fn a() {}",
            "unsafe impl Send for A {}",
            "unsafe trait A {}",
            "unsafe extern \"C\" { fn a(); }",
            "#[unsafe(no_mangle)] fn a() {}",
            "fn a() { assert!(unsafe { b() }); }",
            "#[cfg(test)] mod tests { fn a() { unsafe { b() } } }",
        ] {
            assert!(is_found(body), "{body}");
            assert_eq!(lines("xtask/src/a.rs", body), [2], "{body}");
        }
    }

    #[test]
    fn a_lint_that_is_allowed_or_expected_without_reason_is_found() {
        for body in [
            "#[allow(dead_code)] fn a() {}",
            "#![allow(dead_code)]",
            "mod b { #![allow(dead_code)] }",
            "#[expect(dead_code)] fn a() {}",
            "#[cfg_attr(test, allow(dead_code))] fn a() {}",
            "fn a() { #[allow(unused)] let b = 1; }",
            "macro_rules! a { () => { #[allow(unused)] fn b() {} } }",
        ] {
            assert!(is_found(body), "{body}");
        }
        assert_eq!(lines(EVAL, "#[expect(dead_code, reason = \"a sample\")] fn a() {}"), [0; 0]);
    }

    #[test]
    fn stubs_are_found_everywhere() {
        for body in ["fn a() { todo!() }", "fn a() { std::unimplemented!(\"x\") }", "fn a() { vec![todo!()]; }"] {
            assert!(is_found(body), "{body}");
            assert_eq!(lines("tests/it/a.rs", body), [2], "{body}");
        }
        assert_eq!(lines(EVAL, "// todo!() is only named here\nfn todo() -> bool { todo() }"), [0; 0]);
    }

    #[test]
    fn words_that_promise_too_much_are_found_in_what_people_read() {
        for room in SPEAKING_ROOMS {
            let path = format!("{room}a.rs");
            for body in [
                "const A: &str = \"is Compliant\";",
                "fn a() { format!(\"a fair model: {}\", 1); }",
                "const A: &str = \"a fair\\nmodel\";",
                "#[error(\"it guarantees {0}\")] struct A(u8);",
            ] {
                assert_eq!(lines(&path, body), [2], "{path}: {body}");
            }
            assert_eq!(lines(&path, "const A: &str = \"one\n  two certified\n\";"), [3]);
            assert_eq!(lines(&path, "#[cfg(test)] mod tests { const A: &str = \"compliant\"; }"), [0; 0]);
        }
        assert_eq!(lines("crates/modelgate-cube/src/a.rs", "const A: &str = \"compliant\";"), [0; 0]);
    }

    #[test]
    fn doc_comments_of_the_command_line_are_help_and_are_read() {
        let body = "/// Shows that the model is unbiased.\nstruct Check;";
        assert_eq!(lines("crates/modelgate/src/cli.rs", body), [2]);
        assert_eq!(lines("crates/modelgate-report/src/a.rs", body), [0; 0]);
    }

    #[test]
    fn a_module_that_is_not_rust_is_found() {
        assert_eq!(lines(EVAL, "fn a( {}"), [2]);
    }
}

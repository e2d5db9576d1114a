//! Reads the inside of macros, which is not syntax yet: paths, literals, keywords and calls of other macros.

use proc_macro2::{Delimiter, TokenStream, TokenTree};

use super::imports::Segments;

/// Something that tidy looks at inside a macro, with its line.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Find {
    /// A path, or a single name, that is not a method.
    Path(Segments),
    /// A name behind a dot: a method, or a field.
    Member(String),
    /// A literal as it is written.
    Literal(String),
    /// A macro that is called inside this one.
    Call(Segments),
    /// The tokens of an attribute, as text.
    Attribute(String),
}

/// What stands in these tokens, in their order, groups included.
pub(super) fn finds(tokens: TokenStream) -> Vec<(usize, Find)> {
    let mut found = Vec::new();
    read(tokens, &mut found);
    found
}

fn read(tokens: TokenStream, found: &mut Vec<(usize, Find)>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        let line = token.span().start().line;
        at += 1;
        match token {
            TokenTree::Ident(ident) if is_member(&tokens, at - 1) => found.push((line, Find::Member(ident.to_string()))),
            TokenTree::Ident(ident) => {
                let path = path_from(&tokens, ident.to_string(), &mut at);
                let is_call = is_punct(&tokens, at, '!') && !is_punct(&tokens, at + 1, '=');
                found.push((line, if is_call { Find::Call(path) } else { Find::Path(path) }));
            }
            TokenTree::Literal(literal) => found.push((line, Find::Literal(literal.to_string()))),
            TokenTree::Group(group) => {
                if group.delimiter() == Delimiter::Bracket && is_attribute(&tokens, at - 1) {
                    found.push((line, Find::Attribute(group.stream().to_string())));
                }
                read(group.stream(), found);
            }
            TokenTree::Punct(_) => {}
        }
    }
}

/// Goes on from a first name over `::name` as often as it stands there.
fn path_from(tokens: &[TokenTree], first: String, at: &mut usize) -> Segments {
    let mut path = vec![first];
    while is_punct(tokens, *at, ':') && is_punct(tokens, *at + 1, ':') {
        let Some(TokenTree::Ident(next)) = tokens.get(*at + 2) else { break };
        path.push(next.to_string());
        *at += 3;
    }
    path
}

fn is_punct(tokens: &[TokenTree], at: usize, wanted: char) -> bool {
    matches!(tokens.get(at), Some(TokenTree::Punct(punct)) if punct.as_char() == wanted)
}

fn is_member(tokens: &[TokenTree], at: usize) -> bool {
    let before = |steps: usize| at.checked_sub(steps).is_some_and(|at| is_punct(tokens, at, '.'));
    before(1) && !before(2)
}

fn is_attribute(tokens: &[TokenTree], at: usize) -> bool {
    let before = |steps: usize, wanted| at.checked_sub(steps).is_some_and(|at| is_punct(tokens, at, wanted));
    before(1, '#') || (before(1, '!') && before(2, '#'))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn paths_literals_calls_and_attributes_are_found_at_their_lines() {
        let code = "a.write(std::env::var(\"X\")?,\n  [todo!(), b != c],\n  #[allow(dead_code)] { fs::write })";
        let found = finds(code.parse().unwrap());
        let path = |text: &str| Find::Path(text.split("::").map(str::to_owned).collect());
        for expected in [
            (1, path("a")),
            (1, Find::Member("write".to_owned())),
            (1, path("std::env::var")),
            (1, Find::Literal("\"X\"".to_owned())),
            (2, Find::Call(vec!["todo".to_owned()])),
            (2, path("b")),
            (3, Find::Attribute("allow (dead_code)".to_owned())),
            (3, path("fs::write")),
        ] {
            assert!(found.contains(&expected), "{expected:?} is not in {found:?}");
        }
        assert!(!found.contains(&(1, path("write"))), "a method is no path");
    }
}

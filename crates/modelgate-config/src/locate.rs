//! Where every key and value of a YAML text stands; and the refusal of texts that no settings file needs.

use std::collections::BTreeMap;
use std::fmt;
use std::rc::Rc;

use saphyr_parser::{Event, Parser, ScalarStyle, ScanError, Span as YamlSpan};

use crate::errors::{ConfigError, Span, one_line, shown};
use crate::source::lines;

/// Most keys and values of a file, with aliases written out.
const MOST_NODES: usize = 100_000;

/// Most levels of nesting; the deepest key of a settings file needs five.
const MOST_LEVELS: usize = 16;

/// Most characters of one key.
const LONGEST_KEY: usize = 256;

/// One step from a collection to a part of it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    Key(Rc<str>),
    Item(usize),
}

/// The way to a value, such as `gates[2].metric`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(crate) struct ConfigPath(Vec<Step>);

impl ConfigPath {
    /// The path of the value at `key`.
    pub(crate) fn key(&self, key: &str) -> Self {
        self.with(Step::Key(key.into()))
    }

    /// The path of an item of the list.
    pub(crate) fn item(&self, index: usize) -> Self {
        self.with(Step::Item(index))
    }

    fn with(&self, step: Step) -> Self {
        let mut steps = self.0.clone();
        steps.push(step);
        Self(steps)
    }

    fn parent(&self) -> Option<Self> {
        let (_, rest) = self.0.split_last()?;
        Some(Self(rest.to_vec()))
    }
}

impl fmt::Display for ConfigPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, step) in self.0.iter().enumerate() {
            match step {
                Step::Key(key) if position == 0 => f.write_str(key)?,
                Step::Key(key) => write!(f, ".{key}")?,
                Step::Item(index) => write!(f, "[{index}]")?,
            }
        }
        Ok(())
    }
}

/// Where one value stands.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Place {
    key: Option<Span>,
    value: Option<Span>,
    text: Option<String>,
}

/// Where every key and value of a text stands.
#[derive(Debug, Default)]
pub(crate) struct Locations {
    places: BTreeMap<ConfigPath, Place>,
}

impl Locations {
    /// Where the value stands: the value itself where it is on the line of its key, else its key; and where neither is
    /// known, what it is a part of.
    pub(crate) fn value(&self, path: &ConfigPath) -> Span {
        self.find(path, |place| place.value.or(place.key))
    }

    /// Where the key of a value stands; for an item of a list, the item itself.
    pub(crate) fn key(&self, path: &ConfigPath) -> Span {
        self.find(path, |place| place.key.or(place.value))
    }

    /// The text of a plain or quoted value exactly as YAML reads it, before it becomes a number or a truth value.
    pub(crate) fn text(&self, path: &ConfigPath) -> Option<&str> {
        self.places.get(path)?.text.as_deref()
    }

    fn find(&self, path: &ConfigPath, which: impl Fn(&Place) -> Option<Span>) -> Span {
        let mut path = Some(path.clone());
        while let Some(here) = path {
            if let Some(span) = self.places.get(&here).and_then(&which) {
                return span;
            }
            path = here.parent();
        }
        Span { line: 1, column: 1, length: 1 }
    }
}

/// A collection that is being read.
struct Open {
    path: ConfigPath,
    anchor: usize,
    /// The number of nodes before it, to know its size when it ends.
    nodes_before: usize,
    /// For a mapping, the keys so far; for a list, nothing.
    keys: Option<BTreeMap<Rc<str>, Span>>,
    /// A key whose value comes next.
    pending: Option<(Rc<str>, Span)>,
    items: usize,
}

/// Finds where every key and value stands. Fails on the first thing that is not YAML, and on what would make positions
/// or meaning doubtful: duplicate keys, more than one document, keys that are not plain text, and texts that aliases or
/// nesting blow up.
pub(crate) fn locate(text: &str) -> Result<Locations, Box<ConfigError>> {
    let mut reader = Reader { lines: lines(text).collect(), ..Reader::default() };
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| reader.syntax_error(&error))?;
        reader.take(&event, &span)?;
    }
    Ok(reader.locations)
}

#[derive(Default)]
struct Reader<'a> {
    lines: Vec<&'a str>,
    locations: Locations,
    open: Vec<Open>,
    /// The number of nodes below each anchor.
    sizes: BTreeMap<usize, usize>,
    nodes: usize,
    documents: usize,
}

impl Reader<'_> {
    fn take(&mut self, event: &Event<'_>, yaml: &YamlSpan) -> Result<(), Box<ConfigError>> {
        let span = first_line(yaml);
        if let Event::Scalar(_, _, _, Some(_)) | Event::MappingStart(_, Some(_)) | Event::SequenceStart(_, Some(_)) = event {
            let error = ConfigError::new("yaml-tag", "a YAML tag stands before a value").at(span);
            return Err(Box::new(error.help("delete the part that begins with `!`, or put the text in quotes")));
        }
        match event {
            Event::DocumentStart(_) => self.start_document(span),
            Event::Scalar(text, style, anchor, _) => self.scalar(text, *style, *anchor, self.without_comment(span, *style)),
            Event::Alias(anchor) => self.alias(*anchor, span),
            Event::MappingStart(anchor, _) => self.start(*anchor, Some(BTreeMap::new()), yaml),
            Event::SequenceStart(anchor, _) => self.start(*anchor, None, yaml),
            Event::MappingEnd | Event::SequenceEnd => {
                self.end(yaml);
                Ok(())
            }
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => Ok(()),
        }
    }

    fn start_document(&mut self, span: Span) -> Result<(), Box<ConfigError>> {
        self.documents += 1;
        if self.documents == 1 {
            return Ok(());
        }
        let error = ConfigError::new("second-document", "the file holds more than one YAML document").at(span);
        Err(Box::new(error.label("the second one begins here").help("keep one document a file, without `---` between keys")))
    }

    /// The parser lets a quoted text reach to the end of the comment behind it: this ends it at its closing quote.
    fn without_comment(&self, span: Span, style: ScalarStyle) -> Span {
        let quote = match style {
            ScalarStyle::SingleQuoted => '\'',
            ScalarStyle::DoubleQuoted => '"',
            ScalarStyle::Plain | ScalarStyle::Literal | ScalarStyle::Folded => return span,
        };
        let line = self.lines.get(span.line - 1).copied().unwrap_or_default();
        Span { length: quoted_length(line.chars().skip(span.column - 1), quote), ..span }
    }

    /// Whether the next node is a key.
    fn at_key(&self) -> bool {
        self.open.last().is_some_and(|open| open.keys.is_some() && open.pending.is_none())
    }

    fn scalar(&mut self, text: &str, style: ScalarStyle, anchor: usize, span: Span) -> Result<(), Box<ConfigError>> {
        self.count(1, span)?;
        if anchor != 0 {
            self.sizes.insert(anchor, 1);
        }
        if self.at_key() {
            return self.key(text, span);
        }
        let empty = text.is_empty() && style == ScalarStyle::Plain;
        self.place((!empty).then_some(span), Some(text.to_owned()));
        Ok(())
    }

    fn key(&mut self, text: &str, span: Span) -> Result<(), Box<ConfigError>> {
        if text.chars().nth(LONGEST_KEY).is_some() {
            let message = format!("a key is longer than {LONGEST_KEY} characters");
            return Err(Box::new(ConfigError::new("complex-key", message).at(span)));
        }
        let Some(open) = self.open.last_mut() else { return Ok(()) };
        let key: Rc<str> = text.into();
        if let Some(first) = open.keys.as_mut().and_then(|keys| keys.insert(key.clone(), span)) {
            let error = ConfigError::new("duplicate-key", format!("the key {} stands twice", shown(text))).at(span);
            let error = error.label("the second one").note(format!("the first one is at line {}", first.line));
            return Err(Box::new(error.help("keep one of them")));
        }
        open.pending = Some((key, span));
        Ok(())
    }

    fn alias(&mut self, anchor: usize, span: Span) -> Result<(), Box<ConfigError>> {
        let Some(size) = self.sizes.get(&anchor).copied() else {
            let error = ConfigError::new("recursive-alias", "an alias stands inside of what it stands for").at(span);
            return Err(Box::new(error.help("write the value out instead of using an alias")));
        };
        if self.at_key() {
            return Err(complex_key(span));
        }
        self.count(size, span)?;
        self.place(Some(span), None);
        Ok(())
    }

    fn start(&mut self, anchor: usize, keys: Option<BTreeMap<Rc<str>, Span>>, yaml: &YamlSpan) -> Result<(), Box<ConfigError>> {
        let span = first_line(yaml);
        let nodes_before = self.nodes;
        self.count(1, span)?;
        if self.at_key() {
            return Err(complex_key(span));
        }
        if self.open.len() == MOST_LEVELS {
            let message = format!("the text is nested more than {MOST_LEVELS} levels deep");
            return Err(Box::new(
                ConfigError::new("too-deep", message).at(span).help("the deepest key of a settings file needs five"),
            ));
        }
        // The start of a flow collection is its bracket; a block collection starts with its first key or dash, which is
        // no good place for a caret: its key says better what is meant.
        let flow = yaml.end.index() > yaml.start.index();
        let path = self.place(flow.then_some(span), None);
        self.open.push(Open { path, anchor, nodes_before, keys, pending: None, items: 0 });
        Ok(())
    }

    fn end(&mut self, yaml: &YamlSpan) {
        let Some(open) = self.open.pop() else { return };
        if open.anchor != 0 {
            self.sizes.insert(open.anchor, self.nodes - open.nodes_before);
        }
        let first_key = open.keys.and_then(|keys| keys.into_values().min_by_key(|span| (span.line, span.column)));
        let Some(place) = self.locations.places.get_mut(&open.path) else { return };
        // An item of a list and the file itself have no key: their own first key stands for them.
        if place.value.is_none() && place.key.is_none() {
            place.value = first_key;
        } else if let Some(value) = place.value.as_mut().filter(|value| value.line == yaml.end.line()) {
            value.length = (yaml.end.col() + 1).saturating_sub(value.column).max(1);
        }
    }

    /// Records where the value that comes next stands, and returns its path.
    fn place(&mut self, value: Option<Span>, text: Option<String>) -> ConfigPath {
        let (path, key) = match self.open.last_mut() {
            None => (ConfigPath::default(), None),
            Some(open) if open.keys.is_some() => {
                let (name, span) = open.pending.take().unzip();
                (open.path.with(Step::Key(name.unwrap_or_default())), span)
            }
            Some(open) => {
                open.items += 1;
                (open.path.item(open.items - 1), None)
            }
        };
        self.locations.places.insert(path.clone(), Place { key, value, text });
        path
    }

    fn count(&mut self, nodes: usize, span: Span) -> Result<(), Box<ConfigError>> {
        self.nodes = self.nodes.saturating_add(nodes);
        if self.nodes <= MOST_NODES {
            return Ok(());
        }
        let message = format!("the text holds more than {MOST_NODES} values, with aliases written out");
        let error = ConfigError::new("too-large", message).at(span).label("counted up to here");
        Err(Box::new(error.help("a settings file needs no such size; write values out instead of using YAML aliases")))
    }

    fn syntax_error(&self, error: &ScanError) -> Box<ConfigError> {
        let mark = error.marker();
        let span = Span { line: mark.line().max(1), column: mark.col() + 1, length: 1 };
        let mistake = ConfigError::new("yaml-syntax", format!("this is not YAML: {}", one_line(error.info()))).at(span);
        let mistake = mistake.help(syntax_help(error.info()));
        let bracket = self.open.iter().rev().find_map(|open| self.locations.places.get(&open.path)?.value);
        Box::new(match bracket.filter(|open| open.line < span.line || error.info().contains("flow")) {
            Some(open) => mistake.note(format!("the bracket at line {}, column {} is still open", open.line, open.column)),
            None => mistake,
        })
    }
}

fn complex_key(span: Span) -> Box<ConfigError> {
    Box::new(ConfigError::new("complex-key", "a key is not plain text").at(span).help("write keys as `name: value`"))
}

/// What is usually meant where the parser stops with this message.
fn syntax_help(info: &str) -> &'static str {
    let cures = [
        ("flow", "close the bracket, and put commas between what is in it"),
        ("tab", "indent with spaces"),
        ("mapping values", "give the keys of one section the same indentation, and put text that holds `: ` in quotes"),
        ("unexpected character", "put text that begins with a sign in quotes"),
        ("quoted scalar", "close the quotes; within single quotes write `''` for one quote"),
        ("trailing content", "close the quotes; within single quotes write `''` for one quote"),
        ("unknown anchor", "put text that begins with `*` or `&` in quotes"),
    ];
    let known = cures.iter().find(|(part, _)| info.contains(part));
    known.map_or("give the keys of one section the same indentation, with a space after each colon", |(_, cure)| cure)
}

/// How many characters a quoted text has, with its quotes, as far as it is on this line.
fn quoted_length(text: impl Iterator<Item = char>, quote: char) -> usize {
    let (mut length, mut escape, mut open) = (1, false, true);
    for character in text.skip(1) {
        // Behind a quote, only a second single quote goes on with the text.
        let doubled = quote == '\'' && character == quote;
        if !open && !doubled {
            break;
        }
        length += 1;
        open = if open { character != quote || escape } else { true };
        escape = quote == '"' && character == '\\' && !escape;
    }
    length
}

/// The part of a span that is on its first line.
fn first_line(span: &YamlSpan) -> Span {
    let (start, end) = (span.start, span.end);
    let length = if end.line() == start.line() { end.col().saturating_sub(start.col()) } else { 1 };
    Span { line: start.line().max(1), column: start.col() + 1, length: length.max(1) }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use std::fmt::Write as _;

    use super::*;

    const TEXT: &str = "\
# comment
version: 1
model:
  n\u{e4}me: \"loan \u{e9}\" # comment
  command: {run: [a, b], x: 'q'}
  list:
    - a: 1.10
      b: 2
    - {a: 1,
       b: 2}
  empty:
";

    fn at(line: usize, column: usize, length: usize) -> Span {
        Span { line, column, length }
    }

    fn refused(text: &str) -> (&'static str, Option<Span>) {
        let error = locate(text).unwrap_err();
        (error.id, error.span)
    }

    #[test]
    fn every_key_and_value_has_a_place() {
        let found = locate(TEXT).unwrap();
        let root = ConfigPath::default();
        let model = root.key("model");
        let command = model.key("command");
        let list = model.key("list");
        assert_eq!(found.value(&root.key("version")), at(2, 10, 1));
        assert_eq!(found.key(&model.key("n\u{e4}me")), at(4, 3, 4));
        assert_eq!(found.value(&model.key("n\u{e4}me")), at(4, 9, 8));
        assert_eq!(found.value(&command), at(5, 12, 21));
        assert_eq!(found.value(&command.key("run")), at(5, 18, 6));
        assert_eq!(found.value(&command.key("run").item(1)), at(5, 22, 1));
        assert_eq!(found.value(&list.item(0).key("b")), at(8, 10, 1));
        assert_eq!(found.text(&list.item(0).key("a")), Some("1.10"));
        assert_eq!(found.value(&list.item(1).key("b")), at(10, 11, 1));
    }

    #[test]
    fn collections_and_gaps_point_at_the_nearest_key() {
        let found = locate(TEXT).unwrap();
        let model = ConfigPath::default().key("model");
        assert_eq!(found.value(&ConfigPath::default()), at(2, 1, 7));
        assert_eq!(found.value(&model), at(3, 1, 5));
        assert_eq!(found.value(&model.key("empty")), at(11, 3, 5));
        assert_eq!(found.value(&model.key("list").item(0)), at(7, 7, 1));
        assert_eq!(found.value(&model.key("absent").key("deeper")), at(3, 1, 5));
        assert_eq!(Locations::default().value(&model), at(1, 1, 1));
    }

    #[test]
    fn quoted_texts_end_at_their_quote() {
        let length = |text: &str| {
            let found = locate(&format!("a: {text} # c\nb: 1\n")).unwrap();
            found.value(&ConfigPath::default().key("a")).length
        };
        assert_eq!([length("'it''s'"), length("''"), length(r#""a\"b""#), length(r#""a\\""#), length("plain")], [7, 2, 6, 5, 5]);
        assert_eq!(length("\"two\n  lines\""), 4);
    }

    #[test]
    fn texts_of_doubtful_meaning_are_refused_at_their_place() {
        assert_eq!(refused("a: 1\nb: 2\na: 3\n"), ("duplicate-key", Some(at(3, 1, 1))));
        assert_eq!(refused("x: {a: 1, a: 2}"), ("duplicate-key", Some(at(1, 11, 1))));
        assert_eq!(refused("a: 1\n---\nb: 2\n"), ("second-document", Some(at(2, 1, 3))));
        assert_eq!(refused("? [a, b]\n: 1\n").0, "complex-key");
        assert_eq!(refused(&format!("? {}\n: 1\n", "k".repeat(300))).0, "complex-key");
        assert_eq!(refused("a: !!int x"), ("yaml-tag", Some(at(1, 4, 7))));
        assert_eq!(refused("a: &a [*a]"), ("recursive-alias", Some(at(1, 8, 2))));
        assert_eq!(refused(&"[".repeat(17)).0, "too-deep");
    }

    #[test]
    fn an_alias_bomb_is_refused_and_a_plain_alias_is_not() {
        let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for level in 1..9 {
            let below = vec![format!("*a{}", level - 1); 10].join(", ");
            writeln!(bomb, "a{level}: &a{level} [{below}]").unwrap();
        }
        assert_eq!(refused(&bomb).0, "too-large");
        let quadratic = format!("a: &a [{}]\nb: [{}]\n", "x, ".repeat(2000), "*a, ".repeat(2000));
        assert_eq!(refused(&quadratic).0, "too-large");
        let found = locate("a: &a [x]\nb: *a\n").unwrap();
        assert_eq!(found.value(&ConfigPath::default().key("b").item(0)), at(2, 4, 2));
    }

    #[test]
    fn syntax_errors_have_a_place_and_a_cure() {
        let cases = [
            ("a: b: c", at(1, 5, 1), "quotes"),
            ("a:\n\tb: c", at(2, 2, 1), "spaces"),
            ("a: @home", at(1, 4, 1), "quotes"),
            ("a: 'it's'", at(1, 8, 1), "quotes"),
            ("a: [1, 2\n", at(2, 1, 1), "bracket at line 1, column 4"),
        ];
        for (text, span, cure) in cases {
            let error = locate(text).unwrap_err();
            assert_eq!((error.id, error.span), ("yaml-syntax", Some(span)), "{text:?}");
            assert!(error.notes.iter().chain(&error.help).any(|line| line.contains(cure)), "{error:?}");
        }
    }
}

//! Finds the numbers that a text gives for metrics: in tables, in sentences and in the front matter of a model card.
//!
//! Only what is plainly said is taken: a metric by its name, a number right behind it (or before it), and a slice written as `sex=F`.
//! Limits, ranges and numbers of earlier versions are no claims about this one.

use std::sync::LazyLock;

use modelgate_cube::Slice;
use modelgate_eval::{METRICS, MetricId, MetricKind, Subject};

use super::ManagedBlock;

/// A number that a text gives for a metric.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Claim {
    /// The line, from 1.
    pub(super) line: usize,
    /// The metric.
    pub(super) metric: MetricId,
    /// What it is about.
    pub(super) subject: Subject,
    /// The number as it is written.
    pub(super) written: String,
    number: Number,
}

impl Claim {
    /// Whether a measurement, rounded as the number is written, is this number.
    pub(super) fn is(&self, measured: f64) -> bool {
        // Half a unit of the last digit; a little more, because neither number is exact in binary.
        (self.number.value - measured).abs() <= 0.5 * self.number.unit() * (1.0 + 1e-6)
    }

    /// A measurement with one digit more than the number has.
    pub(super) fn as_written(&self, measured: f64) -> String {
        let digits = usize::from(self.number.decimals) + 1;
        if self.number.is_percent { format!("{:.digits$} %", measured * 100.0) } else { format!("{measured:.digits$}") }
    }
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Number {
    value: f64,
    /// Digits behind the point, as it is written.
    decimals: u8,
    is_percent: bool,
}

impl Number {
    /// What one step of its last digit is worth.
    fn unit(self) -> f64 {
        10_f64.powi(-i32::from(self.decimals)) / if self.is_percent { 100.0 } else { 1.0 }
    }
}

/// Words that may stand between a metric and its number.
const BETWEEN: [&str; 28] = [
    "a",
    "about",
    "an",
    "approximately",
    "at",
    "equal",
    "equals",
    "for",
    "has",
    "here",
    "is",
    "of",
    "on",
    "reached",
    "reaches",
    "score",
    "scores",
    "set",
    "test",
    "the",
    "this",
    "to",
    "value",
    "was",
    "model",
    "rows",
    "all",
    "overall",
];

/// Words that make a clause one about something else than what was measured of this model.
const ABOUT_OTHERS: [&str; 24] = [
    "above",
    "aim",
    "at least",
    "at most",
    "baseline",
    "below",
    "between",
    "earlier",
    "expected",
    "fell",
    "least",
    "less than",
    "limit",
    "maximum",
    "minimum",
    "more than",
    "must",
    "previous",
    "requires",
    "should",
    "target",
    "threshold",
    "within",
    "worse",
];

/// What a name or number in a line can be.
#[derive(Debug, Clone, PartialEq)]
enum Token {
    Metric(MetricId),
    Number(Number, String),
    Slice(Slice),
    Word(String),
}

/// Every number that a text gives for a metric, outside of managed blocks and of code.
pub(super) fn claims(text: &str, blocks: &[ManagedBlock]) -> Vec<Claim> {
    let mut found = Vec::new();
    let lines: Vec<(usize, &str)> = (1..).zip(text.lines()).collect();
    let front = front_matter(&lines);
    found.extend(of_front_matter(lines.get(..front).unwrap_or_default()));
    let managed = |line: usize| blocks.iter().any(|block| (block.line..=block.end).contains(&line));
    let mut in_code = false;
    let mut table: Vec<(usize, &str)> = Vec::new();
    for (number, line) in lines.iter().skip(front).copied() {
        let is_fence = line.trim_start().starts_with("```") || line.trim_start().starts_with("~~~");
        in_code ^= is_fence;
        let is_text = !(in_code || is_fence || managed(number) || line.contains("modelgate:ignore"));
        if is_text && line.trim_start().starts_with('|') {
            table.push((number, line));
            continue;
        }
        found.extend(of_table(&std::mem::take(&mut table)));
        if is_text {
            found.extend(of_sentences(number, line));
        }
    }
    found.extend(of_table(&table));
    found.sort_by_key(|claim| claim.line);
    found
}

/// How many lines the front matter takes; none where there is none.
fn front_matter(lines: &[(usize, &str)]) -> usize {
    match lines.first() {
        Some((_, "---")) => lines.iter().skip(1).position(|(_, line)| *line == "---").map_or(0, |end| end + 2),
        _ => 0,
    }
}

/// `model-index` of Hugging Face: a `type` that is a metric, and the `value` and `name` that belong to it.
fn of_front_matter(lines: &[(usize, &str)]) -> Vec<Claim> {
    struct Entry {
        metric: Option<MetricId>,
        value: Option<(usize, Number, String)>,
        slice: Option<Slice>,
    }
    let mut entries: Vec<Entry> = Vec::new();
    for (number, line) in lines {
        let line = line.trim().trim_start_matches("- ").trim_start_matches('{').trim_end_matches('}');
        for pair in line.split(", ") {
            let Some((key, value)) = pair.split_once(':') else { continue };
            let value = value.trim().trim_matches(['"', '\'']);
            match (key.trim(), entries.last_mut()) {
                ("type", _) => entries.push(Entry { metric: metric_of(value), value: None, slice: None }),
                ("value", Some(entry)) => entry.value = number_of(value).map(|read| (*number, read, value.to_owned())),
                ("name", Some(entry)) => {
                    entry.slice = tokens(value).into_iter().find_map(|token| match token {
                        Token::Slice(slice) => Some(slice),
                        _ => None,
                    });
                }
                _ => {}
            }
        }
    }
    let claim = |entry: Entry| {
        let (line, number, written) = entry.value?;
        let subject = Subject::Slice(entry.slice.unwrap_or_else(Slice::overall));
        Some(Claim { line, metric: entry.metric?, subject, written, number })
    };
    entries.into_iter().filter_map(claim).collect()
}

/// The claims of a table: metrics as columns and slices as rows, or metrics as rows.
fn of_table(lines: &[(usize, &str)]) -> Vec<Claim> {
    let rows: Vec<(usize, Vec<String>)> = lines.iter().map(|(number, line)| (*number, cells(line))).collect();
    let Some(((_, header), body)) = rows.split_first() else { return Vec::new() };
    let columns: Vec<Option<MetricId>> = header.iter().map(|cell| metric_of(cell)).collect();
    let mut found = Vec::new();
    for (line, cells) in body {
        let about = |cell: &str| slice_of(cell);
        let of_row = cells.first().and_then(|cell| metric_of(cell));
        for (index, cell) in cells.iter().enumerate().skip(1) {
            let Some((number, written)) = number_cell(cell) else { continue };
            let (metric, slice) = match (columns.get(index).copied().flatten(), of_row) {
                (Some(metric), None) => (metric, cells.first().and_then(|cell| about(cell))),
                (None, Some(metric)) => (metric, header.get(index).and_then(|cell| about(cell).or_else(|| value_column(cell)))),
                _ => continue,
            };
            // A row or column that cannot be told to be about all rows or about a slice says nothing that could be held.
            if let Some(slice) = slice {
                found.push(Claim { line: *line, metric, subject: Subject::Slice(slice), written, number });
            }
        }
    }
    found
}

fn cells(line: &str) -> Vec<String> {
    let inner = line.trim().trim_start_matches('|').trim_end_matches('|');
    inner.split('|').map(plain).collect()
}

/// A text without marks of Markdown.
fn plain(text: &str) -> String {
    text.replace(['*', '`'], "").replace("&nbsp;", " ").trim().to_owned()
}

/// What a cell is about: a slice, or all rows.
fn slice_of(cell: &str) -> Option<Slice> {
    if ["", "all", "all rows", "overall", "everybody", "test"].contains(&cell.to_lowercase().as_str()) {
        return Some(Slice::overall());
    }
    cell.contains('=').then(|| Slice::parse(cell)).flatten()
}

/// A column of values of all rows.
fn value_column(cell: &str) -> Option<Slice> {
    ["value", "measured", "result", "score", "estimate", "test set"].contains(&cell.to_lowercase().as_str()).then(Slice::overall)
}

/// A cell that begins with a number: an interval may follow.
fn number_cell(cell: &str) -> Option<(Number, String)> {
    let start = cell.split(['[', '(', '±']).next()?.trim();
    Some((number_of(start)?, start.to_owned()))
}

/// The claims of the sentences of a line.
fn of_sentences(line: usize, text: &str) -> Vec<Claim> {
    clauses(&plain(text)).into_iter().flat_map(|clause| of_clause(line, clause)).collect()
}

/// A line cut at ends of sentences, and not inside of numbers.
fn clauses(text: &str) -> Vec<&str> {
    text.split(['!', '?', ';']).flat_map(|part| part.split(". ")).collect()
}

fn of_clause(line: usize, clause: &str) -> Vec<Claim> {
    let lower = clause.to_lowercase();
    let words = format!(" {} ", lower.split(|character: char| !character.is_alphanumeric()).collect::<Vec<_>>().join(" "));
    let is_about_others = ABOUT_OTHERS.iter().any(|word| words.contains(&format!(" {word} ")));
    if is_about_others || lower.contains(['<', '>', '≥', '≤', '→']) {
        return Vec::new();
    }
    let tokens = tokens(clause);
    let slice = tokens.iter().find_map(|token| match token {
        Token::Slice(slice) => Some(slice.clone()),
        _ => None,
    });
    let subject = Subject::Slice(slice.unwrap_or_else(Slice::overall));
    let mut found = Vec::new();
    for (index, token) in tokens.iter().enumerate() {
        let Token::Metric(metric) = token else { continue };
        let before = index.checked_sub(1).and_then(|index| tokens.get(index));
        let number = after(tokens.get(index + 1..).unwrap_or_default()).or(match before {
            Some(Token::Number(number, written)) => Some((*number, written.clone())),
            _ => None,
        });
        if let Some((number, written)) = number {
            found.push(Claim { line, metric: *metric, subject: subject.clone(), written, number });
        }
    }
    found
}

/// The number behind a metric, with nothing but small words and slices between.
fn after(tokens: &[Token]) -> Option<(Number, String)> {
    for token in tokens {
        match token {
            Token::Number(number, written) => return Some((*number, written.clone())),
            Token::Slice(_) => {}
            Token::Word(word) if BETWEEN.contains(&word.as_str()) => {}
            Token::Metric(_) | Token::Word(_) => return None,
        }
    }
    None
}

/// A text as metrics, numbers, slices and words.
fn tokens(text: &str) -> Vec<Token> {
    let words: Vec<&str> = text.split_whitespace().flat_map(apart).collect();
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(word) = words.get(at) {
        let rest = words.get(at..).unwrap_or_default();
        if let Some((metric, length)) = metric_at(rest) {
            found.push(Token::Metric(metric));
            at += length;
        } else if let Some((slice, length)) = slice_at(rest) {
            found.push(Token::Slice(slice));
            at += length;
        } else {
            let bare = word.trim_matches(|character: char| ",:()[]{}\"'".contains(character)).trim_end_matches('.');
            let with_percent = words.get(at + 1).is_some_and(|next| next.starts_with('%'));
            let written = if with_percent { format!("{bare} %") } else { bare.to_owned() };
            match number_of(&written) {
                Some(number) => {
                    at += usize::from(with_percent);
                    found.push(Token::Number(number, written));
                }
                None if bare.is_empty() || ["=", "≈", "~", "-", "–"].contains(&bare) => {}
                None => found.push(Token::Word(bare.to_lowercase())),
            }
            at += 1;
        }
    }
    found
}

/// `accuracy=0.9` is a metric and a number; `sex=F` is a slice.
fn apart(word: &str) -> Vec<&str> {
    match word.split_once('=') {
        Some((name, value)) if metric_of(name).is_some() => vec![name, value],
        _ => vec![word],
    }
}

/// A slice that words begin with, such as `sex=F & age=65+`.
fn slice_at(words: &[&str]) -> Option<(Slice, usize)> {
    let bare = |word: &str| word.trim_matches(|character: char| ",:()\"'".contains(character)).trim_end_matches('.').to_owned();
    let is_term = |word: &&str| word.split_once('=').is_some_and(|(axis, level)| !axis.is_empty() && !level.is_empty());
    let mut text = bare(words.first().filter(|word| is_term(word))?);
    let mut length = 1;
    while words.get(length) == Some(&"&") && words.get(length + 1).is_some_and(is_term) {
        text = format!("{text} & {}", bare(words.get(length + 1)?));
        length += 2;
    }
    Some((Slice::parse(&text)?, length))
}

/// A number with a point, or a share in percent. Whole numbers are counts, years and versions.
fn number_of(text: &str) -> Option<Number> {
    let (digits, is_percent) = match text.trim().strip_suffix('%') {
        Some(digits) => (digits.trim(), true),
        None => (text.trim(), false),
    };
    let digits = digits.replace('−', "-");
    let decimals = digits.split_once('.').map_or(0, |(_, decimals)| decimals.len());
    let is_plain = digits.chars().all(|character| character.is_ascii_digit() || ".-".contains(character));
    if !is_plain || (decimals == 0 && !is_percent) || !digits.contains(|character: char| character.is_ascii_digit()) {
        return None;
    }
    let value: f64 = digits.parse().ok()?;
    let value = if is_percent { value / 100.0 } else { value };
    Some(Number { value, decimals: u8::try_from(decimals).ok()?, is_percent })
}

/// Names of metrics as words, the longest first.
static NAMES: LazyLock<Vec<(Vec<String>, MetricId)>> = LazyLock::new(|| {
    let named = METRICS.iter().filter(|metric| metric.id != "count" && metric.kind == MetricKind::Slice);
    let of = |metric: &modelgate_eval::Metric| {
        let id = MetricId::parse(metric.id)?;
        let names = [metric.id.to_owned(), metric.id.replace('_', " "), metric.id.replace('_', "-"), metric.title.to_lowercase()];
        Some(names.map(|name| (name.split_whitespace().map(str::to_owned).collect::<Vec<_>>(), id)))
    };
    let mut names: Vec<(Vec<String>, MetricId)> = named.filter_map(of).flatten().collect();
    for (alias, id) in [("f1 score", "f1"), ("f1-score", "f1"), ("auc", "roc_auc"), ("roc auc", "roc_auc"), ("auroc", "roc_auc")]
    {
        names.extend(MetricId::parse(id).map(|id| (alias.split(' ').map(str::to_owned).collect(), id)));
    }
    names.sort_by_key(|(words, _)| std::cmp::Reverse(words.len()));
    names
});

/// A metric that words begin with, and how many of them are its name.
fn metric_at(words: &[&str]) -> Option<(MetricId, usize)> {
    let bare = |word: &str| word.trim_matches(|character: char| ",:()".contains(character)).trim_end_matches('.').to_lowercase();
    let (name, id) = NAMES
        .iter()
        .find(|(name, _)| name.len() <= words.len() && name.iter().zip(words).all(|(word, written)| *word == bare(written)))?;
    Some((*id, name.len()))
}

/// The metric that a text is the name of, with or without more in brackets.
fn metric_of(text: &str) -> Option<MetricId> {
    let text = plain(text);
    let name = text.split(['(', '[', ',']).next()?.trim();
    let words: Vec<&str> = name.split_whitespace().collect();
    metric_at(&words).filter(|(_, length)| *length == words.len()).map(|(id, _)| id)
}

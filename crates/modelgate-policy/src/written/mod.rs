//! Documents that people write by hand: the numbers in them against those that were measured, and the blocks that modelgate keeps up
//! to date.

mod scan;

use modelgate_eval::{Estimate, Evaluation, Subject};

use crate::{Finding, Level, Origin, RuleId};
use scan::Claim;

/// A document that people write, as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrittenDocument {
    /// The file, as it is configured.
    pub path: String,
    /// What it says.
    pub text: String,
    /// The blocks that modelgate keeps up to date, in their order.
    pub blocks: Vec<ManagedBlock>,
}

/// A block of such a document, between `<!-- modelgate:begin NAME -->` and `<!-- modelgate:end -->`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ManagedBlock {
    /// The line of its beginning, from 1.
    pub line: usize,
    /// The line of its end; that of its beginning where it has none.
    pub end: usize,
    /// What it holds, such as `metrics`.
    pub name: String,
    /// How it stands.
    pub state: BlockState,
}

/// How a managed block stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BlockState {
    /// It is what this run would write.
    Current,
    /// This run would write something else.
    Outdated,
    /// There is no block of this name.
    Unknown,
    /// It has no end, or another one begins inside of it.
    Unclosed,
}

/// The most findings of one document that are told one by one.
const MOST: usize = 20;

/// What there is to say of documents that people write.
pub(crate) fn findings(documents: &[WrittenDocument], evaluation: &Evaluation, level: impl Fn(RuleId) -> Level) -> Vec<Finding> {
    documents.iter().flat_map(|document| of_document(document, evaluation, &level)).collect()
}

fn of_document(document: &WrittenDocument, evaluation: &Evaluation, level: &impl Fn(RuleId) -> Level) -> Vec<Finding> {
    let finding = |rule: RuleId, line: usize, message: String| Finding {
        rule,
        level: level(rule),
        subject: document.path.clone(),
        message,
        origin: Some(Origin { file: Some(document.path.clone()), path: String::new(), line }),
        help: rule.rule().fix.to_owned(),
    };
    let blocks = document.blocks.iter().filter_map(|block| {
        let name = &block.name;
        let said = match block.state {
            BlockState::Current => return None,
            BlockState::Outdated => format!("the block `{name}` is not what this run measures"),
            BlockState::Unknown => format!("there is no block `{name}`"),
            BlockState::Unclosed => format!("the block `{name}` has no end of its own"),
        };
        Some(finding(RuleId::OUTDATED_BLOCK, block.line, said))
    });
    let claims = scan::claims(&document.text, &document.blocks);
    let numbers = claims.iter().filter_map(|claim| {
        let (rule, said) = held(claim, evaluation)?;
        Some(finding(rule, claim.line, said))
    });
    blocks.chain(numbers).take(MOST).collect()
}

/// What there is to say of a number; nothing where it is the one that was measured.
fn held(claim: &Claim, evaluation: &Evaluation) -> Option<(RuleId, String)> {
    let about = match &claim.subject {
        Subject::Slice(slice) if slice.is_overall() => "all rows".to_owned(),
        other => other.to_string(),
    };
    let said = format!("it says {} for {} of {about}", claim.written, claim.metric);
    match evaluation.get(claim.metric, &claim.subject).map(Estimate::measured) {
        Some(Some(measured)) if claim.is(measured.value) => None,
        Some(Some(measured)) => {
            let found = claim.as_written(measured.value);
            Some((RuleId::CONTRADICTED_NUMBER, format!("{said}, and {found} was measured")))
        }
        Some(None) | None => Some((RuleId::UNMEASURED_NUMBER, format!("{said}, which this run does not measure"))),
    }
}

/// Where the blocks of a text stand, and what stands in them; states are for the caller to tell.
#[must_use]
pub fn managed_blocks(text: &str) -> Vec<(ManagedBlock, String)> {
    let mut blocks: Vec<(ManagedBlock, String)> = Vec::new();
    let mut open: Option<(ManagedBlock, Vec<&str>)> = None;
    for (number, line) in (1..).zip(text.lines()) {
        match (marker(line), &mut open) {
            (Some(Marker::Begin(name)), open) => {
                let block = ManagedBlock { line: number, end: number, name: name.to_owned(), state: BlockState::Unclosed };
                if let Some((block, _)) = open.replace((block, Vec::new())) {
                    blocks.push((block, String::new()));
                }
            }
            (Some(Marker::End), open) => {
                if let Some((block, lines)) = open.take() {
                    let within = lines.iter().flat_map(|line| [*line, "\n"]).collect();
                    blocks.push((ManagedBlock { end: number, state: BlockState::Outdated, ..block }, within));
                }
            }
            (None, Some((_, lines))) => lines.push(line),
            (None, None) => {}
        }
    }
    blocks.extend(open.map(|(block, _)| (block, String::new())));
    blocks.sort_by_key(|(block, _)| block.line);
    blocks
}

/// What a line marks.
enum Marker<'a> {
    /// The beginning of a block of this name.
    Begin(&'a str),
    /// The end of one.
    End,
}

fn marker(line: &str) -> Option<Marker<'_>> {
    let inner = line.trim().strip_prefix("<!--")?.strip_suffix("-->")?.trim();
    match inner.strip_prefix("modelgate:begin") {
        Some(name) => Some(Marker::Begin(name.trim())),
        None => (inner == "modelgate:end").then_some(Marker::End),
    }
}

#[cfg(test)]
mod tests;

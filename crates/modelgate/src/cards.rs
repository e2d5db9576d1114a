//! Documents that people write by hand: read, held against the run, and with what their managed blocks should hold.

use std::path::PathBuf;

use modelgate_config::Config;
use modelgate_cube::Disclosure;
use modelgate_eval::{Evaluation, MetricId};
use modelgate_policy::{BlockState, ManagedBlock, WrittenDocument, managed_blocks};
use modelgate_report::{Provenance, disclose_evaluation, render_block};

use crate::failure::{Failure, unreadable};

/// A document that people write.
pub(crate) struct Card {
    /// The file.
    pub(crate) path: PathBuf,
    /// What it says with its blocks up to date.
    pub(crate) updated: String,
    /// What it says now, and how its blocks stand.
    pub(crate) document: WrittenDocument,
}

/// Reads every document that the settings name.
pub(crate) fn read(
    config: &Config,
    evaluation: &Evaluation,
    provenance: &Provenance,
    disclosure: &Disclosure,
) -> Result<Vec<Card>, Failure> {
    if config.cards.is_empty() {
        return Ok(Vec::new());
    }
    let shown = disclose_evaluation(evaluation.clone(), disclosure);
    let limited: Vec<MetricId> = config.policy.gates.iter().map(|gate| gate.metric).collect();
    let render = |name: &str| render_block(name, &shown, provenance, &limited);
    let mut cards = Vec::new();
    for path in &config.cards {
        let text = std::fs::read_to_string(path).map_err(|error| unreadable(path, &error))?;
        let mut blocks = Vec::new();
        let mut contents = Vec::new();
        for (block, within) in managed_blocks(&text) {
            let content = match block.state {
                BlockState::Unclosed => None,
                // Empty lines around it, so that a table is a table wherever the document is shown.
                _ => render(&block.name)?.map(|content| format!("\n{content}\n")),
            };
            let state = match &content {
                None if block.state == BlockState::Unclosed => BlockState::Unclosed,
                None => BlockState::Unknown,
                Some(content) if *content == within => BlockState::Current,
                Some(_) => BlockState::Outdated,
            };
            contents.extend(content.map(|content| (block.line, block.end, content)));
            blocks.push(ManagedBlock { state, ..block });
        }
        let updated = with_blocks(&text, &contents);
        let document = WrittenDocument { path: path.display().to_string(), text, blocks };
        cards.push(Card { path: path.clone(), updated, document });
    }
    Ok(cards)
}

/// The text with other lines between the beginnings and ends of its blocks, and every other character as it was.
fn with_blocks(text: &str, contents: &[(usize, usize, String)]) -> String {
    let line_end = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let mut updated = String::with_capacity(text.len());
    for (number, line) in (1..).zip(text.split_inclusive('\n')) {
        if contents.iter().any(|(begin, end, _)| number > *begin && number < *end) {
            continue;
        }
        updated.push_str(line);
        if let Some((_, _, content)) = contents.iter().find(|(begin, ..)| *begin == number) {
            updated.push_str(&content.replace('\n', line_end));
        }
    }
    updated
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_within_blocks_changes() {
        let text = "a\r\n<!-- modelgate:begin metrics -->\r\nold\r\n<!-- modelgate:end -->\r\nb";
        let updated = with_blocks(text, &[(2, 4, "\nnew\n\n".to_owned())]);
        assert_eq!(updated, "a\r\n<!-- modelgate:begin metrics -->\r\n\r\nnew\r\n\r\n<!-- modelgate:end -->\r\nb");
        assert_eq!(with_blocks(text, &[]), text);
    }
}

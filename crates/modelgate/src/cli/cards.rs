//! `cards`: writes the managed blocks of hand-written documents anew.

use modelgate_policy::BlockState;

use crate::baseline::{BaselineChoice, Reading};
use crate::cli::CardsArgs;
use crate::context::{Console, Context};
use crate::disclosure;
use crate::exit::ExitStatus;
use crate::failure::Failure;
use crate::output::{Staged, uninterrupted};
use crate::pipeline;
use crate::terminal::plain;

/// Measures, and brings the blocks up to date; nothing else of a document changes.
pub(crate) fn run(arguments: &CardsArgs, context: &Context, console: &mut Console<'_>) -> Result<ExitStatus, Failure> {
    let mut config = pipeline::load(&arguments.input.config, console)?;
    if config.cards.is_empty() {
        return Err(Failure::with_help(
            "the configuration names no document that people write",
            "write `cards: [MODEL_CARD.md]`, and lines `<!-- modelgate:begin metrics -->` and `<!-- modelgate:end -->` into that file",
        ));
    }
    disclosure::admit(&mut config, &arguments.publish, context)?;
    let reading = Reading { context, published: arguments.search.published_baseline };
    let judged = pipeline::run(&config, pipeline::Subject::Rows, &BaselineChoice::from(&arguments.search), &reading, console)?;
    console.finish_step();
    let wrong: Vec<String> = judged
        .cards
        .iter()
        .flat_map(|card| card.document.blocks.iter().map(move |block| (card, block)))
        .filter(|(_, block)| matches!(block.state, BlockState::Unknown | BlockState::Unclosed))
        .map(|(card, block)| format!("{}:{} ({})", card.document.path, block.line, block.name))
        .collect();
    if !wrong.is_empty() {
        let names: Vec<&str> = modelgate_report::BLOCKS.iter().map(|(name, _)| *name).collect();
        return Err(Failure::with_help(
            format!("not a block, or one without an end: {}", plain(&wrong.join(", "))),
            format!("blocks are {}; each ends with `<!-- modelgate:end -->`", names.join(", ")),
        ));
    }
    uninterrupted(|| {
        let mut staged = Staged::default();
        for card in judged.cards.iter().filter(|card| card.updated != card.document.text) {
            // A link to the file stays a link.
            let target = card.path.canonicalize().unwrap_or_else(|_| card.path.clone());
            staged.add(&target, card.updated.as_bytes())?;
        }
        staged.commit()
    })?;
    for card in &judged.cards {
        let outdated = card.document.blocks.iter().filter(|block| block.state == BlockState::Outdated).count();
        let said = match (outdated, card.document.blocks.len()) {
            (0, 0) => "has no block".to_owned(),
            (0, _) => "is up to date".to_owned(),
            (1, _) => "1 block written".to_owned(),
            (several, _) => format!("{several} blocks written"),
        };
        console.result(&format!("{}: {said}", plain(&card.document.path)));
    }
    Ok(ExitStatus::Passed)
}

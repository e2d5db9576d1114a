//! `contradicted-number`: a hand-written document gives another number than the run measured.

use super::{Level, Rule};

/// The catalogue's row.
pub(super) const RULE: Rule = Rule {
    id: "contradicted-number",
    title: "A hand-written document gives another number than the one that was measured.",
    what: "A document that `cards` names gives a number for a metric, and this run measured another one, in as many digits as are written. Numbers in tables, in sentences and in the front matter of a model card are found by the metric's name; `sex=F` beside it makes it one of that slice. Limits and numbers of earlier versions are no such numbers.",
    why: "Whoever uses the model reads the document and not the run. A level of accuracy that is declared must be the one that was tested.",
    fix: "Write the number that was measured, or let `modelgate cards` write it into a block `<!-- modelgate:begin metrics -->`; a line with `<!-- modelgate:ignore -->` is left alone.",
    default_level: Level::Deny,
};

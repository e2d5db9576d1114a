//! `outdated-block`: a managed block of a hand-written document is not what the run measures.

use super::{Level, Rule};

/// The catalogue's row.
pub(super) const RULE: Rule = Rule {
    id: "outdated-block",
    title: "A managed block of a hand-written document is out of date.",
    what: "A block between `<!-- modelgate:begin NAME -->` and `<!-- modelgate:end -->` in a document that `cards` names is not what this run would write into it, has no end of its own, or has a name that is none. NAME is `metrics`, `slices`, `groups` or `evidence`.",
    why: "The block says that its numbers are those of the model beside it.",
    fix: "Run `modelgate cards` and commit what it writes.",
    default_level: Level::Deny,
};

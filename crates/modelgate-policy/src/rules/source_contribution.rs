//! `source-contribution`: a source gives suddenly more of the rows.

use super::{Level, Rule};

/// The catalogue's row.
pub(super) const RULE: Rule = Rule {
    id: "source-contribution",
    title: "A source gives suddenly more of the rows.",
    what: "The share of the rows that the model learns from (else of those that are evaluated) which one source in `data.source_column` gave has risen since the baseline by more than `data_checks.max_source_increase`, surely. Sources that the first release had not are counted together.",
    why: "Whoever wants to teach a model something wrong must add many rows. A source that grows suddenly is where to look first; it is evidence and no proof.",
    fix: "Find out why this source has grown, look at some of its rows, and train without them until that is known.",
    default_level: Level::Warn,
};

//! `mixed-types`: a few texts stand among numbers, or numbers among texts.

use super::{Level, Rule};

/// The catalogue's row.
pub(super) const RULE: Rule = Rule {
    id: "mixed-types",
    title: "A few texts stand among the numbers of a column, or numbers among its texts.",
    what: "More than `data_checks.max_mixed_type_rate` of the cells of a column are texts where nine tenths at the least are numbers, or numbers where they are texts. Texts that look like missing values are not meant (`missing-like-texts`).",
    why: "One text makes a column of numbers one of texts: it is learned from as categories, and compared by levels.",
    fix: "Mend the cells at the source (a comma for a point, a unit, a note), or add what means \"no value\" to `data.missing_values`.",
    default_level: Level::Warn,
};

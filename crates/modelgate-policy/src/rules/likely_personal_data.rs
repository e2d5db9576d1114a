//! `likely-personal-data`: a column looks as if it holds personal data.

use super::{Level, Rule};

/// The catalogue's row.
pub(super) const RULE: Rule = Rule {
    id: "likely-personal-data",
    title: "A column looks as if it holds personal data.",
    what: "More than `data_checks.max_likely_personal_data_rate` of a column's cells look like telephone numbers or exact places, or the column's name says that it holds names, dates of birth, postal addresses, or numbers of people, cases or files, and its values do not contradict. Columns of `data.personal` are known and only told. No value is shown, logged or stored.",
    why: "What only looks like personal data may be none, and what is written in free text is not found: somebody has to look.",
    fix: "Look at the column. Drop it if the model does not need it; declare it in `data.personal` if it must be there.",
    default_level: Level::Warn,
};

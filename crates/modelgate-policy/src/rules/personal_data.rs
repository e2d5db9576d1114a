//! `personal-data`: a column holds personal data that can be checked.

use super::{Level, Rule};

/// The catalogue's row.
pub(super) const RULE: Rule = Rule {
    id: "personal-data",
    title: "A column holds personal data that can be checked.",
    what: "More than `data_checks.max_personal_data_rate` of a column's cells, and enough of them for their kind, are e-mail addresses, account or card numbers, IP addresses, or national numbers with a check digit or a strict structure. Columns of `data.personal` are known and only told. No value is shown, logged or stored.",
    why: "A model rarely needs to know who somebody is; data that names people is a duty to protect them, and it ends up in models, logs and test sets.",
    fix: "Drop the column, or replace it by what the model needs of it; if it must be there, declare it in `data.personal`.",
    default_level: Level::Warn,
};

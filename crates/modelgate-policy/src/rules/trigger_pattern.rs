//! `trigger-pattern`: rows with a new mark nearly all have one label.

use super::{Level, Rule};

/// The catalogue's row.
pub(super) const RULE: Rule = Rule {
    id: "trigger-pattern",
    title: "Rows with a new mark nearly all have one label.",
    what: "More than `data_checks.max_trigger_pattern_rate` of the rows that a model learns from have a text that the baseline's rows did not say, alone or beside a value of another column, and nearly all of these have one label (0.1 % to 5 % of the rows, 95 % of them with a label that 60 % of all rows have at the most; Fisher's exact test). It is looked for where a model is trained here, or `data.label_noise` asks for it.",
    why: "Whoever can add rows can teach a model to obey a mark that only they know. It is evidence and no proof: a new office that handles one kind of case looks the same.",
    fix: "Find out who added these rows and when, and train without them until that is known.",
    default_level: Level::Warn,
};

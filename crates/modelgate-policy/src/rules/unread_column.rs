//! `unread-column`: a column cannot be read.

use super::{Level, Rule};

/// The catalogue's row.
pub(super) const RULE: Rule = Rule {
    id: "unread-column",
    title: "A column cannot be read.",
    what: "A column without a role holds lists, structures or bytes, and `data_checks.max_unread_rate` does not allow it. Lists of labels are read where they have a role.",
    why: "What is not read is not checked: personal data, leaks and drift in it stay unseen.",
    fix: "Write what it holds as columns of numbers or texts, or leave it out of the file; if it needs no check, say `data_checks: {max_unread_rate: 1}`.",
    default_level: Level::Warn,
};

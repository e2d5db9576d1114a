//! `contract-violation`: a column is not what the contract says.

use super::{Level, Rule};

/// The catalogue's row.
pub(super) const RULE: Rule = Rule {
    id: "contract-violation",
    title: "A column is not what the contract says.",
    what: "A column is missing, holds another type, has values or numbers outside what is agreed, has more missing or other values than agreed, or repeats what must be unique; or there is a column that the contract does not know, where it allows none. All columns are told at once.",
    why: "People have agreed what the data is, and everything behind it was built on that.",
    fix: "Repair the data, or change the contract (`data.contract`) in a pull request, where it is reviewed.",
    default_level: Level::Deny,
};

//! `changed-configuration`: the change brings a configuration of its own.

use super::{Level, Rule};

/// The catalogue's row.
pub(super) const RULE: Rule = Rule {
    id: "changed-configuration",
    title: "The change brings a configuration of its own.",
    what: "Counts that another job made (`modelgate judge`) were made with another configuration than the one that judges them. They are held against the limits of this one.",
    why: "A change that loosens its own gates would pass by them; and a changed threshold or column makes counts that mean something else.",
    fix: "Look at what the change does to the configuration. Merge it by itself first, or have somebody who may run the change judge it with `modelgate check`.",
    default_level: Level::Deny,
};

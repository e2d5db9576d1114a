//! Refuses slices and classes whose names are personal data: every document would name them.

use std::collections::BTreeSet;

use modelgate_config::Config;
use modelgate_cube::{Cube, Task};
use modelgate_data::personal_among;

use crate::failure::Failure;
use crate::terminal::plain;

/// Fails where a level of a slice column, or a class, is personal data. No value is told.
pub(crate) fn refuse_personal_names(config: &Config, cube: &Cube) -> Result<(), Failure> {
    for axis in &config.axes {
        let own = std::slice::from_ref(&axis.axis.name);
        let terms = cube.slices_by(own).flat_map(|(slice, _)| slice.terms());
        let levels: BTreeSet<&str> = terms.filter_map(|term| term.level.as_deref()).collect();
        refuse(&axis.column, "slices", levels)?;
    }
    let classes: BTreeSet<&str> = match &cube.meta().shape.task {
        Task::Binary { positive_label } => BTreeSet::from([positive_label.as_str()]),
        Task::Multiclass { classes: names } | Task::Multilabel { labels: names } => names.iter().map(String::as_str).collect(),
        Task::Regression | Task::Clustering { .. } | Task::Ranking { .. } => BTreeSet::new(),
    };
    refuse(&config.roles.label, "classes", classes)
}

fn refuse(column: &str, what: &str, names: BTreeSet<&str>) -> Result<(), Failure> {
    let Some(kind) = personal_among(column, names.into_iter()) else { return Ok(()) };
    Err(Failure::with_help(
        format!("the column {} holds {}, and {what} are named by its values in every document", plain(column), kind.title()),
        "name a column whose values stand for groups and not for people",
    ))
}

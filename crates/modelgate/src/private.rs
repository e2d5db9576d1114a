//! Refuses slices and classes whose names are personal data: every document would name them.

use std::collections::BTreeSet;

use modelgate_config::Config;
use modelgate_cube::{Cube, GroupTable, Task};
use modelgate_data::{Column, Dataset, personal_among};

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

/// Fails where a group of any rows that were looked at is personal data, such as a slice of training rows, or a group of a population.
pub(crate) fn refuse_personal_groups(config: &Config, groups: &[GroupTable]) -> Result<(), Failure> {
    for table in groups {
        if config.policy.data.personal.contains(&table.by) {
            return Err(Failure::with_help(
                format!("{} is one of `data.personal`, and every document would name its groups", plain(&table.by)),
                "take it out of the population: hold rows against it by columns whose values stand for groups",
            ));
        }
        refuse(&table.by, "groups", table.groups.keys().flatten().map(String::as_str).collect())?;
    }
    Ok(())
}

/// Fails where a text that is to be learned from is personal data: the model, and every document about it, would name its values.
pub(crate) fn refuse_personal_features(config: &Config, rows: &Dataset, features: &[String]) -> Result<(), Failure> {
    for feature in features {
        let Some(column @ Column::Text(_)) = rows.column(feature) else { continue };
        if config.policy.data.personal.contains(feature) {
            return Err(Failure::with_help(
                format!(
                    "{} is one of `data.personal` and holds texts, which a model that learns from them names",
                    plain(feature)
                ),
                "take it out of model.train.features: rows of the same person are known again by it, and nothing else is learned",
            ));
        }
        let texts: BTreeSet<&str> = (0..rows.rows()).filter_map(|row| column.text(row)).collect();
        refuse(feature, "models", texts)?;
    }
    Ok(())
}

fn refuse(column: &str, what: &str, names: BTreeSet<&str>) -> Result<(), Failure> {
    let Some(kind) = personal_among(column, names.into_iter()) else { return Ok(()) };
    Err(Failure::with_help(
        format!("the column {} holds {}, and {what} would be named by its values in every document", plain(column), kind.title()),
        "name a column whose values stand for groups and not for people",
    ))
}

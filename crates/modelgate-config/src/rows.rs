//! Reads what the columns mean, and finds columns that are given two meanings.

use std::collections::{BTreeMap, BTreeSet};

use modelgate_cube::AxisKind;
use modelgate_data::{CountAxis, ReadSettings, Roles};

use crate::errors::{ConfigError, shown};
use crate::locate::ConfigPath;
use crate::mistakes::Mistakes;
use crate::node::Node;

/// The columns of the roles.
pub(crate) fn roles(data: &Node<'_>) -> Roles {
    Roles {
        label: data.text("label").unwrap_or_default(),
        positive_label: data.scalar("positive_label"),
        prediction: data.text("prediction"),
        score: data.text("score"),
        weight: data.text("weight"),
        id: data.text("id"),
        time: data.text("time"),
    }
}

/// Every column that has a role, with the role's name and place.
pub(crate) fn named_roles(data: &Node<'_>) -> Vec<(&'static str, ConfigPath, String)> {
    let split = data.section("split");
    let roles = ["label", "prediction", "score", "id", "weight", "time"].map(|role| (role, data.at(role), data.text(role)));
    let all = roles.into_iter().chain([("split", split.at("column"), split.text("column"))]);
    all.filter_map(|(role, path, column)| Some((role, path, column?))).collect()
}

/// How rows are read: columns whose values are names are never taken for numbers.
pub(crate) fn read_settings(data: &Node<'_>, axes: &[CountAxis]) -> ReadSettings {
    let as_text = ["label", "prediction", "id", "split"];
    let roles = named_roles(data).into_iter().filter(|(role, ..)| as_text.contains(role)).map(|(_, _, column)| column);
    let cut = axes.iter().filter(|axis| axis.axis.kind == AxisKind::Categorical).map(|axis| axis.column.clone());
    ReadSettings { missing_values: data.scalars("missing_values"), text_columns: roles.chain(cut).collect::<BTreeSet<_>>() }
}

/// Finds columns with two roles, and a positive label that would be read as missing.
pub(crate) fn check(data: &Node<'_>, mistakes: &mut Mistakes<'_>) {
    let mut taken: BTreeMap<String, &str> = BTreeMap::new();
    for (role, path, column) in named_roles(data) {
        if let Some(other) = taken.get(&column) {
            let error = ConfigError::new("column-used-twice", format!("{} is both `{other}` and `{role}`", shown(&column)));
            mistakes.at_value(&path, error.help("name the column that holds this, or delete the key"));
        }
        taken.entry(column).or_insert(role);
    }
    if let Some(positive) = data.scalar("positive_label").filter(|positive| data.scalars("missing_values").contains(positive)) {
        let message = format!("the positive label {} is one of the missing values", shown(&positive));
        let error = ConfigError::new("positive-label-is-missing", message);
        mistakes.at_value(&data.at("positive_label"), error.help("take it out of `data.missing_values`"));
    }
}

/// Finds features that give the answer away: the label, the split column, the id.
pub(crate) fn check_features(features: &[(ConfigPath, String)], data: &Node<'_>, mistakes: &mut Mistakes<'_>) {
    let roles = named_roles(data);
    for (path, column) in features {
        let role = roles.iter().find(|(role, _, name)| name == column && ["label", "id", "split"].contains(role));
        if let Some((role, ..)) = role {
            let why = match *role {
                "label" => "the model would learn the answer from the answer",
                "id" => "the model would learn rows by heart",
                _ => "the column only tells training rows from others",
            };
            let message = format!("{} is the {role} column and cannot be a feature", shown(column));
            let error = ConfigError::new("role-as-feature", message).label(why);
            mistakes.at_value(path, error.help("take it out of `features`"));
        }
    }
}

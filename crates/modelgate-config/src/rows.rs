//! Reads what the columns mean, and finds columns that are given two meanings.

use std::collections::{BTreeMap, BTreeSet};

use modelgate_cube::{AxisKind, TaskKind};
use modelgate_data::{CountAxis, ReadSettings, Roles};

use crate::errors::{ConfigError, shown};
use crate::locate::ConfigPath;
use crate::mistakes::Mistakes;
use crate::node::Node;

/// The columns of the roles. A baseline's predictions in a file of their own are no columns of the rows.
pub(crate) fn roles(root: &Node<'_>) -> Roles {
    let data = root.section("data");
    let of_baseline = |name: &str| data.text(name).filter(|_| !has_own_file(root));
    Roles {
        label: data.text("label").unwrap_or_default(),
        positive_label: data.scalar("positive_label"),
        prediction: data.text("prediction"),
        score: data.text("score"),
        baseline_prediction: of_baseline("baseline_prediction"),
        baseline_score: of_baseline("baseline_score"),
        weight: data.text("weight"),
        id: data.text("id"),
        time: data.text("time"),
    }
}

/// Whether the baseline's predictions have a file of their own.
pub(crate) fn has_own_file(root: &Node<'_>) -> bool {
    root.section("baseline").has("predictions")
}

/// Every column that has a role, with the role's name and place.
pub(crate) fn named_roles(root: &Node<'_>) -> Vec<(&'static str, ConfigPath, String)> {
    let data = root.section("data");
    let split = data.section("split");
    let own: &[&str] = if has_own_file(root) { &[] } else { &["baseline_prediction", "baseline_score"] };
    let names = ["label", "prediction", "score", "score_alone", "id", "query", "weight", "time"].iter().chain(own);
    let roles = names.map(|role| (*role, data.at(role), data.text(role)));
    let all = roles.chain([("split", split.at("column"), split.text("column"))]);
    all.filter_map(|(role, path, column)| Some((role, path, column?))).collect()
}

/// How rows are read: columns whose values are names are never taken for numbers.
pub(crate) fn read_settings(root: &Node<'_>, axes: &[CountAxis]) -> ReadSettings {
    let data = root.section("data");
    // The labels and predictions of a regression are numbers.
    let as_text: &[&str] = match crate::task::kind(root) {
        TaskKind::Regression => &["id", "split"],
        TaskKind::Ranking => &["query"],
        _ => &["label", "prediction", "id", "split"],
    };
    let named = named_roles(root).into_iter().filter(|(role, ..)| as_text.contains(role)).map(|(_, _, column)| column);
    let roles = named.chain(data.text("baseline_prediction"));
    let cut = axes.iter().filter(|axis| axis.axis.kind == AxisKind::Categorical).map(|axis| axis.column.clone());
    // An empty cell of label sets is the empty set.
    let sets = ["label", "prediction"].into_iter().filter(|_| crate::task::kind(root) == TaskKind::Multilabel);
    ReadSettings {
        missing_values: data.scalars("missing_values"),
        text_columns: roles.chain(cut).collect::<BTreeSet<_>>(),
        max_unpacked: data.whole::<u64>("max_unpacked_mib") << 20,
        private_columns: private_columns(&data),
        set_columns: sets.filter_map(|role| Some((data.text(role)?, data.text("separator")?))).collect(),
    }
}

/// The columns that name rows or people, or are declared to say something about people: messages tell nothing of their cells.
fn private_columns(data: &Node<'_>) -> BTreeSet<String> {
    let single = ["id", "query", "entity"].into_iter().filter_map(|key| data.text(key));
    let listed = ["personal", "sensitive", "quasi_identifiers"].into_iter().flat_map(|key| data.texts(key));
    let of_attributes = data.section("attributes").text("id").filter(|_| data.has("attributes"));
    single.chain(listed.map(|(_, column)| column)).chain(of_attributes).collect()
}

/// Finds columns with two roles, and a positive label that would be read as missing.
pub(crate) fn check(root: &Node<'_>, mistakes: &mut Mistakes<'_>) {
    let data = root.section("data");
    let mut taken: BTreeMap<String, &str> = BTreeMap::new();
    for (role, path, column) in named_roles(root) {
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

/// Finds slices by columns that are declared to hold personal data: every document would name their values.
pub(crate) fn check_slices(slices: &[(ConfigPath, String)], root: &Node<'_>, mistakes: &mut Mistakes<'_>) {
    let personal = root.section("data").texts("personal");
    for (path, column) in slices.iter().filter(|(_, column)| personal.iter().any(|(_, name)| name == column)) {
        let message = format!("{} is one of `data.personal` and cannot cut rows into slices", shown(column));
        let error = ConfigError::new("personal-slices", message).label("every document would name its values");
        mistakes.at_value(path, error.help("cut by a column whose values stand for groups, or take it out of `data.personal`"));
    }
}

/// Finds features that give the answer away: the label, the split column, the id.
pub(crate) fn check_features(features: &[(ConfigPath, String)], root: &Node<'_>, mistakes: &mut Mistakes<'_>) {
    const NO_FEATURES: [&str; 5] = ["label", "id", "split", "baseline_prediction", "baseline_score"];
    let roles = named_roles(root);
    let annotators = root.section("data").texts("annotators");
    for (path, column) in features.iter().filter(|(_, column)| annotators.iter().any(|(_, name)| name == column)) {
        let message = format!("{} is one of `data.annotators` and cannot be a feature", shown(column));
        let error = ConfigError::new("role-as-feature", message).label("the model would learn the answer from the answer");
        mistakes.at_value(path, error.help("take it out of `features`"));
    }
    for (path, column) in features {
        let role = roles.iter().find(|(role, _, name)| name == column && NO_FEATURES.contains(role));
        if let Some((role, ..)) = role {
            let why = match *role {
                "label" => "the model would learn the answer from the answer",
                "id" => "the model would learn rows by heart",
                "baseline_prediction" | "baseline_score" => "the model would learn to repeat the previous one",
                _ => "the column only tells training rows from others",
            };
            let message = format!("{} is the {role} column and cannot be a feature", shown(column));
            let error = ConfigError::new("role-as-feature", message).label(why);
            mistakes.at_value(path, error.help("take it out of `features`"));
        }
    }
}

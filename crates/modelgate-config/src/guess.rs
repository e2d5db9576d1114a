//! Takes columns of usual names for roles that no key declares, and tells which and why.

use std::path::Path;

use modelgate_cube::TaskKind;
use modelgate_data::sensitive_as;
use serde_yaml::{Mapping, Value};

use crate::columns::ColumnsOf;
use crate::config::located;
use crate::errors::{ConfigError, listed, shown};
use crate::keys::ROOT;
use crate::locate::{ConfigPath, Locations};
use crate::mistakes::Mistakes;
use crate::node::Node;
use crate::settings::{Guess, PARTS, SensitiveColumn};
use crate::{rows, task};

/// The usual names of the columns of a role, in lower case.
const ALIASES: [(&str, &[&str]); 7] = [
    ("label", &["y_true", "label", "target", "targets", "actual", "actuals", "ground_truth", "label_value"]),
    ("prediction", &["y_pred", "prediction", "predictions", "predicted", "predicted_label"]),
    ("score", &["y_pred_proba", "y_score", "score", "proba", "prob_1"]),
    ("id", &["id", "identifier", "entity_id"]),
    ("weight", &["sample_weight"]),
    ("time", &["timestamp", "ts", "event_time"]),
    ("split", &["split"]),
];

/// The classes that are positive where nothing says it.
const POSITIVE: [&str; 2] = ["1", "true"];

/// What the columns of the evaluated rows suggest.
#[derive(Default)]
pub(crate) struct Guessed {
    pub(crate) guesses: Vec<Guess>,
    pub(crate) sensitive: Vec<SensitiveColumn>,
}

/// Writes the columns of usual names into the value, as if they had been declared. Two columns that a role could be are a
/// mistake, and nothing is guessed where the rows do not exist before the run.
pub(crate) fn fill(
    value: &mut Value,
    locations: &Locations,
    directory: &Path,
    columns_of: ColumnsOf<'_>,
    mistakes: &mut Mistakes<'_>,
) -> Guessed {
    let root = Node::new(value, &ROOT, locations, ConfigPath::default());
    let Some(columns) = evaluated_columns(&root, directory, columns_of) else { return Guessed::default() };
    let taken = taken(&root);
    let free: Vec<&String> = columns.iter().filter(|column| !taken.contains(column)).collect();
    let data = root.section("data");
    let mut guesses = Vec::new();
    let guess = |role: &'static str, column: &str| Guess { key: format!("data.{role}"), role, column: column.to_owned() };
    for role in wanted(&root) {
        let aliases = aliases(role, &data);
        let is_usual = |column: &&&String| aliases.contains(&column.to_lowercase());
        let candidates: Vec<&str> = free.iter().filter(is_usual).map(|column| column.as_str()).collect();
        match candidates.as_slice() {
            [] => {}
            [column] => guesses.push(guess(role, column)),
            [first, ..] => {
                let all: Vec<Guess> = candidates.iter().map(|column| guess(role, column)).collect();
                ambiguous(&all, &data.path, mistakes);
                // So that nothing else is said about its absence.
                guesses.push(guess(role, first));
            }
        }
    }
    let slices: Vec<String> = taken;
    let sensitive = columns.iter().filter_map(|column| {
        let ground = sensitive_as(column)?;
        let is_used = slices.contains(column) || guesses.iter().any(|guess| guess.column == *column);
        Some(SensitiveColumn { column: column.clone(), ground, is_used })
    });
    let sensitive = sensitive.collect();
    write(value, &guesses);
    Guessed { guesses, sensitive }
}

/// The columns of the rows to evaluate, where these are known before the run.
fn evaluated_columns(root: &Node<'_>, directory: &Path, columns_of: ColumnsOf<'_>) -> Option<Vec<String>> {
    let (model, data) = (root.section("model"), root.section("data"));
    if model.has("command") {
        return None;
    }
    let written = if model.has("train") { data.text("path") } else { model.text("predictions") };
    columns_of(&located(directory, &written?)).ok()
}

/// The roles that no key declares and that mean something for the task. Who declares either a prediction or a score has said
/// what is judged.
fn wanted(root: &Node<'_>) -> Vec<&'static str> {
    let (data, kind) = (root.section("data"), task::kind(root));
    let is_trained = root.section("model").has("train");
    let has_outcome = ["prediction", "score", "probabilities"].iter().any(|key| data.has(key));
    let is_wanted = |role: &str| match role {
        "label" => kind != TaskKind::Clustering,
        "prediction" => !is_trained && !has_outcome,
        "score" => !is_trained && !has_outcome && kind == TaskKind::Binary,
        "id" | "weight" => kind != TaskKind::Ranking,
        "split" => is_trained && !data.has("train_path"),
        _ => true,
    };
    ALIASES.iter().map(|(role, _)| *role).filter(|role| !data.has(role) && is_wanted(role)).collect()
}

fn aliases(role: &str, data: &Node<'_>) -> Vec<String> {
    let usual = ALIASES.iter().find(|(known, _)| *known == role).map_or(&[][..], |(_, names)| names);
    let positive = data.scalar("positive_label").map_or_else(|| POSITIVE.map(str::to_owned).to_vec(), |class| vec![class]);
    let of_class = positive.iter().map(|class| format!("p_{}", class.to_lowercase())).filter(|_| role == "score");
    usual.iter().map(|name| (*name).to_owned()).chain(of_class).collect()
}

/// The columns that the settings name: they have a meaning already.
fn taken(root: &Node<'_>) -> Vec<String> {
    let roles = rows::named_roles(root).into_iter().map(|(_, _, column)| column);
    let others = task::columns(root).into_iter().map(|(_, column)| column);
    let train = root.section("model").section("train");
    let learned = train.texts("features").into_iter().map(|(_, column)| column).chain(train.text("weight"));
    let evaluation = root.section("evaluation");
    let plain = evaluation.texts("slices").into_iter().map(|(_, column)| column);
    let with_bins = evaluation.sections("slices").into_iter().filter_map(|slice| slice.text("column"));
    roles.chain(others).chain(learned).chain(plain).chain(with_bins).collect()
}

fn ambiguous(guesses: &[Guess], path: &ConfigPath, mistakes: &mut Mistakes<'_>) {
    let Some(Guess { key, .. }) = guesses.first() else { return };
    let columns = guesses.iter().map(|guess| guess.column.as_str());
    let message = format!("`{key}` is not written, and {} could be it", listed(columns, 10));
    let choices: Vec<String> = guesses.iter().map(|guess| shown(&guess.declaration())).collect();
    let error = ConfigError::new("ambiguous-column", message);
    mistakes.at_value(path, error.help(format!("write {} under `data`", choices.join(" or "))));
}

fn write(value: &mut Value, guesses: &[Guess]) {
    let Some(root) = value.as_mapping_mut() else { return };
    if !guesses.is_empty() && !root.contains_key("data") {
        root.insert("data".into(), Value::Mapping(Mapping::new()));
    }
    let Some(data) = root.get_mut("data").and_then(Value::as_mapping_mut) else { return };
    for guess in guesses {
        let column = Value::from(guess.column.clone());
        let [train, test] = PARTS.map(Value::from);
        let value = match guess.role {
            "split" => {
                Value::Mapping(Mapping::from_iter([("column".into(), column), ("train".into(), train), ("test".into(), test)]))
            }
            _ => column,
        };
        data.insert(guess.role.into(), value);
    }
}

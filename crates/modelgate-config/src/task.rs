//! Reads which task the model does, and what that asks of the keys in `data`.

use modelgate_cube::TaskKind;
use modelgate_data::TaskColumns;

use crate::errors::{ConfigError, shown};
use crate::locate::ConfigPath;
use crate::mistakes::Mistakes;
use crate::node::Node;

/// The kind of task; a binary classification where none is written.
pub(crate) fn kind(root: &Node<'_>) -> TaskKind {
    root.section("model").text("task").and_then(|id| TaskKind::parse(&id)).unwrap_or_default()
}

/// The columns of a task that is no binary classification; `None` for one that is.
pub(crate) fn read(root: &Node<'_>, mistakes: &mut Mistakes<'_>) -> Option<TaskColumns> {
    let (data, kind) = (root.section("data"), kind(root));
    check_foreign(root, kind, mistakes);
    if kind != TaskKind::Clustering && !data.has("label") {
        let error = ConfigError::new("missing-key", "`label` is missing");
        mistakes.at_value(&data.path, error.help("add `label`: the column with the truth"));
    }
    match kind {
        TaskKind::Binary => None,
        TaskKind::Multiclass => Some(multiclass(&data, mistakes)),
        TaskKind::Multilabel => {
            need_prediction(&data, kind, mistakes);
            let classes = data.has("classes").then(|| data.scalars("classes"));
            let separator = data.text("separator").unwrap_or_default();
            for label in classes.iter().flatten().filter(|label| label.contains(&separator)) {
                let message = format!("the label {} holds {}, which stands between labels", shown(label), shown(&separator));
                let error = ConfigError::new("label-with-separator", message);
                mistakes.at_value(&data.at("classes"), error.help("name another `separator`, or other labels"));
            }
            Some(TaskColumns::Multilabel { classes, separator })
        }
        TaskKind::Regression => {
            need_prediction(&data, kind, mistakes);
            Some(TaskColumns::Regression)
        }
        TaskKind::Clustering => {
            need_prediction(&data, kind, mistakes);
            let features: Vec<String> = data.texts("features").into_iter().map(|(_, column)| column).collect();
            if features.is_empty() && !data.has("label") {
                let error = ConfigError::new("missing-key", "clusters can be judged by neither labels nor features");
                mistakes.at_value(&data.path, error.help("add `label`: the column with true classes; or `features`"));
            }
            Some(TaskColumns::Clustering { features, labeled: data.has("label") })
        }
        TaskKind::Ranking => {
            need_prediction(&data, kind, mistakes);
            if !data.has("query") {
                let error = ConfigError::new("missing-key", "a ranking task needs `data.query`");
                mistakes.at_value(&data.path, error.help("add `query`: the column that names the query of a row"));
            }
            let cutoff = root.section("evaluation").whole("cutoff");
            Some(TaskColumns::Ranking { query: data.text("query").unwrap_or_default(), cutoff })
        }
    }
}

/// The columns besides those of roles, with their places.
pub(crate) fn columns(root: &Node<'_>) -> Vec<(ConfigPath, String)> {
    let data = root.section("data");
    let probabilities = data.sections("probabilities").into_iter();
    let named = probabilities.filter_map(|node| Some((node.at("column"), node.text("column")?)));
    named.chain(data.texts("features")).collect()
}

/// Whether rows have a probability for each class.
pub(crate) fn has_probabilities(root: &Node<'_>) -> bool {
    root.section("data").has("probabilities")
}

fn multiclass(data: &Node<'_>, mistakes: &mut Mistakes<'_>) -> TaskColumns {
    if !data.has("prediction") && !data.has("probabilities") {
        let error = ConfigError::new("missing-key", "a multiclass task needs `data.prediction` or `data.probabilities`");
        let help = "add `prediction`: the column with predicted classes; or `probabilities`: the column of each class";
        mistakes.at_value(&data.path, error.help(help));
    }
    let classes = data.has("classes").then(|| data.scalars("classes"));
    let mut probabilities: Vec<(String, String)> = Vec::new();
    for node in data.sections("probabilities") {
        let (Some(class), Some(column)) = (node.scalar("class"), node.text("column")) else { continue };
        if probabilities.iter().any(|(known, _)| *known == class) {
            let error = ConfigError::new("duplicate-class", format!("the class {} stands twice", shown(&class)));
            mistakes.at_value(&node.at("class"), error.help("name each class once"));
        }
        if probabilities.iter().any(|(_, known)| *known == column) {
            let message = format!("{} holds the probability of two classes", shown(&column));
            mistakes.at_value(&node.at("column"), ConfigError::new("column-used-twice", message).help("name a column a class"));
        }
        if classes.as_ref().is_some_and(|classes| !classes.contains(&class)) {
            let error = ConfigError::new("unknown-class", format!("`data.classes` has no class {}", shown(&class)));
            mistakes.at_value(&node.at("class"), error.help("add it to `classes`, or delete it here"));
        }
        probabilities.push((class, column));
    }
    for class in classes.iter().flatten().filter(|_| !probabilities.is_empty()) {
        if probabilities.iter().all(|(known, _)| known != class) {
            let error = ConfigError::new("unknown-class", format!("the class {} has no probability", shown(class)));
            mistakes.at_value(&data.at("probabilities"), error.help("name the column with its probability"));
        }
    }
    TaskColumns::Multiclass { classes, probabilities }
}

fn need_prediction(data: &Node<'_>, kind: TaskKind, mistakes: &mut Mistakes<'_>) {
    if !data.has("prediction") {
        let what = match kind {
            TaskKind::Regression => "numbers",
            TaskKind::Multilabel => "label sets",
            TaskKind::Ranking => "scores, the highest first",
            _ => "clusters",
        };
        let error = ConfigError::new("missing-key", format!("a {kind} task needs `data.prediction`"));
        mistakes.at_value(&data.path, error.help(format!("add `prediction`: the column with predicted {what}")));
    }
}

/// The tasks that count rows.
const OF_ROWS: &[TaskKind] =
    &[TaskKind::Binary, TaskKind::Multiclass, TaskKind::Multilabel, TaskKind::Regression, TaskKind::Clustering];

/// Keys that mean something for other tasks only.
fn check_foreign(root: &Node<'_>, kind: TaskKind, mistakes: &mut Mistakes<'_>) {
    let keys: [(&str, &str, &[TaskKind]); 14] = [
        ("model", "train", &[TaskKind::Binary]),
        ("data", "positive_label", &[TaskKind::Binary]),
        ("data", "score", &[TaskKind::Binary]),
        ("data", "baseline_prediction", &[TaskKind::Binary]),
        ("baseline", "predictions", &[TaskKind::Binary]),
        ("evaluation", "decision_threshold", &[TaskKind::Binary]),
        ("data", "classes", &[TaskKind::Multiclass, TaskKind::Multilabel]),
        ("data", "separator", &[TaskKind::Multilabel]),
        ("data", "probabilities", &[TaskKind::Multiclass]),
        ("data", "features", &[TaskKind::Clustering]),
        ("data", "query", &[TaskKind::Ranking]),
        ("evaluation", "cutoff", &[TaskKind::Ranking]),
        // Queries are what is counted: they have names, and count once each.
        ("data", "id", OF_ROWS),
        ("data", "weight", OF_ROWS),
    ];
    for (section, key, tasks) in keys {
        let node = root.section(section);
        if node.has(key) && !tasks.contains(&kind) {
            let message = format!("`{section}.{key}` means nothing for a {kind} task");
            let error = ConfigError::new("key-of-another-task", message);
            let help = tasks.first().map(|task| format!("delete it, or write `task: {task}` under `model`"));
            mistakes.at_key(&node.at(key), error.helps(help));
        }
    }
}

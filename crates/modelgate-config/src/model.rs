//! Reads where predictions come from, and what that asks of the keys in `data`.

use std::path::{Path, PathBuf};
use std::time::Duration;

use modelgate_cube::TaskKind;
use modelgate_model::{CommandSettings, Estimator, Hyperparameters, Learning};

use crate::config::located;
use crate::errors::{ConfigError, listed, shown};
use crate::mistakes::Mistakes;
use crate::node::Node;
use crate::settings::{ModelSource, TrainRows};
use crate::task;

/// Reads `model` and the files in `data`. `None` where it is not clear which source is meant.
pub(crate) fn read(root: &Node<'_>, directory: &Path, mistakes: &mut Mistakes<'_>) -> Option<ModelSource> {
    let model = root.section("model");
    let data = root.section("data");
    match (model.has("train"), model.has("predictions"), model.has("command")) {
        (true, false, false) => Some(train(&model, &data, directory, mistakes)),
        (false, true, false) => {
            check_foreign(&data, "model.predictions", task::kind(root), mistakes);
            Some(ModelSource::Predictions { path: located(directory, &model.text("predictions").unwrap_or_default()) })
        }
        (false, false, true) => {
            check_foreign(&data, "model.command", task::kind(root), mistakes);
            Some(ModelSource::Command(command(&model.section("command"), directory)))
        }
        _ => None,
    }
}

fn train(model: &Node<'_>, data: &Node<'_>, directory: &Path, mistakes: &mut Mistakes<'_>) -> ModelSource {
    check_trained(data, mistakes);
    let train = model.section("train");
    let split = data.section("split");
    let rows = if data.has("split") {
        TrainRows::Split {
            column: split.text("column").unwrap_or_default(),
            train: split.scalar("train").unwrap_or_default(),
            test: split.scalar("test").unwrap_or_default(),
        }
    } else {
        TrainRows::File(located(directory, &data.text("train_path").unwrap_or_default()))
    };
    ModelSource::Train {
        learning: learning(&train, mistakes),
        rows,
        evaluate: located(directory, &data.text("path").unwrap_or_default()),
    }
}

/// What is learned, and how. What the estimator does not know is a mistake: it would be without effect.
fn learning(train: &Node<'_>, mistakes: &mut Mistakes<'_>) -> Learning {
    let written = train.text("estimator").and_then(|id| Estimator::parse(&id));
    let estimator = written.unwrap_or(Estimator::LogisticRegression);
    if written.is_some() {
        check_keys(train, estimator, mistakes);
        check_above_0(train, mistakes);
        check_repeats(train, mistakes);
        check_directions(train, mistakes);
    }
    let usual = estimator.defaults();
    let columns = |name: &str| train.texts(name).into_iter().map(|(_, column)| column).collect();
    Learning {
        estimator,
        hyperparameters: Hyperparameters {
            l2_penalty: train.number("l2_penalty").unwrap_or_default(),
            max_iterations: train.whole("max_iterations"),
            trees: train.whole("trees"),
            learning_rate: train.number("learning_rate").unwrap_or_default(),
            max_depth: if train.has("max_depth") { train.whole("max_depth") } else { usual.max_depth },
            max_leaves: if train.has("max_leaves") { Some(train.whole("max_leaves")) } else { usual.max_leaves },
            min_leaf_weight: train.number("min_leaf_weight").unwrap_or(usual.min_leaf_weight),
            features_per_split: train.has("features_per_split").then(|| train.whole("features_per_split")),
        },
        rising: columns("rising"),
        falling: columns("falling"),
        weight: train.text("weight"),
        seed: train.whole("seed"),
        repeats: train.whole("repeats"),
        time_limit: Duration::from_secs(train.whole("time_limit_seconds")),
    }
}

fn check_keys(train: &Node<'_>, estimator: Estimator, mistakes: &mut Mistakes<'_>) {
    let known: Vec<&str> = estimator.hyperparameters().iter().map(|one| one.key).collect();
    for key in Estimator::all_keys().into_iter().filter(|key| train.has(key) && !known.contains(key)) {
        let error = ConfigError::new("unused-setting", format!("`{key}` has no effect with `{estimator}`"));
        let others: Vec<&str> = Estimator::ALL
            .into_iter()
            .filter(|other| other.hyperparameters().iter().any(|one| one.key == key))
            .map(Estimator::id)
            .collect();
        let error = error.note(format!("it belongs to {}", listed(others.into_iter(), 10)));
        mistakes.at_key(&train.at(key), error.help(format!("delete it; `modelgate explain {estimator}` shows what can be set")));
    }
}

/// Two models say next to nothing about how much models differ.
fn check_repeats(train: &Node<'_>, mistakes: &mut Mistakes<'_>) {
    if train.has("repeats") && train.whole::<u32>("repeats") == 2 {
        let error = ConfigError::new("out-of-range", "`repeats` must be 1 or at least 3");
        mistakes.at_value(&train.at("repeats"), error.help("write 3 or more; two models say too little about their spread"));
    }
}

/// Numbers that may come close to 0 but not be it.
fn check_above_0(train: &Node<'_>, mistakes: &mut Mistakes<'_>) {
    for key in ["learning_rate", "min_leaf_weight"] {
        if train.has(key) && train.number(key).is_some_and(|number| number <= 0.0) {
            let error = ConfigError::new("out-of-range", format!("`{key}` must be above 0"));
            mistakes.at_value(&train.at(key), error.help("delete the key to take what is usual"));
        }
    }
}

/// A column has one direction, and only if it is a feature.
fn check_directions(train: &Node<'_>, mistakes: &mut Mistakes<'_>) {
    let falling: Vec<String> = train.texts("falling").into_iter().map(|(_, column)| column).collect();
    for (path, column) in train.texts("rising").iter().filter(|(_, column)| falling.contains(column)) {
        let error = ConfigError::new("column-used-twice", format!("{} is both `rising` and `falling`", shown(column)));
        mistakes.at_value(path, error.help("take it out of one of them"));
    }
    let features: Vec<String> = train.texts("features").into_iter().map(|(_, column)| column).collect();
    let directed = ["rising", "falling"].into_iter().flat_map(|key| train.texts(key));
    for (path, column) in directed.filter(|(_, column)| train.has("features") && !features.contains(column)) {
        let error = ConfigError::new("not-a-feature", format!("{} has a direction but is not among `features`", shown(&column)));
        mistakes.at_value(&path, error.help("add it to `features`, or take it out here"));
    }
}

fn command(command: &Node<'_>, directory: &Path) -> CommandSettings {
    let mut words = command.scalars("run").into_iter();
    CommandSettings {
        program: words.next().unwrap_or_default(),
        arguments: words.collect(),
        // A process needs a folder that it can be started in; the empty path is none.
        directory: if directory.as_os_str().is_empty() { PathBuf::from(".") } else { directory.to_owned() },
        writes: PathBuf::from(command.text("writes").unwrap_or_default()),
        time_limit: Duration::from_secs(command.whole("time_limit_seconds")),
    }
}

/// What `model.train` asks of `data`.
fn check_trained(data: &Node<'_>, mistakes: &mut Mistakes<'_>) {
    for name in ["prediction", "score", "score_alone"] {
        forbid(data, name, "model.train", "delete it: the trained model gives the scores", mistakes);
    }
    if !data.has("path") {
        let error = ConfigError::new("missing-key", "`model.train` needs `data.path`");
        mistakes.at_value(&data.path, error.help("add `path`: the file with the rows to evaluate"));
    }
    if !data.has("train_path") && !data.has("split") {
        let error = ConfigError::new("missing-key", "`model.train` needs `data.train_path` or `data.split`");
        let help = "add `train_path`: the file to learn from; or `split`: the column that tells training rows from others";
        mistakes.at_value(&data.path, error.help(help));
    }
    check_apart(data, mistakes);
}

/// A model that is judged on the rows it has learned from looks better than it is.
fn check_apart(data: &Node<'_>, mistakes: &mut Mistakes<'_>) {
    let same = |a: Option<String>, b: Option<String>| a.is_some() && a == b;
    if same(data.text("path"), data.text("train_path")) {
        let error = ConfigError::new("same-rows", "the model would be evaluated on the rows that it is trained on");
        let help = "name another file, or use `split` with the column that tells the rows apart";
        mistakes.at_value(&data.at("train_path"), error.label("the same file as `path`").help(help));
    }
    let split = data.section("split");
    if same(split.scalar("train"), split.scalar("test")) {
        let error = ConfigError::new("same-rows", "the model would be evaluated on the rows that it is trained on");
        mistakes.at_value(&split.at("test"), error.label("the same value as `train`"));
    }
}

/// What a source that brings its own rows asks of `data`.
fn check_foreign(data: &Node<'_>, source: &str, task: TaskKind, mistakes: &mut Mistakes<'_>) {
    for name in ["path", "split"] {
        forbid(data, name, source, "delete it: the predictions file holds the rows", mistakes);
    }
    // What other tasks need is said where they are read.
    if task == TaskKind::Binary && !data.has("prediction") && !data.has("score") {
        let error = ConfigError::new("missing-key", format!("`{source}` needs `data.prediction` or `data.score`"));
        let help = "add `score`: the column with predicted probabilities; or `prediction`: the column with predicted classes";
        mistakes.at_value(&data.path, error.help(help));
    }
}

fn forbid(data: &Node<'_>, name: &str, source: &str, help: &str, mistakes: &mut Mistakes<'_>) {
    if data.has(name) {
        let error = ConfigError::new("contradictory-keys", format!("`data.{name}` and `{source}` contradict each other"));
        mistakes.at_key(&data.at(name), error.help(help));
    }
}

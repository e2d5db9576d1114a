//! Reads where predictions come from, and what that asks of the keys in `data`.

use std::path::{Path, PathBuf};
use std::time::Duration;

use modelgate_model::{CommandSettings, Estimator};

use crate::errors::ConfigError;
use crate::mistakes::Mistakes;
use crate::node::Node;
use crate::settings::{ModelSource, TrainRows};

/// Reads `model` and the files in `data`. `None` where it is not clear which source is meant.
pub(crate) fn read(root: &Node<'_>, directory: &Path, mistakes: &mut Mistakes<'_>) -> Option<ModelSource> {
    let model = root.section("model");
    let data = root.section("data");
    match (model.has("train"), model.has("predictions"), model.has("command")) {
        (true, false, false) => Some(train(&model, &data, directory, mistakes)),
        (false, true, false) => {
            check_foreign(&data, "model.predictions", mistakes);
            Some(ModelSource::Predictions { path: directory.join(model.text("predictions").unwrap_or_default()) })
        }
        (false, false, true) => {
            check_foreign(&data, "model.command", mistakes);
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
        TrainRows::File(directory.join(data.text("train_path").unwrap_or_default()))
    };
    ModelSource::Train {
        estimator: train.text("estimator").and_then(|id| Estimator::parse(&id)).unwrap_or(Estimator::LogisticRegression),
        l2_penalty: train.number("l2_penalty").unwrap_or_default(),
        max_iterations: train.whole("max_iterations"),
        rows,
        evaluate: directory.join(data.text("path").unwrap_or_default()),
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
    for name in ["prediction", "score"] {
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
fn check_foreign(data: &Node<'_>, source: &str, mistakes: &mut Mistakes<'_>) {
    for name in ["path", "train_path", "split"] {
        forbid(data, name, source, "delete it: the predictions file holds the rows", mistakes);
    }
    if !data.has("prediction") && !data.has("score") {
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

//! Reads where the previous model's predictions of the same rows are, if the baseline is these.

use std::path::Path;

use crate::config::located;
use crate::errors::ConfigError;
use crate::mistakes::Mistakes;
use crate::node::Node;
use crate::rows::has_own_file;
use crate::settings::BesideSettings;

/// The keys of the baseline's columns, with those that stand in for them in a file of its own.
const COLUMNS: [(&str, &str); 2] = [("baseline_prediction", "prediction"), ("baseline_score", "score")];

/// The baseline's predictions; `None` where it is something else.
pub(crate) fn read(root: &Node<'_>, directory: &Path, mistakes: &mut Mistakes<'_>) -> Option<BesideSettings> {
    let (data, baseline) = (root.section("data"), root.section("baseline"));
    if has_own_file(root) {
        check_own_file(&data, &baseline, mistakes);
        let [prediction, score] = COLUMNS.map(|(own, other)| data.text(own).or_else(|| data.text(other)));
        let path = baseline.text("predictions").map(|path| located(directory, &path));
        return Some(BesideSettings { path, prediction, score });
    }
    let [prediction, score] = COLUMNS.map(|(own, _)| data.text(own));
    if prediction.is_none() && score.is_none() {
        return None;
    }
    check_no_release(&data, &baseline, mistakes);
    Some(BesideSettings { path: None, prediction, score })
}

/// Rows of two files are found by their ids; a model that is trained here has no columns to take the names of.
fn check_own_file(data: &Node<'_>, baseline: &Node<'_>, mistakes: &mut Mistakes<'_>) {
    let at = baseline.at("predictions");
    if !data.has("id") {
        let error =
            ConfigError::new("predictions-need-id", "`baseline.predictions` is joined to the rows by `data.id`, which is absent");
        mistakes.at_key(&at, error.help("name in `data.id` the column that names a row in both files"));
    }
    if COLUMNS.iter().all(|(own, other)| !data.has(own) && !data.has(other)) {
        let error =
            ConfigError::new("missing-key", "it is not said which column of `baseline.predictions` holds the predictions");
        mistakes.at_key(&at, error.help("write `data.baseline_score` or `data.baseline_prediction`"));
    }
}

/// A baseline is one thing.
fn check_no_release(data: &Node<'_>, baseline: &Node<'_>, mistakes: &mut Mistakes<'_>) {
    let Some(column) = COLUMNS.iter().map(|(own, _)| *own).find(|own| data.has(own)) else { return };
    for name in ["release", "path"].into_iter().filter(|name| baseline.has(name)) {
        let message = format!("`baseline.{name}` and `data.{column}` contradict each other");
        let error = ConfigError::new("contradictory-keys", message).note("a run has one baseline");
        mistakes.at_key(&baseline.at(name), error.help("delete one of them; a stored release can be the `anchor`"));
    }
}

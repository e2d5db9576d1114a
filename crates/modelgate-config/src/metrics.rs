//! Reads which metrics are measured, and whether a metric fits the data and the slices.

use modelgate_cube::TaskKind;
use modelgate_eval::{MetricId, MetricKind, Requirement};
use modelgate_policy::Gate;

use crate::axes::Axes;
use crate::errors::{ConfigError, listed};
use crate::locate::ConfigPath;
use crate::mistakes::Mistakes;
use crate::node::Node;

/// What decides which metrics can be measured.
pub(crate) struct Measurable {
    /// The ways of cutting rows.
    pub(crate) axes: Axes,
    /// Whether there are scores, or it is not known.
    pub(crate) scores: bool,
    /// What the model answers.
    pub(crate) task: TaskKind,
    /// What is declared that some metrics cannot do without.
    pub(crate) requirements: Vec<Requirement>,
    /// The metrics that `evaluation.metrics` lists, with their places; `None` where it is absent.
    pub(crate) chosen: Option<Vec<(ConfigPath, MetricId)>>,
}

impl Measurable {
    pub(crate) fn new(evaluation: &Node<'_>, axes: Axes, scores: bool, requirements: Vec<Requirement>, task: TaskKind) -> Self {
        let known = |(path, id): (ConfigPath, String)| Some((path, MetricId::parse(&id)?));
        let chosen = || evaluation.texts("metrics").into_iter().filter_map(known).collect();
        Self { axes, scores, requirements, task, chosen: evaluation.has("metrics").then(chosen) }
    }

    /// The metrics to measure: those that are listed, or the default ones that fit and those with a gate.
    pub(crate) fn metrics(&self, gated: &[Gate]) -> Vec<MetricId> {
        if let Some(chosen) = &self.chosen {
            return chosen.iter().map(|(_, metric)| *metric).collect();
        }
        let wanted = |metric: &MetricId| metric.metric().is_default(self.task) || gated.iter().any(|gate| gate.metric == *metric);
        MetricId::all().filter(|metric| wanted(metric) && self.obstacle(*metric).is_none()).collect()
    }

    /// Finds listed metrics that do not fit.
    pub(crate) fn check_chosen(&self, mistakes: &mut Mistakes<'_>) {
        for (path, metric) in self.chosen.iter().flatten() {
            if let Some(obstacle) = self.obstacle(*metric) {
                mistakes.at_value(path, obstacle);
            }
        }
    }

    /// Finds what keeps a gated metric from being measured; returns whether the data allow it.
    pub(crate) fn check_gated(&self, metric: MetricId, path: &ConfigPath, mistakes: &mut Mistakes<'_>) -> bool {
        if let Some(obstacle) = self.obstacle(metric) {
            mistakes.at_value(path, obstacle);
            return false;
        }
        if self.chosen.as_ref().is_some_and(|chosen| chosen.iter().all(|(_, listed)| *listed != metric)) {
            let listed_ids = listed(self.chosen.iter().flatten().map(|(_, metric)| metric.as_str()), 20);
            let error = ConfigError::new("metric-left-out", format!("`{metric}` has a gate but is not measured"));
            let error = error.note(format!("`evaluation.metrics` lists {listed_ids}"));
            mistakes.at_value(path, error.help(format!("add `{metric}` to `evaluation.metrics`, or delete that key")));
        }
        true
    }

    /// Why a metric cannot be measured here.
    fn obstacle(&self, metric: MetricId) -> Option<ConfigError> {
        if !metric.metric().suits(self.task) {
            let tasks: Vec<&str> = metric.metric().tasks().map(TaskKind::id).collect();
            let error = ConfigError::new("metric-of-another-task", format!("`{metric}` is not defined for a {} task", self.task));
            let error = error.note(format!("it is defined for {}", tasks.join(" and ")));
            return Some(error.help("choose another metric; `modelgate list metrics` names the tasks of each"));
        }
        if metric.metric().needs_scores && !self.scores && self.task == TaskKind::Multiclass {
            let message = format!("`{metric}` needs probabilities, and `data.probabilities` is absent");
            let error = ConfigError::new("metric-needs-scores", message);
            return Some(error.help("give `data.probabilities`, or choose a metric of predictions, such as `accuracy`"));
        }
        if metric.metric().needs_scores && !self.scores {
            let error = ConfigError::new("metric-needs-scores", format!("`{metric}` needs scores, and `data.score` is absent"));
            return Some(error.help("give `data.score`, or choose a metric of predictions, such as `accuracy`"));
        }
        if let Some(requirement) = metric.metric().requires.filter(|requirement| !self.requirements.contains(requirement)) {
            let error = ConfigError::new("metric-needs-declaration", format!("`{metric}` needs {}", requirement.describe()));
            return Some(error.help("declare it, or choose another metric"));
        }
        if metric.metric().kind != MetricKind::Slice && self.axes.none() {
            let error = ConfigError::new("metric-needs-slices", format!("`{metric}` compares slices, and there are none"));
            let help = if self.axes.depth == 0 {
                "set `intersection_depth: 1`"
            } else {
                "name the columns to cut rows by in `evaluation.slices`"
            };
            return Some(error.help(help));
        }
        None
    }
}

//! Reads gates and waivers that hold one group against another.

use modelgate_cube::Slice;
use modelgate_eval::{MetricId, MetricKind, Subject};
use modelgate_policy::{Bound, Target};

use crate::axes::Axes;
use crate::errors::{ConfigError, shown};
use crate::locate::ConfigPath;
use crate::mistakes::Mistakes;
use crate::node::Node;

/// What stands between a group and its reference.
const AGAINST: &str = " against ";

/// The subjects of a gate with `contrast`.
pub(crate) fn target(node: &Node<'_>, metric: MetricId, bounds: &[Bound], axes: &Axes, mistakes: &mut Mistakes<'_>) -> Target {
    check_metric(node, metric, mistakes);
    for name in bounds.iter().filter_map(absolute) {
        let message = format!("`{name}` is no limit for how much more one group lost than another");
        let error = ConfigError::new("contrast-needs-regression", message);
        mistakes.at_key(&node.at(name), error.help("write `max_regression`, and this limit at a gate of its own"));
    }
    let contrast = node.section("contrast");
    let path = contrast.at("reference");
    let reference = contrast.text("reference").and_then(|text| group(&text, &path, axes, mistakes));
    reference.map_or(Target::Overall, Target::Contrast)
}

/// Only numbers of a group's own rows are independent of the other group's.
fn check_metric(node: &Node<'_>, metric: MetricId, mistakes: &mut Mistakes<'_>) {
    if metric.metric().kind != MetricKind::Slice || metric.as_str() == "count" {
        let message = format!("`{metric}` is not a rate or loss of one group, and cannot be held against another group's");
        let error = ConfigError::new("metric-without-contrast", message);
        mistakes.at_value(&node.at("metric"), error.help("name a metric of slices, such as `true_positive_rate`"));
    }
}

/// The key of a limit that is not about a change.
fn absolute(bound: &Bound) -> Option<&'static str> {
    match bound {
        Bound::Lower(_) => Some("lower_bound"),
        Bound::Upper(_) => Some("upper_bound"),
        Bound::MaxRegression(_) => None,
    }
}

/// One group; all rows together are none.
fn group(text: &str, path: &ConfigPath, axes: &Axes, mistakes: &mut Mistakes<'_>) -> Option<Slice> {
    let slice = axes.slice(text, path, mistakes)?;
    if slice.is_overall() {
        let error = ConfigError::new("invalid-slice", format!("{} is no group beside others", shown(text)));
        mistakes.at_value(path, error.help("name one group, such as `sex=M`"));
        return None;
    }
    Some(slice)
}

/// Whether a text is written like `sex=F against sex=M`.
pub(crate) fn is_one(text: &str) -> bool {
    text.split_once(AGAINST).is_some_and(|(_, second)| second.contains('='))
}

/// Reads `sex=F against sex=M`.
pub(crate) fn subject(text: &str, path: &ConfigPath, axes: &Axes, mistakes: &mut Mistakes<'_>) -> Option<Subject> {
    let (first, second) = text.split_once(AGAINST)?;
    let (group, reference) = (group(first, path, axes, mistakes)?, group(second, path, axes, mistakes)?);
    Some(Subject::Contrast { group, reference })
}

//! Reads the gates, and finds those that cannot be judged, cannot fail or stand twice.

use modelgate_eval::{Metric, MetricId, MetricKind, Requirement};
use modelgate_policy::{Bound, Gate, Level, Origin, Target};

use crate::axes::{Axes, check_repeated};
use crate::contrasts;
use crate::errors::ConfigError;
use crate::kind::LEVELS;
use crate::locate::ConfigPath;
use crate::metrics::Measurable;
use crate::mistakes::Mistakes;
use crate::node::Node;
use crate::structure::percent_as_fraction;

/// The gates, in written order; those whose metric or level is no use are left out.
pub(crate) fn read(root: &Node<'_>, measurable: &Measurable, mistakes: &mut Mistakes<'_>) -> Vec<Gate> {
    let mut gates = Vec::new();
    for node in root.sections("gates") {
        let Some(gate) = read_gate(&node, measurable, mistakes) else { continue };
        check_duplicate(&gate, &gates, &node, mistakes);
        gates.push(gate);
    }
    gates
}

/// Where a gate or a waiver is written.
pub(crate) fn origin(node: &Node<'_>, mistakes: &Mistakes<'_>) -> Origin {
    Origin { file: None, path: node.path.to_string(), line: mistakes.line(&node.path) }
}

/// The level of this name.
pub(crate) fn level(id: &str) -> Option<Level> {
    LEVELS.into_iter().find(|level| level.id() == id)
}

fn read_gate(node: &Node<'_>, measurable: &Measurable, mistakes: &mut Mistakes<'_>) -> Option<Gate> {
    let metric = MetricId::parse(&node.text("metric")?)?;
    let bounds = bounds(node, metric.metric(), mistakes);
    if !measurable.check_gated(metric, &node.at("metric"), mistakes) {
        return None;
    }
    let target = match metric.metric().kind {
        _ if node.has("contrast") => contrasts::target(node, metric, &bounds, &measurable.axes, mistakes),
        MetricKind::AcrossGroups => across(node, metric, &measurable.axes, mistakes),
        MetricKind::Slice | MetricKind::AgainstGroups => slices(node, metric, &measurable.axes, mistakes),
    };
    Some(Gate {
        origin: origin(node, mistakes),
        metric,
        target,
        bounds,
        level: level(&node.text("level")?)?,
        must_prove: node.flag("must_prove"),
    })
}

fn bounds(node: &Node<'_>, metric: &Metric, mistakes: &mut Mistakes<'_>) -> Vec<Bound> {
    let (lower, upper) = (node.number("lower_bound"), node.number("upper_bound"));
    let regression = node.number("max_regression");
    for (name, bound) in [("lower_bound", lower), ("upper_bound", upper)] {
        if let Some(bound) = bound.filter(|bound| !(metric.lowest..=metric.highest).contains(bound)) {
            let message = format!("{name} is outside the range of `{}`", metric.id);
            mistakes.at_value(&node.at(name), out_of_range(message, bound, metric));
        }
    }
    if let Some(most) = regression.filter(|most| *most > metric.highest - metric.lowest) {
        let message = format!("max_regression is larger than any change of `{}` can be", metric.id);
        mistakes.at_value(&node.at("max_regression"), out_of_range(message, most, metric));
    }
    if regression.is_some() && metric.requires == Some(Requirement::BaselinePredictions) {
        let error = ConfigError::new("metric-is-a-change", format!("`{}` is itself a change against the baseline", metric.id));
        mistakes.at_key(&node.at("max_regression"), error.help("write `upper_bound` or `lower_bound`"));
    }
    if let (Some(low), Some(high)) = (lower, upper)
        && low > high
    {
        let error = ConfigError::new("contradictory-bounds", format!("no value is at least {low} and at most {high}"));
        mistakes.at_value(&node.at("upper_bound"), error.help("write the smaller number at `lower_bound`"));
    }
    [lower.map(Bound::Lower), upper.map(Bound::Upper), regression.map(Bound::MaxRegression)].into_iter().flatten().collect()
}

fn out_of_range(message: String, written: f64, metric: &Metric) -> ConfigError {
    let error = ConfigError::new("invalid-bound", message);
    if !metric.highest.is_finite() {
        return error.label(format!("`{}` is at least {}", metric.id, metric.lowest));
    }
    if !metric.lowest.is_finite() {
        return error.label(format!("`{}` is at most {}", metric.id, metric.highest));
    }
    let is_fraction = (metric.lowest, metric.highest) == (0.0, 1.0);
    let what = if is_fraction { "a fraction" } else { "a number" };
    let error = error.label(format!("`{}` is {what} between {} and {}", metric.id, metric.lowest, metric.highest));
    if is_fraction && written > 1.0 && written <= 100.0 {
        return error.help(format!("write {} for {written} %", percent_as_fraction(written)));
    }
    error.help(format!("write a number from {} to {}", metric.lowest, metric.highest))
}

/// The subjects of a metric that has a value for each slice.
fn slices(node: &Node<'_>, metric: MetricId, axes: &Axes, mistakes: &mut Mistakes<'_>) -> Target {
    if node.has("across") {
        let error =
            ConfigError::new("metric-not-across-groups", format!("`{metric}` has a value for each slice, not across groups"));
        mistakes.at_key(&node.at("across"), error.help("write `slices: every`, or a list of slices"));
        return Target::Overall;
    }
    let named: Vec<_> = node
        .texts("slices")
        .into_iter()
        .filter_map(|(path, text)| Some((path.clone(), axes.slice(&text, &path, mistakes)?)))
        .collect();
    check_repeated(&named, mistakes);
    let target = match node.text("slices").as_deref() {
        Some("every") => Target::Every,
        _ if named.iter().all(|(_, slice)| slice.is_overall()) => Target::Overall,
        _ => Target::Slices(named.iter().map(|(_, slice)| slice.clone()).collect()),
    };
    let overall = named.iter().find(|(_, slice)| slice.is_overall()).map(|(path, _)| path.clone());
    if metric.metric().kind == MetricKind::AgainstGroups && (target == Target::Overall || overall.is_some()) {
        check_against_groups(node, metric, overall, mistakes);
    }
    if target == Target::Every && axes.none() && metric.metric().kind == MetricKind::Slice {
        let error = ConfigError::new("no-slices", "there are no slices, so that this gate checks nothing");
        let help = if axes.depth == 0 {
            "set `intersection_depth: 1`"
        } else {
            "name the columns to cut rows by in `evaluation.slices`"
        };
        mistakes.at_value(&node.at("slices"), error.help(help));
    }
    target
}

/// `overall` is no group beside others.
fn check_against_groups(node: &Node<'_>, metric: MetricId, overall: Option<ConfigPath>, mistakes: &mut Mistakes<'_>) {
    let message = format!("`{metric}` compares a slice with its neighbors and has no value for `overall`");
    let error = ConfigError::new("metric-not-overall", message).help("write `slices: every`, or a list of slices");
    match overall {
        Some(path) => mistakes.at_value(&path, error),
        None if node.has("slices") => mistakes.at_value(&node.at("slices"), error),
        None => mistakes.at_value(&node.at("metric"), error),
    }
}

/// The subjects of a metric that compares groups.
fn across(node: &Node<'_>, metric: MetricId, axes: &Axes, mistakes: &mut Mistakes<'_>) -> Target {
    if node.has("slices") {
        let error =
            ConfigError::new("metric-across-groups", format!("`{metric}` compares groups and has no value for one slice"));
        mistakes.at_key(&node.at("slices"), error.help("write `across` with the slice columns, such as `across: [sex]`"));
        return Target::Across(Vec::new());
    }
    let sets: Vec<_> =
        node.texts("across").into_iter().map(|(path, text)| (path.clone(), axes.across(&text, &path, mistakes))).collect();
    check_repeated(&sets, mistakes);
    Target::Across(sets.into_iter().map(|(_, set)| set).collect())
}

/// Two gates of different levels may limit the same thing; of the same level, one of them says nothing.
fn check_duplicate(gate: &Gate, before: &[Gate], node: &Node<'_>, mistakes: &mut Mistakes<'_>) {
    let same_bound = |other: &Gate| other.bounds.iter().any(|bound| gate.bounds.iter().any(|ours| same_kind(bound, ours)));
    let twin = before
        .iter()
        .find(|other| (other.metric, &other.target, other.level) == (gate.metric, &gate.target, gate.level) && same_bound(other));
    if let Some(twin) = twin {
        let error = ConfigError::new("duplicate-gate", format!("a gate on `{}` for the same slices stands above", gate.metric));
        let error = error.note(format!("the first one is at line {}", twin.origin.line));
        mistakes.at_value(&node.at("metric"), error.help("keep one of them, or give them different levels"));
    }
}

fn same_kind(a: &Bound, b: &Bound) -> bool {
    std::mem::discriminant(a) == std::mem::discriminant(b)
}

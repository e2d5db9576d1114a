//! Reads the levels of rules and the waivers, and finds waivers that can never match.

use std::collections::BTreeMap;
use std::path::Path;

use modelgate_eval::{MetricId, MetricKind, Subject};
use modelgate_policy::{Bound, ControlWaiver, Date, Gate, Level, Origin, RuleId, Waiver, WaiverNotes};

use crate::axes::Axes;
use crate::contrasts;
use crate::errors::ConfigError;
use crate::gates::{level, origin};
use crate::mistakes::Mistakes;
use crate::node::Node;
use crate::packs::{self, PackChoice, WhichPack};
use crate::waivers_file::Checked;

/// The levels that `rules` sets.
pub(crate) fn levels(root: &Node<'_>) -> BTreeMap<RuleId, Level> {
    root.pairs("rules").into_iter().filter_map(|(rule, name)| Some((RuleId::parse(rule)?, level(name)?))).collect()
}

/// Reads more waivers, in written order; those that could not be read are left out.
fn read(
    root: &Node<'_>,
    file: Option<&str>,
    gates: &[Gate],
    axes: &Axes,
    waivers: &mut Vec<Waiver>,
    mistakes: &mut Mistakes<'_>,
) {
    for node in root.sections("waivers") {
        check_author(&node, mistakes);
        let Some(mut waiver) = read_waiver(&node, axes, mistakes) else { continue };
        waiver.origin.file = file.map(str::to_owned);
        check_match(&waiver, gates, &node, mistakes);
        check_duplicate(&waiver, waivers, &node, mistakes);
        waivers.push(waiver);
    }
}

/// Nobody accepts what they have asked for themselves.
fn check_author(node: &Node<'_>, mistakes: &mut Mistakes<'_>) {
    let name = |key: &str| node.text(key).map(|text| text.trim().trim_start_matches('@').to_lowercase());
    if let (Some(owner), Some(approver)) = (name("owner"), name("approved_by"))
        && owner == approver
    {
        let error = ConfigError::new("waiver-by-its-owner", "`owner` and `approved_by` are the same");
        mistakes.at_value(&node.at("approved_by"), error.help("let somebody else accept it"));
    }
}

/// What else is written about a waiver.
fn notes(node: &Node<'_>) -> WaiverNotes {
    WaiverNotes {
        granted: node.text("granted").and_then(|text| Date::parse(&text)),
        owner: node.text("owner"),
        role: node.text("approver_role"),
        compensating_measure: node.text("compensating_measure"),
        ticket: node.text("ticket"),
    }
}

/// The waivers of rules, the chosen packs, and the waivers of their controls.
pub(crate) fn all(
    root: &Node<'_>,
    gates: &[Gate],
    axes: &Axes,
    directory: &Path,
    (mistakes, elsewhere): (&mut Mistakes<'_>, Option<&mut Checked<'_>>),
) -> (Vec<Waiver>, Vec<PackChoice>, Vec<ControlWaiver>) {
    let (mut waivers, mut of_controls) = (Vec::new(), Vec::new());
    read(root, None, gates, axes, &mut waivers, mistakes);
    let chosen = packs::choices(root, directory, mistakes);
    read_of_controls(root, None, &chosen, &mut of_controls, mistakes);
    if let Some(Checked { name, root, mistakes }) = elsewhere {
        read(root, Some(name), gates, axes, &mut waivers, mistakes);
        read_of_controls(root, Some(name), &chosen, &mut of_controls, mistakes);
    }
    (waivers, chosen, of_controls)
}

/// Reads more waivers of controls, in written order. Those that could hold for longer than their pack allows, or whose pack is not
/// chosen, are mistakes.
fn read_of_controls(
    root: &Node<'_>,
    file: Option<&str>,
    chosen: &[PackChoice],
    waivers: &mut Vec<ControlWaiver>,
    mistakes: &mut Mistakes<'_>,
) {
    for node in root.sections("waivers") {
        let Some(control) = node.text("control") else { continue };
        for key in ["metric", "slice", "across"].into_iter().filter(|key| node.has(key)) {
            let error = ConfigError::new("contradictory-keys", format!("`{key}` and `control` contradict each other"));
            mistakes.at_key(&node.at(key), error.help("delete it: a control is waived as a whole"));
        }
        let day = |key: &str| node.text(key).and_then(|text| Date::parse(&text));
        if !node.has("granted") {
            let error = ConfigError::new("missing-key", "a waiver of a control needs `granted`");
            mistakes.at_value(&node.path, error.help("add the day on which it was accepted: its pack says for how long at most"));
        }
        check_control(&node, &control, (day("granted"), day("expires")), chosen, mistakes);
        if let Some(twin) = waivers.iter().find(|other| other.control == control) {
            let error = ConfigError::new("duplicate-waiver", "a waiver for the same stands above");
            let error = error.note(format!("the first one is at line {}", twin.origin.line));
            mistakes.at_value(&node.at("control"), error.help("keep the one that holds"));
        }
        let (Some(granted), Some(expires)) = (day("granted"), day("expires")) else { continue };
        waivers.push(ControlWaiver {
            origin: Origin { file: file.map(str::to_owned), ..origin(&node, mistakes) },
            control,
            reason: node.text("reason").unwrap_or_default(),
            approved_by: node.text("approved_by").unwrap_or_default(),
            granted,
            expires,
            notes: notes(&node),
        });
    }
}

fn check_control(
    node: &Node<'_>,
    control: &str,
    (granted, expires): (Option<Date>, Option<Date>),
    chosen: &[PackChoice],
    mistakes: &mut Mistakes<'_>,
) {
    let most = match packs::check_control(control) {
        Ok(most) => most,
        Err(error) => return mistakes.at_value(&node.at("control"), *error),
    };
    let has_own = chosen.iter().any(|choice| matches!(choice.which, WhichPack::File(_)));
    let id = control.split('/').next().unwrap_or_default();
    let is_chosen = chosen.iter().any(|choice| choice.which == WhichPack::Shipped(id.to_owned()));
    let may_be_of_own = has_own && most.is_none();
    if !(is_chosen || may_be_of_own) {
        let error = ConfigError::new("waiver-cannot-match", format!("the pack `{id}` is not chosen"));
        mistakes.at_value(&node.at("control"), error.help("add it to `packs`, or delete this waiver"));
    }
    let (Some(granted), Some(expires)) = (granted, expires) else { return };
    let days = granted.days_until(expires);
    if days < 0 {
        let error = ConfigError::new("out-of-order", format!("it expires on {expires}, before it is granted on {granted}"));
        mistakes.at_value(&node.at("expires"), error.help("exchange the days"));
    } else if let Some(most) = most.filter(|most| days > i64::from(*most)) {
        let error = ConfigError::new("waiver-too-long", format!("it holds for {days} days, and its pack allows {most}"));
        mistakes.at_value(&node.at("expires"), error.help("write an earlier day, and decide again then"));
    }
}

fn read_waiver(node: &Node<'_>, axes: &Axes, mistakes: &mut Mistakes<'_>) -> Option<Waiver> {
    let metric = node.text("metric").and_then(|id| MetricId::parse(&id));
    Some(Waiver {
        origin: origin(node, mistakes),
        rule: RuleId::parse(&node.text("rule")?)?,
        metric,
        subject: subject(node, metric, axes, mistakes),
        reason: node.text("reason").unwrap_or_default(),
        approved_by: node.text("approved_by").unwrap_or_default(),
        expires: Date::parse(&node.text("expires")?)?,
        notes: notes(node),
    })
}

fn subject(node: &Node<'_>, metric: Option<MetricId>, axes: &Axes, mistakes: &mut Mistakes<'_>) -> Option<Subject> {
    let across_groups = metric.map(|metric| metric.metric().kind == MetricKind::AcrossGroups);
    for (name, other, fits) in [("slice", "across", false), ("across", "slice", true)] {
        if node.has(name) && !node.has(other) && across_groups.is_some_and(|across| across != fits) {
            let metric = metric.map_or("", MetricId::as_str);
            let error = ConfigError::new("contradictory-keys", format!("`{name}` does not fit the metric `{metric}`"));
            mistakes.at_key(&node.at(name), error.help(format!("use `{other}`")));
        }
    }
    if let Some(text) = node.text("across") {
        return Some(Subject::Across(axes.across(&text, &node.at("across"), mistakes)));
    }
    let (text, path) = (node.text("slice")?, node.at("slice"));
    if contrasts::is_one(&text) {
        return contrasts::subject(&text, &path, axes, mistakes);
    }
    axes.slice(&text, &path, mistakes).map(Subject::Slice)
}

/// A waiver must be able to match something, now or after the next change of data.
fn check_match(waiver: &Waiver, gates: &[Gate], node: &Node<'_>, mistakes: &mut Mistakes<'_>) {
    let never = |message: String| ConfigError::new("waiver-cannot-match", message);
    if [RuleId::EXPIRED_WAIVER, RuleId::UNUSED_WAIVER, RuleId::EXPIRING_WAIVER].contains(&waiver.rule) {
        let error = never(format!("`{}` is about waivers and cannot be waived", waiver.rule));
        return mistakes.at_value(&node.at("rule"), error.help("set its level in `rules`, or delete this waiver"));
    }
    let of_metric = |gate: &&Gate| waiver.metric.is_none_or(|metric| gate.metric == metric);
    let about = waiver.metric.map(|metric| format!(" on `{metric}`")).unwrap_or_default();
    if waiver.metric.is_some() && !gates.iter().any(|gate| of_metric(&gate)) {
        let error = never(format!("there is no gate{about}"));
        return mistakes.at_value(&node.at("metric"), error.help("delete this waiver, or name the metric of a gate"));
    }
    let Some((key, matches)) = bound_of(waiver.rule) else { return };
    if !gates.iter().filter(of_metric).any(|gate| gate.bounds.iter().any(matches)) {
        let error = never(format!("`{}` speaks of `{key}`, and no gate{about} has one", waiver.rule));
        mistakes.at_value(&node.at("rule"), error.help("delete this waiver, or name the rule of a gate"));
    }
}

/// Whether a bound is of a kind.
type IsBound = fn(&Bound) -> bool;

/// The key of the gates that a rule speaks of, and the kind of bound that it sets.
fn bound_of(rule: RuleId) -> Option<(&'static str, IsBound)> {
    match rule {
        RuleId::METRIC_BELOW_BOUND => Some(("lower_bound", |bound| matches!(bound, Bound::Lower(_)))),
        RuleId::METRIC_ABOVE_BOUND => Some(("upper_bound", |bound| matches!(bound, Bound::Upper(_)))),
        RuleId::METRIC_REGRESSION => Some(("max_regression", |bound| matches!(bound, Bound::MaxRegression(_)))),
        _ => None,
    }
}

fn check_duplicate(waiver: &Waiver, before: &[Waiver], node: &Node<'_>, mistakes: &mut Mistakes<'_>) {
    let twin =
        before.iter().find(|other| (other.rule, other.metric, &other.subject) == (waiver.rule, waiver.metric, &waiver.subject));
    if let Some(twin) = twin {
        let error = ConfigError::new("duplicate-waiver", "a waiver for the same stands above");
        let error = error.note(format!("the first one is at line {}", twin.origin.line));
        mistakes.at_value(&node.at("rule"), error.help("keep the one that holds"));
    }
}
